"""What phones and other apps save, read as samples: one file or several of one session.

Sensor Logger (https://github.com/tszheichoi/awesome-sensor-logger: UNITS.md, COORDINATES.md,
CROSSPLATFORM.md) tells sensors apart by the names of their files. `Accelerometer.csv` is without
gravity, `Gravity.csv` is the rest of it, `TotalAcceleration.csv` (Android) has both, and so does
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
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import DataWarning, InputError, WarningKind
from tracker.domain.units import STANDARD_GRAVITY_MPS2, counted
from tracker.importers.samples import MAX_TIME_S, AccUnit, GyroUnit, SampleTable, check_samples
from tracker.importers.tables import (
    AXES,
    Part,
    Quantity,
    foreign_files,
    read_foreign_header,
    read_part,
    refuse_apart,
    shift_between,
    values_at,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.importers.tables import ForeignFile, ForeignHeader

_ROUNDING_S: Final = 0.002
"""phyphox writes the system's clock in milliseconds."""


@dataclass(frozen=True, slots=True)
class ExperimentClock:
    """Turns the time of a phyphox experiment into time that passed."""

    starts: tuple[tuple[float, float], ...]
    """Time of the experiment and Unix time at each start, s; at least one."""

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
        return replace(part, time_s=time_s + paused_s, epoch_s=self.epoch_s)


def experiment_clock(file: ForeignFile) -> ExperimentClock | None:
    """Read phyphox's table of times; None if the file is not one, or has no start."""
    if file.stem != "time":
        return None
    lines = file.text.decode(errors="replace").splitlines()
    separator = max(",;\t", key=lines[0].count) if lines else ","
    try:
        starts = tuple(
            (_number(row["experiment time"]), _number(row["system time"]))
            for row in csv.DictReader(lines, delimiter=separator)
            if row.get("event") == "START"
        )
    except (csv.Error, AttributeError, KeyError, ValueError):
        return None
    return ExperimentClock(starts) if starts and _is_rising(starts) else None


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

# Added to the names of copies: `Gyroscope (1).csv`, `Gyroscope-2.csv`.
_COPY: Final = re.compile(r"[\s_-]*\(?\d*\)?$")

_MOST_G: Final = 3.0
"""Gravity is 1 g or 9.8 m/s²: the median of a session tells which."""


def role_of(file: ForeignFile) -> str:
    """Return the sensor that a file's name stands for."""
    return _COPY.sub("", file.stem)


def points_down(files: Sequence[ForeignFile]) -> bool | None:
    """Say whether accelerations point down at rest; None if no file tells."""
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
    """Return Sensor Logger's acceleration as a specific force, m/s².

    `parts` are the samples by role, `path` is for messages, and `down` says whether acceleration
    points down at rest (None if unknown). Raises `InputError` if no file includes gravity, or
    nothing tells which way it points.
    """
    for role in (TOTAL, UNCALIBRATED):
        if role in parts and len(parts[role].time_s):
            return _whole(parts[role], down)
    if LINEAR in parts and GRAVITY in parts:
        return _directed(_summed(parts[LINEAR], parts[GRAVITY]), path, down)
    raise InputError(
        str(path),
        "has no acceleration that includes gravity",
        "Switch on Total Acceleration, Accelerometer Uncalibrated, or Gravity beside the "
        "Accelerometer in Sensor Logger, and name all of its files: the folder or the zip.",
    )


def _whole(part: Part, down: bool | None) -> Part:
    """Return one file's acceleration in m/s²; values in g are in iOS's default convention."""
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
            "does not say whether acceleration points up or down at rest: iPhone and Android "
            "differ, and there is no Metadata.csv",
            "Name the whole folder or zip, or add --acc-points down for an iPhone that was not "
            "told to standardise units and frames, otherwise --acc-points up.",
        )
    return Part(part.path, part.time_s, part.values * (-1.0 if down else 1.0), part.epoch_s)


_FIRST_EPOCH_S: Final = 946_684_800.0
"""Unix time of the year 2000; an earlier clock was never set."""


@dataclass(frozen=True, slots=True, eq=False)
class ForeignSamples:
    """A session of another app."""

    table: SampleTable
    started_utc: str | None
    """Time of second 0, ISO 8601; None if no file says."""
    warnings: tuple[DataWarning, ...] = ()
    """What to know about the files."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user says about a file of samples; None keeps what the file says."""

    acc_unit: AccUnit | None = None
    gyro_unit: GyroUnit | None = None
    points_down: bool | None = None
    """Whether acceleration points down at rest."""


def read_foreign(paths: Sequence[Path], options: ImportOptions) -> ForeignSamples:
    """Read one session of another app.

    `paths` name a file with everything, the files of single sensors, a folder of them or a zip;
    `options` override what they say. Raises `InputError` if something cannot be read, gravity is
    missing, or a unit is unknown.
    """
    files = foreign_files(paths)
    headers = [(file, header) for file in files if (header := read_foreign_header(file.text))]
    if any(header.sensor_logger for _, header in headers):
        acc, gyro = _of_sensor_logger(paths[0], files, headers, options)
    else:
        acc, gyro = _of_columns(paths[0], headers, options)
    clock = next(filter(None, map(experiment_clock, files)), None)
    if clock is not None:
        acc = clock.with_pauses(acc)
        gyro = None if gyro is None else clock.with_pauses(gyro)
    return _joined(acc, gyro, options)


