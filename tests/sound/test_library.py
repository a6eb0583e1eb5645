from __future__ import annotations

import numpy as np
import pytest

from tests.sound.listening import Whistler, pitch_hz
from tracker.sound import Speech, Tone, duration_s
from tracker.sound.synthesis import MAX_PHRASES, RATE_HZ, Library


def test_all_tones_are_ready() -> None:
    library = Library()
    for tone in Tone:
        samples = library.get(tone)
        assert samples is not None
        assert len(samples) == pytest.approx(duration_s(tone) * RATE_HZ, abs=3)


def test_a_phrase_is_spoken_at_the_rate_of_the_mix_and_kept() -> None:
    library = Library()
    speech = Speech("three")
    assert library.get(speech) is None
    samples = library.speak(speech, Whistler({"three": 900.0}))
    assert pitch_hz(samples, 0.05, 0.4) == pytest.approx(900.0, rel=0.01)
    assert library.get(speech) is None
    library.keep(speech, samples)
    assert library.get(speech) is samples


def test_the_phrase_that_was_not_wanted_for_longest_gives_way() -> None:
    library = Library()
    for number in range(MAX_PHRASES):
        library.keep(Speech(str(number)), np.zeros(1, np.float32))
    assert library.get(Speech("0")) is not None
    library.keep(Speech("new"), np.zeros(1, np.float32))
    assert library.get(Speech("0")) is not None
    assert library.get(Speech("1")) is None
