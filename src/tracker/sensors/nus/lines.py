"""Lines of text that carry samples: what they look like, and what their numbers mean.

The protocol is fixed in `firmware_notes/08-nus.md`: a UART is cut into lines, a header gives the
columns and units, and each other line holds one sample, as numbers with commas between them or as
an object of the Puck.js.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import reduce
from itertools import takewhile
from operator import xor
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.language import _
from tracker.sensors.base import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

HEADER_START: Final = "#imu"
"""First word of a header; other lines that start with # are comments."""

TIME: Final = "t"
ACC: Final = ("ax", "ay", "az")
GYRO: Final = ("gx", "gy", "gz")

MOST_COLUMNS: Final = 16
"""More than any board sends, and few enough for a line."""

_HEADER_QUANTITIES: Final = (
    {"acc_g": STANDARD_GRAVITY_MPS2, "acc_mps2": 1.0},
    {"gyro_dps": RADPS_PER_DPS, "gyro_radps": 1.0},
    {"t_s": 1.0},
    {"rate_hz": 1.0},
    {"acc_range_g": STANDARD_GRAVITY_MPS2},
    {"gyro_range_dps": RADPS_PER_DPS},
)
"""Names of each quantity in a header, with their units in SI, in the order of `Layout`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a line and their units."""

    columns: tuple[str, ...]
    """Names in order; any but `TIME`, `ACC` and `GYRO` are ignored."""
    acc_mps2: float
    """Unit of the accelerometer columns, m/s²."""
    gyro_radps: float | None = None
    """Unit of the gyroscope columns, rad/s; None without them."""
    time_s: float | None = None
    """Unit of the time column, s; None without it."""
    rate_hz: float | None = None
    """Samples per second; None if the header does not say."""
    acc_range_mps2: float | None = None
    """The accelerometer measures from minus to plus this, m/s²; None if unknown."""
    gyro_range_radps: float | None = None
    """The gyroscope measures from minus to plus this, rad/s; None if unknown."""
    open_ended: bool = False
    """Whether more columns may follow, to be ignored."""

    def __post_init__(self) -> None:
        if len(self.columns) > MOST_COLUMNS:
            raise ValueError(
                _("expected {most} columns at most, got {got}").format(
                    most=MOST_COLUMNS, got=len(self.columns)
                )
            )
        known = [name for name in self.columns if name in (TIME, *ACC, *GYRO)]
        if len(known) != len(set(known)):
            raise ValueError(
                _("expected each column once, got {columns}").format(columns=",".join(known))
            )
        for names, worth in (
            (ACC, self.acc_mps2),
            (GYRO, self.gyro_radps),
            ((TIME,), self.time_s),
        ):
            there = [name for name in names if name in known]
            if len(there) != (len(names) if worth is not None else 0):
                raise ValueError(
                    _(
                        "expected the columns {columns} together with their unit, or neither"
                    ).format(columns=",".join(names))
                )


WITHOUT_HEADER: Final = Layout(
    (TIME, *ACC, *GYRO), acc_mps2=1.0, gyro_radps=RADPS_PER_DPS, time_s=1e-3, open_ended=True
)
"""Milliseconds, m/s² and degrees/s: what DIY boards usually print."""

WITHOUT_HEADER_OR_GYRO: Final = Layout((TIME, *ACC), acc_mps2=1.0, time_s=1e-3)
"""The same without a gyroscope."""

ESPRUINO: Final = Layout(ACC, acc_mps2=STANDARD_GRAVITY_MPS2 / 100)
"""Hundredths of g after an A, as in the example of the Espruino documentation."""


def parse_header(line: str) -> Layout | None:
    """Return the layout in a header, or None for a comment.

    Raises `MalformedError` if the header is incomplete or contradicts itself.
    """
    first, *words = line.split()
    if first != HEADER_START:
        return None
    given = dict(word.split("=", 1) for word in words if "=" in word)
    try:
        acc_mps2, gyro_radps, time_s, rate_hz, acc_range_mps2, gyro_range_radps = (
            _quantity(given, units) for units in _HEADER_QUANTITIES
        )
        if acc_mps2 is None:
            raise ValueError(_("expected acc_g or acc_mps2"))
        columns = tuple(given.get("columns", "").split(","))
        return Layout(
            columns, acc_mps2, gyro_radps, time_s, rate_hz, acc_range_mps2, gyro_range_radps
        )
    except ValueError as error:
        raise MalformedError(
            FaultReason.FORMAT, _("unusable header: {error}").format(error=error)
        ) from error


