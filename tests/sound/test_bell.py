from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import numpy as np

from tracker.sound import Sound, Speech, Tone
from tracker.sound.mixer import Mixer
from tracker.sound.outputs import RINGS, Bell, ring_terminal

if TYPE_CHECKING:
    import pytest

CLICK = np.full(48, 0.5, np.float32)


def rings(sounds: list[tuple[Sound, float]], looks_s: list[float]) -> list[float]:
    """Return at which looks it rang."""
    mixer = Mixer()
    for sound, start_s in sounds:
        mixer.place(sound, CLICK, start_s, start_s + 0.3)
    now_s = 0.0
    result: list[float] = []
    bell = Bell(lambda: result.append(now_s))
    bell.start(mixer.mix, 0.0)
    for now_s in looks_s:
        bell.keep_up(now_s)
    bell.finish(lambda: True)
    bell.close()
    return result


def test_it_rings_when_a_tone_begins() -> None:
    assert rings([(Tone.SET_END, 1.0)], [0.5, 0.99, 1.05, 1.1]) == [1.05]


def test_it_rings_for_what_is_rare_only() -> None:
    beats = [(tone, 0.5) for tone in Tone if tone not in RINGS]
    assert {sound for sound, _ in beats} == {Tone.BEAT, Tone.ACCENT}
    assert rings([*beats, (Speech("one"), 0.5)], [1.0]) == []


def test_tones_that_come_together_are_one_ring() -> None:
    sounds: list[tuple[Sound, float]] = [
        (Tone.HOLD_DONE, 0.5),
        (Tone.SET_END, 0.6),
        (Tone.REST_OVER, 5.0),
    ]
    assert rings(sounds, [1.0, 6.0]) == [1.0, 6.0]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_terminal_is_rung_where_somebody_sits_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for stream, written in ((Screen(), "\a"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "__stderr__", stream)
        ring_terminal()
        assert stream.getvalue() == written
    monkeypatch.setattr(sys, "__stderr__", None)
    ring_terminal()
