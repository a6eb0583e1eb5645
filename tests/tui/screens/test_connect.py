from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from tests.ble.fake_radio import ADDRESS, NAME
from tests.cli.worn import sensor_on_a_table
from tests.tui.coaching import Gym, comes, happens, still
from tests.tui.staging import PLAN, SIZES, every_look, look
from tracker.app.devices import Device
from tracker.ble import AdapterError
from tracker.tui.screens.check import ConnectScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare

SENSOR = Device(ADDRESS, NAME, "profile")


def words(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#words", Static).visual)


async def test_it_fails_with_the_reason_and_can_be_tried_again(tmp_path: Path) -> None:
    gym = Gym(tmp_path, sensor_on_a_table())
    gym.radio.trouble = AdapterError("Bluetooth is off.", "Switch it on.")
    app = gym.app_in_training(PLAN, SENSOR)
    async with app.run_test() as pilot:
        await comes(pilot, ConnectScreen)
        await happens(pilot, lambda: words(pilot).startswith("! No connection"))
        assert words(pilot).endswith("Bluetooth is off.\nSwitch it on.")
        assert not gym.paths.recordings.exists(), "nothing is left behind"
        assert "r" in app.screen.active_bindings

        await pilot.press("r")
        await happens(pilot, lambda: words(pilot).startswith("! No connection"))
        gym.radio.trouble = None
        await pilot.press("r")
        await comes(pilot, TrainScreen)
        await happens(pilot, gym.radio.sensors[0].streams)
        await pilot.press("q")
        await look(pilot)
    assert gym.recording.exists()


async def test_one_can_give_up_while_it_connects(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    app = gym.app_in_training(PLAN, SENSOR)
    async with app.run_test() as pilot:
        await comes(pilot, ConnectScreen)
        assert words(pilot).startswith(f"Connecting to {NAME}")
        # It cannot be tried again as long as it goes on.
        await pilot.press("r")
        await pilot.press("escape")
        await comes(pilot, DevicesScreen)
        await look(pilot)
        assert app.is_running
    assert not gym.paths.recordings.exists()


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_quitting_while_it_connects_does_not_wait_for_the_sensor(
    tmp_path: Path, key: str
) -> None:
    gym = Gym(tmp_path)
    app = gym.app_in_training(PLAN, SENSOR)
    async with app.run_test() as pilot:
        await comes(pilot, ConnectScreen)
        await pilot.press(key)
        for _ in range(100):
            await asyncio.sleep(0.01)
            if not app.is_running:
                return
    raise AssertionError("it still runs")


@every_look
def test_picture_of_a_connection_that_failed(
    snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    gym = Gym(tmp_path)
    gym.radio.trouble = AdapterError("Bluetooth is off.", "Switch it on.")

    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await comes(pilot, ConnectScreen)
        await happens(pilot, lambda: words(pilot).startswith("!"))
        await still(pilot, theme)

    assert snap_compare(gym.app_in_training(PLAN, SENSOR), terminal_size=size, run_before=arrange)


def test_picture_of_connecting(snap_compare: SnapCompare, tmp_path: Path) -> None:
    gym = Gym(tmp_path)

    async def arrange(pilot: Pilot[None]) -> None:
        await comes(pilot, ConnectScreen)
        await still(pilot, "textual-dark")

    assert snap_compare(
        gym.app_in_training(PLAN, SENSOR), terminal_size=SIZES[0], run_before=arrange
    )
