from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.detect.motions import BOTTOM_DEG, TOP_DEG, movement
from tracker.detect.pairing import RepCandidate
from tracker.detect.rep_report import NOTHING_REMARKED, RepContext, rep_from, starts_s
from tracker.domain import EXERCISES, HIP_THRUST, Flag, Phase, Rep

if TYPE_CHECKING:
    from tracker.domain import Exercise

UP = movement(1, 2.0, 3.0)
DOWN = movement(2, 4.5, 6.0, TOP_DEG, BOTTOM_DEG)
WHOLE = RepCandidate(1, UP, DOWN)
FULL_RAD = float(np.radians(TOP_DEG - BOTTOM_DEG))


def rep(
    candidate: RepCandidate = WHOLE,
    exercise: Exercise = HIP_THRUST,
    reference: float | None = FULL_RAD,
    next_start_s: float | None = None,
    *,
    after_s: float = -math.inf,
    gap: bool = False,
    saturated: bool = False,
    context: RepContext = NOTHING_REMARKED,
) -> Rep:
    return rep_from(
        candidate,
        3,
        exercise,
        reference_size=reference,
        next_start_s=next_start_s,
        after_s=after_s,
        gap=gap,
        saturated=saturated,
        context=context,
    )


def spans(one: Rep) -> list[tuple[Phase, float, float]]:
    return [(span.phase, span.start_s, span.end_s) for span in one.phases]


def test_a_rep_begins_when_the_one_before_it_is_over() -> None:
    """Each end of a movement is where its own speed falls: those of two may overlap a little."""
    plain, late = rep(), rep(after_s=2.2)
    assert spans(late) == [(Phase.CONCENTRIC, 2.2, 3.0), *spans(plain)[1:]]
    assert (late.start_s, late.rom_deg, late.rise_m) == (2.2, plain.rom_deg, plain.rise_m)
    assert rep(after_s=1.9) == plain


def test_a_hip_thrust_is_told_in_the_order_in_which_it_happens() -> None:
    one = rep(next_start_s=6.4)
    assert spans(one) == [
        (Phase.CONCENTRIC, 2.0, 3.0),
        (Phase.LOCKOUT, 3.0, 4.5),
        (Phase.ECCENTRIC, 4.5, 6.0),
    ]
    assert (one.index, one.start_s, one.end_s, one.complete) == (3, 2.0, 6.0, True)
    assert (one.concentric_s, one.lockout_s, one.eccentric_s) == (1.0, 1.5, 1.5)
    assert one.bottom_s == pytest.approx(0.4)
    assert one.rom_deg == pytest.approx(47.0)
    assert one.rise_m == UP.rise_m
    assert one.mean_velocity_mps == UP.mean_velocity_mps
    assert one.peak_velocity_mps == UP.peak_velocity_mps
    assert one.tilt_deg == pytest.approx(np.degrees(0.01))
    assert one.flags == ()
    assert (one.confidence, one.confidence_reason) == (None, None)


@pytest.mark.parametrize(("confidence", "reason"), [(0.94, "coherence"), (0.95, None)])
def test_only_an_uncertain_rep_names_what_speaks_against_it(
    confidence: float, reason: str | None
) -> None:
    one = rep_from(
        WHOLE,
        3,
        HIP_THRUST,
        reference_size=FULL_RAD,
        next_start_s=None,
        gap=False,
        confidence=confidence,
        reason="coherence",
    )
    assert (one.confidence, one.confidence_reason) == (confidence, reason)


def test_what_is_not_known_is_none_and_never_zero() -> None:
    last = rep()
    assert last.bottom_s is None
    assert last.top_deg is None
    cut = rep(RepCandidate(1, UP, None), gap=True)
    assert (cut.complete, cut.lockout_s, cut.eccentric_s, cut.bottom_s) == (
        False,
        None,
        None,
        None,
    )
    assert spans(cut) == [(Phase.CONCENTRIC, 2.0, 3.0)]
    assert cut.end_s == 3.0
    assert cut.flags == (Flag.GAP,)


