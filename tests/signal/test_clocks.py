from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.heavy import tries
from tracker.domain import Frame, FrameRun
from tracker.signal.clocks import (
    DELAY_WINDOW_S,
    MAX_SLEW,
    ArrivalClock,
    ClockOffsetEstimator,
    DeviceClock,
    FileClock,
    MixedClock,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tracker.signal.clocks import SessionClock


SAMPLES = 5


RATE_HZ = 100.0


DELAY_S = 0.02


"""The shortest way from the last sample of a packet to the host."""


def packet(stamp_s: float, received_s: float, samples: int = SAMPLES) -> Frame:
    """Return a packet whose first sample carries a stamp."""
    stamps_s = np.full(samples, np.nan)
    stamps_s[:1] = stamp_s
    return Frame(np.zeros((samples, 3)), None, stamps_s, received_s)


def stream(
    packets: int,
    waits_s: Sequence[float] = (),
    rate_error: float = 0.0,
    first_stamp_s: float = 1234.5,
    start_s: float = 0.0,
) -> list[Frame]:
    """Return packets of a sensor that took its samples at even true times.

    `waits_s` come on top of the shortest delay; `rate_error` is how much too fast the device's
    clock counts.
    """
    frames = []
    for number in range(packets):
        true_s = start_s + number * SAMPLES / RATE_HZ
        stamp_s = first_stamp_s + (true_s - start_s) * (1.0 + rate_error)
        wait_s = waits_s[number] if number < len(waits_s) else 0.0
        newest_s = true_s + (SAMPLES - 1) / RATE_HZ
        frames.append(packet(stamp_s, newest_s + DELAY_S + wait_s))
    return frames


def timed(clock: DeviceClock, frames: Iterable[Frame]) -> list[NDArray[np.float64]]:
    """Return the times of every frame that the clock gives back."""
    return [each.time_s for frame in frames for each in clock.process(frame)]


def true_times(packets: int, start_s: float = 0.0) -> NDArray[np.float64]:
    seconds: NDArray[np.float64] = start_s + np.arange(packets * SAMPLES) / RATE_HZ
    return seconds


def test_the_first_packets_wait_until_two_spacings_agree() -> None:
    clock = DeviceClock()
    first, second, third = stream(3)
    assert clock.process(first) == ()
    assert clock.process(second) == ()
    assert [len(frame.time_s) for frame in clock.process(third)] == [SAMPLES] * 3


def test_packets_do_not_wait_for_ever() -> None:
    """Spacings that never agree: the shortest ones are believed after a handful of packets."""
    clock = DeviceClock()
    frames = [packet(stamp_s, stamp_s + 5.0) for stamp_s in (0.0, 0.05, 0.25, 1.0, 4.0, 12.0)]
    given = [len(clock.process(frame)) for frame in frames]
    assert given == [0, 0, 0, 0, 5, 1]


def test_even_arrivals_give_the_times_of_the_samples_but_for_the_delay() -> None:
    times_s = np.concatenate(timed(DeviceClock(), stream(50)))
    np.testing.assert_allclose(times_s, true_times(50) + DELAY_S, atol=1e-9)


@settings(deadline=None, max_examples=tries(100))
@given(waits_s=st.lists(st.floats(0.0, 0.5), min_size=60, max_size=60))
def test_jitter_moves_samples_by_no_more_than_the_slew(waits_s: list[float]) -> None:
    """Bursts and stalls are in the arrivals; the spacing of the samples stays the sensor's."""
    times_s = np.concatenate(timed(DeviceClock(), stream(60, waits_s)))
    steps_s = np.diff(times_s)
    most_s = MAX_SLEW * SAMPLES / RATE_HZ
    assert np.abs(steps_s - 1.0 / RATE_HZ).max() <= most_s + 1e-9
    within = np.arange(len(steps_s)) % SAMPLES != SAMPLES - 1
    np.testing.assert_allclose(steps_s[within], 1.0 / RATE_HZ, atol=1e-9)


def test_a_stall_of_two_seconds_leaves_the_samples_where_they_were() -> None:
    waits_s = [0.0] * 200
    for number in range(100, 140):
        waits_s[number] = 2.0 - (number - 100) * SAMPLES / RATE_HZ
    times_s = np.concatenate(timed(DeviceClock(), stream(200, waits_s)))
    np.testing.assert_allclose(times_s, true_times(200) + DELAY_S, atol=1e-9)


def test_a_late_start_is_made_good_at_the_pace_of_the_slew() -> None:
    """The first packets were held up by 0.1 s: later ones show it, and 0.1 s takes 10 s."""
    waits_s = [0.1] * 3 + [0.0] * 400
    times_s = np.concatenate(timed(DeviceClock(), stream(403, waits_s)))
    late_s = times_s - true_times(403) - DELAY_S
    assert late_s[0] == pytest.approx(0.1, abs=1e-6)
    assert (np.diff(late_s) <= 1e-9).all()
    np.testing.assert_allclose(late_s[1100:], 0.0, atol=1e-6)


@pytest.mark.parametrize("rate_error", [-0.01, -0.002, 0.0, 5e-5, 0.01])
def test_a_clock_that_runs_wrong_is_followed(rate_error: float) -> None:
    rng = np.random.default_rng(4)
    packets = 2400
    frames = stream(packets, rng.exponential(0.004, packets).tolist(), rate_error)
    times_s = np.concatenate(timed(DeviceClock(), frames))
    late_s = times_s - true_times(packets) - DELAY_S
    # The smallest delay of the last 10 s may be 10 s old, and 1 % of that is 0.1 s.
    assert np.abs(late_s).max() < abs(rate_error) * 10.0 + 0.02
    settled = late_s[len(late_s) // 2 :]
    assert np.ptp(settled) < 0.01


def test_a_fast_oscillator_with_an_honest_clock_needs_no_correction() -> None:
    """Rate off by 1 %, stamps right: the spacing is read from the stamps, not from the name."""
    spacing_s = SAMPLES / (1.01 * RATE_HZ)
    frames = []
    for number in range(100):
        newest_s = number * spacing_s + (SAMPLES - 1) / (1.01 * RATE_HZ)
        frames.append(packet(50.0 + number * spacing_s, newest_s + DELAY_S))
    steps_s = np.diff(np.concatenate(timed(DeviceClock(), frames)))
    np.testing.assert_allclose(steps_s, 1.0 / (1.01 * RATE_HZ), atol=1e-9)


def test_lost_packets_leave_a_hole_of_their_length() -> None:
    frames = stream(100)
    del frames[50:60]
    times_s = np.concatenate(timed(DeviceClock(), frames))
    kept = np.delete(true_times(100), np.s_[50 * SAMPLES : 60 * SAMPLES])
    np.testing.assert_allclose(times_s, kept + DELAY_S, atol=1e-9)


@pytest.mark.parametrize("first_lost", [1, 2, 3])
@pytest.mark.parametrize("lost", [1, 5, 40])
def test_a_loss_right_after_the_start_does_not_stretch_the_samples(
    first_lost: int, lost: int
) -> None:
    frames = stream(60)
    del frames[first_lost : first_lost + lost]
    times_s = np.concatenate(timed(DeviceClock(), frames))
    missing = slice(first_lost * SAMPLES, (first_lost + lost) * SAMPLES)
    kept = np.delete(true_times(60), missing)
    np.testing.assert_allclose(times_s, kept + DELAY_S, atol=1e-9)


def test_a_restarted_sensor_is_anchored_anew() -> None:
    clock = DeviceClock()
    before = timed(clock, stream(40))
    after = timed(clock, stream(40, first_stamp_s=0.0, start_s=9.0))
    np.testing.assert_allclose(np.concatenate(before), true_times(40) + DELAY_S, atol=1e-9)
    # The sample period is known already: nothing waits.
    assert len(after) == 40
    np.testing.assert_allclose(np.concatenate(after), true_times(40, 9.0) + DELAY_S, atol=1e-9)


def test_a_silence_with_the_clock_running_on_is_a_hole_of_its_length() -> None:
    clock = DeviceClock()
    timed(clock, stream(40))
    later = stream(40, first_stamp_s=1234.5 + 30.0, start_s=30.0)
    np.testing.assert_allclose(
        np.concatenate(timed(clock, later)), true_times(40, 30.0) + DELAY_S, atol=1e-9
    )


def test_a_stamp_on_every_sample_is_kept() -> None:
    """Uneven sampling that the sensor itself reports is not evened out."""
    clock = DeviceClock()
    stamps_s = np.array([0.0, 0.011, 0.019, 0.03])
    frames = [
        Frame(np.zeros((4, 3)), None, stamps_s + shift_s, 5.03 + shift_s)
        for shift_s in (0.0, 0.04, 0.08)
    ]
    for times_s, shift_s in zip(timed(clock, frames), (0.0, 0.04, 0.08), strict=True):
        np.testing.assert_allclose(times_s, 5.0 + shift_s + stamps_s, atol=1e-9)


def test_a_stamp_in_the_middle_counts_both_ways() -> None:
    clock = DeviceClock()
    frames = []
    for number in range(4):
        stamps_s = np.full(4, np.nan)
        stamps_s[2] = number * 0.04 + 0.02
        frames.append(Frame(np.zeros((4, 3)), None, stamps_s, number * 0.04 + 0.03))
    times_s = np.concatenate(timed(clock, frames))
    np.testing.assert_allclose(times_s, np.arange(16) * 0.01, atol=1e-9)


@pytest.mark.parametrize("carried", ["last", "first frame last"])
def test_frames_of_any_length_with_a_stamp_at_their_end(carried: str) -> None:
    """Compressed packets hold as many samples as fit; a stamp may be that of the last one."""
    clock = DeviceClock()
    times_s = []
    begin = 0
    for number, count in enumerate([36, 58, 115, 41, 90, 36, 77]):
        stamps_s = 700.0 + (begin + np.arange(count, dtype=np.float64)) * 0.01
        if carried == "last" or number == 0:
            stamps_s[:-1] = np.nan
        begin += count
        frame = Frame(np.zeros((count, 3)), None, stamps_s, 3.0 + begin * 0.01)
        times_s += [time for each in clock.process(frame) for time in each.time_s]
        assert (number < 2) == (not times_s)
    np.testing.assert_allclose(np.array(times_s), 3.0 + (np.arange(begin) + 1) * 0.01, atol=1e-9)


def test_frames_without_samples_or_stamps_change_nothing() -> None:
    clock = DeviceClock()
    frames = stream(20)
    empty = Frame(np.empty((0, 3)), None, np.empty(0), 0.3)
    stampless = Frame(np.zeros((2, 3)), None, None, 0.3)
    mixed = [*frames[:5], empty, *frames[5:9], stampless, *frames[9:]]
    for one, other in zip(timed(clock, mixed), timed(DeviceClock(), frames), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_a_packet_says_besides_its_samples_travels_on() -> None:
    marked = [replace(frame, saturated=number in (0, 4)) for number, frame in enumerate(stream(6))]
    clock = DeviceClock()
    frames = [each for frame in marked for each in clock.process(frame)]
    assert [frame.saturated for frame in frames] == [True, False, False, False, True, False]
    assert FileClock().process(replace(marked[0], stamps_s=np.arange(5.0)))[0].saturated


def test_times_rise_within_a_stream_that_is_badly_delayed() -> None:
    rng = np.random.default_rng(9)
    waits_s = np.maximum.accumulate(rng.exponential(0.05, 300) * (rng.random(300) < 0.2)).tolist()
    for one, other in pairwise(np.concatenate(timed(DeviceClock(), stream(300, waits_s)))):
        assert other > one


def test_a_file_brings_its_own_times() -> None:
    stamps_s = np.array([3.0, 3.1, 3.25])
    (frame,) = FileClock().process(Frame(np.zeros((3, 3)), None, stamps_s, 99.0))
    np.testing.assert_array_equal(frame.time_s, stamps_s)
    assert FileClock().process(Frame(np.zeros((3, 3)), None, None, 99.0)) == ()


def run_of(frames: Sequence[Frame]) -> FrameRun:
    """Return frames of one shape, each with a stamp on its first sample, as one run."""
    stamps_s = [frame.device_time_s for frame in frames]
    return FrameRun(
        np.concatenate([frame.acc_mps2 for frame in frames]),
        None,
        np.array(stamps_s, dtype=np.float64),
        np.array([frame.received_s for frame in frames]),
        frames[0].saturated,
    )


@settings(deadline=None, max_examples=tries(150))
@given(
    pieces=st.lists(
        st.tuples(
            st.sampled_from([1, 4, 5]),
            st.lists(
                st.tuples(
                    st.one_of(
                        st.floats(0.9, 1.2),
                        st.floats(0.9, 1.2),
                        st.sampled_from([1.0, 2.0, 30.0, 900.0, 0.0, -0.2, -40.0]),
                    ),
                    st.sampled_from([0.0, 0.0, 0.003, 0.02, 0.4]),
                ),
                min_size=1,
                max_size=40,
            ),
        ),
        min_size=2,
        max_size=6,
    ),
)
def test_a_run_has_the_times_of_its_frames_to_the_last_bit(
    pieces: list[tuple[int, list[tuple[float, float]]]],
) -> None:
    """Losses, silences, clocks that stand still or begin anew: a run knows what frames know."""
    alone, together = DeviceClock(), DeviceClock()
    for clock in (alone, together):
        timed(clock, stream(20, first_stamp_s=699.0, start_s=-1.0))
    stamp_s, true_s = 700.0, 0.0
    for samples, steps in pieces:
        frames = []
        for step, wait_s in steps:
            frames.append(packet(stamp_s, true_s + DELAY_S + wait_s, samples))
            stamp_s += step * samples / RATE_HZ
            true_s += abs(step) * samples / RATE_HZ
        expected_s = np.concatenate([[], *timed(alone, frames)])
        given_s = [each.time_s for each in together.process_run(run_of(frames))]
        assert np.concatenate([[], *given_s]).tolist() == expected_s.tolist()


@pytest.mark.parametrize("packets", [1, 2, 4, 15, 16, 17, 40])
def test_a_run_from_the_very_first_packet_on_waits_like_its_frames(packets: int) -> None:
    frames = stream(packets, [0.01 * (k % 3) for k in range(packets)])
    expected_s = np.concatenate([[], *timed(DeviceClock(), frames)])
    given_s = [each.time_s for each in DeviceClock().process_run(run_of(frames))]
    assert np.concatenate([[], *given_s]).tolist() == expected_s.tolist()


def test_a_long_run_is_timed_in_one_piece() -> None:
    clock = DeviceClock()
    frames = stream(400)
    timed(clock, frames[:50])
    (frame,) = clock.process_run(replace(run_of(frames[50:]), saturated=True))
    assert len(frame.time_s) == 350 * SAMPLES
    assert frame.saturated


def one_by_one(
    offset: ClockOffsetEstimator, device_s: list[float], delay_s: list[float]
) -> list[float]:
    followed = []
    for at_s, late_s in zip(device_s, delay_s, strict=True):
        offset.add(at_s, late_s)
        followed.append(offset.follow(at_s))
    return followed


def test_the_first_delay_is_the_offset() -> None:
    assert one_by_one(ClockOffsetEstimator(), [5.0], [0.25]) == [0.25]


def test_a_larger_delay_changes_nothing_while_a_smaller_one_is_remembered() -> None:
    device_s = [0.0, 1.0, DELAY_WINDOW_S]
    assert one_by_one(ClockOffsetEstimator(), device_s, [0.1, 0.9, 0.4]) == [0.1] * 3


def test_a_delay_is_forgotten_after_the_window() -> None:
    device_s = [0.0, 1.0, DELAY_WINDOW_S + 0.5]
    followed = one_by_one(ClockOffsetEstimator(), device_s, [0.10, 0.13, 0.4])
    assert followed == [0.10, 0.10, 0.13]


def test_the_offset_moves_no_faster_than_the_slew() -> None:
    followed = one_by_one(
        ClockOffsetEstimator(), [0.0, 1.0, 2.0, 3.0, 4.0], [0.025, 0.0, 0.0, 0.0, 0.0]
    )
    np.testing.assert_allclose(followed, [0.025, 0.015, 0.005, 0.0, 0.0], atol=1e-15)


def test_the_slew_is_what_the_worst_oscillator_needs() -> None:
    """A clock 1 % too fast loses 0.01 s a second, and the offset keeps up with it."""
    device_s = np.arange(1.0, 200.0)
    delay_s = -MAX_SLEW * 0.999 * device_s
    followed = one_by_one(ClockOffsetEstimator(), device_s.tolist(), delay_s.tolist())
    np.testing.assert_allclose(followed, delay_s, atol=1e-12)


STAMPED = [
    Frame(np.zeros((2, 3)), None, np.array([0.02 * k, 0.02 * k + 0.01]), 0.02 * k + 0.013)
    for k in range(200)
]


PLAIN = [Frame(np.zeros((2, 3)), None, None, 0.02 * k + 0.013) for k in range(200)]


def times_s(clock: SessionClock, frames: list[Frame]) -> list[float]:
    return [
        time_s
        for frame in frames
        for timed in clock.process(frame)
        for time_s in timed.time_s.tolist()
    ]


def test_stamps_are_gone_by_where_there_are_some() -> None:
    times = times_s(MixedClock(), STAMPED)

    assert len(times) == 400
    assert times == times_s(DeviceClock(), STAMPED)


def test_arrivals_are_gone_by_where_there_are_none() -> None:
    times = times_s(MixedClock(), PLAIN)

    assert times
    assert times == times_s(ArrivalClock(), PLAIN)


def test_another_program_begins_with_a_fresh_clock() -> None:
    clock = MixedClock()
    later = [Frame(frame.acc_mps2, None, None, frame.received_s + 4.0) for frame in PLAIN]

    assert times_s(clock, STAMPED) == times_s(DeviceClock(), STAMPED)
    assert times_s(clock, later) == times_s(ArrivalClock(), later)
    assert times_s(clock, STAMPED) == times_s(DeviceClock(), STAMPED)
