from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracker.tui.widgets.trace import (
    SPAN_S,
    braille_lines,
    column_values,
    trace_lines,
)

BLANK = "\u2800"


def test_a_rising_line_is_drawn_dot_by_dot() -> None:
    assert braille_lines(np.arange(4.0), 0.0, 3.0, 1) == ["⡠⠊"]


def test_a_jump_is_drawn_as_an_upright_line() -> None:
    assert braille_lines(np.array([0.0, 1.0]), 0.0, 1.0, 2) == ["⢸", "⡸"]


def test_what_is_not_known_is_left_blank() -> None:
    values = np.array([np.nan, np.nan, 1.0, 1.0])
    assert braille_lines(values, 0.0, 1.0, 1) == [BLANK + "⠉"]


@given(
    values=st.lists(st.floats(-50.0, 90.0) | st.just(float("nan")), min_size=2, max_size=80),
    height=st.integers(1, 12),
)
def test_every_known_column_has_a_dot_and_no_other_has(values: list[float], height: int) -> None:
    values = values[: len(values) // 2 * 2]
    lines = braille_lines(np.array(values), -10.0, 40.0, height)

    assert len(lines) == height
    # The left dots of a braille character are bits 0 to 2 and 6, the right ones the others.
    sides = (0b0100_0111, 0b1011_1000)
    drawn = [
        any((ord(line[column // 2]) - 0x2800) & sides[column % 2] for line in lines)
        for column in range(len(values))
    ]
    assert drawn == [not np.isnan(value) for value in values]


def test_a_gap_is_not_joined() -> None:
    time_s = np.array([0.0, 0.1, 0.2, 2.0, 2.1])
    values = column_values(time_s, time_s, np.array([0.15, 1.0, 2.05, 3.0]))

    assert np.isnan(values).tolist() == [False, True, False, True]


def test_without_samples_only_the_scale_is_drawn() -> None:
    lines = trace_lines(np.empty(0), np.empty(0), 5.0, 20, 4)

    assert lines[0] == " 30° " + BLANK * 15
    assert lines[-1] == "  0° " + BLANK * 15


def test_the_scale_follows_what_is_shown() -> None:
    time_s = np.arange(0.0, 30.0, 0.01)
    pitch_deg = np.where(time_s < 10.0, -60.0, 45.0)

    assert trace_lines(time_s, pitch_deg, 30.0, 40, 4)[-1].startswith("  0°")
    assert trace_lines(time_s, pitch_deg, 30.0, 40, 4)[0].startswith(" 45°")
    assert trace_lines(time_s, pitch_deg, 12.0, 40, 4)[-1].startswith("-60°")


def test_the_newest_sample_is_at_the_right_edge() -> None:
    time_s = np.arange(0.0, SPAN_S / 2, 0.01)
    lines = trace_lines(time_s, np.zeros_like(time_s), float(time_s[-1]), 45, 1)

    drawn = [character != BLANK for character in lines[0][5:]]
    assert drawn[-1]
    assert drawn == sorted(drawn)
    assert 18 <= sum(drawn) <= 22