def test_a_squat_lists_the_way_down_first_and_stands_at_the_end() -> None:
    lowered = replace(DOWN, start_s=2.0, end_s=3.2)
    raised = replace(UP, start_s=3.5, end_s=4.5, size=0.4)
    one = rep(RepCandidate(1, raised, lowered), EXERCISES["squat"], 0.4, 6.0)
    assert spans(one) == [
        (Phase.ECCENTRIC, 2.0, 3.2),
        (Phase.BOTTOM, 3.2, 3.5),
        (Phase.CONCENTRIC, 3.5, 4.5),
        (Phase.LOCKOUT, 4.5, 6.0),
    ]
    assert one.bottom_s == pytest.approx(0.3)
    last = rep(RepCandidate(1, raised, lowered), EXERCISES["squat"], 0.4)
    assert last.lockout_s is None
    assert last.complete


@pytest.mark.parametrize(("share", "short"), [(1.0, False), (0.86, False), (0.84, True)])
def test_short_of_lockout_is_less_than_85_percent_of_the_range(share: float, short: bool) -> None:
    candidate = RepCandidate(1, replace(UP, size=share * FULL_RAD), DOWN)
    assert (Flag.SHORT_OF_LOCKOUT in rep(candidate).flags) is short
    assert Flag.SHORT_OF_LOCKOUT not in rep(candidate, reference=None).flags


@pytest.mark.parametrize(("below_share", "short"), [(0.14, False), (0.16, True), (-0.3, False)])
def test_reference_reps_say_what_is_short_by_the_top_alone(
    below_share: float, short: bool
) -> None:
    context = RepContext(top_rad=-below_share * FULL_RAD, range_rad=FULL_RAD)
    for size in (0.7 * FULL_RAD, FULL_RAD):
        candidate = RepCandidate(1, replace(UP, size=size), DOWN)
        assert (Flag.SHORT_OF_LOCKOUT in rep(candidate, context=context).flags) is short
    assert Flag.SHORT_OF_LOCKOUT not in rep(candidate, context=context, gap=True).flags


def test_a_hold_alone_shows_no_range_to_be_short_of() -> None:
    assert rep(context=RepContext(top_rad=-0.3)).flags == ()


def test_a_slow_way_up_has_no_velocity_but_a_range() -> None:
    one = rep(RepCandidate(1, replace(UP, start_s=0.0), DOWN))
    assert one.mean_velocity_mps is None
    assert one.peak_velocity_mps is None
    assert one.rom_deg is not None
    assert one.flags == (Flag.LOW_CONFIDENCE_VELOCITY,)


def test_without_a_gyroscope_no_velocity_is_claimed() -> None:
    arc = RepCandidate(1, replace(UP, by_gyroscope=False), replace(DOWN, by_gyroscope=False))
    one = rep(arc)
    assert (one.mean_velocity_mps, one.peak_velocity_mps) == (None, None)
    assert one.flags == (Flag.LOW_CONFIDENCE_VELOCITY,)
    # The rest is measured all the same.
    assert one.rom_deg == pytest.approx(47.0)
    assert one.rise_m == UP.rise_m
    assert spans(one) == spans(rep())


def test_only_the_way_up_decides_on_velocities() -> None:
    assert rep(RepCandidate(1, UP, replace(DOWN, end_s=12.0, by_gyroscope=False))).flags == ()


def test_every_doubt_has_its_flag() -> None:
    doubtful = RepCandidate(1, replace(UP, planarity=0.7), DOWN)
    assert rep(doubtful).flags == (Flag.AXIS_UNCERTAIN,)
    assert rep(saturated=True).flags == (Flag.SATURATED,)
    assert rep(gap=True).flags == (Flag.GAP,)


def test_the_larger_tilt_of_both_ways_counts() -> None:
    one = rep(RepCandidate(1, UP, replace(DOWN, tilt_rad=0.1)))
    assert one.tilt_deg == pytest.approx(np.degrees(0.1))


def test_touch_and_go_has_a_hold_of_nothing_rather_than_less() -> None:
    one = rep(RepCandidate(1, UP, replace(DOWN, start_s=2.99)), next_start_s=5.99)
    assert one.lockout_s == 0.0
    assert one.bottom_s == 0.0
    assert one.eccentric_s == pytest.approx(3.0)


def test_a_stand_starts_when_the_seat_lets_go_of_the_hips() -> None:
    stand = rep(exercise=EXERCISES["sit_to_stand"])
    assert stand.phases[0].start_s == stand.start_s == UP.surge_s > UP.start_s
    assert stand.phases[0].end_s == UP.end_s
    assert starts_s(WHOLE, HIP_THRUST) == UP.start_s
