from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import LINK_CHANNEL, Fault, FaultReason, Frame
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors.profile import ProfileDecoder
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    IMU_UUID,
    Packet,
    ProfileConfig,
    decode_packet,
)
from tracker.sim.body import Kinematics, Pose, ideal_readings
from tracker.sim.plan import Disconnect, MemsNoise, Mounting, RadioPlan, SensorPlan
from tracker.sim.sensor import (
    IDEAL,
    PRESETS,
    STREAM_START_S,
    Counts,
    Transmission,
    measure,
    transmit,
)
from tracker.sim.trajectories import Channel

RATE_HZ = 100.0
TIME_S = np.arange(0.0, 200.0, 1.0 / RATE_HZ)


def still() -> Kinematics:
    return ideal_readings(Pose(0.45, Channel(0.0)), Mounting(), TIME_S)


def test_an_ideal_sensor_adds_no_error() -> None:
    readings = still()
    acc, gyro = measure(readings, TIME_S, RATE_HZ, IDEAL, np.random.default_rng(1))
    np.testing.assert_array_equal(acc, readings.specific_force_mps2)
    np.testing.assert_array_equal(gyro, readings.rate_radps)


def test_white_noise_has_the_density_of_the_data_sheet() -> None:
    noise = MemsNoise(acc_density_ug_rthz=100.0, gyro_density_mdps_rthz=10.0)
    acc, gyro = measure(still(), TIME_S, RATE_HZ, noise, np.random.default_rng(1))
    root = np.sqrt(RATE_HZ / 2)
    assert acc.std(axis=0) == pytest.approx(100e-6 * STANDARD_GRAVITY_MPS2 * root, rel=0.03)
    assert gyro.std(axis=0) == pytest.approx(10e-3 * RADPS_PER_DPS * root, rel=0.03)


@pytest.mark.parametrize("seed", range(10))
def test_errors_stay_within_their_limits(seed: int) -> None:
    noise = MemsNoise(acc_bias_mg=20.0, gyro_bias_dps=1.0, gyro_drift_dps=0.5, scale_error=0.01)
    acc, gyro = measure(still(), TIME_S, RATE_HZ, noise, np.random.default_rng(seed))
    off_mg = np.abs(acc - [0.0, 0.0, STANDARD_GRAVITY_MPS2]) / STANDARD_GRAVITY_MPS2 * 1e3
    assert off_mg.max() <= 20.0 + 10.0
    assert np.abs(gyro[0]).max() <= 1.0 * RADPS_PER_DPS
    drift_radps = np.abs(gyro[-1] - gyro[0])
    assert 0.0 < drift_radps.max() <= 0.5 * RADPS_PER_DPS


def test_one_axis_leaks_into_another() -> None:
    acc, _ = measure(
        still(), TIME_S, RATE_HZ, MemsNoise(cross_axis=0.02), np.random.default_rng(5)
    )
    assert 0.0 < np.abs(acc[0, :2]).max() <= 0.02 * STANDARD_GRAVITY_MPS2


def test_there_is_an_ideal_part_and_several_real_ones() -> None:
    assert PRESETS["ideal"] == MemsNoise()
    assert {"lsm6dsox", "bmi270", "mpu6050"} <= set(PRESETS)


CONFIG = ProfileConfig(boot_id=77)
QUIET = RadioPlan(stall_share=0.0)


def counted(duration_s: float = 20.0, rate_hz: float = 100.0) -> Counts:
    time_s = np.arange(STREAM_START_S, duration_s, 1.0 / rate_hz)
    number = np.arange(time_s.size, dtype=np.int16)
    acc = np.stack([number, -number, number % 7], axis=1).astype(np.int16)
    return Counts(time_s, acc, (acc + 1).astype(np.int16))


def sent(
    radio: RadioPlan = QUIET, sensor: SensorPlan | None = None, seed: int = 1
) -> Transmission:
    return transmit(counted(), CONFIG, sensor or SensorPlan(), radio, np.random.default_rng(seed))


def packets(transmission: Transmission) -> list[Packet]:
    return [
        decode_packet(one.data) for one in transmission.notifications if one.channel == IMU_UUID
    ]


def decoded(transmission: Transmission) -> list[Frame | Fault]:
    decoder = ProfileDecoder()
    return [part for one in transmission.notifications for part in decoder.feed(one)]


def link_states(transmission: Transmission) -> list[str]:
    return [one.data.decode() for one in transmission.notifications if one.channel == LINK_CHANNEL]


def test_the_link_comes_up_before_the_configuration_and_the_samples() -> None:
    notifications = sent().notifications
    assert [one.channel for one in notifications[:6]] == [
        *[LINK_CHANNEL] * 3,
        CONFIG_UUID,
        LINK_CHANNEL,
        IMU_UUID,
    ]
    assert link_states(sent()) == ["searching", "connecting", "configuring", "streaming"]
    assert ProfileConfig.decode(notifications[3].data) == CONFIG


def test_every_sample_arrives_as_it_was_counted() -> None:
    transmission, counts = sent(), counted()
    acc = np.vstack([packet.acc_counts for packet in packets(transmission)])
    np.testing.assert_array_equal(acc, counts.acc[: len(acc)])
    assert counts.acc.shape[0] - len(acc) < QUIET.samples_per_packet
    frames = decoded(transmission)
    assert all(isinstance(part, Frame) for part in frames)
    assert transmission.gaps == ()


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), loss=st.floats(0.0, 0.2), stalls=st.floats(0.0, 0.2))
def test_arrivals_keep_their_order_and_come_after_their_last_sample(
    seed: int, loss: float, stalls: float
) -> None:
    transmission = sent(RadioPlan(loss_share=loss, stall_share=stalls), seed=seed)
    received = [one.received_ns for one in transmission.notifications]
    assert received == sorted(received)
    assert transmission.least_delay_s > 0.0
    last = [one for one in transmission.notifications if one.channel == IMU_UUID][-1]
    newest_us = decode_packet(last.data).device_time_us + 30_000
    assert last.received_ns >= newest_us * 1000 + ns_from_s(transmission.least_delay_s) - 1000


