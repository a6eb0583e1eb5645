"""What movements say by themselves, as reps of a set, and as a set taken together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, TOP_DEG, movement, up_at
from tracker.detect.plausibility import (
    criteria,
    evidence,
    membership,
    model_of,
    pooled,
    rises,
    set_criteria,
    turns_away,
    weakest,
)
from tracker.domain import HIP_THRUST, exercise_named

if TYPE_CHECKING:
    from tracker.detect.features import Movement

LIFT = movement(1, 2.0, 3.0)
UPRIGHT = up_at(TOP_DEG - 95.0)
BRIDGE = exercise_named("glute_bridge")


def said(name: str, up: Movement) -> float:
    """Return what one comparison with a set of clean lifts says."""
    model = model_of([LIFT, LIFT], LIFT.size)
    (found,) = (each for each in set_criteria(HIP_THRUST, model, up) if each.name == name)
    return found.evidence


def together(ways: list[Movement], down: Movement | None = None) -> float:
    """Return what concentrics say as a set, each followed by the same eccentric."""
    return pooled(HIP_THRUST, [(up, down) for up in ways], ways[0])


@given(doubt=st.floats(0.001, 0.2), aside_deg=st.floats(-25.0, 25.0))
def test_a_rise_turns_away_from_upright_and_a_fall_comes_back(
    doubt: float, aside_deg: float
) -> None:
    shown = up_at(TOP_DEG - 95.0 + aside_deg)
    up = replace(LIFT, upright=shown, upright_doubt=doubt)
    down = replace(up, from_up=up.to_up, to_up=up.from_up)
    assert turns_away(up) > 2.0
    assert turns_away(down) == pytest.approx(-turns_away(up))
    assert turns_away(LIFT) == 0.0


def test_upright_tells_the_way_of_a_slow_lift_whose_rise_is_wrong() -> None:
    slow = replace(LIFT, end_s=7.0, rise_m=-0.1, rise_sd_m=0.15)
    assert rises(slow) < 0.0 < rises(replace(slow, upright=UPRIGHT, upright_doubt=0.03))
    brisk = replace(LIFT, rise_m=-LIFT.rise_m, rise_sd_m=0.02, upright=UPRIGHT, upright_doubt=0.03)
    assert rises(brisk) < 0.0, "a rise that is known well says more"


def test_a_set_that_fits_makes_a_movement_that_ends_upright_less_likely() -> None:
    stands = replace(LIFT, upright=LIFT.to_up, upright_doubt=0.03)
    assert evidence(HIP_THRUST, replace(stands, upright_doubt=0.003)) < (
        evidence(HIP_THRUST, stands) - 1.5
    )


def test_hips_of_a_bridge_end_further_from_upright_than_those_of_a_thrust() -> None:
    bridge = movement(1, 2.0, 3.0, 0.0, 25.0)
    ends = {deg: replace(bridge, upright=up_at(25.0 - deg)) for deg in (95.0, 120.0)}
    assert evidence(BRIDGE, ends[120.0]) >= evidence(BRIDGE, ends[95.0])
    assert evidence(HIP_THRUST, ends[120.0]) <= evidence(HIP_THRUST, ends[95.0])


@given(number=st.integers(1, 8))
def test_reps_that_are_alike_count_once(number: int) -> None:
    assert together([LIFT] * number) == (pytest.approx(together([LIFT])))


def test_rolling_over_and_over_is_no_set_however_alike() -> None:
    rolls = [replace(LIFT, rise_m=0.04, rise_sd_m=sd) for sd in (0.3, 0.04, 0.04)]
    assert evidence(HIP_THRUST, rolls[0]) > 0.0, "the rise of the first says nothing"
    assert together(rolls) < -0.5
    assert together([LIFT] * 3) > 3.0


@given(share=st.floats(0.4, 1.5))
def test_what_begins_with_the_way_back_is_hardly_a_set(share: float) -> None:
    swing = replace(LIFT, back_rad=share * LIFT.size)
    assert together([swing]) < together([LIFT]) - 3.0
    assert together([LIFT, swing]) == (pytest.approx(together([LIFT, LIFT]))), (
        "each rep but the first begins after the way back of the one before"
    )


def test_knees_that_roll_smoothly_are_no_set_though_their_rise_is_hardly_known() -> None:
    roll = replace(movement(1, 2.0, 4.2, to_deg=BOTTOM_DEG + 80.0), rise_m=0.13, rise_sd_m=0.2)
    assert evidence(HIP_THRUST, roll) > 0.0
    assert together([roll] * 3) < -0.5


def test_who_sits_down_another_way_than_he_stood_up_does_no_reps() -> None:
    down = movement(2, 4.0, 5.0, TOP_DEG, BOTTOM_DEG)
    sits = replace(down, rise_m=0.3 * down.rise_m, rise_sd_m=0.03)
    unsure = replace(sits, rise_sd_m=0.5)
    assert together([LIFT], down) > together([LIFT])
    assert together([LIFT], sits) < together([LIFT]) - 1.0
    assert together([LIFT], unsure) == pytest.approx(together([LIFT]), abs=0.2)


def test_a_pivot_that_is_far_away_is_more_likely_than_one_that_is_near() -> None:
    far, near = (replace(LIFT, rise_m=radius_m * LIFT.chord) for radius_m in (0.68, 0.18))
    assert evidence(HIP_THRUST, far) > evidence(HIP_THRUST, near) + 1.0


@given(above=st.floats(0.3, 0.6))
def test_who_has_not_come_back_down_makes_good_for_a_dip(above: float) -> None:
    model = model_of([LIFT, LIFT], LIFT.size)
    from_deg = BOTTOM_DEG + above * (TOP_DEG - BOTTOM_DEG)
    share = replace(movement(2, 6.0, 6.6, from_deg), axis=LIFT.axis)
    attempt = movement(3, 6.0, 6.6, to_deg=TOP_DEG - above * (TOP_DEG - BOTTOM_DEG))
    assert share.size == pytest.approx(attempt.size)
    assert membership(HIP_THRUST, model, attempt, confirmed=True) > (
        membership(HIP_THRUST, model, share, confirmed=True) + 1.0
    )
    assert said("began", attempt) == pytest.approx(0.0)
    assert said("began", replace(share, since_s=0.03)) < said("began", share) - 1.5
    assert said("began", replace(attempt, since_s=0.03)) == pytest.approx(0.0)


def test_hips_that_hover_between_reps_begin_a_little_above_the_bottom() -> None:
    hovered = movement(2, 6.0, 7.0, BOTTOM_DEG + 0.15 * (TOP_DEG - BOTTOM_DEG))
    assert said("began", hovered) > -0.5
    assert membership(HIP_THRUST, model_of([LIFT, LIFT], LIFT.size), hovered, confirmed=True) > 2.0


@given(slower=st.floats(0.1, 2.2))
def test_a_rep_keeps_the_tempo_of_its_set(slower: float) -> None:
    usual = replace(LIFT, end_s=LIFT.start_s + 1.1)
    late, later = (replace(LIFT, end_s=LIFT.start_s + np.exp(s)) for s in (slower, slower + 0.3))
    assert said("tempo", usual) > 0.0
    assert said("tempo", later) <= said("tempo", late) + 1e-9
    assert said("tempo", later) > -2.0, "a last rep may grind"


def radius_of(up: Movement) -> float:
    """Return what the radius of a movement says by itself."""
    (found,) = (each for each in criteria(HIP_THRUST, up) if each.name == "radius")
    return found.evidence


def test_without_a_gyroscope_a_radius_tells_unless_it_took_long() -> None:
    arc = replace(LIFT, by_gyroscope=False)
    assert radius_of(arc) > 1.0
    sat_up = replace(arc, rise_m=0.02)
    assert radius_of(sat_up) < -1.0
    slow = replace(sat_up, end_s=LIFT.start_s + 3.0, rise_sd_m=1.0)
    assert abs(radius_of(slow)) < 0.5, "the offset adds up over time"


def test_where_nothing_else_speaks_against_a_rep_it_is_the_missing_gyroscope() -> None:
    assert weakest(HIP_THRUST, LIFT, None) is None
    assert weakest(HIP_THRUST, replace(LIFT, by_gyroscope=False), None) == "no_gyroscope"


@given(seconds=st.floats(0.05, 5.0))
def test_the_slower_a_movement_the_less_it_leans_gravity(seconds: float) -> None:
    arc = replace(LIFT, by_gyroscope=False)
    brisk, slower = (replace(arc, end_s=LIFT.start_s + each) for each in (seconds, 2.0 * seconds))
    assert 0.0 < slower.lean_share <= brisk.lean_share <= 1.0
    assert replace(brisk, by_gyroscope=True).lean_share == 0.0


def test_without_a_gyroscope_standing_up_is_no_lift() -> None:
    arc = replace(LIFT, by_gyroscope=False, jolt_before_mps2=0.1)
    assert evidence(HIP_THRUST, arc) > 2.0
    stands = replace(arc, rise_m=0.9 * arc.chord, jolt_before_mps2=1.8)
    assert evidence(HIP_THRUST, stands) < 0.0


def test_only_in_a_bridge_a_sensor_may_be_on_a_thigh() -> None:
    thigh = replace(movement(1, 2.0, 3.0, 0.0, 25.0), by_gyroscope=False)
    thigh = replace(thigh, rise_m=0.2 * thigh.chord)
    radius = {
        each.name: next(one.evidence for one in criteria(each, thigh) if one.name == "radius")
        for each in (BRIDGE, HIP_THRUST)
    }
    assert radius[BRIDGE.name] > radius[HIP_THRUST.name] + 0.5
