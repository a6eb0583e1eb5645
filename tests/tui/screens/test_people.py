from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tui.coaching import Gym, comes, happens
from tests.tui.test_page import Page
from tracker.app.config import load_config
from tracker.app.paths import paths_of
from tracker.app.people import add_person
from tracker.tui import TrackerApp, at_home, coaching
from tracker.tui.plain import Plain
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.home import HomeScreen
from tracker.tui.screens.people import PeopleScreen

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NAMES = ("me", "[b]Ann", "Bea")
"""The second one would be markup."""


def gym_of(tmp_path: Path) -> Gym:
    gym = Gym(tmp_path)
    for name in NAMES[1:]:
        add_person(gym.paths, name)
    gym.paths = paths_of(None, gym.paths)
    return gym


async def test_somebody_else_trains_from_home(tmp_path: Path) -> None:
    gym = gym_of(tmp_path)
    app = TrackerApp(at_home(gym.service, lambda _paths: ()))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await pilot.press("7")
        await comes(pilot, PeopleScreen)
        screen = app.screen
        assert isinstance(screen, PeopleScreen)
        await happens(pilot, lambda: len(screen.choices()) == 3)
        assert [name for name, _ in screen.choices()] == list(NAMES)
        await pilot.press("down", "enter")
        await happens(pilot, lambda: "Today · [b]Ann" in title(app))
        # What she chooses is remembered as hers.
        await pilot.press("t")
        (folder,) = (tmp_path / "config" / "people").glob("2_*")
        assert (folder / "config.toml").exists()
        assert load_config(gym.paths.config_file).training.theme.value == "dark"


def title(app: TrackerApp) -> str:
    if not isinstance(app.screen, HomeScreen):
        return ""
    # It is kept as markup, in which a bracket that is meant is escaped.
    return str(app.screen.query_one("#today").border_title).replace("\\", "")


async def test_with_one_person_nobody_is_asked(tmp_path: Path) -> None:
    app = TrackerApp(coaching(Gym(tmp_path).service, ask_who=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, DevicesScreen)
        await pilot.press("p")
        assert isinstance(app.screen, DevicesScreen)


async def test_who_trains_is_asked_on_the_phones_page_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = TrackerApp(coaching(gym_of(tmp_path).service, ask_who=True))
    page = Page(app, monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, PeopleScreen)
        state = await page.look(pilot)
        assert state["form"]["title"].startswith("Who trains?")
        assert [name for name, _ in state["form"]["choices"]] == list(NAMES)
        assert {"action": "back", "label": "Back"} not in state["form"]["buttons"]
        await page.tap(do="choose", place=2)
        await comes(pilot, DevicesScreen)
        assert "Bea" in str(app.screen.query_one("#title", Plain).render())
        state = await page.look(pilot)
        assert {"action": "people", "label": "Who trains"} in state["form"]["buttons"]
        await page.tap(do="press", action="people")
        await comes(pilot, PeopleScreen)
        await pilot.press("escape")
        await comes(pilot, DevicesScreen)
