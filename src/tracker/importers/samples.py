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
from tracker.language import _, localized
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
"""A longer step is a gap in the stream and says nothing about the rate."""

_GRAVITY_IN_G: Final = (0.7, 1.3)
LEAST_TYPICAL_ACC_MPS2: Final = 3.0
"""A third of gravity: nobody spends half of a recording in free fall."""

MOST_TYPICAL_ACC_MPS2: Final = 17.0 * STANDARD_GRAVITY_MPS2
"""The widest range that is taken for the narrowest is 8 times too large, and for a chip of 2 g, 16
times; more is no wrong range."""

MOST_COUNTS: Final = float(1 << 20)
"""No motion chip has more than 20 bits for 1 g."""

_GRAVITY_IN_MPS2: Final = (7.0, 13.0)
_PARTS_OF_A_SECOND: Final = (
    (1e3, _("milliseconds")),
    (1e6, _("microseconds")),
    (1e9, _("nanoseconds")),
)


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
        text = problem.text
        if problem.row is not None:
            text = _("line {line}: {problem}").format(line=line_of(problem.row), problem=text)
        raise InputError(str(path), text, problem.advice)


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
            _("a value is not a finite number"),
            _("Leave out rows that are not complete; gaps are allowed."),
            row,
        )
    for row in _first(largest > MAX_NUMBER):
        yield Problem(
            _("{number} is not a measurement").format(number=_digits(largest[row], 4)),
            _("Leave out rows that are damaged; gaps are allowed."),
            row,
        )


def _problems_of_time(time_s: NDArray[np.float64]) -> Iterator[Problem]:
    if time_s.size < 2:
        yield Problem(
            _("the file has one sample, expected at least 2")
            if time_s.size
            else _("the file has no samples, expected at least 2"),
            _("Check that it is complete."),
        )
    steps_s = np.diff(time_s)
    for step in _first(steps_s < 0.0):
        yield Problem(
            _("time runs backwards, from {start} to {end} s").format(
                start=_digits(time_s[step], 9), end=_digits(time_s[step + 1], 9)
            ),
            _("Sort the rows by time, and import joined sessions one by one."),
            step + 1,
        )
    if time_s[0] == time_s[-1]:
        yield Problem(
            _("all {samples} samples have the same time, {seconds} s").format(
                samples=time_s.size, seconds=_digits(time_s[0], 9)
            ),
            _("Check that time_s is the column of time, with its decimals."),
        )
    rate_hz = mean_rate_hz(steps_s)
    if not is_usual_rate(rate_hz):
        units = _PARTS_OF_A_SECOND
        unit = next((name for n, name in units if is_usual_rate(rate_hz * n)), None)
        yield Problem(
            _("there are {rate} samples a second, expected {least} to {most}").format(
                rate=_digits(rate_hz, 3), least=f"{MIN_RATE_HZ:g}", most=f"{MAX_RATE_HZ:g}"
            ),
            _("time_s looks like {unit}: convert it to seconds.").format(unit=unit)
            if unit
            else _("Check that time_s is in seconds."),
        )
    for row in _first(np.abs(time_s) > MAX_TIME_S):
        yield Problem(
            _("a time of {seconds} s is out of range").format(seconds=_digits(time_s[row], 9)),
            _("Count time from the start of the session."),
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
            _("the acceleration is mostly {number}, which in {unit} is not gravity").format(
                number=_digits(typical, 3), unit=unit.value
            ),
            _("It looks like {unit}: say --acc-unit {unit}").format(unit=other.value),
        )
    if typical * unit.mps2 < LEAST_TYPICAL_ACC_MPS2:
        yield Problem(
            _("the acceleration is mostly {number} {unit}: gravity is not in it").format(
                number=_digits(typical, 3), unit=unit.value
            ),
            _("Save it with gravity; apps call the one without it linear acceleration."),
        )
    if MOST_TYPICAL_ACC_MPS2 < typical * unit.mps2 < MOST_COUNTS:
        yield Problem(
            _(
                "the acceleration is mostly {number} {unit}: no range of a sensor makes that of "
                "gravity"
            ).format(number=_digits(typical, 3), unit=unit.value),
            _(
                "Check the unit of the acc columns; raw counts are read with --setting {setting}"
            ).format(setting=counts_setting(typical * unit.mps2)),
        )
    for row in _first(size_mps2 > MAX_ACC_MPS2):
        yield Problem(
            _("an acceleration of {number} m/s² is not a person's movement").format(
                number=_digits(size_mps2[row], 4)
            ),
            _("It was read as {unit}: check the unit of the acc columns and --acc-unit.").format(
                unit=unit.value
            ),
            row,
        )


def counts_setting(typical: float) -> str:
    """Return the setting that reads the counts of a chip, if gravity is that many of them."""
    return f"acc_factor={STANDARD_GRAVITY_MPS2 / typical:.4g}"


def _digits(number: float, digits: int) -> str:
    """Return a number for people with at most so many digits."""
    return localized(f"{number:.{digits}g}")


def _problems_of_gyro(gyro_radps: NDArray[np.float64], unit: GyroUnit) -> Iterator[Problem]:
    size_radps = np.linalg.norm(gyro_radps, axis=1)
    if unit is GyroUnit.RADPS:
        advice = _("It looks like deg/s: say --gyro-unit deg/s")
    else:
        advice = _("Check the unit of the gyro columns and --gyro-unit.")
    for row in _first(size_radps > MAX_GYRO_RADPS):
        yield Problem(
            _("an angular rate of {number} rad/s is not a person's movement").format(
                number=_digits(size_radps[row], 4)
            ),
            advice,
            row,
        )
    sustained_radps = float(np.percentile(size_radps, 95.0))
    if sustained_radps > MAX_SUSTAINED_GYRO_RADPS:
        yield Problem(
            _(
                "a twentieth of the angular rates is above {number} rad/s, which is not a "
                "person's movement"
            ).format(number=_digits(sustained_radps, 3)),
            advice,
        )


def _first(mask: NDArray[np.bool_]) -> list[int]:
    """Return the index of the first true element, if there is one."""
    return [int(np.argmax(mask))] if mask.any() else []
