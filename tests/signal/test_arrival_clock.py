from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import Frame, Gap
from tracker.signal.clocks import (
    HOLD_S,
    LATE_S,
    MAX_SLEW,
    MOST_HELD,
    RUN_S,
    SPACING_S,
    START_S,
    Arrival,
    ArrivalClock,
    SampleLine,
)
from tracker.signal.resampler import Resampler

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tracker.domain import TimedFrame


DELAY_S = 0.01


"""The shortest way from the last sample of a notification to the host."""


SETTLED_S = 10.0


"""After this long the rate is known as well as it gets."""


@dataclass(frozen=True, slots=True)
class Link:
    """A sensor that takes samples at an even rate, and what lies between it and the host."""

    rate_hz: float = 100.0
    together: int = 4
    """Samples in a notification."""
    seconds: float = 60.0
    jitter_s: float = 0.02
    """Mean of the exponential part of the delay."""
    burst_s: float | None = None
    """The link brings nothing but at multiples of this."""
    stalls: Sequence[tuple[float, float]] = ()
    """From when on nothing comes, and for how long; then all at ten times the pace."""
    lost: Sequence[tuple[float, float]] = ()
    """Between which times notifications never come."""
    lost_share: float = 0.0
    """Share of the notifications that never come, drawn at random."""
    seed: int = 0

    def run(self) -> Run:
        """Send everything through a fresh clock."""
        rng = np.random.default_rng(self.seed)
        received_s = 0.0
        sent = []
        for number in range(int(self.rate_hz * self.seconds) // self.together):
            time_s = (np.arange(self.together) + number * self.together) / self.rate_hz
            ready_s = float(time_s[-1]) + DELAY_S + float(rng.exponential(self.jitter_s))
            if self.burst_s is not None:
                ready_s = float(np.ceil(ready_s / self.burst_s)) * self.burst_s
            for start_s, length_s in self.stalls:
                if start_s <= ready_s < start_s + length_s:
                    ready_s = start_s + length_s + (ready_s - start_s) / 10.0
            ready_s = max(ready_s, received_s)
            missing = any(start <= time_s[-1] < end for start, end in self.lost)
            if missing or rng.random() < self.lost_share:
                continue
            received_s = ready_s
            sent.append((time_s, frame(self.together, received_s)))
        return Run(sent)


def frame(samples: int, received_s: float) -> Frame:
    return Frame(np.zeros((samples, 3)), None, None, received_s)


class Run:
    """What a clock made of a stream, beside the truth."""

    def __init__(self, sent: list[tuple[NDArray[np.float64], Frame]]) -> None:
        self.clock = ArrivalClock()
        self.frames: list[TimedFrame] = []
        waits_s = []
        for _, each in sent:
            for timed in self.clock.process(each):
                waits_s.append(each.received_s - sent[len(self.frames)][1].received_s)
                self.frames.append(timed)
        self.true_s = np.concatenate([time_s for time_s, _ in sent[: len(self.frames)]])
        self.time_s = np.concatenate([timed.time_s for timed in self.frames])
        self.wait_s = np.array(waits_s)
        """How long each notification waited for its times."""
        self.late_s = self.time_s - self.true_s
        self.kept = len(self.frames) == len(sent)

    def settled(self, first_s: float = SETTLED_S) -> NDArray[np.float64]:
        """Return how late samples are put, from some time on."""
        late_s: NDArray[np.float64] = self.late_s[self.true_s > first_s]
        return late_s

    def worst_phase_s(self) -> float:
        """Return by how much a phase of 3 s comes out wrong, at worst, once settled."""
        starts_s = np.arange(SETTLED_S, self.true_s[-1] - 3.0, 0.5)
        inside = ((self.true_s >= start) & (self.true_s < start + 3.0) for start in starts_s)
        return max(float(np.ptp(self.late_s[rows])) for rows in inside)


@pytest.mark.parametrize("rate_hz", [50.0, 99.0, 100.0, 101.0, 198.6])
@pytest.mark.parametrize("seed", range(3))
def test_an_ordinary_link_places_samples_to_two_milliseconds(rate_hz: float, seed: int) -> None:
    """Whatever the rate: a phase of 3 s comes out right to 2 ms, and never 1 % off the rate."""
    run = Link(rate_hz, seed=seed).run()
    assert run.worst_phase_s() < 0.002
    assert np.abs(run.settled() - DELAY_S).max() < 0.005
    steps = np.diff(run.time_s) * rate_hz
    assert np.abs(steps[run.true_s[1:] > SETTLED_S] - 1.0).max() < MAX_SLEW + 0.001


def test_the_first_seconds_are_right_to_a_hundredth() -> None:
    for seed in range(5):
        run = Link(seed=seed).run()
        assert np.abs(run.late_s - DELAY_S).max() < 0.01
        assert run.wait_s.max() == pytest.approx(START_S, abs=0.15)
        assert np.flatnonzero(run.wait_s > LATE_S)[-1] < START_S * 100.0 / 4


def test_eight_samples_together_at_198_6_hz() -> None:
    """The measured rate of a sensor that is sold as 200 Hz: a nominal rate would be 42 ms off."""
    run = Link(198.6, together=8).run()
    assert run.worst_phase_s() < 0.002
    assert run.time_s[-1] - run.time_s[0] == pytest.approx(
        run.true_s[-1] - run.true_s[0], abs=0.003
    )


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [50.0, 99.0, 100.0, 198.6])
@pytest.mark.parametrize("seed", range(4))
def test_bursts_far_apart_do_not_move_samples(rate_hz: float, seed: int) -> None:
    """300 ms between bursts whose ends wander by 50 ms: 3 s come out right to 30 ms."""
    run = Link(rate_hz, 2, burst_s=0.3, seed=seed).run()
    assert run.worst_phase_s() < 0.03
    steps = np.diff(run.time_s) * rate_hz
    assert steps.min() > 0.96
    assert steps.max() < 1.05
    settled = steps[run.true_s[1:] > SETTLED_S]
    assert np.abs(settled - 1.0).max() < MAX_SLEW + 0.005


