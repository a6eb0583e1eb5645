"""Polar sensors that stream their motion: Verity Sense, OH1+, 360 and H10.

What they send, and how much of it is certain: `firmware_notes/04-polar.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import RESERVED_CHANNELS, FaultReason, TrackerError
from tracker.domain.units import s_from_ns
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    ClockKind,
    MalformedError,
    SensorFamily,
    duplicate,
    fault_of,
    late,
    number,
    refuse_unknown,
    unknown_channel,
    whole_number,
)
from tracker.sensors.polar.control import (
    FEATURES,
    LEAST_MTU,
    REPLY,
    START,
    STOP,
    STOPPED,
    Op,
    Reply,
    Setting,
    Status,
    chosen,
    decode_reply,
    decode_settings,
)
from tracker.sensors.polar.packets import (
    COMPANY_ID,
    CONTROL_UUID,
    DATA_UUID,
    LAYOUTS,
    SERVICE_UUID,
    Measurement,
    decode_header,
    decode_samples,
)
from tracker.sensors.polar.streams import FrameOrder, Pairing, Samples, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tracker.domain import Fault, Frame, Notification
    from tracker.sensors.base import Advertisement

LARGEST: Final = MappingProxyType({Measurement.ACC: 16.0, Measurement.GYRO: 2000.0})
"""Largest range of any sensor, g and degrees/s."""

RANGE_SLACK: Final = 0.2
"""Share by which chips read more than their range says; beyond is no reading of theirs."""

CLIP_SLACK: Final = 0.005
"""Share by which the end of a range differs from its name."""

MOST_PARAMETERS: Final = 1024
"""Bytes of settings that a sensor may offer; a Verity's fit into one answer of 30."""

_SILENT_CHANNELS: Final = RESERVED_CHANNELS | {BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID}
_KNOWN: Final = frozenset(each.value for each in Measurement)
_MOTION: Final = (Measurement.ACC, Measurement.GYRO)
_NAMES: Final = "polar "
_NS_PER_S: Final = 1e9


@dataclass(slots=True)
class _Source:
    """What is known of one stream of motion."""

    factor: float | None = None
    """Worth of a count, as the answer to its start said; None before it."""
    period_ns: float | None = None
    """Time between two samples, as far as it is known before the first two frames."""
    full_range: float | None = None
    """The end of its range, g or degrees/s; None if that is not known."""
    offered: bytes = b""
    """Settings of the last answer, as far as it has come."""
    more: bool = False
    """Whether the answer goes on."""
    stream: Stream = field(default_factory=Stream)


class PolarDecoder:
    """Turns frames of acceleration, and of angular rate if there is one, into frames of both.

    Parameters
    ----------
    acc, gyro
        What is known of the streams, where the control point's answers will not come.
    """

    def __init__(self, acc: _Source | None = None, gyro: _Source | None = None) -> None:
        self._sources = {
            Measurement.ACC: acc or _Source(),
            Measurement.GYRO: gyro or _Source(),
        }
        self._pairing = Pairing()

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        if notification.channel in _SILENT_CHANNELS:
            return ()
        results: list[Frame | Fault] = []
        try:
            if notification.channel == DATA_UUID:
                results += self._frame(notification)
            elif notification.channel == CONTROL_UUID:
                self._control(notification.data)
            else:
                return (unknown_channel(notification),)
        except MalformedError as error:
            results.append(fault_of(notification, error.reason, error.detail))
        return (*results, *self._pairing.release(s_from_ns(notification.received_ns)))

    def _control(self, data: bytes) -> None:
        """Read an answer of the control point."""
        if not data:
            raise MalformedError(FaultReason.LENGTH, "an answer of the control point is empty")
        if data[0] == STOPPED:
            for measurement in _MOTION:
                if measurement in data[1:]:
                    self._stopped(measurement)
            return
        if data[0] == FEATURES:
            return
        reply = decode_reply(data)
        if reply is None:
            reason = FaultReason.LENGTH if data[0] == REPLY else FaultReason.FORMAT
            raise MalformedError(reason, f"the control point said {data[:8].hex(' ')}")
        if reply.measurement not in _MOTION or reply.status != Status.SUCCESS:
            return
        measurement = Measurement(reply.measurement)
        match reply.op:
            case Op.GET_SETTINGS:
                self._offered(self._sources[measurement], reply)
            case Op.START:
                self._started(measurement, reply)
            case Op.STOP:
                self._stopped(measurement)
            case _:
                pass

    def _offered(self, source: _Source, reply: Reply) -> None:
        """Keep what a sensor offers: the start script takes its choice from it."""
        before = source.offered if source.more else b""
        source.offered = (before + reply.parameters)[:MOST_PARAMETERS]
        source.more = reply.more
        if not reply.more:
            decode_settings(source.offered)

    def _started(self, measurement: Measurement, reply: Reply) -> None:
        """Begin a stream anew, with the factor that the answer gives."""
        said = decode_settings(reply.parameters)
        (factor,) = said.get(Setting.FACTOR, (1.0,))[:1] or (1.0,)
        source = self._sources[measurement]
        try:
            choice = chosen(measurement, decode_settings(source.offered))
        except MalformedError:
            choice = {}
        rate_hz, full_range = choice.get(Setting.SAMPLE_RATE), choice.get(Setting.RANGE)
        period_ns = _NS_PER_S / rate_hz if rate_hz else None
        self._sources[measurement] = _Source(
            factor=float(factor) if isinstance(factor, float) else 1.0,
            period_ns=period_ns,
            full_range=float(full_range) if full_range else None,
            offered=source.offered,
            stream=Stream(period_ns),
        )
        if measurement is Measurement.GYRO:
            self._pairing.forget_gyro()
            self._pairing.expected = True

    def _stopped(self, measurement: Measurement) -> None:
        source = self._sources[measurement]
        source.stream = Stream(source.period_ns)
        if measurement is Measurement.GYRO:
            self._pairing.expected = False

    def _frame(self, notification: Notification) -> tuple[Fault, ...]:
        """Read a frame of samples, and let them wait for those of the other stream."""
        header, content = decode_header(notification.data)
        if header.measurement not in _MOTION:
            if header.measurement in _KNOWN:
                return ()
            raise MalformedError(
                FaultReason.FORMAT, f"nothing is known about measurement {header.measurement}"
            )
        measurement = Measurement(header.measurement)
        source = self._sources[measurement]
        factor = source.factor
        if factor is None:
            layout = LAYOUTS.get((measurement, header.frame_type))
            if measurement is Measurement.GYRO and layout is not None and layout.scaled:
                raise MalformedError(
                    FaultReason.UNCONFIGURED,
                    "angular rate came before the answer that says what a count is worth",
                )
            factor = 1.0
        value = decode_samples(header, content, factor)
        _check(value, measurement)
        samples = Samples(
            header.stamp_ns,
            np.empty(0),
            value,
            s_from_ns(notification.received_ns),
            _clipped(value, source.full_range),
        )
        is_gyro = measurement is Measurement.GYRO
        taken = source.stream.take(samples, patient=is_gyro or self._pairing.expected)
        if taken.order is FrameOrder.RESTART:
            self._pairing.forget_gyro()
        for each in taken.samples:
            if is_gyro:
                self._pairing.add_gyro(each)
            else:
                self._pairing.add_acc(each)
        name = f"{measurement.name} frame of {header.stamp_ns / _NS_PER_S:.3f} s"
        match taken.order:
            case FrameOrder.DUPLICATE:
                return (duplicate(notification, name),)
            case FrameOrder.LATE:
                return (late(notification, name),)
            case FrameOrder.RESTART:
                detail = f"the sensor's clock was set, or began again, before the {name}"
                return (fault_of(notification, FaultReason.CLOCK, detail),)
            case FrameOrder.NEXT if taken.lost:
                detail = f"about {taken.lost} samples before the {name} never came"
                return (fault_of(notification, FaultReason.LOST, detail, taken.lost),)
            case FrameOrder.NEXT:
                return ()


