from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.sensors import examples
from tracker.domain.units import RADPS_PER_DPS
from tracker.sensors.base import PacketOrder
from tracker.sensors.polar.streams import (
    BRIDGE_S,
    LATE_NS,
    LEAP_NS,
    MOST_SAMPLES,
    WAIT_S,
    Samples,
    Stream,
    StreamMerger,
    spread_s,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.domain import Frame


NOTE = "04-polar.md"


RATE_HZ = 52.11


PERIOD_NS = 1e9 / RATE_HZ


def frame(stamp_ns: int, count: int, received_s: float = 0.0) -> Samples:
    return Samples(stamp_ns, np.empty(0), np.zeros((count, 3)), received_s, saturated=False)


def stamps(counts: list[int], start_ns: int = 538_129_980_000_000_000) -> list[int]:
    return [start_ns + round(PERIOD_NS * total) for total in np.cumsum(counts).tolist()]


@pytest.mark.parametrize("block", examples.blocks(NOTE, "times"), ids=examples.titles)
def test_times_are_those_that_the_vendor_s_tests_state(block: dict[str, Any]) -> None:
    rate_hz, previous_ns = block.get("rate_hz"), block.get("previous_ns")
    stream = Stream(1e9 / rate_hz if rate_hz else None, previous_ns)

    (samples,) = stream.take(frame(block["stamp_ns"], block["samples"]), patient=False).samples

    if "times_ns" in block:
        assert np.rint(samples.time_s * 1e9).astype(int).tolist() == block["times_ns"]
    else:
        # The vendor calls it an error. Nothing is made up: only the last sample has a time.
        assert np.isnan(samples.time_s[:-1]).all()
        assert samples.time_s[-1] == pytest.approx(block["stamp_ns"] / 1e9)


@pytest.mark.parametrize(
    "block",
    [each for each in examples.blocks(NOTE, "frame") if "times_ns" in each],
    ids=examples.titles,
)
def test_times_of_whole_frames_are_those_that_the_vendor_s_tests_state(
    block: dict[str, Any],
) -> None:
    stamp_ns = int.from_bytes(bytes.fromhex(block["hex"])[1:9], "little")

    (samples,) = Stream(None, block["previous_ns"]).take(frame(stamp_ns, 2), patient=False).samples

    assert np.rint(samples.time_s * 1e9).astype(int).tolist() == block["times_ns"]


def test_fractions_of_a_second_survive_today_s_stamps() -> None:
    times_s = spread_s(838_129_980_357_289_776, 3, 3e6)

    np.testing.assert_allclose(
        times_s - 838_129_980, [0.355289776, 0.356289776, 0.357289776], atol=2e-7
    )


def test_frames_of_any_length_make_one_even_stream() -> None:
    counts = [109, 115, 105, 50, 55, 26]
    stream = Stream()
    placed = [
        samples
        for stamp_ns, count in zip(stamps(counts), counts, strict=True)
        for samples in stream.take(frame(stamp_ns, count), patient=True).samples
    ]

    assert [len(samples.value) for samples in placed] == counts
    steps_s = np.diff(np.concatenate([samples.time_s for samples in placed]))
    np.testing.assert_allclose(steps_s, 1 / RATE_HZ, atol=2e-7)


def test_a_patient_first_frame_waits_and_another_goes_on_with_one_stamp() -> None:
    first, second = stamps([30, 30])
    patient, other = Stream(), Stream()

    assert patient.take(frame(first, 30), patient=True).samples == ()
    assert [len(each.value) for each in patient.take(frame(second, 30), patient=True).samples] == [
        30,
        30,
    ]
    (alone,) = other.take(frame(first, 30), patient=False).samples
    assert np.flatnonzero(np.isfinite(alone.time_s)).tolist() == [29]
    assert len(other.take(frame(second, 30), patient=False).samples) == 1


@pytest.mark.parametrize("nominal", [None, 1e9 / 52])
@pytest.mark.parametrize("lost", [1, 3])
def test_lost_frames_leave_a_hole_and_are_counted_in_samples(
    nominal: float | None, lost: int
) -> None:
    counts = [36] * 12
    stream = Stream(nominal)
    taken = [
        stream.take(frame(stamp_ns, 36), patient=True)
        for number, stamp_ns in enumerate(stamps(counts))
        if not 5 <= number < 5 + lost
    ]

    assert [each.lost for each in taken if each.lost] == [36 * lost]
    times_s = np.concatenate([samples.time_s for each in taken for samples in each.samples])
    steps_s = np.diff(times_s)
    (hole,) = np.flatnonzero(steps_s > 1.5 / RATE_HZ)
    assert hole == 5 * 36 - 1
    assert steps_s[hole] == pytest.approx((36 * lost + 1) / RATE_HZ, abs=1e-3)
    np.testing.assert_allclose(np.delete(steps_s, hole), 1 / RATE_HZ, rtol=1e-2)


def test_old_and_repeated_frames_are_dropped_and_a_clock_that_was_set_is_taken() -> None:
    stream = Stream(PERIOD_NS)
    start = 10**18
    orders = [
        stream.take(frame(stamp_ns, 10, received_s), patient=False).order
        for stamp_ns, received_s in (
            (start, 0.0),
            (start, 0.1),
            (start - LATE_NS + 1, 0.2),
            (start + round(10 * PERIOD_NS), 0.3),
            (start - LATE_NS * 2, 0.4),
            (start, 7.0),
            (start + LEAP_NS * 2, 7.1),
        )
    ]

    assert orders == [
        PacketOrder.NEXT,
        PacketOrder.DUPLICATE,
        PacketOrder.LATE,
        PacketOrder.NEXT,
        PacketOrder.RESTART,
        PacketOrder.NEXT,
        PacketOrder.RESTART,
    ]


def test_a_long_silence_is_a_loss_and_no_leap() -> None:
    stream = Stream(PERIOD_NS)
    stream.take(frame(10**18, 10, 0.0), patient=False)

    taken = stream.take(frame(10**18 + 60_000_000_000, 10, 60.0), patient=False)

    assert taken.order is PacketOrder.NEXT
    assert taken.lost == pytest.approx(60 * RATE_HZ - 10, abs=2)


def test_a_nominal_rate_that_is_wrong_is_given_up() -> None:
    stream = Stream(1e9 / 104)

    lost = [stream.take(frame(stamp, 36), patient=False).lost for stamp in stamps([36] * 5)]

    assert [bool(each) for each in lost] == [False, True, False, False, False]
    assert stream.period_ns == pytest.approx(PERIOD_NS, rel=1e-6)


ACC_HZ, GYRO_HZ = 52.11, 51.41


"""What one "52 Hz" sensor sent."""


def swing_dps(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an angular rate as fast as a hip's: 115 degrees/s in 0.8 s."""
    return np.stack([115 * np.sin(2 * np.pi * time_s / 1.6), 0 * time_s, time_s], axis=1)


def part(
    first: int, count: int, rate_hz: float, *, gyro: bool, received_s: float | None = None
) -> Samples:
    time_s = (first + np.arange(count)) / rate_hz
    value = swing_dps(time_s) if gyro else np.tile([0.0, 0.0, 1.0], (count, 1))
    received = time_s[-1] + 0.05 if received_s is None else received_s
    return Samples(round(time_s[-1] * 1e9), time_s, value, float(received), saturated=False)


def joined(seconds: float = 60.0, gyro_until_s: float = 1e9) -> list[Frame]:
    """Play both streams in the order in which their frames are full."""
    parts = [
        (part(first, count, rate_hz, gyro=gyro), gyro)
        for rate_hz, count, gyro in ((ACC_HZ, 58, False), (GYRO_HZ, 36, True))
        for first in range(0, int(seconds * rate_hz), count)
    ]
    pairing = StreamMerger()
    pairing.expected = True
    frames: list[Frame] = []
    for each, gyro in sorted(parts, key=lambda pair: pair[0].received_s):
        if gyro and each.received_s > gyro_until_s:
            continue
        (pairing.add_gyro if gyro else pairing.add_acc)(each)
        frames += pairing.release(each.received_s)
    return frames


def test_angular_rate_is_that_of_the_acceleration_s_moment() -> None:
    """To 0.3 % of the swing, after a minute in which the counts went 42 samples apart."""
    frames = joined()
    assert all(frame.gyro_radps is not None for frame in frames)
    times_s = np.concatenate([frame.stamps_s for frame in frames if frame.stamps_s is not None])
    gyro_dps = (
        np.concatenate([frame.gyro_radps for frame in frames if frame.gyro_radps is not None])
        / RADPS_PER_DPS
    )
    assert times_s[-1] > 57.0
    np.testing.assert_allclose(np.diff(times_s), 1 / ACC_HZ, atol=1e-9)
    assert np.abs(gyro_dps - swing_dps(times_s)).max() < 0.003 * 115


def test_acceleration_waits_for_no_more_than_its_angular_rate() -> None:
    pairing = StreamMerger()
    pairing.add_gyro(part(0, 36, GYRO_HZ, gyro=True))
    pairing.add_acc(part(0, 58, ACC_HZ, gyro=False))

    (frame,) = pairing.release(1.2)

    assert frame.stamps_s is not None
    assert frame.stamps_s[-1] <= 35 / GYRO_HZ < frame.stamps_s[-1] + 1 / ACC_HZ
    pairing.add_gyro(part(36, 36, GYRO_HZ, gyro=True))
    (rest,) = pairing.release(1.4)
    assert len(frame.acc_mps2) + len(rest.acc_mps2) == 58


def test_a_gyroscope_that_stops_does_not_hold_up_acceleration_for_ever() -> None:
    frames = joined(gyro_until_s=20.0)
    ends_s = [(float(frame.stamps_s[-1]), frame) for frame in frames if frame.stamps_s is not None]
    without = [end_s for end_s, frame in ends_s if frame.gyro_radps is None]

    assert without[0] > 19.0
    assert without[-1] == pytest.approx(60.0, abs=2.5)
    assert sum(len(frame.acc_mps2) for frame in frames) > 60 * ACC_HZ - 60


def test_the_wait_ends_after_three_seconds() -> None:
    pairing = StreamMerger()
    pairing.expected = True
    pairing.add_acc(part(0, 58, ACC_HZ, gyro=False, received_s=1.2))

    assert pairing.release(1.2 + WAIT_S) == ()
    (frame,) = pairing.release(1.2 + WAIT_S + 0.1)
    assert frame.gyro_radps is None
    assert not pairing.expected


def test_a_gyroscope_that_comes_back_is_waited_for_again() -> None:
    pairing = StreamMerger()
    pairing.add_gyro(part(0, 36, GYRO_HZ, gyro=True))

    assert pairing.expected
    pairing.add_acc(part(200, 10, ACC_HZ, gyro=False))
    assert pairing.release(4.1) == ()


@pytest.mark.parametrize(("hole_s", "bridged"), [(BRIDGE_S - 0.05, True), (BRIDGE_S + 0.1, False)])
def test_a_long_hole_in_the_angular_rate_is_no_straight_line(hole_s: float, bridged: bool) -> None:
    pairing = StreamMerger()
    before = part(0, 26, GYRO_HZ, gyro=True)
    after = part(26 + round(hole_s * GYRO_HZ), 52, GYRO_HZ, gyro=True)
    for each in (before, after):
        pairing.add_gyro(each)
    pairing.add_acc(part(0, 72, ACC_HZ, gyro=False))

    frames = pairing.release(1.5)

    has_gyro = [frame.gyro_radps is not None for frame in frames]
    assert has_gyro == ([True] if bridged else [True, False, True])
    assert sum(len(frame.acc_mps2) for frame in frames) == 72


def test_acceleration_from_before_the_angular_rate_has_none() -> None:
    pairing = StreamMerger()
    pairing.add_gyro(part(26, 52, GYRO_HZ, gyro=True))
    pairing.add_acc(part(0, 58, ACC_HZ, gyro=False))

    first, second = pairing.release(1.5)

    assert first.gyro_radps is None
    assert second.gyro_radps is not None


def test_a_saturated_gyroscope_marks_the_acceleration_beside_it() -> None:
    pairing = StreamMerger()
    for first, saturated in ((0, False), (36, True), (72, False)):
        each = part(first, 36, GYRO_HZ, gyro=True)
        pairing.add_gyro(
            Samples(each.stamp_ns, each.time_s, each.value, each.received_s, saturated)
        )
    marks = []
    for first in range(0, 100, 10):
        pairing.add_acc(part(first, 10, ACC_HZ, gyro=False))
        marks += [frame.saturated for frame in pairing.release(2.2)]

    assert marks == [False] * 3 + [True] * 5 + [False] * 2


def test_a_clock_that_was_set_back_starts_the_angular_rate_anew() -> None:
    pairing = StreamMerger()
    pairing.add_gyro(part(1000, 36, GYRO_HZ, gyro=True))
    pairing.add_gyro(part(0, 36, GYRO_HZ, gyro=True))
    pairing.add_acc(part(0, 20, ACC_HZ, gyro=False))

    (frame,) = pairing.release(1.0)

    assert frame.gyro_radps is not None


def test_memory_is_bounded_whichever_stream_comes_alone() -> None:
    gyro_alone, acc_alone = StreamMerger(), StreamMerger()
    acc_alone.expected = True
    for first in range(0, 4 * MOST_SAMPLES, 36):
        gyro_alone.add_gyro(part(first, 36, GYRO_HZ, gyro=True))
        acc_alone.add_acc(part(first, 36, ACC_HZ, gyro=False, received_s=0.0))
        acc_alone.release(0.0)

    assert len(gyro_alone._gyro_s) == MOST_SAMPLES
    assert sum(len(each.value) for each in acc_alone._acc) <= MOST_SAMPLES
