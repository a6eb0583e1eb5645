"""Xsens DOT, now Movella DOT: one stamped sample per notification.

Bytes, clock and ranges: `firmware_notes/06-xsens-dot.md`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import RESERVED_CHANNELS, FaultReason, Frame, SensorError, TrackerError
from tracker.domain.units import s_from_ns
from tracker.sensors.family import ClockKind, SensorFamily
from tracker.sensors.faults import MalformedError, duplicate, fault_of, late, unknown_channel
from tracker.sensors.inquiry import HIGHEST_PERCENT, Inquiry
from tracker.sensors.profile_counters import Order
from tracker.sensors.script import Decide, Read, Subscribe, Unsubscribe, Write, newest
from tracker.sensors.settings import refuse_unknown, whole_number
from tracker.sensors.xsens_dot_control import (
    CONTROL,
    RATES_HZ,
    STREAMING_RATE_HZ,
    measuring_mode,
    rate_of,
    start_command,
    stop_command,
    with_rate,
)
from tracker.sensors.xsens_dot_stamps import Stamps
from tracker.sensors.xsens_dot_wire import (
    BATTERY_UUID,
    CHANNEL_BYTES,
    CONTROL_UUID,
    INFO_UUID,
    LONG_UUID,
    MEASUREMENT_SERVICE_UUID,
    MEASUREMENT_UUID,
    MEDIUM_UUID,
    MODES,
    SHORT_UUID,
    STREAMING_MODE,
    decode_payload,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import Fault, Notification
    from tracker.sensors.family import Advertisement
    from tracker.sensors.script import Heard, Step

COMPANY_ID: Final = 0x0886
"""Xsens, in the manufacturer data; the name may be one of the owner's."""

NAMES: Final = ("xsens dot", "movella dot")
"""How its name starts, in lower case, before its owner gives it another."""

FIRMWARE_AT: Final = slice(6, 9)
"""Where the info value says major, minor and revision; the address stands before them."""

LEAST_MTU: Final = MODES[STREAMING_MODE].size + 3
"""A payload behind ATT opcode and handle; the zeros behind it may be cut off."""

_SILENT_CHANNELS: Final = RESERVED_CHANNELS | {INFO_UUID, MEASUREMENT_UUID, BATTERY_UUID}
_US_PER_S: Final = 1e6


