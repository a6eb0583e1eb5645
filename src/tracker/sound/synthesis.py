"""Samples of tones and phrases: pure functions of arrays, and a library of ready ones."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sound.sounds import MELODIES, Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tracker.sound.sounds import Note, Sound, Voice

RATE_HZ: Final = 48_000
"""The native rate of sound devices; everything is mixed at it."""

RAMP_S: Final = 0.005
"""Rise and fall of a note: a step would click, a longer ramp would sound late."""

TONE_PEAK: Final = 0.6
SPEECH_PEAK: Final = 0.7
"""Loud, with headroom for both at once."""

SPEECH_DRIVE: Final = 3.0
"""Gain of the compressor that raises the quiet parts of speech above the noise of a gym."""

HARMONICS: Final = (1.0, 0.35, 0.15)
"""Amplitudes of the harmonics. A pure sine is hard to locate and easily drowned out."""

SILENCE: Final = 0.01
"""Share of the peak below which speech counts as silent."""

KNEE: Final = 0.8
"""Amplitude above which the limiter acts."""


def render_notes(notes: Sequence[Note], rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """Return consecutive notes, shape (n,), within ±`TONE_PEAK`, zero at both ends."""
    return np.concatenate([_render_note(note, rate_hz) for note in notes])


def faded(samples: NDArray[np.float32], ramp_samples: int) -> NDArray[np.float32]:
    """Return a copy whose last `ramp_samples` fade to zero along half a cosine."""
    result = samples.copy()
    count = min(ramp_samples, len(result))
    if count:
        result[-count:] *= _rise(count)[::-1]
    return result


def resample(samples: NDArray[np.float64], from_hz: int, to_hz: int) -> NDArray[np.float64]:
    """Return samples, shape (n,), at another rate, by way of their spectrum."""
    if from_hz == to_hz or len(samples) == 0:
        return samples
    # A whole number of tenths of a second gives whole lengths at the usual rates; the silence at
    # the end keeps the end of the sound out of its beginning.
    tenths = len(samples) * 10 // from_hz + 2
    before, after = from_hz * tenths // 10, to_hz * tenths // 10
    spectrum = np.fft.rfft(samples, before)[: after // 2 + 1]
    wanted = round(len(samples) * to_hz / from_hz)
    result: NDArray[np.float64] = np.fft.irfft(spectrum, after)[:wanted] * (after / before)
    return result


def louder_speech(
    samples: NDArray[np.float64], from_hz: int, rate_hz: int = RATE_HZ
) -> NDArray[np.float32]:
    """Trim, compress and resample speech, shape (n,), of any amplitude.

    Returns shape (m,), within ±`SPEECH_PEAK`; empty if the speech is silent.
    """
    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak == 0.0:
        return np.zeros(0, np.float32)
    audible = np.flatnonzero(np.abs(samples) > SILENCE * peak)
    speech = resample(samples[audible[0] : audible[-1] + 1], from_hz, rate_hz)
    pressed = np.tanh(SPEECH_DRIVE * speech / np.max(np.abs(speech)))
    ramp = round(RAMP_S * rate_hz)
    loud = (pressed * (SPEECH_PEAK / np.max(np.abs(pressed)))).astype(np.float32)
    return faded(faded(loud, ramp)[::-1], ramp)[::-1]


def limited(mix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Limit the mix to ±1, smoothly above `KNEE` and leaving it unchanged below."""
    size = np.abs(mix)
    if float(np.max(size, initial=0.0)) <= KNEE:
        return mix
    loud = size > KNEE
    result = mix.copy()
    bent = KNEE + (1.0 - KNEE) * np.tanh((size[loud] - KNEE) / (1.0 - KNEE))
    result[loud] = np.copysign(bent, mix[loud])
    return result


def _render_note(note: Note, rate_hz: int) -> NDArray[np.float32]:
    count = round(note.duration_s * rate_hz)
    angle = 2.0 * np.pi * note.pitch_hz * np.arange(count) / rate_hz
    wave = np.zeros(count)
    for number, amplitude in enumerate(HARMONICS, start=1):
        wave += amplitude * np.sin(number * angle)
    ramp = min(round(RAMP_S * rate_hz), count // 2)
    envelope = np.ones(count)
    envelope[:ramp] = _rise(ramp)
    envelope[count - ramp :] = _rise(ramp)[::-1]
    wave *= envelope
    loud: NDArray[np.float64] = wave * (TONE_PEAK / np.max(np.abs(wave)))
    return loud.astype(np.float32)


def _rise(count: int) -> NDArray[np.float64]:
    """Return half a raised cosine, from 0 to nearly 1."""
    result: NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / count)
    return result


MAX_PHRASES: Final = 128
"""Thirty counts and every cue, several times over; about 15 MB."""


class Library:
    """Keeps samples of all tones and of the phrases used most recently."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self._rate_hz = rate_hz
        self._tones = {tone: render_notes(notes, rate_hz) for tone, notes in MELODIES.items()}
        self._phrases: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def get(self, sound: Sound) -> NDArray[np.float32] | None:
        """Return samples, shape (n,), or None for a phrase that is not ready."""
        if not isinstance(sound, Speech):
            return self._tones[sound]
        if sound.text in self._phrases:
            self._phrases.move_to_end(sound.text)
        return self._phrases.get(sound.text)

    def keep(self, speech: Speech, samples: NDArray[np.float32]) -> None:
        """Add a phrase; beyond `MAX_PHRASES` the least recently used one is dropped."""
        self._phrases[speech.text] = samples
        self._phrases.move_to_end(speech.text)
        while len(self._phrases) > MAX_PHRASES:
            self._phrases.popitem(last=False)

    def synthesize(self, speech: Speech, voice: Voice) -> NDArray[np.float32]:
        """Return a phrase as loud as the tones, without adding it."""
        return louder_speech(voice.say(speech.text), voice.rate_hz, self._rate_hz)
