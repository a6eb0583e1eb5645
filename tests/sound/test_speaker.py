"""On miniaudio's own device that plays nothing, in real time; without it, on what is not there."""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound.devices import played
from tests.sound.listening import HandClock, Whistler
from tracker.app.clock import SYSTEM_CLOCK
from tracker.sound import MissingError, Mixed, Player, SoundError, Tone
from tracker.sound.devices import PERIOD_MS, STALLED_S, MiniaudioOutput, quiet_alsa
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

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
    assert player.tally().started == 1


@needs_library
@pytest.mark.skipif(not quiet_alsa(), reason="there is no ALSA here")
def test_a_player_plays_through_alsa(tmp_path: Path) -> None:
    name, error, started = played(tmp_path, "speaker", "Speaker")
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
