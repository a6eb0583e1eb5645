from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from tests.signal.hips import QUICK, RATE_HZ, USUAL, error_deg, hips, rotations
from tracker.domain import ImuBlock, MotionBlock
from tracker.domain.units import RADPS_PER_DPS
from tracker.signal.motion import CORNER_HZ, HeightFilter, MotionStage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.signal.hips import Felt


ARRAYS = ("up", "rate_radps", "vertical_mps2", "velocity_mps", "height_m", "knock_mps2")


def imu(felt: Felt, start_s: float = 0.0, *, gyro: bool = True, restart: bool = True) -> ImuBlock:
    return ImuBlock(
        start_s, RATE_HZ, felt.acc_mps2, felt.gyro_radps if gyro else None, restart=restart
    )


def motion(block: ImuBlock) -> list[MotionBlock]:
    """Return the motion of a block and of what the delay held back."""
    stage = MotionStage(RATE_HZ)
    return [stage.process(block), stage.finish()]


def column(blocks: list[MotionBlock], name: str) -> NDArray[np.float64]:
    return np.concatenate([getattr(block, name) for block in blocks])


@pytest.mark.parametrize("gyro", [True, False])
def test_every_sample_comes_out_once_at_its_own_time(gyro: bool) -> None:
    felt = hips(QUICK, 2)
    first, rest = motion(imu(felt, 12.0, gyro=gyro))
    assert first.start_s == 12.0
    assert rest.start_s == pytest.approx(12.0 + len(first.up) / RATE_HZ)
    assert len(first.up) + len(rest.up) == len(felt.time_s)
    for name in ARRAYS:
        assert len(getattr(first, name)) == len(first.up)


@pytest.mark.parametrize(("gyro", "most_deg"), [(True, 1.2), (False, 4.0)])
def test_up_is_where_it_is(gyro: bool, most_deg: float) -> None:
    felt = hips(USUAL)
    up = column(motion(imu(felt, gyro=gyro)), "up")
    np.testing.assert_allclose(np.linalg.norm(up, axis=1), 1.0, atol=1e-9)
    off_deg = error_deg(up, felt.up)
    assert np.sqrt(np.mean(off_deg**2)) < most_deg


def test_the_rate_is_smoothed_but_not_delayed() -> None:
    felt = hips(USUAL)
    rate = column(motion(imu(felt)), "rate_radps")
    np.testing.assert_allclose(rate[400:-400], felt.gyro_radps[400:-400], atol=np.radians(1.5))


def test_an_offset_of_the_gyroscope_is_gone_after_a_rest() -> None:
    felt = hips(USUAL)
    offset_radps = np.array([4.0, -2.0, 3.0]) * RADPS_PER_DPS
    wrong = ImuBlock(0.0, RATE_HZ, felt.acc_mps2, felt.gyro_radps + offset_radps, restart=True)
    rate = column(motion(wrong), "rate_radps")
    np.testing.assert_allclose(rate[400:-400], felt.gyro_radps[400:-400], atol=np.radians(2.0))


