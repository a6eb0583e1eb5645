"""What can be heard: tones that mean something, and short phrases.

The notes of every tone.

All pitches are above 500 Hz, because the loudspeakers of laptops and phones lose what is lower,
and below 2500 Hz, which older ears hear well. What asks for effort rises, what ends falls. The
first notes of two tones are at least a semitone apart, so that the first moment tells which it is.

What fits together: a clock, a voice, and outputs that take the mix.

What can go wrong with sound; training goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from tracker.domain import TrackerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

LONGEST_PHRASE: Final = 200
"""Letters; a cue has some twenty, and whatever is longer is no cue."""

HIGHEST_COUNT: Final = 999
"""More reps than anybody does in a set."""

TONE_PATIENCE_S: Final = 0.3
BEAT_PATIENCE_S: Final = 0.15
SPEECH_PATIENCE_S: Final = 1.5
"""How late a sound may begin and still be of use: a late beat is a wrong one, a phrase may wait
for the one before it."""

# fmt: off
_UNITS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on


class Tone(Enum):
    """What a tone tells."""

    LOCKOUT = auto()
    """The hips are up: the hold begins."""
    HOLD_DONE = auto()
    """Held for as long as wanted."""
    ACCENT = auto()
    """First beat of a phase."""
    BEAT = auto()
    """Every other beat."""
    SET_END = auto()
    """The set is over."""
    REST_OVER = auto()
    """Time for the next set."""
    LINK_LOST = auto()
    """The sensor is not heard any more."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A count or a cue, spoken."""

    text: str
    """What is said, in English."""

    def __post_init__(self) -> None:
        if not self.text.strip() or len(self.text) > LONGEST_PHRASE:
            raise TrackerError(
                f"A phrase has 1 to {LONGEST_PHRASE} letters, not {len(self.text.strip())}.",
                "Say less: there is no time for more between two reps.",
            )


Sound = Tone | Speech


def patience_s(sound: Sound) -> float:
    """Return how late a sound may begin, s."""
    if isinstance(sound, Speech):
        return SPEECH_PATIENCE_S
    return BEAT_PATIENCE_S if sound in (Tone.ACCENT, Tone.BEAT) else TONE_PATIENCE_S


def spoken_count(number: int) -> Speech:
    """Return a number of reps as it is said: "twenty three"."""
    if not 0 <= number <= HIGHEST_COUNT:
        raise ValueError(f"a count is 0 to {HIGHEST_COUNT}, not {number}")
    return Speech(" ".join(_words(number)))


def _words(number: int) -> list[str]:
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return [_UNITS[hundreds], "hundred", *(_words(rest) if rest else [])]
    if number >= 20:
        tens, unit = divmod(number, 10)
        return [_TENS[tens - 2], *([_UNITS[unit]] if unit else [])]
    return [_UNITS[number]]


COUNTS: Final = tuple(spoken_count(number) for number in range(1, 31))
"""Prepared ahead: the counts of nearly every set."""


@dataclass(frozen=True, slots=True)
class Note:
    """One pitch for a while."""

    pitch_hz: float
    """Its fundamental."""
    duration_s: float
    """With both ramps."""


MELODIES: Final[Mapping[Tone, tuple[Note, ...]]] = {
    Tone.LOCKOUT: (Note(988.0, 0.14),),
    Tone.HOLD_DONE: (Note(1319.0, 0.10), Note(1760.0, 0.20)),
    # A metronome: the time between beats tells the tempo, so a beat is hardly longer than a click.
    Tone.ACCENT: (Note(2093.0, 0.05),),
    Tone.BEAT: (Note(1568.0, 0.04),),
    Tone.SET_END: (Note(1175.0, 0.16), Note(880.0, 0.16), Note(659.0, 0.32)),
    Tone.REST_OVER: (Note(740.0, 0.16), Note(988.0, 0.16), Note(1480.0, 0.32)),
    Tone.LINK_LOST: (Note(831.0, 0.18), Note(587.0, 0.18), Note(831.0, 0.18), Note(587.0, 0.3)),
}
"""Pitches are those of the piano, rounded to 1 Hz."""


def duration_s(tone: Tone) -> float:
    """Return how long a tone sounds, s."""
    return sum(note.duration_s for note in MELODIES[tone])


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


INSTALL: Final = "pip install 'hip-thrust-tracker[sound]'"
"""What brings the libraries for sound and speech."""


class SoundError(TrackerError):
    """No device, no voice, or one that stopped."""


class MissingError(SoundError):
    """A library that is not installed."""
