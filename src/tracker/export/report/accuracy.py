"""How close the numbers are to the truth: rows of the table that `make accuracy` prints.

The README has the whole table; a test holds each row here to the one there, so that a report
never claims what the last run did not show. After `make accuracy`, change both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    section: str
    """How the heading of its part of the table begins."""
    row: str
    """The row's name in the table."""
    of: str
    """How many cases."""
    target: str
    figure: str
    """What the last run gave."""
    verdict: str
    """`ok` or `SHORT`, as in the table."""
    words: str
    """What it says, for people."""

    @property
    def is_simulated(self) -> bool:
        """Whether nobody trained for it."""
        return self.section.startswith("SIMULATED")

    @property
    def reached(self) -> str:
        """Whether the target was reached, in words."""
        return "reached" if self.verdict == "ok" else "NOT reached"


_SIMULATED: Final = "SIMULATED hip thrusts"
_SQUATS: Final = "REAL squats"
_BRIDGES: Final = "REAL bridges"
_STANDS: Final = "REAL sit-to-stands"
_DAILY: Final = "REAL daily life"

FIGURES: Final = (
    Figure(
        _SIMULATED,
        "sets counted exactly",
        "240",
        "≥ 99 %",
        "240 (100 %)",
        "ok",
        "Sets counted exactly",
    ),
    Figure(
        _SIMULATED,
        "phase boundary: 95 %",
        "5612",
        "≤ 0.090 s",
        "0.008 s",
        "ok",
        "Start or end of a phase: 95 % are no further off than",
    ),
    Figure(
        _SIMULATED,
        "lockout: 95 %",
        "1403",
        "≤ 0.100 s",
        "0.007 s",
        "ok",
        "Hold at the top: 95 % are no further off than",
    ),
    Figure(
        _SIMULATED,
        "lockout, no gyroscope: 95 %, of the ways up and down",
        "50",
        "≤ 0.30",
        "0.24, 0.635 s",
        "ok",
        "The same without a gyroscope, as a share of the ways up and down, and in seconds",
    ),
    Figure(
        _SIMULATED,
        "range of motion: sd",
        "1453",
        "≤ 2.00°",
        "0.33°",
        "ok",
        "Range of motion: standard deviation of the error",
    ),
    Figure(
        _SIMULATED,
        "rise: sd",
        "1453",
        "≤ 0.030 m",
        "0.023 m",
        "ok",
        "Rise: standard deviation of the error",
    ),
    Figure(
        _SIMULATED,
        "mean velocity, way up 0.8–1.5 s: bias",
        "831",
        "≤ 0.010 m/s",
        "-0.001 m/s",
        "ok",
        "Mean velocity, ways up of 0.8 to 1.5 s: mean error",
    ),
    Figure(
        _SIMULATED,
        "mean velocity, way up 0.8–1.5 s: sd",
        "831",
        "≤ 0.040 m/s",
        "0.022 m/s",
        "ok",
        "Mean velocity, ways up of 0.8 to 1.5 s: standard deviation of the error",
    ),
    Figure(
        _SQUATS,
        "files counted exactly",
        "33",
        "≥ 95 %",
        "32 (97 %)",
        "ok",
        "Squats, sensor at the waist: recordings counted exactly",
    ),
    Figure(
        _BRIDGES,
        "files counted exactly",
        "15",
        "≥ 93.3 %",
        "14 (93.3 %)",
        "ok",
        "Bridges, accelerometer alone on the thigh: recordings counted exactly (labels by eye)",
    ),
    Figure(
        _BRIDGES,
        "median hold, mean over people of the size of the difference",
        "15",
        "≤ 0.30 s",
        "0.16 s",
        "ok",
        "The same: median hold, mean difference from the labels",
    ),
    Figure(
        _STANDS,
        "files counted exactly",
        "2",
        "all",
        "2 (100 %)",
        "ok",
        "Sit-to-stands, sensor at the pelvis: recordings counted exactly",
    ),
    Figure(
        _STANDS,
        "rise starts, mean distance from seat-off",
        "10",
        "≤ 0.15 s",
        "0.10 s (bias -0.06)",
        "ok",
        "The same: start of the rise, mean difference from a force plate",
    ),
    Figure(
        _DAILY,
        "reps counted as hip thrusts",
        "24",
        "0",
        "0",
        "ok",
        "16 minutes of daily life in 24 recordings: reps counted where there are none",
    ),
    Figure(
        _DAILY,
        "announcements that were taken back, per hour",
        "24",
        "≤ 12",
        "23 (6 in all)",
        "SHORT",
        "The same: reps announced and taken back, per hour",
    ),
)
"""The rows that a report shows."""
