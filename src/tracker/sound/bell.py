"""The terminal's bell, where there is nothing better: it tells that, not what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from tracker.sound.sounds import Tone
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sound.ports import Render

RINGS: Final = frozenset(
    {Tone.LOCKOUT, Tone.HOLD_DONE, Tone.SET_END, Tone.REST_OVER, Tone.LINK_LOST}
)
"""Not the beats: terminals ring at most a few times a second, and all bells are the same."""

SHORTEST_PAUSE_S: Final = 0.25
"""Two rings closer than this are one to the ear."""

LONGEST_BLOCK_S: Final = 1.0
"""Nobody hears the mix here; blocks only keep the memory small."""


def ring_terminal() -> None:
    """Ring the bell of the terminal, if there is one; it belongs to the talk, not to the data."""
    stream = sys.__stderr__
    if stream is not None and stream.isatty():
        stream.write("\a")
        stream.flush()


class Bell:
    """Rings for some tones and is silent otherwise.

    Parameters
    ----------
    ring
        Rings once; called in the player's thread.
    """

    def __init__(self, ring: Callable[[], None] = ring_terminal) -> None:
        self._ring = ring
        self._render: Render | None = None
        self._reached_s = 0.0
        self._rung_s: float | None = None

    @property
    def name(self) -> str:
        """What people know it as."""
        return "the terminal bell"

    def start(self, render: Render, now_s: float) -> None:
        """Ring for what begins from now on."""
        self._render = render
        self._reached_s = now_s

    def keep_up(self, now_s: float) -> None:
        """Ring for what has begun since the last call."""
        if self._render is None:
            raise ValueError("a bell that was not started has nothing to ring for")
        while (frames := int((now_s - self._reached_s) * RATE_HZ)) > 0:
            frames = min(frames, round(LONGEST_BLOCK_S * RATE_HZ))
            for started in self._render(frames, self._reached_s).started:
                if started.sound in RINGS and self._may_ring(started.at_s):
                    self._rung_s = started.at_s
                    self._ring()
            self._reached_s += frames / RATE_HZ

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Do nothing: a ring is over at once."""

    def close(self) -> None:
        """Let go of nothing."""

    def _may_ring(self, at_s: float) -> bool:
        return self._rung_s is None or at_s - self._rung_s >= SHORTEST_PAUSE_S
