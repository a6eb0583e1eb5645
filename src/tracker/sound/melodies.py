"""The notes of every tone.

All pitches are above 500 Hz, because the loudspeakers of laptops and phones lose what is lower,
and below 2500 Hz, which older ears hear well. What asks for effort rises, what ends falls. The
first notes of two tones are at least a semitone apart, so that the first moment tells which it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.sound.sounds import Tone

if TYPE_CHECKING:
    from collections.abc import Mapping


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