@pytest.mark.parametrize("length_s", [0.5, 2.0, 5.0])
def test_a_stall_leaves_samples_where_they_were(length_s: float) -> None:
    run = Link(stalls=((20.0, length_s),)).run()
    assert run.worst_phase_s() < 0.002
    assert np.diff(run.time_s).max() < 0.0102
    assert run.kept


@pytest.mark.parametrize("length_s", [0.2, 0.5, 2.0, 20.0])
@pytest.mark.parametrize("burst_s", [None, 0.3])
def test_missing_samples_leave_a_hole_of_their_length(
    length_s: float, burst_s: float | None
) -> None:
    run = Link(lost=((20.0, 20.0 + length_s),), burst_s=burst_s).run()
    steps_s = np.diff(run.time_s)
    (hole,) = np.flatnonzero(steps_s > 0.05)
    accuracy_s = 0.01 if burst_s is None else 0.06
    assert run.true_s[hole] == pytest.approx(20.0, abs=0.05)
    assert steps_s[hole] == pytest.approx(length_s, abs=accuracy_s + 0.04)
    assert np.abs(run.settled() - np.median(run.settled())).max() < accuracy_s
    # Nothing waits for longer than it takes to see that nothing more comes.
    started = np.cumsum([len(timed.time_s) for timed in run.frames]) > 400
    assert run.wait_s[started].max() < HOLD_S + (0.1 if burst_s is None else 0.7)


def test_a_hole_is_a_gap_on_the_grid() -> None:
    grid = Resampler()
    run = Link(lost=((20.0, 21.5),)).run()
    results = [each for timed in run.frames for each in grid.process(timed)]
    (gap,) = (each for each in results if isinstance(each, Gap))
    assert gap.end_s - gap.start_s == pytest.approx(1.5, abs=0.05)
    assert grid.dropped == 0


def test_a_single_lost_notification_becomes_a_hole_a_little_later() -> None:
    """80 ms are too short to wait for: 2 s later the clock has made up for them."""
    run = Link(together=8, lost=((20.0, 20.05),)).run()
    late_s = run.late_s - DELAY_S
    before = late_s[(run.true_s > 15.0) & (run.true_s < 20.0)]
    between = late_s[(run.true_s > 20.2) & (run.true_s < 21.4)]
    after = late_s[run.true_s > 22.5]
    assert np.abs(before).max() < 0.005
    assert between.min() > -0.085
    assert np.abs(after).max() < 0.01


