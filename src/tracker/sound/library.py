"""The sounds that are ready: all tones, and the phrases that were spoken or prepared before."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from tracker.sound.melodies import MELODIES
from tracker.sound.sounds import Speech
from tracker.sound.synthesis import RATE_HZ, louder_speech, render_notes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tracker.sound.ports import Voice
    from tracker.sound.sounds import Sound

MAX_PHRASES: Final = 128
"""Thirty counts and every cue, several times over; some 15 MB."""


class Library:
    """Keeps samples of sounds; the phrase that was not wanted for longest gives way."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self._rate_hz = rate_hz
        self._tones = {tone: render_notes(notes, rate_hz) for tone, notes in MELODIES.items()}
        self._phrases: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def get(self, sound: Sound) -> NDArray[np.float32] | None:
        """Return what is ready, shape (n,); None for a phrase that is not."""
        if not isinstance(sound, Speech):
            return self._tones[sound]
        if sound.text in self._phrases:
            self._phrases.move_to_end(sound.text)
        return self._phrases.get(sound.text)

    def keep(self, speech: Speech, samples: NDArray[np.float32]) -> None:
        """Have a phrase ready from now on."""
        self._phrases[speech.text] = samples
        self._phrases.move_to_end(speech.text)
        while len(self._phrases) > MAX_PHRASES:
            self._phrases.popitem(last=False)

    def speak(self, speech: Speech, voice: Voice) -> NDArray[np.float32]:
        """Return a phrase anew, as loud as the tones are; changes nothing here."""
        return louder_speech(voice.say(speech.text), voice.rate_hz, self._rate_hz)
