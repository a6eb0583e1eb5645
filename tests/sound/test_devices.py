"""On miniaudio's own device that plays nothing, in real time; without it, on what is not there."""

from __future__ import annotations

import subprocess
import sys
import threading
from ctypes.util import find_library
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound.devices import played
from tests.sound.listening import HandClock, Whistler
from tracker.app.clock import SYSTEM_CLOCK
from tracker.sound import MissingError, Mixed, Player, SoundError, Tone
from tracker.sound.devices import (
    JUMP_S,
    MAX_POLLS,
    PERIOD_MS,
    POLL_S,
    STALLED_S,
    MiniaudioOutput,
    PortAudioOutput,
    StallWatch,
    Timeline,
    silence_alsa,
    wait_until_idle,
)
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path


OPEN_NOTHING = """
import ctypes, sys
from tracker.sound.devices import silence_alsa
if sys.argv[1] == "quiet":
    silence_alsa()
library = ctypes.CDLL("libasound.so.2")
device = ctypes.c_void_p()
assert library.snd_pcm_open(ctypes.byref(device), b"no-such-device", 0, 0) < 0
"""


def test_other_systems_have_none() -> None:
    assert not silence_alsa("darwin")
    assert not silence_alsa("win32")


@pytest.mark.skipif(not silence_alsa(), reason="there is no ALSA here")
def test_nothing_is_written_about_devices_that_are_not_there() -> None:
    told, quiet = (
        subprocess.run(
            [sys.executable, "-c", OPEN_NOTHING, how],
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stderr
        for how in ("loud", "quiet")
    )
    assert "ALSA" in told
    assert quiet == ""


@pytest.mark.parametrize(
    ("busy_looks", "slept"),
    [(0, 0), (3, 3), (MAX_POLLS - 1, MAX_POLLS - 1), (MAX_POLLS + 50, MAX_POLLS)],
)
def test_it_waits_for_silence_but_not_for_ever(busy_looks: int, slept: int) -> None:
    looks: list[bool] = []
    sleeps_s: list[float] = []

    def is_idle() -> bool:
        looks.append(True)
        return len(looks) > busy_looks

    wait_until_idle(is_idle, 0.3, sleeps_s.append)
    assert sleeps_s == [POLL_S] * slept + [0.3]


def test_a_device_that_asks_is_not_stalled() -> None:
    watch = StallWatch(0.0)
    for second in range(1, 10):
        assert not watch.is_stalled(requests=second, now_s=float(second))


def test_a_device_that_asks_no_more_is_stalled_after_a_while() -> None:
    watch = StallWatch(0.0)
    assert not watch.is_stalled(7, 1.0)
    assert not watch.is_stalled(7, 1.0 + STALLED_S)
    assert watch.is_stalled(7, 1.1 + STALLED_S)
    assert not watch.is_stalled(8, 1.2 + STALLED_S)


def test_one_that_never_asks_is_stalled_as_well() -> None:
    assert StallWatch(5.0).is_stalled(0, 5.1 + STALLED_S)


FRAMES = 960
PERIOD_S = FRAMES / RATE_HZ


def test_calls_by_fits_and_starts_are_evened_out() -> None:
    timeline = Timeline(RATE_HZ)
    jitter_s = np.random.default_rng(1).uniform(0.0, 0.015, 500)
    calls_s = 5.0 + PERIOD_S * np.arange(500) + jitter_s
    times_s = np.array([timeline.place(FRAMES, call_s) for call_s in calls_s])
    assert np.max(np.abs(np.diff(times_s) - PERIOD_S)) < 0.0005
    assert np.max(np.abs(times_s - calls_s)) < 0.016


def test_a_device_that_runs_fast_is_followed() -> None:
    timeline = Timeline(RATE_HZ)
    calls_s = PERIOD_S * 0.999 * np.arange(20_000)
    times_s = [timeline.place(FRAMES, call_s) for call_s in calls_s]
    assert times_s[-1] == pytest.approx(calls_s[-1], abs=0.002)


def test_after_an_interruption_the_clock_is_right() -> None:
    timeline = Timeline(RATE_HZ)
    timeline.place(FRAMES, 1.0)
    assert timeline.place(FRAMES, 9.0) == 9.0
    assert timeline.place(FRAMES, 9.0 + PERIOD_S + JUMP_S * 0.9) < 9.0 + PERIOD_S + 0.01


needs_library = pytest.mark.skipif(
    find_spec("miniaudio") is None, reason="miniaudio has no wheel here"
)


class Asked:
    """Gives silence, and remembers what it was asked for."""

    def __init__(self, enough: int) -> None:
        self.blocks: list[tuple[int, float]] = []
        self.enough = threading.Event()
        self._wanted = enough

    def __call__(self, frames: int, at_s: float) -> Mixed:
        self.blocks.append((frames, at_s))
        if len(self.blocks) >= self._wanted:
            self.enough.set()
        return Mixed(np.zeros(frames, np.float32), ())


@needs_library
def test_the_device_asks_for_blocks_whose_times_follow_each_other() -> None:
    speaker = MiniaudioOutput(SYSTEM_CLOCK, null=True)
    asked = Asked(enough=10)
    speaker.start(asked, 0.0)
    assert asked.enough.wait(60)
    speaker.close()
    assert "Null" in speaker.name
    assert all(0 < frames <= 10 * PERIOD_MS * RATE_HZ // 1000 for frames, _ in asked.blocks)
    times_s = [at_s for _, at_s in asked.blocks]
    assert times_s == sorted(times_s)


@needs_library
def test_a_player_plays_to_the_end_on_a_device() -> None:
    player = Player(lambda: MiniaudioOutput(SYSTEM_CLOCK, null=True), Whistler, SYSTEM_CLOCK)
    assert player.wait_ready(60)
    player.offer(Tone.LOCKOUT, stale_after_s=60)
    player.close()
    assert player.output_error is None
    assert player.stats().started == 1


@needs_library
@pytest.mark.skipif(not silence_alsa(), reason="there is no ALSA here")
def test_a_player_plays_through_alsa(tmp_path: Path) -> None:
    name, error, started = played(tmp_path, "MiniaudioOutput")
    # Where a sound server runs, that is asked first.
    assert name.startswith("the default sound device (")
    assert (error, started) == ("None", "2")


@needs_library
def test_a_device_that_asks_no_more_is_lost() -> None:
    clock = HandClock(5.0)
    speaker = MiniaudioOutput(clock, null=True)
    try:
        speaker.keep_up(5.0 + STALLED_S)
        with pytest.raises(SoundError, match="stopped"):
            speaker.keep_up(5.1 + STALLED_S)
    finally:
        speaker.close()


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(MissingError, match="miniaudio is not installed") as caught:
        MiniaudioOutput(HandClock())
    assert "hip-thrust-tracker[sound]" in str(caught.value.advice)


HAS_PACKAGE = find_spec("sounddevice") is not None
HAS_LIBRARY = HAS_PACKAGE and find_library("portaudio") is not None
IS_LINUX = sys.platform == "linux"


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingError, match="sounddevice is not installed") as caught:
        PortAudioOutput(HandClock())
    assert "hip-thrust-tracker[sound]" in str(caught.value.advice)


@pytest.mark.skipif(not (IS_LINUX and HAS_PACKAGE), reason="it comes with the package elsewhere")
def test_a_system_without_portaudio_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(SoundError, match="PortAudio library not found") as caught:
        PortAudioOutput(HandClock())
    assert "libportaudio2" in str(caught.value.advice)


@pytest.mark.skipif(not (IS_LINUX and HAS_LIBRARY), reason="needs libportaudio2")
def test_a_player_plays_through_portaudio(tmp_path: Path) -> None:
    assert played(tmp_path, "PortAudioOutput") == ["default (PortAudio)", "None", "2"]
