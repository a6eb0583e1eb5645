from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.sound import MELODIES, Sound, Speech, Tone
from tracker.sound.mixer import MAX_SOUNDS, SPEECH_GAP_S, Mixer
from tracker.sound.synthesis import RATE_HZ, TONE_PEAK, render_notes

ONES = np.ones(480, np.float32) * 0.25
LATE_S = 10.0
SECOND = np.full(RATE_HZ, 0.25, np.float32)


def place(mixer: Mixer, sound: Sound, start_s: float, samples: np.ndarray = ONES) -> None:
    mixer.place(sound, samples, start_s, start_s + LATE_S)


def begun(mixer: Mixer, until_s: float, block: int = 480) -> list[tuple[Sound, float]]:
    result: list[tuple[Sound, float]] = []
    for frame in range(0, round(until_s * RATE_HZ), block):
        started = mixer.mix(block, frame / RATE_HZ).started
        result += [(each.sound, round(each.at_s, 4)) for each in started]
    return result


def test_a_sound_begins_at_its_frame() -> None:
    mixer = Mixer()
    place(mixer, Tone.BEAT, 100 / RATE_HZ)
    mixed = mixer.mix(480, 0.0)
    assert np.array_equal(np.flatnonzero(mixed.samples), np.arange(100, 480))
    assert mixed.started[0].at_s == pytest.approx(100 / RATE_HZ)
    rest = mixer.mix(480, 480 / RATE_HZ)
    assert np.array_equal(np.flatnonzero(rest.samples), np.arange(100))
    assert mixer.is_idle
    assert rest.started == ()


def test_what_is_wanted_already_begins_with_the_block() -> None:
    mixer = Mixer()
    place(mixer, Tone.BEAT, 4.99)
    assert mixer.mix(480, 5.0).samples[0] != 0


def test_what_would_begin_too_late_is_left_out() -> None:
    mixer = Mixer()
    mixer.place(Tone.BEAT, ONES, 1.0, 1.1)
    mixer.place(Speech("one"), ONES, 1.0, 1.1)
    mixer.place(Tone.SET_END, ONES, 1.0, 1.3)
    assert [each.sound for each in mixer.mix(480, 1.2).started] == [Tone.SET_END]
    assert mixer.stale == 2


def test_exactly_in_time_is_in_time() -> None:
    mixer = Mixer()
    mixer.place(Tone.BEAT, ONES, 1.0, 1.1)
    assert mixer.mix(480, 1.1).started


def test_phrases_take_turns_and_only_the_newest_waits() -> None:
    mixer = Mixer()
    place(mixer, Speech("one"), 0.0, SECOND)
    place(mixer, Speech("two"), 0.3, SECOND)
    place(mixer, Speech("three"), 0.6, SECOND)
    place(mixer, Speech("four"), 1.5, SECOND)
    gap_s = SPEECH_GAP_S
    assert begun(mixer, 5.0) == [
        (Speech("one"), 0.0),
        (Speech("three"), 1.0 + gap_s),
        (Speech("four"), 2.0 + 2 * gap_s),
    ]
    assert mixer.replaced == 1


def test_phrases_of_one_moment_are_all_spoken() -> None:
    mixer = Mixer()
    place(mixer, Speech("ten"), 0.5, SECOND)
    place(mixer, Speech("Set done"), 0.51, SECOND)
    assert begun(mixer, 5.0) == [
        (Speech("ten"), 0.5),
        (Speech("Set done"), round(1.5 + SPEECH_GAP_S, 4)),
    ]
    assert mixer.replaced == 0


def test_the_older_of_two_phrases_is_spoken_if_the_newer_one_is_stale() -> None:
    mixer = Mixer()
    place(mixer, Speech("one"), 0.0, SECOND)
    place(mixer, Speech("Hold longer"), 0.2)
    mixer.place(Speech("two"), ONES, 0.4, 0.5)
    assert begun(mixer, 3.0) == [(Speech("one"), 0.0), (Speech("Hold longer"), 1.08)]
    assert (mixer.stale, mixer.replaced) == (1, 0)


def test_tones_sound_over_speech_and_each_other() -> None:
    mixer = Mixer()
    place(mixer, Speech("one"), 0.0)
    place(mixer, Tone.BEAT, 0.0)
    place(mixer, Tone.LOCKOUT, 0.0)
    assert mixer.mix(480, 0.0).samples == pytest.approx(np.full(480, 0.75), rel=1e-6)


