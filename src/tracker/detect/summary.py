"""A counted draft in the numbers and names that users see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.form import Remarked, form_flags, largest_tilt_rad
from tracker.detect.likeness import nearness
from tracker.detect.movement import SLOWEST_TRUSTED_CONCENTRIC_S
from tracker.detect.strokes import UNENDED
from tracker.domain import Extreme, Flag, Phase, PhaseSpan, Rep

if TYPE_CHECKING:
    from tracker.detect.movement import Movement
    from tracker.detect.reps import Draft
    from tracker.domain import Exercise

CERTAIN_PLANARITY: Final = 0.8
"""Below this share of turning about one axis, angle and velocity are of a mixture of movements."""

NOTHING_REMARKED: Final = Remarked()
"""Of a rep of which only the movements are known."""


def rep_from(
    draft: Draft,
    index: int,
    exercise: Exercise,
    *,
    reference_size: float | None,
    next_start_s: float | None,
    gap: bool,
    from_rest: bool = True,
    saturated: bool = False,
    remarked: Remarked = NOTHING_REMARKED,
) -> Rep:
    """Return the rep of a counted draft.

    Parameters
    ----------
    draft
        Its movements; the concentric must be known.
    index
        Its number in the set.
    exercise
        What is trained.
    reference_size
        Travel of a full rep of the set, in the unit of the track; None if unknown. The wearer's
        reference reps, if what is remarked has them, come before it.
    next_start_s
        Start of the next rep, s; None after the last, or if samples are missing before it.
    gap
        Whether samples are missing inside.
    from_rest
        Whether the start of its way up was seen. Without its start or its end a way up has no
        range, no rise and no velocity.
    saturated
        Whether a sample hit the end of the sensor's range inside.
    remarked
        What else is known of it.
    """
    up, down = draft.concentric, draft.eccentric
    assert up is not None
    phases: list[PhaseSpan] = []
    bottom_s: float | None = None
    to_rest = up.state not in UNENDED
    whole = bool(from_rest and to_rest)
    lowered = down is not None and down.state not in UNENDED
    if exercise.starts_from is Extreme.BOTTOM:
        phases.append(PhaseSpan(Phase.CONCENTRIC, starts_s(draft, exercise), up.end_s, whole))
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
    # Without a gyroscope, only the middle of the way up is seen, and acceleration tilts it too.
    unsure = up.duration_s > SLOWEST_TRUSTED_CONCENTRIC_S or not up.by_gyroscope
    flags = []
    # What is missing of a rep may be the rest of its range.
    if _short(up, exercise, reference_size, remarked) and not gap:
        flags.append(Flag.SHORT_OF_LOCKOUT)
    if gap:
        flags.append(Flag.GAP)
    if saturated:
        flags.append(Flag.SATURATED)
    if unsure:
        flags.append(Flag.LOW_CONFIDENCE_VELOCITY)
    if up.planarity < CERTAIN_PLANARITY:
        flags.append(Flag.AXIS_UNCERTAIN)
    flags += form_flags(exercise, draft, remarked, whole=whole)
    top_rad = remarked.top_rad if to_rest else None
    doubt, doubt_trait = nearness(exercise, up)
    return Rep(
        index=index,
        start_s=phases[0].start_s,
        end_s=phases[-1].end_s,
        complete=down is not None,
        phases=tuple(phases),
        rom_deg=float(np.degrees(up.rotation_rad)) if whole else None,
        top_deg=None if top_rad is None else float(np.degrees(top_rad)),
        rise_m=up.rise_m if whole else None,
        mean_velocity_mps=None if unsure or not whole else up.mean_velocity_mps,
        peak_velocity_mps=None if unsure or not whole else up.peak_velocity_mps,
        tilt_deg=float(np.degrees(largest_tilt_rad(draft, remarked))),
        flags=tuple(flags),
        bottom_s=bottom_s,
        doubt=doubt,
        doubt_trait=doubt_trait,
        gyroscope=up.by_gyroscope,
    )


def _short(
    up: Movement, exercise: Exercise, reference_size: float | None, remarked: Remarked
) -> bool:
    """Return whether a way up fell short of lockout, by more than a share of the range.

    Reference reps give lockout and range. Without them a set's own lockout is not known to a
    degree, and the travel stands for it.
    """
    if remarked.range_rad is not None and remarked.top_rad is not None:
        return remarked.top_rad < -exercise.lockout_share * remarked.range_rad
    return up.size < (1.0 - exercise.lockout_share) * (reference_size or 0.0)


def starts_s(draft: Draft, exercise: Exercise) -> float:
    """Return when a rep starts, s: its first movement, or when the seat lets go of the hips."""
    first = draft.first
    return min(first.surge_s, first.end_s) if exercise.seated else first.start_s
