from __future__ import annotations

import numpy as np
import pytest

from tracker.domain import Frame, FrameRun

NAN = float("nan")


@pytest.mark.parametrize(
    ("stamps_s", "expected_s"),
    [
        ((4.0, 4.1, 4.2), 4.0),
        ((NAN, 4.1, NAN), 4.1),
        ((NAN, NAN, NAN), None),
        ((), None),
        (None, None),
    ],
)
def test_the_device_time_is_the_first_that_was_carried(
    stamps_s: tuple[float, ...] | None, expected_s: float | None
) -> None:
    stamps = None if stamps_s is None else np.array(stamps_s)
    frame = Frame(np.zeros((len(stamps_s or ()), 3)), None, stamps, 1.0)
    assert frame.device_time_s == expected_s


def test_frames_are_compared_by_identity() -> None:
    """Two arrays have no single truth value; comparing by value would raise."""
    one, other = (Frame(np.zeros((2, 3)), None, None, 0.0) for _ in range(2))
    assert one != other


def run_of_three() -> FrameRun:
    acc = np.arange(18.0).reshape(6, 3)
    stamp_s = np.array([1.0, 2.0, 3.0])
    return FrameRun(acc, -acc, stamp_s, stamp_s + 0.5, saturated=True)


def test_a_run_is_its_frames() -> None:
    frames = list(run_of_three().frames())

    assert [frame.device_time_s for frame in frames] == [1.0, 2.0, 3.0]
    assert [frame.received_s for frame in frames] == [1.5, 2.5, 3.5]
    assert all(frame.saturated for frame in frames)
    np.testing.assert_array_equal(frames[1].acc_mps2, [[6.0, 7.0, 8.0], [9.0, 10.0, 11.0]])
    assert frames[1].gyro_radps is not None
    np.testing.assert_array_equal(frames[1].gyro_radps, -frames[1].acc_mps2)
    assert frames[1].stamps_s is not None
    np.testing.assert_array_equal(frames[1].stamps_s, [2.0, NAN])


@pytest.mark.parametrize("part", [slice(1, None), slice(None, 2), slice(1, 2)])
def test_a_part_of_a_run_has_the_frames_of_that_part(part: slice) -> None:
    run = run_of_three()

    expected = list(run.frames())[part]
    for one, other in zip(run[part].frames(), expected, strict=True):
        np.testing.assert_array_equal(one.acc_mps2, other.acc_mps2)
        assert (one.device_time_s, one.received_s) == (other.device_time_s, other.received_s)
