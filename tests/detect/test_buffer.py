from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, RATE_HZ, TOP_DEG, legs
from tracker.detect.buffer import SPAN_S, MotionBuffer
from tracker.domain import MotionBlock

LIFT = legs((1.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG)).motion
COLUMNS = ("up", "rate_radps", "vertical_mps2", "velocity_mps", "height_m")


def filled(seconds: float, start_s: float = 0.0) -> MotionBuffer:
    """Return a buffer into which numbered samples were put, one second at a time."""
    buffer = MotionBuffer(RATE_HZ)
    buffer.restart(start_s)
    size = round(RATE_HZ)
    for second in range(round(seconds)):
        numbers = second * RATE_HZ + np.arange(RATE_HZ)
        vectors = np.tile(numbers[:, None], 3)
        block = MotionBlock(0.0, RATE_HZ, vectors, vectors, numbers, numbers, numbers)
        buffer.append(block, 0, size)
    return buffer


def test_what_was_put_in_can_be_read_by_number() -> None:
    buffer = MotionBuffer(RATE_HZ)
    buffer.append(LIFT, 0, 120)
    buffer.append(LIFT, 120, 300)
    assert (buffer.first, buffer.stop) == (0, 300)
    for name in COLUMNS:
        column = getattr(LIFT, name)
        np.testing.assert_array_equal(getattr(buffer, name)(0, 300), column)
        np.testing.assert_array_equal(getattr(buffer, name)(95, 143), column[95:143])


@given(start_s=st.floats(0.0, 1e4), sample=st.integers(0, 100_000))
def test_numbers_and_times_belong_together(start_s: float, sample: int) -> None:
    buffer = MotionBuffer(RATE_HZ)
    buffer.restart(start_s)
    time_s = buffer.time_s(sample)
    assert time_s == pytest.approx(start_s + sample / RATE_HZ)
    assert buffer.sample_at(time_s + 0.4 / RATE_HZ) == sample + 1
    assert buffer.sample_at(time_s - 0.4 / RATE_HZ) == sample


def test_nothing_comes_after_the_end_of_time() -> None:
    assert MotionBuffer(RATE_HZ).sample_at(math.inf) == sys.maxsize


def test_it_remembers_at_least_its_span_and_never_much_more() -> None:
    buffer = filled(400.0)
    held_s = (buffer.stop - buffer.first) / RATE_HZ
    assert SPAN_S <= held_s <= 3.0 * SPAN_S
    newest = buffer.vertical_mps2(buffer.stop - 300, buffer.stop)
    np.testing.assert_array_equal(newest, np.arange(buffer.stop - 300, buffer.stop))
    assert buffer.time_s(buffer.stop) == pytest.approx(400.0)


@pytest.mark.parametrize("ends", [(-1, 0), (1, 2)], ids=["forgotten", "not there yet"])
def test_asking_for_more_is_refused(ends: tuple[int, int]) -> None:
    buffer = filled(100.0)
    first = buffer.first if ends[0] < 0 else buffer.stop - 1
    with pytest.raises(ValueError, match="are here"):
        buffer.up(first + ends[0], first + ends[1] + 1)


def test_after_a_hole_numbers_go_on_and_times_start_where_samples_do() -> None:
    buffer = filled(3.0, start_s=10.0)
    buffer.restart(20.0)
    assert buffer.first == buffer.stop == 300
    assert buffer.time_s(300) == pytest.approx(20.0)
    with pytest.raises(ValueError, match="are here"):
        buffer.up(299, 300)


def test_turning_about_the_vertical_is_no_tilting() -> None:
    spin = MotionBlock(
        start_s=0.0,
        rate_hz=RATE_HZ,
        up=LIFT.up,
        rate_radps=LIFT.rate_radps + 3.0 * LIFT.up,
        vertical_mps2=LIFT.vertical_mps2,
        velocity_mps=LIFT.velocity_mps,
        height_m=LIFT.height_m,
    )
    buffer = MotionBuffer(RATE_HZ)
    buffer.append(spin, 0, 300)
    tilting = np.square(LIFT.rate_radps).sum(axis=1)
    np.testing.assert_allclose(buffer.tilting_squared(0, 300), tilting, atol=1e-12)
