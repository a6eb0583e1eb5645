from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

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
    SoundError,
    Speech,
    Tone,
    installed_device,
    open_player,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.sound import Clock

WITHOUT_LIBRARIES = """
import sys
for name in ("miniaudio", "sounddevice", "espeakng_loader"):
    sys.modules[name] = None
from tracker.runtime.clock import SYSTEM_CLOCK
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
        [sys.executable, "-c", WITHOUT_LIBRARIES], capture_output=True, text=True, check=True
    )
    (line,) = result.stdout.splitlines()
    assert line == (
        "No sound but the terminal bell: miniaudio is not installed. "
        "Try: pip install 'hip-thrust-tracker[sound]'"
    )
    assert result.stderr == ""


def test_whoever_has_no_library_is_told_of_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingError, match="miniaudio"):
        installed_device(HandClock())
