"""What two apps for phones say only beside the samples: gravity, direction, pauses and the zone.

Sensor Logger (https://github.com/tszheichoi/awesome-sensor-logger: UNITS.md, COORDINATES.md,
CROSSPLATFORM.md) tells sensors apart by the names of their files, of their columns in a combined
CSV, or by `sensor` in JSON. `Accelerometer.csv` is without gravity, `Gravity.csv` is the rest of
it, `TotalAcceleration.csv` (Android) has both, and so does
`AccelerometerUncalibrated.csv`, in g on iOS. On iOS, accelerations and gravity point opposite to a
specific force, unless the app was told to standardise; `Metadata.csv` says whether.

phyphox names its columns with units, and saves `meta/time.csv` with a row for every START and
PAUSE: the time of the experiment, which stands still in a pause, and that of the system.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

from tracker.domain import InputError
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.importers.parts import Part, refuse_apart, values_at
from tracker.importers.stamps import zone_of
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from numpy.typing import NDArray

    from tracker.importers.files import ForeignFile
    from tracker.importers.tables import ForeignHeader

_ROUNDING_S: Final = 0.002
"""phyphox writes the system's clock in milliseconds."""


@dataclass(frozen=True, slots=True)
class ExperimentClock:
    """Turns the time of a phyphox experiment into time that passed."""

    starts: tuple[tuple[float, float], ...]
    """Time of the experiment and Unix time at each start, s; at least one."""
    zone: tzinfo | None = None
    """Zone of the phone; None if the table does not say."""

    @property
    def epoch_s(self) -> float:
        """Unix time of the experiment's second 0."""
        experiment_s, system_s = self.starts[0]
        return system_s - experiment_s

    def with_pauses(self, part: Part) -> Part:
        """Return the samples with the pauses put back into their times."""
        time_s = part.time_s
        paused_s = np.zeros_like(time_s)
        for experiment_s, system_s in self.starts[1:]:
            # A sample at the very moment of a pause was taken before it.
            paused_s[time_s > experiment_s] = system_s - experiment_s - self.epoch_s
        return replace(part, time_s=time_s + paused_s, epoch_s=self.epoch_s, zone=self.zone)


def experiment_clock(file: ForeignFile) -> ExperimentClock | None:
    """Read phyphox's table of times; None if the file is not one, or has no start."""
    if file.stem != "time":
        return None
    lines = file.text.decode(errors="replace").splitlines()
    separator = max(",;\t", key=lines[0].count) if lines else ","
    try:
        rows = [
            row
            for row in csv.DictReader(lines, delimiter=separator)
            if row.get("event") == "START"
        ]
        starts = tuple(
            (_number(row["experiment time"]), _number(row["system time"])) for row in rows
        )
    except (csv.Error, AttributeError, KeyError, ValueError):
        return None
    if not starts or not _is_rising(starts):
        return None
    # As in `2026-03-01 18:30:00.000 UTC+01:00`.
    __, __, zone = (rows[0].get("system time text") or "").rpartition(" ")
    return ExperimentClock(starts, zone_of(zone))


