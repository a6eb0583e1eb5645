from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, TOP_DEG, TRUNK_M, movement
from tracker.detect.likeness import (
    MOST_DOUBT,
    at_least,
    at_most,
    doubt,
    fitting,
    nearness,
    plausible,
    traits,
)
from tracker.domain import EXERCISES, HIP_THRUST

if TYPE_CHECKING:
    from tracker.detect.movement import Movement
    from tracker.domain import Exercise

BRIDGE = EXERCISES["glute_bridge"]
SQUAT = EXERCISES["squat"]

GOOD = movement(1, 2.0, 3.0)
"""A full hip thrust: 47° and 0.35 m in a second."""


def turned(angle_deg: float, radius_m: float = TRUNK_M, duration_s: float = 1.0) -> Movement:
    """Return a clean movement by an angle about an axis at some distance."""
    angle_rad = float(np.radians(angle_deg))
    return replace(
        GOOD,
        end_s=GOOD.start_s + duration_s,
        size=angle_rad,
        rotation_rad=angle_rad,
        rise_m=2.0 * radius_m * math.sin(angle_rad / 2.0),
    )


def by_arc(each: Movement) -> Movement:
    return replace(each, by_gyroscope=False)


def squatted(rise_m: float, duration_s: float = 1.0) -> Movement:
    return replace(GOOD, end_s=GOOD.start_s + duration_s, size=rise_m, rise_m=rise_m)


def doubts(exercise: Exercise, each: Movement) -> dict[str, float]:
    """Return the traits that raise any doubt."""
    return {trait.name: trait.doubt for trait in traits(exercise, each) if trait.doubt > 0.0}


# --- one trait ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [(9.0, 0.0), (6.0, 0.0), (5.0, 0.25), (4.0, 0.5), (2.0, 1.0), (1.999, math.inf)],
)
def test_what_should_not_be_small_is_doubted_below_its_comfort(
    value: float, expected: float
) -> None:
    trait = at_least("size", value, 2.0, 6.0)
    assert trait.doubt == expected
    assert (trait.name, trait.value, trait.limit, trait.comfort) == ("size", value, 2.0, 6.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-1.0, 0.0), (2.0, 0.0), (3.0, 0.25), (4.0, 0.5), (6.0, 1.0), (6.001, math.inf)],
)
def test_what_should_not_be_large_is_doubted_above_its_comfort(
    value: float, expected: float
) -> None:
    trait = at_most("size", value, 6.0, 2.0)
    assert trait.doubt == expected
    assert (trait.name, trait.value, trait.limit, trait.comfort) == ("size", value, 6.0, 2.0)


def test_without_a_comfort_only_the_limit_counts() -> None:
    assert at_least("size", 2.0, 2.0).doubt == at_most("size", 2.0, 2.0).doubt == 0.0
    assert at_least("size", 1.999, 2.0).doubt == at_most("size", 2.001, 2.0).doubt == math.inf
    assert at_least("size", 2.0, 2.0).comfort == at_most("size", 2.0, 2.0).comfort == 2.0


# --- all of them together ----------------------------------------------------------------------

HALF_WAY: dict[str, dict[str, Any]] = {
    "shortest_s": {"end_s": GOOD.start_s + 0.35},
    "planarity": {"planarity": 0.86},
    "coherence": {"coherence": 0.775},
    "about_vertical": {"rotation_rad": 1.275 * GOOD.size},
}
"""Changes that leave a hip thrust half-way between comfort and limit in one respect."""


@pytest.mark.parametrize("name", HALF_WAY)
def test_half_way_to_the_limit_is_half_a_doubt(name: str) -> None:
    assert doubts(HIP_THRUST, replace(GOOD, **HALF_WAY[name])) == {name: pytest.approx(0.5)}


@pytest.mark.parametrize("left_out", HALF_WAY)
def test_one_trait_at_its_limit_passes_but_not_three_half_way(left_out: str) -> None:
    changes: dict[str, Any] = {
        field: value
        for name, change in HALF_WAY.items()
        if name != left_out
        for field, value in change.items()
    }
    crooked = replace(GOOD, **changes)
    assert doubt(HIP_THRUST, crooked) == pytest.approx(1.5)
    assert not plausible(HIP_THRUST, crooked)
    # Size and duration alone are not against it.
    assert fitting(HIP_THRUST, crooked)
    assert doubt(HIP_THRUST, turned(15.0)) == MOST_DOUBT
    assert plausible(HIP_THRUST, turned(15.0))


