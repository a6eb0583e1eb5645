from __future__ import annotations

import sys
import threading
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tracker.language import use_language
from tracker.sound import COUNTS, EspeakVoice, MissingError, SoundError
from tracker.sound.speech import LONGEST_BYTES, data_path, voice_name
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


@pytest.mark.parametrize(
    ("tag", "name"),
    [(None, "en-us"), ("de_AT", "de"), ("es", "es"), ("es_ES", "es"), ("es_MX", "es-419")],
)
def test_the_voice_follows_the_language(tag: str | None, name: str) -> None:
    pytest.importorskip("espeakng_loader", reason="the extra `sound` has no wheel here")
    english = EspeakVoice().say("27, 38")
    use_language(tag)
    try:
        assert voice_name() == name
        said = EspeakVoice().say("27, 38")
    finally:
        use_language(None)
        EspeakVoice()  # there is one voice in a process
    assert (len(said) == pytest.approx(len(english), rel=0.02)) == (tag is None)


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


posix_only = pytest.mark.posix("links need a permission there")


def deep(folder: Path) -> Path:
    """Make a folder whose path is too long."""
    while len(str(folder)) <= LONGEST_BYTES:
        folder = folder / "a-folder-in-a-folder"
    folder.mkdir(parents=True)
    return folder


def test_a_path_that_fits_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "größer"
    assert data_path(folder) == str(folder).encode()


@posix_only
def test_a_path_that_is_too_long_is_reached_by_a_shorter_one(tmp_path: Path) -> None:
    folder = deep(tmp_path)
    (folder / "phontab").write_text("here", encoding="utf-8")
    short = data_path(folder)
    assert len(short) <= LONGEST_BYTES
    with open(short + b"/phontab", encoding="utf-8") as file:
        assert file.read() == "here"
    assert data_path(folder) == short


@pytest.mark.parametrize("links", [True, False])
def test_a_name_that_the_code_page_lacks_is_reached_by_a_plainer_one(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "größer"
    folder.mkdir()
    (folder / "phontab").write_text("here", encoding="utf-8")
    if not links:

        def refuse(*_args: object, **_options: object) -> None:
            raise OSError(1314, "A required privilege is not held by the client")

        monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    plain = data_path(folder, "ascii")
    assert (Path(plain.decode("ascii")) / "phontab").read_text(encoding="utf-8") == "here"
    assert Path(plain.decode("ascii")).is_symlink() is links


@posix_only
def test_the_voice_speaks_from_a_deep_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = pytest.importorskip("espeakng_loader", reason="the extra `sound` has no wheel here")
    data = deep(tmp_path) / "espeak-ng-data"
    data.symlink_to(loader.get_data_path(), target_is_directory=True)
    monkeypatch.setattr(loader, "get_data_path", lambda: str(data))
    assert len(EspeakVoice().say("three")) > 1000


@posix_only
def test_where_nothing_is_short_enough_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deep(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(SoundError, match="too long") as caught:
        data_path(folder / "data")
    assert str(folder) in caught.value.message
