"""Movements paired up into what may be repetitions.

RepPairer knows nothing of sets: it says which concentric and which eccentric belong together.
Whether a pair counts is decided next door, where its neighbours are known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.detect.plausibility import (
    LONGEST_WAY_S,
    MOST_ROTATION_RAD,
    PENDING,
    evidence,
    possible,
    possible_size,
    rises,
)
from tracker.detect.segmentation import SegmentState
from tracker.detect.vectors import dot
from tracker.domain import Extreme, LiftSignal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.detect.features import Movement
    from tracker.detect.lockout import LockoutReference
    from tracker.detect.segmentation import Segment
    from tracker.domain import Exercise


JOIN_PAUSE_S: Final = 1.0
"""A movement that stops for no longer than this and goes on is one, stuck half-way."""

LONGEST_STOP_S: Final = 5.0
"""A concentric that stops for longer half-way and then goes on was given up in between."""

JOIN_SIZE_SHARE: Final = 1.3
"""Eccentric over concentric, beyond which it is something else as well: sitting up."""

ALONG_AXIS: Final = 0.8
"""Cosine between a movement's axis and the lift's (37°): a slipped strap and a rolling pelvis."""

ALONG_AXIS_OF_ARC: Final = 0.5
"""The same without a gyroscope (60°): a tremble of 1° across a movement of 2° turns its axis."""

MOST_OF_PROVISIONAL: Final = 1.5
"""Another movement, this much larger than a provisional rep, says for itself which way it went."""

UP_FIRST: Final = 2.0
"""Nats: seven of eight movements out of rest, alike a rep in all else, are a concentric."""

UP_FIRST_OF_ARC: Final = 0.7
"""The same without a gyroscope: two of three, because the first way up may be one with what came
before it, and the way down is then seen first."""

PROVISIONAL_SAYS: Final = 4.0
"""Nats: one provisional rep in fifty went the other way than it was taken for."""

COUNTED_SAYS: Final = 2.0
"""Nats: a rep that was announced is not taken back for nothing."""

LEVEL_SAYS: Final = 4.0
"""Nats: a level of the wearer's own seldom tells the wrong end of a movement."""

WHOLE_SHARE: Final = 0.85
"""A movement of this share of the set's latest reps is no remainder of another."""

RETURN_SHARE: Final = 0.5
"""A way back of less than this share of the way there has not completed the rep."""


class Direction(Enum):
    """Which way the hips went."""

    UP = 1
    DOWN = -1
    NEITHER = 0


class CandidateState(Enum):
    """What is new about a candidate."""

    GOING = "going"
    """The first leg is under way."""
    GONE = "gone"
    """The first leg has ended, or more became known of it."""
    RETURNING = "returning"
    """The second leg is under way."""
    RETURNED = "returned"
    """The second leg has ended, or more became known of it."""


@dataclass(frozen=True, slots=True, eq=False)
class RepCandidate:
    """What may be a rep: a concentric, and the eccentric before or after it."""

    number: int
    """Number of the segment that started it."""
    concentric: Movement | None
    """The concentric; None while a squat is still on its way down."""
    eccentric: Movement | None
    """The eccentric; None while it has not been seen."""

    @property
    def first(self) -> Movement:
        """The leg that started it."""
        legs = [leg for leg in (self.concentric, self.eccentric) if leg is not None]
        return min(legs, key=lambda leg: leg.start_s)

    @property
    def end_s(self) -> float:
        """End of the latest leg, s."""
        return max(leg.end_s for leg in (self.concentric, self.eccentric) if leg is not None)


@dataclass(frozen=True, slots=True, eq=False)
class CandidateUpdate:
    """What happened to a candidate."""

    state: CandidateState
    candidate: RepCandidate
    movement: Movement
    """The movement that brought the news."""


@dataclass(frozen=True, slots=True, eq=False)
class _Leg:
    """One way of a rep, in as many segments as it took."""

    before: Movement | None
    latest: Movement

    @property
    def whole(self) -> Movement:
        return self.latest if self.before is None else _joined(self.before, self.latest)

    def after(self, step: Movement) -> _Leg:
        """Return it with a step that came before."""
        return _Leg(step if self.before is None else _joined(step, self.before), self.latest)

    def with_news(self, movement: Movement) -> _Leg:
        if movement.number == self.latest.number:
            return _Leg(self.before, movement)
        return _Leg(self.whole, movement)


