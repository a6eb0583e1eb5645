"""The screen; the only room that names Textual."""

from tracker.tui.app import TrackerApp
from tracker.tui.flow import at_home, coaching, one_training, playing, training_lanes

__all__ = ["TrackerApp", "at_home", "coaching", "one_training", "playing", "training_lanes"]
