from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.heavy import tries
from tracker.domain import Gap, ImuBlock, TimedFrame
from tracker.signal.resampler import GRID_RATE_HZ, MAX_FILL_S, Resampler

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Shape = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def frame(time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64]) -> TimedFrame:
    return TimedFrame(time_s, acc_mps2, None)


def line(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return three straight lines over time, shape (n, 3)."""
    lines: NDArray[np.float64] = time_s[:, None] * np.array([1.0, -2.0, 0.0])
    lines += np.array([0.0, 3.0, 9.8])
    return lines


def blocks(results: tuple[ImuBlock | Gap, ...]) -> list[ImuBlock]:
    return [result for result in results if isinstance(result, ImuBlock)]


def gaps(results: tuple[ImuBlock | Gap, ...]) -> list[Gap]:
    return [result for result in results if isinstance(result, Gap)]


def times(block: ImuBlock) -> NDArray[np.float64]:
    seconds: NDArray[np.float64] = block.start_s + np.arange(len(block.acc_mps2)) / block.rate_hz
    return seconds


def resampled(
    rate_hz: float, shape: Shape, duration_s: float = 4.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times and first column on the grid of a function sampled at a rate."""
    time_s = np.arange(0.0, duration_s, 1.0 / rate_hz)
    (block,) = blocks(Resampler().process(frame(time_s, np.tile(shape(time_s)[:, None], 3))))
    return times(block), block.acc_mps2[:, 0]


steps_s = st.lists(st.floats(0.001, 0.1), min_size=3, max_size=200)


@settings(deadline=None, max_examples=tries(100))
@given(start_s=st.floats(0.0, 3600.0), steps=steps_s)
def test_a_straight_line_stays_one_at_any_rate_and_with_uneven_steps(
    start_s: float, steps: list[float]
) -> None:
    time_s = start_s + np.cumsum(steps)
    (block,) = blocks(Resampler().process(frame(time_s, line(time_s))))
    np.testing.assert_allclose(block.acc_mps2, line(times(block)), rtol=1e-8, atol=1e-8)


@settings(deadline=None, max_examples=tries(100))
@given(start_s=st.floats(0.0, 3600.0), steps=steps_s)
def test_every_grid_sample_is_inside_the_stream_and_none_is_missing(
    start_s: float, steps: list[float]
) -> None:
    time_s = start_s + np.cumsum(steps)
    (block,) = blocks(Resampler().process(frame(time_s, line(time_s))))
    grid_s = times(block)
    half_s = 0.5 / GRID_RATE_HZ
    if not len(grid_s):
        assert np.ptp(time_s) < 2.0 / GRID_RATE_HZ
        return
    assert time_s[0] - 1e-9 <= grid_s[0] - half_s < time_s[0] + 2.0 * half_s
    assert time_s[-1] - 2.0 * half_s <= grid_s[-1] + half_s + 1e-9 <= time_s[-1] + 2e-9
    np.testing.assert_allclose(grid_s * GRID_RATE_HZ, np.round(grid_s * GRID_RATE_HZ), atol=1e-6)


@pytest.mark.parametrize("cell", [0, 1, 57, 4_811, 359_999])
@pytest.mark.parametrize("nudge", [-np.inf, 0.0, np.inf])
def test_a_start_on_the_edge_of_a_cell_does_not_depend_on_the_cut(cell: int, nudge: float) -> None:
    edge_s = (cell + 0.5) / GRID_RATE_HZ
    start_s = float(np.nextafter(edge_s, nudge)) if nudge else edge_s
    time_s = start_s + np.arange(5) / 50.0
    (whole,) = blocks(Resampler().process(frame(time_s, line(time_s))))
    grid = Resampler()
    first = [
        blocks(grid.process(frame(time_s[at : at + 1], line(time_s[at : at + 1]))))[0]
        for at in range(5)
    ]
    assert first[0].restart
    assert first[0].start_s == whole.start_s
    np.testing.assert_allclose(
        np.vstack([block.acc_mps2 for block in first]), whole.acc_mps2, atol=1e-9
    )


@pytest.mark.parametrize("rate_hz", [50, 100, 104, 200, 1000])
def test_movement_is_kept_whatever_the_rate(rate_hz: int) -> None:
    def movement(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sin(2.0 * np.pi * 2.0 * time_s)

    grid_s, values = resampled(rate_hz, movement)
    np.testing.assert_allclose(values, movement(grid_s), atol=0.012)


@pytest.mark.parametrize("frequency_hz", [97.0, 100.0, 203.0, 390.0])
def test_what_a_fast_sensor_sees_beyond_the_grid_does_not_fold_down(frequency_hz: float) -> None:
    def buzz(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sin(2.0 * np.pi * frequency_hz * time_s + 0.3)

    _, values = resampled(1000, buzz)
    assert np.abs(values).max() < 0.06


def test_the_mean_of_fast_samples_is_kept() -> None:
    noise = np.random.default_rng(0).standard_normal(4000)
    _, values = resampled(1000, lambda time_s: noise[: len(time_s)])
    assert values.mean() == pytest.approx(noise.mean(), abs=0.005)
    assert values.std() < 0.4


def test_a_short_hole_is_bridged_by_a_straight_line() -> None:
    time_s = np.concatenate((np.arange(0.0, 1.0, 0.02), np.arange(1.2, 2.0, 0.02)))
    results = Resampler().process(frame(time_s, line(time_s)))
    assert not gaps(results)
    (block,) = blocks(results)
    np.testing.assert_allclose(block.acc_mps2, line(times(block)), atol=1e-9)


@pytest.mark.parametrize("cut", [1, 3, 50, 1000])
def test_a_long_hole_is_reported_once_and_the_next_block_starts_anew(cut: int) -> None:
    time_s = np.concatenate((np.arange(50) * 0.02, 5.0 + np.arange(50) * 0.02))
    grid = Resampler()
    results = tuple(
        result
        for first in range(0, len(time_s), cut)
        for result in grid.process(
            frame(time_s[first : first + cut], line(time_s[first : first + cut]))
        )
    )
    assert gaps(results) == [Gap(float(time_s[49]), float(time_s[50]))]
    assert [block.restart for block in blocks(results)].count(True) == 2
    at = results.index(gaps(results)[0])
    after = blocks(results[at:])
    assert after[0].restart
    assert after[0].start_s == pytest.approx(5.01)
    rows = np.vstack([block.acc_mps2 for block in after])
    np.testing.assert_allclose(rows, line(5.01 + np.arange(len(rows)) / GRID_RATE_HZ), atol=1e-9)


def test_the_longest_bridged_hole_is_as_long_as_it_says() -> None:
    for hole_s, holes in ((MAX_FILL_S - 1e-6, 0), (MAX_FILL_S + 1e-6, 1)):
        time_s = np.array([0.0, 0.1, 0.1 + hole_s, 0.2 + hole_s])
        assert len(gaps(Resampler().process(frame(time_s, line(time_s))))) == holes


@pytest.mark.parametrize("cut", [1, 4, 100])
def test_times_that_do_not_advance_are_dropped_and_counted(cut: int) -> None:
    good_s = np.arange(0.0, 1.0, 0.02)
    time_s = np.concatenate((good_s[:20], good_s[17:20], good_s[20:], good_s[-1:]))
    wrong = np.concatenate((np.zeros(20), np.full(3, 99.0), np.zeros(30), np.full(1, 99.0)))
    grid = Resampler()
    rows = []
    for first in range(0, len(time_s), cut):
        part = slice(first, first + cut)
        acc_mps2 = line(time_s[part]) + wrong[part, None]
        rows += [block.acc_mps2 for block in blocks(grid.process(frame(time_s[part], acc_mps2)))]
    assert grid.dropped == 4
    (clean,) = blocks(Resampler().process(frame(good_s, line(good_s))))
    np.testing.assert_allclose(np.vstack(rows), clean.acc_mps2, atol=1e-9)


def test_a_gyroscope_that_comes_or_goes_is_another_stream() -> None:
    grid = Resampler()
    early_s, late_s = np.arange(0.0, 1.0, 0.02), np.arange(1.0, 2.0, 0.02)
    (first,) = blocks(grid.process(frame(early_s, line(early_s))))
    both = grid.process(TimedFrame(late_s, line(late_s), line(late_s)))
    (second,) = blocks(both)
    assert first.gyro_radps is None
    assert second.gyro_radps is not None
    assert second.restart
    assert not gaps(both)


def test_a_hole_is_reported_even_where_the_gyroscope_comes_back_after_it() -> None:
    grid = Resampler()
    early_s, late_s = np.arange(0.0, 1.0, 0.02), np.arange(4.0, 5.0, 0.02)
    grid.process(frame(early_s, line(early_s)))
    later = grid.process(TimedFrame(late_s, line(late_s), line(late_s)))
    assert gaps(later) == [Gap(float(early_s[-1]), 4.0)]


def test_nothing_in_nothing_out() -> None:
    assert Resampler().process(frame(np.empty(0), np.empty((0, 3)))) == ()
