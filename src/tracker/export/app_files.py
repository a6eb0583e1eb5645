"""Sets as training apps take them in: Strava's JSON, and the CSVs of Hevy, Strong and FitNotes.

Strava's JSON is version 1.0 of "Uploading to Strava" (https://developers.strava.com/docs/uploads/,
since May 2026). The CSVs have the columns of the apps' own exports, one row per set, and hold any
number of trainings, as the apps' do. Their weights are in the wearer's unit, as the apps' are;
Strong's does not name it: you have to tell the importing app. All need a date and something that
was done, and raise an `InputError` without.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tracker.domain import ActivityKind, activity_named, exercise_named
from tracker.domain.loads import LoadUnit, load_unit
from tracker.export.app_terms import (
    active_s,
    at,
    elapsed_s,
    names_in,
    offset_s,
    parts_of,
    rounded,
    session_text,
    started,
)
from tracker.export.csv_files import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from tracker.domain import SetRecord, Workout
    from tracker.export.app_terms import Part


def write_strava(workout: Workout, out: BinaryIO) -> None:
    """Write one training as a file for Strava's upload."""
    # It has no words for timed work that could be verified.
    workout = replace(workout, timed=())
    start = started(workout, "strava")
    active = active_s(workout)
    content = {
        "version": "1.0",
        "start_time": at(start, 0.0).isoformat(),
        "utc_offset": offset_s(start),
        # Rounded up, so that no set ends after the session. Strava demands a number, and nobody
        # knows how long a session took that was entered by hand.
        "elapsed_time": math.ceil(elapsed_s(workout) or 0.0),
        **({} if active is None else {"active_time": round(active)}),
        "creator": {"name": "tracker"},
        "sets": [
            _strava_set(record, names.strava, start)
            for record, names in zip(workout.sets, names_in(workout), strict=True)
        ],
    }
    out.write(f"{json.dumps(content, indent=2, allow_nan=False)}\n".encode())


def _strava_set(record: SetRecord, name: str, start: datetime) -> dict[str, object]:
    content: dict[str, object] = {"exercise_type": name, "repetitions": record.done}
    if record.length_s is not None:
        content["duration"] = round(record.length_s)
        content["start_time"] = at(start, record.start_s).isoformat()
    if record.load_kg is not None:
        content["weight"] = rounded(record.load_kg)
    return content


def write_hevy(workouts: Sequence[Workout], out: BinaryIO) -> None:
    """Write trainings as Hevy's CSV, one after the other."""
    _write_rows([row for each in workouts for row in _hevy_rows(each)], out, quote_all=True)


def _hevy_rows(workout: Workout) -> Iterator[dict[str, object]]:
    """Yield the rows of a training, those of each exercise together, as Hevy's own are."""
    start = started(workout, "hevy")
    parts = parts_of(workout)
    span = hevy_span(at(start, 0.0), at(start, elapsed_s(workout) or 0.0))
    for name in dict.fromkeys(part.names.hevy for part in parts):
        ours = [part for part in parts if part.names.hevy == name]
        notes = hevy_notes(ours)
        for index, part in enumerate(ours):
            yield {
                "title": exercise_named(workout.info.exercise).title,
                "start_time": hevy_minute(span[0]),
                "end_time": hevy_minute(span[1]),
                "description": session_text(workout),
                "exercise_title": name,
                "superset_id": None,
                "exercise_notes": notes,
                "set_index": index,
                "set_type": "warmup" if part.warm_up else "normal",
                f"weight_{_hevy_unit()}": _load(part),
                "reps": _reps(part),
                "distance_km": None,
                "duration_seconds": part.duration_s,
                "rpe": _rpe(part),
            }


def _load(part: Part) -> float | None:
    """Return the load of a set in the unit that the wearer uses in their app too."""
    load_kg = None if part.row is None else part.row.record.load_kg
    return None if load_kg is None else rounded(load_kg / load_unit().in_kg)


def _hevy_unit() -> str:
    return "lbs" if load_unit() is LoadUnit.LB else "kg"


def _reps(part: Part) -> int | None:
    return None if part.row is None else part.row.record.done


def _rpe(part: Part) -> float | None:
    return None if part.row is None else rounded(part.row.record.entries.rpe)


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


def hevy_notes(parts: Iterable[Part]) -> str:
    """Return the notes of an exercise: they belong to no set, so each line names its own."""
    return "\n".join(f"{part.title}: {part.text}" for part in parts if part.text)


def write_strong(workouts: Sequence[Workout], out: BinaryIO) -> None:
    """Write trainings as Strong's CSV, one after the other."""
    _write_rows([row for each in workouts for row in _strong_rows(each)], out)


def _strong_rows(workout: Workout) -> Iterator[dict[str, object]]:
    start = started(workout, "strong")
    length_s = elapsed_s(workout)
    seen: Counter[str] = Counter()
    for part in parts_of(workout):
        # Strong numbers the sets of each exercise by themselves, and warm-ups are no numbers.
        seen[part.names.strong] += not part.warm_up
        yield {
            "Date": f"{at(start, 0.0):%Y-%m-%d %H:%M:%S}",
            "Workout Name": exercise_named(workout.info.exercise).title,
            "Duration": None if length_s is None else strong_duration(length_s),
            "Exercise Name": part.names.strong,
            "Set Order": "W" if part.warm_up else seen[part.names.strong],
            # What an exercise does not count is 0 in Strong's files.
            "Weight": 0 if part.row is None else _load(part),
            "Reps": 0 if part.row is None else _reps(part),
            "Distance": 0,
            "Seconds": part.duration_s or 0,
            "Notes": part.text,
            "Workout Notes": session_text(workout),
            "RPE": _rpe(part),
        }


def write_fitnotes(workouts: Sequence[Workout], out: BinaryIO) -> None:
    """Write trainings as the CSV of FitNotes for Android, which says its unit."""
    _write_rows([row for each in workouts for row in _fitnotes_rows(each)], out)


def _fitnotes_rows(workout: Workout) -> Iterator[dict[str, object]]:
    start = started(workout, "fitnotes")
    for part in parts_of(workout):
        yield {
            "Date": f"{at(start, 0.0):%Y-%m-%d}",
            "Exercise": part.names.strong,
            "Category": _category(part),
            "Weight": _load(part),
            "Weight Unit": f"{load_unit().value}s",
            "Reps": _reps(part),
            "Distance": None,
            "Distance Unit": None,
            "Time": None if part.duration_s is None else str(timedelta(seconds=part.duration_s)),
            # A line break inside a cell ends the row for some of its readers.
            "Comment": "; ".join(part.text.splitlines()),
        }


def _category(part: Part) -> str:
    core = part.timed is not None and activity_named(part.timed.activity).kind is ActivityKind.CORE
    return "Abs" if core else "Legs"


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
