"""Tones and phrases, the notes of every tone, and the protocols of clock, voice and output.

All pitches are above 500 Hz, because laptop and phone speakers lose lower ones, and below 2500 Hz,
which older ears hear well. Signals that call for effort rise, signals that end something fall. The
first notes of any two tones are at least a semitone apart, so that the first moment identifies it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from tracker.domain import TrackerError
from tracker.language import _, language

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

LONGEST_PHRASE: Final = 200
"""Characters; a cue has about twenty."""

HIGHEST_COUNT: Final = 999
"""More reps than anyone does in a set."""

TONE_PATIENCE_S: Final = 0.3
BEAT_PATIENCE_S: Final = 0.15
SPEECH_PATIENCE_S: Final = 1.5
"""How late a sound may begin and still be useful: a late beat is wrong, but a phrase may wait for
the previous one."""

# fmt: off
_UNITS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on


class Tone(Enum):
    """The meaning of a tone."""

    LOCKOUT = auto()
    """The hips are up: the lockout begins."""
    HOLD_DONE = auto()
    """Held for as long as planned."""
    ACCENT = auto()
    """First beat of a phase."""
    BEAT = auto()
    """Any other beat."""
    SET_END = auto()
    REST_OVER = auto()
    LINK_LOST = auto()
    """The connection to the sensor is lost."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken count or cue, in the language in use."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip() or len(self.text) > LONGEST_PHRASE:
            raise TrackerError(
                _("A phrase has 1 to {most} letters, not {letters}.").format(
                    most=LONGEST_PHRASE, letters=len(self.text.strip())
                ),
                _("Shorten it: there is no time for more between two reps."),
            )


Sound = Tone | Speech


def patience_s(sound: Sound) -> float:
    """Return how late a sound may begin, s."""
    if isinstance(sound, Speech):
        return SPEECH_PATIENCE_S
    return BEAT_PATIENCE_S if sound in (Tone.ACCENT, Tone.BEAT) else TONE_PATIENCE_S


def spoken_count(number: int) -> Speech:
    """Return a number of reps to be spoken: "twenty three", in digits for other languages.

    A voice reads digits as its language says them.
    """
    if not 0 <= number <= HIGHEST_COUNT:
        raise ValueError(f"a count is 0 to {HIGHEST_COUNT}, not {number}")
    return Speech(" ".join(_words(number)) if language() == "en" else str(number))


def _words(number: int) -> list[str]:
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return [_UNITS[hundreds], "hundred", *(_words(rest) if rest else [])]
    if number >= 20:
        tens, unit = divmod(number, 10)
        return [_TENS[tens - 2], *([_UNITS[unit]] if unit else [])]
    return [_UNITS[number]]


COUNTS: Final = tuple(spoken_count(number) for number in range(1, 31))
"""Synthesised ahead: enough for nearly every set."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a tone."""

    pitch_hz: float
    """Fundamental frequency."""
    duration_s: float
    """Including both ramps."""


MELODIES: Final[Mapping[Tone, tuple[Note, ...]]] = {
    Tone.LOCKOUT: (Note(988.0, 0.14),),
    Tone.HOLD_DONE: (Note(1319.0, 0.10), Note(1760.0, 0.20)),
    # A metronome: the interval is what matters, so a beat is little longer than a click.
    Tone.ACCENT: (Note(2093.0, 0.05),),
    Tone.BEAT: (Note(1568.0, 0.04),),
    Tone.SET_END: (Note(1175.0, 0.16), Note(880.0, 0.16), Note(659.0, 0.32)),
    Tone.REST_OVER: (Note(740.0, 0.16), Note(988.0, 0.16), Note(1480.0, 0.32)),
    Tone.LINK_LOST: (Note(831.0, 0.18), Note(587.0, 0.18), Note(831.0, 0.18), Note(587.0, 0.3)),
}
"""Piano pitches, rounded to 1 Hz."""


def duration_s(tone: Tone) -> float:
    """Return how long a tone lasts, s."""
    return sum(note.duration_s for note in MELODIES[tone])


class Clock(Protocol):
    """A monotonic clock."""

    def now_ns(self) -> int:
        """Return nanoseconds since an origin that is fixed while the program runs."""


@dataclass(frozen=True, slots=True)
class Started:
    """A sound that began, and when its first sample is heard, on the clock, s."""

    sound: Sound
    at_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """A block of the mix."""

    samples: NDArray[np.float32]
    """Shape (n,), within ±1."""
    started: tuple[Started, ...]
    """Sounds that begin in this block, in order."""


Render = Callable[[int, float], Mixed]
"""Returns the next block of so many frames, the first heard at that time, s; never waits."""


class Output(Protocol):
    """Where the mix goes. All methods may wait, and may raise `SoundError` except `close`."""

    @property
    def name(self) -> str:
        """What people call it."""

    def start(self, render: Render, now_s: float) -> None:
        """Begin to take frames; a device does so in a thread of its own library."""

    def keep_up(self, now_s: float) -> None:
        """Do what is due by now; called at least every `TICK_S`."""

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Let sounds that are playing or waiting end, if they do so soon."""

    def close(self) -> None:
        """Take no more frames and release the output; never raises."""


class Voice(Protocol):
    """A speech synthesiser. Only one thread ever calls it."""

    @property
    def rate_hz(self) -> int:
        """Samples per second."""

    def say(self, text: str) -> NDArray[np.float64]:
        """Return a phrase as samples, shape (n,), any amplitude; raise SoundError if it fails."""


INSTALL: Final = 'pip install "hip-thrust-tracker[sound]"'
"""How to install the libraries for sound and speech."""


class SoundError(TrackerError):
    """A device or voice is missing, or stopped; training continues without it."""


class MissingError(SoundError):
    """A library is not installed."""