class RepPairer:
    """Pairs movements of one exercise: a leg there and a leg back."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._concentric_first = exercise.starts_from is Extreme.BOTTOM
        self.lift: Movement | None = None
        """The latest concentric that counted: its axis tells up from down; None between sets."""
        self.level: LockoutReference | None = None
        """The wearer's own level; None without a calibration that is to be trusted."""
        self._there: _Leg | None = None
        self._back: _Leg | None = None
        self._step: Movement | None = None
        """What went the same way before the leg there, from whose end that leg began: a step of it
        or something else, as the way back will tell."""
        self._number = 0
        self._sure = False
        self._usual: float | None = None
        """Travel of the rep before the latest that counted; None before there was one."""
        self._newest = 0
        self._ignored = 0
        self._dip = 0
        """Number of the segment that made good for a sag; segments count from 1."""

    def restart(self) -> None:
        """Forget the half rep that a gap in the stream cut."""
        self._there = self._back = self._step = None

    def saw(self, number: int) -> None:
        """Take note of a segment that may not be worth measuring yet."""
        self._newest = number

    def drop(self) -> None:
        """Forget what is under way: no more news of the segments so far is taken."""
        self._ignored = self._newest
        self.restart()

    def ignore(self, number: int) -> None:
        """Take no news of the segments up to `number`, which belong to no rep."""
        self._newest = number
        self.drop()

    def believe(self, concentric: Movement, *, sure: bool) -> None:
        """Take the axis of a concentric that counted; from now on the axis tells up from down.

        A provisional rep may be a set-up move, so its axis is not yet held against another.
        """
        self._usual = None if self.lift is None else self.lift.size
        self.lift = concentric
        self._sure = sure

    def know_better(self, concentric: Movement) -> None:
        """Take the concentric that counted last as it is now that it is over."""
        self.lift = concentric

    def forget(self) -> None:
        """Forget the axis: the set is over and the sensor may be worn another way."""
        self.lift = self._usual = None

    def way(self, movement: Movement) -> Direction:
        """Return which way the hips went."""
        if self._exercise.signal is LiftSignal.HEIGHT:
            return Direction(movement.direction)
        lift = self.lift
        if lift is not None:
            agreement = dot(movement.axis, lift.axis)
            aligned = abs(agreement) > (ALONG_AXIS if movement.by_gyroscope else ALONG_AXIS_OF_ARC)
            axis = Direction.UP if agreement > 0 else Direction.DOWN
            near = movement.size <= MOST_OF_PROVISIONAL * lift.size
            if aligned and (self._sure or movement.number == lift.number):
                return axis
            if self._sure:
                return Direction.NEITHER
            # The rise of a movement under way is not known: its speed is not zero at the end.
            moving = movement.state is SegmentState.BEGUN
            if aligned and near and moving:
                return axis
            if aligned and near:
                # The provisional rep may have gone the other way, and this one may know better.
                told = rises(movement) + PROVISIONAL_SAYS * axis.value
                return Direction.UP if told > 0.0 else Direction.DOWN
        if evidence(self._exercise, movement, first=lift is None) <= PENDING:
            return Direction.NEITHER
        return Direction.UP if self.goes_up(movement) else Direction.DOWN

    def goes_up(self, movement: Movement) -> bool:
        """Return which way a movement went of which no axis tells.

        That is how the hips rose, as far as it is sure; a level of the wearer's own tells as well,
        and who has lain still is more likely to lift than to come down.
        """
        if self._exercise.signal is LiftSignal.HEIGHT:
            return movement.direction > 0
        lift = self.lift
        said = rises(movement)
        up_first = UP_FIRST if movement.by_gyroscope else UP_FIRST_OF_ARC
        if lift is None:
            said += up_first
        elif movement.number == lift.number:
            # Once counted, it takes more than what counted it to have gone down after all.
            said += up_first + COUNTED_SAYS
        level = None if self.level is None else self.level.rises(movement)
        if level is not None:
            said += LEVEL_SAYS if level else -LEVEL_SAYS
        return said > 0.0

    def has_returned(self, number: int) -> bool:
        """Return whether a segment with this number is the way back of a rep, and far enough."""
        return self._back is not None and self._back.latest.number == number and self._returned

    def refuses(self, segment: Segment) -> bool:
        """Return whether a segment that is over is of no rep, whatever else is measured of it."""
        return (
            self.lift is None
            and segment.state is SegmentState.FINISHED
            and not possible_size(self._exercise, segment)
        )

    def pass_over(self, segment: Segment) -> None:
        """Take note of a segment that was refused."""
        if segment.number > self._ignored and not self._is_fidget(segment.travel):
            self.restart()

    def feed(self, movement: Movement) -> Iterator[CandidateUpdate]:
        """Yield what the news of a movement makes of the candidates."""
        self.saw(movement.number)
        if movement.number <= self._ignored:
            return
        moving = movement.state is SegmentState.BEGUN
        way = self.way(movement)
        if way is Direction.NEITHER:
            if movement.state is SegmentState.FINISHED and not self._is_fidget(movement.size):
                self.restart()
        elif (way is Direction.UP) is self._concentric_first:
            yield from self._go(movement, moving)
        else:
            yield from self._return(movement, moving)

    def _go(self, movement: Movement, moving: bool) -> Iterator[CandidateUpdate]:
        """Take news of the leg that starts a rep."""
        there, step = self._there, None
        if there and self._back and self._back.latest.number == movement.number:
            # What seemed to come back while it was slow has gone the other way.
            before = self._back.before
            self._back = None if before is None else _Leg(None, before)
            yield CandidateUpdate(CandidateState.GONE, self._candidate(), there.latest)
        if there is not None and not self._returned:
            if movement.number == there.latest.number:
                # What begins small may grow into a movement of its own.
                before, passed = there.before, self._step
                if before is not None and not self._goes_on(before, movement):
                    there, step = None, before
                elif passed is not None and self._is_like_the_last(passed, movement):
                    there, self._step = _Leg(passed, movement), None
                else:
                    there = there.with_news(movement)
            elif (movement.number == self._dip or self._back is not None) and self._is_dip(
                there.whole, movement
            ):
                # What begins small may grow into more than making good for a sag.
                self._dip, self._back = movement.number, None
                return
            elif self._is_sway(there.whole, movement):
                return
            elif self._goes_on(there.whole, movement):
                there = there.with_news(movement)
            elif self._sure and self._is_dip(there.whole, movement):
                # In a set, the hips sank too slowly or too little for that to be seen.
                self._dip = movement.number
                return
            else:
                step = there.whole if self._steps_on(there.whole, movement) else None
                there = None
        else:
            there = None
        if there is None:
            there = _Leg(None, movement)
            self._number, self._step = movement.number, step
        self._there, self._back = there, None
        state = CandidateState.GOING if moving else CandidateState.GONE
        yield CandidateUpdate(state, self._candidate(), movement)

    def _return(self, movement: Movement, moving: bool) -> Iterator[CandidateUpdate]:
        """Take news of the leg that ends a rep."""
        if self._there is None:
            return
        if moving:
            if not self._returned:
                yield CandidateUpdate(CandidateState.RETURNING, self._candidate(), movement)
            return
        back, goes_on = _Leg(None, movement), False
        if self._back is not None and (
            movement.number == self._back.latest.number
            or self._steps_on(self._back.whole, movement)
        ):
            back, goes_on = self._back.with_news(movement), True
        if self._step is not None and _undoes(back.whole, self._step, self._there.whole):
            self._there, self._step = self._there.after(self._step), None
            yield CandidateUpdate(CandidateState.GONE, self._candidate(), self._there.latest)
            if self._there is None:
                return  # as one, the steps were found to be none
        if goes_on:
            most = JOIN_SIZE_SHARE * self._there.whole.size
            if back.before is not None and back.whole.size > most:
                return
        elif self._returned:
            return
        self._back = back
        if self._returned:
            yield CandidateUpdate(CandidateState.RETURNED, self._candidate(), movement)

    @property
    def _returned(self) -> bool:
        """Whether the way back has come far enough to complete the rep."""
        if self._there is None or self._back is None:
            return False
        there, back = self._there.whole, self._back.whole
        missing = RETURN_SHARE * there.size - back.size
        if self._exercise.signal is LiftSignal.ROTATION:
            return missing <= 0.0
        # Heights are less sure than angles: it has come back unless they surely differ.
        return missing <= math.hypot(RETURN_SHARE * there.rise_sd_m, back.rise_sd_m)

    def _is_dip(self, there: Movement, movement: Movement) -> bool:
        """Return whether a movement only makes good for a sag near the end of the way there.

        Before a first rep, what is more like one than the way there is no part of its hold.
        """
        if movement.size >= RETURN_SHARE * there.size or not _from_its_end(there, movement):
            return False
        counted = self.lift is not None
        return counted or evidence(self._exercise, movement) <= evidence(self._exercise, there)

    def _is_sway(self, there: Movement, movement: Movement) -> bool:
        """Return whether a movement in the hold of a counted rep is too small for one of its own.

        Without a gyroscope every jolt in a hold seems to turn the pelvis.
        """
        held = self.lift is not None and self.lift.number == there.number
        return (
            held
            and not movement.by_gyroscope
            and not possible(self._exercise, movement)
            and movement.size < RETURN_SHARE * there.size
            and _from_its_end(there, movement)
        )

    def _is_fidget(self, size: float) -> bool:
        """Return whether a movement some other way is too small to end a rep that is under way."""
        return self._there is not None and size < RETURN_SHARE * self._there.whole.size

    def _goes_on(self, there: Movement, movement: Movement) -> bool:
        """Return whether a second movement the same way can only be the rest of the first.

        Who stopped half-way in a set and has not come back since cannot start another rep from
        there; before two reps have counted, only a short stop is one, or what is together as large
        as the one before.
        """
        long = self._usual is not None or self._is_like_the_last(there, movement)
        longest_s = LONGEST_STOP_S if long else JOIN_PAUSE_S
        return (
            movement.start_s - there.end_s <= longest_s
            and self._steps_on(there, movement)
            and not self._is_whole(there, movement)
        )

    def _is_like_the_last(self, there: Movement, movement: Movement) -> bool:
        """Return whether two movements are together as large as a rep that came before them."""
        lift = self.lift
        if lift is None or lift.number in (there.number, movement.number):
            return False
        return WHOLE_SHARE <= (there.size + movement.size) / lift.size <= 1.0 / WHOLE_SHARE

    def _steps_on(self, first: Movement, second: Movement) -> bool:
        """Return whether two movements the same way may be steps of one.

        A height creeps while nobody moves, and has no posture to go on from after a long stop.
        """
        by_height = self._exercise.signal is LiftSignal.HEIGHT
        return (
            second.start_s - first.end_s <= (JOIN_PAUSE_S if by_height else LONGEST_STOP_S)
            and second.end_s - first.start_s <= LONGEST_WAY_S
            and first.size + second.size <= MOST_ROTATION_RAD
            and _from_its_end(first, second)
        )

    def _is_whole(self, there: Movement, movement: Movement) -> bool:
        """Return whether a movement is a concentric by itself, and what came before it is none."""
        known = movement.by_gyroscope and movement.state is not SegmentState.BEGUN
        if not known or self._exercise.signal is LiftSignal.HEIGHT:
            return False
        if rises(there) < -COUNTED_SAYS and rises(movement) > COUNTED_SAYS:
            return True
        if self.lift is not None and (self._sure or self._usual is not None):
            # The latest that counted may be the first step of this one.
            return movement.size >= WHOLE_SHARE * max(self.lift.size, self._usual or 0.0)
        whole = _joined(there, movement)
        return evidence(self._exercise, movement) > evidence(self._exercise, whole)

    def _candidate(self) -> RepCandidate:
        assert self._there is not None
        there = self._there.whole
        back = None if self._back is None else self._back.whole
        if self._concentric_first:
            return RepCandidate(self._number, there, back)
        return RepCandidate(self._number, back, there)


