from __future__ import annotations

import pytest

from tracker.domain import TrackerError
from tracker.sound import COUNTS, Speech, Tone, patience_s, spoken_count


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