def _check(value: NDArray[np.float64], measurement: Measurement) -> None:
    """Refuse numbers that no sensor measures."""
    if not np.isfinite(value).all():
        raise MalformedError(FaultReason.NOT_FINITE, "a sample is not a number")
    most = LARGEST[measurement]
    if (np.abs(value) > most * (1.0 + RANGE_SLACK)).any():
        raise MalformedError(FaultReason.FORMAT, f"a value is beyond the largest range, {most:g}")


def _clipped(value: NDArray[np.float64], full_range: float | None) -> bool:
    if full_range is None:
        return False
    return bool((np.abs(value) >= (1.0 - CLIP_SLACK) * full_range).any())


def _decoder(settings: Mapping[str, str]) -> PolarDecoder:
    """Return a decoder; settings stand in for answers of the control point that will not come."""
    known = (
        "factor",
        "sample_rate",
        "previous_timestamp",
        "previous_timestamp_of_first",
        "settings_tlv_hex",
    )
    refuse_unknown(settings, "polar", known)
    factor = number(settings, "factor", 1.0) if "factor" in settings else None
    rate_hz: float = whole_number(settings, "sample_rate", 0)
    text = settings.get("settings_tlv_hex", "")
    try:
        said = decode_settings(bytes.fromhex(text))
    except (ValueError, MalformedError) as error:
        raise TrackerError(
            f"The setting settings_tlv_hex does not fit: {error}.",
            "Write for example settings_tlv_hex=000134000101100002010800040103.",
        ) from error
    for name, values in said.items():
        if name is Setting.FACTOR and values and factor is None:
            factor = float(values[0])
        if name is Setting.SAMPLE_RATE and values and not rate_hz:
            rate_hz = float(values[0])
    previous = whole_number(settings, "previous_timestamp_of_first", 0)
    previous = whole_number(settings, "previous_timestamp", previous)
    if rate_hz < 0 or previous < 0:
        raise TrackerError("A rate or a stamp of a Polar sensor is never negative.")
    period_ns = _NS_PER_S / rate_hz if rate_hz else None

    def source() -> _Source:
        return _Source(factor, period_ns, stream=Stream(period_ns, previous or None))

    return PolarDecoder(source(), source())


def _recognises(advertisement: Advertisement) -> bool:
    named = (advertisement.name or "").lower().startswith(_NAMES)
    return named or COMPANY_ID in advertisement.manufacturer_ids


POLAR: Final = SensorFamily(
    kind="polar",
    title="Polar Verity Sense, OH1+, 360 or H10",
    clock=ClockKind.DEVICE,
    channels=MappingProxyType(
        {
            "data": DATA_UUID,
            "control": CONTROL_UUID,
            "battery": BATTERY_LEVEL_UUID,
            "firmware": FIRMWARE_REVISION_UUID,
        }
    ),
    decoder=_decoder,
    recognises=_recognises,
    services=(SERVICE_UUID,),
    least_mtu=LEAST_MTU,
    start=START,
    stop=STOP,
    battery=BATTERY_LEVEL,
    firmware=FIRMWARE_REVISION,
    default_channel=DATA_UUID,
)
"""The Verity Sense has a gyroscope; the H10 has not, and stays on its strap."""
