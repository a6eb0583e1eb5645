"""The pseudo-sensor behind imported files: samples that already have their time.

The layout is fixed in `firmware_notes/00-samples.md`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import MAX_TIME_S, Fault, FaultReason, Frame, Notification
from tracker.domain.units import s_from_ns
from tracker.language import _, localized
from tracker.sensors.base import (
    ClockKind,
    MalformedError,
    PacketDecoder,
    SensorFamily,
    check_length,
    fault_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SAMPLES_CHANNEL: Final = "samples"
"""The only channel; no characteristic has such a name, so a radio never delivers on it."""

VERSION: Final = 1
"""Layout version, the first byte of a block."""

# 00-samples.md, "Header": version u8, columns u8, reserved u16, rows u32.
HEADER: Final = struct.Struct("<BBHI")

# 00-samples.md, "Rows": time_s, acc x y z, and gyro x y z where there is one.
COLUMNS_WITH_GYRO: Final = 7
COLUMNS_WITHOUT_GYRO: Final = 4


def encode_samples(
    time_s: NDArray[np.float64],
    acc_mps2: NDArray[np.float64],
    gyro_radps: NDArray[np.float64] | None,
) -> bytes:
    """Return samples as the payload of one notification on `SAMPLES_CHANNEL`.

    Session time, s, shape (n,); specific force, m/s², and angular rate, rad/s, shape (n, 3).
    Raises `ValueError` if the shapes do not match.
    """
    signals = (acc_mps2,) if gyro_radps is None else (acc_mps2, gyro_radps)
    expected = (len(time_s), 3)
    for signal in signals:
        if signal.shape != expected:
            raise ValueError(f"expected signals of shape {expected}, got {signal.shape}")
    rows = np.column_stack((time_s, *signals)).astype("<f8", copy=False)
    return HEADER.pack(VERSION, rows.shape[1], 0, rows.shape[0]) + rows.tobytes()


def _rows(data: bytes) -> NDArray[np.float64]:
    """Return the rows of a block, shape (n, 4) or (n, 7)."""
    if data and data[0] != VERSION:
        # Of another version not even the length of the header is known.
        raise MalformedError(
            FaultReason.VERSION,
            _("expected version {expected}, got {got}").format(expected=VERSION, got=data[0]),
        )
    check_length(data, HEADER.size, _("a header"), exact=False)
    _version, columns, _reserved, rows = HEADER.unpack_from(data)
    if columns not in (COLUMNS_WITH_GYRO, COLUMNS_WITHOUT_GYRO):
        raise MalformedError(
            FaultReason.FORMAT, _("expected 4 or 7 columns, got {got}").format(got=columns)
        )
    expected = HEADER.size + rows * columns * np.dtype(np.float64).itemsize
    check_length(
        data,
        expected,
        _("a block with {rows} rows of {columns}").format(rows=rows, columns=columns),
    )
    return np.frombuffer(data, "<f8", offset=HEADER.size).reshape(rows, columns)


class SamplesDecoder(PacketDecoder):
    """Returns imported samples, without those that a clock or filter could not handle."""

    def __init__(self) -> None:
        super().__init__({SAMPLES_CHANNEL: self._block})
        self._newest_s = -np.inf

    def _block(self, notification: Notification) -> Iterator[Frame | Fault]:
        """Decode one block; samples without a usable number or time are dropped and counted."""
        rows = _rows(notification.data)
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            dropped = int(np.count_nonzero(~finite))
            detail = _("dropped {dropped} of {rows} samples that are not finite").format(
                dropped=dropped, rows=len(rows)
            )
            yield fault_of(notification, FaultReason.NOT_FINITE, detail, dropped)
            rows = rows[finite]
        possible = np.abs(rows[:, 0]) <= MAX_TIME_S
        if not possible.all():
            dropped = int(np.count_nonzero(~possible))
            worst_s = float(rows[~possible, 0][0])
            detail = _("dropped {dropped} of {rows} samples whose time_s is {worst}").format(
                dropped=dropped, rows=len(rows), worst=localized(f"{worst_s:.3g}")
            )
            yield fault_of(notification, FaultReason.CLOCK, detail, dropped)
            rows = rows[possible]
        highest_s = np.maximum.accumulate(np.concatenate(([self._newest_s], rows[:, 0])))
        newer = rows[:, 0] > highest_s[:-1]
        if not newer.all():
            dropped = int(np.count_nonzero(~newer))
            detail = _("dropped {dropped} of {rows} samples whose time does not advance").format(
                dropped=dropped, rows=len(rows)
            )
            yield fault_of(notification, FaultReason.CLOCK, detail, dropped)
            rows = rows[newer]
        if not len(rows):
            return
        self._newest_s = float(rows[-1, 0])
        yield Frame(
            acc_mps2=rows[:, 1:4],
            gyro_radps=rows[:, 4:7] if rows.shape[1] == COLUMNS_WITH_GYRO else None,
            stamps_s=rows[:, 0],
            received_s=s_from_ns(notification.received_ns),
        )


SAMPLES: Final = SensorFamily(
    kind="samples",
    title=_("Imported samples"),
    clock=ClockKind.SESSION,
    channels={SAMPLES_CHANNEL: SAMPLES_CHANNEL},
    new_decoder=lambda _settings: SamplesDecoder(),
    default_channel=SAMPLES_CHANNEL,
)
"""What an imported CSV becomes; never advertised, and with nothing to start."""
