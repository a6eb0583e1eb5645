"""Uniform samples to events and cues: motion, detection and coaching, with defects contained.

An exception in any of the three becomes a `Fault`, the stage that failed starts anew with the next
samples, and whoever feeds it never notices. Recording and decoding lie outside.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.coach import Coach
from tracker.detect import Detector
from tracker.domain import (
    NO_PLAN,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Fault,
    FaultReason,
    LiftSignal,
    MarkKind,
    PhaseStarted,
    PlanChosen,
    RepCompleted,
    RepCounted,
    RepRevised,
    SessionState,
    SetEnded,
    SetStarted,
    Trace,
    UserInput,
    exercise_named,
)
from tracker.signal import GRID_RATE_HZ, MotionStage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.domain import Event, Exercise, ImuBlock

CONTAINED_S: Final = 30.0
"""In a whole file, a defect costs at most the rest of a piece of this length; live, one packet.
Shorter pieces would make the array calls of whole files too short."""

RESTARTED: Final = "counting was restarted"
"""Why a rep or a level is taken back after a defect."""

_CALIBRATIONS: Final = (MarkKind.CALIBRATION, MarkKind.REFERENCE_REPS)
_OfSet = SetStarted | PhaseStarted | RepCounted | RepCompleted | RepRevised | SetEnded


class Counting:
    """Turns uniform samples into events and cues, and restarts whatever fails.

    A set under way then ends. It keeps the reps the wearer saw counted if at least one of them
    was seen whole.

    Parameters
    ----------
    exercise
        What is trained.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._session_exercise = self._exercise = exercise
        self._motion = MotionStage(GRID_RATE_HZ)
        self._detector = Detector(exercise, GRID_RATE_HZ)
        self._coach = Coach(exercise)
        self._state = SessionState()
        self._sets_before = 0
        """Sets of the detectors before this one."""
        self._calibrating = False
        self._fresh = False
        """Whether the next samples are the first of this detector."""
        self._defect: Exception | None = None
        """What failed where nothing could be said of it."""
        self._saturated: list[tuple[float, float]] = []

    @property
    def trace(self) -> Trace:
        """The pitch of the last seconds, for a screen; empty if it cannot be had."""
        try:
            return self._detector.trace()
        except Exception as error:
            self._defect = error
            return Trace(np.empty(0), np.empty(0))

    def saturated(self, start_s: float, end_s: float) -> None:
        """Take note of samples on their way that hit the end of the sensor's range."""
        self._saturated.append((start_s, end_s))

    def process(self, block: ImuBlock) -> Iterator[Event]:
        """Yield what samples tell."""
        size = round(CONTAINED_S * block.rate_hz)
        for first in range(0, max(1, len(block.acc_mps2)), size):
            piece = block[first : first + size]
            if self._fresh and len(piece.acc_mps2):
                piece, self._fresh = replace(piece, restart=True), False
            yield from self._contained(partial(self._detected, piece), piece.start_s)

    def mark(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
        """Yield what the wearer's key changes."""
        begun = kind in _CALIBRATIONS and self._exercise.signal is LiftSignal.ROTATION
        self._calibrating |= begun
        yield from self._contained(partial(self._detector.mark, kind, at_s), at_s)
        # If one was given up for it, that is no end of this one.
        self._calibrating |= begun and not self._fresh

    def finish(self, at_s: float) -> Iterator[Event]:
        """Yield what the end of the stream settles."""
        yield from self._contained(self._rest, at_s)
        yield from self._contained(self._detector.finish, at_s)

    def coached(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Return events with the cues that they give rise to."""
        try:
            return self._coach.process(events)
        except Exception as error:
            self._coach = Coach(self._exercise)
            plan = self._state.plan
            if plan is not NO_PLAN:
                with suppress(Exception):
                    self._coach.process((UserInput(events[-1].at_s, PlanChosen(plan)),))
            return (*events, _restarted("Coaching", error, events[-1].at_s))

    def train(self, name: str | None, at_s: float) -> Iterator[Event]:
        """Yield what a change of exercise settles; what follows is counted as the other one.

        None is the exercise of the session. A set under way ends: nobody changes within one.
        """
        exercise = self._session_exercise if name is None else exercise_named(name)
        if exercise is self._exercise:
            return
        yield from self._contained(self._detector.finish, at_s)
        ending = tuple(self._uncalibrated(at_s, "the exercise changed"))
        self._exercise = exercise
        self._start_anew(ending)
        yield from ending

    def note(self, event: Event) -> None:
        """Remember what was said by others: the plan outlives a coach."""
        self._state.accept((event,))

    def _detected(self, block: ImuBlock) -> Iterator[Event]:
        saturated, self._saturated = self._saturated, []
        for start_s, end_s in saturated:
            self._detector.saturated(start_s, end_s)
        yield from self._detector.process(self._motion.process(block))

    def _rest(self) -> Iterator[Event]:
        yield from self._detector.process(self._motion.finish())

    def _contained(self, work: Callable[[], Iterator[Event]], at_s: float) -> Iterator[Event]:
        """Pass on what is said; where that fails, say so and start anew."""
        try:
            defect, self._defect = self._defect, None
            if defect is not None:
                raise defect
            for event in work():
                numbered = self._numbered(event)
                if isinstance(event, Calibrated | CalibrationFailed):
                    self._calibrating = False
                self._state.accept((numbered,))
                yield numbered
        except Exception as error:
            closing = (*self._closing(at_s), _restarted("Counting", error, at_s))
            self._start_anew(closing)
            yield from closing

    def _start_anew(self, closing: Sequence[Event]) -> None:
        """Count with a new detector from the next sample on, after what closes the old one."""
        self._sets_before, self._calibrating = self._state.newest_set, False
        self._motion = MotionStage(GRID_RATE_HZ)
        self._detector = Detector(self._exercise, GRID_RATE_HZ)
        self._fresh = True
        self._state.accept(closing)

    def _numbered(self, event: Event) -> Event:
        if self._sets_before and isinstance(event, _OfSet):
            return replace(event, set_index=event.set_index + self._sets_before)
        return event

    def _closing(self, at_s: float) -> Iterator[Event]:
        """Yield the end of the set that is under way, and of what was known of the level."""
        for record in self._state.sets:
            if record.ended:
                continue
            if record.reps:
                yield SetEnded(record.end_s, record.index, record.counted)
                continue
            for index in range(1, record.counted + 1):
                yield RepRevised(at_s, record.index, index, None, RESTARTED)
            yield SetEnded(at_s, record.index, 0)
        yield from self._uncalibrated(at_s, RESTARTED)

    def _uncalibrated(self, at_s: float, why: str) -> Iterator[Event]:
        """Yield the end of a calibration under way, and of the one that held."""
        if self._calibrating:
            yield CalibrationFailed(at_s, why)
        levels = [e for e in self._state.calibrations if not isinstance(e, CalibrationFailed)]
        if levels and isinstance(levels[-1], Calibrated):
            yield CalibrationLost(at_s, why)


def _restarted(what: str, error: Exception, at_s: float) -> Fault:
    """Return the fault that tells of a defect, with the place that a developer asks for."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_qualname}"
    detail = f"{what} restarted after an internal error ({type(error).__name__}: {error}{place})"
    return Fault(at_s, FaultReason.DETECTOR_RESTARTED, detail)