def _of_sensor_logger(
    path: Path,
    files: Sequence[ForeignFile],
    headers: Sequence[tuple[ForeignFile, ForeignHeader]],
    options: ImportOptions,
) -> tuple[Part, Part | None]:
    parts: dict[str, Part] = {}
    for file, header in headers:
        role = role_of(file)
        if not header.sensor_logger or role not in (*ACCELERATIONS, *GYROSCOPES):
            continue
        if role in parts:
            raise InputError(
                str(file.path), f"is a second {role}", "Name the files of one session."
            )
        columns = [header.names.index(axis) for axis in AXES]
        parts[role] = read_part(file, header, columns)
    down = options.points_down
    acc = acceleration(parts, path, points_down(files) if down is None else down)
    gyro = next((parts[role] for role in GYROSCOPES if role in parts), None)
    return acc, gyro


def _of_columns(
    path: Path, headers: Sequence[tuple[ForeignFile, ForeignHeader]], options: ImportOptions
) -> tuple[Part, Part | None]:
    found: dict[Quantity, Part] = {}
    for file, header in headers:
        for triple in header.triples:
            quantity = triple.quantity
            if quantity is Quantity.ACC and file.stem.startswith("linear"):
                quantity = Quantity.LINEAR_ACC
            if quantity is Quantity.LINEAR_ACC:
                found.setdefault(quantity, Part(file.path, np.empty(0), np.empty((0, 3)), None))
                continue
            if quantity in found:
                raise InputError(
                    str(file.path),
                    f"has {quantity.value}, and so has {found[quantity].path.name}",
                    "Name the files of one session.",
                )
            part = read_part(file, header, triple.columns)
            scale = _si(file, quantity, triple.si, options)
            found[quantity] = replace(part, values=part.values * scale)
    if Quantity.LINEAR_ACC in found and Quantity.ACC not in found:
        raise InputError(
            str(found[Quantity.LINEAR_ACC].path),
            "is acceleration without gravity, which cannot show the angle of the hips",
            'Record it with gravity; phyphox calls that "Acceleration with g".',
        )
    if Quantity.ACC not in found:
        raise InputError(
            str(path),
            "has no acceleration",
            "Name the file of the accelerometer as well, or the folder or zip of all files.",
        )
    acc = found[Quantity.ACC]
    if options.points_down:
        acc = replace(acc, values=-acc.values)
    return acc, found.get(Quantity.GYRO)


def _si(
    file: ForeignFile, quantity: Quantity, in_file: float | None, options: ImportOptions
) -> float:
    """Return the factor from a file's unit to m/s² or rad/s."""
    if quantity is Quantity.GYRO:
        typed = None if options.gyro_unit is None else options.gyro_unit.radps
        option, units = "--gyro-unit", [unit.value for unit in GyroUnit]
    else:
        typed = None if options.acc_unit is None else options.acc_unit.mps2
        option, units = "--acc-unit", [unit.value for unit in AccUnit]
    scale = in_file if typed is None else typed
    if scale is None:
        raise InputError(
            str(file.path),
            f"does not say the unit of its {quantity.value}",
            f"Add {' or '.join(f'{option} {unit}' for unit in units)}.",
        )
    return scale


def _joined(acc: Part, gyro: Part | None, options: ImportOptions) -> ForeignSamples:
    rows, rates = np.arange(len(acc.time_s)), None
    if gyro is not None and len(gyro.time_s) and len(acc.time_s):
        shift_s = shift_between(acc, gyro)
        values, known = values_at(acc.time_s, gyro, shift_s)
        refuse_apart(acc, gyro, shift_s, known)
        rows, rates = rows[known], values[known]
    table = SampleTable(acc.time_s[rows], acc.values[rows], rates)
    check_samples(
        acc.path,
        table,
        options.acc_unit or AccUnit.MPS2,
        options.gyro_unit or GyroUnit.RADPS,
        # Below the header; the apps write no empty lines.
        lambda row: int(rows[row]) + 2,
    )
    started_utc = None
    if acc.epoch_s is not None and _FIRST_EPOCH_S <= acc.epoch_s <= MAX_TIME_S:
        started_utc = datetime.fromtimestamp(acc.epoch_s, UTC).isoformat()
    warnings = []
    if left_out := len(acc.time_s) - len(rows):
        samples = counted(left_out, "acceleration sample")
        text = f"left out {samples} without an angular rate at that time"
        warnings.append(DataWarning(WarningKind.SAMPLES_LEFT_OUT, text))
    return ForeignSamples(table, started_utc, tuple(warnings))
