"""The table of times that phyphox saves beside its data: when it was started and paused.

`meta/time.csv` has a row for every START and PAUSE with the time of the experiment, which stands
still in a pause, and that of the system, which does not.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tracker.recording.foreign_files import ForeignFile
    from tracker.recording.foreign_part import Part


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
    text = file.text.decode(errors="replace")
    separator = max(",;\t", key=text.partition("\n")[0].count)
    starts = []
    for row in csv.DictReader(io.StringIO(text), delimiter=separator):
        if row.get("event") != "START":
            continue
        try:
            starts.append((_number(row["experiment time"]), _number(row["system time"])))
        except (KeyError, TypeError, ValueError):
            return None
    return ExperimentClock(tuple(starts)) if starts else None


def _number(cell: str) -> float:
    return float(cell.replace(",", "."))