def _quantity(given: Mapping[str, str], units: Mapping[str, float]) -> float | None:
    """Return a quantity in SI, under whichever name it is given; None if it is not."""
    for name, unit in units.items():
        if name in given:
            value = float(given[name]) * unit
            if not (math.isfinite(value) and value > 0):
                raise ValueError(
                    _("expected {name} to be above 0, got {got}").format(
                        name=name, got=given[name]
                    )
                )
            return value
    return None


MOST_LINE_BYTES: Final = 250
"""A header takes 150; anything longer has lost its line end."""

_LINE_END: Final = re.compile(rb"[\r\n]")
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
_PROMPT: Final = b"> "
"""What a console prints before a line."""


class LineAssembler:
    """Reassembles lines, however the UART was cut into notifications; keeps `MOST_LINE_BYTES`."""

    def __init__(self) -> None:
        self._begun = b""
        self._is_overlong = False

    @property
    def begun(self) -> bytes | None:
        """What has come of the next line; None while one is dropped that is too long."""
        return None if self._is_overlong else self._begun

    def go_on_from(self, begun: bytes) -> None:
        """Take what has come of the next line from whoever has read the lines before it."""
        self._begun = begun

    def feed(self, data: bytes) -> list[str | None]:
        """Return the lines that `data` completes, with None for each that is too long."""
        *ended, begun = _LINE_END.split(self._begun + data)
        lines: list[str | None] = []
        for line in ended:
            if self._is_overlong:
                self._is_overlong = False
            elif len(line) > MOST_LINE_BYTES:
                lines.append(None)
            else:
                lines.append(_text(line))
        if self._is_overlong:
            begun = b""
        elif len(begun) > MOST_LINE_BYTES:
            lines.append(None)
            self._is_overlong = True
            begun = b""
        elif _is_whole_object(begun):
            lines.append(_text(begun))
            begun = b""
        self._begun = begun
        return [line for line in lines if line != ""]


def _text(line: bytes) -> str:
    return _CONTROL.sub(b"", line).lstrip(_PROMPT).decode("ascii", errors="replace").strip()


def _is_whole_object(begun: bytes) -> bool:
    """Return whether an object in braces is complete, and so needs no line end."""
    begun = begun.strip()
    return (
        begun.startswith(b"{") and begun.endswith(b"}") and begun.count(b"{") == begun.count(b"}")
    )


TAG: Final = "A,"
"""May precede the numbers."""

CLIPPED_SHARE: Final = 0.998
"""A value this close to the end of its range is clipped."""

IMPOSSIBLE_SHARE: Final = 1.1
"""A value further beyond its range is corrupt: two half lines run together, for example."""

LARGEST_ACC_MPS2: Final = 400 * STANDARD_GRAVITY_MPS2
LARGEST_GYRO_RADPS: Final = 8000 * RADPS_PER_DPS
"""No motion chip measures more; without a range in the header these are the only bounds."""

LARGEST_TIME_S: Final = 1e9
"""Thirty years; a board's clock wraps long before that."""

_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_NO_NUMBER: Final = re.compile(r"[-+]?(nan|inf|ovf)", re.IGNORECASE)
"""What boards print in place of a number."""

_SAMPLES: Final = re.compile(r"(A,)?\s*[-+]?(\d|\.\d|nan\b|inf\b|ovf\b)", re.ASCII | re.IGNORECASE)
_CHECKSUM: Final = re.compile(r"(.*)\*([0-9a-fA-F]{2})")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The sample of one line."""

    acc_mps2: NDArray[np.float64]
    """Shape (3,)."""
    gyro_radps: NDArray[np.float64] | None
    """Shape (3,), or None."""
    time_s: float | None
    """The board's own time, s, or None."""
    saturated: bool = False
    """Whether a value is at the end of the range in the header."""


@dataclass(frozen=True, slots=True)
class RawScale:
    """Scale of the Puck.js, whose objects hold bare counts."""

    acc_lsb_per_g: float = 8192.0
    """Counts per g; 8192 is the ±4 g of current firmware."""
    gyro_lsb_per_dps: float = 1000.0 / 8.75
    """Counts per degree/s, at 8.75 thousandths of a degree/s each."""


def holds_samples(line: str) -> bool:
    """Return whether a line is meant as a sample, not console output."""
    return _SAMPLES.match(line) is not None


