from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from corpus import SCENARIOS

from tests.detect.motions import BOTTOM_DEG, TOP_DEG, legs, movement
from tests.heavy import HEAVY
from tracker.detect import Detector
from tracker.detect.pairing import RepCandidate
from tracker.detect.rep_report import RepContext, beyond_rad, form_flags
from tracker.domain import EXERCISES, HIP_THRUST, Flag, SessionState
from tracker.engine import build_engine
from tracker.sim import (
    Activity,
    ActivityPlan,
    Posture,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
    simulate,
)
from tracker.sim.sensor import PRESETS

if TYPE_CHECKING:
    from tracker.domain import Exercise, Rep

UP = movement(1, 2.0, 3.0)
DOWN = movement(2, 4.5, 6.0, TOP_DEG, BOTTOM_DEG)
PLAIN = RepCandidate(1, UP, DOWN)
FORM = frozenset(
    {
        Flag.PAST_LOCKOUT,
        Flag.FAR_PAST_LOCKOUT,
        Flag.SAGGED,
        Flag.DROPPED_ECCENTRIC,
        Flag.RESTED_AT_BOTTOM,
        Flag.TOUCHED_FLOOR,
        Flag.TILTED,
    }
)
Leg = tuple[float, float]


def rad(angle_deg: float) -> float:
    return math.radians(angle_deg)


def flags(
    candidate: RepCandidate = PLAIN, exercise: Exercise = HIP_THRUST, **known: float | None
) -> list[Flag]:
    context = RepContext(touched=None, **known)
    return list(form_flags(exercise, candidate, context))


def reps_of(*parts: Leg) -> list[Rep]:
    """Return the reps of a motion through the detector."""
    motion = legs((3.0, BOTTOM_DEG), *parts, (14.0, BOTTOM_DEG)).motion
    detector = Detector(HIP_THRUST, motion.rate_hz)
    ledger = SessionState()
    ledger.accept(detector.process(motion))
    ledger.accept(detector.finish())
    (record,) = ledger.sets
    return list(record.reps)


def lift(
    top_deg: float = TOP_DEG,
    up_s: float = 1.0,
    hold: tuple[Leg, ...] = (),
    down_s: float = 1.5,
    bottom_s: float = 0.5,
) -> tuple[Leg, ...]:
    held = hold or ((1.0, top_deg),)
    return ((up_s, top_deg), *held, (down_s, BOTTOM_DEG), (bottom_s, BOTTOM_DEG))


def remarks(*parts: Leg) -> list[list[Flag]]:
    return [[flag for flag in rep.flags if flag in FORM] for rep in reps_of(*parts)]


# --- thresholds --------------------------------------------------------------------------------


def test_a_plain_rep_carries_none() -> None:
    assert flags(top_rad=rad(5.0), sag_rad=rad(1.0), still_s=0.5) == []
    assert flags() == []
    assert flags(RepCandidate(1, UP, None)) == []


@pytest.mark.parametrize(
    ("past_deg", "expected"),
    [
        (7.9, []),
        (8.1, [Flag.PAST_LOCKOUT]),
        (11.9, [Flag.PAST_LOCKOUT]),
        (12.1, [Flag.FAR_PAST_LOCKOUT]),
        (-20.0, []),
    ],
)
def test_past_the_own_lockout(past_deg: float, expected: list[Flag]) -> None:
    assert flags(top_rad=rad(past_deg)) == expected
    assert flags(beyond_rad=rad(past_deg)) == expected


def test_a_calibrated_level_goes_before_the_sets_own_tops() -> None:
    assert flags(top_rad=rad(2.0), beyond_rad=rad(20.0)) == []


@pytest.mark.parametrize(("share", "sagged"), [(0.14, False), (0.16, True)])
def test_sagging_is_losing_the_lockout(share: float, *, sagged: bool) -> None:
    assert (flags(sag_rad=share * UP.rotation_rad) == [Flag.SAGGED]) is sagged


@pytest.mark.parametrize(("sag_deg", "sagged"), [(2.9, False), (3.1, True)])
def test_a_trembling_bridge_does_not_sag(sag_deg: float, *, sagged: bool) -> None:
    bridge = RepCandidate(1, movement(1, 2.0, 3.0, 17.0, 27.0), None)
    assert (flags(bridge, sag_rad=rad(sag_deg)) == [Flag.SAGGED]) is sagged


