from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sound.listening import Whistler, pitch_hz
from tracker.sound import MELODIES, Speech, Tone, duration_s
from tracker.sound.sounds import Note
from tracker.sound.synthesis import (
    KNEE,
    MAX_PHRASES,
    RAMP_S,
    RATE_HZ,
    SPEECH_PEAK,
    TONE_PEAK,
    Library,
    faded,
    limited,
    louder_speech,
    render_notes,
    resample,
)


@pytest.mark.parametrize("tone", Tone)
def test_every_note_has_its_pitch(tone: Tone) -> None:
    samples = render_notes(MELODIES[tone])
    start_s = 0.0
    for note in MELODIES[tone]:
        assert pitch_hz(samples, start_s, note.duration_s) == pytest.approx(
            note.pitch_hz, rel=0.01
        )
        start_s += note.duration_s
    assert len(samples) == round(start_s * RATE_HZ)


@pytest.mark.parametrize("tone", Tone)
def test_tones_are_loud_and_do_not_click(tone: Tone) -> None:
    samples = render_notes(MELODIES[tone])
    assert np.max(np.abs(samples)) == pytest.approx(TONE_PEAK, rel=1e-5)
    # In the first and last half millisecond there is next to nothing yet, and what starts does not
    # step by more than the steepest sine of that size does.
    edge = round(0.0005 * RATE_HZ)
    assert max(abs(samples[:edge]).max(), abs(samples[-edge:]).max()) < 0.05 * TONE_PEAK
    assert samples[0] == 0.0


def test_a_note_shorter_than_its_ramps_is_still_one() -> None:
    samples = render_notes((Note(1000.0, RAMP_S),))
    assert len(samples) == round(RAMP_S * RATE_HZ)
    assert np.all(np.isfinite(samples))


def test_fading_leaves_the_rest_alone() -> None:
    samples = np.ones(100, np.float32)
    result = faded(samples, 10)
    assert np.array_equal(result[:90], samples[:90])
    assert np.all(np.diff(result[89:]) <= 0)
    assert result[-1] < 0.05
    assert np.all(samples == 1.0)
    assert len(faded(samples[:3], 10)) == 3
    assert len(faded(samples[:0], 10)) == 0


@pytest.mark.parametrize("from_hz", [16_000, 22_050, 44_100, 48_000])
def test_resampling_keeps_pitch_length_and_size(from_hz: int) -> None:
    time_s = np.arange(from_hz // 2 + 7) / from_hz
    samples = np.sin(2 * np.pi * 1234.5 * time_s) * np.hanning(len(time_s))
    result = resample(samples, from_hz, RATE_HZ)
    assert len(result) == round(len(samples) * RATE_HZ / from_hz)
    there_s = np.arange(len(result)) / RATE_HZ
    expected = np.interp(there_s, time_s, np.hanning(len(time_s))) * np.sin(
        2 * np.pi * 1234.5 * there_s
    )
    assert np.max(np.abs(result - expected)) < 1e-3


def test_speech_is_trimmed_and_as_loud_as_can_be() -> None:
    rate_hz = 22_050
    quiet = np.zeros(rate_hz // 4)
    time_s = np.arange(rate_hz // 2) / rate_hz
    word = 0.02 * np.sin(2 * np.pi * 700.0 * time_s) * np.hanning(len(time_s))
    samples = louder_speech(np.concatenate((quiet, word, quiet)), rate_hz)
    assert len(samples) == pytest.approx(0.5 * RATE_HZ, rel=0.1)
    assert np.max(np.abs(samples)) == pytest.approx(SPEECH_PEAK, rel=0.01)
    # Louder on the whole than the word at the same peak.
    rms = np.sqrt(np.mean(samples**2)) / SPEECH_PEAK
    assert rms > 1.2 * np.sqrt(np.mean(word**2)) / 0.02


@pytest.mark.parametrize("count", [0, 100])
def test_silence_is_no_speech(count: int) -> None:
    assert len(louder_speech(np.zeros(count), 22_050)) == 0


@settings(deadline=None)
@given(st.lists(st.floats(-20, 20, width=32), max_size=50))
def test_the_mix_never_clips_and_soft_sounds_are_left_alone(values: list[float]) -> None:
    mix = np.array(values, np.float32)
    result = limited(mix)
    assert np.all(np.abs(result) <= 1.0)
    soft = np.abs(mix) <= KNEE
    assert np.array_equal(result[soft], mix[soft])
    order = np.argsort(mix)
    assert np.all(np.diff(result[order]) >= 0)


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
    samples = library.synthesize(speech, Whistler({"three": 900.0}))
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