class XsensDotDecoder:
    """Turns payloads of one measurement mode into frames.

    Parameters
    ----------
    mode
        One of `MODES`.
    rate_hz
        Samples per second, until a control value says otherwise.
    """

    def __init__(self, mode: int = STREAMING_MODE, rate_hz: int = STREAMING_RATE_HZ) -> None:
        self._mode = mode
        self._rate_hz = rate_hz
        self._stamps = Stamps()

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        try:
            if notification.channel in CHANNEL_BYTES:
                return self._sample(notification)
            if notification.channel == CONTROL_UUID:
                self._rate_hz = rate_of(notification.data)
                self._stamps.resume()
                return ()
        except MalformedError as error:
            return (fault_of(notification, error.reason, error.detail),)
        if notification.channel in _SILENT_CHANNELS:
            return ()
        return (unknown_channel(notification),)

    def _sample(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        payload = decode_payload(self._mode, notification.data)
        place = self._stamps.place(payload.stamp_us, notification.received_ns, self._rate_hz)
        frame = Frame(
            payload.acc_mps2,
            payload.gyro_radps,
            stamps_s=np.array([place.time_us / _US_PER_S]),
            received_s=s_from_ns(notification.received_ns),
            saturated=payload.saturated,
        )
        stamp = f"the sample of {payload.stamp_us} µs"
        match place.order:
            case Order.DUPLICATE:
                return (duplicate(notification, stamp),)
            case Order.LATE:
                return (late(notification, stamp),)
            case Order.RESTART:
                detail = f"the sensor's clock began again with {stamp}"
                return (fault_of(notification, FaultReason.CLOCK, detail), frame)
            case Order.NEXT if place.lost:
                detail = f"{place.lost} samples before {stamp} never came"
                return (fault_of(notification, FaultReason.LOST, detail, place.lost), frame)
            case Order.NEXT:
                return (frame,)


def _decoder(settings: Mapping[str, str]) -> XsensDotDecoder:
    refuse_unknown(settings, "xsens_dot", ("mode", "characteristic", "rate_hz"))
    mode = whole_number(settings, "mode", STREAMING_MODE)
    if mode not in MODES:
        known = ", ".join(map(str, MODES))
        raise TrackerError(
            f"Measurement mode {mode} is not read.", f"Known: {known}; the tracker starts 21."
        )
    characteristic = settings.get("characteristic", "").lower()
    if not MODES[mode].channel.startswith(characteristic):
        raise TrackerError(
            f"Measurement mode {mode} comes on {MODES[mode].channel}, got {characteristic}."
        )
    rate_hz = whole_number(settings, "rate_hz", STREAMING_RATE_HZ)
    if rate_hz not in RATES_HZ:
        known = ", ".join(map(str, RATES_HZ))
        raise TrackerError(f"A DOT has no rate of {rate_hz} Hz.", f"Known: {known}.")
    return XsensDotDecoder(mode, rate_hz)


def _stop_left_over(heard: Heard) -> tuple[Step, ...]:
    """Stop what another program has started; the rate cannot be set meanwhile."""
    mode = measuring_mode(newest(heard, MEASUREMENT_UUID) or b"")
    return () if mode is None else (Write(MEASUREMENT_UUID, stop_command(mode)),)


def _set_rate(heard: Heard) -> tuple[Step, ...]:
    """Change the rate in what was read; flash wears, so only where it is another."""
    control = newest(heard, CONTROL_UUID) or b""
    if len(control) != CONTROL.size:
        raise SensorError(
            f"The DOT's control value should have {CONTROL.size} bytes, got {len(control)}.",
            "Update its firmware with Movella's app.",
        )
    wanted = with_rate(control, STREAMING_RATE_HZ)
    if wanted[1:] == control[1:]:
        return ()
    # Read again, so that decoder and recording know the rate that holds from here on.
    return (Write(CONTROL_UUID, wanted), Read(CONTROL_UUID))


def _percent(heard: Heard) -> int | None:
    value = newest(heard, BATTERY_UUID)
    return value[0] if value and value[0] <= HIGHEST_PERCENT else None


def _firmware(heard: Heard) -> str | None:
    version = (newest(heard, INFO_UUID) or b"")[FIRMWARE_AT]
    return ".".join(map(str, version)) if len(version) == 3 else None


def _recognises(advertisement: Advertisement) -> bool:
    name = (advertisement.name or "").lower()
    return COMPANY_ID in advertisement.manufacturer_ids or name.startswith(NAMES)


XSENS_DOT: Final = SensorFamily(
    kind="xsens_dot",
    title="Xsens or Movella DOT",
    clock=ClockKind.DEVICE,
    channels=MappingProxyType(
        {
            "medium": MEDIUM_UUID,
            "short": SHORT_UUID,
            "long": LONG_UUID,
            "measurement": MEASUREMENT_UUID,
            "control": CONTROL_UUID,
            "info": INFO_UUID,
            "battery": BATTERY_UUID,
        }
    ),
    decoder=_decoder,
    recognises=_recognises,
    services=(MEASUREMENT_SERVICE_UUID,),
    least_mtu=LEAST_MTU,
    start=(
        Read(MEASUREMENT_UUID),
        Decide(_stop_left_over),
        Read(CONTROL_UUID),
        Decide(_set_rate),
        Subscribe(MEDIUM_UUID),
        Write(MEASUREMENT_UUID, start_command(STREAMING_MODE)),
    ),
    stop=(
        Write(MEASUREMENT_UUID, stop_command(STREAMING_MODE)),
        Unsubscribe(MEDIUM_UUID),
    ),
    battery=Inquiry((Read(BATTERY_UUID),), _percent),
    firmware=Inquiry((Read(INFO_UUID),), _firmware),
    default_channel=MEDIUM_UUID,
)
"""A DOT with the maker's firmware."""
