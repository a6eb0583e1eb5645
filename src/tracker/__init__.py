"""Counts hip thrusts and times every phase of them from a motion sensor on the hip."""

from importlib.metadata import version

__version__ = version("hip-thrust-tracker")

__all__ = ["__version__"]
