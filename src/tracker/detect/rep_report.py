"""Remarks on how a rep was done, as far as a sensor on the pelvis can tell.

They are of movements that turn about one axis; a squat has none of them.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.features import SLOWEST_TRUSTED_CONCENTRIC_S
from tracker.detect.segmentation import UNENDED
from tracker.detect.vectors import turned_rad
from tracker.domain import Extreme, Flag, LiftSignal, Phase, PhaseSpan, Rep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.detect.features import Movement
    from tracker.detect.pairing import RepCandidate
    from tracker.domain import Exercise


PAST_LOCKOUT_RAD: Final = float(np.radians(8.0))
"""Hips this far above the wearer's own lockout: as much as a pelvis sensor is off, 3 to 9° (Bolink
2016), and no number for all, because the lumbar share of the lift is 12 ± 21°."""

FAR_PAST_LOCKOUT_RAD: Final = float(np.radians(12.0))
"""From here on it is no error of measuring any more."""

FIRST_REPS: Final = 3
"""The set's own lockout is the median of as many tops, before anybody is tired."""

DROPPED_SHARE: Final = 0.8
"""Eccentric over concentric, in time: reps of one tempo differ by 6 to 15 %, not a fifth."""

DROPPED_S: Final = 1.0
"""The hips are dropped in 0.6 to 1 s and lowered in 2 to 3 s; a slower eccentric is not dropped,
however long the concentric was ground out."""

LEAST_SAG_RAD: Final = float(np.radians(3.0))
"""Without a gyroscope a trembling hold seems to turn by 1.2° either way; less is no sag."""

RESTED_S: Final = 1.0
"""Touch-and-go turns at once and a dead stop takes half a second; longer stillness is a rest."""


SAME_SATURATION_S: Final = 0.2
"""Packets that hit the range this close to each other are one event; a packet spans 0.05 s."""

MOST_SATURATIONS: Final = 4000
"""Events that are remembered: one each second of an hour that comes in one block."""


class Saturations:
    """When the sensor hit the end of its range."""

    def __init__(self) -> None:
        self._spans: deque[tuple[float, float]] = deque(maxlen=MOST_SATURATIONS)

    def add(self, start_s: float, end_s: float) -> None:
        """Take samples that hit it; they come in order of time."""
        if self._spans and start_s - self._spans[-1][1] < SAME_SATURATION_S:
            start_s = self._spans.pop()[0]
        self._spans.append((start_s, end_s))

    def forget(self, before_s: float) -> None:
        """Forget those that ended before a session time, s."""
        while self._spans and self._spans[0][1] < before_s:
            self._spans.popleft()

    def touch(self, start_s: float, end_s: float) -> bool:
        """Return whether one falls between two session times, s."""
        return any(first <= end_s and last >= start_s for first, last in self._spans)


@dataclass(frozen=True, slots=True)
class RepContext:
    """What is known of a rep besides its movements; None is unknown."""

    top_rad: float | None = None
    """Top above the wearer's level, rad."""
    range_rad: float | None = None
    """Rotation of the wearer's reference reps, rad."""
    tilt_rad: float | None = None
    """Sideways lean at the top against the wearer's level, rad."""
    beyond_rad: float | None = None
    """Top beyond those of the set's first reps, rad."""
    sag_rad: float | None = None
    """How far the hips sank during the hold, rad."""
    still_s: float | None = None
    """Longest stillness at the bottom after the rep, s."""
    touched: bool | None = None
    """Whether the hips touched the floor there."""


