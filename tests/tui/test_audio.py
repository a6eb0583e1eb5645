from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.app.doubles import in_time
from tests.app.test_audio import Listener
from tests.tui.staging import Stage, app_of, look
from tests.workouts import SET_STARTS_S, UP_S
from tracker.sound import Opened, SoundError, Tone
from tracker.tui.widgets.status import Quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot


class Loud(Listener):
    """A player of a device that is there."""

    def __init__(self) -> None:
        super().__init__()
        self.muted = False
        self.output_name = "the terminal bell"
        self.voice_error = None
        self.closed = False

    def toggle_mute(self) -> bool:
        self.muted = not self.muted
        return self.muted

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def loud() -> Loud:
    return Loud()


def opener(
    player: Loud, silence: SoundError | None = None
) -> Callable[[Callable[[], object]], Opened]:
    return lambda _ring: Opened(player, silence)


async def opened(pilot: Pilot[None]) -> None:
    await in_time(
        lambda: all(worker.is_finished for worker in pilot.app.workers if worker.name == "sound")
    )
    await look(pilot)


async def test_a_session_is_heard_from_when_the_device_is_open(loud: Loud) -> None:
    stage = Stage()
    app = app_of(stage.session(), open_sound=opener(loud))
    async with app.run_test() as pilot:
        await opened(pilot)
        await stage.play_to(pilot, SET_STARTS_S[0] + UP_S + 0.5)
        assert Tone.LOCKOUT in loud.offered
        assert loud.prepared
    assert loud.closed


async def test_a_key_switches_the_sound_off_and_on(loud: Loud) -> None:
    app = app_of(Stage().session(), open_sound=opener(loud))
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("m")
        assert loud.muted
        await pilot.press("m")
        assert not loud.muted


async def test_what_was_switched_off_before_stays_off(loud: Loud) -> None:
    app = app_of(Stage().session(), open_sound=opener(loud), muted=True)
    async with app.run_test() as pilot:
        await opened(pilot)
        assert loud.muted
        app.sound.mute(False)
        assert not loud.muted


async def test_one_line_says_what_cannot_be_heard(loud: Loud) -> None:
    error = SoundError("there is no device.", "Plug one in.")
    app = app_of(Stage().session(), open_sound=opener(loud, error))
    async with app.run_test(notifications=True) as pilot:
        await opened(pilot)
        assert not app.screen.query("Toast"), "a condition that stays is a sign"
        assert app.sound_sign.startswith("! ")
        assert "there is no device" in app.sound_sign.lower()
        await look(pilot)
        assert app.sound_sign in app.screen.query_one(Quality).text


async def test_a_file_that_cannot_be_written_is_told_and_the_training_goes_on() -> None:
    def fail(_ring: Callable[[], object]) -> Opened:
        raise SoundError("x.wav cannot be written.", "Choose another place.")

    stage = Stage()
    app = app_of(stage.session(), open_sound=fail)
    async with app.run_test(notifications=True) as pilot:
        await opened(pilot)
        (toast,) = app.screen.query("Toast")
        assert "Choose another place." in str(toast.render())
        await stage.play_to(pilot, 5.0)


async def test_without_sound_the_key_says_so() -> None:
    app = app_of(Stage().session())
    async with app.run_test(notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("m")
        await pilot.pause()
        (toast,) = app.screen.query("Toast")
        assert "There is no sound." in str(toast.render())
