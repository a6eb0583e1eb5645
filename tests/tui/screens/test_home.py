from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tui.coaching import Gym, comes, happens
from tracker.ble import AdapterError
from tracker.tui import TrackerApp, at_home
from tracker.tui.plain import Plain
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.screens.home import PLACES, BigPlan, HomeScreen, Place
from tracker.tui.screens.people import PeopleScreen
from tracker.tui.screens.setup import SetupScreen

if TYPE_CHECKING:
    from pathlib import Path

    from textual.screen import Screen

COMES: dict[Place, type[Screen[Any]]] = {
    Place.TRAIN: DevicesScreen,
    Place.DEMO: SetupScreen,
    Place.HISTORY: HistoryScreen,
    Place.PROGRAMME: GuideScreen,
    Place.SENSORS: DevicesScreen,
    Place.DOCTOR: GuideScreen,
    Place.PEOPLE: PeopleScreen,
}


def app_at(gym: Gym) -> TrackerApp:
    return TrackerApp(at_home(gym.service, lambda _paths: ("!!  Bluetooth  off",)))


@pytest.mark.parametrize("place", Place, ids=lambda place: place.value)
async def test_a_digit_leads_there_and_escape_back(tmp_path: Path, place: Place) -> None:
    app = app_at(Gym(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await pilot.press(str(list(Place).index(place) + 1))
        await comes(pilot, COMES[place])
        await pilot.press("escape")
        await comes(pilot, HomeScreen)


async def test_before_the_first_session_it_says_what_to_begin_with(tmp_path: Path) -> None:
    app = app_at(Gym(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        plan = app.screen.query_one(BigPlan)
        await happens(pilot, lambda: "×" in plan.drawn(70, 1)[0])
        assert plan.drawn(70, 1)[0].startswith("Hip thrust")
        assert "No session yet" in str(app.screen.query_one("#card", Plain).render())


async def test_without_bluetooth_it_invites_to_the_simulated_lifter(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.radio.trouble = AdapterError("There is no adapter.")
    app = app_at(gym)
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        invitation = app.screen.query_one("#invitation", Plain)
        await happens(pilot, lambda: invitation.display)
        assert "simulated lifter" in str(invitation.render())
        await pilot.press("2")
        await comes(pilot, SetupScreen)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_every_place_is_in_sight(tmp_path: Path, size: tuple[int, int]) -> None:
    app = app_at(Gym(tmp_path))
    async with app.run_test(size=size) as pilot:
        await comes(pilot, HomeScreen)
        titles = [title for title, _hint in PLACES.values()]
        await happens(pilot, lambda: all(map(app.export_screenshot().__contains__, titles)))
        assert list(PLACES) == list(Place)
