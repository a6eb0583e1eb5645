from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import EXERCISES, LiftSignal, UnknownNameError
from tracker.sim.repertoire import STYLES, Tempo, TempoRange, style_of

RNGS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def test_every_exercise_that_is_read_from_rotation_can_be_simulated() -> None:
    rotating = {name for name, one in EXERCISES.items() if one.signal is LiftSignal.ROTATION}
    assert set(STYLES) == rotating


def test_an_exercise_that_nobody_simulates_is_refused() -> None:
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
