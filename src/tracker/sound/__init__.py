"""The coach's sounds: tones and speech that never block the caller."""

from tracker.sound.outputs import Opened, installed_device, open_player
from tracker.sound.player import Player
from tracker.sound.sounds import (
    COUNTS,
    MELODIES,
    Clock,
    MissingError,
    Mixed,
    Output,
    Render,
    Sound,
    SoundError,
    Speech,
    Started,
    Tone,
    Voice,
    duration_s,
    patience_s,
    spoken_count,
)
from tracker.sound.speech import EspeakVoice

__all__ = [
    "COUNTS",
    "MELODIES",
    "Clock",
    "EspeakVoice",
    "MissingError",
    "Mixed",
    "Opened",
    "Output",
    "Player",
    "Render",
    "Sound",
    "SoundError",
    "Speech",
    "Started",
    "Tone",
    "Voice",
    "duration_s",
    "installed_device",
    "open_player",
    "patience_s",
    "spoken_count",
]
