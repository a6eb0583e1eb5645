"""Ears, a clock whose hands the test turns, a voice and outputs that do as they are told."""

from __future__ import annotations

import threading
import wave
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain.units import NS_PER_S
from tracker.sound import SoundError
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from tracker.sound import Render, Started

VOICE_RATE_HZ = 22_050
BLOCK_S = 0.005


@dataclass
class HandClock:
    """Shows what the test says."""

    now_s: float = 0.0

    def now_ns(self) -> int:
        return round(self.now_s * NS_PER_S)


@dataclass
class Whistler:
    """A voice that whistles, a tenth of a second for each letter, at a pitch for each text."""

    pitches_hz: dict[str, float] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    rate_hz: int = VOICE_RATE_HZ

    def say(self, text: str) -> NDArray[np.float64]:
        self.said.append(text)
        if text == "unspeakable":
            raise SoundError("It cannot be said.")
        time_s = np.arange(len(text) * self.rate_hz // 10) / self.rate_hz
        return 0.4 * np.sin(2 * np.pi * self.pitches_hz.get(text, 600.0) * time_s)


def no_voice() -> Whistler:
    raise SoundError("There is no voice.", "Install one.")


class HangingOutput:
    """A device that does not come back from wherever it is told to hang."""

    name = "a device that hangs"

    def __init__(self, *, at_start: bool = False, keeping_up: bool = False) -> None:
        self._at_start, self._keeping_up = at_start, keeping_up
        self.hangs = threading.Event()
        self.let_go = threading.Event()
        self.closed = threading.Event()

    def start(self, render: Render, now_s: float) -> None:
        if self._at_start:
            self._hang()

    def keep_up(self, now_s: float) -> None:
        if self._keeping_up:
            self._hang()

    def finish(self, is_idle: Callable[[], bool]) -> None:
        pass

    def close(self) -> None:
        self.closed.set()

    def _hang(self) -> None:
        self.hangs.set()
        assert self.let_go.wait(60)


class PulledOutput:
    """A device whose library asks for frames when the test says so."""

    name = "a device"

    def __init__(self) -> None:
        self.render: Render | None = None
        self.lost = threading.Event()
        self.closed = threading.Event()

    def start(self, render: Render, now_s: float) -> None:
        self.render = render

    def pull(self, frames: int, at_s: float) -> tuple[NDArray[np.float32], tuple[Started, ...]]:
        assert self.render is not None
        mixed = self.render(frames, at_s)
        return mixed.samples, mixed.started

    def keep_up(self, now_s: float) -> None:
        if self.lost.is_set():
            raise SoundError("The device is gone.")

    def finish(self, is_idle: Callable[[], bool]) -> None:
        pass

    def close(self) -> None:
        self.closed.set()


def heard(path: Path) -> NDArray[np.float64]:
    """Read a WAV file: mono, within ±1."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, "<i2").astype(float) / 32767


def onsets_s(samples: NDArray[np.floating], silence_s: float = 0.02) -> list[float]:
    """Return when sound begins after silence."""
    loud = np.flatnonzero(np.abs(samples) > 1e-3)
    if len(loud) == 0:
        return []
    first = np.concatenate(([True], np.diff(loud) > silence_s * RATE_HZ))
    return [float(each) / RATE_HZ for each in loud[first]]


def pitch_hz(samples: NDArray[np.floating], start_s: float, duration_s: float) -> float:
    """Return the strongest frequency, by a Fourier transform padded to a fraction of a hertz."""
    part = samples[round(start_s * RATE_HZ) : round((start_s + duration_s) * RATE_HZ)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 17))
    return float(np.argmax(spectrum)) * RATE_HZ / (1 << 17)
