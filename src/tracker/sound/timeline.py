"""When a frame is heard: the frames of a device, on the player's clock.

A device asks for frames by fits and starts, so its calls say little about when a frame is heard.
But it plays them evenly. The times here run evenly as well and follow the clock slowly, so that
the beats of a metronome are as far apart as they were meant to be.
"""

from __future__ import annotations

from typing import Final

FOLLOWING: Final = 0.02
"""Share of the difference that is taken away with each block: a device's clock drifts by parts in
ten thousand, its calls come early or late by a whole block."""

JUMP_S: Final = 0.1
"""A greater difference is no jitter: the device was stopped, or the machine slept."""


class Timeline:
    """Gives each block the time of its first frame."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._next_s: float | None = None

    def place(self, frames: int, heard_s: float) -> float:
        """Return when a block is heard, which looks like `heard_s` by the call for it alone."""
        expected_s = self._next_s
        if expected_s is None or abs(heard_s - expected_s) > JUMP_S:
            at_s = heard_s
        else:
            at_s = expected_s + FOLLOWING * (heard_s - expected_s)
        self._next_s = at_s + frames / self._rate_hz
        return at_s
