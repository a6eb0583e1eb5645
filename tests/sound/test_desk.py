from __future__ import annotations

import numpy as np
import pytest

from tests.sound.listening import HandClock
from tracker.sound import Speech, Tone
from tracker.sound.player import MAX_PREPARED, MAX_UNSPOKEN, AudioQueue

WORD = np.full(4800, 0.1, np.float32)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(10.0)


@pytest.fixture
def desk(clock: HandClock) -> AudioQueue:
    return AudioQueue(clock)


def test_tones_go_straight_into_the_mix(desk: AudioQueue) -> None:
    desk.offer(Tone.BEAT, None, None)
    assert [each.at_s for each in desk.render(480, 10.0).started] == [10.0]


def test_an_unknown_phrase_is_an_errand_first(desk: AudioQueue) -> None:
    desk.offer(Speech("one"), None, None)
    assert not desk.render(480, 10.0).started
    errand = desk.next_errand(0)
    assert errand.unspoken is not None
    desk.spoken(errand.unspoken.speech, WORD)
    desk.put_back(errand.unspoken)
    assert desk.render(480, 10.1).started
    assert desk.next_errand(0).unspoken is None


def test_a_phrase_that_was_wanted_twice_is_spoken_once(desk: AudioQueue) -> None:
    desk.offer(Speech("one"), 10.0, None)
    desk.offer(Speech("one"), 11.0, None)
    errand = desk.next_errand(0)
    assert errand.unspoken is not None
    desk.spoken(errand.unspoken.speech, WORD)
    desk.put_back(errand.unspoken)
    assert desk.next_errand(0).unspoken is None
    assert desk.render(480, 10.0).started
    assert desk.render(480, 11.0).started


def test_how_long_a_sound_may_wait_can_be_said(desk: AudioQueue) -> None:
    desk.offer(Tone.BEAT, None, 0.01)
    desk.offer(Tone.SET_END, None, 5.0)
    assert [each.sound for each in desk.render(480, 12.0).started] == [Tone.SET_END]
    assert desk.tally().stale == 1


def test_urgent_phrases_come_before_those_to_prepare(desk: AudioQueue) -> None:
    desk.prepare([Speech("ahead")])
    desk.offer(Speech("now"), None, None)
    assert desk.next_errand(0).unspoken is not None
    assert desk.next_errand(0).ahead == Speech("ahead")


def test_what_is_ready_is_not_prepared_again(desk: AudioQueue) -> None:
    desk.spoken(Speech("one"), WORD)
    desk.prepare([Speech("one")])
    desk.prepare([Speech("two"), Speech("two")])
    assert desk.next_errand(0).ahead == Speech("two")
    desk.spoken(Speech("two"), WORD)
    assert desk.next_errand(0).ahead is None


def test_what_waits_is_bounded(desk: AudioQueue) -> None:
    for number in range(MAX_UNSPOKEN + 5):
        desk.offer(Speech(f"{number}"), None, None)
    assert desk.tally().crowded == 5
    first = desk.next_errand(0).unspoken
    assert first is not None
    assert first.speech == Speech("5")
    desk.toggle_mute()
    desk.prepare(Speech(f"ahead {number}") for number in range(1000))
    errands = 0
    while desk.next_errand(0).ahead is not None:
        errands += 1
    assert errands == MAX_PREPARED


def test_what_is_withdrawn_is_not_spoken_either(desk: AudioQueue, clock: HandClock) -> None:
    desk.offer(Speech("one"), None, None)
    desk.offer(Tone.BEAT, 10.5, None)
    desk.offer(Tone.LOCKOUT, 10.5, None)
    clock.now_s = 10.2
    desk.withdraw((Speech("one"), Tone.BEAT))
    assert desk.next_errand(0).unspoken is None
    assert [each.sound for each in desk.render(48_000, 10.2).started] == [Tone.LOCKOUT]


def test_the_end_comes_after_what_was_offered(desk: AudioQueue) -> None:
    desk.prepare([Speech("ahead")])
    desk.offer(Speech("one"), None, None)
    desk.end()
    desk.offer(Tone.BEAT, None, None)
    errand = desk.next_errand(60)
    assert errand.unspoken is not None
    assert not errand.closing
    assert desk.next_errand(60).closing
    assert desk.is_idle()


def test_a_phrase_that_comes_back_while_muted_is_not_heard(desk: AudioQueue) -> None:
    desk.offer(Speech("one"), None, None)
    errand = desk.next_errand(0)
    assert errand.unspoken is not None
    assert desk.toggle_mute()
    desk.spoken(errand.unspoken.speech, WORD)
    desk.put_back(errand.unspoken)
    assert not desk.toggle_mute()
    assert not desk.render(480, 10.0).started
    assert desk.tally().muted == 1


def test_the_time_of_an_errand_is_the_clocks(desk: AudioQueue, clock: HandClock) -> None:
    clock.now_s = 12.5
    assert desk.next_errand(0).now_s == desk.now_s == 12.5
