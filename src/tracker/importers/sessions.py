"""One session of another app: which columns of which files are used, joined on one clock.

An acceleration that includes gravity is needed, and an angular rate wanted. Whatever else is in x,
y and z is named in a warning. Where a unit is missing, gravity tells it: its length that of the
acceleration, and how it turns that of the angular rate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import MAX_TIME_S, DataWarning, InputError, WarningKind
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.importers.apps import app_of
from tracker.importers.columns import Quantity, alternatives, column
from tracker.importers.files import ForeignFile, foreign_files, start_of, texts_in
from tracker.importers.json_logs import is_json, tables_in
from tracker.importers.parts import refuse_apart, shift_between, values_at
from tracker.importers.phone_apps import (
    ACCELERATIONS,
    GYROSCOPES,
    KNOWN_ROLES,
    acceleration,
    experiment_clock,
    holds_gravity,
    is_sensor_logger,
    points_down,
    role_by_values,
    role_of,
    zone_in,
)
from tracker.importers.sample_csv import HEADER, is_sample_csv
from tracker.importers.samples import (
    FIRST_EPOCH_S,
    LEAST_TYPICAL_ACC_MPS2,
    MOST_COUNTS,
    MOST_TYPICAL_ACC_MPS2,
    AccUnit,
    GyroUnit,
    ImportedSamples,
    ImportOptions,
    SampleTable,
    check_samples,
    counts_setting,
)
from tracker.importers.tables import (
    ForeignTable,
    plain_table,
    read_foreign_header,
)
from tracker.language import _, localized, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tracker.importers.apps import App
    from tracker.importers.columns import Triple
    from tracker.importers.parts import Part

_NUMBERS: Final = re.compile(rb"\s*[+-]?\d[\d.eE+-]*\s*[,;\t ]\s*[+-]?\d")
_FAR_S: Final = 100.0
"""A first time beyond this counts from something else than the start of the log."""


def is_session_folder(folder: Path) -> bool:
    """Say whether a folder is one session: files of single sensors that belong together.

    A folder of sample CSVs, or of several logs that are complete by themselves, is none.
    """
    complete = 0
    for path in texts_in(folder):
        if path.parent != folder or is_sample_csv(path):
            continue
        header = read_foreign_header(plain_table(start_of(path)))
        if header is None or not header.has_motion:
            continue
        kinds = {triple.quantity for triple in header.triples}
        if is_sensor_logger(header) or kinds <= {Quantity.GYRO, Quantity.OTHER}:
            return True
        complete += 1
    return complete == 1


def read_foreign(paths: Sequence[Path], options: ImportOptions) -> ImportedSamples:
    """Read one session of another app.

    `paths` name a file with everything, the files of single sensors, a folder of them or a zip;
    `options` override what they say. Raises `InputError` if something cannot be read, or gravity
    is missing.
    """
    files = tuple(_tables(foreign_files(paths)))
    tables = [
        ForeignTable(file, header)
        for file in files
        if (header := read_foreign_header(file.text)) is not None
    ]
    if not tables:
        raise _no_table(paths[0], files)
    if any(is_sensor_logger(table.header) for table in tables):
        picked = _of_sensor_logger(paths[0], files, tables, options)
    else:
        picked = _of_columns(paths[0], files, tables, options)
    acc, gyro = picked.acc, picked.gyro
    clock = next(filter(None, map(experiment_clock, files)), None)
    if clock is not None:
        acc = clock.with_pauses(acc)
        gyro = None if gyro is None else clock.with_pauses(gyro)
    if acc.zone is None and acc.epoch_s is not None and len(acc.time_s):
        acc = replace(acc, zone=zone_in(files, acc.epoch_s + float(acc.time_s[0])))
    told = [warning for table in tables for warning in table.warnings]
    # Several sensors of one file are mended in the same way.
    return _joined(acc, gyro, options, list(dict.fromkeys([*told, *picked.warnings])))


def _tables(files: Sequence[ForeignFile]) -> Iterator[ForeignFile]:
    for file in files:
        if is_json(file.text):
            yield from tables_in(file) or (file,)
        else:
            yield ForeignFile(file.path, plain_table(file.text))


def _no_table(path: Path, files: Sequence[ForeignFile]) -> InputError:
    """Explain why there is nothing to read in any of the files."""
    if not any(file.text for file in files):
        return InputError(
            str(path), _("the file is empty"), _("Check that it was copied completely.")
        )
    app = app_of("\n".join(_head(file) for file in files))
    if app is not None:
        return InputError(
            str(path),
            _("has no acceleration in it (written by {app})").format(app=app.name),
            app.advice,
        )
    if any(_NUMBERS.match(file.text) for file in files):
        return InputError(
            str(path),
            _("has numbers, but no line that names them"),
            _("Add a first line, as {header}, or millis,ax,ay,az,gx,gy,gz.").format(header=HEADER),
        )
    return InputError(
        str(path),
        _(
            "expected a recording (.arrows) or samples, but no line names a column of time and "
            "three of acceleration"
        ),
        _("A CSV of samples begins with {header}.").format(header=HEADER),
    )


@dataclass(slots=True)
class _Picked:
    """The sensors of a session that are used, in SI units, and what was noticed."""

    acc: Part
    gyro: Part | None
    warnings: list[DataWarning]


def _of_sensor_logger(
    path: Path,
    files: Sequence[ForeignFile],
    tables: Sequence[ForeignTable],
    options: ImportOptions,
) -> _Picked:
    parts: dict[str, Part] = {}
    unknown: list[str] = []
    for table in tables:
        if not is_sensor_logger(table.header):
            continue
        for triple in table.header.triples:
            words = table.header.columns[triple.columns[0]].words
            role: str | None = role_of(table.file, words)
            if role in KNOWN_ROLES and role not in (*ACCELERATIONS, *GYROSCOPES):
                continue
            part = table.part(triple)
            if role not in KNOWN_ROLES:
                role = role_by_values(part)
            if role is None:
                unknown.append(
                    # Translators: columns of a file.
                    _("{columns} of {file}").format(columns=triple, file=table.file.path.name)
                )
                continue
            if role in parts:
                raise InputError(
                    str(table.file.path),
                    # Translators: a second file of the same kind, such as "Gyroscope".
                    _("is a second {role}").format(role=role),
                    _("Name the files of one session."),
                )
            parts[role] = part
    down = options.points_down
    acc = acceleration(parts, path, points_down(files) if down is None else down)
    gyro = next((parts[role] for role in GYROSCOPES if role in parts), None)
    warnings = []
    if unknown:
        kind = WarningKind.GYRO_IGNORED if gyro is None else WarningKind.COLUMNS_IGNORED
        text = _("not used, because its name does not tell what it is: {columns}").format(
            columns="; ".join(unknown)
        )
        warnings.append(DataWarning(kind, text))
    return _Picked(acc, gyro, warnings)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """Three columns that may be what is needed."""

    table: ForeignTable
    triple: Triple
    quantity: Quantity

    @property
    def words(self) -> tuple[str, ...]:
        return self.table.header.columns[self.triple.columns[0]].words


def _candidates(tables: Sequence[ForeignTable]) -> Iterator[_Candidate]:
    for table in tables:
        named = column(f"{table.file.path.name.split('.')[0]} x")
        for triple in table.header.triples:
            quantity = triple.quantity
            bare = not set(table.header.columns[triple.columns[0]].words) - {"axis"}
            # Polar writes X, Y and Z into every file, and gauss is a G like gravity's.
            if bare and (quantity is Quantity.UNNAMED or named.quantity is Quantity.OTHER):
                quantity = named.quantity
            yield _Candidate(table, triple, quantity)


def _of_columns(
    path: Path,
    files: Sequence[ForeignFile],
    tables: Sequence[ForeignTable],
    options: ImportOptions,
) -> _Picked:
    candidates = list(_candidates(tables))
    app = app_of("\n".join(_head(file) for file in files))
    warnings: list[DataWarning] = []
    found = _acceleration(path, candidates, app, options, warnings)
    used, acc = found
    rates = [each for each in candidates if each.quantity is Quantity.GYRO]
    gyro: Part | None = None
    for each in rates:
        if gyro is not None:
            if each.table is not used[-1].table:
                raise _second(each, used[-1])
            continue
        gyro = _angular_rate(each, acc, app, options, warnings)
        if gyro is not None:
            used = (*used, each)
    warnings += _ignored(candidates, used, gyro is not None, {id(each) for each in rates})
    down = options.points_down
    if down if down is not None else (app is not None and app.points_down):
        acc = replace(acc, values=-acc.values)
    return _Picked(acc, gyro, warnings)


def _head(file: ForeignFile) -> str:
    return file.text[:4096].decode(errors="replace")


def _second(each: _Candidate, first: _Candidate) -> InputError:
    return InputError(
        str(each.table.file.path),
        _("has {quantity}, and so has {file}").format(
            quantity=each.quantity.words, file=first.table.file.path.name
        ),
        _("Name the files of one session."),
    )


def _acceleration(
    path: Path,
    candidates: Sequence[_Candidate],
    app: App | None,
    options: ImportOptions,
    warnings: list[DataWarning],
) -> tuple[tuple[_Candidate, ...], Part]:
    """Return the columns of the acceleration that includes gravity, and its samples in m/s²."""
    kinds = (Quantity.ACC, Quantity.LINEAR_ACC, Quantity.UNNAMED)
    named = [each for kind in kinds for each in candidates if each.quantity is kind]
    without: _Candidate | None = None
    whole: tuple[_Candidate, Part] | None = None
    for each in named:
        if whole is not None:
            if each.quantity is Quantity.ACC and each.table is not whole[0].table:
                raise _second(each, whole[0])
            continue
        part = each.table.part(each.triple)
        sizes = np.linalg.norm(part.values, axis=1)
        if each.quantity is Quantity.UNNAMED and not (len(sizes) and holds_gravity(sizes)):
            continue
        scale, assumed = _acc_scale(each, sizes, app, options)
        typical_mps2 = float(np.median(sizes)) * scale if len(sizes) else STANDARD_GRAVITY_MPS2
        if each.quantity is Quantity.ACC and options.acc_unit is None:
            _refuse_g_in_metres(each, sizes, scale)
        # Where a user says the unit, that may be what is wrong with it.
        if typical_mps2 < LEAST_TYPICAL_ACC_MPS2 and options.acc_unit is None:
            without = without or each
            continue
        whole = each, replace(part, values=part.values * scale)
        if assumed:
            warnings.append(DataWarning(WarningKind.ACC_UNIT, assumed))
    if whole is not None:
        return (whole[0],), whole[1]
    gravity = next((each for each in candidates if each.quantity is Quantity.GRAVITY), None)
    if without is not None and gravity is not None and gravity.table is without.table:
        parts = [each.table.part(each.triple) for each in (without, gravity)]
        scales = [each.triple.si or 1.0 for each in (without, gravity)]
        total, rest = (part.values * scale for part, scale in zip(parts, scales, strict=True))
        if total.shape == rest.shape:
            return (without, gravity), replace(parts[0], values=total + rest)
    raise _no_acceleration(path, without, candidates, app)


def _refuse_g_in_metres(each: _Candidate, sizes: NDArray[np.float64], scale: float) -> None:
    """Raise `InputError` where the file says m/s², and gravity is 1 of it most of the time."""
    if scale == 1.0 and len(sizes) and float(np.median(sizes)) < _MOST_G and holds_gravity(sizes):
        typical = float(np.median(sizes))
        raise InputError(
            str(each.table.file.path),
            _("{columns} are in m/s² by their names, but gravity is {number}: these are g").format(
                columns=each.triple, number=localized(f"{typical:.3g}")
            ),
            _("Add {options}").format(options=f"--acc-unit {AccUnit.G.value}"),
        )


def _no_acceleration(
    path: Path,
    without: _Candidate | None,
    candidates: Sequence[_Candidate],
    app: App | None,
) -> InputError:
    if without is not None:
        problem = _("is acceleration without gravity, which cannot show the angle of the hips")
        advice = _('Record it with gravity; phyphox calls that "Acceleration with g".')
        if app is not None:
            problem, advice = _written_by(app, problem), app.advice
        return InputError(str(without.table.file.path), problem, advice)
    problem = _("has no acceleration")
    advice = _("Name the file of the accelerometer as well, or the folder or zip of all files.")
    if app is not None:
        problem, advice = _written_by(app, problem), app.advice
    if names := "; ".join(str(each.triple) for each in candidates[:3]):
        problem = _("{problem}; there is only {columns}").format(problem=problem, columns=names)
    return InputError(str(path), problem, advice)


def _written_by(app: App, problem: str) -> str:
    return _("{problem} (written by {app})").format(problem=problem, app=app.name)


_MOST_G: Final = 2.0
"""What is mostly longer than this is no gravity in g."""

_RAW_COUNTS: Final = (16384.0, 8192.0, 4096.0, 2048.0, 256.0)
"""Counts in one g of the usual motion chips at ±2 to ±16 g, and of an ADXL345."""

_NEAR: Final = (0.75, 1.33)
_NEAR_COUNTS: Final = (0.9, 1.1)


def _acc_scale(
    each: _Candidate, sizes: NDArray[np.float64], app: App | None, options: ImportOptions
) -> tuple[float, str]:
    """Return the factor to m/s², and how it was found if the file does not say.

    Raises `InputError` if neither the file nor the values tell.
    """
    if options.acc_unit is not None:
        return options.acc_unit.mps2, ""
    if each.triple.si is not None:
        return each.triple.si, ""
    if app is not None and app.acc_mps2 is not None:
        return app.acc_mps2, ""
    typical = float(np.median(sizes)) if len(sizes) else 0.0
    for unit, scale in (("m/s²", 1.0), ("g", STANDARD_GRAVITY_MPS2)):
        if _NEAR[0] < typical * scale / STANDARD_GRAVITY_MPS2 < _NEAR[1]:
            return scale, _no_unit(each.triple, typical, unit)
    if _NEAR[0] < typical * 1e-3 < _NEAR[1]:
        return 1e-3 * STANDARD_GRAVITY_MPS2, _no_unit(each.triple, typical, "mg")
    for counts in _RAW_COUNTS:
        if _NEAR_COUNTS[0] < typical / counts < _NEAR_COUNTS[1]:
            text = _("{columns} are raw counts; gravity is {number}, so {counts} are 1 g").format(
                columns=each.triple, number=f"{typical:.0f}", counts=f"{counts:.0f}"
            )
            return STANDARD_GRAVITY_MPS2 / counts, text
    if typical < LEAST_TYPICAL_ACC_MPS2 / STANDARD_GRAVITY_MPS2:
        return 1.0, ""
    raise _no_scale(each, typical, app)


def _no_unit(columns: Triple, typical: float, unit: str) -> str:
    """Say how a unit was found that the file does not tell."""
    return _("the unit of {columns} is not in the file; gravity is {number}, as in {unit}").format(
        columns=columns, number=localized(f"{typical:.4g}"), unit=unit
    )


def _no_scale(each: _Candidate, typical: float, app: App | None) -> InputError:
    """Explain that neither the file nor the values tell the unit of an acceleration."""
    units = alternatives(f"--acc-unit {unit.value}" for unit in AccUnit)
    if MOST_TYPICAL_ACC_MPS2 < typical < MOST_COUNTS and not each.triple.odd_unit:
        units = _("{units}; raw counts are read with {options}").format(
            units=units,
            options=f"--acc-unit {AccUnit.MPS2.value} --setting {counts_setting(typical)}",
        )
    problem = (
        _(
            "does not say the unit of its {quantity} ({unit!r} is not known), and gravity of "
            "{number} does not tell"
        )
        if each.triple.odd_unit
        else _("does not say the unit of its {quantity}, and gravity of {number} does not tell")
    )
    advice = _("Add {options}.") if app is None else _("{advice} Or add {options}.")
    return InputError(
        str(each.table.file.path),
        problem.format(
            quantity=each.quantity.words,
            unit=each.triple.odd_unit,
            number=localized(f"{typical:.4g}"),
        ),
        advice.format(options=units, advice="" if app is None else app.advice),
    )


def _angular_rate(
    each: _Candidate,
    acc: Part,
    app: App | None,
    options: ImportOptions,
    warnings: list[DataWarning],
) -> Part | None:
    """Return the samples of a gyroscope in rad/s; None if nothing tells their unit."""
    part = each.table.part(each.triple)
    if options.gyro_unit is not None:
        return replace(part, values=part.values * options.gyro_unit.radps)
    if each.triple.si is not None:
        return replace(part, values=part.values * each.triple.si)
    if app is not None and app.gyro_radps is not None and not each.triple.odd_unit:
        return replace(part, values=part.values * app.gyro_radps)
    units = alternatives(f"--gyro-unit {unit.value}" for unit in GyroUnit)
    if each.triple.odd_unit:
        text = _("{columns} not used: the unit {unit!r} is not known; add {options}").format(
            columns=each.triple, unit=each.triple.odd_unit, options=units
        )
        warnings.append(DataWarning(WarningKind.GYRO_IGNORED, text))
        return None
    unit = unit_by_gravity(acc, part)
    if unit is None:
        text = _("{columns} not used: the file does not say its unit; add {options}").format(
            columns=each.triple, options=units
        )
        ratio = turn_ratio(acc, part)
        if ratio is not None and ratio * RADPS_PER_DPS > _LEAST_COUNTS:
            counts = ratio * RADPS_PER_DPS
            text = _(
                "{columns} not used: they are raw counts; as gravity turns, about {counts} are 1 "
                "{unit}; look up your chip, or add {options}"
            ).format(
                columns=each.triple,
                counts=localized(f"{counts:.3g}"),
                unit=GyroUnit.DPS.value,
                options=(
                    f"--gyro-unit {GyroUnit.DPS.value} --setting gyro_factor={1.0 / counts:.3g}"
                ),
            )
        warnings.append(DataWarning(WarningKind.GYRO_IGNORED, text))
        return None
    name, scale = unit
    text = _(
        "the unit of {columns} is not in the file; it turns as gravity does in {unit}"
    ).format(columns=each.triple, unit=name)
    warnings.append(DataWarning(WarningKind.GYRO_UNIT, text))
    return replace(part, values=part.values * scale)


_TURN_S: Final = 0.2
"""Turns are compared over this time: noise and short pushes do not look like a turn of gravity."""

_LEAST_TURN: Final = 0.1
"""Slower turns, in rad/s, tell nothing."""

_TURN_RATIOS: Final = (0.5, 2.0)
_GYRO_SCALES: Final = (
    ("rad/s", 1.0),
    ("deg/s", RADPS_PER_DPS),
    ("mdeg/s", 1e-3 * RADPS_PER_DPS),
)


_LEAST_COUNTS: Final = 10.0
"""Fewer counts of any chip in 1 °/s there are not: at ±2000 °/s, 16 bits have 14."""


def unit_by_gravity(acc: Part, gyro: Part) -> tuple[str, float] | None:
    """Return the unit in which a gyroscope turns as fast as gravity does, and its rad/s.

    The units are 57 times apart, so that even rough agreement tells. None if nothing turns, or
    they agree in no unit.
    """
    ratio = turn_ratio(acc, gyro)
    if ratio is None:
        return None
    for name, scale in _GYRO_SCALES:
        if _TURN_RATIOS[0] < ratio * scale < _TURN_RATIOS[1]:
            return name, scale
    return None


def turn_ratio(acc: Part, gyro: Part) -> float | None:
    """Return what a gyroscope says while gravity turns at 1 rad/s; None if nothing turns."""
    if len(acc.time_s) < 2 or len(gyro.time_s) < 2:
        return None
    rates, known = values_at(acc.time_s, gyro, shift_between(acc, gyro))
    span_s = float(acc.time_s[-1] - acc.time_s[0])
    width = max(1, round(_TURN_S * (len(acc.time_s) - 1) / span_s)) if span_s > 0.0 else 1
    if len(acc.time_s) <= 3 * width:
        return None
    smooth = _smoothed(acc.values, width)
    lengths = np.linalg.norm(smooth, axis=1, keepdims=True)
    up = smooth / np.where(lengths > 0.0, lengths, 1.0)
    steps_s = acc.time_s[width:] - acc.time_s[:-width]
    close = known[width:] & known[:-width] & (steps_s > 0.0) & (steps_s < 2.0 * _TURN_S)
    turned = (up[width:] - up[:-width]) / np.where(close, steps_s, 1.0)[:, None]
    middle = _smoothed(rates, width)[width // 2 : width // 2 + len(turned)]
    crossed = np.cross(middle, up[width // 2 : width // 2 + len(turned)])
    fast = close & (np.linalg.norm(turned, axis=1) > _LEAST_TURN)
    if fast.sum() < width:
        return None
    return float(
        np.median(np.linalg.norm(crossed[fast], axis=1))
        / np.median(np.linalg.norm(turned[fast], axis=1))
    )


def _smoothed(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the mean over `width` rows about each, shorter at the ends."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    ends = np.minimum(np.arange(len(values)) + (width + 1) // 2, len(values))
    starts = np.maximum(np.arange(len(values)) - width // 2, 0)
    means: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)[:, None]
    return means


def _ignored(
    candidates: Sequence[_Candidate],
    used: Sequence[_Candidate],
    gyro_used: bool,
    rates: set[int],
) -> Iterator[DataWarning]:
    """Name the columns that are not used, in the files of which others are."""
    taken = {id(each) for each in used}
    tables = {id(each.table): each.table for each in used}
    rest = [each for each in candidates if id(each) not in taken and id(each.table) in tables]
    # What was said of a gyroscope that is not used was said before.
    names = [str(each.triple) for each in rest if gyro_used or id(each) not in rates]
    if names:
        text = _("not used: {names}").format(names="; ".join(names))
        yield DataWarning(WarningKind.COLUMNS_IGNORED, text)
    if gyro_used or rates:
        return
    lone = [
        each.name
        for table in tables.values()
        for each in table.header.columns
        if each.quantity is Quantity.GYRO
    ]
    if lone:
        text = _("not used, because they are not x, y and z: {names}").format(
            names=", ".join(lone)
        )
        yield DataWarning(WarningKind.GYRO_IGNORED, text)


def _joined(
    acc: Part, gyro: Part | None, options: ImportOptions, warnings: list[DataWarning]
) -> ImportedSamples:
    rows, rates = np.arange(len(acc.time_s)), None
    if gyro is not None and len(gyro.time_s) and len(acc.time_s):
        shift_s = shift_between(acc, gyro)
        values, known = values_at(acc.time_s, gyro, shift_s)
        refuse_apart(acc, gyro, shift_s, known)
        rows, rates = rows[known], values[known]
        if left_out := len(acc.time_s) - len(rows):
            text = ngettext(
                "left out {samples} acceleration sample without an angular rate at that time",
                "left out {samples} acceleration samples without an angular rate at that time",
                left_out,
            ).format(samples=left_out)
            warnings.append(DataWarning(WarningKind.SAMPLES_LEFT_OUT, text))
    time_s, epoch_s = acc.time_s[rows], acc.epoch_s
    if len(time_s) and time_s[0] > _FAR_S:
        epoch_s = None if epoch_s is None else epoch_s + float(time_s[0])
        time_s = time_s - time_s[0]
    table = SampleTable(time_s, acc.values[rows], rates)
    check_samples(
        acc.path,
        table,
        options.acc_unit or AccUnit.MPS2,
        options.gyro_unit or GyroUnit.RADPS,
        lambda row: acc.line(int(rows[row])),
        options.mend,
    )
    started_utc = None
    if epoch_s is not None and FIRST_EPOCH_S <= epoch_s <= MAX_TIME_S:
        started_utc = datetime.fromtimestamp(epoch_s, acc.zone or UTC).isoformat()
    return ImportedSamples(table, started_utc, tuple(warnings))
