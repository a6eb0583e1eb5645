from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.domain import Plan, SetEntries, SetRecord
from tracker.tui.widgets.reps import HEADER, NONE_YET, SetList, set_row


class SetsApp(App[None]):
    def compose(self) -> ComposeResult:
        yield SetList()


def test_a_set_is_one_row_below_its_header() -> None:
    done = set_of(*(rep_at(6.0 * n, n, bottom_s=0.4) for n in range(1, 9)), ended=True)
    row = set_row(done)

    assert row == "     1     8      –     1.6    37°  0.36  3.0-0.4-0.9-1.6  1× short of lockout"
    assert row.index("3.0") == HEADER.index("mean tempo")
    assert row.index("1× short") == HEADER.index("remarks")
    assert len(row) <= 78


def test_the_set_under_way_is_marked() -> None:
    assert set_row(set_of(rep_at(1.0, 1))).startswith(" ▸   1")


def test_a_set_whose_first_rep_is_under_way_has_no_numbers_yet() -> None:
    begun = SetRecord(2, 1.0, 1.0, (), counted=1, ended=False)
    assert set_row(begun) == " ▸   2     1      –       –      –     –  –"


@pytest.mark.parametrize(("load_kg", "cell"), [(None, "    –"), (0.0, " body"), (62.5, " 62.5")])
def test_the_load_is_that_of_the_plan_unless_the_wearer_says_otherwise(
    load_kg: float | None, cell: str
) -> None:
    planned = replace(set_of(rep_at(1.0, 1)), plan=Plan(load_kg=load_kg))
    assert set_row(planned)[14:19] == cell
    said = replace(planned, entries=SetEntries(load_kg=70.0, reps_by=2))
    assert set_row(said)[6:19] == "     3   70.0"


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
