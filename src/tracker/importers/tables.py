"""Tables of samples: where the header is, which columns are times and samples, and the numbers.

Apps write all kinds of lines above the header (`sep=,`, `# Target Sample Rate: 100 Hz`,
`DeviceTag:,hip`), and some a row of units below it. The header is the first line that names a
column of time and three columns of one sensor.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from tracker.domain import MAX_TIME_S, DataWarning, InputError, WarningKind
from tracker.importers.columns import (
    ACC_MPS2,
    GYRO_RADPS,
    PARTS_OF_A_SECOND,
    TIME_S,
    Column,
    Quantity,
    TimeColumn,
    Triple,
    alternatives,
    column,
    plain_unit,
    time_columns,
    triples_of,
    with_unit,
)
from tracker.importers.files import start_of
from tracker.importers.parts import Part
from tracker.importers.rows import NOT_NUMBERS, Shape, first_problem
from tracker.importers.samples import (
    FIRST_EPOCH_S,
    MAX_NUMBER,
    is_usual_rate,
    mean_rate_hz,
)
from tracker.importers.stamps import (
    clock_in,
    clock_times,
    mended_times,
    read_clock,
    unwrapped,
    zone_of,
)
from tracker.language import _, localized

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from numpy.typing import NDArray

    from tracker.importers.files import ForeignFile
    from tracker.importers.stamps import Clock

FIRST_LINE: Final = re.compile(rb"\S[^\r\n]{0,4096}")
"""A longer first line of a CSV of samples is not a header."""

_SEPARATORS: Final = ",;\t"
_LINE: Final = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|$)")
_COMMENTS: Final = (b"#", b"//", b"%", b"sep=", b'"sep=')
MOST_LINES_ABOVE: Final = 100
"""Xsens DOT writes a dozen lines above its header, and nobody ten times as many."""

_LONGEST_HEADER: Final = 16384
"""SensorLog has two hundred columns; a longer line is not a header."""

_SERIAL_MONITOR: Final = re.compile(rb"(?m)^\d\d:\d\d:\d\d\.\d{3} -> ")
"""What the serial monitor of the Arduino IDE puts before each line."""


_SPACES: Final = re.compile(rb"(?<=\S) +(?=\S)")
_MINUS: Final = "−".encode()
"""What some languages write before a negative number."""


@dataclass(frozen=True, slots=True)
class ForeignHeader:
    """The usable columns, and where the numbers begin."""

    separator: str
    columns: tuple[Column, ...]
    """All columns, at least as many as the first row has cells."""
    times: tuple[TimeColumn, ...]
    """Columns that may be the time."""
    triples: tuple[Triple, ...]
    """What may be measured, in the order of the file."""
    above: str
    """The lines above it."""
    line: int
    """Line of the first row, counted from 1."""
    end: int
    """Offset of the first row."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(each.name for each in self.columns)

    @property
    def has_motion(self) -> bool:
        """Whether the file may hold acceleration or angular rate."""
        return any(each.quantity is not Quantity.OTHER for each in self.triples)


def read_foreign_header(text: bytes) -> ForeignHeader | None:
    """Return the header of another app's file, or None if there is none."""
    offset = 0
    for number in range(1, MOST_LINES_ABOVE + 1):
        match = _LINE.match(text, offset)
        if match is None or offset >= len(text):
            return None
        # A separator at its end is one more cell, also if it is white space.
        line = match[1].strip(b" ")
        if line.strip() and len(line) < _LONGEST_HEADER and not line.lower().startswith(_COMMENTS):
            found = _header(text, line, number, match.end(), text[:offset])
            if found is not None:
                return found
        offset = match.end()
    return None


def _header(text: bytes, line: bytes, number: int, end: int, above: bytes) -> ForeignHeader | None:
    content = line.decode(errors="replace")
    separator = max(_SEPARATORS, key=content.count)
    if content.count(separator) < 2:
        return None
    columns = [column(name) for name in _cells(content, separator)]
    times = time_columns(columns)
    if not times or not triples_of(columns):
        return None
    row, number, end = _next_line(text, number, end)
    cells = _cells(row, separator)
    if _is_units(cells):
        columns = [
            with_unit(each, unit) for each, unit in zip(columns, cells, strict=False)
        ] + columns[len(cells) :]
        times = time_columns(columns)
        row, number, end = _next_line(text, number + 1, end + _length(text, end))
        cells = _cells(row, separator)
    # A comma at the end of each row makes one more cell, and one at the end of the header a name.
    if len(cells) > len(columns):
        columns += [column("")] * (len(cells) - len(columns))
    return ForeignHeader(
        separator,
        tuple(columns[: len(cells)] if row and _all_blank(columns[len(cells) :]) else columns),
        times,
        triples_of(columns),
        above.decode(errors="replace"),
        number,
        end,
    )


