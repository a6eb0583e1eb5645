"""Xsens DOT, now Movella DOT: one timestamped sample per notification.

Bytes, clock and ranges: `firmware_notes/06-xsens-dot.md`.

Theory of operation (note, "Clock"). Samples are one period apart on the sensor's own clock, and
their timestamps wrap. Compared with the newest sample so far, a timestamp is *later* by up to half
the range of 2**32 µs, or *behind*.

- later by about a period: the next sample. By more than one and a half: samples were lost.
- equal: a duplicate.
- behind by less than a second: late.
- behind by more: the sensor restarted.

After the control value is read again, a pause of any length is normal: the host's clock then shows
how often the timestamp has wrapped, and nothing counts as lost.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.domain import (
    Fault,
    FaultReason,
    Frame,
    FrameRun,
    Notification,
    SensorError,
    TrackerError,
)
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, s_from_ns
from tracker.language import _
from tracker.sensors.base import (
    MOST_PERIODS,
    ClockKind,
    Decide,
    MalformedError,
    PacketDecoder,
    PacketOrder,
    PacketPosition,
    Read,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Write,
    alike,
    check_length,
    lost_in,
    newest,
    order_faults,
    percent_in,
    reading,
    received_s_of,
    runs_of,
    stretches,
    version_in,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tracker.sensors.base import Responses, Step


def _uuid(short: int) -> str:
    return f"1517{short:04x}-4947-11e9-8646-d663bd873d93"


CONFIGURATION_SERVICE_UUID: Final = _uuid(0x1000)
INFO_UUID: Final = _uuid(0x1001)
CONTROL_UUID: Final = _uuid(0x1002)
MEASUREMENT_SERVICE_UUID: Final = _uuid(0x2000)
MEASUREMENT_UUID: Final = _uuid(0x2001)
LONG_UUID: Final = _uuid(0x2002)
MEDIUM_UUID: Final = _uuid(0x2003)
SHORT_UUID: Final = _uuid(0x2004)
BATTERY_UUID: Final = _uuid(0x3001)

# 06-xsens-dot.md, "Control value": visit bits, other fields, rate, other fields.
CONTROL: Final = struct.Struct("<B23sH6s")

VISIT_RATE: Final = 0x10
"""Visit bit 4: the sensor applies the rate and ignores the other fields."""

RATES_HZ: Final = (1, 4, 10, 12, 15, 20, 30, 60, 120)
"""What the sensor can be set to; 120 Hz only for recording to its own memory."""

STREAMING_RATE_HZ: Final = 60
"""The fastest that the sensor streams, and its default."""

LATE_US: Final = 1_000_000
"""Bluetooth keeps the order; only a host's queue can mix samples up, and never this far."""

STALL_US: Final = 2_000_000
"""How long a radio may delay a sample; clocks that differ by more are not the same clock."""

DRIFT: Final = 0.01
"""Relative rate error between the two clocks."""

_NS_PER_US: Final = 1000

# 06-xsens-dot.md, "Measurement value": type, which is always 1, action, mode.
MEASUREMENT: Final = struct.Struct("<BBB")
START: Final = 1
STOP: Final = 0


def measurement_value(action: int, mode: int) -> bytes:
    """Return the measurement value that starts or stops a measurement in a mode."""
    return MEASUREMENT.pack(1, action, mode)


def measuring_mode(measurement: bytes) -> int | None:
    """Return the running mode by a measurement value, or None if none is running."""
    if len(measurement) < MEASUREMENT.size:
        return None
    _type, action, mode = MEASUREMENT.unpack_from(measurement)
    return mode if action == START else None


def rate_of(control: bytes) -> int:
    """Return the samples per second in a control value.

    Raises `MalformedError` if it is not a control value.
    """
    check_length(control, CONTROL.size, _("a control value"))
    _visit, _before, rate_hz, _after = CONTROL.unpack(control)
    if rate_hz not in RATES_HZ:
        raise MalformedError(
            FaultReason.FORMAT,
            _("expected a rate of {rates}, got {got}").format(rates=RATES_HZ, got=rate_hz),
        )
    return int(rate_hz)


