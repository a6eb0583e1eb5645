from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from tests.sound.listening import HandClock, Whistler, heard, onsets_s
from tracker.sound import SoundError, Tone, open_player
from tracker.sound.mixer import Mixer
from tracker.sound.outputs import BLOCK_FRAMES, WavFile
from tracker.sound.synthesis import RATE_HZ

CLICK = np.full(48, 0.5, np.float32)


def test_the_file_keeps_up_with_the_clock_to_the_block(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    mixer = Mixer()
    mixer.place(Tone.BEAT, CLICK, 7.123, 8.0)
    file = WavFile(path)
    file.start(mixer.mix, 7.0)
    file.keep_up(7.0)
    file.keep_up(8.0)
    # A file that is not closed can be read as well: a crash costs nothing.
    assert len(heard(path)) == RATE_HZ
    file.keep_up(8.0 + 1.5 * BLOCK_FRAMES / RATE_HZ)
    file.close()
    assert len(heard(path)) == RATE_HZ + BLOCK_FRAMES
    assert onsets_s(heard(path)) == [pytest.approx(0.123, abs=1 / RATE_HZ)]
    assert heard(path).max() == pytest.approx(0.5, abs=1e-4)
    assert file.name == str(path)


def test_finishing_writes_what_waits(tmp_path: Path) -> None:
    mixer = Mixer()
    mixer.place(Tone.BEAT, CLICK, 3.0, 8.0)
    file = WavFile(tmp_path / "a.wav")
    file.start(mixer.mix, 0.0)
    file.finish(lambda: mixer.is_idle)
    file.close()
    assert onsets_s(heard(tmp_path / "a.wav")) == [pytest.approx(3.0, abs=1 / RATE_HZ)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk here is always full")
def test_a_full_disk_costs_the_sound_and_nothing_else() -> None:
    clock = HandClock()
    player = open_player(clock, wav=Path("/dev/full"), open_voice=Whistler).player
    for second in range(1, 60):
        player.offer(Tone.LOCKOUT)
        clock.now_s = float(second)
    while player.output_error is None:
        threading.Event().wait(0.002)
    assert "/dev/full" in player.output_error.message
    clock.now_s += 10
    while "any more" not in str(player.output_error):
        threading.Event().wait(0.002)
    player.offer(Tone.LOCKOUT)
    player.close()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="cannot be written") as caught:
        WavFile(tmp_path / "nowhere" / "a.wav")
    assert str(tmp_path / "nowhere") in caught.value.message
    assert caught.value.advice
