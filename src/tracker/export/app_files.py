"""Sets as the training apps Strava, Hevy and Strong take them in: one JSON and two CSVs.

Strava's JSON is version 1.0 of "Uploading to Strava" (https://developers.strava.com/docs/uploads/,
since May 2026). Hevy's and Strong's CSVs have the columns of their own exports, one row per set.
Strong's has no unit: you have to tell the importing app that the weights are kilograms. All three
need a date and at least one set, and raise an `InputError` without.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING

from tracker.domain import exercise_named
from tracker.export.app_terms import (
    active_s,
    at,
    elapsed_s,
    names_of,
    offset_s,
    rounded,
    session_text,
    set_texts,
    started,
)
from tracker.export.csv_files import csv_bytes

if TYPE_CHECKING:
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
        "sets": [_strava_set(workout, record, start) for record in workout.sets],
    }
    out.write(f"{json.dumps(content, indent=2, allow_nan=False)}\n".encode())


def _strava_set(workout: Workout, record: SetRecord, start: datetime) -> dict[str, object]:
    content: dict[str, object] = {
        "exercise_type": names_of(workout.exercise_of(record), record.load_kg).strava,
        "repetitions": record.done,
        "duration": round(record.end_s - record.start_s),
        "start_time": at(start, record.start_s).isoformat(),
    }
    if record.load_kg is not None:
        content["weight"] = rounded(record.load_kg)
    return content


def write_hevy(workout: Workout, out: BinaryIO) -> None:
    """Write one training as Hevy's CSV."""
    start = started(workout, "hevy")
    names = [names_of(workout.exercise_of(each), each.load_kg).hevy for each in workout.sets]
    notes = _hevy_notes(workout, names)
    seen: Counter[str] = Counter()
    rows: list[dict[str, object]] = []
    for record, name in zip(workout.sets, names, strict=True):
        rows.append(
            {
                "title": exercise_named(workout.info.exercise).title,
                "start_time": hevy_minute(at(start, 0.0)),
                "end_time": hevy_minute(at(start, elapsed_s(workout))),
                "description": session_text(workout),
                "exercise_title": name,
                "superset_id": None,
                "exercise_notes": notes[name],
                "set_index": seen[name],
                "set_type": "warmup" if record.warm_up else "normal",
                "weight_kg": rounded(record.load_kg),
                "reps": record.done,
                "distance_km": None,
                "duration_seconds": None,
                "rpe": rounded(record.entries.rpe),
            }
        )
        seen[name] += 1
    _write_rows(rows, out, quote_all=True)


def hevy_minute(moment: datetime) -> str:
    """Return a local time as Hevy writes it: `26 Jul 2025, 07:06`."""
    # `ctime` is in English whatever the locale, as the app is.
    return f"{moment.day} {moment.ctime()[4:7]} {moment.year}, {moment:%H:%M}"


def _hevy_notes(workout: Workout, names: list[str]) -> dict[str, str]:
    """Return the notes of each exercise; they belong to no set, so every line names its set."""
    lines: dict[str, list[str]] = {name: [] for name in names}
    for record, name, line in zip(workout.sets, names, set_texts(workout), strict=True):
        lines[name].append(f"Set {record.index}: {line}")
    return {name: "\n".join(each) for name, each in lines.items()}


def write_strong(workout: Workout, out: BinaryIO) -> None:
    """Write one training as Strong's CSV."""
    start = started(workout, "strong")
    rows: list[dict[str, object]] = [
        {
            "Date": f"{at(start, 0.0):%Y-%m-%d %H:%M:%S}",
            "Workout Name": exercise_named(workout.info.exercise).title,
            "Duration": strong_duration(elapsed_s(workout)),
            "Exercise Name": names_of(workout.exercise_of(record), record.load_kg).strong,
            "Set Order": number,
            "Weight": rounded(record.load_kg),
            "Reps": record.done,
            # A set that counts reps has neither a distance nor a time in Strong's files.
            "Distance": 0,
            "Seconds": 0,
            "Notes": note,
            "Workout Notes": session_text(workout),
            "RPE": rounded(record.entries.rpe),
        }
        for number, (record, note) in enumerate(
            zip(workout.sets, set_texts(workout), strict=True), start=1
        )
    ]
    _write_rows(rows, out)


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