@pytest.mark.parametrize("lost_share", [0.02, 0.1])
def test_a_steady_loss_shows_as_a_lower_rate(lost_share: float) -> None:
    """Nobody can tell 10 % lost from a sensor that is 10 % slow; times stay true to 0.3 s."""
    run = Link(lost_share=lost_share, seconds=120.0).run()
    measured_hz = (len(run.time_s) - 1) / (run.time_s[-1] - run.time_s[0])
    assert measured_hz == pytest.approx(100.0 * (1.0 - lost_share), rel=0.01)
    assert np.abs(run.late_s).max() < 0.3


@pytest.mark.parametrize("lost", [(0.4, 0.8), (1.2, 1.5), (3.0, 3.5)])
def test_a_loss_at_the_start_is_got_over(lost: tuple[float, float]) -> None:
    run = Link(lost=(lost,), seconds=40.0).run()
    assert np.abs(run.settled(25.0) - DELAY_S).max() < 0.01


@pytest.mark.parametrize(("before_hz", "after_hz"), [(10.0, 100.0), (100.0, 50.0)])
def test_a_sensor_whose_rate_was_changed_is_followed(before_hz: float, after_hz: float) -> None:
    clock = ArrivalClock()
    sent_s = [*np.arange(0.0, 8.0, 1.0 / before_hz), *np.arange(8.0, 60.0, 1.0 / after_hz)]
    times_s = np.concatenate(
        [each.time_s for time_s in sent_s for each in clock.process(frame(1, float(time_s)))]
    )
    late_s = times_s - np.array(sent_s[: len(times_s)])
    assert len(times_s) > 0.99 * len(sent_s)
    assert np.abs(late_s[np.array(sent_s[: len(times_s)]) > 40.0]).max() < 0.05


@settings(max_examples=30, deadline=None)
@given(
    steps_s=st.lists(st.floats(0.0, 2.0) | st.just(0.0), min_size=5, max_size=120),
    samples=st.integers(1, 12),
)
def test_times_rise_whatever_comes(steps_s: list[float], samples: int) -> None:
    clock = ArrivalClock()
    frames = [frame(samples, float(received_s)) for received_s in np.cumsum(steps_s)]
    times_s = [time for each in frames for timed in clock.process(each) for time in timed.time_s]
    assert all(later > sooner for sooner, later in pairwise(times_s))
    assert np.isfinite(times_s).all()


def test_arrivals_that_are_all_of_one_moment_wait_within_bounds() -> None:
    clock = ArrivalClock()
    for _ in range(MOST_HELD + 100):
        assert clock.process(frame(1, 3.0)) == ()
    assert len(clock._held) == MOST_HELD


def test_a_frame_without_samples_changes_nothing() -> None:
    frames = [frame(4, number * 0.04) for number in range(100)]
    with_empty = [each for one in frames for each in (one, frame(0, one.received_s + 0.03))]

    def times_s(stream: Iterable[Frame]) -> NDArray[np.float64]:
        clock = ArrivalClock()
        return np.concatenate([each.time_s for one in stream for each in clock.process(one)])

    np.testing.assert_array_equal(times_s(frames), times_s(with_empty))


def test_what_a_frame_says_besides_its_samples_travels_on() -> None:
    clock = ArrivalClock()
    frames = [
        replace(frame(4, number * 0.04), saturated=number in (0, 60)) for number in range(100)
    ]
    timed = [each for one in frames for each in clock.process(one)]
    assert [number for number, each in enumerate(timed) if each.saturated] == [0, 60]


TOGETHER = 4


RATE_HZ = 97.3


