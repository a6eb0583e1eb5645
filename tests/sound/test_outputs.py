from __future__ import annotations

import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound.listening import (
    HandClock,
    HangingOutput,
    PulledOutput,
    Whistler,
    heard,
    no_voice,
    onsets_s,
)
from tracker.sound import (
    EspeakVoice,
    MissingError,
    Output,
    Sound,
    SoundError,
    Speech,
    Tone,
    installed_device,
    open_player,
)
from tracker.sound.mixer import Mixer
from tracker.sound.outputs import BLOCK_FRAMES, RINGS, Bell, WavFile, ring_terminal
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from tracker.sound import Clock


WITHOUT_LIBRARIES = """
import sys
for name in ("miniaudio", "sounddevice", "espeakng_loader"):
    sys.modules[name] = None
from tracker.app.clock import SYSTEM_CLOCK
from tracker.sound import Speech, Tone, open_player
opened = open_player(SYSTEM_CLOCK)
opened.player.offer(Tone.SET_END)
opened.player.offer(Speech("one"))
opened.player.close()
print(opened.complaint)
"""


def no_device(clock: Clock) -> Output:
    raise SoundError("no sound device was found.", "Plug one in.")


def test_where_all_is_well_nothing_is_complained_of() -> None:
    device = PulledOutput()
    opened = open_player(HandClock(), open_device=lambda clock: device, open_voice=Whistler)
    assert opened.complaint is None
    assert opened.player.output_name == "a device"
    opened.player.close()
    assert device.closed.is_set()


def test_without_a_device_the_bell_rings_and_one_line_says_why() -> None:
    clock = HandClock()
    rung = threading.Event()
    opened = open_player(clock, ring=rung.set, open_device=no_device, open_voice=Whistler)
    assert opened.complaint == (
        "No sound but the terminal bell: no sound device was found. Plug one in."
    )
    opened.player.offer(Tone.SET_END)
    clock.now_s = 0.1
    assert rung.wait(60)
    opened.player.close()


def test_without_a_voice_one_line_says_that_there_are_tones_only() -> None:
    opened = open_player(
        HandClock(), open_device=lambda clock: PulledOutput(), open_voice=no_voice
    )
    assert opened.complaint == ("Tones only, nothing is spoken: There is no voice. Install one.")
    opened.player.close()


def test_a_device_that_does_not_answer_is_not_waited_for() -> None:
    output = HangingOutput(at_start=True)
    opened = open_player(
        HandClock(), open_device=lambda clock: output, open_voice=Whistler, limit_s=0.05
    )
    assert opened.complaint is not None
    assert "did not answer within 0.05 s" in opened.complaint
    assert opened.player.output_name == "the terminal bell"
    opened.player.close()
    output.let_go.set()
    # It is given back when it answers after all.
    assert output.closed.wait(60)


def test_a_file_is_written_instead(tmp_path: Path) -> None:
    clock = HandClock(50.0)
    opened = open_player(clock, wav=tmp_path / "a.wav", open_voice=Whistler)
    assert opened.complaint is None
    clock.now_s = 50.5
    opened.player.offer(Tone.BEAT)
    opened.player.offer(Speech("two"), start_s=51.0)
    opened.player.close()
    assert onsets_s(heard(tmp_path / "a.wav"), 0.1) == pytest.approx([0.5, 1.0], abs=0.005)


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="cannot be written"):
        open_player(HandClock(), wav=tmp_path / "nowhere" / "a.wav", open_voice=Whistler)


def test_real_speech_is_in_the_file(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader", reason="the extra `sound` has no wheel here")
    clock = HandClock()
    opened = open_player(clock, wav=tmp_path / "a.wav", open_voice=EspeakVoice)
    for number, text in enumerate(("one", "two", "Hold longer")):
        opened.player.offer(Speech(text), start_s=0.5 + 1.5 * number)
    opened.player.close()
    assert opened.complaint is None
    starts_s = onsets_s(heard(tmp_path / "a.wav"), 0.3)
    assert starts_s == pytest.approx([0.5, 2.0, 3.5], abs=0.02)


def test_without_the_extra_one_line_says_what_to_install() -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIBRARIES],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    (line,) = result.stdout.splitlines()
    assert line == (
        "No sound but the terminal bell: miniaudio is not installed. "
        'Try: pip install "hip-thrust-tracker[sound]"'
    )
    assert result.stderr == ""


def test_whoever_has_no_library_is_told_of_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingError, match="miniaudio"):
        installed_device(HandClock())


CLICK = np.full(48, 0.5, np.float32)


def rings(sounds: list[tuple[Sound, float]], looks_s: list[float]) -> list[float]:
    """Return at which looks it rang."""
    mixer = Mixer()
    for sound, start_s in sounds:
        mixer.place(sound, CLICK, start_s, start_s + 0.3)
    now_s = 0.0
    result: list[float] = []
    bell = Bell(lambda: result.append(now_s))
    bell.start(mixer.mix, 0.0)
    for now_s in looks_s:
        bell.keep_up(now_s)
    bell.finish(lambda: True)
    bell.close()
    return result


def test_it_rings_when_a_tone_begins() -> None:
    assert rings([(Tone.SET_END, 1.0)], [0.5, 0.99, 1.05, 1.1]) == [1.05]


def test_it_rings_for_what_is_rare_only() -> None:
    beats = [(tone, 0.5) for tone in Tone if tone not in RINGS]
    assert {sound for sound, _ in beats} == {Tone.BEAT, Tone.ACCENT}
    assert rings([*beats, (Speech("one"), 0.5)], [1.0]) == []


def test_tones_that_come_together_are_one_ring() -> None:
    sounds: list[tuple[Sound, float]] = [
        (Tone.HOLD_DONE, 0.5),
        (Tone.SET_END, 0.6),
        (Tone.REST_OVER, 5.0),
    ]
    assert rings(sounds, [1.0, 6.0]) == [1.0, 6.0]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_terminal_is_rung_where_somebody_sits_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for stream, written in ((Screen(), "\a"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "__stderr__", stream)
        ring_terminal()
        assert stream.getvalue() == written
    monkeypatch.setattr(sys, "__stderr__", None)
    ring_terminal()


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
    while "is closed" not in str(player.output_error):
        threading.Event().wait(0.002)
    player.offer(Tone.LOCKOUT)
    player.close()


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="cannot be written") as caught:
        WavFile(tmp_path / "nowhere" / "a.wav")
    assert str(tmp_path / "nowhere") in caught.value.message
    assert caught.value.advice