def _from_its_end(there: Movement, movement: Movement) -> bool:
    """Return whether a movement began nearer to the end of another than to its start."""
    return dot(movement.from_up, there.to_up) > dot(movement.from_up, there.from_up)


def _undoes(back: Movement, step: Movement, there: Movement) -> bool:
    """Return whether a way back is as far as two steps there, rather than the second alone."""
    begins, ends = dot(back.to_up, step.from_up), dot(back.to_up, step.to_up)
    return back.size > there.size + 0.5 * step.size and begins > ends


def _joined(first: Movement, second: Movement) -> Movement:
    """Return two movements the same way as one."""
    duration_s = second.end_s - first.start_s
    rise_m = first.rise_m + second.rise_m
    return replace(
        second,
        start_s=first.start_s,
        surge_s=first.surge_s,
        size=first.size + second.size,
        rotation_rad=first.rotation_rad + second.rotation_rad,
        rise_m=rise_m,
        mean_velocity_mps=rise_m / max(duration_s, 1e-9),
        peak_velocity_mps=max(first.peak_velocity_mps, second.peak_velocity_mps, key=abs),
        from_up=first.from_up,
        peak_radps=max(first.peak_radps, second.peak_radps),
        back_rad=first.back_rad,
        since_s=first.since_s,
    )
