from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import DataTable

from tests.tui.coaching import Gym, happens, still
from tests.tui.staging import every_look
from tests.workouts import TWO_SETS
from tracker.app.training_log import log_place, open_training_log
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.history import COLUMNS, ORDERS, HistoryScreen, arranged, history_cells
from tracker.tui.screens.summary import SummaryScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare
    from tracker.store import SessionSummary


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gym:
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    return Gym(tmp_path)


def logged(gym: Gym, sessions: int = 2) -> tuple[SessionSummary, ...]:
    """Put sessions into the log, and return what the list will show of them."""
    with open_training_log(gym.paths) as log:
        for day in range(1, sessions + 1):
            info = replace(
                TWO_SETS.info,
                started_utc=f"2026-03-{day:02d}T18:05:00+01:00",
                origin="live" if day % 2 else "synthetic",
            )
            log.add(replace(TWO_SETS, info=info), version="0.1.0")
        return log.list()


async def history(pilot: Pilot[None]) -> HistoryScreen:
    await happens(pilot, lambda: isinstance(pilot.app.screen, DevicesScreen))
    await pilot.press("h")
    await happens(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


def said(screen: HistoryScreen) -> str:
    trouble = screen.query_one("#trouble")
    return str(trouble.render()) if trouble.display else ""


async def test_an_empty_log_says_what_will_be_here(gym: Gym) -> None:
    async with gym.app().run_test() as pilot:
        screen = await history(pilot)
        assert "There is no session yet" in said(screen)
        await pilot.press("enter")
        await pilot.press("escape")
        await happens(pilot, lambda: isinstance(pilot.app.screen, DevicesScreen))


async def test_the_newest_is_first_and_simulated_is_called_so(gym: Gym) -> None:
    newest, oldest = logged(gym)
    async with gym.app().run_test() as pilot:
        screen = await history(pilot)
        assert said(screen) == ""
        table = screen.query_one(DataTable)
        assert table.row_count == 2
        cells = history_cells(newest)
        assert table.get_row_at(0) == [cells[place] for place in (0, 1, 2, 3, 4, 5, 6, 9)]
    assert history_cells(newest)[0] == "2026-03-02 18:05"
    assert history_cells(newest)[1] == "sim"
    assert history_cells(oldest)[1] == ""


@pytest.mark.parametrize("columns", [60, 80, 120])
async def test_no_column_is_cut_off(gym: Gym, columns: int) -> None:
    logged(gym)
    async with gym.app().run_test(size=(columns, 24)) as pilot:
        table = (await history(pilot)).query_one(DataTable)
        assert table.virtual_size.width <= table.size.width
        titles = [str(each.label).strip() for each in table.columns.values()]
        assert titles[:3] == ["when", "", "exercise"]
        assert (len(titles) == len(COLUMNS)) == (columns == 120)


async def test_enter_shows_the_session_under_the_cursor(gym: Gym) -> None:
    logged(gym)
    async with gym.app().run_test(size=(120, 40)) as pilot:
        await history(pilot)
        await pilot.press("down", "enter")
        await happens(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        await pilot.pause()
        assert "2026-03-01" in str(pilot.app.screen.query_one("#title").render())
        await pilot.press("escape")
        await happens(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))


async def test_a_session_without_a_recording_cannot_be_replayed(gym: Gym) -> None:
    logged(gym)
    async with gym.app().run_test(notifications=True) as pilot:
        screen = await history(pilot)
        await pilot.press("r")
        await pilot.pause()
        (toast,) = pilot.app.screen.query("Toast")
        assert "no recording" in str(toast.render())
        assert pilot.app.screen is screen


@pytest.fixture
def damaged(gym: Gym) -> Gym:
    gym.paths.data.mkdir(parents=True)
    Path(log_place(gym.paths)).write_bytes(b"no database" * 100)
    return gym


async def test_a_log_that_cannot_be_read_is_told(damaged: Gym) -> None:
    async with damaged.app().run_test(size=(120, 40)) as pilot:
        screen = await history(pilot)
        assert said(screen).startswith("! ")


@every_look
def test_picture_of_past_sessions(
    gym: Gym, snap_compare: SnapCompare, size: tuple[int, int], theme: str
) -> None:
    logged(gym, 6)

    async def arrange(pilot: Pilot[None]) -> None:
        await history(pilot)
        await still(pilot, theme)

    assert snap_compare(gym.app(), terminal_size=size, run_before=arrange)


async def test_words_filter_and_a_key_sorts(gym: Gym) -> None:
    logged(gym, 4)
    async with gym.app().run_test(size=(120, 40)) as pilot:
        screen = await history(pilot)
        table = screen.query_one(DataTable)
        assert table.row_count == 4
        await pilot.press("slash", *"sim")
        await pilot.pause()
        assert table.row_count == 2
        assert "2 of 4" in str(screen.query_one("#title").render())
        await pilot.press("escape")
        await pilot.pause()
        assert table.row_count == 4
        await pilot.press("o")
        await pilot.pause()
        assert "load first" in str(screen.query_one("#title").render())
        assert isinstance(pilot.app.screen, HistoryScreen)


async def test_a_deleted_session_comes_back(gym: Gym) -> None:
    logged(gym, 3)
    async with gym.app().run_test(size=(80, 24)) as pilot:
        screen = await history(pilot)
        await pilot.press("down", "x")
        await pilot.pause()
        assert [each.id for each in gym.service.sessions()] == [3, 1]
        assert screen.query_one(DataTable).row_count == 2
        await pilot.press("z")
        await pilot.pause()
        assert [each.id for each in gym.service.sessions()] == [3, 2, 1]
        assert screen.query_one(DataTable).row_count == 3


def test_in_every_order_nothing_is_lost_and_the_unknown_come_last(gym: Gym) -> None:
    known = logged(gym, 3)
    unknown = replace(known[0], id=9, load_kg=None, lockout_s=None, mean_velocity_mps=None)
    for order in ORDERS:
        shown = arranged((unknown, *known), "", order)
        assert {each.id for each in shown} == {9, *(each.id for each in known)}
        if order.of(unknown) is None:
            assert shown[-1].id == 9
