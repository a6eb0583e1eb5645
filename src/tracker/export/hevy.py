"""Hevy's CSV: one row per set, in the columns of Hevy's own export.

Notes are of an exercise there, not of a set, and every row of an exercise repeats them; so each
line of them says which set it is about.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Final

from tracker.domain import exercise_named
from tracker.export import app_terms as wall_clock
from tracker.export.app_terms import names_of, rounded, session_text, set_texts

if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO

    from tracker.domain import Workout

HEADER: Final = (
    "title",
    "start_time",
    "end_time",
    "description",
    "exercise_title",
    "superset_id",
    "exercise_notes",
    "set_index",
    "set_type",
    "weight_kg",
    "reps",
    "distance_km",
    "duration_seconds",
    "rpe",
)

# English whatever the locale, as the app writes them.
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def write_hevy(workout: Workout, out: BinaryIO) -> None:
    """Write one training as a CSV of Hevy.

    Raises
    ------
    InputError
        If the training has no date or no set.
    """
    wall_clock.require_sets(workout, "hevy")
    start = wall_clock.started(workout, "hevy")
    title = exercise_named(workout.info.exercise).title
    end = wall_clock.at(start, wall_clock.elapsed_s(workout))
    names = [names_of(workout.info.exercise, record.load_kg).hevy for record in workout.sets]
    notes = _notes(workout, names)
    seen: Counter[str] = Counter()
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    table.writerow(HEADER)
    for record, name in zip(workout.sets, names, strict=True):
        table.writerow(
            (
                title,
                minute(wall_clock.at(start, 0.0)),
                minute(end),
                session_text(workout),
                name,
                None,
                notes[name],
                seen[name],
                "normal",
                rounded(record.load_kg),
                record.done,
                None,
                None,
                rounded(record.entries.rpe),
            )
        )
        seen[name] += 1
    out.write(text.getvalue().encode("utf-8", "replace"))


def minute(moment: datetime) -> str:
    """Return a local time as Hevy writes it: `26 Jul 2025, 07:06`."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"


def _notes(workout: Workout, names: list[str]) -> dict[str, str]:
    """Return the notes of each exercise of the file."""
    lines: dict[str, list[str]] = {name: [] for name in names}
    for record, name, line in zip(workout.sets, names, set_texts(workout), strict=True):
        lines[name].append(f"Set {record.index}: {line}")
    return {name: "\n".join(each) for name, each in lines.items()}
