from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from tests.tui.staging import PLAN
from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import REPS, rep_at
from tracker.domain import Flag, Plan, Rep, SetEntries, SetRecord, parse_tempo
from tracker.tui.widgets.reps import (
    HEADER,
    LEAST_BAR,
    LONGEST_BAR,
    NONE_YET,
    LastRep,
    RepTable,
    SetList,
    bar_width,
    header,
    last_rep_lines,
    loss_of,
    loss_text,
    rep_rows,
    reps_text,
    row_text,
    set_row,
    set_title,
    strength_of,
)

WHOLE = replace(
    set_of(*(rep_at(6.0 * n, n, bottom_s=0.4) for n in range(1, REPS + 1)), ended=True), plan=PLAN
)


class TableApp(App[None]):
    def compose(self) -> ComposeResult:
        yield RepTable()


def test_a_rep_is_a_row_below_its_header_and_the_last_row_is_the_mean() -> None:
    rows = rep_rows(WHOLE)
    texts = [header(8), *(row_text(row, 8) for row in rows)]
    assert texts[0] == "rep    up   hold   down  floor   range         velocity       remarks"
    assert texts[2] == "  2   0.9    1.6↓   3.0    0.4   ███████▋ 36°  ████████ 0.36"
    assert texts[REPS].endswith("0.36  short of lockout")
    assert texts[REPS].index("short") == texts[0].index("remarks")
    assert texts[-1].startswith("  ø   0.9    1.6    3.0    0.4   ")
    assert len(rows) == REPS + 1


def test_one_rep_has_no_mean() -> None:
    assert len(rep_rows(set_of(rep_at(1.0, 1)))) == 1


def test_phases_off_the_plan_have_an_arrow() -> None:
    slow = replace(set_of(rep_at(1.0, 1, bottom_s=2.0)), plan=Plan(tempo=parse_tempo("1-0-2-5")))
    assert row_text(rep_rows(slow)[0], 4).startswith("  1   0.9↓   1.6↓   3.0↑   2.0↑")
    assert "↓" not in row_text(rep_rows(replace(slow, plan=Plan()))[0], 4)


def test_as_fast_as_possible_is_as_fast_as_the_fastest_before() -> None:
    late = replace(rep_at(9.0, 2), phases=rep_at(9.0, 2).phases)
    slower = replace(
        late,
        phases=(replace(late.phases[0], start_s=late.phases[0].start_s - 2.0), *late.phases[1:]),
    )
    record = replace(set_of(rep_at(1.0, 1), slower), plan=Plan(tempo=parse_tempo("3-0-X-2")))
    first, second, _ = (row_text(row, 4) for row in rep_rows(record))
    assert first.startswith("  1   0.9 ")
    assert second.startswith("  2   2.9↑")


def test_unknown_is_a_dash_without_a_bar() -> None:
    bare = replace(rep_at(1.0, 1), phases=(), rom_deg=None, mean_velocity_mps=None)
    text = row_text(rep_rows(set_of(bare))[0], 4)
    assert text.split() == ["1", *"––––––"]
    assert text.index("–", 40) == header(4).index("velocity") + 5


@pytest.mark.parametrize(("width", "bars"), [(20, 0), (76, 7), (116, 27), (196, 40)])
def test_bars_take_the_room_that_numbers_and_remarks_leave(width: int, bars: int) -> None:
    rows = rep_rows(WHOLE)
    assert bar_width(rows, width) == bars
    if LEAST_BAR < bars < LONGEST_BAR:
        assert max(len(row_text(row, bars)) for row in rows) <= width


async def test_a_long_set_scrolls_below_a_header_that_stays() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 6)) as pilot:
        table = app.query_one(RepTable)
        table.update_from(WHOLE)
        await pilot.pause()
        assert not table.show_horizontal_scrollbar
        top = [table.render_line(y).text for y in range(table.size.height)]
        table.scroll_end(animate=False)
        await pilot.pause()
        end = [table.render_line(y).text for y in range(table.size.height)]
    assert top[0] == end[0]
    assert top[0].startswith("rep ")
    assert top[1].startswith("  1 ")
    assert end[-1].startswith("  ø ")


