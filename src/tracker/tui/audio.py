"""The sounds of the application: opened in the background, and tied to what is trained."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tracker.app.audio import AudioFeedback
from tracker.app.clock import SYSTEM_CLOCK
from tracker.domain import TrackerError
from tracker.language import _
from tracker.sound import Speech

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

    from tracker.app.playback import Playback
    from tracker.app.session import Session
    from tracker.sound import Opened, Player

    OpenSound = Callable[[Callable[[], object]], Opened]
    """Opens the player; called in a thread, with what rings the terminal's bell."""


class AudioController:
    """Plays the sounds of a session, once there is a device to play them on.

    The app shows why there is no sound, and rings the bell. Without `open_sound` all is silent.
    """

    def __init__(self, app: App[None], open_sound: OpenSound | None, *, muted: bool) -> None:
        self._app = app
        self._open_sound = open_sound
        self._muted = muted
        self._silence = ""
        """Why nothing, or not all, can be heard."""
        self._player: Player | None = None
        self.sign = ""
        """For the status line: that nothing can be heard, or is muted; empty otherwise."""
        self.training: Session | Playback | None = None
        """The session that is heard now, or was last."""

    async def open(self) -> None:
        """Open the device, for which headphones take a second or two to wake."""
        if self._open_sound is None:
            return
        loop = asyncio.get_running_loop()
        try:
            opened = await asyncio.to_thread(
                self._open_sound, lambda: loop.call_soon_threadsafe(self._app.bell)
            )
        except TrackerError as error:
            self._app.notify(str(error), severity="warning", timeout=3.0)
            self._silence = _("! no sound: {reason}").format(reason=error.message)
            self._show_sign()
            return
        self._player = opened.player
        if self._muted:
            opened.player.toggle_mute()
        if opened.complaint is not None:
            self._silence = f"! {opened.complaint.splitlines()[0]}"
        self._show_sign()
        if self.training is not None:
            self.play(self.training)

    def _show_sign(self) -> None:
        self.sign = _("muted") if self._muted else self._silence

    def play(self, training: Session | Playback) -> None:
        """Play the sounds of a session from now on, in place of the one before."""
        self.training = training
        if self._player is not None:
            feedback = AudioFeedback(self._player)
            training.add_sink(feedback)
            self._app.run_worker(
                feedback.run(training.snapshot, SYSTEM_CLOCK), group="sound", exclusive=True
            )

    def say(self, text: str) -> None:
        """Speak a sentence that belongs to no event of the session."""
        if self._player is not None:
            self._player.offer(Speech(text))

    def mute(self, muted: bool) -> None:
        """Switch the sound off or on, now or as soon as the device is open."""
        if self._player is not None and self._player.muted is not muted:
            self._player.toggle_mute()
        self._muted = muted
        self._show_sign()

    def toggle(self) -> str:
        """Switch the sound off, or on again, and return what to tell the wearer."""
        if self._player is None:
            return _("There is no sound.")
        self.mute(not self._muted)
        return _("Sound off") if self._muted else _("Sound on")

    async def close(self) -> None:
        """Let the last sounds end, for 4 s at most."""
        if self._player is not None:
            await asyncio.to_thread(self._player.close)
