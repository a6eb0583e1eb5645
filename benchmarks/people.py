"""Recordings of people, with a sensor that is not ours and mostly not on the pelvis."""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import targets
from baseline import peaks_s
from running import run
from table import Part, Row, at_least, at_most, none_of

from tracker.domain import SessionInfo
from tracker.importers import notifications_from_samples, read_sample_csv
from tracker.sensors import SAMPLES_CHANNEL, encode_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from running import Outcome

    from tracker.importers import SampleTable

BLOCK_SAMPLES: Final = 5
"""As live."""


@dataclass(frozen=True, slots=True, eq=False)
class Listened:
    """One recording, what is known of it and what was found in it."""

    name: str
    label: dict[str, Any]
    samples: SampleTable
    outcome: Outcome
    peaks: int

    @property
    def counted(self) -> int:
        """Reps that stand at the end."""
        return len(self.outcome.reps)

    def off_by(self, count: int) -> int:
        """Return how far a count is off what the label allows; cut reps may count or not."""
        least: int = self.label["complete_reps"]
        cut = self.label.get("partial_at_start", 0) + self.label.get("partial_at_end", 0)
        most: int = least + cut
        return max(least - count, count - most, 0)


def listen(
    folder: Path, name: str, exercise: str | None = None, pattern: str = "*"
) -> list[Listened]:
    """Run the recordings of a folder through the engine, as the labelled exercise unless given."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    heard = []
    for path in sorted((folder / name).glob(f"{pattern}.csv.gz")):
        stem = path.name.removesuffix(".csv.gz")
        table = read_sample_csv(path).table
        stream = notifications_from_samples(table, BLOCK_SAMPLES, encode_samples, SAMPLES_CHANNEL)
        label = labels[f"{name}/{stem}"]
        info = SessionInfo("samples", exercise or label["exercise"], origin="imported")
        outcome = run(info, stream, 1)
        peaks = len(peaks_s(np.asarray(table.time_s), np.asarray(table.acc_mps2)))
        heard.append(Listened(stem, label, table, outcome, peaks))
    return heard


def told_misses(heard: Sequence[Listened], on_miss: Callable[[str], object]) -> None:
    """Say which recordings were not counted exactly."""
    for each in heard:
        if each.off_by(each.counted):
            least = each.label["complete_reps"]
            on_miss(f"{each.name}: counted {each.counted}, labelled {least} whole reps")


def exact_row(what: str, heard: Sequence[Listened], share: float) -> Row:
    """Return the row of exact counts."""
    ours = sum(each.off_by(each.counted) == 0 for each in heard)
    peaks = sum(each.off_by(each.peaks) == 0 for each in heard)
    return at_least(what, len(heard), ours, share, baseline=f"{peaks} (peak counter)")


def squats_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of real squats."""
    heard = listen(folder, "squat_waist", "squat")
    told_misses(heard, on_miss)
    near = sum(each.off_by(each.counted) <= 1 for each in heard)
    peaks = sum(each.off_by(each.peaks) <= 1 for each in heard)
    return Part(
        "REAL squats, sensor at the waist",
        (
            exact_row("files counted exactly", heard, targets.SQUATS_EXACT_SHARE),
            at_least(
                "files within one rep", len(heard), near, 1.0, baseline=f"{peaks} (peak counter)"
            ),
        ),
    )


def bridges_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of real bridges."""
    heard = listen(folder, "glute_bridge_thigh", "glute_bridge")
    told_misses(heard, on_miss)
    off_s = []
    for each in heard:
        holds_s = [rep.lockout_s for rep in each.outcome.reps if rep.lockout_s is not None]
        if holds_s:
            off_s.append(abs(median(holds_s) - each.label["median_hold_s"]))
    return Part(
        "REAL bridges, accelerometer alone on the thigh (labels of counts and holds are by eye)",
        (
            exact_row("files counted exactly", heard, targets.BRIDGES_EXACT_SHARE),
            at_most(
                "median hold, mean over people of the size of the difference",
                len(off_s),
                fmean(off_s) if off_s else 0.0,
                targets.HOLD_S,
                "{:.2f} s",
            ),
        ),
    )


def negatives_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of real life in which nobody lifts."""
    heard = listen(folder, "negatives", "hip_thrust")
    told_misses(heard, on_miss)
    hours = sum(float(each.samples.time_s[-1] - each.samples.time_s[0]) for each in heard) / 3600
    withdrawn = sum(each.outcome.withdrawn for each in heard)
    per_hour = withdrawn / hours if hours else 0.0
    peaks = sum(each.peaks for each in heard)
    return Part(
        f"REAL daily life, sitting and lying: nothing to count in {60 * hours:.0f} minutes",
        (
            none_of(
                "reps counted as hip thrusts",
                len(heard),
                sum(each.counted for each in heard),
                baseline=f"{peaks} (peak counter)",
            ),
            at_most(
                "announcements that were taken back, per hour",
                len(heard),
                per_hour,
                targets.WITHDRAWN_PER_HOUR,
                "{:.0f}",
                figure=f"{per_hour:.0f} ({withdrawn} in all)",
            ),
        ),
    )
