"""The screen; the only room that names Textual."""

from tracker.tui.app import TrackerApp, run_app

__all__ = ["TrackerApp", "run_app"]
