"""Takes the pictures of the pages: the real app on a real service, with the simulated lifter.

Run by `make snapshots`. Everything on them is simulated and says so. The clock goes on by hand and
the hour is fixed, so that the same code makes the same pictures.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from textual.widgets import Input

from tracker.app import training as training_module
from tracker.app.paths import Paths
from tracker.app.session import Session
from tracker.app.training import Simulated, TrainingService
from tracker.domain import Phase, SensorError
from tracker.tui import TrackerApp, coaching
from tracker.tui import flow as flow_module
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from textual.pilot import Pilot
    from textual.screen import Screen

    from tracker.app.snapshot import SessionSnapshot
    from tracker.ble import DiscoveredDevice
    from tracker.ble.ports import Connection

PICTURES = Path(__file__).parent

SIZE = (104, 30)
"""Columns and rows: what fits on a page and can still be read."""

NOW = datetime.fromisoformat("2026-05-14T17:30:00+02:00")
"""When the pictured training was."""

STEP_S = 0.1
"""So far the clock goes on at a time, and the lifter with it: a fifth of the shortest phase."""

LONGEST_S = 300.0
"""What has not come by then never comes."""

SEED = 4
"""A lifter who holds for two seconds and comes down a little fast."""


class QuietRadio:
    """An adapter that works and hears nothing, wherever the pictures are taken."""

    @asynccontextmanager
    async def scanning(self) -> AsyncGenerator[AsyncIterator[DiscoveredDevice]]:
        """Listen."""
        yield self._silence()

    async def _silence(self) -> AsyncGenerator[DiscoveredDevice]:
        await asyncio.Event().wait()
        raise AssertionError("silence does not end")
        yield

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        """Nothing is."""
        return ()

    async def connect(self, sighting: DiscoveredDevice) -> Connection:
        """Nothing can be."""
        raise SensorError(f"{sighting.address} was never heard.")


class Hands:
    """A clock that goes on when it is turned."""

    def __init__(self) -> None:
        self._now_ns = 0
        self._sleepers: list[tuple[int, asyncio.Event]] = []

    def now_ns(self) -> int:
        """Return how far it was turned."""
        return self._now_ns

    async def sleep(self, duration_s: float) -> None:
        """Wait until it was turned so far."""
        over = asyncio.Event()
        if duration_s > 0.0:
            self._sleepers.append((self._now_ns + round(duration_s * 1e9), over))
            await over.wait()
        else:
            await asyncio.sleep(0)

    def turn(self, duration_s: float) -> None:
        """Go on."""
        self._now_ns += round(duration_s * 1e9)
        for due_ns, over in self._sleepers:
            if due_ns <= self._now_ns:
                over.set()
        self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[1].is_set()]

    def hold_back(self, duration_s: float) -> None:
        """Go on, but wake nobody: nothing arrives for so long."""
        self._now_ns += round(duration_s * 1e9)


class Photographer:
    """Leads the app from screen to screen, and takes pictures on the way.

    Parameters
    ----------
    pilot
        Presses the keys.
    hands
        The clock of the service.
    """

    def __init__(self, pilot: Pilot[None], hands: Hands) -> None:
        self._pilot = pilot
        self._hands = hands

    @property
    def _app(self) -> TrackerApp:
        app = self._pilot.app
        assert isinstance(app, TrackerApp)
        return app

    @property
    def snapshot(self) -> SessionSnapshot:
        """What the session is like now."""
        session = self._app.sound.training
        assert isinstance(session, Session)
        return session.snapshot()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the clock go on until something is so."""
        for _ in range(round(LONGEST_S / STEP_S)):
            if condition():
                return
            self._hands.turn(STEP_S)
            for _ in range(200):
                await asyncio.sleep(0)
            await self._pilot.pause()
        raise AssertionError(f"never came to it on {self._app.screen}")

    async def comes(self, screen: type[Screen[Any]]) -> None:
        """Let the clock go on until a screen is there."""
        await self.until(lambda: isinstance(self._app.screen, screen))

    async def on(self, seconds: float) -> None:
        """Let the clock go on by so much."""
        end_ns = self._hands.now_ns() + round(seconds * 1e9)
        await self.until(lambda: self._hands.now_ns() >= end_ns)

    def lose_data(self, seconds: float) -> None:
        """Let nothing arrive for so long."""
        self._hands.hold_back(seconds)

    async def press(self, *keys: str) -> None:
        """Press keys as the wearer would."""
        await self._pilot.press(*keys)
        await self._pilot.pause()

    async def fill(self, name: str, text: str) -> None:
        """Type into a field of a form, wherever it stands."""
        field = self._app.screen.query_one(f"#{name}", Input)
        field.focus()
        field.clear()
        await self.press(*text)

    async def shoot(self, name: str) -> None:
        """Save what is on the screen, without what comes and goes."""
        app = self._app
        for field in app.screen.query(Input):
            field.cursor_blink = False
        app.clear_notifications()
        await self._pilot.pause(0.3)
        update = getattr(app.screen, "update_view", None)
        if update is not None:
            update()
        await self._pilot.pause()
        svg = app.export_screenshot(title="tracker")
        (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def first_session(at: Photographer) -> None:
    """Take the pictures of `first-session.md`, in its order."""
    await at.on(0.5)
    await at.shoot("devices")
    await at.press("enter")
    await at.comes(CheckScreen)
    await at.on(4.0)
    await at.shoot("check")
    await at.press("enter")
    await at.comes(SetupScreen)
    await at.fill("pain", "2")
    # As many as the lifter is going to do.
    await at.fill("reps", "6")
    await at.shoot("set-up")
    await at.press("f2")
    await at.shoot("warm-up")
    await at.press("escape", "enter")
    await at.comes(GuideScreen)
    await at.shoot("warning")
    await at.press("enter")
    await at.comes(TrainScreen)
    await at.until(lambda: in_lockout(at.snapshot, 1, 2, 1.2))
    await at.shoot("train")
    await at.press("d")
    await at.until(lambda: in_lockout(at.snapshot, 1, 3, 1.0))
    await at.shoot("far")
    await at.press("d")
    await at.comes(RestScreen)
    await at.press("6", "tab", "2")
    await at.on(4.0)
    await at.shoot("rest")
    await at.until(lambda: in_lockout(at.snapshot, 2, 5, 0.5))
    at.lose_data(4.0)
    await at.shoot("no-data")
    await at.comes(RestScreen)
    await at.press("7", "f")
    await at.comes(SummaryScreen)
    await at.press("2", "tab")
    await at.shoot("summary")
    await at.press("enter")
    await at.comes(DevicesScreen)
    await at.press("h")
    await at.comes(HistoryScreen)
    await at.shoot("past")


def in_lockout(snapshot: SessionSnapshot, number: int, rep: int, held_s: float) -> bool:
    """Say whether a rep is held for so long already."""
    current, held = snapshot.current_set, snapshot.phase_elapsed_s
    return (
        current is not None
        and (current.index, current.counted) == (number, rep)
        and snapshot.phase is Phase.LOCKOUT
        and held is not None
        and held >= held_s
    )


async def take() -> None:
    """Train in a folder that is gone afterwards."""
    hands = Hands()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        paths = Paths(home / "data", home / "config", home / "log")
        service = TrainingService(
            paths, radio=QuietRadio(), clock=hands, simulated=Simulated(SEED)
        )
        with (
            patch.object(training_module, "local_now", lambda: NOW),
            patch.object(flow_module, "local_now", lambda: NOW),
        ):
            app = TrackerApp(coaching(service))
            async with app.run_test(size=SIZE) as pilot:
                await first_session(Photographer(pilot, hands))


if __name__ == "__main__":
    asyncio.run(take())
