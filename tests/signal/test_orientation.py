from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signal.hips import QUICK, RATE_HZ, SLOW, USUAL, error_deg, hips, rotations
from tracker.detect.features import AVERAGED_S
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.signal.bias import GyroBiasEstimator
from tracker.signal.orientation import (
    AccelOnlyInclination,
    InclinationFilter,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.signal.hips import Felt
    from tracker.sim import RepPlan


directions = (
    st.tuples(*[st.floats(-1.0, 1.0)] * 3)
    .map(np.array)
    .filter(lambda part: float(np.linalg.norm(part)) > 0.1)
)


def upright(felt: Felt) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rate_radps, _ = GyroBiasEstimator().process(felt.acc_mps2, felt.gyro_radps)
    return InclinationFilter(RATE_HZ).process(felt.acc_mps2, rate_radps)


def rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(values**2)))


# --- with a gyroscope --------------------------------------------------------------------------


@given(direction=directions)
def test_at_rest_up_is_known_from_the_first_sample(direction: NDArray[np.float64]) -> None:
    direction = direction / np.linalg.norm(direction)
    acc_mps2 = np.tile(9.83 * direction, (50, 1))
    up, vertical = InclinationFilter(RATE_HZ).process(acc_mps2, np.zeros((50, 3)))
    np.testing.assert_allclose(up, np.tile(direction, (50, 1)), atol=1e-12)
    np.testing.assert_allclose(vertical, 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("rep", "most_deg"), [(QUICK, 1.0), (USUAL, 0.7), (SLOW, 0.7)], ids=["quick", "usual", "slow"]
)
def test_a_perfect_sensor_shows_up_to_within_a_degree(rep: RepPlan, most_deg: float) -> None:
    felt = hips(rep)
    up, _ = upright(felt)
    assert rms(error_deg(up, felt.up)) < most_deg


@pytest.mark.parametrize(
    ("part", "most_deg"), [("lsm6dsox", 2.5), ("bmi270", 2.5), ("mpu6050", 7.0), ("drifting", 4.0)]
)
def test_a_cheap_sensor_is_off_by_what_its_accelerometer_is(part: str, most_deg: float) -> None:
    """20 mg of offset is 1.2° on each axis, 50 mg is 2.9°: no filter can know better."""
    felt = hips(USUAL, 5, part)
    up, _ = upright(felt)
    assert rms(error_deg(up, felt.up)) < most_deg


def test_the_upward_acceleration_is_that_of_the_hips() -> None:
    felt = hips(USUAL)
    _, vertical_mps2 = upright(felt)
    settled = felt.time_s > 3.0
    assert rms((vertical_mps2 - felt.vertical_mps2)[settled]) < 0.12
    assert rms(felt.vertical_mps2[settled]) > 0.5


@settings(max_examples=25, deadline=None)
@given(rotation=rotations())
def test_the_mounting_does_not_matter(rotation: NDArray[np.float64]) -> None:
    felt = hips(QUICK, 3)
    filters = InclinationFilter(RATE_HZ), InclinationFilter(RATE_HZ)
    up, vertical = filters[0].process(felt.acc_mps2, felt.gyro_radps)
    turned_up, turned_vertical = filters[1].process(
        felt.acc_mps2 @ rotation.T, felt.gyro_radps @ rotation.T
    )
    np.testing.assert_allclose(turned_up, up @ rotation.T, atol=1e-9)
    np.testing.assert_allclose(turned_vertical, vertical, atol=1e-9)


def test_a_turn_about_the_vertical_leaves_up_where_it_is() -> None:
    acc_mps2 = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (500, 1))
    spin_radps = np.tile([0.0, 0.0, 2.0], (500, 1))
    up, vertical = InclinationFilter(RATE_HZ).process(acc_mps2, spin_radps)
    np.testing.assert_allclose(up, np.tile([0.0, 0.0, 1.0], (500, 1)), atol=1e-9)
    np.testing.assert_allclose(vertical, 0.0, atol=1e-9)


def test_a_fast_turn_is_followed_without_delay() -> None:
    """Half a turn in 0.3 s about a level axis, on the spot."""
    time_s = np.arange(0.0, 2.0, 1.0 / RATE_HZ)
    share = np.clip((time_s - 1.0) / 0.3, 0.0, 1.0)
    angle_rad = np.pi * (3.0 * share**2 - 2.0 * share**3)
    rest = np.zeros_like(time_s)
    truth = np.column_stack((rest, np.sin(angle_rad), np.cos(angle_rad)))
    # The rate of a sample is the mean over its period, as a gyroscope that integrates reports it.
    rate_radps = np.column_stack((np.diff(angle_rad, prepend=angle_rad[0]) * RATE_HZ, rest, rest))
    up, _ = InclinationFilter(RATE_HZ).process(STANDARD_GRAVITY_MPS2 * truth, rate_radps)
    assert error_deg(up, truth).max() < 0.01


def test_a_wrong_start_is_forgotten_within_some_time_constants() -> None:
    """The first seconds are full of movement; later stillness puts it right."""
    rng = np.random.default_rng(0)
    shaken = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (200, 1))
    shaken[:, 0] += 4.0 + rng.standard_normal(200)
    still = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (2000, 1))
    up, _ = InclinationFilter(RATE_HZ).process(np.vstack((shaken, still)), np.zeros((2200, 3)))
    off_deg = error_deg(up, np.tile([0.0, 0.0, 1.0], (2200, 1)))
    assert off_deg[199] > 15.0
    assert off_deg[-1] < 0.1


