"""The best output there is, and one line about why it is not a better one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tracker.sound.bell import Bell, ring_terminal
from tracker.sound.errors import MissingError, SoundError
from tracker.sound.espeak import EspeakVoice
from tracker.sound.player import Player
from tracker.sound.portaudio import PortAudio
from tracker.sound.sounds import COUNTS
from tracker.sound.speaker import Speaker
from tracker.sound.wav_file import WavFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.sound.ports import Clock, Output, Voice

OPENING_LIMIT_S: Final = 3.0
"""Longest wait for a device: headphones that have to wake up take a second or two."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A player, and what it lacks."""

    player: Player
    """Plays, or at least rings."""
    silence: SoundError | None = None
    """Why only the terminal bell rings; None if there is a device, or a file."""

    @property
    def complaint(self) -> str | None:
        """One line: what cannot be heard, why, and what to do; None if all is well."""
        if self.silence is not None:
            return _line(f"No sound but {self.player.output_name}", self.silence)
        if self.player.voice_error is not None:
            return _line("Tones only, nothing is spoken", self.player.voice_error)
        return None


def open_player(
    clock: Clock,
    *,
    wav: Path | None = None,
    ring: Callable[[], None] = ring_terminal,
    open_device: Callable[[Clock], Output] | None = None,
    open_voice: Callable[[], Voice] = EspeakVoice,
    limit_s: float = OPENING_LIMIT_S,
) -> Opened:
    """Open the default device, or the terminal bell if that fails; prepare the counts.

    Waits for the device, 0.1 s as a rule and `limit_s` at most: call it before the stream begins,
    or in a thread.

    Parameters
    ----------
    clock
        The clock of `Player.offer`.
    wav
        Write the sound to this file instead.
    ring
        Rings the bell of the terminal once; called in the player's thread, must neither wait for
        the caller's thread nor raise.
    open_device
        Opens a device; what is installed if None.
    open_voice
        Opens what speaks.
    limit_s
        Longest wait.

    Raises
    ------
    SoundError
        If `wav` cannot be written.
    """
    if wav is not None:
        written = WavFile(wav)
        player = Player(lambda: written, open_voice, clock)
        # The origin of the file is the time of this call, so its thread has to have begun.
        player.wait_ready(limit_s)
        player.prepare(COUNTS)
        return Opened(player)
    player = Player(partial(open_device or installed_device, clock), open_voice, clock)
    player.prepare(COUNTS)
    if player.wait_ready(limit_s):
        error = player.output_error
    else:
        error = SoundError(f"the sound device did not answer within {limit_s:g} s.")
    if error is None:
        return Opened(player)
    player.abandon()
    player = Player(lambda: Bell(ring), open_voice, clock)
    player.wait_ready(limit_s)
    return Opened(player, error)


def installed_device(clock: Clock) -> Output:
    """Open the default device with the library that is installed.

    Raises
    ------
    SoundError
        If no library is there, or it finds no device.
    """
    try:
        return Speaker(clock)
    except MissingError as missing:
        try:
            return PortAudio(clock)
        except MissingError:
            # Whoever has neither is told of the usual one.
            raise missing from None


def _line(what: str, error: SoundError) -> str:
    return " ".join([f"{what}:", error.message, *([error.advice] if error.advice else [])])
