"""The best output there is, and one line about why it is not a better one.

The terminal's bell, where there is nothing better: it tells that, not what.

The mix as a WAV file: what a device would have played, each sound at its sample.
"""

from __future__ import annotations

import sys
import wave
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sound.devices import MiniaudioOutput, PortAudio
from tracker.sound.player import Player
from tracker.sound.sounds import COUNTS, MissingError, SoundError, Tone
from tracker.sound.speech import EspeakVoice
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.sound.sounds import Clock, Output, Render, Voice

RINGS: Final = frozenset(
    {Tone.LOCKOUT, Tone.HOLD_DONE, Tone.SET_END, Tone.REST_OVER, Tone.LINK_LOST}
)
"""Not the beats: terminals ring at most a few times a second, and all bells are the same."""

SHORTEST_PAUSE_S: Final = 0.25
"""Two rings closer than this are one to the ear."""

LONGEST_BLOCK_S: Final = 1.0
"""Nobody hears the mix here; blocks only keep the memory small."""


def ring_terminal() -> None:
    """Ring the bell of the terminal, if there is one; it belongs to the talk, not to the data."""
    stream = sys.__stderr__
    if stream is not None and stream.isatty():
        stream.write("\a")
        stream.flush()


class Bell:
    """Rings for some tones and is silent otherwise.

    Parameters
    ----------
    ring
        Rings once; called in the player's thread.
    """

    def __init__(self, ring: Callable[[], None] = ring_terminal) -> None:
        self._ring = ring
        self._render: Render | None = None
        self._reached_s = 0.0
        self._rung_s: float | None = None

    @property
    def name(self) -> str:
        """What people know it as."""
        return "the terminal bell"

    def start(self, render: Render, now_s: float) -> None:
        """Ring for what begins from now on."""
        self._render = render
        self._reached_s = now_s

    def keep_up(self, now_s: float) -> None:
        """Ring for what has begun since the last call."""
        if self._render is None:
            raise ValueError("a bell that was not started has nothing to ring for")
        while (frames := int((now_s - self._reached_s) * RATE_HZ)) > 0:
            frames = min(frames, round(LONGEST_BLOCK_S * RATE_HZ))
            for started in self._render(frames, self._reached_s).started:
                if started.sound in RINGS and self._may_ring(started.at_s):
                    self._rung_s = started.at_s
                    self._ring()
            self._reached_s += frames / RATE_HZ

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Do nothing: a ring is over at once."""

    def close(self) -> None:
        """Let go of nothing."""

    def _may_ring(self, at_s: float) -> bool:
        return self._rung_s is None or at_s - self._rung_s >= SHORTEST_PAUSE_S


BLOCK_FRAMES: Final = 480
"""A hundredth of a second."""

FULL_SCALE: Final = 32767

LONGEST_END_S: Final = 600.0
"""Sounds that are to begin later than this after the player is closed are left out."""


class WavFile:
    """Writes 16-bit mono; the first sample is heard when the output is started.

    Parameters
    ----------
    path
        The file; one that is there is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._disk = path.open("wb")
        except OSError as error:
            raise SoundError(
                f"{path} cannot be written: {error.strerror}.", "Choose another place."
            ) from error
        # Not by its path: one that cannot be opened would leave a broken writer behind.
        self._file = wave.open(self._disk, "wb")  # noqa: SIM115 - closed by `close`
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE_HZ)
        self._render: Render | None = None
        self._origin_s = 0.0
        self._written_frames = 0

    @property
    def name(self) -> str:
        """The path."""
        return str(self._path)

    def start(self, render: Render, now_s: float) -> None:
        """Take `now_s` for the time of the first sample; a file is started once."""
        if self._disk.closed:
            raise SoundError(f"{self._path} is not written any more.", "Is the disk full?")
        self._render = render
        self._origin_s = now_s

    def keep_up(self, now_s: float) -> None:
        """Write all blocks that end by `now_s`."""
        due_frames = int((now_s - self._origin_s) * RATE_HZ)
        while self._written_frames + BLOCK_FRAMES <= due_frames:
            self._write_block()

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Write what sounds or waits, whenever it is due."""
        limit_frames = self._written_frames + round(LONGEST_END_S * RATE_HZ)
        while not is_idle() and self._written_frames < limit_frames:
            self._write_block()

    def close(self) -> None:
        """Complete the file."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._disk.close()

    def _write_block(self) -> None:
        if self._render is None:
            raise ValueError("a file that was not started has nothing to write")
        at_s = self._origin_s + self._written_frames / RATE_HZ
        samples = self._render(BLOCK_FRAMES, at_s).samples
        try:
            self._file.writeframes(np.round(samples * FULL_SCALE).astype("<i2").tobytes())
        except OSError as error:
            raise SoundError(
                f"{self._path} cannot be written: {error.strerror}.", "Is the disk full?"
            ) from error
        self._written_frames += BLOCK_FRAMES


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
        return MiniaudioOutput(clock)
    except MissingError as missing:
        try:
            return PortAudio(clock)
        except MissingError:
            # Whoever has neither is told of the usual one.
            raise missing from None


def _line(what: str, error: SoundError) -> str:
    return " ".join([f"{what}:", error.message, *([error.advice] if error.advice else [])])
