"""Samples as text over the Nordic UART service: Espruino boards, and boards that people build.

The protocol is fixed in `firmware_notes/08-nus.md`.

Lines are read one by one as they arrive, or many at once from a file: nearly all are plain lines
of numbers, one for each sample, and those are parsed together.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Fault, FaultReason, Frame, FrameRun, Notification
from tracker.domain.units import s_from_ns
from tracker.language import _, localized
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    MOST_PERIODS,
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
    received_s_of,
    runs_of,
    stretches,
)
from tracker.sensors.nus.lines import (
    ESPRUINO,
    TAG,
    WITHOUT_HEADER,
    WITHOUT_HEADER_OR_GYRO,
    Layout,
    LineAssembler,
    RawScale,
    Row,
    Rows,
    begun_line,
    find_plain_lines,
    holds_samples,
    parse_header,
    parse_object,
    parse_plain_rows,
    parse_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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

LEAST_WINDOW: Final = 16
MOST_WINDOW: Final = 512
"""Notifications to look for plain lines in together: more while all are plain, fewer where some
are not, so that no line is looked at more than a few times. 512 have a hundred lines or more."""


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

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications as `feed` would, those with plain lines together."""
        at, window, skipped = 0, LEAST_WINDOW, 1
        while at < len(notifications):
            part = notifications[at : at + window]
            frames, taken = self._plain(part)
            yield from frames
            if taken:
                window = min(2 * taken, MOST_WINDOW) if taken == len(part) else LEAST_WINDOW
                skipped = 1
            else:
                taken, skipped = skipped, min(2 * skipped, LEAST_WINDOW)
                yield from super().feed_run(notifications[at : at + taken])
            at += taken

    def _plain(
        self, notifications: Sequence[Notification]
    ) -> tuple[Iterable[Frame | FrameRun], int]:
        """Decode the first notifications, as far as their lines are plain and in order.

        Returns what they complete, and how many they are; the next one needs a closer look.
        """
        ours = list(takewhile(lambda each: each.channel == TX_UUID, notifications))
        begun = self._lines.begun
        if begun is None or not ours:
            return (), 0
        text = b"".join((begun, *(each.data for each in ours)))
        plain = find_plain_lines(text)
        rows = self._plain_rows(plain.lines)
        if rows is None:
            return (), 0
        regular = self._regular(rows)
        safe_end = plain.safe_end if regular == len(plain.lines) else plain.starts[regular]
        ends = len(begun) + np.cumsum([len(each.data) for each in ours])
        taken = int(np.searchsorted(ends, safe_end, "right"))
        if not taken:
            return (), 0
        # A line belongs to the notification in which it ends.
        owners = np.searchsorted(ends, np.array(plain.ends[:regular]), "right")
        rows = rows[: int(np.searchsorted(owners, taken))]
        self._lines.go_on_from(begun_line(text[: ends[taken - 1]]))
        if len(rows):
            self._newest_s = None if rows.time_s is None else float(rows.time_s[-1])
        return _frames(ours, owners[: len(rows)], rows), taken

    def _plain_rows(self, lines: Sequence[str]) -> Rows | None:
        try:
            return parse_plain_rows(lines, self._layout_of(lines[0])) if lines else None
        except MalformedError:
            return None

    def _regular(self, rows: Rows) -> int:
        """Return how many of the first rows are in their place."""
        if rows.time_s is None:
            return len(rows)
        rate_hz = (None if self._layout is None else self._layout.rate_hz) or 0.0
        first_s = rows.time_s[0] if self._newest_s is None else self._newest_s
        step_s = np.diff(rows.time_s, prepend=first_s)
        is_next = (step_s > 0) & (step_s * rate_hz <= MOST_PERIODS)
        is_next[0] |= self._newest_s is None
        return len(is_next) if is_next.all() else int(np.argmin(is_next))

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
            raise MalformedError(FaultReason.LENGTH, _("dropped a line that is too long"))
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
            FaultReason.UNCONFIGURED, _("numbers came before the header that gives their meaning")
        )

    def _in_order(self, row: Row, notification: Notification) -> Iterator[Row | Fault]:
        """Yield a sample unless it is a duplicate or late, and the faults that its time shows."""
        newest_s, time_s = self._newest_s, row.time_s
        if time_s is None or newest_s is None:
            self._newest_s = time_s
            yield row
            return
        step_s = time_s - newest_s
        name = _("the line of {seconds} s").format(seconds=localized(str(time_s)))
        if -LATE_S < step_s <= 0:
            order = PacketOrder.LATE if step_s else PacketOrder.DUPLICATE
            yield from order_faults(notification, order, name)
            return
        self._newest_s = time_s
        rate_hz = None if self._layout is None else self._layout.rate_hz
        order = PacketOrder.RESTART if step_s < 0 else PacketOrder.NEXT
        lost = lost_in(step_s * (rate_hz or 0.0))
        yield from order_faults(notification, order, name, lost, "lines")
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


def _frames(
    notifications: Sequence[Notification], owners: NDArray[np.intp], rows: Rows
) -> Iterator[Frame | FrameRun]:
    """Yield rows as the frames of the notifications in which they end, given by their places."""
    alone = np.ones(len(owners), dtype=bool)
    again = owners[1:] == owners[:-1]
    alone[1:] &= ~again
    alone[:-1] &= ~again
    for part in stretches(np.where(alone, -1, owners)):
        each = rows[part]
        gyro_radps, time_s = each.gyro_radps, each.time_s
        if alone[part.start]:
            received_s = received_s_of([notifications[owner] for owner in owners[part]])
            yield from runs_of(each.acc_mps2, gyro_radps, time_s, received_s, each.saturated)
        else:
            at_s = s_from_ns(notifications[owners[part.start]].received_ns)
            yield Frame(each.acc_mps2, gyro_radps, time_s, at_s, bool(each.saturated.any()))


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
    title=_("Espruino or DIY board (Nordic UART)"),
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