def _all_blank(columns: Sequence[Column]) -> bool:
    return not any(each.name.strip() for each in columns)


def _next_line(text: bytes, number: int, offset: int) -> tuple[str, int, int]:
    """Return the first row at or after an offset, which begins the line after `number`.

    The row comes with its own line number and offset; empty lines and comments are no rows.
    """
    number += 1
    while offset < len(text):
        match = _LINE.match(text, offset)
        if match is None:
            break
        line = match[1].strip(b" ")
        if line.strip() and not line.startswith(_COMMENTS):
            return line[:_LONGEST_HEADER].decode(errors="replace"), number, offset
        number, offset = number + 1, match.end()
    return "", number, offset


def _length(text: bytes, offset: int) -> int:
    match = _LINE.match(text, offset)
    return 0 if match is None else match.end() - offset


def _cells(line: str, separator: str) -> list[str]:
    if not line:
        return []
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except (csv.Error, StopIteration):
        return []


def _is_units(cells: Sequence[str]) -> bool:
    """Say whether a row has units, as Shimmer's software writes it below the header."""
    known = {**ACC_MPS2, **GYRO_RADPS, **TIME_S}
    return sum(plain_unit(cell) in known for cell in cells) >= 3 or "no_units" in cells


def has_motion(path: Path) -> bool:
    """Say whether a file's header is one of another app's acceleration or angular rate."""
    header = read_foreign_header(plain_table(start_of(path)))
    return header is not None and header.has_motion


def plain_table(text: bytes) -> bytes:
    """Return text without the times of the Arduino IDE, and with minus signs that are hyphens."""
    if _SERIAL_MONITOR.search(text[:4096]):
        text = _SERIAL_MONITOR.sub(b"", text)
    if _is_spaced(text[:4096]):
        text = _SPACES.sub(b"\t", text)
    return text.replace(_MINUS, b"-") if _MINUS in text else text


def _is_spaced(head: bytes) -> bool:
    """Say whether nothing but spaces parts the names of the columns."""
    lines = [line for line in head.splitlines() if line and not line.startswith(_COMMENTS)]
    if not lines or any(mark in lines[0] for mark in (b",", b";", b"\t")):
        return False
    columns = [column(name) for name in lines[0].decode(errors="replace").split()]
    return bool(time_columns(columns) and triples_of(columns))


