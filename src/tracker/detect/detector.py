"""Motion in, events out: buffer, track, segments, pairs and sets plugged together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.buffer import MotionBuffer
from tracker.detect.calibration import CalibrationHold, ReferenceReps
from tracker.detect.features import Known, Pauses, measure, pitch_trace
from tracker.detect.lockout import LockoutReference
from tracker.detect.lowering import LoweringWatch
from tracker.detect.pairing import RepPairer
from tracker.detect.plausibility import of_a_row, possible, quietest, worth_measuring
from tracker.detect.segmentation import Segmenter, SegmenterSettings, SegmentState
from tracker.detect.sets import CUT_BY_END, SetTracker
from tracker.detect.tracks import ArcTrack, HeightTrack, RotationTrack
from tracker.detect.upright import UprightWatch
from tracker.domain import (
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    LiftSignal,
    LoweringStarted,
    MarkKind,
    SetEnded,
)
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.detect.features import Movement
    from tracker.detect.segmentation import Segment
    from tracker.detect.tracks import Track
    from tracker.domain import Event, Exercise, MotionBlock, Trace


LEAST_TRAVEL_SHARE: Final = 0.5
"""Movements of half the smallest rep are followed, so that a rep is known well before its end."""

TAKEN_S: Final = 60.0
"""As much of a longer block is taken into the buffer at once: what is looked at stays in it."""

MOST_DIP_RAD: Final = float(np.radians(18.0))
"""The largest rep turns by 60°, and a dip in its hold by 30 % of that."""

PIECE_S: Final = 10.0
"""And as much is scanned at once: less than any set gap, so that a deadline never falls into the
piece that sets it."""


class Detector:
    """Finds the reps and sets of one exercise in motion."""

    def __init__(self, exercise: Exercise, rate_hz: float) -> None:
        self._exercise = exercise
        self._rate_hz = rate_hz
        self._buffer = MotionBuffer(rate_hz)
        self._rotation: RotationTrack | None = None
        self._arc: ArcTrack | None = None
        if exercise.signal is LiftSignal.ROTATION:
            self._rotation = RotationTrack(self._buffer)
            self._arc = ArcTrack(self._buffer)
            least = LEAST_TRAVEL_SHARE * float(np.radians(exercise.least_range_of_arc_deg))
            most_dip = MOST_DIP_RAD
        else:
            least = LEAST_TRAVEL_SHARE * exercise.least_rise_m
            most_dip = math.inf
        track = self._rotation or HeightTrack(self._buffer)
        self._finder = Segmenter(self._buffer, track, SegmenterSettings(least, most_dip=most_dip))
        self._pairer = RepPairer(exercise)
        pauses = None
        self._upright: UprightWatch | None = None
        if self._rotation is not None and self._arc is not None:
            pauses = Pauses(self._buffer, self._rotation, self._arc)
            self._upright = UprightWatch(self._buffer, exercise)
        self._sets = SetTracker(exercise, self._pairer, pauses)
        self._calibration: CalibrationHold | None = None
        self._reference: ReferenceReps | None = None
        self._lowering = LoweringWatch(self._buffer)
        self._row: tuple[float, float] | None = None
        """End of the latest movement that could be part of a rep, s, and the jolt before the row
        of them that it belongs to, m/s²."""
        self._latest: Movement | None = None
        """The latest movement that was as large as a rep."""
        self._begun = False

    def process(self, block: MotionBlock) -> Iterator[Event]:
        """Yield what the samples of a block tell, in order."""
        if block.restart:
            lost_s = block.start_s - self._buffer.time_s(self._buffer.stop)
            self._buffer.restart(block.start_s)
            self._finder.restart(self._track_for(gyroscope=block.gyroscope))
            self._pairer.restart()
            # Which way the hips turned last is lost; a row of reps goes on behind a short gap.
            self._latest = None
            if self._calibration is not None:
                self._calibration.restart()
            if self._begun:
                yield from self._follow(self._sets.gap(lost_s, block.start_s))
            self._sets.begin(block.start_s)
            self._begun = True
        taken, piece = (round(span_s * self._rate_hz) for span_s in (TAKEN_S, PIECE_S))
        for first in range(0, len(block.up), taken):
            before = self._buffer.stop
            self._buffer.append(block, first, first + taken)
            for until in range(before + piece, self._buffer.stop, piece):
                yield from self._scan(until)
            yield from self._scan(self._buffer.stop)

    def saturated(self, start_s: float, end_s: float) -> None:
        """Take note of samples, on their way or here, that hit the end of the sensor's range."""
        self._sets.saturated(start_s, end_s)

    def mark(self, kind: MarkKind, at_s: float) -> Iterator[Event]:
        """Yield what the wearer's key changes."""
        yield from self._give_up(at_s, _("another key was pressed"))
        yield from self._sets.mark(kind, at_s)
        by_height = self._rotation is None
        match kind:
            case MarkKind.CALIBRATION if by_height:
                why = _("{title} has no lockout to hold level").format(title=self._exercise.title)
                yield CalibrationFailed(at_s, why)
            case MarkKind.CALIBRATION:
                self._calibration = CalibrationHold(self._buffer, at_s)
            case MarkKind.REFERENCE_REPS if by_height:
                why = _("{title} has no lockout for reference reps to show").format(
                    title=self._exercise.title
                )
                yield CalibrationFailed(at_s, why)
            case MarkKind.REFERENCE_REPS:
                self._reference = ReferenceReps(self._exercise, at_s)

    def finish(self) -> Iterator[Event]:
        """Yield what the end of the stream settles."""
        ended_s = self._buffer.time_s(self._buffer.stop)
        why = (
            _("the session ended before the hold was over")
            if self._reference is None
            else _("the session ended before there were enough reps")
        )
        yield from self._give_up(ended_s, why)
        yield from self._sets.end(cut_short=True, why=CUT_BY_END)

    def trace(self) -> Trace:
        """Return the last seconds as pitch above the bottom of the latest rep."""
        return pitch_trace(self._buffer, self._pairer.lift)

    def _track_for(self, *, gyroscope: bool) -> Track | None:
        """Return what movements are measured along from now on; None leaves it as it is."""
        return self._rotation if gyroscope else self._arc

    def _give_up(self, at_s: float, why: str) -> Iterator[Event]:
        """Wait for no calibration any more, and say so if one was waited for."""
        reference, self._reference = self._reference, None
        calibration, self._calibration = self._calibration, None
        if reference is not None and reference.level is None:
            yield CalibrationFailed(at_s, f"{why}: {reference.so_far}")
        elif calibration is not None:
            yield CalibrationFailed(at_s, why)

    def _scan(self, stop: int) -> Iterator[Event]:
        """Follow the segments up to a sample; a set ends exactly at its deadline."""
        while self._finder.position < stop:
            if self._calibration is not None:
                yield from self._watch_hold(self._calibration, stop)
                continue
            deadline_s = min(self._sets.deadline_s, self._patience_s)
            deadline = self._buffer.sample_at(deadline_s)
            until = max(min(stop, deadline), self._finder.position)
            for segment in self._finder.scan(until):
                yield from self._watch_lowering(segment.now)
                yield from self._follow(self._take(segment))
            self._look_about(self._finder.position)
            yield from self._watch_lowering(self._finder.position)
            if self._finder.position >= self._buffer.sample_at(self._sets.deadline_s):
                # After a gap, the sample before is not here any more.
                at = max(self._finder.position - 1, self._buffer.first)
                if not self._sets.still_holds(self._buffer.up(at, at + 1)[0]):
                    yield from self._follow(self._sets.end())
            if self._finder.position >= self._buffer.sample_at(self._patience_s):
                at_s = self._buffer.time_s(self._finder.position)
                yield from self._give_up(at_s, _("it took too long"))

    def _look_about(self, until: int) -> None:
        """Learn how the wearer stands from the samples before `until`, unless a set is open."""
        if self._upright is None:
            return
        if self._sets.open_set is None:
            self._upright.look(until)
        else:
            self._upright.skip(until)

    def _watch_lowering(self, until: int) -> Iterator[Event]:
        """Yield that the hips have begun to sink out of a hold, before the sample `until`."""
        held, open_set = self._sets.held, self._sets.open_set
        lift = None if held is None or self._rotation is None else held.candidate.concentric
        self._lowering.follow(lift)
        if held is None or open_set is None:
            return
        while (began_s := self._lowering.scan(until)) is not None:
            yield LoweringStarted(began_s, open_set.index, held.index)

    @property
    def _patience_s(self) -> float:
        """Session time at which reference reps are waited for no longer, s."""
        return math.inf if self._reference is None else self._reference.deadline_s

    def _follow(self, events: Iterator[Event]) -> Iterator[Event]:
        """Yield what is published of reps and sets, and what that means for reference reps."""
        for event in events:
            yield event
            if isinstance(event, SetEnded) and self._upright and self._sets.shown is not None:
                self._upright.lay(self._sets.shown)
            reference, open_set = self._reference, self._sets.open_set
            if reference is None or open_set is None:
                continue
            for verdict in reference.follow(event, open_set):
                if isinstance(verdict, Calibrated | CalibrationLost):
                    self._pairer.level = reference.level
                if reference.level is not None:
                    self._sets.measure_against(reference.level)
                yield verdict
            if reference.over:
                self._reference = None

    def _watch_hold(self, calibration: CalibrationHold, stop: int) -> Iterator[Event]:
        """Follow a calibration up to a sample; what moves meanwhile is no rep."""
        until = min(stop, calibration.deadline)
        held = calibration.scan(until)
        until = max(until if held is None else held.sample, self._finder.position)
        for segment in self._finder.scan(until):
            self._measured(segment)
            self._pairer.ignore(segment.number)
        if self._upright is not None:
            self._upright.skip(until)
        at_s = self._buffer.time_s(until)
        if held is not None:
            self._calibration = None
            self._pairer.level = LockoutReference(held.up)
            yield Calibrated(at_s, held.wander_deg)
        elif until >= calibration.deadline:
            self._calibration = None
            yield CalibrationFailed(at_s, _("the hips were not still for long enough"))

    def _take(self, segment: Segment) -> Iterator[Event]:
        self._pairer.saw(segment.number)
        if not self._is_news(segment):
            return
        if self._pairer.refuses(segment):
            self._pairer.pass_over(segment)
            return
        self._look_about(segment.now)
        movement = self._measured(segment)
        if self._sets.is_elsewhere(movement):
            yield from self._sets.end()
        self._sets.saw(movement)
        for news in self._pairer.feed(movement):
            yield from self._sets.feed(news)

    def _is_news(self, segment: Segment) -> bool:
        """Return whether a segment has to be measured: most of what moves is no rep, nor news."""
        match segment.state:
            case SegmentState.FINISHED:
                return True
            case SegmentState.BEGUN:
                return self._sets.open_set is not None
            case SegmentState.ENDED | SegmentState.SETTLED if self._sets.has_counted(
                segment.number
            ):
                return False
            case SegmentState.ENDED if segment.axis is not None and self._pairer.has_returned(
                segment.number
            ):
                # A gyroscope foresees its end to within a sample or two.
                return False
        return worth_measuring(self._exercise, segment, in_set=self._sets.open_set is not None)

    def _measured(self, segment: Segment) -> Movement:
        """Measure a segment, and learn the axis of one that could be part of a rep."""
        shown, signal = self._upright, self._exercise.signal
        known = Known(
            upright=None if shown is None else shown.upright,
            upright_doubt=0.0 if shown is None else shown.doubt,
            row=self._row,
            latest=self._latest,
        )
        movement = measure(self._buffer, self._finder, segment, signal, known)
        if self._rotation is None or segment.state is not SegmentState.FINISHED:
            return movement
        if possible(self._exercise, movement):
            self._latest = movement
        alike = of_a_row(self._exercise, movement)
        if alike:
            self._rotation.learn(movement.axis)
        if alike or self._sets.goes_on_with(movement):
            self._row = (movement.end_s, quietest(movement))
        return movement