@pytest.mark.parametrize("columns", [60, 80])
async def test_remarks_that_do_not_fit_are_below_their_rep(columns: int) -> None:
    flags = (Flag.SHORT_OF_LOCKOUT, Flag.LOW_CONFIDENCE_VELOCITY, Flag.RESTED_AT_BOTTOM)
    app = TableApp()
    async with app.run_test(size=(columns, 8)) as pilot:
        table = app.query_one(RepTable)
        first, second = replace(rep_at(1.0, 1), flags=flags[: columns // 30]), rep_at(5.0, 2)
        table.update_from(set_of(first, second))
        await pilot.pause()
        assert not table.show_horizontal_scrollbar
        one, below, two = (table.render_line(y).text for y in (1, 2, 3))
    assert one.startswith("  1 ")
    assert below.strip().startswith("short of lockout, velocity uncertain")
    assert two.startswith("  2 ")


async def test_several_sets_have_a_title_each() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 30)) as pilot:
        table = app.query_one(RepTable)
        second = replace(WHOLE, index=2, reps=(), counted=0)
        table.update_from(WHOLE, second)
        await pilot.pause()
        assert table.lines[0] == "set 1: 8 of 8 reps ✓ · 60 kg"
        assert table.lines[-3:] == ("", "set 2: 0 of 8 reps (8 short) · 60 kg", NOTHING)


NOTHING = "no complete rep"


def test_a_title_says_what_the_wearer_says() -> None:
    said = SetEntries(load_kg=62.5, rpe=8.5, note="felt good", reps_by=-1)
    record = SetRecord(3, 1.0, 9.0, (), 9, ended=True, plan=PLAN, entries=said)
    assert set_title(record) == "set 3: 8 of 8 reps ✓ · 62.5 kg · RPE 8.5 · “felt good”"


@pytest.mark.parametrize(
    ("counted", "plan", "text"),
    [
        (1, Plan(), "1 rep"),
        (6, PLAN, "6 of 8 reps (2 short)"),
        (8, PLAN, "8 of 8 reps ✓"),
        (9, PLAN, "9 of 8 reps ✓"),
        (1, Plan(target_reps=1), "1 of 1 rep ✓"),
    ],
)
def test_it_says_whether_the_target_was_reached(counted: int, plan: Plan, text: str) -> None:
    assert reps_text(SetRecord(1, 1.0, 9.0, (), counted, ended=True, plan=plan)) == text


def test_tempo_is_shown_both_ways_with_range_and_velocity() -> None:
    assert last_rep_lines(set_of(rep_at(1.0, 3, bottom_s=0.4))) == (
        "rep 3",
        "up 0.9 · hold 1.6 · down 3.0 · floor 0.4",
        "3.0-0.4-0.9-1.6",
        "range 38° · velocity 0.36 m/s",
    )


def test_each_phase_is_held_against_the_plan_with_a_sign() -> None:
    planned = replace(set_of(rep_at(1.0, 1, bottom_s=2.0)), plan=PLAN)
    lines = last_rep_lines(planned)
    assert lines[1] == "up 0.9✓ · hold 1.6↓ · down 3.0✓ · floor 2.0↑"
    assert lines[2] == "3.0-2.0-0.9-1.6   plan 3-0-1-2.5"
    assert len(lines[1]) <= 46, "it must fit beside the count on 80 columns"


def test_a_hold_that_is_too_short_points_down() -> None:
    rep = rep_at(1.0, 1)
    phases = tuple(
        replace(span, end_s=span.end_s - (1.2 if span.phase.value == "lockout" else 0.0))
        for span in rep.phases
    )
    short = replace(set_of(replace(rep, phases=phases)), plan=PLAN)
    assert "hold 0.4↓" in last_rep_lines(short)[1]


