"""What fits together: a clock, a voice, and outputs that take the mix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tracker.sound.sounds import Sound


class Clock(Protocol):
    """What the time is; tests turn the hands themselves."""

    def now_ns(self) -> int:
        """Nanoseconds since an origin that stays the same while the program runs."""


@dataclass(frozen=True, slots=True)
class Started:
    """A sound that began."""

    sound: Sound
    """Which."""
    at_s: float
    """When its first sample is heard, on the clock, s."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """A block of the mix."""

    samples: NDArray[np.float32]
    """Shape (n,), within ±1."""
    started: tuple[Started, ...]
    """What begins in it, in order."""


Render = Callable[[int, float], Mixed]
"""Gives the next so many frames, the first of which is heard at that time, s. Never waits."""


class Output(Protocol):
    """Where the mix goes. All but `name` may wait, and may raise `SoundError`."""

    @property
    def name(self) -> str:
        """What people know it as."""

    def start(self, render: Render, now_s: float) -> None:
        """Begin to take frames; a device does so from a thread of its own library."""

    def keep_up(self, now_s: float) -> None:
        """Do what is due up to now; called every `TICK_S` or sooner."""

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Let what sounds and waits come to its end, as far as that is soon."""

    def close(self) -> None:
        """Take no more, and let go of it; never raises."""


class Voice(Protocol):
    """Something that speaks. Only one thread ever calls it."""

    @property
    def rate_hz(self) -> int:
        """Samples per second."""

    def say(self, text: str) -> NDArray[np.float64]:
        """Return a phrase as samples, shape (n,), any amplitude.

        Raises
        ------
        SoundError
            If it cannot be said.
        """
