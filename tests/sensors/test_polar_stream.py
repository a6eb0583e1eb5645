from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.sensors import examples
from tracker.sensors.base import PacketOrder
from tracker.sensors.polar.streams import LATE_NS, LEAP_NS, Samples, Stream, spread_s

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
