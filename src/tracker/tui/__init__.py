"""The screen; the only room that names Textual."""

from tracker.tui.app import TrackerApp
from tracker.tui.flow import coaching, one_training, playing

__all__ = ["TrackerApp", "coaching", "one_training", "playing"]