def form_flags(
    exercise: Exercise, candidate: RepCandidate, context: RepContext, *, whole: bool = True
) -> Iterator[Flag]:
    """Yield the remarks on how a rep was done.

    Parameters
    ----------
    exercise
        What is trained.
    candidate
        Its movements.
    context
        What else is known; without a calibration the set's own tops are the reference.
    whole
        Whether the concentric was seen from end to end, so that others compare with it.
    """
    up, down = candidate.concentric, candidate.eccentric
    if exercise.signal is LiftSignal.HEIGHT or up is None:
        return
    past_rad = context.beyond_rad if context.top_rad is None else context.top_rad
    if past_rad is not None and past_rad > PAST_LOCKOUT_RAD:
        far = past_rad > FAR_PAST_LOCKOUT_RAD
        yield Flag.FAR_PAST_LOCKOUT if far else Flag.PAST_LOCKOUT
    # Below this the hold would not have been a lockout to begin with.
    sunk_rad = max(exercise.lockout_share * up.rotation_rad, LEAST_SAG_RAD)
    if context.sag_rad is not None and context.sag_rad > sunk_rad:
        yield Flag.SAGGED
    if whole and down is not None and _dropped(up, down):
        yield Flag.DROPPED_ECCENTRIC
    if context.still_s is not None and context.still_s > RESTED_S:
        yield Flag.RESTED_AT_BOTTOM
    if context.touched:
        yield Flag.TOUCHED_FLOOR
    if largest_tilt_rad(candidate, context) > math.radians(exercise.most_tilt_deg):
        yield Flag.TILTED


def largest_tilt_rad(candidate: RepCandidate, context: RepContext) -> float:
    """Return the largest sideways tilt of the pelvis, out of the plane of the lift or of level."""
    legs = (leg for leg in (candidate.concentric, candidate.eccentric) if leg is not None)
    return max(context.tilt_rad or 0.0, *(leg.tilt_rad for leg in legs))


def beyond_rad(first: Sequence[Movement], up: Movement) -> float | None:
    """Return how far a top lies beyond those of a set's first concentrics, rad; None if too few.

    Both the posture at the top and the travel must go further: a slipped strap changes the one,
    a deeper bottom the other.
    """
    if len(first) < FIRST_REPS:
        return None
    tops_rad = [float(turned_rad(up.axis, each.to_up, up.to_up)) for each in first]
    sizes = [each.size for each in first]
    return min(median(tops_rad), up.size - median(sizes))


def _dropped(up: Movement, down: Movement) -> bool:
    """Return whether the eccentric was shorter than the concentric, and faster at its peak."""
    return (
        down.duration_s < DROPPED_S
        and down.duration_s < DROPPED_SHARE * up.duration_s
        and down.peak_radps * DROPPED_SHARE > up.peak_radps
    )


CERTAIN_PLANARITY: Final = 0.8
"""Below this share of turning about one axis, angle and velocity are of a mixture of movements."""

MOST_RISE_M: Final = 1.5
"""More than any hips rise in one movement."""

CONFIDENT: Final = 0.95
"""From here on nothing is said against a rep."""

NOTHING_REMARKED: Final = RepContext()
"""Of a rep of which only the movements are known."""