class ForeignTable:
    """The numbers of a file: each column is parsed once.

    Parameters
    ----------
    file
        The text, which is not changed.
    header
        Its header.
    """

    def __init__(self, file: ForeignFile, header: ForeignHeader) -> None:
        self.file = file
        self.header = header
        self.warnings: list[DataWarning] = []
        """What was mended while samples were read."""
        self._body = pa.py_buffer(file.text).slice(header.end)
        self._rows = _first_rows(file.text, header)
        self._times: dict[int, tuple[NDArray[np.float64], Clock | None]] = {}

    @cached_property
    def _decimal_comma(self) -> bool:
        number = re.compile(r"[+-]?\d*([,.])\d+(?:[eE][+-]?\d+)?")
        wanted = {place for triple in self.header.triples for place in triple.columns}
        cells = (row[place] for row in self._rows for place in wanted if place < len(row))
        marks = [found[1] for cell in cells if (found := number.fullmatch(cell))]
        return 2 * marks.count(",") > len(marks)

    def part(self, triple: Triple) -> Part:
        """Return the samples in three columns; raises `InputError` if they are damaged."""
        header, name = self.header, str(self.file.path)
        time_s, clock = self._time(triple)
        numbers = self._numbers(triple.columns)
        values = np.column_stack([numbers[place] for place in triple.columns])
        empty = np.column_stack([self._is_empty(place) for place in triple.columns])
        lines = np.arange(len(time_s)) + header.line
        # A sensor that has nothing to say in a row leaves its cells empty.
        kept = ~empty.all(axis=1)
        time_s, values, lines = time_s[kept], values[kept], lines[kept]
        # NaN fails the comparison, and larger numbers would overflow when squared.
        measured = (np.abs(time_s) < MAX_NUMBER) & (np.abs(values) < MAX_NUMBER).all(axis=1)
        if not measured.all():
            row = int(np.argmin(measured))
            problem = self._no_measurement(triple, time_s[row], values[row])
            raise InputError(
                name,
                _("line {line}: {problem}").format(line=lines[row], problem=problem),
                _("Delete damaged or incomplete rows; gaps are allowed."),
            )
        times = mended_times(time_s)
        start = self._start(float(time_s.min()), clock) if len(time_s) else None
        time_s, values, lines = times.time_s, values[times.order], lines[times.order]
        for warning in times.warnings:
            self._warn(warning.kind, warning.text)
        backwards = np.diff(time_s, prepend=time_s[:1]) < 0.0
        if backwards.any():
            raise InputError(
                name,
                _("line {line}: time runs backwards").format(
                    line=lines[int(np.argmax(backwards))]
                ),
                _("Sort the rows by time, and import joined sessions one by one."),
            )
        epoch_s, zone = start if start is not None else (None, None)
        return Part(self.file.path, time_s, values, epoch_s, zone, lines)

    def _no_measurement(self, triple: Triple, time_s: float, values: NDArray[np.float64]) -> str:
        if not abs(time_s) < MAX_NUMBER:
            return _("a value is not a measurement (the time)")
        wrong = int(np.argmin(np.abs(values) < MAX_NUMBER))
        name = triple.names[wrong]
        if not name:
            return _("a value is not a measurement")
        return _("a value is not a measurement ({name})").format(name=name)

    def _warn(self, kind: WarningKind, text: str) -> None:
        # Several sensors of one table have the same rows.
        if all(warning.kind is not kind for warning in self.warnings):
            self.warnings.append(DataWarning(kind, text))

    # Times ------------------------------------------------------------------------------------

    def _time(self, triple: Triple) -> tuple[NDArray[np.float64], Clock | None]:
        """Return the best time of each row, s, and the first reading if it is a clock as text.

        Raises `InputError` if no column can be the time.
        """
        best: tuple[tuple[float, ...], int] | None = None
        # Reading a clock takes twenty times as long as reading a number.
        for each in sorted(self.header.times, key=lambda each: self._is_clock(each)):
            if best is not None and best[0][0] >= _FINE and self._is_clock(each):
                break
            time_s = self._times_in(each)
            if time_s is None:
                continue
            score = self._score(each, time_s, triple)
            if best is None or score > best[0]:
                best = score, each.place
        if best is not None:
            return self._times[best[1]]
        if not self._amount:
            return np.empty(0), None
        names = alternatives(repr(each.name) for each in self.header.times)
        raise InputError(
            str(self.file.path),
            _("{names} is not the time of the rows, in any unit").format(names=names),
            _(
                "There must be a column with the time of each sample, at 10 to 1000 samples a "
                "second."
            ),
        )

    def _score(
        self, each: TimeColumn, time_s: NDArray[np.float64], triple: Triple
    ) -> tuple[float, ...]:
        """Rank a column of time: fine stamps, the sensor's own clock, numbers, its own sensor."""
        known = time_s[np.isfinite(time_s)]
        fine = round(4.0 * len(np.unique(known)) / max(len(known), 1))
        words = set(self.header.columns[each.place].words)
        own = self._is_own(each)
        numeric = self._times[each.place][1] is None
        close = len(words & set(self.header.columns[triple.columns[0]].words))
        return (fine, not each.is_epoch, own, numeric, close, -each.place)

    def _is_own(self, each: TimeColumn) -> bool:
        """Say whether a column is named as the clock of the sensor, and not of the phone."""
        return bool(_OWN_CLOCKS & set(self.header.columns[each.place].words))

    def _is_clock(self, each: TimeColumn) -> int:
        """Return 0 for a column of numbers, 1 for a clock of the sensor's, and 2 for another."""
        cell = next((row[each.place] for row in self._rows if len(row) > each.place), "")
        return 0 if read_clock(cell) is None else 2 - self._is_own(each)

    def _times_in(self, each: TimeColumn) -> NDArray[np.float64] | None:
        """Return the times in a column, s; None if they cannot be times of samples."""
        if each.place not in self._times:
            read = self._read_times(each)
            if read is None:
                return None
            self._times[each.place] = read
        return self._times[each.place][0]

    def _read_times(self, each: TimeColumn) -> tuple[NDArray[np.float64], Clock | None] | None:
        first = next((row[each.place] for row in self._rows if len(row) > each.place), "")
        if read_clock(first) is not None:
            found = clock_times(self._texts(each.place))
            if found is None:
                return None
            if found.changed:
                self._warn(
                    WarningKind.CLOCK_CHANGED,
                    _("the clock was put forward or back by an hour; the samples run on"),
                )
            return found.time_s, found.first
        if not _is_number(first):
            return None
        numbers = self._numbers((each.place,))[each.place]
        unit_s = each.unit_s
        # A counter of 32 bits that counts microseconds starts over every 71 minutes.
        known = numbers[np.isfinite(numbers)]
        if len(known) and known.min() >= 0.0 and known.max() < _COUNTER:
            numbers = unwrapped(numbers, _COUNTER)
        if unit_s is None:
            unit_s = _unit_s(numbers)
        return None if unit_s is None else (numbers * unit_s, None)

    def _start(self, first_s: float, clock: Clock | None) -> tuple[float, tzinfo | None] | None:
        """Return the Unix time of second 0 and the wearer's zone; None if the file does not say.

        Raises `InputError` if a column since 1970 has a time that cannot be.
        """
        if clock is not None and (unix_s := clock.unix_s) is not None:
            # Sorted rows may begin with another one than the first.
            base_s = clock.time_s if clock.zone is None else unix_s
            return unix_s - base_s, clock.zone or _zone_here(unix_s)
        for each in self.header.times:
            found = self._start_in(each, first_s)
            if found is not None:
                return found
        above = clock_in(self.header.above)
        if above is not None and (unix_s := above.unix_s) is not None:
            return unix_s - first_s, above.zone or _zone_here(unix_s)
        return None

    def _start_in(self, each: TimeColumn, first_s: float) -> tuple[float, tzinfo | None] | None:
        cell = next((row[each.place] for row in self._rows if len(row) > each.place), "")
        clock = read_clock(cell)
        if clock is not None:
            unix_s = clock.unix_s
            if unix_s is None:
                return None
            named = zone_of(self.header.columns[each.place].unit)
            if clock.zone is None and named is not None:
                shift = named.utcoffset(None)
                unix_s = clock.time_s - (0.0 if shift is None else shift.total_seconds())
                return unix_s - first_s, named
            return unix_s - first_s, clock.zone or _zone_here(unix_s)
        if not _is_number(cell):
            return None
        number = float(cell.replace(",", "."))
        if each.is_epoch and each.unit_s is not None:
            number *= each.unit_s
            if not 0.0 <= number <= MAX_TIME_S:
                raise InputError(
                    str(self.file.path),
                    _("{name} of the first row is {seconds} s after 1970").format(
                        name=each.name, seconds=localized(f"{number:.9g}")
                    ),
                    _("Check that the file is complete."),
                )
            return number - first_s, None
        for unit_s in PARTS_OF_A_SECOND:
            if FIRST_EPOCH_S <= number * unit_s <= MAX_TIME_S:
                return number * unit_s - first_s, None
        return None

    # Cells ------------------------------------------------------------------------------------

    @cached_property
    def _parsed(self) -> dict[int, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
        """Every column of numbers that may be needed, and where its cells are empty."""
        wanted = {place for triple in self.header.triples for place in triple.columns}
        cells = self._rows[0] if self._rows else []
        wanted |= {
            each.place
            for each in self.header.times
            if each.place < len(cells) and _is_number(cells[each.place])
        }
        return self._read(sorted(wanted), pa.float64())

    @property
    def _amount(self) -> int:
        return next((len(numbers) for numbers, _ in self._parsed.values()), 0)

    def _numbers(self, places: Sequence[int]) -> dict[int, NDArray[np.float64]]:
        return {place: self._parsed[place][0] for place in places}

    def _is_empty(self, place: int) -> NDArray[np.bool_]:
        return self._parsed[place][1]

    def _texts(self, place: int) -> list[str]:
        names = [str(number) for number in range(len(self.header.columns))]
        table = self._table([place], pa.string(), names)
        return [cell or "" for cell in table.column(0).to_pylist()]

    def _read(
        self, places: Sequence[int], kind: pa.DataType
    ) -> dict[int, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
        if not self._rows:
            return {place: (np.empty(0), np.empty(0, dtype=bool)) for place in places}
        # Names may be repeated; positions are not.
        names = [str(number) for number in range(len(self.header.columns))]
        table = self._table(places, kind, names)
        return {
            place: (
                table.column(str(place)).to_numpy(),
                table.column(str(place)).is_null().to_numpy(),
            )
            for place in places
        }

    def _table(self, places: Sequence[int], kind: pa.DataType, names: Sequence[str]) -> pa.Table:
        try:
            return arrow_csv.read_csv(
                pa.BufferReader(self._whole_rows),  # type: ignore[arg-type] # not in the stubs
                # One thread: none is left reading a file that was refused.
                read_options=arrow_csv.ReadOptions(column_names=list(names), use_threads=False),
                parse_options=arrow_csv.ParseOptions(delimiter=self.header.separator),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string())
                    | {str(place): kind for place in places},
                    include_columns=[str(place) for place in places],
                    decimal_point="," if self._decimal_comma else ".",
                    # An empty cell is a sensor without a sample; "nan" is a number, found later.
                    null_values=[""],
                ),
            )
        except pa.ArrowInvalid as error:
            shape = Shape(
                self.header.names,
                places if kind == pa.float64() else (),
                self.header.separator,
                "," if self._decimal_comma else ".",
                may_be_empty=True,
            )
            problem = first_problem(_numbered(self.file.text, self.header), shape)
            raise InputError(str(self.file.path), *(problem or NOT_NUMBERS)) from error

    @cached_property
    def _whole_rows(self) -> pa.Buffer:
        """The rows, without a last one that was cut off with the app."""
        text, end = self.file.text, len(self.file.text)
        start = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        last = _cells(text[start:].decode(errors="replace"), self.header.separator)
        if start <= self.header.end or len(last) >= len(self.header.columns):
            return self._body
        self._warn(WarningKind.SAMPLES_LEFT_OUT, _("left out the last line, which is incomplete"))
        return self._body.slice(0, start - self.header.end - (end - len(text)))


