from __future__ import annotations

from itertools import combinations

import pytest

from tracker.sound import MELODIES, Tone, duration_s

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