def test_the_loss_of_velocity_is_said_once_there_is_something_to_compare() -> None:
    reps = (rep_at(1.0, 1), replace(rep_at(7.0, 2), mean_velocity_mps=0.27))
    speeds = strength_of(snapshot(sets=(set_of(*reps),))).speeds_mps
    assert [loss_text(loss_of(speeds[:n])) for n in (1, 2)] == ["★ best", "▼ 25 %"]
    assert loss_text(loss_of((None,))) == ""


def test_flags_are_said_in_words() -> None:
    assert last_rep_lines(set_of(rep_at(1.0, REPS)))[0] == f"rep {REPS} · short of lockout"


def test_unknown_is_a_dash() -> None:
    bare = Rep(index=1, start_s=0.0, end_s=1.0, complete=False, phases=())
    assert last_rep_lines(set_of(bare))[1:] == (
        "up – · hold – · down – · floor –",
        "–",
        "range – · velocity –",
    )


def test_before_the_first_rep_is_over_nothing_is_made_up() -> None:
    assert last_rep_lines(None) == ("first rep under way", "", "", "")


def test_during_the_first_rep_of_a_set_the_last_of_the_set_before_stays() -> None:
    widget = LastRep()
    begun = replace(set_of(rep_at(60.0, 1), index=2), reps=(), counted=1)
    widget.update_from(snapshot(sets=(set_of(rep_at(1.0, 3), ended=True), begun)))
    assert widget.lines[0] == "rep 3"


class SetsApp(App[None]):
    def compose(self) -> ComposeResult:
        yield SetList()


def test_a_set_is_one_row_below_its_header() -> None:
    done = set_of(*(rep_at(6.0 * n, n, bottom_s=0.4) for n in range(1, 9)), ended=True)
    row = set_row(done)

    numbers = "     1     8         –  1.6 s    37°  0.36 m/s  3.0-0.4-0.9-1.6"
    assert row == f"{numbers}  1× short of lockout"
    assert row.index("3.0") == HEADER.index("tempo")
    assert row.index("1× short") == HEADER.index("remarks")
    assert len(row) <= 84  # the remarks are cut to fit
    assert HEADER.index("remarks") <= 65


def test_the_set_under_way_is_marked() -> None:
    assert set_row(set_of(rep_at(1.0, 1))).startswith(" ▸   1")


def test_a_set_whose_first_rep_is_under_way_has_no_numbers_yet() -> None:
    begun = SetRecord(2, 1.0, 1.0, (), counted=1, ended=False)
    assert set_row(begun) == " ▸   2     1         –      –      –         –  –"


@pytest.mark.parametrize(
    ("load_kg", "cell"), [(None, "       –"), (0.0, "    body"), (62.5, " 62.5 kg")]
)
def test_the_load_is_that_of_the_plan_unless_the_wearer_says_otherwise(
    load_kg: float | None, cell: str
) -> None:
    planned = replace(set_of(rep_at(1.0, 1)), plan=Plan(load_kg=load_kg))
    assert set_row(planned)[14:22] == cell
    said = replace(planned, entries=SetEntries(load_kg=70.0, reps_by=2))
    assert set_row(said)[6:22] == "     3   70.0 kg"


async def test_where_the_sets_do_not_fit_the_oldest_give_way() -> None:
    app = SetsApp()
    async with app.run_test(size=(80, 4)) as pilot:
        sets = app.query_one(SetList)
        sets.styles.height = 4
        assert NONE_YET in sets.render_line(1).text
        done = tuple(set_of(rep_at(60.0 * n, 1), ended=True, index=n) for n in range(1, 6))
        sets.update_from(snapshot(sets=done))
        await pilot.pause()
        rows = [sets.render_line(y).text for y in range(4)]
        assert rows[0].rstrip() == HEADER
        assert [row[3:6].strip() for row in rows[1:]] == ["3", "4", "5"]
