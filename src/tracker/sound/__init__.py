"""The coach's sounds: tones and speech that never hold up whoever asks for them."""

from tracker.sound.desk import Tally
from tracker.sound.errors import INSTALL, MissingError, SoundError
from tracker.sound.espeak import EspeakVoice
from tracker.sound.melodies import MELODIES, duration_s
from tracker.sound.opening import Opened, installed_device, open_player
from tracker.sound.player import Player
from tracker.sound.ports import Clock, Mixed, Output, Render, Started, Voice
from tracker.sound.sounds import COUNTS, Sound, Speech, Tone, patience_s, spoken_count

__all__ = [
    "COUNTS",
    "INSTALL",
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
    "Tally",
    "Tone",
    "Voice",
    "duration_s",
    "installed_device",
    "open_player",
    "patience_s",
    "spoken_count",
]
