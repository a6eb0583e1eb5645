"""The whole app on a real service: scripted sensors, and a clock that goes on when told to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.widgets import Input

from tests.app.doubles import ManualClock
from tests.ble.fake_radio import FakeRadio
from tests.tui.staging import look, without_flash
from tracker.app.config import save_sensor
from tracker.app.devices import SIMULATED
from tracker.app.paths import Paths
from tracker.app.training import Simulated, TrainingService
from tracker.domain import ENTRY_CHANNEL, UserInput, read_control_message
from tracker.recording import open_recording
from tracker.tui import TrackerApp
from tracker.tui.flow import Coach
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.setup import SetupForm

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any, Protocol

    from textual.app import App
    from textual.pilot import Pilot
    from textual.screen import Screen

    from tests.ble.fake_radio import FakeSensor
    from tracker.app.config import SensorChoice
    from tracker.app.devices import Device
    from tracker.domain import Entry, Plan

    class SnapCompare(Protocol):
        def __call__(
            self, app: App[None], *, terminal_size: tuple[int, int], run_before: object
        ) -> bool: ...


SPEED = 20.0
"""Seconds of the simulated lifter for a second of the clock."""

PATIENCE = 3000
"""Looks for what comes at the first ones, unless the machine is busy."""

STEP_S = 0.1
"""So far the clock goes on at a time: below what a source takes for a laptop that slept."""


class Gym:
    """A training service in a folder of its own, its radio and its clock."""

    def __init__(
        self,
        folder: Path,
        *sensors: FakeSensor,
        saved: SensorChoice | None = None,
        seconds: float | None = None,
    ) -> None:
        self.paths = Paths(folder / "data", folder / "config", folder / "log")
        self.radio = FakeRadio(*sensors)
        self.clock = ManualClock()
        self._simulated = Simulated(speed=SPEED, seconds=seconds)
        if saved is not None:
            save_sensor(self.paths.config_file, saved)

    @property
    def service(self) -> TrainingService:
        """What is remembered, opened anew."""
        return TrainingService(
            self.paths, radio=self.radio, clock=self.clock, simulated=self._simulated
        )

    def app(self, first: Callable[[Coach], Coroutine[Any, Any, Any]] | None = None) -> TrackerApp:
        """Return an app that begins with `first`, and goes on with the list of sensors."""
        service = self.service

        async def flow(app: TrackerApp) -> None:
            coach = Coach(app, service)
            try:
                if first is not None:
                    await first(coach)
                await coach.from_devices()
            finally:
                await coach.logged()

        return TrackerApp(
            flow,
            theme=service.config.training.theme,
            remember_theme=lambda theme: service.remember(theme=theme),
            remember_language=service.remember_language,
        )

    def app_in_training(self, plan: Plan, device: Device = SIMULATED) -> TrackerApp:
        """Return an app that begins by connecting for a training."""
        self.service.remember(warned=True)
        form = SetupForm("hip_thrust", plan, None, None, sound=True)
        return self.app(lambda coach: coach.connect_and_train(device, form))

    def entries(self) -> list[Entry]:
        """What the wearer said, as the only recording has it."""
        return [
            said.entry
            for notification in open_recording(self.recording)
            if notification.channel == ENTRY_CHANNEL
            and isinstance(said := read_control_message(notification), UserInput)
        ]

    @property
    def recording(self) -> Path:
        (path,) = self.paths.recordings.iterdir()
        return path

    async def play(self, pilot: Pilot[None], seconds: float) -> None:
        """Let the simulated lifter go on, and the screen take notice."""
        for _ in range(round(seconds / SPEED / STEP_S)):
            await self.clock.advance(STEP_S)
            await pilot.pause()
        await look(pilot)

    async def until(self, pilot: Pilot[None], screen: type[Screen[Any]], most_s: float) -> None:
        """Let the simulated lifter go on until a screen comes by itself."""
        for _ in range(round(most_s / SPEED / STEP_S)):
            if isinstance(pilot.app.screen, screen):
                return
            await self.clock.advance(STEP_S)
            await pilot.pause()
        raise AssertionError(f"{screen.__name__} never came")


async def comes(pilot: Pilot[None], screen: type[Screen[Any]]) -> None:
    """Wait until a screen is there, and has what it connects to."""
    await happens(pilot, lambda: isinstance(pilot.app.screen, screen))
    shown = pilot.app.screen
    if isinstance(shown, CheckScreen):
        await happens(pilot, lambda: shown._check is not None or shown._trouble is not None)
    await look(pilot)


async def happens(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for what scripted sensors do in a time of their own."""
    for _ in range(PATIENCE):
        if condition():
            return
        await asyncio.sleep(0.01)
        await pilot.pause()
    raise AssertionError("it never happened")


async def still(pilot: Pilot[None], theme: str) -> None:
    """Take the theme, stop what blinks, and let go of the radio."""
    pilot.app.theme = theme
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    await without_flash(pilot)
    pilot.app.workers.cancel_node(pilot.app.screen)
    await pilot.pause()