def test_free_fall_gives_numbers() -> None:
    up, vertical = InclinationFilter(RATE_HZ).process(np.zeros((50, 3)), np.zeros((50, 3)))
    assert np.isfinite(up).all()
    assert np.isfinite(vertical).all()


@pytest.mark.parametrize("part", ["ideal", "lsm6dsox", "mpu6050"])
@pytest.mark.parametrize("rep", [QUICK, USUAL, SLOW], ids=["quick", "usual", "slow"])
def test_it_is_about_as_good_as_a_known_filter(rep: RepPlan, part: str) -> None:
    oracle = pytest.importorskip("vqf", reason="VQF has no wheels for this platform")
    felt = hips(rep, 5, part)
    quaternion = oracle.VQF(1.0 / RATE_HZ).updateBatch(felt.gyro_radps, felt.acc_mps2)["quat6D"]
    w, x, y, z = quaternion.T
    known_up = np.column_stack(
        (2 * (x * z - w * y), 2 * (y * z + w * x), w**2 - x**2 - y**2 + z**2)
    )
    up, _ = upright(felt)
    settled = felt.time_s > 3.0
    ours_deg = rms(error_deg(up, felt.up)[settled])
    known_deg = rms(error_deg(known_up, felt.up)[settled])
    assert ours_deg < known_deg + 0.5
    if part == "ideal":
        assert rms(error_deg(up, known_up)[settled]) < 1.0


# --- without one -------------------------------------------------------------------------------


@given(direction=directions)
def test_an_accelerometer_at_rest_shows_up_at_once(direction: NDArray[np.float64]) -> None:
    direction = direction / np.linalg.norm(direction)
    arc = AccelOnlyInclination(RATE_HZ)
    up, rate, vertical = arc.process(np.tile(9.79 * direction, (60, 1)))
    assert len(up) == 60 - arc.delay_samples
    np.testing.assert_allclose(up, np.tile(direction, (len(up), 1)), atol=1e-9)
    np.testing.assert_allclose(rate, 0.0, atol=1e-6)
    np.testing.assert_allclose(vertical, 0.0, atol=1e-9)


def test_the_arc_of_gravity_turns_like_the_sensor() -> None:
    """A slow turn: same axis, same sign and same rate as a gyroscope would show."""
    rate_radps = np.radians(20.0)
    time_s = np.arange(0.0, 3.0, 1.0 / RATE_HZ)
    rest = np.zeros_like(time_s)
    acc_mps2 = STANDARD_GRAVITY_MPS2 * np.column_stack(
        (rest, np.sin(rate_radps * time_s), np.cos(rate_radps * time_s))
    )
    _, rate, _ = AccelOnlyInclination(RATE_HZ).process(acc_mps2)
    np.testing.assert_allclose(
        rate[40:], np.tile([rate_radps, 0.0, 0.0], (len(rate) - 40, 1)), atol=1e-4
    )


def test_an_accelerometer_alone_sees_a_usual_lift() -> None:
    felt = hips(USUAL)
    arc = AccelOnlyInclination(RATE_HZ)
    up, rate, _ = arc.process(felt.acc_mps2)
    assert rms(error_deg(up, felt.up[: len(up)])) < 4.0
    turned = np.degrees(np.cumsum(np.linalg.norm(rate, axis=1)) / RATE_HZ)
    assert turned[-1] > 5 * 2 * 40.0


@given(lasting_s=st.floats(0.25, 2.0), length_m=st.floats(0.05, 0.35))
def test_what_is_pushed_and_braked_hardly_leans_the_arc(lasting_s: float, length_m: float) -> None:
    """It is the law that `Movement.lean_share` tells a radius by."""
    share = np.clip((np.arange(0.0, 3.0, 1.0 / RATE_HZ) - 1.0) / lasting_s, 0.0, 1.0)
    aside = 60.0 * share - 180.0 * share**2 + 120.0 * share**3
    acc_mps2 = np.zeros((len(share), 3))
    acc_mps2[:, 0] = aside * length_m / lasting_s**2
    acc_mps2[:, 2] = STANDARD_GRAVITY_MPS2
    up, _, _ = AccelOnlyInclination(RATE_HZ).process(acc_mps2)
    leans = np.hypot(up[:, 0], up[:, 1]).max()
    force_mps2 = 5.77 * length_m / (lasting_s**2 + AVERAGED_S**2)
    assert leans < 1.2 * force_mps2 / STANDARD_GRAVITY_MPS2


@settings(max_examples=25, deadline=None)
@given(rotation=rotations())
def test_without_a_gyroscope_the_mounting_does_not_matter_either(
    rotation: NDArray[np.float64],
) -> None:
    felt = hips(QUICK, 3)
    up, rate, vertical = AccelOnlyInclination(RATE_HZ).process(felt.acc_mps2)
    turned = AccelOnlyInclination(RATE_HZ).process(felt.acc_mps2 @ rotation.T)
    for one, other in zip(turned, (up @ rotation.T, rate @ rotation.T, vertical), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("first", [0, 400])
def test_where_no_gravity_is_felt_the_last_up_stays(first: int) -> None:
    acc_mps2 = np.tile([0.0, 6.0, 8.0], (1000, 1))
    acc_mps2[first : first + 200] = 0.0
    up_by_arc, rate_radps, _ = AccelOnlyInclination(RATE_HZ).process(acc_mps2)
    up, _ = InclinationFilter(RATE_HZ).process(acc_mps2, np.zeros_like(acc_mps2))
    for each in (up_by_arc, up):
        np.testing.assert_allclose(np.linalg.norm(each, axis=1), 1.0)
        np.testing.assert_allclose(each[-1], [0.0, 0.6, 0.8], atol=1e-6)
    assert np.isfinite(rate_radps).all()
