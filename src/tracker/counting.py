"""Uniform samples to events and cues: motion, detection and coaching, with defects contained.

An exception in any of the three becomes a `Fault`, the stage that failed starts anew with the next
samples, and whoever feeds it never notices. Recording and decoding lie outside.

A gyroscope that contradicts gravity is put right where the mistake is plain, and left out where it
is not; what came last is then counted again.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.coach import Coach
from tracker.detect import Detector
from tracker.domain import (
    NO_PLAN,
    UNMENDED,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    DataWarned,
    DataWarning,
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
    WarningKind,
    exercise_named,
    remedy_words,
)
from tracker.language import _
from tracker.signal import GRID_RATE_HZ, MotionStage, SensorAgreement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.domain import Event, Exercise, ImuBlock, SensorMend
    from tracker.signal import Finding

CONTAINED_S: Final = 60.0
"""In a whole file, a defect costs at most the rest of a piece of this length; live, one packet.
Shorter pieces would make the array calls of whole files too short."""

RESTARTED: Final = _("counting was restarted")
"""Why a rep or a level is taken back after a defect."""

RECOUNTED_S: Final = 120.0
"""How much of the stream is counted again once the gyroscope is put right or left out: a first set
up to its first rests, and what came before it."""

RECOUNTED: Final = _("the gyroscope was wrong")
"""Why a rep or a level is taken back before it is counted again."""

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
    settled
        What the sensor's numbers were put right by before they came here, for advice.
    """

    def __init__(self, exercise: Exercise, settled: SensorMend = UNMENDED) -> None:
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
        self._agreement = SensorAgreement(GRID_RATE_HZ)
        self._settled = settled
        self._mend = UNMENDED
        self._gyroscope = True
        """Whether its rates are used."""
        self._recent = _Recent(round(RECOUNTED_S * GRID_RATE_HZ))

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
        self._recent.saturated(start_s, end_s)
        self._saturated.append((start_s, end_s))

    def process(self, block: ImuBlock) -> Iterator[Event]:
        """Yield what samples tell."""
        if not (len(block.acc_mps2) or block.restart or self._saturated or self._defect):
            return  # a packet that completes no sample of the grid
        size = round(CONTAINED_S * block.rate_hz)
        for first in range(0, max(1, len(block.acc_mps2)), size):
            yield from self._watched(block[first : first + size])

    def mark(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
        """Yield what the wearer's key changes."""
        self._recent.mark(kind, at_s)
        yield from self._marked(kind, at_s)

    def _marked(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
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
            return (*events, _restarted(_COACHING_RESTARTED, error, events[-1].at_s))

    def train(self, name: str | None, at_s: float) -> Iterator[Event]:
        """Yield what a change of exercise settles; what follows is counted as the other one.

        None is the exercise of the session. A set under way ends: nobody changes within one.
        """
        exercise = self._session_exercise if name is None else exercise_named(name)
        if exercise is self._exercise:
            return
        yield from self._contained(self._detector.finish, at_s)
        self._recent.forget()
        ending = tuple(self._uncalibrated(at_s, _("the exercise changed")))
        self._exercise = exercise
        self._start_anew(ending)
        yield from ending

    def note(self, event: Event) -> None:
        """Remember what was said by others: the plan outlives a coach."""
        self._state.accept((event,))

    def _watched(self, raw: ImuBlock) -> Iterator[Event]:
        """Count samples; what they show of the sensor holds from the sample that shows it."""
        done = 0
        for taken, finding in self._found(raw):
            yield from self._counted(raw[done:taken])
            done = taken
            at_s = self._recent.end_s
            yield DataWarned(at_s, DataWarning(finding.kind, self._words(finding)))
            if finding.kind is WarningKind.GYRO_CONTRADICTS_GRAVITY:
                yield from self._count_again(finding, at_s)
                if done < len(raw.acc_mps2):
                    yield from self._watched(raw[done:])
                return
        if done < len(raw.acc_mps2) or not done:
            yield from self._counted(raw[done:])

    def _found(self, raw: ImuBlock) -> Iterator[tuple[int, Finding]]:
        try:
            yield from self._agreement.process(self._mended(raw))
        except Exception as error:
            self._agreement = SensorAgreement(GRID_RATE_HZ)
            self._defect = error

    def _counted(self, raw: ImuBlock) -> Iterator[Event]:
        self._recent.add(raw)
        yield from self._contained(partial(self._detected, self._mended(raw)), raw.start_s)

    def _mended(self, raw: ImuBlock) -> ImuBlock:
        """Return samples as they are to be counted."""
        if raw.gyro_radps is None or (self._gyroscope and self._mend is UNMENDED):
            return raw
        return replace(
            raw, gyro_radps=self._mend.gyro(raw.gyro_radps) if self._gyroscope else None
        )

    def _count_again(self, finding: Finding, at_s: float) -> Iterator[Event]:
        """Put the gyroscope right, or leave it out, and count what came last once more."""
        if finding.sure and finding.mend is not None and self._mend is UNMENDED:
            self._mend = finding.mend
        else:
            self._gyroscope = False
        self._agreement.begin_anew(more=self._gyroscope)
        recent = tuple(self._recent)
        since_s = min((item.start_s for item in recent), default=at_s)
        closing = (*self._withdrawn(since_s, at_s), *self._closing(at_s, RECOUNTED))
        self._state.accept(closing)
        yield from closing
        before = [each.index for each in self._state.sets if each.start_s < since_s]
        self._begin(max(before, default=0))
        for item in recent:
            match item:
                case _Samples(start_s=start_s, block=block):
                    mended = replace(self._mended(block), start_s=start_s)
                    yield from self._contained(partial(self._detected, mended), start_s)
                case _Key(start_s=start_s, kind=kind):
                    yield from self._marked(kind, start_s)
                case _Saturated(start_s=start_s, end_s=end_s):
                    self._saturated.append((start_s, end_s))

    def _words(self, finding: Finding) -> str:
        """Return what is wrong with a sensor, what is done about it, and what puts it right."""
        if finding.kind is WarningKind.GRAVITY_SCALE:
            text = _("The acceleration is wrong: {cause}.").format(cause=finding.cause)
        else:
            text = (
                _("The gyroscope contradicts gravity: {cause}. It is put right for now.")
                if finding.sure
                else _("The gyroscope contradicts gravity: {cause}. It is left out for now.")
            ).format(cause=finding.cause)
        if finding.mend is None:
            return text
        whole = finding.mend.after(self._mend.after(self._settled))
        return f"{text} {remedy_words(whole, self._settled)}"

    def _withdrawn(self, since_s: float, at_s: float) -> Iterator[Event]:
        """Yield that the sets that began at `since_s` or later are none."""
        for record in self._state.sets:
            if record.start_s < since_s:
                continue
            for index in range(1, record.counted + 1):
                yield RepRevised(at_s, record.index, index, None, RECOUNTED)
            if not record.ended:
                yield SetEnded(at_s, record.index, 0)

    def _begin(self, sets_before: int) -> None:
        """Start motion and detection anew with the next samples."""
        self._sets_before, self._calibrating = sets_before, False
        self._motion = MotionStage(GRID_RATE_HZ)
        self._detector = Detector(self._exercise, GRID_RATE_HZ)
        self._fresh = True

    def _detected(self, block: ImuBlock) -> Iterator[Event]:
        if self._fresh and len(block.acc_mps2):
            block, self._fresh = replace(block, restart=True), False
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
            closing = (
                *self._closing(at_s, RESTARTED),
                _restarted(_COUNTING_RESTARTED, error, at_s),
            )
            self._start_anew(closing)
            yield from closing

    def _start_anew(self, closing: Sequence[Event]) -> None:
        """Count with a new detector from the next sample on, after what closes the old one."""
        self._begin(self._state.newest_set)
        self._state.accept(closing)

    def _numbered(self, event: Event) -> Event:
        if self._sets_before and isinstance(event, _OfSet):
            return replace(event, set_index=event.set_index + self._sets_before)
        return event

    def _closing(self, at_s: float, why: str) -> Iterator[Event]:
        """Yield the end of the set that is under way, and of what was known of the level."""
        for record in self._state.sets:
            if record.ended:
                continue
            if record.reps:
                yield SetEnded(record.end_s, record.index, record.counted)
                continue
            for index in range(1, record.counted + 1):
                yield RepRevised(at_s, record.index, index, None, why)
            yield SetEnded(at_s, record.index, 0)
        yield from self._uncalibrated(at_s, why)

    def _uncalibrated(self, at_s: float, why: str) -> Iterator[Event]:
        """Yield the end of a calibration under way, and of the one that held."""
        if self._calibrating:
            yield CalibrationFailed(at_s, why)
        levels = [e for e in self._state.calibrations if not isinstance(e, CalibrationFailed)]
        if levels and isinstance(levels[-1], Calibrated):
            yield CalibrationLost(at_s, why)


class _Recent:
    """What was counted last, as it came: samples, keys, and where the range ended."""

    def __init__(self, most_samples: int) -> None:
        self._most = most_samples
        self._samples = 0
        self._items: deque[_Samples | _Key | _Saturated] = deque()
        self._origin_s = 0.0
        self._next = 0
        """Number of the next sample since the last gap. A time worked out from it is the same to
        the last bit however the stream is cut."""

    @property
    def end_s(self) -> float:
        """Time of the end of the newest sample, s."""
        return self._origin_s + self._next / GRID_RATE_HZ

    def add(self, raw: ImuBlock) -> None:
        """Take samples; the oldest beyond the limit are forgotten, to the sample."""
        if raw.restart:
            self._origin_s, self._next = raw.start_s, 0
        self._items.append(_Samples(self._origin_s, self._next, raw))
        self._next += len(raw.acc_mps2)
        self._samples += len(raw.acc_mps2)
        while self._samples > self._most:
            oldest = self._items.popleft()
            if not isinstance(oldest, _Samples):
                continue
            surplus = min(self._samples - self._most, len(oldest.block.acc_mps2))
            self._samples -= surplus
            rest = oldest.block[surplus:]
            if len(rest.acc_mps2):
                self._items.appendleft(_Samples(oldest.origin_s, oldest.first + surplus, rest))

    def forget(self) -> None:
        """Forget it: it is not to be counted again."""
        self._items.clear()
        self._samples = 0

    def mark(self, kind: MarkKind, at_s: float) -> None:
        """Take note of a key."""
        self._items.append(_Key(at_s, kind))

    def saturated(self, start_s: float, end_s: float) -> None:
        """Take note of samples at the end of the sensor's range."""
        self._items.append(_Saturated(start_s, end_s))

    def __iter__(self) -> Iterator[_Samples | _Key | _Saturated]:
        return iter(self._items)


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    origin_s: float
    """Time of the first sample since the last gap, s."""
    first: int
    """Number of the first of these since then."""
    block: ImuBlock

    @property
    def start_s(self) -> float:
        """Time of the first of these, s."""
        return self.origin_s + self.first / self.block.rate_hz


@dataclass(frozen=True, slots=True)
class _Key:
    start_s: float
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class _Saturated:
    start_s: float
    end_s: float


# Translators: what is in brackets is left out where there is little room.
_COUNTING_RESTARTED: Final = _("Counting restarted after an internal error ({details})")
_COACHING_RESTARTED: Final = _("Coaching restarted after an internal error ({details})")


def _restarted(text: str, error: Exception, at_s: float) -> Fault:
    """Return the fault that tells of a defect, with the details that a developer asks for."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_qualname}"
    details = f"{type(error).__name__}: {error}{place}"
    return Fault(at_s, FaultReason.DETECTOR_RESTARTED, text.format(details=details))
