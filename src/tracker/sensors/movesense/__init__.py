"""Movesense sensors whose firmware speaks the GATT sensor data protocol.

What they send, and how much of it is certain: `firmware_notes/03-movesense.md`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import RESERVED_CHANNELS, FaultReason, Frame, TrackerError
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, s_from_ns
from tracker.sensors.base import (
    BATTERY_LEVEL_UUID,
    ClockKind,
    MalformedError,
    SensorFamily,
    fault_of,
    refuse_unknown,
    unknown_channel,
)
from tracker.sensors.movesense.control import BATTERY, MOTION, START, STOP, SUBSCRIPTIONS, VERSION
from tracker.sensors.movesense.packets import (
    ARRAYS,
    HEADER_BYTES,
    NOTIFY_UUID,
    SERVICE_UUID,
    WRITE_UUID,
    Answer,
    Reassembler,
    Resource,
    decode_payload,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tracker.domain import Fault, Notification
    from tracker.sensors.base import Advertisement

LOSS_SHARE: Final = 0.5
"""Of a payload's duration: a stamp that is later than expected by more shows a loss."""

LATE_MS: Final = 500
"""A stamp that falls by less is an old packet, by more a sensor that started again."""

ACC_RANGES_G: Final = (2.0, 4.0, 8.0, 16.0)
GYRO_RANGES_DPS: Final = (125.0, 245.0, 500.0, 1000.0, 2000.0)

RANGE_SLACK: Final = 0.2
"""Share by which chips read more than their range says; beyond is no reading of theirs."""

CLIP_SLACK: Final = 0.005
"""Share by which the end of a range differs from its name."""

_SILENT_CHANNELS: Final = RESERVED_CHANNELS | {WRITE_UUID, BATTERY_LEVEL_UUID}
_NAMES: Final = "movesense "


class _Stream:
    """What is known of one subscription."""

    def __init__(self, resource: Resource, *, sized: bool) -> None:
        self.resource = resource
        self.parts = Reassembler(resource, sized=sized)
        self.newest_ms: int | None = None
        self.samples = 0
        """Samples of the payload whose stamp is the newest."""


class MovesenseDecoder:
    """Turns payloads of acceleration, with or without angular rate, into frames.

    Parameters
    ----------
    resource
        What every reference stands for, where it was not the tracker that subscribed; None takes
        the tracker's own subscriptions for what they are, and others for the usual one.
    """

    def __init__(self, resource: Resource | None = None) -> None:
        self._resource = resource
        self._streams: dict[int, _Stream] = {}

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        if notification.channel in _SILENT_CHANNELS:
            return ()
        if notification.channel != NOTIFY_UUID:
            return (unknown_channel(notification),)
        data = notification.data
        if len(data) < HEADER_BYTES:
            detail = f"expected a header of {HEADER_BYTES} bytes, got {len(data)}"
            return (fault_of(notification, FaultReason.LENGTH, detail),)
        kind, ref = data[:HEADER_BYTES]
        if kind == Answer.REPLY:
            return ()
        if kind not in (Answer.DATA, Answer.MORE_DATA):
            detail = f"nothing is known about an answer of kind {kind}"
            return (fault_of(notification, FaultReason.FORMAT, detail),)

        stream = self._stream(ref)
        take = stream.parts.first if kind == Answer.DATA else stream.parts.more
        joined = take(data[HEADER_BYTES:])
        results: list[Frame | Fault] = []
        if joined.trouble is not None:
            results.append(fault_of(notification, FaultReason.LENGTH, joined.trouble))
        for payload in joined.payloads:
            try:
                results += self._samples(notification, stream, payload)
            except MalformedError as error:
                results.append(fault_of(notification, error.reason, error.detail))
        return tuple(results)

    def _stream(self, ref: int) -> _Stream:
        if ref not in self._streams:
            known = self._resource or SUBSCRIPTIONS.get(ref)
            self._streams[ref] = _Stream(known or MOTION, sized=known is not None)
        return self._streams[ref]

    def _samples(
        self, notification: Notification, stream: _Stream, data: bytes
    ) -> tuple[Frame | Fault, ...]:
        payload = decode_payload(data, stream.resource)
        acc_mps2 = payload.signals["acc"]
        gyro_dps = payload.signals.get("gyro")
        _check(acc_mps2, ACC_RANGES_G[-1] * STANDARD_GRAVITY_MPS2)
        saturated = _clipped(acc_mps2 / STANDARD_GRAVITY_MPS2, ACC_RANGES_G)
        if gyro_dps is not None:
            _check(gyro_dps, GYRO_RANGES_DPS[-1])
            saturated = saturated or _clipped(gyro_dps, GYRO_RANGES_DPS)

        stamps_s = np.full(len(acc_mps2), np.nan)
        stamps_s[0] = payload.time_ms / 1000.0
        frame = Frame(
            acc_mps2,
            None if gyro_dps is None else gyro_dps * RADPS_PER_DPS,
            stamps_s,
            s_from_ns(notification.received_ns),
            saturated,
        )
        previous_ms, samples = stream.newest_ms, stream.samples
        later_ms = 1 if previous_ms is None else payload.time_ms - previous_ms
        if later_ms == 0:
            detail = f"the payload of {payload.time_ms} ms was here before"
            return (fault_of(notification, FaultReason.DUPLICATE, detail),)
        if -LATE_MS < later_ms < 0:
            detail = f"the payload of {payload.time_ms} ms came after one of {previous_ms} ms"
            return (fault_of(notification, FaultReason.OUT_OF_ORDER, detail),)
        stream.newest_ms, stream.samples = payload.time_ms, len(acc_mps2)
        if later_ms < 0:
            detail = f"the sensor's time began again at {payload.time_ms} ms"
            return (fault_of(notification, FaultReason.CLOCK, detail), frame)
        missing = later_ms / 1000.0 * stream.resource.rate_hz - samples
        if previous_ms is not None and missing > LOSS_SHARE * samples:
            lost = round(missing)
            detail = f"about {lost} samples before {payload.time_ms} ms never came"
            return (fault_of(notification, FaultReason.LOST, detail, lost), frame)
        return (frame,)


