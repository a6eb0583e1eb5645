from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.domain import LIFTERS_ORDER, Phase, SetRecord
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.tui.widgets.traces import (
    ACC_SPAN_S,
    GHOST,
    GHOST_SIGN,
    PAST_LOCKOUT_DEG,
    REST,
    SPAN_S,
    AccTrace,
    Context,
    acc_lines,
    band_rows,
    best_rep,
    braille_lines,
    column_values,
    context_of,
    drawing,
    lockout_band_deg,
    signal_text,
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
    lines = drawing(np.empty(0), np.empty(0), 5.0, (20, 4)).lines

    assert lines[0] == " 30° " + " " * 15
    assert lines[-1] == "  0° " + " " * 15


def test_the_scale_follows_what_is_shown() -> None:
    time_s = np.arange(0.0, 30.0, 0.01)
    pitch_deg = np.where(time_s < 10.0, -60.0, 45.0)

    assert drawing(time_s, pitch_deg, 30.0, (40, 4)).lines[-1].startswith("  0°")
    assert drawing(time_s, pitch_deg, 30.0, (40, 4)).lines[0].startswith(" 45°")
    assert drawing(time_s, pitch_deg, 12.0, (40, 4)).lines[-1].startswith("-60°")


def test_the_newest_sample_is_at_the_right_edge() -> None:
    time_s = np.arange(0.0, SPAN_S / 2, 0.01)
    lines = drawing(time_s, np.zeros_like(time_s), float(time_s[-1]), (45, 1)).lines

    drawn = [character != " " for character in lines[0][5:]]
    assert drawn[-1]
    assert drawn == sorted(drawn)
    assert 18 <= sum(drawn) <= 22


def test_the_curve_is_filled_up_to_its_value_in_the_kind_of_its_phase() -> None:
    time_s = np.arange(0.0, SPAN_S, 0.01)
    pitch_deg = np.where(time_s < 5.0, 0.0, 40.0)
    spans = ((Phase.LOCKOUT, 5.0, 10.0),)
    context = Context(spans=spans, marks=((3, 5.0),))
    drawn = drawing(time_s, pitch_deg, float(time_s[-1]), (45, 6), context)
    assert drawn.kinds is not None
    assert drawn.lines[0][5:].strip() == "▾3"
    assert {line[-1] for line in drawn.lines[1:]} == {"█"}
    assert [line[10] for line in drawn.lines[1:]] == [" ", " ", " ", " ", "▁"]
    assert drawn.kinds[-1].tolist() == [REST] * 20 + [LIFTERS_ORDER.index(Phase.LOCKOUT)] * 20


def test_the_best_rep_stands_behind_a_lower_one() -> None:
    time_s = np.arange(0.0, SPAN_S, 0.01)
    ghost = np.array([0.0, 2.0]), np.array([40.0, 40.0])
    context = Context(starts_s=(5.0,), ghost=ghost)
    drawn = drawing(time_s, np.full_like(time_s, 5.0), float(time_s[-1]), (45, 8), context)
    assert drawn.kinds is not None
    columns = np.flatnonzero((drawn.kinds == GHOST).any(axis=0))
    assert columns.size == 8, "two of ten seconds on forty columns"
    assert sum(line.count(GHOST_SIGN) for line in drawn.lines) == 8


def test_the_best_rep_is_the_fastest_or_else_the_widest() -> None:
    slow, fast = rep_at(6.0, 1), replace(rep_at(12.0, 2), mean_velocity_mps=0.9)
    assert best_rep((slow, fast)) is fast
    wide = replace(rep_at(18.0, 3), mean_velocity_mps=None, rom_deg=80.0)
    narrow = replace(wide, rom_deg=20.0)
    assert best_rep((narrow, wide)) is wide
    assert best_rep(()) is None


def test_without_a_rep_there_is_no_band() -> None:
    begun = SetRecord(1, 1.0, 1.0, (), counted=1, ended=False)
    assert lockout_band_deg(snapshot()) is None
    assert lockout_band_deg(snapshot(sets=(begun,))) is None


def test_the_band_is_where_the_tops_of_the_reps_are() -> None:
    reps = [replace(rep_at(6.0 * n, n), rom_deg=40.0 + n % 2) for n in range(1, 4)]
    band = lockout_band_deg(snapshot(sets=(set_of(*reps),)))
    assert band == pytest.approx((0.85 * 41.0, 41.0 + PAST_LOCKOUT_DEG))


def test_the_band_is_drawn_behind_the_rows_of_the_top_and_named() -> None:
    time_s = np.arange(0.0, 10.0, 0.01)
    drawn = drawing(time_s, np.zeros_like(time_s), 9.99, (40, 10), Context((36.0, 48.0)))
    assert drawn.band == {0, 1, 2}
    assert drawn.lines[0].startswith(" 48°")
    assert drawn.lines[2].startswith(" top")
    assert drawing(time_s, np.zeros_like(time_s), 9.99, (40, 10)).band == frozenset()


@given(
    low=st.floats(0.0, 80.0),
    wide=st.floats(0.1, 30.0),
    height=st.integers(1, 40),
)
def test_a_band_has_at_least_one_row_and_no_holes(low: float, wide: float, height: int) -> None:
    rows = sorted(band_rows((low, low + wide), 0.0, 90.0, height))
    assert rows
    assert rows == list(range(rows[0], rows[-1] + 1))
    assert 0 <= rows[0] <= rows[-1] < height


BLANK_ACC = "\u2800"
TIME_S = np.arange(0.0, ACC_SPAN_S, 0.01)


class TraceApp(App[None]):
    def compose(self) -> ComposeResult:
        yield AccTrace()


def at(size_g: float) -> list[str]:
    return acc_lines(TIME_S, np.full_like(TIME_S, size_g * STANDARD_GRAVITY_MPS2), 44, 5)


def test_a_still_sensor_is_a_flat_line_at_one_g() -> None:
    lines = at(1.0)
    assert [line[:4] for line in lines] == ["2 g ", "    ", "1 g ", "    ", "0 g "]
    assert [set(line[4:]) == {BLANK_ACC} for line in lines] == [True, True, False, True, True]


def test_a_knock_is_drawn_at_the_edge() -> None:
    assert set(at(5.0)[0][4:]) != {BLANK_ACC}
    assert set(at(0.0)[-1][4:]) != {BLANK_ACC}


def test_without_samples_only_the_scale_in_g_is_drawn() -> None:
    lines = acc_lines(np.empty(0), np.empty(0), 20, 3)
    assert lines == [f"{label} {BLANK_ACC * 16}" for label in ("2 g", "1 g", "0 g")]


async def test_it_follows_what_it_is_shown_and_its_size() -> None:
    app = TraceApp()
    async with app.run_test(size=(60, 8)) as pilot:
        trace = app.query_one(AccTrace)
        trace.styles.height = "100%"
        assert "Acceleration" in str(trace.border_title)
        await pilot.pause()
        for size in ((60, 8), (30, 5)):
            await pilot.resize_terminal(*size)
            trace.update_from(TIME_S, np.full_like(TIME_S, STANDARD_GRAVITY_MPS2))
            await pilot.pause()
            drawn = [trace.render_line(y).text for y in range(trace.size.height)]
            assert drawn == acc_lines(TIME_S, np.full_like(TIME_S, 9.80665), *trace.size)


@pytest.mark.parametrize(
    ("rssi_dbm", "text"),
    [
        (None, "not seen"),
        (-95, "···· -95 dBm"),
        (-90, "▂··· -90 dBm"),
        (-75, "▂▄·· -75 dBm"),
        (-61, "▂▄▆· -61 dBm"),
        (-40, "▂▄▆█ -40 dBm"),
    ],
)
def test_strength_is_bars_and_a_number(rssi_dbm: int | None, text: str) -> None:
    assert signal_text(rssi_dbm) == text


def test_the_last_phase_of_a_set_does_not_go_on_into_the_rest() -> None:
    phases = ((Phase.CONCENTRIC, 1.0), (Phase.LOCKOUT, 2.0), (None, 2.5))
    during = context_of(snapshot(phases=phases[:2], position_s=2.4))
    assert during.spans == ((Phase.CONCENTRIC, 1.0, 2.0), (Phase.LOCKOUT, 2.0, np.inf))
    rest = context_of(snapshot(phases=phases, position_s=60.0))
    assert rest.spans == ((Phase.CONCENTRIC, 1.0, 2.0), (Phase.LOCKOUT, 2.0, 2.5))
