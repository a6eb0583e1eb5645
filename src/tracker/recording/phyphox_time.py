"""The table of times that phyphox saves beside its data: when it was started and paused.

`meta/time.csv` has a row for every START and PAUSE with the time of the experiment, which stands
still in a pause, and that of the system, which does not.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.recording.foreign_files import ForeignFile
    from tracker.recording.foreign_part import Part


_TIME: Final = "time"
_ROUNDING_S: Final = 0.002
"""The system's clock is written with milliseconds."""


@dataclass(frozen=True, slots=True)
class ExperimentClock:
    """What turns the time of an experiment into time that passed."""

    starts: tuple[tuple[float, float], ...]
    """Time of the experiment, s, and Unix time, s, at each start; at least one."""

    @property
    def epoch_s(self) -> float:
        """Unix time of the experiment's second 0."""
        experiment_s, system_s = self.starts[0]
        return system_s - experiment_s

    def told(self, part: Part) -> Part:
        """Return samples whose times have the pauses put back in."""
        time_s = part.time_s
        paused_s = np.zeros_like(time_s)
        for experiment_s, system_s in self.starts[1:]:
            # What was sampled at the very moment of a pause was sampled before it.
            paused_s[time_s > experiment_s] = system_s - experiment_s - self.epoch_s
        return replace(part, time_s=time_s + paused_s, epoch_s=self.epoch_s)


def experiment_clock(file: ForeignFile) -> ExperimentClock | None:
    """Return what a table of times says; None if it is none, or says nothing."""
    if file.stem != _TIME:
        return None
    lines = file.text.decode(errors="replace").splitlines()
    separator = max(",;\t", key=lines[0].count) if lines else ","
    try:
        starts = tuple(
            (_number(row["experiment time"]), _number(row["system time"]))
            for row in csv.DictReader(lines, delimiter=separator)
            if row.get("event") == "START"
        )
    except (csv.Error, AttributeError, KeyError, ValueError):
        return None
    return ExperimentClock(starts) if starts and _is_rising(starts) else None


def _number(cell: str) -> float:
    number = float(cell.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(f"{number} is no time")
    return number


def _is_rising(starts: Sequence[tuple[float, float]]) -> bool:
    """Say whether both clocks go on from start to start, the system's by as much at least."""
    return all(
        0.0 <= later[0] - start[0] <= later[1] - start[1] + _ROUNDING_S
        for start, later in pairwise(starts)
    )
