"""Where the sound goes: the best device there is, the terminal bell, or a WAV file."""

from __future__ import annotations

import math
import sys
import wave
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.errors import system_words
from tracker.language import _, localized
from tracker.sound.devices import MiniaudioOutput, PortAudioOutput
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
"""Without the beats: terminals ring a few times a second at most, and every ring is the same."""

SHORTEST_PAUSE_S: Final = 0.25
"""Two rings closer together than this sound like one."""

LONGEST_BLOCK_S: Final = 1.0
"""The mix is discarded; blocks only bound the memory."""


def ring_terminal() -> None:
    """Ring the terminal's bell on stderr, if that is a terminal."""
    stream = sys.__stderr__
    if stream is not None and stream.isatty():
        stream.write("\a")
        stream.flush()


class Bell:
    """Rings for the tones in `RINGS`; `ring` is called in the player's thread."""

    def __init__(self, ring: Callable[[], object] = ring_terminal) -> None:
        self._ring = ring
        self._render: Render | None = None
        self._reached_s = 0.0
        self._rung_s = -math.inf

    name = _("the terminal bell")

    def start(self, render: Render, now_s: float) -> None:
        """Ring for sounds that begin from now on."""
        self._render = render
        self._reached_s = now_s

    def keep_up(self, now_s: float) -> None:
        """Ring for sounds that began since the last call."""
        if self._render is None:
            raise ValueError("the bell was not started")
        while (frames := int((now_s - self._reached_s) * RATE_HZ)) > 0:
            frames = min(frames, round(LONGEST_BLOCK_S * RATE_HZ))
            for started in self._render(frames, self._reached_s).started:
                pause_s = started.at_s - self._rung_s
                if started.sound in RINGS and pause_s >= SHORTEST_PAUSE_S:
                    self._rung_s = started.at_s
                    self._ring()
            self._reached_s += frames / RATE_HZ

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Do nothing: a ring is over at once."""

    def close(self) -> None:
        """Do nothing: there is nothing to release."""


BLOCK_FRAMES: Final = 480
"""10 ms."""

FULL_SCALE: Final = 32767

LONGEST_END_S: Final = 600.0
"""Sounds that begin later than this after the player is closed are left out."""


class WavFile:
    """Writes 16-bit mono, replacing an existing file; its first sample is the time of `start`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._disk = path.open("wb")
        except OSError as error:
            raise _not_written(path, error, _("Choose another folder.")) from error
        # By the open file: given a bad path, `wave` would leave a broken writer behind.
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
        """Start the file at `now_s`; a file is started once."""
        if self._disk.closed:
            raise SoundError(
                _("{path} is closed.").format(path=self._path), _("Is the disk full?")
            )
        self._render = render
        self._origin_s = now_s

    def keep_up(self, now_s: float) -> None:
        """Write all blocks that end by `now_s`."""
        due_frames = int((now_s - self._origin_s) * RATE_HZ)
        while self._written_frames + BLOCK_FRAMES <= due_frames:
            self._write_block()

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Write everything that still sounds or waits."""
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
            raise ValueError("the file was not started")
        at_s = self._origin_s + self._written_frames / RATE_HZ
        samples = self._render(BLOCK_FRAMES, at_s).samples
        try:
            self._file.writeframes(np.round(samples * FULL_SCALE).astype("<i2").tobytes())
        except OSError as error:
            raise _not_written(self._path, error, _("Is the disk full?")) from error
        self._written_frames += BLOCK_FRAMES


def _not_written(path: Path, error: OSError, advice: str) -> SoundError:
    return SoundError(
        _("{path} cannot be written: {why}.").format(path=path, why=system_words(error)),
        advice,
    )


OPENING_LIMIT_S: Final = 3.0
"""Longest wait for a device: headphones take a second or two to wake up."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A player, and why it is not a better one."""

    player: Player
    silence: SoundError | None = None
    """Why there is only the terminal bell; None with a device or a file."""

    @property
    def complaint(self) -> str | None:
        """One line: what is missing, why, and what to do; None if nothing is."""
        if self.silence is not None:
            return _line(
                _("No sound but {output}").format(output=self.player.output_name),
                self.silence,
            )
        if self.player.voice_error is not None:
            return _line(_("Tones only, nothing is spoken"), self.player.voice_error)
        return None


def open_player(
    clock: Clock,
    *,
    wav: Path | None = None,
    ring: Callable[[], object] = ring_terminal,
    open_device: Callable[[Clock], Output] | None = None,
    open_voice: Callable[[], Voice] = EspeakVoice,
    limit_s: float = OPENING_LIMIT_S,
) -> Opened:
    """Open the default device, or the terminal bell if that fails; prepare the counts.

    Waits for the device, usually 0.1 s and at most `limit_s`: call it before the stream begins,
    or in a thread. `ring`, in the player's thread, must neither wait for the caller's thread nor
    raise. With `wav`, the sound is written to this file instead; raises `SoundError` if that
    cannot be written.
    """
    if wav is not None:
        written = WavFile(wav)
        player = Player(lambda: written, open_voice, clock)
        # The file starts at the time of this call, so the player's thread must be running.
        player.wait_ready(limit_s)
        player.prepare(COUNTS)
        return Opened(player)
    player = Player(partial(open_device or installed_device, clock), open_voice, clock)
    player.prepare(COUNTS)
    if player.wait_ready(limit_s):
        error = player.output_error
    else:
        late = _("the sound device did not answer within {seconds} s.")
        error = SoundError(late.format(seconds=localized(f"{limit_s:g}")))
    if error is None:
        return Opened(player)
    player.end()
    player = Player(lambda: Bell(ring), open_voice, clock)
    player.wait_ready(limit_s)
    return Opened(player, error)


def installed_device(clock: Clock) -> Output:
    """Open the default device with the library that is installed; raise `SoundError` without."""
    try:
        return MiniaudioOutput(clock)
    except MissingError as missing:
        try:
            return PortAudioOutput(clock)
        except MissingError:
            # With neither installed, recommend the usual one.
            raise missing from None


def _line(what: str, error: SoundError) -> str:
    return f"{what}: {error.message} {error.advice or ''}".rstrip()