def test_lost_packets_leave_gaps() -> None:
    transmission, counts = sent(RadioPlan(loss_share=0.05)), counted()
    numbers = [packet.sequence for packet in packets(transmission)]
    missing = [(one, two) for one, two in pairwise(numbers) if two - one > 1]
    assert missing
    assert all(two - one <= 11 for one, two in missing)
    assert len(transmission.gaps) == len(missing)
    for gap, (one, two) in zip(transmission.gaps, missing, strict=True):
        assert gap.start_s == counts.time_s[4 * one + 3]
        assert gap.end_s == counts.time_s[4 * two]
    faults = [part for part in decoded(transmission) if isinstance(part, Fault)]
    assert {fault.reason for fault in faults} == {FaultReason.LOST}
    assert sum(fault.count for fault in faults) == sum(two - one - 1 for one, two in missing)


def test_the_share_of_lost_packets_is_about_what_was_asked_for() -> None:
    lost = 0
    for seed in range(20):
        transmission = sent(RadioPlan(loss_share=0.05), seed=seed)
        lost += counted().time_s.size // 4 - len(packets(transmission))
    assert lost / (20 * (counted().time_s.size // 4)) == pytest.approx(0.05, abs=0.015)


def test_sequence_and_stamp_wrap_without_a_fault() -> None:
    radio = RadioPlan(first_sequence=(1 << 16) - 50)
    sensor = SensorPlan(first_stamp_us=(1 << 32) - 5_000_000)
    transmission = sent(radio, sensor)
    sequences = [packet.sequence for packet in packets(transmission)]
    stamps = [packet.device_time_us for packet in packets(transmission)]
    assert sequences[49:51] == [65535, 0]
    assert stamps[0] > stamps[-1]
    assert all(isinstance(part, Frame) for part in decoded(transmission))


def test_stamps_follow_the_crystal() -> None:
    slow, exact = (
        packets(sent(sensor=SensorPlan(crystal_ppm=ppm)))[-1].device_time_us
        for ppm in (-50.0, 0.0)
    )
    assert exact - slow == pytest.approx(50e-6 * exact, abs=1.0)


def test_packets_wait_for_a_connection_event() -> None:
    radio = RadioPlan(samples_per_packet=1, interval_s=0.05, jitter_s=0.0, stall_share=0.0)
    arrivals_s = 1e-9 * np.array(
        [one.received_ns for one in sent(radio).notifications if one.channel == IMU_UUID]
    )
    bursts_s = arrivals_s[np.flatnonzero(np.diff(arrivals_s) > 0.02) + 1]
    np.testing.assert_allclose(np.diff(bursts_s), 0.05, atol=2e-3)
    assert np.diff(arrivals_s).min() == pytest.approx(0.0002, abs=1e-6)


def test_a_disconnect_is_reported_and_the_counter_continues() -> None:
    transmission = sent(
        RadioPlan(stall_share=0.0, disconnects=(Disconnect(5.0, 4.0), Disconnect(14.0, 2.0)))
    )
    again = ["lost", "reconnecting", "configuring", "streaming"]
    assert link_states(transmission)[4:] == again * 2
    configurations = [one for one in transmission.notifications if one.channel == CONFIG_UUID]
    assert len(configurations) == 3
    assert len({one.data for one in configurations}) == 1
    sequences = [packet.sequence for packet in packets(transmission)]
    assert sequences == list(range(len(sequences)))
    assert all(isinstance(part, Frame) for part in decoded(transmission))
    first, second = transmission.gaps
    assert first.start_s <= 5.0
    assert first.end_s == pytest.approx(9.0, abs=0.011)
    assert second.end_s - second.start_s == pytest.approx(2.0, abs=0.06)


def test_a_restarted_sensor_counts_from_the_beginning() -> None:
    transmission = sent(
        RadioPlan(stall_share=0.0, disconnects=(Disconnect(10.0, 4.0, reboots=True),)),
        SensorPlan(first_stamp_us=900_000_000),
    )
    numbers = [packet.sequence for packet in packets(transmission)]
    restart = numbers.index(0, 1)
    assert packets(transmission)[restart].device_time_us == pytest.approx(1_000_000, abs=20_000)
    faults = [part for part in decoded(transmission) if isinstance(part, Fault)]
    assert [fault.reason for fault in faults] == [FaultReason.CLOCK]


@given(st.integers(0, 2**32 - 1))
def test_a_drawn_mounting_is_a_rotation_near_the_hips(seed: int) -> None:
    mounting = Mounting.drawn(np.random.default_rng(seed), reach_m=0.03)
    np.testing.assert_allclose(mounting.matrix @ mounting.matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(mounting.matrix) > 0.0
    assert max(map(abs, mounting.lever_arm_m)) <= 0.03


def test_random_mountings_face_every_direction() -> None:
    rng = np.random.default_rng(1)
    ups = np.array([Mounting.drawn(rng).matrix[:, 2] for _ in range(400)])
    octants = {tuple(up > 0.0) for up in ups}
    assert len(octants) == 8
    np.testing.assert_allclose(ups.mean(axis=0), 0.0, atol=0.1)


def test_a_quaternion_need_not_be_of_length_one() -> None:
    quarter_turn = Mounting((2.0, 0.0, 0.0, 2.0))
    np.testing.assert_allclose(
        quarter_turn.matrix @ np.array([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0], atol=1e-12
    )
