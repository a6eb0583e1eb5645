from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from tests.tui.coaching import comes
from tests.tui.staging import training_of
from tracker.app.config import TrainingChoice, save_training
from tracker.app.paths import tracker_paths
from tracker.app.training import Simulated, TrainingService
from tracker.cli.exits import interruption
from tracker.cli.options import SoundOptions
from tracker.cli.train import train_from_the_list
from tracker.domain import InputError, TrackerError
from tracker.tui import TrackerApp
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


async def left(app: TrackerApp) -> None:
    """Wait until an app has ended."""
    await true(lambda: not app.is_running)


async def true(condition: Callable[[], bool]) -> None:
    for _ in range(6000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")


class Wearer:
    """Stands for who sits before the screen: keeps the app, and leaves it in some way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, way_out: str = "q") -> None:
        self.apps: list[TrackerApp] = []
        wearer = self

        async def run_async(self: TrackerApp, **_options: object) -> None:
            wearer.apps.append(self)
            async with self.run_test() as pilot:
                if way_out == "Ctrl-C":
                    signal.raise_signal(signal.SIGINT)
                else:
                    await pilot.press(way_out)
                await left(self)

        monkeypatch.setattr(TrackerApp, "run_async", run_async)

    @property
    def app(self) -> TrackerApp:
        (app,) = self.apps
        return app

    @property
    def muted(self) -> bool:
        return self.app.sound._muted


def train(sound: SoundOptions, speed: float = 1.0) -> None:
    service = TrainingService(tracker_paths(), simulated=Simulated(speed=speed))
    with interruption() as interrupted:
        train_from_the_list(service, interrupted, sound)


@pytest.mark.parametrize(
    ("chosen", "wish", "muted"),
    [
        (True, SoundOptions(), False),
        (False, SoundOptions(), True),
        (False, SoundOptions(on=True), False),
    ],
)
def test_sound_is_as_chosen_in_the_set_up_unless_it_is_wished_for(
    chosen: bool, wish: SoundOptions, muted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What opens the device is not called: nothing may be played where tests run.
    monkeypatch.setattr(SoundOptions, "opener", lambda _self: None)
    save_training(tracker_paths().config_file, TrainingChoice(sound=chosen))
    wearer = Wearer(monkeypatch)
    train(wish)
    assert wearer.muted is muted


def test_ctrl_c_leaves_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    wearer = Wearer(monkeypatch, "Ctrl-C")
    with pytest.raises(KeyboardInterrupt):
        train(SoundOptions(on=False))
    assert not wearer.app.is_running


def test_a_configuration_that_cannot_be_read_is_told_before_there_is_a_screen(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text("[sensor", encoding="utf-8")
    wearer = Wearer(monkeypatch)
    with pytest.raises(InputError, match=r"config\.toml"):
        train(SoundOptions(on=False))
    assert wearer.apps == []


def test_what_no_screen_could_say_any_more_is_said_afterwards(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log can't be written, which turns out when the screen is left in mid-training."""
    save_training(tracker_paths().config_file, TrainingChoice(warned=True))

    async def run_async(self: TrackerApp, **_options: object) -> None:
        async with self.run_test() as pilot:
            for screen in (DevicesScreen, CheckScreen):
                await comes(pilot, screen)
                await pilot.press("enter")
            await comes(pilot, SetupScreen)
            await pilot.press("enter")
            await comes(pilot, TrainScreen)
            session = training_of(self)
            await true(lambda: session.snapshot().samples >= 100)
            (home / "data" / "training.sqlite").mkdir()
            await pilot.press("ctrl+c")
            await left(self)

    monkeypatch.setattr(TrackerApp, "run_async", run_async)
    with pytest.raises(TrackerError, match="Not logged") as told:
        train(SoundOptions(on=False), speed=20.0)
    assert told.value.advice is not None
    assert "tracker rescore --missing" in told.value.advice
    assert len(list((home / "data" / "recordings").glob("*.arrows"))) == 1
