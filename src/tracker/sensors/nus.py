"""Lines of text over the Nordic UART service: Espruino boards, and boards that people build.

The protocol is fixed in `firmware_notes/08-nus.md`.
"""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import RESERVED_CHANNELS, FaultReason, Frame
from tracker.domain.units import s_from_ns
from tracker.sensors.family import ClockKind, SensorFamily
from tracker.sensors.faults import MalformedError, fault_of, unknown_channel
from tracker.sensors.inquiry import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
)
from tracker.sensors.nus_layout import (
    ESPRUINO,
    WITHOUT_HEADER,
    WITHOUT_HEADER_OR_GYRO,
    Layout,
    parse_header,
)
from tracker.sensors.nus_lines import Lines
from tracker.sensors.nus_row import TAG, RawScale, Row, holds_samples, parse_object, parse_row
from tracker.sensors.script import Pause, Subscribe, Unsubscribe, Where, Write
from tracker.sensors.settings import positive_number, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.domain import Fault, Notification
    from tracker.sensors.family import Advertisement

SERVICE_UUID: Final = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RX_UUID: Final = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TX_UUID: Final = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"

NAMES: Final = ("puck.js", "bangle.js", "pixl.js", "jolt.js", "mdbt42q", "xiao sense imu")
"""How names of boards start, in lower case, that show the service only after a connection."""

# Espruino: 0x03 ends a line that somebody has half typed, 0x10 keeps the console from echoing.
STOP_LINE: Final = b"\x03\x10stop()\n"
START_LINE: Final = b"\x10start()\n"

SETTLING_S: Final = 0.2
"""What was under way before the stop arrives within a few connection events."""

LATE_S: Final = 1.0
"""A time that falls by less is a line that was printed twice or too late; by more, a restart."""

LOSS_PERIODS: Final = 1.5
"""A gap of more periods than this has a lost line in it."""

_SILENT_CHANNELS: Final = RESERVED_CHANNELS | {
    RX_UUID,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION_UUID,
}


class NusDecoder:
    """Turns lines into frames, and passes over what a console says in between.

    Parameters
    ----------
    scale
        What the counts in objects are worth.
    """

    def __init__(self, scale: RawScale | None = None) -> None:
        self._scale = scale or RawScale()
        self._lines = Lines()
        self._layout: Layout | None = None
        self._is_refused = False
        self._newest_s: float | None = None

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        if notification.channel == TX_UUID:
            return tuple(_joined(self._results(notification), s_from_ns(notification.received_ns)))
        if notification.channel in _SILENT_CHANNELS:
            return ()
        return (unknown_channel(notification),)

    def _results(self, notification: Notification) -> Iterator[Row | Fault]:
        for line in self._lines.feed(notification.data):
            if line is None:
                detail = "a line is too long, and was dropped"
                yield fault_of(notification, FaultReason.LENGTH, detail)
                continue
            try:
                row = self._row(line)
            except MalformedError as error:
                yield fault_of(notification, error.reason, error.detail)
                continue
            if row is not None:
                yield from self._in_order(row, notification)

    def _row(self, line: str) -> Row | None:
        """Return the sample of a line, or None if it has none."""
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
            # The scale is unknown then, and no samples beat wrong ones.
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
            FaultReason.UNCONFIGURED, "numbers came before a header that says what they mean"
        )

    def _in_order(self, row: Row, notification: Notification) -> Iterator[Row | Fault]:
        """Yield a sample, unless its time says that it was here before; and what is missing."""
        newest_s, time_s = self._newest_s, row.time_s
        if time_s is None or newest_s is None:
            self._newest_s = time_s
            yield row
            return
        step_s = time_s - newest_s
        if -LATE_S < step_s <= 0:
            reason = FaultReason.OUT_OF_ORDER if step_s else FaultReason.DUPLICATE
            yield fault_of(notification, reason, f"the time {time_s} s is not a new one")
            return
        self._newest_s = time_s
        rate_hz = None if self._layout is None else self._layout.rate_hz
        if step_s < 0:
            detail = f"the board's time began again at {time_s} s"
            yield fault_of(notification, FaultReason.CLOCK, detail)
        elif rate_hz is not None and step_s * rate_hz > LOSS_PERIODS:
            lost = round(step_s * rate_hz) - 1
            detail = f"{lost} lines before {time_s} s never came"
            yield fault_of(notification, FaultReason.LOST, detail, lost)
        yield row


def _joined(results: Iterable[Row | Fault], received_s: float) -> Iterator[Frame | Fault]:
    """Yield rows of the same kind as one frame, and faults at their place between them."""

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
    refuse_unknown(settings, "nus", ("acc_lsb_per_g", "gyro_lsb_per_dps"))
    default = RawScale()
    return NusDecoder(
        RawScale(
            positive_number(settings, "acc_lsb_per_g", default.acc_lsb_per_g),
            positive_number(settings, "gyro_lsb_per_dps", default.gyro_lsb_per_dps),
        )
    )


def _recognises(advertisement: Advertisement) -> bool:
    services = {uuid.lower() for uuid in advertisement.service_uuids}
    return SERVICE_UUID in services or (advertisement.name or "").lower().startswith(NAMES)


def _tell(line: bytes) -> Where:
    """Return the step that sends a line to a board that listens; some only talk."""
    return Where(RX_UUID, (Write(RX_UUID, line, with_response=False),))


NUS: Final = SensorFamily(
    kind="nus",
    title="Espruino or DIY board (Nordic UART)",
    clock=ClockKind.MIXED,
    channels=MappingProxyType(
        {
            "tx": TX_UUID,
            "rx": RX_UUID,
            "battery": BATTERY_LEVEL_UUID,
            "firmware": FIRMWARE_REVISION_UUID,
        }
    ),
    decoder=_decoder,
    recognises=_recognises,
    services=(SERVICE_UUID,),
    start=(
        Subscribe(TX_UUID),
        _tell(STOP_LINE),
        Pause(SETTLING_S),
        _tell(START_LINE),
    ),
    stop=(_tell(STOP_LINE), Unsubscribe(TX_UUID)),
    battery=BATTERY_LEVEL,
    firmware=FIRMWARE_REVISION,
    default_channel=TX_UUID,
)
"""A board that runs a program like those of the note."""
