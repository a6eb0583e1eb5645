from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import InputError
from tracker.importers.tables import LONGEST_BRIDGE_S, Part, refuse_apart, shift_between, values_at

TIMES = st.lists(st.floats(0.0, 10.0), min_size=1, max_size=30).map(sorted).map(np.array)


def part(*times_s: float, epoch_s: float | None = None, name: str = "gyro.csv") -> Part:
    time_s = np.array(times_s)
    return Part(Path(name), time_s, np.column_stack([time_s, 2 * time_s, 0 * time_s]), epoch_s)


def test_between_two_samples_there_is_a_straight_line() -> None:
    values, known = values_at(np.array([0.05, 0.1]), part(0.0, 0.1), 0.0)
    np.testing.assert_allclose(values, [[0.05, 0.1, 0.0], [0.1, 0.2, 0.0]])
    assert known.all()


def test_before_and_after_there_is_nothing() -> None:
    _, known = values_at(np.array([-0.01, 0.0, 0.1, 0.11]), part(0.0, 0.1), 0.0)
    assert known.tolist() == [False, True, True, False]


def test_inside_a_hole_there_is_nothing_and_at_its_edges_there_is() -> None:
    longest = LONGEST_BRIDGE_S
    times_s = np.array([0.1, 0.2, 0.1 + 2 * longest, 1.0])
    _, known = values_at(times_s, part(0.0, 0.1, 0.1 + 2 * longest, 1.0), 0.0)
    assert known.tolist() == [True, False, True, True]


def test_a_shift_moves_the_other_sensor() -> None:
    values, known = values_at(np.array([5.05]), part(0.0, 0.1), 5.0)
    np.testing.assert_allclose(values, [[0.05, 0.1, 0.0]])
    assert known.all()


@settings(deadline=None)
@given(TIMES, TIMES)
def test_what_is_known_lies_between_close_samples(
    times_s: np.ndarray[tuple[int], np.dtype[np.float64]],
    theirs_s: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    values, known = values_at(times_s, part(*theirs_s), 0.0)
    for at_s, value, is_known in zip(times_s, values, known, strict=True):
        before, after = theirs_s[theirs_s <= at_s], theirs_s[theirs_s >= at_s]
        expected = before.size > 0 and after.size > 0 and after[0] - before[-1] <= LONGEST_BRIDGE_S
        assert is_known == expected
        if is_known:
            assert value[0] == pytest.approx(at_s)


def test_files_that_know_the_hour_are_put_in_their_places() -> None:
    first = part(0.0, 1.0, epoch_s=1000.0)
    assert shift_between(first, part(0.0, 1.0, epoch_s=1000.5)) == 0.5
    assert shift_between(first, part(0.0, 1.0)) == 0.0


def test_sensors_that_never_met_are_refused() -> None:
    first, other = part(0.0, 1.0, name="acc.csv"), part(50.0, 51.0)
    refuse_apart(first, other, 0.0, np.array([False, True]))
    with pytest.raises(InputError, match=r"gyro\.csv: was sampled from 50 to 51 s, and acc\.csv"):
        refuse_apart(first, other, 0.0, np.array([False, False]))
