"""Mix several sounds, each starting at its exact frame.

Tones play over everything. Phrases take turns: each waits for the previous one to end, and of
several that wait only the newest is spoken, because a late count is a wrong count. A sound that
could only begin after its deadline is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sound.sounds import Mixed, Speech, Started
from tracker.sound.synthesis import RAMP_S, RATE_HZ, faded, limited

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from tracker.sound.sounds import Sound

MAX_SOUNDS: Final = 64
"""Sounding or waiting, for a metronome queued a minute ahead; beyond it the oldest is dropped."""

SPEECH_GAP_S: Final = 0.08
"""Pause between two phrases."""

TOGETHER_S: Final = 0.05
"""Phrases due at the same moment, such as a count and a cue, are all spoken."""

ROUNDING_S: Final = 1e-6
"""A start that is late by less is on time; a frame lasts 21 µs."""


@dataclass(slots=True, eq=False)
class _Placed:
    sound: Sound
    samples: NDArray[np.float32]
    start_s: float
    latest_s: float
    position: int = 0
    begun: bool = False
    withdrawn_s: float = np.inf
    hushed_s: float | None = None


class Mixer:
    """Takes sounds with their times and returns the mix, block by block."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self._rate_hz = rate_hz
        self._placed: list[_Placed] = []
        self._speech_free_s = -np.inf
        self.stale = 0
        """Sounds left out because they were too late."""
        self.replaced = 0
        """Phrases left out in favour of a newer one."""
        self.crowded = 0
        """Sounds dropped because there were too many."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is sounding or waiting."""
        return not self._placed

    def place(
        self, sound: Sound, samples: NDArray[np.float32], start_s: float, latest_s: float
    ) -> None:
        """Schedule a sound to begin at `start_s`, or as soon as possible up to `latest_s`."""
        if len(self._placed) >= MAX_SOUNDS:
            self._placed.pop(0)
            self.crowded += 1
        self._placed.append(_Placed(sound, samples, start_s, latest_s))

    def hush(self, at_s: float) -> None:
        """Fade out everything at `at_s`, and drop what would begin later."""
        self.withdraw(at_s)
        for each in self._placed:
            each.hushed_s = at_s if each.hushed_s is None else min(at_s, each.hushed_s)

    def withdraw(self, at_s: float, sounds: Collection[Sound] | None = None) -> None:
        """Drop sounds that would begin at `at_s` or later: all, or only these."""
        for each in self._placed:
            if sounds is None or each.sound in sounds:
                each.withdrawn_s = min(at_s, each.withdrawn_s)

    def mix(self, frames: int, at_s: float) -> Mixed:
        """Return the next `frames` samples, of which the first is heard at `at_s`."""
        if not self._placed:
            return Mixed(np.zeros(frames, np.float32), ())
        offsets = self._beginnings(frames, at_s)
        block = np.zeros(frames, np.float32)
        started = []
        for each in self._placed:
            offset = 0
            if not each.begun:
                if each not in offsets:
                    continue
                offset = offsets[each]
                each.begun = True
                started.append(Started(each.sound, at_s + offset / self._rate_hz))
            self._cut(each, offset, at_s)
            part = each.samples[each.position : each.position + frames - offset]
            block[offset : offset + len(part)] += part
            each.position += len(part)
        self._placed = [
            each
            for each in self._placed
            if not (each.begun and each.position >= len(each.samples))
        ]
        return Mixed(limited(block), tuple(sorted(started, key=lambda each: each.at_s)))

    def _beginnings(self, frames: int, at_s: float) -> dict[_Placed, int]:
        """Return which sounds begin in this block and where; drop those that are too late."""
        offsets: dict[_Placed, int] = {}
        waiting = [each for each in self._placed if not each.begun]
        for each in waiting:
            if isinstance(each.sound, Speech):
                continue
            offset = self._frame(each.start_s, at_s)
            if offset < frames and self._may_begin(each, at_s + offset / self._rate_hz):
                offsets[each] = offset
        phrases = [each for each in waiting if isinstance(each.sound, Speech)]
        while phrases:
            first = min(self._frame(each.start_s, at_s) for each in phrases)
            offset = max(first, self._frame(self._speech_free_s, at_s))
            if offset >= frames:
                break
            begin_s = at_s + offset / self._rate_hz
            due = [each for each in phrases if self._frame(each.start_s, at_s) <= offset]
            phrases = [each for each in phrases if each not in due]
            due = [each for each in due if self._may_begin(each, begin_s)]
            if not due:
                continue
            newest_s = max(each.start_s for each in due)
            together = [each for each in due if newest_s - each.start_s <= TOGETHER_S]
            for each in due:
                if each not in together:
                    self._placed.remove(each)
                    self.replaced += 1
            spoken, *later = together
            phrases += later
            offsets[spoken] = offset
            self._speech_free_s = begin_s + len(spoken.samples) / self._rate_hz + SPEECH_GAP_S
        return offsets

    def _may_begin(self, each: _Placed, begin_s: float) -> bool:
        if begin_s >= each.withdrawn_s:
            self._placed.remove(each)
            return False
        if begin_s > each.latest_s + ROUNDING_S:
            self._placed.remove(each)
            self.stale += 1
            return False
        return True

    def _cut(self, each: _Placed, offset: int, at_s: float) -> None:
        if each.hushed_s is None:
            return
        left = max(0, round((each.hushed_s - at_s) * self._rate_hz) - offset)
        ramp = round(RAMP_S * self._rate_hz)
        keep = each.position + left
        if keep + ramp < len(each.samples):
            each.samples = faded(each.samples[: keep + ramp], ramp)
        each.hushed_s = None
        if isinstance(each.sound, Speech):
            self._speech_free_s = min(self._speech_free_s, at_s + left / self._rate_hz)

    def _frame(self, time_s: float, at_s: float) -> int:
        """Return the block's frame nearest to a time; frame 0 for a time in the past."""
        return max(0, round((time_s - at_s) * self._rate_hz)) if time_s > at_s else 0
