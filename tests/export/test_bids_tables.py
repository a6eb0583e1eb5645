from __future__ import annotations

import numpy as np

from tests.export.workouts import WORKOUT
from tracker.domain import TimedFrame
from tracker.export.bids import channel_rows, event_rows, motion_lines, table


def frame(rows: int, gyro: bool = True) -> TimedFrame:
    values = np.arange(3.0 * rows).reshape(rows, 3) / 3.0
    return TimedFrame(
        np.linspace(5.0, 5.0 + 0.01 * (rows - 1), rows), values, -values if gyro else None
    )


def test_unknown_cells_are_not_empty() -> None:
    assert table(("a", "b"), [(1, None), ("x", 2.5)]) == "a\tb\n1\tn/a\nx\t2.5\n"


def test_time_counts_from_the_first_sample() -> None:
    lines = b"".join(motion_lines(frame(3))).decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["0.000000", "0.010000", "0.020000"]


def test_no_sample_is_lost_between_two_pieces() -> None:
    samples = frame(25_001)
    cells = [line.split(b"\t") for line in b"".join(motion_lines(samples)).splitlines()]
    found = np.array(cells, dtype=float)
    np.testing.assert_array_equal(found[:, 1:4], samples.acc_mps2)
    np.testing.assert_array_equal(found[:, 4:], samples.gyro_radps)


def test_a_rate_that_was_not_measured_is_not_applicable() -> None:
    samples = TimedFrame(np.zeros(1), np.ones((1, 3)), np.full((1, 3), np.nan))
    assert b"".join(motion_lines(samples)) == b"0.000000\t1.0\t1.0\t1.0\tn/a\tn/a\tn/a\n"


def test_there_is_a_channel_for_each_column() -> None:
    for gyro in (True, False):
        line = next(motion_lines(frame(1, gyro))).split(b"\t")
        rows = list(channel_rows(frame(1, gyro)))
        assert len(rows) == len(line)
        assert [row[2] for row in rows] == ["LATENCY", *["ACCEL"] * 3, *["GYRO"] * (3 * gyro)]


def test_events_count_from_the_first_sample_and_are_in_order() -> None:
    rows = event_rows(WORKOUT, first_s=2.0)
    assert rows[0] == (8.0, 4.0, "rep", 1, 1)
    assert rows[1] == (8.0, 1.0, "concentric", 1, 1)
    assert rows[2] == (9.0, 1.5, "lockout", 1, 1)
    assert len(rows) == 5 * 4
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
