"""Sets as training apps take them in: Strava's JSON, and the CSVs of Hevy, Strong and FitNotes.

Strava's JSON is version 1.0 of "Uploading to Strava" (https://developers.strava.com/docs/uploads/,
since May 2026). The CSVs have the columns of the apps' own exports, one row per set, and hold any
number of trainings, as the apps' do. Strong's has no unit: you have to tell the importing app that
the weights are kilograms. All need a date and at least one set, and raise an `InputError` without.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from tracker.domain import exercise_named
from tracker.export.app_terms import (
    active_s,
    at,
    elapsed_s,
    names_in,
    offset_s,
    rounded,
    session_text,
    set_texts,
    started,
)
from tracker.export.csv_files import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from tracker.domain import SetRecord, Workout


def write_strava(workout: Workout, out: BinaryIO) -> None:
    """Write one training as a file for Strava's upload."""
    start = started(workout, "strava")
    content = {
        "version": "1.0",
        "start_time": at(start, 0.0).isoformat(),
        "utc_offset": offset_s(start),
        # Rounded up, so that no set ends after the session.
        "elapsed_time": math.ceil(elapsed_s(workout)),
        "active_time": round(active_s(workout)),
        "creator": {"name": "tracker"},
        "sets": [
            _strava_set(record, names.strava, start)
            for record, names in zip(workout.sets, names_in(workout), strict=True)
        ],
    }
    out.write(f"{json.dumps(content, indent=2, allow_nan=False)}\n".encode())


def _strava_set(record: SetRecord, name: str, start: datetime) -> dict[str, object]:
    content: dict[str, object] = {
        "exercise_type": name,
        "repetitions": record.done,
        "duration": round(record.end_s - record.start_s),
        "start_time": at(start, record.start_s).isoformat(),
    }
    if record.load_kg is not None:
        content["weight"] = rounded(record.load_kg)
    return content


def write_hevy(workouts: Sequence[Workout], out: BinaryIO) -> None:
    """Write trainings as Hevy's CSV, one after the other."""
    _write_rows([row for each in workouts for row in _hevy_rows(each)], out, quote_all=True)


def _hevy_rows(workout: Workout) -> Iterator[dict[str, object]]:
    """Yield the rows of a training, those of each exercise together, as Hevy's own are."""
    start = started(workout, "hevy")
    names = [each.hevy for each in names_in(workout)]
    notes = hevy_notes(workout, names)
    span = hevy_span(at(start, 0.0), at(start, elapsed_s(workout)))
    for name in dict.fromkeys(names):
        ours = (record for record, its in zip(workout.sets, names, strict=True) if its == name)
        for index, record in enumerate(ours):
            yield {
                "title": exercise_named(workout.info.exercise).title,
                "start_time": hevy_minute(span[0]),
                "end_time": hevy_minute(span[1]),
                "description": session_text(workout),
                "exercise_title": name,
                "superset_id": None,
                "exercise_notes": notes[name],
                "set_index": index,
                "set_type": "warmup" if record.warm_up else "normal",
                "weight_kg": rounded(record.load_kg),
                "reps": record.done,
                "distance_km": None,
                "duration_seconds": None,
                "rpe": rounded(record.entries.rpe),
            }


def hevy_span(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return the minute in which a training starts, and the one by which it has ended.

    Cut at both ends, a training of 50 s would last no time at all, and importers drop those.
    """
    first = start.replace(second=0)
    last = (end + timedelta(seconds=59)).replace(second=0)
    return first, max(last, first + timedelta(minutes=1))


def hevy_minute(moment: datetime) -> str:
    """Return a local time as Hevy writes it: `26 Jul 2025, 07:06`."""
    # `ctime` is in English whatever the locale, as the app is.
    return f"{moment.day} {moment.ctime()[4:7]} {moment.year}, {moment:%H:%M}"


def hevy_notes(workout: Workout, names: list[str]) -> dict[str, str]:
    """Return the notes of each exercise; they belong to no set, so every line names its set."""
    lines: dict[str, list[str]] = {name: [] for name in names}
    for record, name, line in zip(workout.sets, names, set_texts(workout), strict=True):
        lines[name].append(f"Set {record.index}: {line}")
    return {name: "\n".join(each) for name, each in lines.items()}


def write_strong(workouts: Sequence[Workout], out: BinaryIO) -> None:
    """Write trainings as Strong's CSV, one after the other."""
    _write_rows([row for each in workouts for row in _strong_rows(each)], out)


def _strong_rows(workout: Workout) -> Iterator[dict[str, object]]:
    start = started(workout, "strong")
    seen: Counter[str] = Counter()
    for record, names, note in zip(
        workout.sets, names_in(workout), set_texts(workout), strict=True
    ):
        # Strong counts the sets of each exercise by themselves.
        seen[names.strong] += 1
        yield {
            "Date": f"{at(start, 0.0):%Y-%m-%d %H:%M:%S}",
            "Workout Name": exercise_named(workout.info.exercise).title,
            "Duration": strong_duration(elapsed_s(workout)),
            "Exercise Name": names.strong,
            "Set Order": seen[names.strong],
            "Weight": rounded(record.load_kg),
            "Reps": record.done,
            # A set that counts reps has neither a distance nor a time in Strong's files.
            "Distance": 0,
            "Seconds": 0,
            "Notes": note,
            "Workout Notes": session_text(workout),
            "RPE": rounded(record.entries.rpe),
        }


def write_fitnotes(workouts: Sequence[Workout], out: BinaryIO) -> None:
    """Write trainings as the CSV of FitNotes for Android, which says its unit."""
    _write_rows([row for each in workouts for row in _fitnotes_rows(each)], out)


def _fitnotes_rows(workout: Workout) -> Iterator[dict[str, object]]:
    start = started(workout, "fitnotes")
    for record, names, note in zip(
        workout.sets, names_in(workout), set_texts(workout), strict=True
    ):
        yield {
            "Date": f"{at(start, 0.0):%Y-%m-%d}",
            "Exercise": names.strong,
            "Category": "Legs",
            "Weight": rounded(record.load_kg),
            "Weight Unit": "kgs",
            "Reps": record.done,
            "Distance": None,
            "Distance Unit": None,
            "Time": None,
            # A line break inside a cell ends the row for some of its readers.
            "Comment": "; ".join(note.splitlines()),
        }


def _write_rows(rows: list[dict[str, object]], out: BinaryIO, *, quote_all: bool = False) -> None:
    cells = [row.values() for row in rows]
    out.write(csv_bytes([rows[0], *cells], line_end="\n", quote_all=quote_all))


def strong_duration(seconds: float) -> str:
    """Return a duration as Strong writes it: `1h 5m`, `45m`; `50s` for less than a minute."""
    whole_s = round(seconds)
    if whole_s < 60:
        return f"{whole_s}s"
    hours, minutes = divmod(round(whole_s / 60), 60)
    return f"{hours}h {minutes}m" if hours else f"{minutes}m"
