from __future__ import annotations

from itertools import combinations

import pytest

from tracker.domain import TrackerError
from tracker.language import use_language
from tracker.sound import COUNTS, MELODIES, Speech, Tone, duration_s, patience_s, spoken_count


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (1, "one"),
        (12, "twelve"),
        (20, "twenty"),
        (23, "twenty three"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (115, "one hundred fifteen"),
        (999, "nine hundred ninety nine"),
    ],
)
def test_counts_are_words(number: int, words: str) -> None:
    assert spoken_count(number) == Speech(words)


def test_other_languages_leave_the_words_to_the_voice() -> None:
    use_language("de")
    try:
        assert spoken_count(23) == Speech("23")
    finally:
        use_language(None)


def test_all_counts_differ() -> None:
    assert len({spoken_count(number) for number in range(1000)}) == 1000
    assert [spoken_count(number) for number in range(1, 31)] == list(COUNTS)


@pytest.mark.parametrize("number", [-1, 1000])
def test_other_counts_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        spoken_count(number)


@pytest.mark.parametrize("text", ["", " \n", "x" * 201])
def test_a_phrase_says_something_and_not_too_much(text: str) -> None:
    with pytest.raises(TrackerError, match="1 to 200 letters"):
        Speech(text)


def test_a_beat_has_the_least_patience_and_speech_the_most() -> None:
    beats = [patience_s(tone) for tone in (Tone.ACCENT, Tone.BEAT)]
    others = [patience_s(tone) for tone in Tone if tone not in (Tone.ACCENT, Tone.BEAT)]
    assert max(beats) < min(others) <= max(others) < patience_s(Speech("one"))


SEMITONE = 2 ** (1 / 12)


def test_every_tone_has_notes_that_small_loudspeakers_play() -> None:
    assert set(MELODIES) == set(Tone)
    for notes in MELODIES.values():
        assert all(500.0 < note.pitch_hz < 2500.0 for note in notes)


def test_the_first_note_tells_which_tone_it_is() -> None:
    for one, other in combinations(Tone, 2):
        pitches_hz = sorted(MELODIES[tone][0].pitch_hz for tone in (one, other))
        assert pitches_hz[1] / pitches_hz[0] > 0.99 * SEMITONE, f"{one} and {other}"


def test_a_beat_is_short_and_its_accent_higher() -> None:
    (accent,), (beat,) = MELODIES[Tone.ACCENT], MELODIES[Tone.BEAT]
    assert accent.pitch_hz > beat.pitch_hz
    assert max(duration_s(Tone.ACCENT), duration_s(Tone.BEAT)) <= 0.05


def test_a_tone_lasts_as_long_as_its_notes() -> None:
    assert duration_s(Tone.REST_OVER) == pytest.approx(0.64)