@given(
    planarity=st.floats(0.0, 1.0),
    coherence=st.floats(0.0, 1.0),
    angle_deg=st.floats(1.0, 120.0),
    duration_s=st.floats(0.05, 15.0),
    radius_m=st.floats(0.0, 1.5),
)
def test_no_trait_makes_up_for_another(
    planarity: float, coherence: float, angle_deg: float, duration_s: float, radius_m: float
) -> None:
    each = turned(angle_deg, radius_m, duration_s)
    each = replace(each, planarity=planarity, coherence=coherence)
    found = [trait.doubt for trait in traits(HIP_THRUST, each)]
    assert min(found) >= 0.0
    assert doubt(HIP_THRUST, each) >= max(found)
    assert plausible(HIP_THRUST, each) is (sum(found) <= MOST_DOUBT)


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_its_own_movement_raises_no_doubt_for_any_exercise(name: str) -> None:
    exercise = EXERCISES[name]
    usual = movement(1, 2.0, 3.0, 17.0, 40.0) if name == "glute_bridge" else GOOD
    if exercise.least_rise_m:
        usual = squatted(0.4)
    for direction in (1.0, -1.0):
        each = replace(usual, axis=direction * usual.axis, rise_m=direction * usual.rise_m)
        assert doubt(exercise, each) == 0.0
        assert plausible(exercise, each)
        assert fitting(exercise, each)


def test_the_radius_is_the_rise_over_the_turned_angle() -> None:
    found = {trait.name: trait.value for trait in traits(HIP_THRUST, GOOD)}
    middle_rad = np.radians((BOTTOM_DEG + TOP_DEG) / 2.0)
    assert found["radius_m"] == pytest.approx(TRUNK_M * np.cos(middle_rad))


# --- why the limits are where they are ---------------------------------------------------------


@pytest.mark.parametrize(
    "lift",
    [
        turned(55.0),
        turned(15.0),
        turned(24.0, duration_s=0.2),
        turned(30.0, duration_s=8.0),
        turned(45.0, radius_m=0.36, duration_s=0.52),
        replace(turned(45.0), rise_m=1.5 * 2.0 * 0.55 * math.sin(np.radians(22.5))),
        replace(GOOD, planarity=float(np.cos(np.radians(9.0))) ** 2),
        replace(GOOD, rotation_rad=GOOD.size / float(np.cos(np.radians(9.0)))),
        replace(GOOD, coherence=0.96),
    ],
    ids=[
        "the longest",
        "the smallest, in no hurry",
        "as fast as anybody can",
        "rehabilitation",
        "a steep trunk, 80 % of the most that someone can lift",
        "a long trunk, and plates on the floor",
        "a rolling pelvis",
        "a rolling pelvis, by the angle",
        "flesh and straps",
    ],
)
def test_what_hip_thrusts_do_is_plausible(lift: Movement) -> None:
    assert plausible(HIP_THRUST, lift)
    # Only what is said to be at a limit may come near one.
    near = {name for name, value in doubts(HIP_THRUST, lift).items() if value > 0.5}
    assert len(near) <= 1


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("least_turn_rad", turned(14.9)),
        ("most_turn_rad", turned(86.0, radius_m=0.25)),
        ("shortest_s", turned(47.0, duration_s=0.19)),
        ("longest_s", turned(47.0, duration_s=12.1)),
        ("radius_m", turned(47.0, radius_m=0.15)),
        ("most_radius_m", turned(47.0, radius_m=1.25)),
        ("planarity", replace(GOOD, planarity=0.79)),
        ("about_vertical", replace(GOOD, rotation_rad=1.4 * GOOD.size)),
        ("about_vertical", replace(GOOD, rotation_rad=GOOD.size / 1.4)),
        ("coherence", replace(GOOD, coherence=0.59)),
    ],
    ids=[
        "too small",
        "lying back until the trunk is level",
        "a jerk",
        "slower than any rep",
        "sitting up, with the sensor near the hips",
        "standing up, which lifts and hardly turns",
        "rolling over",
        "turning round while walking",
        "tilting more than it turned",
        "bending first and rising later",
    ],
)
def test_beyond_one_limit_nothing_else_helps(name: str, changed: Movement) -> None:
    assert doubts(HIP_THRUST, changed)[name] == math.inf
    assert sum(1 for value in doubts(HIP_THRUST, changed).values() if value >= MOST_DOUBT) == 1
    assert not plausible(HIP_THRUST, changed)