def arrivals(seconds: float, waits_s: list[float] | None = None, start: int = 0) -> list[Arrival]:
    """Return notifications of `TOGETHER` samples; `waits_s` come on top of a delay of 10 ms."""
    numbers = np.arange(start, start + int(seconds * RATE_HZ), TOGETHER) + TOGETHER - 1
    received_s = numbers / RATE_HZ + 0.01
    if waits_s is not None:
        received_s += np.resize(waits_s, len(numbers))
    received_s = np.maximum.accumulate(received_s)
    return [Arrival(int(n), float(s)) for n, s in zip(numbers, received_s, strict=True)]


def fitted(points: list[Arrival]) -> SampleLine:
    pace = SampleLine()
    for number, point in enumerate(points):
        pace.add(point)
        if number == len(points) // 10:
            pace.fit()
    assert pace.fit()
    return pace


def test_there_is_no_line_before_there_are_arrivals() -> None:
    pace = SampleLine()
    assert not pace.fit()
    pace.add(Arrival(3, 1.0))
    assert not pace.fit()


def test_arrivals_of_one_moment_have_no_rate() -> None:
    pace = SampleLine()
    for number in range(50):
        pace.add(Arrival(number, 2.0))
    assert not pace.fit()


def test_even_arrivals_are_met_exactly() -> None:
    pace = fitted(arrivals(5.0))
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=1e-12)
    assert pace.time_s(200) == pytest.approx(200 / RATE_HZ + 0.01, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.0, 0.3), min_size=200, max_size=200))
def test_delays_only_ever_lie_above_the_line(waits_s: list[float]) -> None:
    points = arrivals(20.0, [0.0, *waits_s])
    pace = fitted(points)
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=0.012)
    recent = [point for point in points if point.received_s > points[-1].received_s - 10.0]
    # Of arrivals within a tenth of a second, the one that was kept may not be the very least.
    assert min(map(pace.delay_s, recent)) > -0.01


def test_accuracy_over_ten_and_thirty_seconds() -> None:
    """Exponential delays of 20 ms on average: 0.04 % after 10 s, 0.02 % after 30 s, at worst."""
    for seconds, error in ((10.0, 4e-4), (30.0, 2e-4)):
        for seed in range(30):
            waits_s = np.random.default_rng(seed).exponential(0.02, 3000).tolist()
            pace = fitted(arrivals(seconds, waits_s))
            assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=error)


def test_a_late_start_does_not_tilt_the_line() -> None:
    pace = fitted(arrivals(3.0, [0.4] * 15 + [0.0] * 1000))
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=1e-9)


def test_memory_is_bounded_by_the_length_of_a_run() -> None:
    pace = fitted(arrivals(2.0))
    for point in arrivals(5.0 * RUN_S, start=200):
        pace.add(point)
    assert len(pace.arrivals(0.0)) <= RUN_S / SPACING_S + 2


def test_a_new_run_keeps_the_rate_and_moves_the_line() -> None:
    points = arrivals(12.0)
    pace = fitted(points)
    after = [Arrival(n, s + 0.7) for n, s in arrivals(0.5, start=points[-1].sample + 1)]
    pace.break_run(after)
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=1e-9)
    assert pace.delay_s(after[0]) == pytest.approx(0.0, abs=1e-9)
    assert pace.delay_s(points[-1]) == pytest.approx(-0.7, abs=1e-9)


def test_a_long_run_outweighs_a_short_one() -> None:
    pace = fitted(arrivals(1.2, [0.0] * 10 + [0.05] * 100))
    assert abs(pace.period_s * RATE_HZ - 1.0) > 0.01
    pace.break_run([])
    for point in arrivals(20.0, start=400):
        pace.add(point)
    pace.fit()
    assert pace.period_s == pytest.approx(1.0 / RATE_HZ, rel=5e-4)


def test_the_least_delay_is_of_the_arrivals_since_then() -> None:
    points = arrivals(4.0)
    pace = fitted(points)
    late = Arrival(points[-1].sample + 4, points[-1].received_s + 4 / RATE_HZ + 0.3)
    pace.add(late)
    assert pace.least_delay_s(0.0) == pytest.approx(0.0, abs=1e-9)
    assert pace.least_delay_s(late.received_s) == pytest.approx(0.3, abs=1e-9)
    assert pace.least_delay_s(late.received_s + 1.0) == float("inf")