def _check(signal: NDArray[np.float64], most: float) -> None:
    """Refuse numbers that no sensor measures."""
    if not np.isfinite(signal).all():
        raise MalformedError(FaultReason.NOT_FINITE, "a sample is not a number")
    if (np.abs(signal) > most * (1.0 + RANGE_SLACK)).any():
        raise MalformedError(FaultReason.FORMAT, f"a value is beyond the largest range, {most:g}")


def _clipped(signal: NDArray[np.float64], ranges: tuple[float, ...]) -> bool:
    """Return whether a value stands still at the end of a range; which one is set is not known."""
    size = np.abs(signal)
    at_end = np.zeros(signal.shape, dtype=bool)
    for end in ranges:
        at_end |= np.abs(size - end) <= CLIP_SLACK * end
    still = signal[1:] == signal[:-1]
    return bool((at_end[1:] & still).any())


def _decoder(settings: Mapping[str, str]) -> MovesenseDecoder:
    refuse_unknown(settings, "movesense", ("path",))
    path = settings.get("path")
    if path is None:
        return MovesenseDecoder()
    try:
        resource = Resource.parse(path)
    except ValueError as error:
        raise TrackerError(
            f"The setting path does not fit: {error}.", f"Write for example path={MOTION.path}."
        ) from error
    if "acc" not in ARRAYS[resource.name]:
        raise TrackerError(
            f"The tracker needs acceleration, and {path} has none.",
            f"Subscribe to {MOTION.path}.",
        )
    return MovesenseDecoder(resource)


def _recognises(advertisement: Advertisement) -> bool:
    named = (advertisement.name or "").lower().startswith(_NAMES)
    return named or SERVICE_UUID in (uuid.lower() for uuid in advertisement.service_uuids)


MOVESENSE: Final = SensorFamily(
    kind="movesense",
    title="Movesense sensor",
    clock=ClockKind.DEVICE,
    channels=MappingProxyType(
        {"notify": NOTIFY_UUID, "write": WRITE_UUID, "battery": BATTERY_LEVEL_UUID}
    ),
    decoder=_decoder,
    recognises=_recognises,
    services=(SERVICE_UUID,),
    start=START,
    stop=STOP,
    battery=BATTERY,
    firmware=VERSION,
    default_channel=NOTIFY_UUID,
)
"""A pod like a coin; 104 samples a second with the sensor's own stamps."""
