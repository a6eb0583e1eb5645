"""Imported samples in SI units, how they become notifications, and the checks that they pass.

The checks refuse what a sensor worn by a person cannot have measured, and name the usual mistake.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import MAX_TIME_S, UNMENDED, InputError, Notification, SensorMend, mend_in
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors import parse_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tracker.domain import DataWarning


class AccUnit(Enum):
    """Unit of the acceleration columns; the value is what a user types."""

    MPS2 = "m/s2"
    G = "g"

    @property
    def mps2(self) -> float:
        """One of this unit, m/s²."""
        return 1.0 if self is AccUnit.MPS2 else STANDARD_GRAVITY_MPS2


class GyroUnit(Enum):
    """Unit of the angular rate columns; the value is what a user types."""

    RADPS = "rad/s"
    DPS = "deg/s"

    @property
    def radps(self) -> float:
        """One of this unit, rad/s."""
        return 1.0 if self is GyroUnit.RADPS else RADPS_PER_DPS


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """All samples of an imported file."""

    time_s: NDArray[np.float64]
    """Time of each sample as in the file, s, shape (n,); never falls, may stand still."""
    acc_mps2: NDArray[np.float64]
    """Specific force in the sensor's axes, gravity included, m/s², shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Angular rate in the sensor's axes, rad/s, shape (n, 3); None where the file has none."""


@dataclass(frozen=True, slots=True, eq=False)
class ImportedSamples:
    """A session as another program saved it."""

    table: SampleTable
    started_utc: str | None
    """Time of second 0, ISO 8601 with the offset of the wearer's zone; None if no file says."""
    warnings: tuple[DataWarning, ...] = ()
    """What to know about the files."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user says about a file of samples; None keeps what the file says."""

    acc_unit: AccUnit | None = None
    gyro_unit: GyroUnit | None = None
    points_down: bool | None = None
    """Whether acceleration points down at rest."""
    settings: tuple[str, ...] = ()
    """Settings of the decoder as `key=value`, beside or instead of what the file says."""

    @property
    def mend(self) -> SensorMend:
        """What the settings will put right; raises `TrackerError` where one makes no sense."""
        return mend_in(parse_settings(self.settings))


def notifications_from_samples(
    table: SampleTable,
    block_samples: int,
    encode: Callable[
        [NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None], bytes
    ],
    channel: str,
) -> Iterator[Notification]:
    """Cut samples into notifications, each received at the time of its last sample.

    The last may have fewer than `block_samples`. `encode` makes the payload from time (s),
    specific force (m/s²) and angular rate (rad/s or None). Raises `ValueError` if `block_samples`
    is less than 1.
    """
    if block_samples < 1:
        raise ValueError(f"expected blocks of at least 1 sample, got {block_samples}")
    return (
        Notification(
            ns_from_s(float(table.time_s[block][-1])),
            channel,
            encode(
                table.time_s[block],
                table.acc_mps2[block],
                None if table.gyro_radps is None else table.gyro_radps[block],
            ),
        )
        for block in (
            slice(block_samples * index, block_samples * (index + 1))
            for index in range(math.ceil(len(table.time_s) / block_samples))
        )
    )


MIN_RATE_HZ: Final = 10.0
"""Slower samples do not show when a lockout begins."""

MAX_RATE_HZ: Final = 1000.0
"""No motion sensor that talks over Bluetooth samples faster."""

RATE_TOLERANCE: Final = 0.02
"""How far a rate may be outside of the limits: sensors' clocks are off, and stamps are rounded."""

MAX_ACC_MPS2: Final = 1000.0
"""A hundred g; a dropped phone has less."""

MAX_GYRO_RADPS: Final = 200.0
"""Thirty turns a second, five times the end of the widest range that sensors have."""

MAX_SUSTAINED_GYRO_RADPS: Final = 20.0
"""Three turns a second; no hip does that for a twentieth of a session."""

MAX_NUMBER: Final = 1e100
"""A larger number is no measurement in any unit, and its square or sum would overflow."""

FIRST_EPOCH_S: Final = 946_684_800.0
"""Unix time of the year 2000; an earlier clock was never set."""