@pytest.mark.parametrize(
    ("what", "names"),
    [
        (
            replace(turned(22.0, radius_m=0.6, duration_s=0.3), coherence=0.8),
            {"shortest_s", "least_turn_rad", "coherence"},
        ),
        (
            replace(turned(80.0, radius_m=0.28), coherence=0.9),
            {"most_turn_rad", "radius_m", "coherence"},
        ),
        (
            replace(turned(45.0, radius_m=0.85), coherence=0.75),
            {"most_radius_m", "coherence"},
        ),
        (
            replace(
                turned(35.0, radius_m=0.3, duration_s=0.6),
                planarity=0.85,
                rotation_rad=1.3 * float(np.radians(35.0)),
            ),
            {"radius_m", "planarity", "about_vertical"},
        ),
    ],
    ids=["a step of walking", "sitting up", "getting up from a chair", "a turn in bed"],
)
def test_what_is_near_several_limits_is_no_lift(what: Movement, names: set[str]) -> None:
    found = doubts(HIP_THRUST, what)
    assert found.keys() == names
    # None of them alone would tell.
    assert max(found.values()) < MOST_DOUBT
    assert not plausible(HIP_THRUST, what)


def test_a_way_up_in_half_a_second_is_in_no_hurry() -> None:
    assert doubts(HIP_THRUST, turned(47.0, duration_s=0.5)) == {}
    assert doubts(HIP_THRUST, turned(47.0, duration_s=0.44)) == {"shortest_s": pytest.approx(0.2)}


@pytest.mark.parametrize(
    ("comfortable", "doubtful"),
    [
        (turned(24.1), turned(23.9)),
        (turned(64.9), turned(65.1)),
        (turned(47.0, radius_m=0.331), turned(47.0, radius_m=0.329)),
        (turned(47.0, radius_m=0.649), turned(47.0, radius_m=0.651)),
        (replace(GOOD, planarity=0.921), replace(GOOD, planarity=0.919)),
        (
            replace(GOOD, rotation_rad=1.199 * GOOD.size),
            replace(GOOD, rotation_rad=1.201 * GOOD.size),
        ),
        (replace(GOOD, coherence=0.951), replace(GOOD, coherence=0.949)),
    ],
    ids=["small", "large", "flat", "high", "crooked", "about the vertical", "out of step"],
)
def test_doubt_begins_at_the_comfort(comfortable: Movement, doubtful: Movement) -> None:
    assert doubt(HIP_THRUST, comfortable) == 0.0
    assert 0.0 < doubt(HIP_THRUST, doubtful) < 0.02


# --- in a set that is under way ----------------------------------------------------------------


def test_a_rep_of_a_known_set_needs_size_and_duration_only() -> None:
    spoilt = replace(turned(15.0, duration_s=0.2), rise_m=-0.1, planarity=0.1, coherence=0.0)
    assert fitting(HIP_THRUST, spoilt)
    assert not plausible(HIP_THRUST, spoilt)


@pytest.mark.parametrize(
    "changed",
    [
        turned(14.9),
        turned(86.0),
        turned(47.0, duration_s=0.19),
        turned(47.0, duration_s=12.1),
    ],
    ids=["small", "large", "short", "long"],
)
def test_what_has_not_the_extent_does_not_fit(changed: Movement) -> None:
    assert not fitting(HIP_THRUST, changed)


# --- without a gyroscope -----------------------------------------------------------------------


