"""Lines of text over the Nordic UART service: Espruino boards, and boards that people build.

The protocol is fixed in `firmware_notes/08-nus.md`: a UART is cut into lines, a header gives the
columns and units, and each other line holds one sample, as numbers with commas between them or as
an object of the Puck.js.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from functools import reduce
from itertools import groupby
from operator import xor
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Fault, FaultReason, Frame, Notification
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, s_from_ns
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    ClockKind,
    MalformedError,
    PacketDecoder,
    PacketOrder,
    Pause,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
    fault_of,
    lost_in,
    number,
    order_faults,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

SERVICE_UUID: Final = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RX_UUID: Final = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TX_UUID: Final = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"

NAMES: Final = ("puck.js", "bangle.js", "pixl.js", "jolt.js", "mdbt42q", "xiao sense imu")
"""How names start, in lower case, of boards that reveal the service only once connected."""

# Espruino: 0x03 cancels a half-typed line, 0x10 keeps the console from echoing.
STOP_LINE: Final = b"\x03\x10stop()\n"
START_LINE: Final = b"\x10start()\n"

SETTLING_S: Final = 0.2
"""Lines sent before the stop arrive within a few connection events."""

LATE_S: Final = 1.0
"""A time that falls by less is a duplicate or late line; by more, a restart."""

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
            raise ValueError(f"expected {MOST_COLUMNS} columns at most, got {len(self.columns)}")
        known = [name for name in self.columns if name in (TIME, *ACC, *GYRO)]
        if len(known) != len(set(known)):
            raise ValueError(f"expected each column once, got {','.join(known)}")
        for names, worth in (
            (ACC, self.acc_mps2),
            (GYRO, self.gyro_radps),
            ((TIME,), self.time_s),
        ):
            there = [name for name in names if name in known]
            if len(there) != (len(names) if worth is not None else 0):
                raise ValueError(
                    f"expected the columns {','.join(names)} together with their unit, or neither"
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
            raise ValueError("expected acc_g or acc_mps2")
        columns = tuple(given.get("columns", "").split(","))
        return Layout(
            columns, acc_mps2, gyro_radps, time_s, rate_hz, acc_range_mps2, gyro_range_radps
        )
    except ValueError as error:
        raise MalformedError(FaultReason.FORMAT, f"unusable header: {error}") from error


def _quantity(given: Mapping[str, str], units: Mapping[str, float]) -> float | None:
    """Return a quantity in SI, under whichever name it is given; None if it is not."""
    for name, unit in units.items():
        if name in given:
            value = float(given[name]) * unit
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"expected {name} to be above 0, got {given[name]}")
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
            raise MalformedError(FaultReason.FORMAT, f"wrong checksum of {line!r}")
    cells = line.removeprefix(TAG).split(",")
    columns = layout.columns
    if len(cells) != len(columns) and not (layout.open_ended and len(cells) > len(columns)):
        raise MalformedError(
            FaultReason.FORMAT, f"expected {len(columns)} columns, got {len(cells)} in {line!r}"
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
        raise MalformedError(FaultReason.FORMAT, f"a value is beyond the range in {line!r}")
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
            FaultReason.FORMAT, f"expected acc and gyro with x, y and z, got {line!r}"
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
    raise MalformedError(FaultReason.FORMAT, f"expected a number, got {cell!r}")


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
        raise MalformedError(FaultReason.NOT_FINITE, "a value is not finite")
    if largest > 1.0:
        raise MalformedError(FaultReason.FORMAT, "a value is beyond what any board can measure")
    return row


class NusDecoder(PacketDecoder):
    """Turns lines into frames, and ignores console output between; `scale` is that of objects."""

    def __init__(self, scale: RawScale | None = None) -> None:
        silent = (RX_UUID, BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID)
        super().__init__({TX_UUID: self._read}, silent)
        self._scale = scale or RawScale()
        self._lines = LineAssembler()
        self._layout: Layout | None = None
        self._is_refused = False
        self._newest_s: float | None = None

    @property
    def promised_hz(self) -> float | None:
        """The rate in the header."""
        return None if self._layout is None else self._layout.rate_hz

    def configuration(self) -> dict[str, object]:
        """Return the columns and units of the header, in SI; empty without one."""
        return {} if self._layout is None else asdict(self._layout)

    def _read(self, notification: Notification) -> Iterator[Frame | Fault]:
        return _joined(self._results(notification), s_from_ns(notification.received_ns))

    def _results(self, notification: Notification) -> Iterator[Row | Fault]:
        for line in self._lines.feed(notification.data):
            try:
                row = self._row(line)
            except MalformedError as error:
                yield fault_of(notification, error.reason, error.detail)
                continue
            if row is not None:
                yield from self._in_order(row, notification)

    def _row(self, line: str | None) -> Row | None:
        if line is None:
            raise MalformedError(FaultReason.LENGTH, "dropped a line that is too long")
        if line.startswith("#"):
            self._take_header(line)
            return None
        if line.startswith("{"):
            return parse_object(line, self._scale)
        if not holds_samples(line):
            return None
        return parse_row(line, self._layout_of(line))

    def _take_header(self, line: str) -> None:
        try:
            layout = parse_header(line)
        except MalformedError:
            # Without a readable header the scale is unknown, and no samples beat wrong ones.
            self._layout, self._is_refused = None, True
            raise
        if layout is not None:
            self._layout, self._is_refused = layout, False
            self._newest_s = None

    def _layout_of(self, line: str) -> Layout:
        if self._layout is not None:
            return self._layout
        if not self._is_refused:
            if line.startswith(TAG):
                return ESPRUINO
            columns = line.count(",") + 1
            if columns >= len(WITHOUT_HEADER.columns):
                return WITHOUT_HEADER
            if columns == len(WITHOUT_HEADER_OR_GYRO.columns):
                return WITHOUT_HEADER_OR_GYRO
        raise MalformedError(
            FaultReason.UNCONFIGURED, "numbers came before the header that gives their meaning"
        )

    def _in_order(self, row: Row, notification: Notification) -> Iterator[Row | Fault]:
        """Yield a sample unless it is a duplicate or late, and the faults that its time shows."""
        newest_s, time_s = self._newest_s, row.time_s
        if time_s is None or newest_s is None:
            self._newest_s = time_s
            yield row
            return
        step_s = time_s - newest_s
        if -LATE_S < step_s <= 0:
            order = PacketOrder.LATE if step_s else PacketOrder.DUPLICATE
            yield from order_faults(notification, order, f"the line of {time_s} s")
            return
        self._newest_s = time_s
        rate_hz = None if self._layout is None else self._layout.rate_hz
        order = PacketOrder.RESTART if step_s < 0 else PacketOrder.NEXT
        lost = lost_in(step_s * (rate_hz or 0.0))
        yield from order_faults(notification, order, f"the line of {time_s} s", lost, "lines")
        yield row


def _joined(results: Iterable[Row | Fault], received_s: float) -> Iterator[Frame | Fault]:
    """Yield rows of the same kind as one frame, with faults in their place between them."""

    def kind(result: Row | Fault) -> tuple[bool, ...]:
        if isinstance(result, Row):
            return True, result.gyro_radps is None, result.time_s is None
        return (False,)

    for _kind, run in groupby(results, key=kind):
        faults_or_rows = list(run)
        rows = [each for each in faults_or_rows if isinstance(each, Row)]
        if not rows:
            yield from (each for each in faults_or_rows if not isinstance(each, Row))
            continue
        gyros = [row.gyro_radps for row in rows if row.gyro_radps is not None]
        times_s = [row.time_s for row in rows if row.time_s is not None]
        yield Frame(
            np.array([row.acc_mps2 for row in rows]),
            np.array(gyros) if gyros else None,
            np.array(times_s) if times_s else None,
            received_s,
            any(row.saturated for row in rows),
        )


def _decoder(settings: Mapping[str, str]) -> NusDecoder:
    default = RawScale()
    return NusDecoder(
        RawScale(
            number(settings, "acc_lsb_per_g", default.acc_lsb_per_g, positive=True),
            number(settings, "gyro_lsb_per_dps", default.gyro_lsb_per_dps, positive=True),
        )
    )


def _send(line: bytes) -> Where:
    """Return the step that sends a line, if the board has a receiving side."""
    return Where(RX_UUID, (Write(RX_UUID, line, with_response=False),))


NUS: Final = SensorFamily(
    kind="nus",
    title="Espruino or DIY board (Nordic UART)",
    clock=ClockKind.MIXED,
    channels={
        "tx": TX_UUID,
        "rx": RX_UUID,
        "battery": BATTERY_LEVEL_UUID,
        "firmware": FIRMWARE_REVISION_UUID,
    },
    new_decoder=_decoder,
    settings=("acc_lsb_per_g", "gyro_lsb_per_dps"),
    recognises=lambda advertisement: (
        advertisement.offers(SERVICE_UUID) or advertisement.is_named(*NAMES)
    ),
    services=(SERVICE_UUID,),
    start=(
        Subscribe(TX_UUID),
        _send(STOP_LINE),
        Pause(SETTLING_S),
        _send(START_LINE),
    ),
    stop=(_send(STOP_LINE), Unsubscribe(TX_UUID)),
    battery=BATTERY_LEVEL,
    firmware=FIRMWARE_REVISION,
    default_channel=TX_UUID,
)
"""A board that runs a program like those in the note."""
