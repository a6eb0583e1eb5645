from __future__ import annotations

import numpy as np
import pytest

from tracker.domain import Frame

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