def checksum(text: str) -> int:
    """Return the exclusive or of all characters of a line."""
    return reduce(xor, text.encode("ascii", errors="replace"), 0)


def parse_row(line: str, layout: Layout) -> Row:
    """Return the sample of a line.

    Raises `MalformedError` if the line does not match the layout.
    """
    found = _CHECKSUM.fullmatch(line)
    if found:
        line, stated = found[1], int(found[2], 16)
        if checksum(line) != stated:
            raise MalformedError(
                FaultReason.FORMAT, _("wrong checksum of {line!r}").format(line=line)
            )
    cells = line.removeprefix(TAG).split(",")
    columns = layout.columns
    if len(cells) != len(columns) and not (layout.open_ended and len(cells) > len(columns)):
        raise MalformedError(
            FaultReason.FORMAT,
            _("expected {expected} columns, got {got} in {line!r}").format(
                expected=len(columns), got=len(cells), line=line
            ),
        )
    named = dict(zip(columns, cells, strict=False))
    acc_mps2 = _vector(named, ACC) * layout.acc_mps2
    gyro_radps = None
    if layout.gyro_radps is not None:
        gyro_radps = _vector(named, GYRO) * layout.gyro_radps
    time_s = None if layout.time_s is None else _number(named[TIME]) * layout.time_s
    share = max(
        _share(acc_mps2, layout.acc_range_mps2), _share(gyro_radps, layout.gyro_range_radps)
    )
    if share > IMPOSSIBLE_SHARE:
        raise MalformedError(
            FaultReason.FORMAT, _("a value is beyond the range in {line!r}").format(line=line)
        )
    return _checked(Row(acc_mps2, gyro_radps, time_s, share >= CLIPPED_SHARE))


def parse_object(line: str, scale: RawScale) -> Row:
    """Return the sample of an object as the Puck.js prints it.

    Raises `MalformedError` if it is not such an object.
    """
    try:
        sample = json.loads(line)
        acc = np.array([float(sample["acc"][axis]) for axis in "xyz"])
        gyro = None
        if "gyro" in sample:
            gyro = np.array([float(sample["gyro"][axis]) for axis in "xyz"])
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise MalformedError(
            FaultReason.FORMAT,
            _("expected acc and gyro with x, y and z, got {line!r}").format(line=line),
        ) from error
    return _checked(
        Row(
            acc * (STANDARD_GRAVITY_MPS2 / scale.acc_lsb_per_g),
            None if gyro is None else gyro * (RADPS_PER_DPS / scale.gyro_lsb_per_dps),
            None,
        )
    )


def _vector(named: Mapping[str, str], names: Iterable[str]) -> NDArray[np.float64]:
    return np.array([_number(named[name]) for name in names], dtype=np.float64)


def _number(cell: str) -> float:
    cell = cell.strip()
    if _NUMBER.fullmatch(cell):
        return float(cell)
    if _NO_NUMBER.fullmatch(cell):
        return np.nan
    raise MalformedError(
        FaultReason.FORMAT, _("expected a number, got {cell!r}").format(cell=cell)
    )


def _share(values: NDArray[np.float64] | None, full_range: float | None) -> float:
    if values is None or full_range is None:
        return 0.0
    return float(np.abs(values).max()) / full_range


def _checked(row: Row) -> Row:
    """Return the row; raises `MalformedError` if it holds an impossible value."""
    bounded = ((row.acc_mps2, LARGEST_ACC_MPS2), (row.gyro_radps, LARGEST_GYRO_RADPS))
    shares = [np.abs(values).max() / most for values, most in bounded if values is not None]
    if row.time_s is not None:
        shares.append(abs(row.time_s) / LARGEST_TIME_S)
    largest = float(np.max(shares))
    if not np.isfinite(largest):
        raise MalformedError(FaultReason.NOT_FINITE, _("a value is not finite"))
    if largest > 1.0:
        raise MalformedError(FaultReason.FORMAT, _("a value is beyond what any board can measure"))
    return row


# Many lines at once