@pytest.mark.parametrize("gyro", [True, False])
def test_who_lies_still_does_not_move_from_the_first_sample_on(gyro: bool) -> None:
    acc_mps2 = np.tile([3.0, -4.0, 8.5], (600, 1))
    still = ImuBlock(0.0, RATE_HZ, acc_mps2, np.zeros((600, 3)) if gyro else None, restart=True)
    blocks = motion(still)
    up = column(blocks, "up")
    np.testing.assert_allclose(up, np.tile(acc_mps2[0] / np.linalg.norm(acc_mps2[0]), (600, 1)))
    for name in ARRAYS[1:]:
        np.testing.assert_allclose(column(blocks, name), 0.0, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(rotation=rotations())
@pytest.mark.parametrize("gyro", [True, False])
def test_the_mounting_turns_vectors_and_nothing_else(
    gyro: bool, rotation: NDArray[np.float64]
) -> None:
    felt = hips(QUICK, 2, "lsm6dsox")
    turned = ImuBlock(
        0.0,
        RATE_HZ,
        felt.acc_mps2 @ rotation.T,
        felt.gyro_radps @ rotation.T if gyro else None,
        restart=True,
    )
    plain, other = motion(imu(felt, gyro=gyro)), motion(turned)
    for name in ARRAYS[:2]:
        vectors = column(plain, name) @ rotation.T
        np.testing.assert_allclose(column(other, name), vectors, atol=1e-9)
    for name in ARRAYS[2:]:
        # A scale error of an axis is no vector: what is learnt of it depends on the mounting.
        np.testing.assert_allclose(column(other, name), column(plain, name), atol=2e-3)


def test_after_a_hole_everything_starts_anew_but_the_offset() -> None:
    felt = hips(QUICK, 2)
    stage = MotionStage(RATE_HZ)
    stage.process(imu(felt))
    empty = stage.process(
        ImuBlock(50.0, RATE_HZ, np.empty((0, 3)), np.empty((0, 3)), restart=True)
    )
    assert not len(empty.up)
    assert not empty.restart
    after = stage.process(imu(felt, 50.0, restart=False))
    fresh = MotionStage(RATE_HZ).process(imu(felt, 50.0))
    assert after.restart
    assert after.start_s == fresh.start_s == 50.0
    np.testing.assert_allclose(after.up, fresh.up, atol=0.01)
    again = stage.process(imu(felt, 70.0, restart=False))
    assert not again.restart


def test_impacts_are_taken_out_of_the_vertical_and_a_lift_is_not() -> None:
    felt = hips(USUAL)
    acc_mps2 = felt.acc_mps2.copy()
    acc_mps2[700:702] += 40.0 * felt.up[700:702]
    knocked = ImuBlock(0.0, RATE_HZ, acc_mps2, felt.gyro_radps, restart=True)
    bump = column(motion(knocked), "vertical_mps2") - column(motion(imu(felt)), "vertical_mps2")
    assert np.abs(bump).max() < 0.45 * 40.0
    assert np.abs(bump[:690]).max() < 1e-9


def test_an_end_without_a_beginning_is_empty() -> None:
    assert not len(MotionStage(RATE_HZ).finish().up)


def test_no_column_of_motion_is_left_untested() -> None:
    arrays = {part.name for part in fields(MotionBlock)} - {
        "start_s",
        "rate_hz",
        "restart",
        "gyroscope",
        "acc_errors",
    }
    assert arrays == set(ARRAYS)


def test_who_does_not_move_stays_where_he_is() -> None:
    velocity_mps, height_m = HeightFilter(RATE_HZ).process(np.zeros(500))
    assert not velocity_mps.any()
    assert not height_m.any()


@pytest.mark.parametrize("frequency_hz", [0.4, 0.7, 1.2])
def test_swinging_up_and_down_is_measured(frequency_hz: float) -> None:
    """A swing well above the corner has the travel that physics says, after the first ones."""
    omega = 2.0 * np.pi * frequency_hz
    time_s = np.arange(0.0, 60.0, 1.0 / RATE_HZ)
    velocity_mps, height_m = HeightFilter(RATE_HZ).process(
        -0.2 * omega**2 * np.sin(omega * time_s)
    )
    settled = slice(4000, None)
    loss = 1.0 + (CORNER_HZ / frequency_hz) ** 2
    assert np.abs(velocity_mps[settled]).max() == pytest.approx(0.2 * omega / loss, rel=0.02)
    assert np.abs(height_m[settled]).max() == pytest.approx(0.2 / loss**2, rel=0.02)


def test_a_constant_error_does_not_run_away() -> None:
    velocity_mps, height_m = HeightFilter(RATE_HZ).process(np.full(60_000, 0.2))
    assert np.abs(velocity_mps).max() < 0.2
    assert np.abs(height_m).max() < 0.2
    assert abs(height_m[-1]) < 1e-6


def test_reps_go_up_and_down_by_their_rise() -> None:
    felt = hips()
    _, height_m = HeightFilter(RATE_HZ).process(felt.vertical_mps2)
    travel_m = np.ptp(height_m[:700])
    assert travel_m == pytest.approx(0.35, rel=0.3)