def test_everything_at_once_does_not_clip() -> None:
    mixer = Mixer()
    for tone in Tone:
        place(mixer, tone, 0.0, render_notes(MELODIES[tone]))
    place(mixer, Speech("one"), 0.0, np.full(RATE_HZ, 0.7, np.float32))
    samples = np.concatenate([mixer.mix(480, frame / 100).samples for frame in range(150)])
    assert TONE_PEAK < np.max(np.abs(samples)) <= 1.0


def test_hushing_fades_what_sounds_and_forgets_what_waits() -> None:
    mixer = Mixer()
    place(mixer, Tone.SET_END, 0.0, SECOND)
    place(mixer, Speech("one"), 0.0, SECOND)
    place(mixer, Speech("two"), 0.1, SECOND)
    place(mixer, Tone.BEAT, 0.6)
    mixer.mix(480, 0.0)
    mixer.hush(0.5)
    samples = np.concatenate([mixer.mix(480, 0.01 + frame / 100).samples for frame in range(99)])
    end = np.flatnonzero(samples)[-1] / RATE_HZ + 0.01
    assert 0.5 < end < 0.506
    assert np.max(np.abs(np.diff(samples))) < 0.01
    assert mixer.is_idle
    # And whoever speaks next has the word at once.
    place(mixer, Speech("three"), 1.0)
    assert [each.at_s for each in mixer.mix(480, 1.0).started] == [1.0]


def test_what_is_offered_after_hushing_is_heard() -> None:
    mixer = Mixer()
    place(mixer, Tone.BEAT, 0.2)
    mixer.hush(0.1)
    place(mixer, Tone.ACCENT, 0.15)
    assert begun(mixer, 0.5) == [(Tone.ACCENT, 0.15)]


def test_what_is_withdrawn_does_not_begin_and_what_sounds_goes_on() -> None:
    mixer = Mixer()
    for start_s in (0.0, 0.5, 1.0):
        place(mixer, Tone.BEAT, start_s, SECOND)
    place(mixer, Tone.SET_END, 0.8)
    mixer.withdraw(0.5, {Tone.BEAT, Tone.ACCENT})
    place(mixer, Tone.BEAT, 0.9)
    assert begun(mixer, 0.5) == [(Tone.BEAT, 0.0)]
    samples = mixer.mix(RATE_HZ, 0.5)
    assert [each.sound for each in samples.started] == [Tone.SET_END, Tone.BEAT]
    assert samples.samples[: RATE_HZ // 4] == pytest.approx(0.25)
    assert mixer.is_idle


def test_too_many_sounds_push_out_the_oldest() -> None:
    mixer = Mixer()
    for number in range(MAX_SOUNDS + 3):
        place(mixer, Tone.BEAT, 1.0 + number)
    assert mixer.crowded == 3
    assert begun(mixer, 4.5) == [(Tone.BEAT, 4.0)]


SOUNDS = st.tuples(
    st.sampled_from([Tone.BEAT, Tone.SET_END, Speech("a"), Speech("b")]),
    st.integers(0, 4000),
    st.integers(0, 1500),
    st.integers(0, 2000),
)


@settings(deadline=None)
@given(st.lists(SOUNDS, max_size=8), st.lists(st.integers(1, 900), min_size=1, max_size=12))
def test_any_cut_into_blocks_gives_the_same_mix(
    sounds: list[tuple[Sound, int, int, int]], cuts: list[int]
) -> None:
    def mixed(blocks: list[int]) -> tuple[np.ndarray, list[object], tuple[int, int]]:
        mixer = Mixer(rate_hz=1000)
        for sound, start, length, patience in sounds:
            samples = np.full(length, 0.1, np.float32)
            mixer.place(sound, samples, start / 1000, (start + patience) / 1000)
        parts: list[np.ndarray] = []
        started: list[object] = []
        frame = 0
        while frame < 12_000:
            count = min(blocks[len(parts) % len(blocks)], 12_000 - frame)
            block = mixer.mix(count, frame / 1000)
            parts.append(block.samples)
            started += [(each.sound, round(each.at_s, 6)) for each in block.started]
            frame += count
        return np.concatenate(parts), sorted(started, key=repr), (mixer.stale, mixer.replaced)

    whole, cut = mixed([12_000]), mixed(cuts)
    assert np.allclose(whole[0], cut[0], atol=1e-6)
    assert whole[1:] == cut[1:]