def _number(cell: str) -> float:
    number = float(cell.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a time")
    return number


def _is_rising(starts: Sequence[tuple[float, float]]) -> bool:
    """Say whether both clocks advance from start to start, the system's at least as much."""
    return all(
        0.0 <= later[0] - start[0] <= later[1] - start[1] + _ROUNDING_S
        for start, later in pairwise(starts)
    )


TOTAL: Final = "totalacceleration"
UNCALIBRATED: Final = "accelerometeruncalibrated"
LINEAR: Final = "accelerometer"
GRAVITY: Final = "gravity"
GYROSCOPES: Final = ("gyroscope", "gyroscopeuncalibrated")
"""In order of preference: the system has removed the bias of the first."""

METADATA: Final = "metadata"
ACCELERATIONS: Final = (TOTAL, UNCALIBRATED, LINEAR, GRAVITY)
SENSOR_LOGGER: Final = ("time", "seconds_elapsed", "x", "y", "z")
"""Columns of every three-axis file of Sensor Logger."""

_OTHERS: Final = ("magnetometer", "magnetometeruncalibrated", "orientation", "headphone")
KNOWN_ROLES: Final = frozenset({*ACCELERATIONS, *GYROSCOPES, *_OTHERS, METADATA})
"""Every sensor whose name tells what it is."""

_BY_LENGTH: Final = sorted(KNOWN_ROLES, key=len, reverse=True)
_QUIET: Final = 3e-4
_NEAR_G: Final = 0.25

# Added to the names of copies: `Gyroscope (1).csv`, `Gyroscope-2.csv`.
_COPY: Final = re.compile(r"[\s_-]*\(?\d*\)?$")

_MOST_G: Final = 3.0
"""Gravity is 1 g or 9.8 m/s²: the median of a session tells which."""


def is_sensor_logger(header: ForeignHeader) -> bool:
    """Say whether a header is one of Sensor Logger: a sensor's own, or the combined one."""
    return "seconds_elapsed" in header.names and (
        set(SENSOR_LOGGER) <= set(header.names)
        or any("".join(words) in KNOWN_ROLES for words in _words(header))
    )


def _words(header: ForeignHeader) -> Iterator[tuple[str, ...]]:
    return (header.columns[triple.columns[0]].words for triple in header.triples)


def role_of(file: ForeignFile, words: tuple[str, ...] = ()) -> str:
    """Return the sensor that the words of columns stand for, or else the name of the file.

    Somebody may have put something before the name of a file: `set1_TotalAcceleration.csv`.
    """
    if "".join(words) in KNOWN_ROLES:
        return "".join(words)
    name = _COPY.sub("", file.stem)
    if name in KNOWN_ROLES:
        return name
    return next((role for role in _BY_LENGTH if name.endswith(role)), name)


def role_by_values(part: Part) -> str | None:
    """Return what acceleration samples without a name must be; None if they may be anything."""
    if not len(part.time_s):
        return None
    sizes = np.linalg.norm(part.values, axis=1)
    typical = float(np.median(sizes))
    if not holds_gravity(sizes):
        return None
    # The system makes its gravity exactly as long as it should be; no sensor is so quiet.
    return GRAVITY if float(np.std(sizes)) < _QUIET * typical else TOTAL


def holds_gravity(sizes: NDArray[np.float64]) -> bool:
    """Say whether the lengths of vectors, in g or m/s², are those of gravity most of the time."""
    typical = float(np.median(sizes))
    in_g = typical if typical < _MOST_G else typical / STANDARD_GRAVITY_MPS2
    spread = float(np.median(np.abs(sizes - typical)))
    return abs(in_g - 1.0) < _NEAR_G and spread < _NEAR_G * typical


def _metadata(files: Sequence[ForeignFile]) -> Iterator[Mapping[str, str | None]]:
    for file in files:
        if role_of(file) != METADATA:
            continue
        try:
            yield from csv.DictReader(file.text.decode(errors="replace").splitlines())
        except csv.Error:
            continue


def points_down(files: Sequence[ForeignFile]) -> bool | None:
    """Say whether accelerations point down at rest; None if no file tells."""
    for row in _metadata(files):
        platform = (row.get("platform") or "").lower()
        if platform:
            standard = (row.get("standardisation") or "").lower() == "true"
            return platform == "ios" and not standard
    return None


def zone_in(files: Sequence[ForeignFile], unix_s: float) -> tzinfo | None:
    """Return the zone of the phone as an offset at that time; None if no file tells."""
    for row in _metadata(files):
        name = (row.get("recording timezone") or "").strip()
        if not name:
            continue
        if (named := zone_of(name)) is not None:
            return named
        try:
            offset = datetime.fromtimestamp(unix_s, ZoneInfo(name)).utcoffset()
        # An unknown zone is a `KeyError`, and a name may be no path at all.
        except (KeyError, ValueError, OSError, OverflowError):
            continue
        return None if offset is None else timezone(offset)
    return None


def acceleration(parts: Mapping[str, Part], path: Path, down: bool | None) -> Part:
    """Return Sensor Logger's acceleration as a specific force, m/s².

    `parts` are the samples by role, `path` is for messages, and `down` says whether acceleration
    points down at rest (None if unknown). Raises `InputError` if no file includes gravity, or
    nothing tells which way it points.
    """
    for role in (TOTAL, UNCALIBRATED, LINEAR):
        if role not in parts or not len(parts[role].time_s):
            continue
        # A file may have got the name of another one.
        if role != LINEAR or role_by_values(parts[role]) == TOTAL:
            return _whole(parts[role], down)
    if LINEAR in parts and GRAVITY in parts:
        return _directed(_summed(parts[LINEAR], parts[GRAVITY]), path, down)
    raise InputError(
        str(path),
        _("has no acceleration that includes gravity"),
        _(
            "Switch on Total Acceleration, Accelerometer Uncalibrated, or Gravity beside the "
            "Accelerometer in Sensor Logger, and name all of its files: the folder or the zip."
        ),
    )


def _whole(part: Part, down: bool | None) -> Part:
    """Return one file's acceleration in m/s²; values in g are in iOS's default convention."""
    typical = float(np.median(np.linalg.norm(part.values, axis=1)))
    in_g = typical < _MOST_G
    scale = STANDARD_GRAVITY_MPS2 if in_g else 1.0
    sign = -1.0 if (in_g if down is None else down) else 1.0
    return replace(part, values=part.values * (scale * sign))


def _summed(linear: Part, gravity: Part) -> Part:
    rest, known = values_at(linear.time_s, gravity, 0.0)
    refuse_apart(linear, gravity, 0.0, known)
    total = linear.values[known] + rest[known]
    lines = None if linear.lines is None else linear.lines[known]
    return replace(linear, time_s=linear.time_s[known], values=total, lines=lines)


def _directed(part: Part, path: Path, down: bool | None) -> Part:
    if down is None:
        raise InputError(
            str(path),
            _(
                "does not say whether acceleration points up or down at rest: iPhone and Android "
                "differ, and there is no Metadata.csv"
            ),
            _(
                "Name the whole folder or zip, or add --acc-points down for an iPhone that was "
                "not told to standardise units and frames, otherwise --acc-points up."
            ),
        )
    return replace(part, values=part.values * (-1.0 if down else 1.0))