_COUNTER: Final = float(1 << 32)
_OWN_CLOCKS: Final = frozenset({"chip", "sensor", "device", "elapsed", "芯片时间"})
_FINE: Final = 3
"""Quarters of the rows that have a stamp of their own."""


def _first_rows(text: bytes, header: ForeignHeader, amount: int = 20) -> list[list[str]]:
    """Return the cells of the first rows."""
    return [_cells(line, header.separator) for line in islice(_lines(text, header), amount)]


def _lines(text: bytes, header: ForeignHeader) -> Iterator[str]:
    return (content for _, content in _numbered(text, header))


def _numbered(text: bytes, header: ForeignHeader) -> Iterator[tuple[int, str]]:
    """Yield number and text of every line after the header that is not empty."""
    offset, line = header.end, header.line
    while offset < len(text):
        match = _LINE.match(text, offset)
        if match is None or match.end() == offset:
            return
        if match[1].strip():
            yield line, match[1].decode(errors="replace")
        offset, line = match.end(), line + 1


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _unit_s(numbers: NDArray[np.float64]) -> float | None:
    """Return the unit of times, s, as the only one in which a motion sensor may sample."""
    steps = np.diff(np.sort(numbers[np.isfinite(numbers)]))
    if not steps.size or not steps.sum() > 0.0:
        return None
    return next(
        (unit_s for unit_s in TIME_S.values() if is_usual_rate(mean_rate_hz(steps * unit_s))),
        None,
    )


def _zone_here(unix_s: float) -> tzinfo | None:
    """Return the offset of this computer's zone at that time."""
    offset = datetime.fromtimestamp(unix_s).astimezone().utcoffset()
    return None if offset is None else timezone(offset)


def parse_columns(
    body: bytes, names: Sequence[str], wanted: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Return columns of a CSV without its header, as numbers that may be NaN or infinite.

    Raises `pyarrow.ArrowInvalid` if a wanted cell is not a number.
    """
    if not body.strip():
        return {name: np.empty(0) for name in wanted}
    table = arrow_csv.read_csv(
        pa.BufferReader(body),  # type: ignore[arg-type] # not in the stubs
        # One thread: none is left reading a file that was refused.
        read_options=arrow_csv.ReadOptions(column_names=list(names), use_threads=False),
        # Without null values, an empty cell is an error; "nan" is a number, found later.
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()) | dict.fromkeys(wanted, pa.float64()),
            include_columns=list(wanted),
            null_values=[],
        ),
    )
    return {name: table.column(name).to_numpy() for name in wanted}
