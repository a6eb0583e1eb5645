"""What phones and other apps save, read as samples: one file or several of one session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import InputError
from tracker.recording.foreign_files import foreign_files
from tracker.recording.foreign_header import AXES, Quantity, read_foreign_header
from tracker.recording.foreign_merge import refuse_apart, shift_between, values_at
from tracker.recording.foreign_part import Part, read_part
from tracker.recording.phyphox_time import experiment_clock
from tracker.recording.sample_checks import MAX_TIME_S, check_samples
from tracker.recording.sample_table import AccUnit, GyroUnit, SampleTable
from tracker.recording.sensor_logger import (
    ACCELERATIONS,
    GYROSCOPES,
    acceleration,
    points_down,
    role_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.recording.foreign_files import ForeignFile
    from tracker.recording.foreign_header import ForeignHeader

_FIRST_EPOCH_S: Final = 946_684_800.0
"""Unix time of the year 2000; a clock that says less was never set."""


@dataclass(frozen=True, slots=True, eq=False)
class ForeignSamples:
    """A session of another app."""

    table: SampleTable
    started_utc: str | None
    """When second 0 was, ISO 8601; None where no file says."""
    left_out: int
    """Accelerations without an angular rate at their time: before it, after it, or in a hole."""


@dataclass(frozen=True, slots=True)
class Sayings:
    """What the user says of a foreign file; None leaves what the file says."""

    acc_unit: AccUnit | None = None
    gyro_unit: GyroUnit | None = None
    points_down: bool | None = None
    """Whether acceleration points down at rest."""


def read_foreign(paths: Sequence[Path], sayings: Sayings) -> ForeignSamples:
    """Read one session of another app.

    Parameters
    ----------
    paths
        A file with everything, the files of single sensors, a folder of them or a zip.
    sayings
        What the user says of them.

    Raises
    ------
    InputError
        If something cannot be read, acceleration with gravity is missing, or a unit is not known.
    """
    files = foreign_files(paths)
    headers = [(file, header) for file in files if (header := read_foreign_header(file.text))]
    if any(header.sensor_logger for _, header in headers):
        acc, gyro = _of_sensor_logger(paths[0], files, headers, sayings)
    else:
        acc, gyro = _of_columns(paths[0], headers, sayings)
    clock = next(filter(None, map(experiment_clock, files)), None)
    if clock is not None:
        acc = clock.told(acc)
        gyro = None if gyro is None else clock.told(gyro)
    return _joined(acc, gyro, sayings)


def _of_sensor_logger(
    path: Path,
    files: Sequence[ForeignFile],
    headers: Sequence[tuple[ForeignFile, ForeignHeader]],
    sayings: Sayings,
) -> tuple[Part, Part | None]:
    parts: dict[str, Part] = {}
    for file, header in headers:
        role = role_of(file)
        if not header.sensor_logger or role not in (*ACCELERATIONS, *GYROSCOPES):
            continue
        if role in parts:
            raise InputError(
                str(file.path), f"is a second {role}", "Give the files of one session."
            )
        columns = [header.names.index(axis) for axis in AXES]
        parts[role] = read_part(file, header, columns)
    down = sayings.points_down
    acc = acceleration(parts, path, points_down(files) if down is None else down)
    gyro = next((parts[role] for role in GYROSCOPES if role in parts), None)
    return acc, gyro


def _of_columns(
    path: Path, headers: Sequence[tuple[ForeignFile, ForeignHeader]], sayings: Sayings
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
                    "Give the files of one session.",
                )
            part = read_part(file, header, triple.columns)
            scale = _si(file, quantity, triple.si, sayings)
            found[quantity] = replace(part, values=part.values * scale)
    if Quantity.ACC not in found:
        _refuse(path, found)
    acc = found[Quantity.ACC]
    if sayings.points_down:
        acc = replace(acc, values=-acc.values)
    return acc, found.get(Quantity.GYRO)


def _si(file: ForeignFile, quantity: Quantity, said: float | None, sayings: Sayings) -> float:
    """Return one of a file's unit in m/s² or rad/s."""
    if quantity is Quantity.GYRO:
        typed = None if sayings.gyro_unit is None else sayings.gyro_unit.radps
        option, units = "--gyro-unit", [unit.value for unit in GyroUnit]
    else:
        typed = None if sayings.acc_unit is None else sayings.acc_unit.mps2
        option, units = "--acc-unit", [unit.value for unit in AccUnit]
    scale = said if typed is None else typed
    if scale is None:
        raise InputError(
            str(file.path),
            f"does not say the unit of its {quantity.value}",
            f"Say {' or '.join(f'{option} {unit}' for unit in units)}.",
        )
    return scale


def _refuse(path: Path, found: dict[Quantity, Part]) -> None:
    if Quantity.LINEAR_ACC in found:
        raise InputError(
            str(found[Quantity.LINEAR_ACC].path),
            "is acceleration without gravity, which does not show how the hips are turned",
            'Record it with gravity; phyphox calls that "Acceleration with g".',
        )
    raise InputError(
        str(path),
        "has no acceleration in it",
        "Give the file of the accelerometer as well, or the folder or zip of all of them.",
    )


def _joined(acc: Part, gyro: Part | None, sayings: Sayings) -> ForeignSamples:
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
        sayings.acc_unit or AccUnit.MPS2,
        sayings.gyro_unit or GyroUnit.RADPS,
        # Below the header; the app leaves no line empty.
        lambda row: int(rows[row]) + 2,
    )
    return ForeignSamples(table, _moment(acc.epoch_s), len(acc.time_s) - len(rows))


def _moment(epoch_s: float | None) -> str | None:
    if epoch_s is None or not _FIRST_EPOCH_S <= epoch_s <= MAX_TIME_S:
        return None
    return datetime.fromtimestamp(epoch_s, UTC).isoformat()