@pytest.mark.parametrize(
    ("up_s", "down_s", "dropped"),
    [
        (1.0, 0.81, False),
        (1.0, 0.79, True),
        (1.0, 1.5, False),
        (2.0, 0.99, True),
        (2.0, 1.01, False),
    ],
)
def test_a_dropped_way_down_is_shorter_than_the_way_up(
    up_s: float, down_s: float, *, dropped: bool
) -> None:
    down = movement(2, 4.5, 4.5 + down_s, TOP_DEG, BOTTOM_DEG)
    candidate = RepCandidate(1, movement(1, 2.0, 2.0 + up_s), down)
    assert (flags(candidate) == [Flag.DROPPED_ECCENTRIC]) is dropped


@pytest.mark.parametrize(("times", "dropped"), [(1.24, False), (1.26, True)])
def test_a_dropped_way_down_is_faster_at_its_peak(times: float, *, dropped: bool) -> None:
    down = replace(movement(2, 4.5, 5.0, TOP_DEG, BOTTOM_DEG), peak_radps=times * UP.peak_radps)
    assert (flags(RepCandidate(1, UP, down)) == [Flag.DROPPED_ECCENTRIC]) is dropped


@pytest.mark.parametrize(("still_s", "rested"), [(0.99, False), (1.01, True)])
def test_stillness_at_the_bottom_is_a_rest(still_s: float, *, rested: bool) -> None:
    assert (flags(still_s=still_s) == [Flag.RESTED_AT_BOTTOM]) is rested


@pytest.mark.parametrize(
    ("name", "most_deg"),
    [("hip_thrust", 8.0), ("b_stance_hip_thrust", 11.0), ("single_leg_hip_thrust", 14.0)],
)
def test_tilt_has_a_limit_of_the_exercise(name: str, most_deg: float) -> None:
    for tilt_deg, expected in ((most_deg - 0.1, []), (most_deg + 0.1, [Flag.TILTED])):
        candidate = RepCandidate(1, UP, replace(DOWN, tilt_rad=rad(tilt_deg)))
        assert flags(candidate, EXERCISES[name]) == expected


def test_the_lean_against_level_counts_as_tilt() -> None:
    assert flags(tilt_rad=rad(7.9)) == []
    assert flags(tilt_rad=rad(8.1)) == [Flag.TILTED]


def test_a_squat_has_no_such_remarks() -> None:
    assert flags(exercise=EXERCISES["squat"], top_rad=1.0, sag_rad=1.0, still_s=9.0) == []


# --- the set's own lockout ---------------------------------------------------------------------


def test_the_sets_own_lockout_takes_three_reps() -> None:
    further = movement(9, 2.0, 3.0, to_deg=TOP_DEG + 10.0)
    assert beyond_rad((UP, UP), further) is None
    assert beyond_rad((UP, UP, UP), further) == pytest.approx(rad(10.0))


def test_one_odd_rep_among_the_first_does_not_move_it() -> None:
    short = movement(2, 2.0, 3.0, to_deg=TOP_DEG - 15.0)
    assert beyond_rad((UP, short, UP), UP) == pytest.approx(0.0)


def test_neither_a_deeper_bottom_nor_a_slipped_strap_is_a_higher_top() -> None:
    first = (UP, UP, UP)
    deeper = movement(9, 2.0, 3.0, from_deg=BOTTOM_DEG - 10.0)
    slipped = movement(9, 2.0, 3.0, from_deg=BOTTOM_DEG + 10.0, to_deg=TOP_DEG + 10.0)
    assert beyond_rad(first, deeper) == pytest.approx(0.0)
    assert beyond_rad(first, slipped) == pytest.approx(0.0)


# --- from motion -------------------------------------------------------------------------------


def test_plain_reps_carry_no_remarks() -> None:
    assert remarks(*lift() * 5) == [[]] * 5


@pytest.mark.parametrize(
    ("more_deg", "expected"),
    [(7.0, []), (9.0, [Flag.PAST_LOCKOUT]), (13.0, [Flag.FAR_PAST_LOCKOUT])],
)
def test_a_higher_top_is_seen_from_the_fourth_rep_on(
    more_deg: float, expected: list[Flag]
) -> None:
    assert remarks(*lift() * 3, *lift(TOP_DEG + more_deg)) == [[], [], [], expected]


@pytest.mark.parametrize(("sunk_deg", "expected"), [(6.0, []), (8.5, [Flag.SAGGED])])
def test_a_dip_in_the_hold_is_seen(sunk_deg: float, expected: list[Flag]) -> None:
    low_deg = TOP_DEG - sunk_deg
    hold = ((0.8, TOP_DEG), (0.5, low_deg), (0.5, TOP_DEG), (0.8, TOP_DEG))
    assert remarks(*lift(), *lift(hold=hold), *lift()) == [[], expected, []]


