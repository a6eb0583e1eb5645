from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.notifications import Notify
from textual.widgets import Static

from tests.ble.fake_radio import ADDRESS, NAME, FakeSensor
from tests.cli.worn import sensor_on_a_table
from tests.tui.coaching import Gym, comes, happens, still
from tests.tui.staging import SIZES, every_look, look
from tracker.app.config import SensorChoice
from tracker.app.devices import SIMULATED, Device
from tracker.ble import AdapterError, SignalQuality, examine
from tracker.tui.screens.check import JUDGED_AFTER_S, CheckScreen, quality_text
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.setup import SetupScreen

if TYPE_CHECKING:
    from pathlib import Path

    from textual.message import Message
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare
    from tracker.tui import TrackerApp

SENSOR = Device(ADDRESS, NAME, "profile")


def said(pilot: Pilot[None], widget: str) -> str:
    return str(pilot.app.screen.query_one(widget, Static).visual)


def checking(gym: Gym, device: Device) -> TrackerApp:
    """Return an app that begins with the check of a sensor."""
    return gym.app(lambda coach: coach.train_with(device))


async def see(gym: Gym, pilot: Pilot[None], seconds: float) -> None:
    """Let packets come for a while, of the manual clock's time."""
    for _ in range(round(seconds / 0.1)):
        await asyncio.sleep(0.004)
        await gym.clock.advance(0.1)
    await look(pilot)


@pytest.fixture
def quick_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ble.fake_radio.PACKET_S", 0.002)


def test_what_flows_is_a_line_in_which_unknown_is_a_dash() -> None:
    assert quality_text(examine((), None)) == "–   gyroscope no   battery –   lost 0"
    assert isinstance(examine((), 87), SignalQuality)
    assert "battery 87 %" in quality_text(examine((), 87))


async def test_a_good_sensor_is_judged_and_leads_on(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = checking(gym, SIMULATED)
    async with app.run_test() as pilot:
        await comes(pilot, CheckScreen)
        assert said(pilot, "#state").startswith("Connected, waiting for data")
        await gym.play(pilot, 6.0)
        assert "gyroscope yes" in said(pilot, "#state")
        assert "✓ " in said(pilot, "#findings")
        await pilot.press("enter")
        await comes(pilot, SetupScreen)


async def test_who_is_in_a_hurry_goes_on_as_soon_as_it_is_judged(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = checking(gym, SIMULATED)
    async with app.run_test() as pilot:
        await comes(pilot, CheckScreen)
        await gym.play(pilot, JUDGED_AFTER_S - 1.0)
        await pilot.press("enter")
        await look(pilot)
        assert isinstance(app.screen, CheckScreen)
        await gym.play(pilot, 3.0)
        await comes(pilot, SetupScreen)


@pytest.mark.usefixtures("quick_packets")
async def test_what_cannot_be_trusted_is_refused(tmp_path: Path) -> None:
    gym = Gym(tmp_path, sensor_on_a_table(gravity_g=1.5))
    app = checking(gym, SENSOR)
    told: list[Message] = []
    async with app.run_test(message_hook=told.append) as pilot:
        await comes(pilot, CheckScreen)
        await happens(pilot, gym.radio.sensors[0].streams)
        await see(gym, pilot, 5.0)
        assert said(pilot, "#findings").startswith("! at rest it measures 1.5")
        await pilot.press("enter")
        await look(pilot)
        assert isinstance(app.screen, CheckScreen)
    messages = [each.notification.message for each in told if isinstance(each, Notify)]
    assert any("instead of 1 g" in message for message in messages)
    assert gym.service.config.sensor is None


@pytest.mark.usefixtures("quick_packets")
async def test_a_sensor_that_was_used_is_remembered(tmp_path: Path) -> None:
    gym = Gym(tmp_path, sensor_on_a_table())
    app = checking(gym, SENSOR)
    async with app.run_test() as pilot:
        await comes(pilot, CheckScreen)
        await happens(pilot, gym.radio.sensors[0].streams)
        await see(gym, pilot, 5.0)
        assert "battery 87 %" in said(pilot, "#state")
        await pilot.press("enter")
        await comes(pilot, SetupScreen)
        await happens(pilot, lambda: not gym.radio.sensors[0].streams())
    assert gym.service.config.sensor == SensorChoice(ADDRESS, "profile", NAME)


async def test_a_sensor_that_cannot_be_reached_says_why_and_can_be_tried_again(
    tmp_path: Path,
) -> None:
    gym = Gym(tmp_path, sensor_on_a_table())
    gym.radio.trouble = AdapterError("Bluetooth is off.", "Switch it on.")
    app = checking(gym, SENSOR)
    async with app.run_test() as pilot:
        await comes(pilot, CheckScreen)
        await happens(pilot, lambda: said(pilot, "#state").startswith("! Bluetooth is off."))
        assert app.screen.query_one("#state").has_class("-alarm")
        await pilot.press("enter")
        assert isinstance(app.screen, CheckScreen), "there is nothing to train with"
        gym.radio.trouble = None
        await pilot.press("r")
        await happens(pilot, gym.radio.sensors[0].streams)
        await look(pilot)
        assert not app.screen.query_one("#state").has_class("-alarm")
        await pilot.press("escape")
        await comes(pilot, DevicesScreen)


async def test_a_sensor_that_is_lost_while_one_looks_is_said(tmp_path: Path) -> None:
    gym = Gym(tmp_path, sensor_on_a_table())
    app = checking(gym, SENSOR)
    async with app.run_test() as pilot:
        await comes(pilot, CheckScreen)
        sensor = gym.radio.sensors[0]
        assert isinstance(sensor, FakeSensor)
        await happens(pilot, sensor.streams)
        await see(gym, pilot, 1.0)
        sensor.in_range = False
        sensor.break_link()
        await see(gym, pilot, 3.0)
        await happens(pilot, lambda: said(pilot, "#state").startswith("! Sensor lost"))
        assert app.screen.query_one("#state").has_class("-alarm")


async def test_the_end_of_the_data_is_said(tmp_path: Path) -> None:
    gym = Gym(tmp_path, seconds=8.0)
    app = checking(gym, SIMULATED)
    async with app.run_test() as pilot:
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 10.0)
        assert said(pilot, "#state").startswith("! The sensor stopped sending.")


@every_look
def test_picture_of_a_check(
    snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    gym = Gym(tmp_path)

    async def arrange(pilot: Pilot[None]) -> None:
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 7.0)
        await still(pilot, theme)

    assert snap_compare(checking(gym, SIMULATED), terminal_size=size, run_before=arrange)


def test_picture_of_a_check_that_failed(snap_compare: SnapCompare, tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.radio.trouble = AdapterError("Bluetooth is off.", "Switch it on.")

    async def arrange(pilot: Pilot[None]) -> None:
        await comes(pilot, CheckScreen)
        await happens(pilot, lambda: said(pilot, "#state").startswith("!"))
        await still(pilot, "textual-dark")

    assert snap_compare(checking(gym, SENSOR), terminal_size=SIZES[0], run_before=arrange)
