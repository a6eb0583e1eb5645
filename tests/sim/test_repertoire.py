from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import EXERCISES, Flag, LiftSignal, UnknownNameError
from tracker.sim.plan import SetPlan
from tracker.sim.repertoire import (
    LEAST_SETS,
    STYLES,
    Tempo,
    TempoRange,
    demo_plan,
    style_of,
    training_plan,
)
from tracker.sim.session import simulate

RNGS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def test_every_exercise_that_is_measured_by_rotation_can_be_simulated() -> None:
    rotating = {name for name, one in EXERCISES.items() if one.signal is LiftSignal.ROTATION}
    assert set(STYLES) == rotating


def test_an_exercise_that_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="squat"):
        style_of("squat")


@given(rng=RNGS)
def test_a_hip_thrust_ends_about_level_and_a_floor_bridge_never_comes_down_to_it(
    rng: np.random.Generator,
) -> None:
    thrust = STYLES["hip_thrust"].drawn_lifter(rng)
    bridge = STYLES["glute_bridge"].drawn_lifter(rng)
    assert thrust.bottom_deg < -15.0
    assert -8.0 < thrust.top_deg < 25.0
    assert 30.0 < thrust.swing_deg < 62.0
    assert 0.0 < bridge.bottom_deg < bridge.top_deg < 60.0
    assert 10.0 < bridge.swing_deg < 35.0


@given(rng=RNGS, name=st.sampled_from(sorted(STYLES)))
def test_every_swing_can_be_a_rep_of_its_exercise(rng: np.random.Generator, name: str) -> None:
    lifter = STYLES[name].drawn_lifter(rng)
    assert lifter.swing_deg > EXERCISES[name].least_range_deg


def test_the_average_hip_thrust_rises_as_measured() -> None:
    rng = np.random.default_rng(1)
    rises_m = []
    for _ in range(400):
        lifter = STYLES["hip_thrust"].drawn_lifter(rng)
        sines = np.sin(np.radians([lifter.bottom_deg, lifter.top_deg]))
        rises_m.append(lifter.trunk_length_m * (sines[1] - sines[0]))
    assert np.mean(rises_m) == pytest.approx(0.3565, abs=0.005)


@given(rng=RNGS, reps=st.integers(1, 12), fatigue=st.floats(0.0, 0.6))
def test_a_tired_lifter_slows_down_but_locks_out(
    rng: np.random.Generator, reps: int, fatigue: float
) -> None:
    drawn = STYLES["hip_thrust"].drawn_set(rng, reps, Tempo(1.0, 1.0, 1.5, 0.5), fatigue)
    assert len(drawn.reps) == reps
    assert min(rep.reach for rep in drawn.reps) > 0.9
    for number, rep in enumerate(drawn.reps):
        slower = 1.0 + fatigue * number / max(1, reps - 1)
        assert 0.8 <= rep.concentric_s / slower <= 1.25


@given(rng=RNGS)
def test_a_tempo_is_drawn_within_its_range(rng: np.random.Generator) -> None:
    tempo = TempoRange((0.5, 0.6), (0.0, 0.0), (1.0, 2.0), (0.3, 0.4)).drawn(rng)
    assert 0.5 <= tempo.concentric_s <= 0.6
    assert tempo.hold_s == 0.0
    assert 1.0 <= tempo.eccentric_s <= 2.0
    assert 0.3 <= tempo.bottom_s <= 0.4


@pytest.mark.parametrize("exercise", STYLES)
def test_every_exercise_starts_at_once_and_has_its_sets(exercise: str) -> None:
    session = simulate(training_plan(exercise, 1), 1)
    assert session.info.exercise == exercise
    assert session.info.origin == "synthetic"
    assert "nobody trained" in session.info.note
    assert len(session.truth.sets) == LEAST_SETS
    assert session.truth.sets[0].start_s < 4.0
    for earlier, later in zip(session.truth.sets, session.truth.sets[1:], strict=False):
        assert later.start_s - earlier.end_s > 12.0


@pytest.mark.parametrize("least_s", [1.0, 400.0])
def test_it_lasts_at_least_as_long_as_asked_for(least_s: float) -> None:
    truth = simulate(training_plan("hip_thrust", 3, least_s), 3).truth
    assert truth.duration_s >= least_s
    assert truth.duration_s < max(least_s, 250.0) + 120.0


def test_longer_is_the_same_training_with_more_sets() -> None:
    short, long = training_plan("hip_thrust", 5), training_plan("hip_thrust", 5, 600.0)
    assert long.lifter == short.lifter
    sets_of_short = [block for block in short.blocks if isinstance(block, SetPlan)]
    sets_of_long = [block for block in long.blocks if isinstance(block, SetPlan)]
    assert sets_of_long[: len(sets_of_short)] == sets_of_short
    assert len(sets_of_long) > len(sets_of_short)


def test_every_seed_is_another_training() -> None:
    assert training_plan("glute_bridge", 1) == training_plan("glute_bridge", 1)
    assert training_plan("glute_bridge", 1) != training_plan("glute_bridge", 2)


@pytest.mark.parametrize("exercise", ["squat", "sit_to_stand"])
def test_no_training_is_planned_for_an_exercise_that_cannot_be_simulated(exercise: str) -> None:
    with pytest.raises(UnknownNameError, match=exercise):
        training_plan(exercise, 1)


@pytest.mark.parametrize("seed", range(2))
def test_the_demo_has_two_sets_with_something_to_say_about_each(seed: int) -> None:
    truth = simulate(demo_plan(seed), seed).truth
    good, hasty = truth.sets
    assert 70.0 < truth.duration_s < 90.0
    assert good.start_s < 4.0
    assert hasty.start_s - good.end_s > 14.0
    assert len(good.reps) == 6
    assert all(rep.lockout_s == pytest.approx(1.5, abs=0.2) for rep in good.reps)
    assert [Flag.SHORT_OF_LOCKOUT in rep.flags for rep in hasty.reps] == [
        False,
        False,
        True,
        False,
        False,
    ]
    dropped = hasty.reps[3]
    assert dropped.eccentric_s is not None
    assert dropped.concentric_s is not None
    assert dropped.eccentric_s < dropped.concentric_s
    assert max(rep.lockout_s or 0.0 for rep in hasty.reps) < 0.7


def test_every_seed_is_another_demo() -> None:
    assert demo_plan(1) == demo_plan(1)
    assert demo_plan(1) != demo_plan(2)