_PLAIN_NUMBER: Final = rb" *[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})? *"
_PLAIN_LINES: Final = re.compile(
    rb"[\r\n]*(?:(?:A,)?%(number)b(?:,%(number)b)*[\r\n]+)*" % {b"number": _PLAIN_NUMBER}
)
_PLAIN_LINE: Final = re.compile(rb"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class PlainLines:
    """The lines at the beginning of a text that hold numbers and nothing else: nearly all do."""

    lines: tuple[str, ...]
    starts: tuple[int, ...]
    """Where each begins in the text."""
    ends: tuple[int, ...]
    """Where the first byte of its line end is."""
    safe_end: int
    """Up to here the text holds these lines and perhaps the beginning of one more."""


def find_plain_lines(text: bytes) -> PlainLines:
    """Return the plain lines at the beginning of a text."""
    match = _PLAIN_LINES.match(text)
    end = 0 if match is None else match.end()
    found = list(_PLAIN_LINE.finditer(text, 0, end))
    rest = text[end:]
    # An object needs no line end, and a line that is too long is dropped before its end.
    unfinished = not _LINE_END.search(rest) and b"{" not in rest and len(rest) <= MOST_LINE_BYTES
    return PlainLines(
        tuple(each[0].decode("ascii") for each in found),
        tuple(each.start() for each in found),
        tuple(each.end() for each in found),
        len(text) if unfinished else end,
    )


def begun_line(text: bytes) -> bytes:
    """Return what follows the last line end of a text."""
    return text[max(text.rfind(b"\n"), text.rfind(b"\r")) + 1 :]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The samples of many lines of one layout."""

    acc_mps2: NDArray[np.float64]
    """Shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Shape (n, 3), or None."""
    time_s: NDArray[np.float64] | None
    """The board's own time, s, shape (n,), or None."""
    saturated: NDArray[np.bool_]
    """Whether a value is at the end of the range in the header, shape (n,)."""

    def __len__(self) -> int:
        return len(self.saturated)

    def __getitem__(self, rows: slice) -> Rows:
        """Return some of them; they share memory with these."""
        return Rows(
            self.acc_mps2[rows],
            None if self.gyro_radps is None else self.gyro_radps[rows],
            None if self.time_s is None else self.time_s[rows],
            self.saturated[rows],
        )


def parse_plain_rows(lines: Sequence[str], layout: Layout) -> Rows | None:
    """Return the samples of plain lines, up to the first that needs a closer look; None if all do.

    Such a line has other columns than the first, or a value that `parse_row` refuses.
    """
    tag = TAG if lines[0].startswith(TAG) else ""
    commas = lines[0].count(",")
    columns, expected = commas + (0 if tag else 1), len(layout.columns)
    if columns != expected and not (layout.open_ended and columns > expected):
        return None

    def is_like_the_first(line: str) -> bool:
        return (
            line.count(",") == commas
            and line.startswith(TAG) == bool(tag)
            and len(line) <= MOST_LINE_BYTES
        )

    cells = ",".join(line.removeprefix(tag) for line in takewhile(is_like_the_first, lines)).split(
        ","
    )
    if not cells[0]:
        return None
    values = np.array([float(cell) for cell in cells]).reshape(-1, columns)
    place = {name: index for index, name in enumerate(layout.columns)}
    gyro_radps = time_s = None
    with np.errstate(over="ignore", invalid="ignore"):  # an infinite value is refused below
        acc_mps2 = values[:, [place[name] for name in ACC]] * layout.acc_mps2
        if layout.gyro_radps is not None:
            gyro_radps = values[:, [place[name] for name in GYRO]] * layout.gyro_radps
        if layout.time_s is not None:
            time_s = values[:, place[TIME]] * layout.time_s
        share = np.maximum(
            _largest(acc_mps2, layout.acc_range_mps2),
            _largest(gyro_radps, layout.gyro_range_radps),
        )
        usable = (
            (share <= IMPOSSIBLE_SHARE)
            & (_largest(acc_mps2, LARGEST_ACC_MPS2) <= 1.0)
            & (_largest(gyro_radps, LARGEST_GYRO_RADPS) <= 1.0)
            & (_largest(time_s, LARGEST_TIME_S) <= 1.0)
            & np.ones(len(values), dtype=bool)
        )
    known = len(usable) if usable.all() else int(np.argmin(usable))
    saturated = np.broadcast_to(share >= CLIPPED_SHARE, len(values))
    return Rows(acc_mps2, gyro_radps, time_s, saturated)[:known] if known else None


def _largest(
    values: NDArray[np.float64] | None, full_range: float | None
) -> NDArray[np.float64] | float:
    """Return the largest value of each row as a share of a range; 0 without either."""
    if values is None or full_range is None:
        return 0.0
    shares: NDArray[np.float64] = np.abs(values).reshape(len(values), -1).max(axis=1) / full_range
    return shares
