from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from textual.notifications import Notify
from textual.widgets import DataTable, Static

from tests.ble.fake_radio import ADDRESS, NAME, FakeSensor
from tests.cli.worn import sensor_on_a_table
from tests.tui.coaching import Gym, comes, happens, still
from tests.tui.staging import SIZES, every_look, look
from tracker.app.config import SensorChoice
from tracker.app.devices import RETRY_S, SIMULATED, Device
from tracker.ble import AdapterError
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import INVITATION, DevicesScreen, device_cells

if TYPE_CHECKING:
    from pathlib import Path

    from textual.message import Message
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare

SAVED = SensorChoice(ADDRESS, "profile", NAME)


def names(pilot: Pilot[None]) -> list[str]:
    if not pilot.app.screen.query(DataTable):
        return []
    table = pilot.app.screen.query_one(DataTable)
    return [str(table.get_row_at(row)[0]) for row in range(table.row_count)]


def said(pilot: Pilot[None], widget: str) -> str:
    return str(pilot.app.screen.query_one(widget, Static).visual)


@pytest.mark.parametrize(
    ("device", "cells"),
    [
        (SIMULATED, ("Simulated lifter", "always there", "to try it out", "no sensor")),
        (
            Device("C0", "Hip", "profile", -65, is_last=True),
            ("Hip", "▂▄▆· -65 dBm", "last used", "Open hip sensor profile"),
        ),
        (Device("C0", "A phone", None, -90), ("A phone", "▂··· -90 dBm", "", "unknown")),
        (
            Device("C0", "Hip", "profile", None, "It has old firmware."),
            ("Hip", "not seen", "! not usable", "Open hip sensor profile"),
        ),
    ],
)
def test_a_sensor_is_a_line(device: Device, cells: tuple[str, ...]) -> None:
    assert device_cells(device) == cells


async def test_the_last_sensor_is_first_and_what_is_heard_comes_by_itself(tmp_path: Path) -> None:
    other = FakeSensor("C0:FF:EE:00:00:02", "HipTwo")
    other.in_range = False
    gym = Gym(tmp_path, other, FakeSensor(), saved=SAVED)
    app = gym.app()
    async with app.run_test() as pilot:
        assert names(pilot) == [NAME, SIMULATED.name]
        other.in_range = True
        await happens(pilot, lambda: names(pilot) == [NAME, "HipTwo", SIMULATED.name])


async def test_the_cursor_stays_on_its_sensor_while_others_come(tmp_path: Path) -> None:
    sensor = FakeSensor()
    sensor.in_range = False
    gym = Gym(tmp_path, sensor)
    app = gym.app()
    async with app.run_test() as pilot:
        assert names(pilot) == [SIMULATED.name]
        sensor.in_range = True
        await happens(pilot, lambda: len(names(pilot)) == 2)
        table = app.screen.query_one(DataTable)
        assert table.get_row_at(table.cursor_row)[0] == SIMULATED.name


async def test_unknown_devices_are_shown_on_request(tmp_path: Path) -> None:
    gym = Gym(tmp_path, FakeSensor("C0:FF:EE:00:00:03", "A phone", advertises_service=False))
    app = gym.app()
    async with app.run_test() as pilot:
        await pilot.press("u")
        await happens(pilot, lambda: "A phone" in names(pilot))
        await pilot.press("u")
        assert "A phone" not in names(pilot)


async def test_trouble_with_the_adapter_is_shown_and_recovers(tmp_path: Path) -> None:
    gym = Gym(tmp_path, FakeSensor())
    gym.radio.trouble = AdapterError("Bluetooth is off.", "Switch it on.")
    app = gym.app()
    async with app.run_test() as pilot:
        trouble = app.screen.query_one("#trouble")
        await happens(pilot, lambda: trouble.display)
        assert said(pilot, "#trouble") == f"{INVITATION}\n! Bluetooth is off.\nSwitch it on."
        assert said(pilot, "#title").endswith("not listening")
        assert names(pilot) == [SIMULATED.name], "the simulated lifter needs no adapter"

        gym.radio.trouble = None
        await gym.clock.advance(RETRY_S)
        await happens(pilot, lambda: NAME in names(pilot))
        await gym.clock.advance(1.0)
        await happens(pilot, lambda: not trouble.display)
        assert said(pilot, "#title").endswith("listening …")


async def test_an_unusable_sensor_says_why_and_is_not_connected(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    told: list[Message] = []
    async with app.run_test(message_hook=told.append) as pilot:
        screen = app.screen
        assert isinstance(screen, DevicesScreen)
        refused = Device("C0", "Old", "profile", -60, "Its firmware is from before version 2.")
        screen._devices = SimpleNamespace(seen=(refused,), trouble=None)  # type: ignore[assignment]
        screen.update_view()
        await pilot.press("enter")
        await look(pilot)
        assert app.screen is screen
    (message,) = (each.notification.message for each in told if isinstance(each, Notify))
    assert message == "Its firmware is from before version 2."


async def test_while_a_sensor_is_looked_at_nothing_else_uses_the_radio(tmp_path: Path) -> None:
    gym = Gym(tmp_path, sensor_on_a_table())
    app = gym.app()
    async with app.run_test() as pilot:
        await happens(pilot, lambda: NAME in names(pilot))
        await pilot.press("up", "enter")
        await comes(pilot, CheckScreen)
        await happens(pilot, gym.radio.sensors[0].streams)
        assert gym.radio.busy == 0
        await pilot.press("escape")
        await comes(pilot, DevicesScreen)
        await happens(pilot, lambda: gym.radio.busy == 1)
        assert gym.radio.most_busy == 1
        # The list is there while the sensor is still being stopped.
        await happens(pilot, lambda: not gym.radio.sensors[0].streams())


@every_look
def test_picture_of_sensors(
    snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    others = [FakeSensor(f"C0:FF:EE:00:00:0{n}", f"Hip {n}") for n in range(2, 4)]
    gym = Gym(tmp_path, *others, FakeSensor(), saved=SAVED)

    async def arrange(pilot: Pilot[None]) -> None:
        await happens(pilot, lambda: len(names(pilot)) == 4)
        await still(pilot, theme)

    assert snap_compare(gym.app(), terminal_size=size, run_before=arrange)


def test_picture_of_trouble(snap_compare: SnapCompare, tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.radio.trouble = AdapterError("Bluetooth is off.", "Switch it on.")

    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        trouble = pilot.app.screen.query_one("#trouble")
        await happens(pilot, lambda: trouble.display)
        await still(pilot, "textual-dark")

    assert snap_compare(gym.app(), terminal_size=SIZES[0], run_before=arrange)
