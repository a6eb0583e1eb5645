from __future__ import annotations

import sys
import threading
from itertools import combinations

import numpy as np
import pytest

from tracker.sound import COUNTS, EspeakVoice, MissingError, SoundError
from tracker.sound.synthesis import RATE_HZ, louder_speech


@pytest.fixture(scope="module")
def voice() -> EspeakVoice:
    pytest.importorskip("espeakng_loader", reason="the extra `sound` has no wheel here")
    return EspeakVoice()


def test_words_are_heard_and_differ(voice: EspeakVoice) -> None:
    words = {text: voice.say(text) for text in ("one", "two", "three", "Hold longer")}
    for samples in words.values():
        assert 0.2 < len(samples) / voice.rate_hz < 1.5
        assert 0.1 < np.max(np.abs(samples)) <= 1.0
    for (_, one), (_, other) in combinations(words.items(), 2):
        size = 1 << 15
        shapes = [np.abs(np.fft.rfft(each, size))[: size // 8] for each in (one, other)]
        assert np.corrcoef(np.stack(shapes))[0, 1] < 0.9


def test_a_word_is_the_same_whenever_it_is_said(voice: EspeakVoice) -> None:
    first = voice.say("seven")
    voice.say("Hold longer")
    again = voice.say("seven")
    # What was said before may change the length by some samples, but not the word.
    assert len(again) == pytest.approx(len(first), rel=0.02)


def test_every_count_is_said_and_begins_soon(voice: EspeakVoice) -> None:
    for speech in COUNTS:
        samples = louder_speech(voice.say(speech.text), voice.rate_hz)
        assert 0.2 < len(samples) / RATE_HZ < 1.2
        assert np.flatnonzero(np.abs(samples) > 0.1)[0] / RATE_HZ < 0.1


def test_what_has_no_sound_is_empty_and_letters_of_all_kinds_are_no_error(
    voice: EspeakVoice,
) -> None:
    assert len(louder_speech(voice.say("   "), voice.rate_hz)) == 0
    assert len(voice.say("größer, 3 kg & mehr")) > 0


def test_two_voices_in_two_threads_do_not_mix_their_words(voice: EspeakVoice) -> None:
    expected = len(voice.say("eleven"))
    lengths: list[int] = []

    def speak() -> None:
        own = EspeakVoice()
        lengths.extend(len(own.say("eleven")) for _ in range(50))

    threads = [threading.Thread(target=speak) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(lengths) == 100
    assert lengths == pytest.approx([expected] * 100, rel=0.02)


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(MissingError, match="espeakng-loader is not installed") as caught:
        EspeakVoice()
    assert "hip-thrust-tracker[sound]" in str(caught.value.advice)


def test_a_library_that_cannot_be_loaded_is_told(
    voice: EspeakVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: "/nowhere/libespeak.so")
    with pytest.raises(SoundError, match="cannot be loaded"):
        EspeakVoice()