def rep_from(
    candidate: RepCandidate,
    index: int,
    exercise: Exercise,
    *,
    reference_size: float | None,
    next_start_s: float | None,
    after_s: float = -math.inf,
    gap: bool,
    from_rest: bool = True,
    saturated: bool = False,
    context: RepContext = NOTHING_REMARKED,
    confidence: float | None = None,
    reason: str | None = None,
) -> Rep:
    """Return the rep of a counted candidate.

    Parameters
    ----------
    candidate
        Its movements; the concentric must be known.
    index
        Its number in the set.
    exercise
        What is trained.
    reference_size
        Travel of a full rep of the set, in the unit of the track; None if unknown. The wearer's
        reference reps, if what is context has them, come before it.
    next_start_s
        Start of the next rep, s; None after the last, or if samples are missing before it.
    after_s
        End of the rep before, s.
    gap
        Whether samples are missing inside.
    from_rest
        Whether the start of its concentric was seen. Without its start or its end a concentric
        has no range, no rise and no velocity.
    saturated
        Whether a sample hit the end of the sensor's range inside.
    context
        What else is known of it.
    confidence, reason
        Probability that it is a rep of its set, and what speaks most against it.

    Notes
    -----
    What no hips can do is not published: phases and reps follow each other, a rise of more than
    `MOST_RISE_M` is an integral that went astray, and a pelvis that turns by more than half a
    circle has a gyroscope that is wrong.
    """
    up, down = candidate.concentric, candidate.eccentric
    assert up is not None
    phases: list[PhaseSpan] = []
    bottom_s: float | None = None
    to_rest = up.state not in UNENDED
    whole = bool(from_rest and to_rest)
    lowered = down is not None and down.state not in UNENDED
    if exercise.starts_from is Extreme.BOTTOM:
        phases.append(PhaseSpan(Phase.CONCENTRIC, starts_s(candidate, exercise), up.end_s, whole))
        if down is not None:
            turn_s = max(down.start_s, up.end_s)
            phases.append(PhaseSpan(Phase.LOCKOUT, up.end_s, turn_s))
            phases.append(PhaseSpan(Phase.ECCENTRIC, turn_s, down.end_s, lowered))
            if next_start_s is not None:
                bottom_s = max(next_start_s - down.end_s, 0.0)
    else:
        if down is not None:
            bottom_s = max(up.start_s - down.end_s, 0.0)
            phases.append(PhaseSpan(Phase.ECCENTRIC, down.start_s, down.end_s))
            phases.append(PhaseSpan(Phase.BOTTOM, down.end_s, down.end_s + bottom_s))
        phases.append(PhaseSpan(Phase.CONCENTRIC, up.start_s, up.end_s, whole))
        if next_start_s is not None:
            phases.append(PhaseSpan(Phase.LOCKOUT, up.end_s, max(next_start_s, up.end_s)))
    phases = _in_order(phases, after_s)
    seen = whole
    possible = abs(up.rotation_rad) <= math.pi
    if abs(up.rise_m) > MOST_RISE_M or not possible:
        whole = False
    # Without a gyroscope only its middle is seen, and acceleration tilts it too.
    unsure = up.duration_s > SLOWEST_TRUSTED_CONCENTRIC_S or not up.by_gyroscope
    flags = []
    # What is missing of a rep may be the rest of its range.
    if _short(up, exercise, reference_size, context) and not gap:
        flags.append(Flag.SHORT_OF_LOCKOUT)
    if gap:
        flags.append(Flag.GAP)
    if saturated:
        flags.append(Flag.SATURATED)
    if unsure:
        flags.append(Flag.LOW_CONFIDENCE_VELOCITY)
    if up.planarity < CERTAIN_PLANARITY:
        flags.append(Flag.AXIS_UNCERTAIN)
    flags += form_flags(exercise, candidate, context, whole=whole)
    top_rad = context.top_rad if to_rest else None
    return Rep(
        index=index,
        start_s=phases[0].start_s,
        end_s=phases[-1].end_s,
        complete=down is not None,
        phases=tuple(phases),
        rom_deg=math.degrees(up.rotation_rad) if seen and possible else None,
        top_deg=None if top_rad is None else math.degrees(top_rad),
        rise_m=up.rise_m if whole else None,
        mean_velocity_mps=None if unsure or not whole else up.mean_velocity_mps,
        peak_velocity_mps=None if unsure or not whole else up.peak_velocity_mps,
        tilt_deg=math.degrees(largest_tilt_rad(candidate, context)),
        flags=tuple(flags),
        bottom_s=bottom_s,
        gyroscope=up.by_gyroscope,
        confidence=confidence,
        confidence_reason=None if confidence is None or confidence >= CONFIDENT else reason,
    )


def _in_order(phases: list[PhaseSpan], reached_s: float) -> list[PhaseSpan]:
    """Return phases of which none starts before the one before it ended, or ends before that."""
    ordered: list[PhaseSpan] = []
    for span in phases:
        if reached_s <= span.start_s <= span.end_s:
            reached_s = span.end_s
            ordered.append(span)
            continue
        start_s = max(span.start_s, reached_s)
        reached_s = max(span.end_s, start_s)
        ordered.append(PhaseSpan(span.phase, start_s, reached_s, span.whole))
    return ordered


def _short(
    up: Movement, exercise: Exercise, reference_size: float | None, context: RepContext
) -> bool:
    """Return whether a concentric fell short of lockout, by more than a share of the range.

    Reference reps give lockout and range. Without them a set's own lockout is not known to a
    degree, and the travel stands for it.
    """
    if context.range_rad is not None and context.top_rad is not None:
        return context.top_rad < -exercise.lockout_share * context.range_rad
    return up.size < (1.0 - exercise.lockout_share) * (reference_size or 0.0)


def starts_s(candidate: RepCandidate, exercise: Exercise) -> float:
    """Return when a rep starts, s: its first movement, or when the seat lets go of the hips."""
    first = candidate.first
    return min(first.surge_s, first.end_s) if exercise.seated else first.start_s
