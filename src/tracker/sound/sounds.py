"""What can be heard: tones that mean something, and short phrases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from tracker.domain import TrackerError

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