GAP_S: Final = 1.0
"""A longer step is a hole in the stream and says nothing about the rate."""

_GRAVITY_IN_G: Final = (0.7, 1.3)
LEAST_TYPICAL_ACC_MPS2: Final = 3.0
"""A third of gravity: nobody spends half of a recording in free fall."""

MOST_TYPICAL_ACC_MPS2: Final = 17.0 * STANDARD_GRAVITY_MPS2
"""The widest range that is taken for the narrowest is 8 times too large, and for a chip of 2 g, 16
times; more is no wrong range."""

MOST_COUNTS: Final = float(1 << 20)
"""No motion chip has more than 20 bits for 1 g."""

_GRAVITY_IN_MPS2: Final = (7.0, 13.0)
_PARTS_OF_A_SECOND: Final = ((1e3, "milliseconds"), (1e6, "microseconds"), (1e9, "nanoseconds"))


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be in a table of samples."""

    text: str
    advice: str
    row: int | None = None
    """The first row to blame; None if it is the whole table."""


def check_samples(
    path: Path,
    table: SampleTable,
    acc_unit: AccUnit,
    gyro_unit: GyroUnit,
    line_of: Callable[[int], int],
    mend: SensorMend = UNMENDED,
) -> None:
    """Refuse samples that would be measured wrongly without anybody noticing.

    `path` and the units are for messages, and `line_of` gives the line of a row. What `mend` will
    put right later is right already. Raises `InputError` for the first thing that cannot be.
    """
    gyro = None if table.gyro_radps is None else mend.gyro(table.gyro_radps)
    mended = replace(table, acc_mps2=mend.acc(table.acc_mps2), gyro_radps=gyro)
    for problem in problems_of(mended, acc_unit, gyro_unit):
        line = "" if problem.row is None else f"line {line_of(problem.row)}: "
        raise InputError(str(path), line + problem.text, problem.advice)


def problems_of(table: SampleTable, acc_unit: AccUnit, gyro_unit: GyroUnit) -> Iterator[Problem]:
    """Yield what cannot be in a table; the units are for messages.

    Each check relies on those before it, so only the first problem is to be trusted.
    """
    yield from _problems_of_numbers(table)
    yield from _problems_of_time(table.time_s)
    yield from _problems_of_acc(table.acc_mps2, acc_unit)
    if table.gyro_radps is not None:
        yield from _problems_of_gyro(table.gyro_radps, gyro_unit)


def _problems_of_numbers(table: SampleTable) -> Iterator[Problem]:
    columns = [table.time_s[:, None], table.acc_mps2]
    if table.gyro_radps is not None:
        columns.append(table.gyro_radps)
    # Column by column, before anything is squared, summed or subtracted.
    largest = np.max([np.abs(column).max(axis=1) for column in columns], axis=0)
    for row in _first(~np.isfinite(largest)):
        yield Problem(
            "a value is not a finite number",
            "Leave out rows that are not complete; gaps are allowed.",
            row,
        )
    for row in _first(largest > MAX_NUMBER):
        yield Problem(
            f"{largest[row]:.4g} is not a measurement",
            "Leave out rows that are damaged; gaps are allowed.",
            row,
        )


def _problems_of_time(time_s: NDArray[np.float64]) -> Iterator[Problem]:
    if time_s.size < 2:
        count = "no samples" if not time_s.size else "one sample"
        yield Problem(f"the file has {count}, expected at least 2", "Check that it is complete.")
    steps_s = np.diff(time_s)
    for step in _first(steps_s < 0.0):
        yield Problem(
            f"time runs backwards, from {time_s[step]:.9g} to {time_s[step + 1]:.9g} s",
            "Sort the rows by time, and import joined sessions one by one.",
            step + 1,
        )
    if time_s[0] == time_s[-1]:
        yield Problem(
            f"all {time_s.size} samples have the same time, {time_s[0]:.9g} s",
            "Check that time_s is the column of time, with its decimals.",
        )
    rate_hz = mean_rate_hz(steps_s)
    if not is_usual_rate(rate_hz):
        units = _PARTS_OF_A_SECOND
        unit = next((name for n, name in units if is_usual_rate(rate_hz * n)), None)
        yield Problem(
            f"there are {rate_hz:.3g} samples a second, "
            f"expected {MIN_RATE_HZ:g} to {MAX_RATE_HZ:g}",
            f"time_s looks like {unit}: convert it to seconds."
            if unit
            else "Check that time_s is in seconds.",
        )
    for row in _first(np.abs(time_s) > MAX_TIME_S):
        yield Problem(
            f"a time of {time_s[row]:.9g} s is out of range",
            "Count time from the start of the session.",
            row,
        )


def mean_rate_hz(steps_s: NDArray[np.float64]) -> float:
    """Return the mean rate outside of gaps, Hz; repeated stamps of a coarse clock count."""
    close = steps_s[steps_s <= GAP_S]
    counted = close if 2 * close.size >= steps_s.size and close.any() else steps_s
    return counted.size / float(counted.sum())


def is_usual_rate(rate_hz: float) -> bool:
    """Say whether a motion sensor samples at a rate, Hz."""
    return (1.0 - RATE_TOLERANCE) * MIN_RATE_HZ <= rate_hz <= (1.0 + RATE_TOLERANCE) * MAX_RATE_HZ


def _problems_of_acc(acc_mps2: NDArray[np.float64], unit: AccUnit) -> Iterator[Problem]:
    size_mps2 = np.linalg.norm(acc_mps2, axis=1)
    typical = float(np.median(size_mps2)) / unit.mps2
    low, high = _GRAVITY_IN_MPS2 if unit is AccUnit.G else _GRAVITY_IN_G
    if low <= typical <= high:
        other = AccUnit.MPS2 if unit is AccUnit.G else AccUnit.G
        yield Problem(
            f"the acceleration is mostly {typical:.3g}, which in {unit.value} is not gravity",
            f"It looks like {other.value}: say --acc-unit {other.value}",
        )
    if typical * unit.mps2 < LEAST_TYPICAL_ACC_MPS2:
        yield Problem(
            f"the acceleration is mostly {typical:.3g} {unit.value}: gravity is not in it",
            "Save it with gravity; apps call the one without it linear acceleration.",
        )
    if MOST_TYPICAL_ACC_MPS2 < typical * unit.mps2 < MOST_COUNTS:
        yield Problem(
            f"the acceleration is mostly {typical:.3g} {unit.value}: no range of a sensor makes "
            "that of gravity",
            f"Check the unit of the acc columns; {counts_advice(typical * unit.mps2)}",
        )
    for row in _first(size_mps2 > MAX_ACC_MPS2):
        yield Problem(
            f"an acceleration of {size_mps2[row]:.4g} m/s² is not a person's movement",
            f"It was read as {unit.value}: check the unit of the acc columns and --acc-unit.",
            row,
        )


def counts_advice(typical: float) -> str:
    """Return how to read the counts of a chip, if gravity is that many of them."""
    return f"raw counts are read with --setting acc_factor={STANDARD_GRAVITY_MPS2 / typical:.4g}"


def _problems_of_gyro(gyro_radps: NDArray[np.float64], unit: GyroUnit) -> Iterator[Problem]:
    size_radps = np.linalg.norm(gyro_radps, axis=1)
    if unit is GyroUnit.RADPS:
        advice = "It looks like deg/s: say --gyro-unit deg/s"
    else:
        advice = "Check the unit of the gyro columns and --gyro-unit."
    for row in _first(size_radps > MAX_GYRO_RADPS):
        yield Problem(
            f"an angular rate of {size_radps[row]:.4g} rad/s is not a person's movement",
            advice,
            row,
        )
    sustained_radps = float(np.percentile(size_radps, 95.0))
    if sustained_radps > MAX_SUSTAINED_GYRO_RADPS:
        yield Problem(
            f"a twentieth of the angular rates is above {sustained_radps:.3g} rad/s, "
            "which is not a person's movement",
            advice,
        )


def _first(mask: NDArray[np.bool_]) -> list[int]:
    """Return the index of the first true element, if there is one."""
    return [int(np.argmax(mask))] if mask.any() else []
