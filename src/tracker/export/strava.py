"""Strava's JSON for strength training: sets with Strava's own words for the exercises.

Format version 1.0, as "Uploading to Strava" describes it
(https://developers.strava.com/docs/uploads/, since May 2026). Seconds are whole ones there.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from tracker.export import app_terms as wall_clock
from tracker.export.app_terms import names_of, rounded

if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO

    from tracker.domain import SetRecord, Workout


def write_strava(workout: Workout, out: BinaryIO) -> None:
    """Write one training as a file for Strava's upload.

    Raises
    ------
    InputError
        If the training has no date or no set.
    """
    text = json.dumps(strava_object(workout), indent=2, allow_nan=False)
    out.write(f"{text}\n".encode())


def strava_object(workout: Workout) -> dict[str, object]:
    """Return one training as Strava's object.

    Raises
    ------
    InputError
        If the training has no date or no set.
    """
    wall_clock.require_sets(workout, "strava")
    start = wall_clock.started(workout, "strava")
    return {
        "version": "1.0",
        "start_time": wall_clock.at(start, 0.0).isoformat(),
        "utc_offset": wall_clock.offset_s(start),
        # Up, so that no set ends after the session.
        "elapsed_time": math.ceil(wall_clock.elapsed_s(workout)),
        "active_time": round(wall_clock.active_s(workout)),
        "creator": {"name": "tracker"},
        "sets": [_set_object(workout, record, start) for record in workout.sets],
    }


def _set_object(workout: Workout, record: SetRecord, start: datetime) -> dict[str, object]:
    each: dict[str, object] = {
        "exercise_type": names_of(workout.info.exercise, record.load_kg).strava,
        "repetitions": record.done,
        "duration": round(record.end_s - record.start_s),
        "start_time": wall_clock.at(start, record.start_s).isoformat(),
    }
    if record.load_kg is not None:
        each["weight"] = rounded(record.load_kg)
    return each
