"""What can go wrong with sound; training goes on without it."""

from __future__ import annotations

from typing import Final

from tracker.domain import TrackerError

INSTALL: Final = "pip install 'hip-thrust-tracker[sound]'"
"""What brings the libraries for sound and speech."""


class SoundError(TrackerError):
    """No device, no voice, or one that stopped."""


class MissingError(SoundError):
    """A library that is not installed."""
