from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.sound.listening import HandClock, Whistler, heard, onsets_s, pitch_hz
from tracker.cli import doctor as sound_check
from tracker.sound import MELODIES, Tone, open_player

if TYPE_CHECKING:
    from pathlib import Path


def test_every_tone_and_a_spoken_count_are_in_the_programme() -> None:
    sounds = [part.sound for part in sound_check.parts()]
    assert sounds[:-1] == list(Tone)
    meanings = [part.meaning for part in sound_check.parts()]
    assert len(set(meanings)) == len(sounds) == len(Tone) + 1
    assert "three" in meanings[-1]


def test_sounds_are_said_when_they_are_played(tmp_path: Path) -> None:
    clock = HandClock(20.0)
    said: list[tuple[float, str]] = []

    def sleep(duration_s: float) -> None:
        clock.now_s += duration_s

    opened = open_player(clock, wav=tmp_path / "a.wav", open_voice=Whistler)
    sound_check.play(opened.player, lambda text: said.append((clock.now_s - 20.0, text)), sleep)
    opened.player.close()
    expected_s = [part.at_s for part in sound_check.parts()]
    assert [at_s for at_s, _ in said] == pytest.approx(expected_s)
    assert onsets_s(heard(tmp_path / "a.wav"), 0.1) == pytest.approx(expected_s, abs=0.005)


def test_the_file_has_the_sounds_where_it_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "a.wav"
    complaint = sound_check.write(path, said.append)
    samples = heard(path)
    starts_s = [float(line.split()[0]) for line in said]
    for start_s, tone in zip(starts_s, Tone, strict=False):
        first = MELODIES[tone][0]
        assert pitch_hz(samples, start_s, first.duration_s) == pytest.approx(
            first.pitch_hz, rel=0.015
        )
    # Without a voice, the tones are there and it says why nothing is spoken.
    spoken = len(onsets_s(samples, 0.3)) == len(starts_s)
    assert spoken is (complaint is None)


def test_without_a_voice_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    complaint = sound_check.write(tmp_path / "a.wav", lambda text: None)
    assert complaint is not None
    assert "not installed" in complaint
    assert len(onsets_s(heard(tmp_path / "a.wav"), 0.3)) == len(Tone)
