"""Files of Sensor Logger: which of them has gravity in it, in which unit, and which way round.

https://github.com/tszheichoi/awesome-sensor-logger (UNITS.md, COORDINATES.md, CROSSPLATFORM.md):
`Accelerometer.csv` is without gravity on both systems, `Gravity.csv` is the rest of it,
`TotalAcceleration.csv` is both (Android), `AccelerometerUncalibrated.csv` is both, in g on iOS. On
iOS accelerations and gravity point the other way than a specific force does, unless the app was
told to standardise; `Metadata.csv` says whether.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import InputError
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.recording.foreign_merge import refuse_apart, values_at
from tracker.recording.foreign_part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.recording.foreign_files import ForeignFile

TOTAL: Final = "totalacceleration"
UNCALIBRATED: Final = "accelerometeruncalibrated"
LINEAR: Final = "accelerometer"
GRAVITY: Final = "gravity"
GYROSCOPES: Final = ("gyroscope", "gyroscopeuncalibrated")
"""The first one that is there is taken: the system has removed its bias."""

METADATA: Final = "metadata"
ACCELERATIONS: Final = (TOTAL, UNCALIBRATED, LINEAR, GRAVITY)

# What a phone adds where a file of that name was there: `Gyroscope (1).csv`, `Gyroscope-2.csv`.
_COPY: Final = re.compile(r"[\s_-]*\(?\d*\)?$")

_MOST_G: Final = 3.0
"""Gravity is 1 g or 9.8 m/s²; half of a session is never above 3 g, nor below 3 m/s²."""


def role_of(file: ForeignFile) -> str:
    """Return which sensor a file is of, by its name."""
    return _COPY.sub("", file.stem)


def points_down(files: Sequence[ForeignFile]) -> bool | None:
    """Say whether accelerations point down at rest; None where no file tells."""
    for file in files:
        if role_of(file) != METADATA:
            continue
        try:
            rows = list(csv.DictReader(file.text.decode(errors="replace").splitlines()))
        except csv.Error:
            continue
        for row in rows:
            platform = (row.get("platform") or "").lower()
            if platform:
                standard = (row.get("standardisation") or "").lower() == "true"
                return platform == "ios" and not standard
    return None


def acceleration(parts: Mapping[str, Part], path: Path, down: bool | None) -> Part:
    """Return the acceleration with gravity in it, m/s², as a specific force.

    Parameters
    ----------
    parts
        What was read, by role.
    path
        What the user named, for messages.
    down
        Whether it points down at rest; None if that is not known.

    Raises
    ------
    InputError
        If gravity is not in any file, or nothing tells which way it points.
    """
    for role in (TOTAL, UNCALIBRATED):
        if role in parts and len(parts[role].time_s):
            return _whole(parts[role], down)
    if LINEAR in parts and GRAVITY in parts:
        return _directed(_summed(parts[LINEAR], parts[GRAVITY]), path, down)
    raise InputError(
        str(path),
        "has no acceleration with gravity in it",
        "Switch on Total Acceleration, Accelerometer Uncalibrated, or Gravity beside the "
        "Accelerometer in Sensor Logger, and give all of its files: the folder or the zip.",
    )


def _whole(part: Part, down: bool | None) -> Part:
    """Return one file's acceleration in m/s²; in g, it is from iOS as it is by default."""
    typical = float(np.median(np.linalg.norm(part.values, axis=1)))
    in_g = typical < _MOST_G
    scale = STANDARD_GRAVITY_MPS2 if in_g else 1.0
    sign = -1.0 if (in_g if down is None else down) else 1.0
    return Part(part.path, part.time_s, part.values * (scale * sign), part.epoch_s)


def _summed(linear: Part, gravity: Part) -> Part:
    rest, known = values_at(linear.time_s, gravity, 0.0)
    refuse_apart(linear, gravity, 0.0, known)
    total = linear.values[known] + rest[known]
    return Part(linear.path, linear.time_s[known], total, linear.epoch_s)


def _directed(part: Part, path: Path, down: bool | None) -> Part:
    if down is None:
        raise InputError(
            str(path),
            "nothing says whether acceleration points up or down at rest: iPhones and Android "
            "differ, and there is no Metadata.csv",
            "Give the whole folder or zip, or say --acc-points down for an iPhone that was not "
            "told to standardise units and frames, else --acc-points up.",
        )
    return Part(part.path, part.time_s, part.values * (-1.0 if down else 1.0), part.epoch_s)
