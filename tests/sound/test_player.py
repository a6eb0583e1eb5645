from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.sound.listening import (
    HandClock,
    HangingOutput,
    PulledOutput,
    Whistler,
    heard,
    no_voice,
    onsets_s,
    pitch_hz,
)
from tracker.sound import COUNTS, MELODIES, Player, SoundError, Speech, Tone, duration_s
from tracker.sound.outputs import WavFile
from tracker.sound.player import MAX_PENDING, MAX_PREPARED, RETRY_S, AudioQueue
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.sound import Output, Voice


FRAME_S = 1 / RATE_HZ
# The first millisecond of a ramp is nearly silent.
ONSET_S = 0.001


@pytest.fixture
def clock() -> HandClock:
    return HandClock(100.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sound.wav"


def written_player(path: Path, clock: HandClock, voice: Callable[[], Voice] = Whistler) -> Player:
    player = Player(lambda: WavFile(path), voice, clock)
    assert player.wait_ready(30)
    return player


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread; the test's own time limit is the only one."""
    pause = threading.Event()
    while not true():
        pause.wait(0.002)


def test_sounds_are_at_their_times_with_their_pitches(path: Path, clock: HandClock) -> None:
    player = written_player(path, clock)
    for tone in Tone:
        clock.now_s += 1.5
        player.offer(tone)
    player.close()
    samples = heard(path)
    starts_s = [1.5 * (1 + number) for number in range(len(Tone))]
    assert onsets_s(samples) == pytest.approx(starts_s, abs=ONSET_S)
    for start_s, tone in zip(starts_s, Tone, strict=True):
        for note in MELODIES[tone]:
            found_hz = pitch_hz(samples, start_s, note.duration_s)
            assert found_hz == pytest.approx(note.pitch_hz, rel=0.01)
            start_s += note.duration_s
    assert player.stats().started == len(Tone)


def test_a_metronome_may_be_offered_ahead(path: Path, clock: HandClock) -> None:
    player = written_player(path, clock)
    for beat in range(8):
        tone = Tone.BEAT if beat % 4 else Tone.ACCENT
        player.offer(tone, start_s=100.25 + 0.75 * beat)
    player.close()
    samples = heard(path)
    assert onsets_s(samples) == pytest.approx([0.25 + 0.75 * beat for beat in range(8)], abs=1e-3)
    pitches_hz = [pitch_hz(samples, 0.25 + 0.75 * beat, 0.04) for beat in range(8)]
    accent_hz, beat_hz = (MELODIES[each][0].pitch_hz for each in (Tone.ACCENT, Tone.BEAT))
    assert pitches_hz == pytest.approx(2 * [accent_hz, beat_hz, beat_hz, beat_hz], rel=0.02)


def test_speech_begins_when_it_was_asked_for(path: Path, clock: HandClock) -> None:
    """Whenever the voice gets to it: the file has it in its place."""
    player = written_player(path, clock, lambda: Whistler({"two": 900.0, "three": 1300.0}))
    clock.now_s = 101.0
    player.offer(Speech("two"))
    clock.now_s = 102.0
    player.offer(Speech("three"))
    clock.now_s = 105.0
    player.close()
    samples = heard(path)
    assert onsets_s(samples, 0.1) == pytest.approx([1.0, 2.0], abs=0.005)
    assert pitch_hz(samples, 1.05, 0.2) == pytest.approx(900.0, rel=0.01)
    assert pitch_hz(samples, 2.05, 0.3) == pytest.approx(1300.0, rel=0.01)


def test_tones_sound_over_speech(path: Path, clock: HandClock) -> None:
    player = written_player(path, clock, lambda: Whistler({"Hold longer": 600.0}))
    player.offer(Speech("Hold longer"))
    player.offer(Tone.REST_OVER, start_s=100.3)
    player.close()
    samples = heard(path)
    assert pitch_hz(samples, 0.05, 0.2) == pytest.approx(600.0, rel=0.01)
    part = samples[round(0.63 * RATE_HZ) : round(0.93 * RATE_HZ)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    loudest = np.sort(np.argsort(spectrum)[-8:]) * RATE_HZ / len(part)
    for expected_hz in (600.0, MELODIES[Tone.REST_OVER][2].pitch_hz):
        assert np.min(np.abs(loudest - expected_hz)) < 10
    assert np.max(np.abs(samples)) < 1.0


def test_what_was_offered_before_the_device_was_open_is_not_lost_nor_late(
    path: Path, clock: HandClock
) -> None:
    may_open = threading.Event()

    def open_output() -> Output:
        may_open.wait(60)
        return WavFile(path)

    player = Player(open_output, Whistler, clock)
    player.offer(Tone.LOCKOUT)
    clock.now_s = 101.0
    player.offer(Tone.SET_END)
    may_open.set()
    player.close()
    assert onsets_s(heard(path)) == pytest.approx([0.0], abs=ONSET_S)
    assert pitch_hz(heard(path), 0.0, 0.16) == pytest.approx(1175.0, rel=0.01)
    assert player.stats().stale == 1


def test_a_device_that_hangs_does_not_hold_up_offers(clock: HandClock) -> None:
    """Ten thousand offers while it hangs; they return, and what is kept of them is bounded."""
    for output in (HangingOutput(at_start=True), HangingOutput(keeping_up=True)):
        player = Player(lambda output=output: output, Whistler, clock)  # type: ignore[misc]
        assert output.hangs.wait(60)
        for number in range(5000):
            clock.now_s += 0.1
            player.offer(Tone.BEAT)
            player.offer(Speech(f"phrase {number}"))
        tally = player.stats()
        assert tally.offered == 10_000
        assert tally.crowded >= 10_000 - 64 - MAX_PENDING
        assert player.toggle_mute()
        player.end()
        output.let_go.set()
        assert output.closed.wait(60)


def test_opening_may_hang_as_well(clock: HandClock) -> None:
    output = HangingOutput()
    may_open = threading.Event()

    def open_output() -> Output:
        may_open.wait(60)
        return output

    player = Player(open_output, Whistler, clock)
    player.offer(Tone.LOCKOUT)
    assert not player.wait_ready(0.01)
    player.end()
    may_open.set()
    assert output.closed.wait(60)


def test_muted_sounds_are_not_heard_later(path: Path, clock: HandClock) -> None:
    player = written_player(path, clock)
    player.offer(Tone.LINK_LOST)
    clock.now_s = 100.1
    assert player.toggle_mute()
    assert player.muted
    clock.now_s = 101.0
    player.offer(Tone.LOCKOUT)
    player.offer(Speech("one"))
    clock.now_s = 102.0
    assert not player.toggle_mute()
    player.offer(Tone.BEAT)
    player.close()
    samples = heard(path)
    assert onsets_s(samples) == pytest.approx([0.0, 2.0], abs=ONSET_S)
    assert np.flatnonzero(samples[:RATE_HZ])[-1] / RATE_HZ == pytest.approx(0.105, abs=0.001)
    assert player.stats().muted == 2


def test_the_beats_of_a_phase_that_is_over_can_be_withdrawn(path: Path, clock: HandClock) -> None:
    player = written_player(path, clock)
    for beat in range(6):
        player.offer(Tone.BEAT, start_s=100.5 + beat)
    clock.now_s = 102.0
    player.withdraw(Tone.BEAT, Tone.ACCENT)
    player.offer(Tone.ACCENT)
    player.close()
    assert onsets_s(heard(path)) == pytest.approx([0.5, 1.5, 2.0], abs=ONSET_S)


def test_closing_plays_to_the_end(path: Path, clock: HandClock) -> None:
    player = written_player(path, clock)
    player.offer(Tone.SET_END)
    player.offer(Speech("Set done"))
    player.close()
    samples = heard(path)
    end_s = max(duration_s(Tone.SET_END), 0.8)
    assert np.flatnonzero(samples)[-1] / RATE_HZ == pytest.approx(end_s, abs=0.02)
    player.offer(Tone.BEAT)
    player.close()
    assert len(heard(path)) == len(samples)


def test_phrases_are_spoken_once_and_ahead(clock: HandClock) -> None:
    voice = Whistler()
    output = PulledOutput()
    player = Player(lambda: output, lambda: voice, clock)
    player.prepare(COUNTS)
    until(lambda: len(voice.said) == len(COUNTS))
    player.prepare(COUNTS)
    player.offer(COUNTS[2])
    # Ready, so it is in the very next block, whatever the thread does.
    samples, (started,) = output.pull(960, 100.02)
    assert started.sound == COUNTS[2]
    assert np.any(samples)
    player.close()
    assert sorted(voice.said) == sorted(each.text for each in COUNTS)


def test_without_a_voice_there_are_tones(path: Path, clock: HandClock) -> None:
    player = written_player(path, clock, no_voice)
    assert player.voice_error is not None
    assert "no voice" in player.voice_error.message
    player.offer(Speech("one"))
    player.offer(Tone.BEAT, start_s=100.5)
    player.close()
    assert onsets_s(heard(path)) == pytest.approx([0.5], abs=ONSET_S)
    assert player.stats().unspeakable == 1


def test_a_phrase_that_cannot_be_said_is_told_and_the_next_one_is_said(
    path: Path, clock: HandClock
) -> None:
    player = written_player(path, clock)
    player.offer(Speech("unspeakable"))
    player.offer(Speech("two"), start_s=100.5)
    player.close()
    assert onsets_s(heard(path)) == pytest.approx([0.5], abs=0.005)
    assert player.voice_error is not None


def test_a_device_that_is_lost_is_opened_again(clock: HandClock) -> None:
    first, second = PulledOutput(), PulledOutput()
    outputs: list[Output | SoundError] = [second, SoundError("Still gone."), first]

    def open_output() -> Output:
        output = outputs.pop()
        if isinstance(output, SoundError):
            raise output
        return output

    player = Player(open_output, Whistler, clock)
    assert player.wait_ready(60)
    first.lost.set()
    assert first.closed.wait(60)
    until(lambda: player.output_error is not None)
    assert "gone" in str(player.output_error)
    player.offer(Tone.SET_END)
    clock.now_s += RETRY_S + 1
    until(lambda: "Still" in str(player.output_error))
    clock.now_s += RETRY_S + 1
    until(lambda: player.output_error is None)
    player.offer(Tone.LOCKOUT)
    _, started = second.pull(480, clock.now_s)
    # What nobody heard is not made up for.
    assert [each.sound for each in started] == [Tone.LOCKOUT]
    player.close()
    assert second.closed.is_set()


def test_an_output_that_cannot_be_opened_is_told(clock: HandClock) -> None:
    def open_output() -> Output:
        raise SoundError("No device.")

    player = Player(open_output, Whistler, clock)
    assert player.wait_ready(60)
    assert player.output_error is not None
    assert player.output_name == ""
    player.offer(Tone.BEAT)
    player.close()


WORD = np.full(4800, 0.1, np.float32)


@pytest.fixture
def early() -> HandClock:
    return HandClock(10.0)


@pytest.fixture
def queue(early: HandClock) -> AudioQueue:
    return AudioQueue(early)


def test_tones_go_straight_into_the_mix(queue: AudioQueue) -> None:
    queue.offer(Tone.BEAT)
    assert [each.at_s for each in queue.render(480, 10.0).started] == [10.0]


def test_an_unknown_phrase_is_a_job_first(queue: AudioQueue) -> None:
    queue.offer(Speech("one"))
    assert not queue.render(480, 10.0).started
    job = queue.next_job(0)
    assert job.pending is not None
    queue.add(job.pending.speech, WORD)
    queue.resume(job.pending)
    assert queue.render(480, 10.1).started
    assert queue.next_job(0).pending is None


def test_a_phrase_that_was_wanted_twice_is_spoken_once(queue: AudioQueue) -> None:
    queue.offer(Speech("one"), start_s=10.0)
    queue.offer(Speech("one"), start_s=11.0)
    job = queue.next_job(0)
    assert job.pending is not None
    queue.add(job.pending.speech, WORD)
    queue.resume(job.pending)
    assert queue.next_job(0).pending is None
    assert queue.render(480, 10.0).started
    assert queue.render(480, 11.0).started


def test_how_long_a_sound_may_wait_can_be_chosen(queue: AudioQueue) -> None:
    queue.offer(Tone.BEAT, stale_after_s=0.01)
    queue.offer(Tone.SET_END, stale_after_s=5.0)
    assert [each.sound for each in queue.render(480, 12.0).started] == [Tone.SET_END]
    assert queue.stats().stale == 1


def test_urgent_phrases_come_before_those_to_prepare(queue: AudioQueue) -> None:
    queue.prepare([Speech("ahead")])
    queue.offer(Speech("now"))
    assert queue.next_job(0).pending is not None
    assert queue.next_job(0).prepare == Speech("ahead")


def test_what_is_ready_is_not_prepared_again(queue: AudioQueue) -> None:
    queue.add(Speech("one"), WORD)
    queue.prepare([Speech("one")])
    queue.prepare([Speech("two"), Speech("two")])
    assert queue.next_job(0).prepare == Speech("two")
    queue.add(Speech("two"), WORD)
    assert queue.next_job(0).prepare is None


def test_what_waits_is_bounded(queue: AudioQueue) -> None:
    for number in range(MAX_PENDING + 5):
        queue.offer(Speech(f"{number}"))
    assert queue.stats().crowded == 5
    first = queue.next_job(0).pending
    assert first is not None
    assert first.speech == Speech("5")
    queue.toggle_mute()
    queue.prepare(Speech(f"ahead {number}") for number in range(1000))
    jobs = 0
    while queue.next_job(0).prepare is not None:
        jobs += 1
    assert jobs == MAX_PREPARED


def test_what_is_withdrawn_is_not_spoken_either(queue: AudioQueue, early: HandClock) -> None:
    queue.offer(Speech("one"))
    queue.offer(Tone.BEAT, start_s=10.5)
    queue.offer(Tone.LOCKOUT, start_s=10.5)
    early.now_s = 10.2
    queue.withdraw(Speech("one"), Tone.BEAT)
    assert queue.next_job(0).pending is None
    assert [each.sound for each in queue.render(48_000, 10.2).started] == [Tone.LOCKOUT]


def test_the_end_comes_after_what_was_offered(queue: AudioQueue) -> None:
    queue.prepare([Speech("ahead")])
    queue.offer(Speech("one"))
    queue.end()
    queue.offer(Tone.BEAT)
    job = queue.next_job(60)
    assert job.pending is not None
    assert not job.closing
    assert queue.next_job(60).closing
    assert queue.is_idle()


def test_a_phrase_that_comes_back_while_muted_is_not_heard(queue: AudioQueue) -> None:
    queue.offer(Speech("one"))
    job = queue.next_job(0)
    assert job.pending is not None
    assert queue.toggle_mute()
    queue.add(job.pending.speech, WORD)
    queue.resume(job.pending)
    assert not queue.toggle_mute()
    assert not queue.render(480, 10.0).started
    assert queue.stats().muted == 1


def test_a_job_has_the_time_of_the_clock(queue: AudioQueue, early: HandClock) -> None:
    early.now_s = 12.5
    assert queue.next_job(0).now_s == queue.now_s == 12.5
