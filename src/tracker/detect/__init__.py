"""Motion to strokes, reps and sets."""

from tracker.detect.detector import Detector

__all__ = ["Detector"]