def with_rate(control: bytes, rate_hz: int) -> bytes:
    """Return a control value changed so that writing it sets the rate.

    Raises `SensorError` if it is not a control value.
    """
    if len(control) != CONTROL.size:
        raise SensorError(
            _("The DOT's control value should have {size} bytes, got {got}.").format(
                size=CONTROL.size, got=len(control)
            ),
            _("Update its firmware with Movella's app."),
        )
    _visit, before, _rate_hz, after = CONTROL.unpack(control)
    return CONTROL.pack(VISIT_RATE, before, rate_hz, after)


STAMP_MODULUS_US: Final = 1 << 32
"""The timestamp counts µs in 32 bits: it wraps every 71 min 35 s."""

ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
GYRO_RANGE_RADPS: Final = 2000 * RADPS_PER_DPS

CLIPPED_SHARE: Final = 0.998
"""Calibration shifts the end of the range a little; nothing real stays this close to it."""

IMPOSSIBLE_SHARE: Final = 2.0
"""No chip measures twice its range: such bytes must be of another mode."""

CLIPPING_BITS: Final = 0x003F
"""Status bits 0 to 2: an axis of the accelerometer clipped; 3 to 5: of the gyroscope."""

VECTOR: Final = struct.Struct("<3f")
STAMP: Final = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Mode:
    """Layout of a measurement mode's payload, as far as it is used."""

    channel: str
    """UUID of the characteristic that notifies it."""
    size: int
    """Bytes of the payload; zeros pad it to the length of the characteristic."""
    acc_at: int
    """Offset of the acceleration, three float32, m/s²."""
    gyro_at: int | None = None
    """Offset of the angular rate, three float32, degrees/s; None if the mode has none."""
    status_at: int | None = None
    """Offset of the status word, u16; None if the mode has none."""


CHANNEL_BYTES: Final[Mapping[str, int]] = {SHORT_UUID: 20, MEDIUM_UUID: 40, LONG_UUID: 63}
"""Lengths of the characteristics, to which payloads are padded."""

MODES: Final[Mapping[int, Mode]] = {
    2: Mode(MEDIUM_UUID, 36, acc_at=20, status_at=32),
    6: Mode(SHORT_UUID, 16, acc_at=4),
    20: Mode(MEDIUM_UUID, 34, acc_at=4, gyro_at=16),
    21: Mode(MEDIUM_UUID, 28, acc_at=4, gyro_at=16),
    26: Mode(LONG_UUID, 44, acc_at=20, gyro_at=32),
}
"""06-xsens-dot.md, "Payloads"; the acceleration of modes 2 and 6 lacks gravity."""

