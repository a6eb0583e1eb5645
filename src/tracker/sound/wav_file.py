"""The mix as a WAV file: what a device would have played, each sound at its sample."""

from __future__ import annotations

import wave
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sound.errors import SoundError
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.sound.ports import Render

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