def test_of_gravitys_arc_only_extent_and_radius_are_asked() -> None:
    names = [trait.name for trait in traits(HIP_THRUST, by_arc(GOOD))]
    assert names == [
        "shortest_s",
        "longest_s",
        "least_turn_rad",
        "most_turn_rad",
        "radius_m",
        "most_radius_m",
    ]
    trembling: dict[str, Any] = {"planarity": 0.1, "coherence": 0.0, "size": 2.0 * GOOD.size}
    assert doubt(HIP_THRUST, replace(by_arc(GOOD), **trembling)) == 0.0
    # Nothing in between: it counts or it does not.
    assert {each.doubt for each in traits(HIP_THRUST, by_arc(turned(15.0, 0.21, 0.11)))} == {0.0}


@pytest.mark.parametrize(
    ("exercise", "good", "bad"),
    [
        (HIP_THRUST, turned(47.0, duration_s=0.11), turned(47.0, duration_s=0.09)),
        (HIP_THRUST, turned(47.0, duration_s=11.9), turned(47.0, duration_s=12.1)),
        (HIP_THRUST, turned(15.1), turned(14.9)),
        (BRIDGE, turned(5.1), turned(4.9)),
        (HIP_THRUST, turned(74.0), turned(76.0)),
        (BRIDGE, turned(20.0, radius_m=0.05), turned(20.0, radius_m=0.03)),
        (HIP_THRUST, turned(47.0, radius_m=0.21), turned(47.0, radius_m=0.19)),
        (HIP_THRUST, turned(47.0, radius_m=0.85), turned(47.0, radius_m=0.95)),
    ],
    ids=[
        "the middle of a quarter of a second",
        "slow",
        "half of the smallest hip thrust",
        "a bridge with the sensor on the thigh",
        "knees that roll from side to side",
        "a leg that swings about the hip",
        "sitting up",
        "standing up",
    ],
)
def test_limits_of_the_arc(exercise: Exercise, good: Movement, bad: Movement) -> None:
    assert plausible(exercise, by_arc(good))
    assert not plausible(exercise, by_arc(bad))


def test_the_arcs_angle_is_from_posture_to_posture() -> None:
    """Its travel was read while it trembled."""
    arc = by_arc(turned(16.0))
    assert plausible(HIP_THRUST, replace(arc, size=float(np.radians(14.0))))
    assert not plausible(HIP_THRUST, replace(arc, rotation_rad=float(np.radians(14.0))))


def test_how_far_the_hips_rose_in_more_than_two_seconds_nobody_can_tell() -> None:
    assert not plausible(HIP_THRUST, by_arc(turned(47.0, radius_m=0.0, duration_s=1.99)))
    assert plausible(HIP_THRUST, by_arc(turned(47.0, radius_m=0.0, duration_s=2.01)))
    assert not plausible(HIP_THRUST, turned(47.0, radius_m=0.0, duration_s=2.01))


def test_how_near_a_rep_is_to_none_and_why() -> None:
    assert nearness(HIP_THRUST, turned(47.0)) == (0.0, None)
    half_way = turned(47.0, radius_m=0.775)
    near, trait = nearness(HIP_THRUST, half_way)
    assert near == doubt(HIP_THRUST, half_way) == pytest.approx(0.5, abs=0.02)
    assert trait == "most_radius_m"
    # In a set that is under way, what knocks have spoilt the rise of is a rep all the same.
    assert nearness(HIP_THRUST, turned(47.0, radius_m=1.3)) == (1.0, "most_radius_m")


# --- by height ---------------------------------------------------------------------------------


def test_a_squat_is_asked_for_rise_and_duration_only() -> None:
    names = [trait.name for trait in traits(SQUAT, squatted(0.4))]
    assert names == ["shortest_s", "longest_s", "rise_m"]
    folded: dict[str, Any] = {"planarity": 0.1, "coherence": 0.0, "rotation_rad": 3.0}
    assert doubt(SQUAT, replace(squatted(0.4), **folded)) == 0.0


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (squatted(0.15), squatted(0.14)),
        (squatted(0.4, duration_s=0.21), squatted(0.4, duration_s=0.19)),
        (squatted(0.4, duration_s=11.9), squatted(0.4, duration_s=12.1)),
    ],
    ids=["shallow", "a jump", "slow"],
)
def test_limits_of_a_squat(good: Movement, bad: Movement) -> None:
    assert plausible(SQUAT, good)
    assert fitting(SQUAT, good)
    assert not plausible(SQUAT, bad)
    assert not fitting(SQUAT, bad)