STREAMING_MODE: Final = 21
"""What the tracker starts: acceleration with gravity, and angular rate, in 28 bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Payloads:
    """Samples of one mode, one in each notification."""

    stamp_us: NDArray[np.int64]
    """Time since the sensor booted, µs, modulo 2**32, shape (p,)."""
    acc_mps2: NDArray[np.float64]
    """Shape (p, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Shape (p, 3), or None."""
    largest: NDArray[np.float64]
    """The largest value of each, as a share of its range; not finite if a value is not, (p,)."""
    saturated: NDArray[np.bool_]
    """Whether an axis is at the end of its range, shape (p,)."""


def decode_payload(mode: int, data: bytes) -> Payloads:
    """Return the values of one notification.

    Raises `MalformedError` if the bytes are not a payload of that mode.
    """
    layout = MODES[mode]
    if not _fits(mode, len(data)):
        longest = CHANNEL_BYTES[layout.channel]
        raise MalformedError(
            FaultReason.LENGTH,
            _("expected {least} to {most} bytes of mode {mode}, got {got}").format(
                least=layout.size, most=longest, mode=mode, got=len(data)
            ),
        )
    payload = decode_payloads(mode, np.frombuffer(data, np.uint8)[None])
    largest = float(payload.largest[0])
    if not math.isfinite(largest):
        raise MalformedError(FaultReason.NOT_FINITE, _("a value is not finite"))
    if largest > IMPOSSIBLE_SHARE:
        raise MalformedError(
            FaultReason.FORMAT,
            _("expected values of mode {mode}, got some beyond any chip's range").format(
                mode=mode
            ),
        )
    return payload


def _fits(mode: int, size: int) -> bool:
    """Return whether so many bytes may be a payload of that mode."""
    layout = MODES[mode]
    return layout.size <= size <= CHANNEL_BYTES[layout.channel]


def decode_payloads(mode: int, octets: NDArray[np.uint8]) -> Payloads:
    """Return the values of notifications of one length that fits, shape (p, n)."""
    layout = MODES[mode]
    acc_mps2 = _vectors(octets, layout.acc_at)
    gyro_radps = None if layout.gyro_at is None else _vectors(octets, layout.gyro_at)
    largest = np.abs(acc_mps2 / ACC_RANGE_MPS2).max(axis=1)
    if gyro_radps is not None:
        gyro_radps *= RADPS_PER_DPS
        largest = np.maximum(largest, np.abs(gyro_radps / GYRO_RANGE_RADPS).max(axis=1))
    saturated = largest >= CLIPPED_SHARE
    if layout.status_at is not None:
        saturated |= _fields(octets, layout.status_at, "<u2")[:, 0] & CLIPPING_BITS > 0
    stamp_us = _fields(octets, 0, "<u4")[:, 0].astype(np.int64)
    return Payloads(stamp_us, acc_mps2, gyro_radps, largest, saturated)


def _vectors(octets: NDArray[np.uint8], offset: int) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # a signalling NaN stays a NaN
        return _fields(octets, offset, "<f4", 3).astype(np.float64)


def _fields(octets: NDArray[np.uint8], offset: int, kind: str, count: int = 1) -> NDArray[Any]:
    size = np.dtype(kind).itemsize * count
    return octets[:, offset : offset + size].copy().view(kind)


class TimestampUnwrapper:
    """Unwraps timestamps, and counts the samples missing between them."""

    def __init__(self) -> None:
        self._newest: PacketPosition | None = None
        self._received_ns = 0
        self._resumed = False

    def resume(self) -> None:
        """Expect a pause of any length before the next sample."""
        self._resumed = True

    def place(self, stamp_us: int, received_ns: int, rate_hz: int) -> PacketPosition:
        """Return where a sample belongs, and remember it if it is usable.

        `stamp_us` is modulo 2**32, `received_ns` the host time of arrival; the rate tells how many
        samples are missing.
        """
        newest = self._newest
        if newest is None:
            return self._use(PacketPosition(PacketOrder.NEXT, stamp_us), received_ns)
        later_us = (stamp_us - newest.time_us) % STAMP_MODULUS_US
        if later_us == 0:
            return PacketPosition(PacketOrder.DUPLICATE, newest.time_us)
        if self._resumed:
            return self._use(self._after_pause(newest, stamp_us, received_ns), received_ns)
        if later_us < STAMP_MODULUS_US // 2:
            lost = lost_in(later_us * rate_hz / 1e6)
            place = PacketPosition(PacketOrder.NEXT, newest.time_us + later_us, lost)
            return self._use(place, received_ns)
        if STAMP_MODULUS_US - later_us <= LATE_US:
            return PacketPosition(PacketOrder.LATE, newest.time_us + later_us - STAMP_MODULUS_US)
        return self._use(PacketPosition(PacketOrder.RESTART, stamp_us), received_ns)

    def place_run(self, stamp_us: NDArray[np.int64], rate_hz: int) -> NDArray[np.int64]:
        """Return the times, µs, of samples up to the first irregular one, shape (p,).

        They are what `place` would give. That one is left for it; those before it are remembered
        once `remember` is told when the last of them arrived.
        """
        newest = self._newest
        if newest is None or self._resumed:
            return np.empty(0, np.int64)
        later_us = np.diff(stamp_us, prepend=newest.time_us) % STAMP_MODULUS_US
        is_next = (later_us > 0) & (later_us < STAMP_MODULUS_US // 2)
        is_next &= later_us * rate_hz / 1e6 <= MOST_PERIODS
        count = len(is_next) if is_next.all() else int(np.argmin(is_next))
        return newest.time_us + np.cumsum(later_us[:count])

    def remember(self, time_us: int, received_ns: int) -> None:
        """Take a sample that `place_run` has placed for the newest."""
        self._use(PacketPosition(PacketOrder.NEXT, time_us), received_ns)

    def _after_pause(
        self, newest: PacketPosition, stamp_us: int, received_ns: int
    ) -> PacketPosition:
        """Return the place of the first sample after a pause, whose length the host knows."""
        host_us = (received_ns - self._received_ns) // _NS_PER_US
        later_us = (stamp_us - newest.time_us) % STAMP_MODULUS_US
        wraps = max(0, round((host_us - later_us) / STAMP_MODULUS_US))
        elapsed_us = later_us + wraps * STAMP_MODULUS_US
        if abs(elapsed_us - host_us) > STALL_US + DRIFT * host_us:
            return PacketPosition(PacketOrder.RESTART, stamp_us)
        return PacketPosition(PacketOrder.NEXT, newest.time_us + elapsed_us)

    def _use(self, place: PacketPosition, received_ns: int) -> PacketPosition:
        self._newest, self._received_ns, self._resumed = place, received_ns, False
        return place


COMPANY_ID: Final = 0x0886
"""Xsens, in the manufacturer data; the owner may have renamed the sensor."""

NAMES: Final = ("xsens dot", "movella dot")
"""How its name starts, in lower case, unless its owner renamed it."""

LEAST_MTU: Final = MODES[STREAMING_MODE].size + 3
"""ATT opcode and handle, then the payload; its padding may be cut off."""


class XsensDotDecoder(PacketDecoder):
    """Turns payloads of one of `MODES` into frames; a control value replaces the rate."""

    def __init__(self, mode: int = STREAMING_MODE, rate_hz: int = STREAMING_RATE_HZ) -> None:
        readers = dict.fromkeys(CHANNEL_BYTES, self._sample) | {CONTROL_UUID: self._configure}
        super().__init__(readers, (INFO_UUID, MEASUREMENT_UUID, BATTERY_UUID))
        self._mode = mode
        self._rate_hz = rate_hz
        self._unwrapper = TimestampUnwrapper()

    @property
    def promised_hz(self) -> float | None:
        """The rate in the control value."""
        return float(self._rate_hz)

    def configuration(self) -> dict[str, object]:
        """Return the measurement mode and the rate."""
        return {"mode": self._mode, "rate_hz": self._rate_hz}

    def _configure(self, notification: Notification) -> tuple[()]:
        self._rate_hz = rate_of(notification.data)
        self._unwrapper.resume()
        return ()

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications as `feed` would, those in their regular place together."""
        for group in alike(notifications):
            first = group[0]
            if first.channel not in CHANNEL_BYTES or not _fits(self._mode, len(first.data)):
                yield from super().feed_run(group)
                continue
            octets = np.frombuffer(b"".join(each.data for each in group), np.uint8)
            payloads = decode_payloads(self._mode, octets.reshape(len(group), -1))
            # A comparison with a value that is no number is false, which is what it should be.
            is_usable = payloads.largest <= IMPOSSIBLE_SHARE
            for part in stretches(is_usable):
                if is_usable[part.start]:
                    yield from self._samples(group, payloads, part)
                else:
                    yield from super().feed_run(group[part])

    def _samples(
        self, group: Sequence[Notification], payloads: Payloads, part: slice
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode usable samples; one in an irregular place is decoded by itself."""
        gyro_radps, first = payloads.gyro_radps, part.start
        while first < part.stop:
            time_us = self._unwrapper.place_run(
                payloads.stamp_us[first : part.stop], self._rate_hz
            )
            if not len(time_us):
                yield from self.feed(group[first])
                first += 1
                continue
            rows = slice(first, first + len(time_us))
            self._unwrapper.remember(int(time_us[-1]), group[rows.stop - 1].received_ns)
            yield from runs_of(
                payloads.acc_mps2[rows],
                None if gyro_radps is None else gyro_radps[rows],
                time_us / 1e6,
                received_s_of(group[rows]),
                payloads.saturated[rows],
            )
            first = rows.stop

    def _sample(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        payload = decode_payload(self._mode, notification.data)
        stamp_us = int(payload.stamp_us[0])
        place = self._unwrapper.place(stamp_us, notification.received_ns, self._rate_hz)
        frame = Frame(
            payload.acc_mps2,
            payload.gyro_radps,
            stamps_s=np.array([place.time_us / 1e6]),
            received_s=s_from_ns(notification.received_ns),
            saturated=bool(payload.saturated[0]),
        )
        name = _("the sample of {stamp_us} µs").format(stamp_us=stamp_us)
        faults = order_faults(notification, place.order, name, place.lost)
        return (*faults, frame) if place.order.is_usable else faults


def _decoder(settings: Mapping[str, str]) -> XsensDotDecoder:
    mode = whole_number(settings, "mode", STREAMING_MODE)
    if mode not in MODES:
        known = ", ".join(map(str, MODES))
        raise TrackerError(
            _("Measurement mode {mode} is not supported.").format(mode=mode),
            _("Known: {known}; the tracker uses 21.").format(known=known),
        )
    characteristic = settings.get("characteristic", "").lower()
    if not MODES[mode].channel.startswith(characteristic):
        raise TrackerError(
            _("Measurement mode {mode} comes on {channel}, got {characteristic}.").format(
                mode=mode, channel=MODES[mode].channel, characteristic=characteristic
            )
        )
    rate_hz = whole_number(settings, "rate_hz", STREAMING_RATE_HZ)
    if rate_hz not in RATES_HZ:
        known = ", ".join(map(str, RATES_HZ))
        raise TrackerError(
            _("A DOT has no rate of {rate_hz} Hz.").format(rate_hz=rate_hz),
            _("Known: {known}.").format(known=known),
        )
    return XsensDotDecoder(mode, rate_hz)


def _stop_stale(responses: Responses) -> tuple[Step, ...]:
    """Stop another program's measurement; the rate cannot be set while it runs."""
    mode = measuring_mode(newest(responses, MEASUREMENT_UUID) or b"")
    return () if mode is None else (Write(MEASUREMENT_UUID, measurement_value(STOP, mode)),)


def _set_rate(responses: Responses) -> tuple[Step, ...]:
    """Set the rate in the control value; flash wears, so only if it differs."""
    control = newest(responses, CONTROL_UUID) or b""
    new = with_rate(control, STREAMING_RATE_HZ)
    if new[1:] == control[1:]:
        return ()
    # Read it again, so that decoder and recording know the new rate.
    return (Write(CONTROL_UUID, new), Read(CONTROL_UUID))


XSENS_DOT: Final = SensorFamily(
    kind="xsens_dot",
    title=_("Xsens or Movella DOT"),
    clock=ClockKind.DEVICE,
    channels={
        "medium": MEDIUM_UUID,
        "short": SHORT_UUID,
        "long": LONG_UUID,
        "measurement": MEASUREMENT_UUID,
        "control": CONTROL_UUID,
        "info": INFO_UUID,
        "battery": BATTERY_UUID,
    },
    new_decoder=_decoder,
    settings=("mode", "characteristic", "rate_hz"),
    recognises=lambda advertisement: (
        COMPANY_ID in advertisement.manufacturer_ids or advertisement.is_named(*NAMES)
    ),
    services=(MEASUREMENT_SERVICE_UUID,),
    least_mtu=LEAST_MTU,
    start=(
        Read(MEASUREMENT_UUID),
        Decide(_stop_stale),
        Read(CONTROL_UUID),
        Decide(_set_rate),
        Subscribe(MEDIUM_UUID),
        Write(MEASUREMENT_UUID, measurement_value(START, STREAMING_MODE)),
    ),
    stop=(
        Write(MEASUREMENT_UUID, measurement_value(STOP, STREAMING_MODE)),
        Unsubscribe(MEDIUM_UUID),
    ),
    battery=reading(BATTERY_UUID, percent_in),
    # Major, minor and revision come after the address.
    firmware=reading(INFO_UUID, lambda info: version_in(info[6:9])),
    default_channel=MEDIUM_UUID,
)
"""A DOT with the maker's firmware."""
