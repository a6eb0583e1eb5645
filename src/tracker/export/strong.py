"""Strong's CSV: one row per set, in the columns of Strong's own export, weights in kg.

The format has no unit in it: who reads it has to be told that the weights are kilograms.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from tracker.domain import exercise_named
from tracker.export import app_terms as wall_clock
from tracker.export.app_terms import names_of, rounded, session_text, set_texts

if TYPE_CHECKING:
    from typing import BinaryIO

    from tracker.domain import Workout

HEADER: Final = (
    "Date",
    "Workout Name",
    "Duration",
    "Exercise Name",
    "Set Order",
    "Weight",
    "Reps",
    "Distance",
    "Seconds",
    "Notes",
    "Workout Notes",
    "RPE",
)

_MINUTE_S: Final = 60
_HOUR_MIN: Final = 60


def write_strong(workout: Workout, out: BinaryIO) -> None:
    """Write one training as a CSV of Strong.

    Raises
    ------
    InputError
        If the training has no date or no set.
    """
    wall_clock.require_sets(workout, "strong")
    start = wall_clock.started(workout, "strong")
    title = exercise_named(workout.info.exercise).title
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    for number, (record, note) in enumerate(
        zip(workout.sets, set_texts(workout), strict=True), start=1
    ):
        table.writerow(
            (
                f"{wall_clock.at(start, 0.0):%Y-%m-%d %H:%M:%S}",
                title,
                duration(wall_clock.elapsed_s(workout)),
                names_of(workout.info.exercise, record.load_kg).strong,
                number,
                rounded(record.load_kg),
                record.done,
                # Exercises that are counted have neither a distance nor a time in Strong's files.
                0,
                0,
                note,
                session_text(workout),
                rounded(record.entries.rpe),
            )
        )
    out.write(text.getvalue().encode("utf-8", "replace"))


def duration(elapsed_s: float) -> str:
    """Return a duration as Strong writes it: `1h 5m`, `45m`; `50s` for less than a minute."""
    seconds = round(elapsed_s)
    if seconds < _MINUTE_S:
        return f"{seconds}s"
    hours, rest = divmod(round(seconds / _MINUTE_S), _HOUR_MIN)
    return f"{hours}h {rest}m" if hours else f"{rest}m"