@pytest.mark.parametrize(("down_s", "expected"), [(0.9, []), (0.7, [Flag.DROPPED_ECCENTRIC])])
def test_a_dropped_way_down_is_seen(down_s: float, expected: list[Flag]) -> None:
    assert remarks(*lift(), *lift(down_s=down_s), *lift()) == [[], expected, []]


@pytest.mark.parametrize(("bottom_s", "expected"), [(0.8, []), (1.2, [Flag.RESTED_AT_BOTTOM])])
def test_a_rest_at_the_bottom_is_known_when_the_next_rep_starts(
    bottom_s: float, expected: list[Flag]
) -> None:
    assert remarks(*lift(), *lift(bottom_s=bottom_s), *lift()) == [[], expected, []]


def test_who_moves_at_the_bottom_does_not_rest() -> None:
    fidget = ((0.6, BOTTOM_DEG + 5.0), (0.6, BOTTOM_DEG)) * 2
    assert remarks(*lift(), *lift(bottom_s=0.2), *fidget, *lift()) == [[], [], []]


def simulated(
    seed: int, reps: int, knock_g: tuple[float, float] | None, part: str = "lsm6dsox"
) -> list[Rep]:
    """Return the reps of a simulated set whose bottoms hover, or hit the floor."""
    rng = np.random.default_rng(seed)
    brisk = bool(rng.integers(2))
    plans = []
    for _ in range(reps):
        up_s = rng.uniform(0.6, 0.9) if brisk else rng.uniform(1.0, 2.5)
        hold_s, down_s = rng.uniform(0.3, 1.5), rng.uniform(0.7, 3.0)
        plan = RepPlan(up_s, hold_s, down_s, rng.uniform(0.2, 0.8))
        if knock_g is not None:
            plan = replace(plan, touch=Touch.FLOOR, knock_g=rng.uniform(*knock_g))
        plans.append(plan)
    still = ActivityPlan(Activity.REST, 4.0)
    session = simulate(
        SessionPlan(
            exercise="hip_thrust",
            blocks=(still, SetPlan(tuple(plans)), still),
            starts=Posture.LYING,
            sensor=SensorPlan(rate_hz=int(rng.choice([50, 100, 200])), noise=PRESETS[part]),
        ),
        seed,
    )
    engine, ledger = build_engine(session.info), SessionState()
    ledger.accept(engine.feed_many(tuple(session.notifications())))
    ledger.accept(engine.finish())
    return [rep for record in ledger.sets for rep in record.reps]


def share_that_touched(reps: list[Rep]) -> float:
    # What comes after the last rep is not known to be between two.
    known = [rep for rep in reps if rep.bottom_s is not None]
    return sum(Flag.TOUCHED_FLOOR in rep.flags for rep in known) / len(known)


@pytest.mark.parametrize("part", ["lsm6dsox", "mpu6050"])
def test_nearly_every_touch_of_the_floor_is_seen_and_no_hovering_is_one(part: str) -> None:
    seeds = range(70, 80 if HEAVY else 75)
    touching = [rep for seed in seeds for rep in simulated(seed, 9, (0.5, 8.0), part)]
    hovering = [rep for seed in seeds for rep in simulated(seed, 9, None, part)]
    assert share_that_touched(touching) >= 0.95
    assert share_that_touched(hovering) <= 0.01


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    "scenario",
    [
        "hip_thrust",
        "glute_bridge",
        "single_leg_hip_thrust",
        "slipping_strap",
        "accelerometer_only",
    ],
)
def test_simulated_reps_carry_only_what_was_done(scenario: str, number: int) -> None:
    session = simulate(SCENARIOS[scenario](np.random.default_rng((7, number))), seed=number)
    engine = build_engine(session.info)
    ledger = SessionState()
    ledger.accept(engine.feed_many(tuple(session.notifications())))
    ledger.accept(engine.finish())
    truths = [rep for each in session.truth.sets for rep in each.reps]
    found = [rep for each in ledger.sets for rep in each.reps]
    assert len(found) == len(truths)
    for rep, truth in zip(found, truths, strict=True):
        context = FORM.intersection(rep.flags)
        assert truth.eccentric_s is not None
        assert truth.concentric_s is not None
        if truth.eccentric_s > 0.85 * truth.concentric_s:
            assert Flag.DROPPED_ECCENTRIC not in context
        if truth.bottom_s is None or truth.bottom_s < 1.0:
            assert Flag.RESTED_AT_BOTTOM not in context
        assert not context - {Flag.DROPPED_ECCENTRIC, Flag.RESTED_AT_BOTTOM}
