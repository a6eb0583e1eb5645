"""Polar sensors that stream their motion: Verity Sense, OH1+, 360 and H10.

What they send, and how much of it is certain: `firmware_notes/04-polar.md`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Fault, FaultReason, Frame, Notification, TrackerError
from tracker.domain.units import s_from_ns
from tracker.language import _, decimal
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    CLIP_SLACK,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    ClockKind,
    MalformedError,
    PacketDecoder,
    PacketOrder,
    SensorFamily,
    check_range,
    number,
    order_faults,
    whole_number,
)
from tracker.sensors.polar.protocol import (
    COMPANY_ID,
    CONTROL_UUID,
    DATA_UUID,
    FEATURES,
    LAYOUTS,
    LEAST_MTU,
    REPLY,
    SERVICE_UUID,
    START,
    STOP,
    STOPPED,
    Measurement,
    Op,
    Reply,
    Setting,
    Status,
    chosen,
    decode_header,
    decode_reply,
    decode_samples,
    decode_settings,
)
from tracker.sensors.polar.streams import Samples, Stream, StreamMerger

if TYPE_CHECKING:
    from collections.abc import Mapping


LARGEST: Final[Mapping[Measurement, float]] = {Measurement.ACC: 16.0, Measurement.GYRO: 2000.0}
"""Largest range of any sensor, g and degrees/s."""

MOST_PARAMETERS: Final = 1024
"""Bytes of settings that a sensor may offer; a Verity's fit into one reply of 30."""

_KNOWN: Final = frozenset(each.value for each in Measurement)
_MOTION: Final = (Measurement.ACC, Measurement.GYRO)
_NS_PER_S: Final = 1e9


@dataclass(slots=True)
class _Source:
    factor: float | None = None
    """Scale of a count, from the reply to its start; None before that."""
    period_ns: float | None = None
    """Nominal time between two samples, for use before two frames have come; None if unknown."""
    full_range: float | None = None
    """The end of its range, g or degrees/s; None if unknown."""
    offered: bytes = b""
    """Settings in the last reply, as far as it has come."""
    more: bool = False
    """Whether more of that reply follows."""
    stream: Stream = field(default_factory=Stream)


class PolarDecoder(PacketDecoder):
    """Merges frames of acceleration and, if the sensor has a gyroscope, of angular rate.

    The sources are what is known if the control point's replies will not come.
    """

    def __init__(self, acc: _Source | None = None, gyro: _Source | None = None) -> None:
        readers = {DATA_UUID: self._frame, CONTROL_UUID: self._control}
        super().__init__(readers, (BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID))
        self._sources = {
            Measurement.ACC: acc or _Source(),
            Measurement.GYRO: gyro or _Source(),
        }
        self._merger = StreamMerger()

    @property
    def promised_hz(self) -> float | None:
        """The rate of acceleration that was chosen; angular rate is brought to it."""
        period_ns = self._sources[Measurement.ACC].period_ns
        return None if period_ns is None else _NS_PER_S / period_ns

    def configuration(self) -> dict[str, object]:
        """Return rate, range and factor of each stream."""
        return {
            f"{measurement.name.lower()}_{name}": value
            for measurement, source in self._sources.items()
            for name, value in (
                ("rate_hz", None if source.period_ns is None else _NS_PER_S / source.period_ns),
                ("range", source.full_range),
                ("factor", source.factor),
            )
        }

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        results = super().feed(notification)
        if notification.channel not in (DATA_UUID, CONTROL_UUID):
            return results
        return (*results, *self._merger.release(s_from_ns(notification.received_ns)))

    def _control(self, notification: Notification) -> tuple[()]:
        data = notification.data
        if not data:
            raise MalformedError(FaultReason.LENGTH, _("empty reply from the control point"))
        if data[0] == STOPPED:
            for measurement in _MOTION:
                if measurement in data[1:]:
                    self._stopped(measurement)
            return ()
        if data[0] == FEATURES:
            return ()
        reply = decode_reply(data)
        if reply is None:
            reason = FaultReason.LENGTH if data[0] == REPLY else FaultReason.FORMAT
            raise MalformedError(
                reason,
                _("unexpected reply {reply} from the control point").format(
                    reply=data[:8].hex(" ")
                ),
            )
        if reply.measurement not in _MOTION or reply.status != Status.SUCCESS:
            return ()
        measurement = Measurement(reply.measurement)
        match reply.op:
            case Op.GET_SETTINGS:
                # Kept because the start script chooses among them.
                source = self._sources[measurement]
                before = source.offered if source.more else b""
                source.offered = (before + reply.parameters)[:MOST_PARAMETERS]
                source.more = reply.more
                if not reply.more:
                    decode_settings(source.offered)
            case Op.START:
                self._started(measurement, reply)
            case Op.STOP:
                self._stopped(measurement)
            case _:
                pass
        return ()

    def _started(self, measurement: Measurement, reply: Reply) -> None:
        """Reset a stream, with the factor in the reply."""
        settings = decode_settings(reply.parameters)
        (factor,) = settings.get(Setting.FACTOR, (1.0,))[:1] or (1.0,)
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
            self._merger.forget_gyro()
            self._merger.expected = True

    def _stopped(self, measurement: Measurement) -> None:
        source = self._sources[measurement]
        source.stream = Stream(source.period_ns)
        if measurement is Measurement.GYRO:
            self._merger.expected = False

    def _frame(self, notification: Notification) -> tuple[Fault, ...]:
        """Decode a frame of samples, which then wait for those of the other stream."""
        header, content = decode_header(notification.data)
        if header.measurement not in _MOTION:
            if header.measurement in _KNOWN:
                return ()
            raise MalformedError(
                FaultReason.FORMAT,
                _("unknown measurement {measurement}").format(measurement=header.measurement),
            )
        measurement = Measurement(header.measurement)
        source = self._sources[measurement]
        factor = source.factor
        if factor is None:
            if measurement is Measurement.GYRO and (measurement, header.frame_type) in LAYOUTS:
                raise MalformedError(
                    FaultReason.UNCONFIGURED,
                    _("angular rate came before the reply that gives its scale"),
                )
            factor = 1.0
        value = decode_samples(header, content, factor)
        check_range(value, LARGEST[measurement])
        end = math.inf if source.full_range is None else (1.0 - CLIP_SLACK) * source.full_range
        samples = Samples(
            header.stamp_ns,
            np.empty(0),
            value,
            s_from_ns(notification.received_ns),
            bool((np.abs(value) >= end).any()),
        )
        is_gyro = measurement is Measurement.GYRO
        taken = source.stream.take(samples, patient=is_gyro or self._merger.expected)
        if taken.order is PacketOrder.RESTART:
            self._merger.forget_gyro()
        for each in taken.samples:
            if is_gyro:
                self._merger.add_gyro(each)
            else:
                self._merger.add_acc(each)
        name = _("the {stream} frame of {seconds} s").format(
            stream=measurement.name, seconds=decimal(header.stamp_ns / _NS_PER_S, 3)
        )
        return order_faults(notification, taken.order, name, taken.lost)


def _decoder(settings: Mapping[str, str]) -> PolarDecoder:
    """Return a decoder; settings replace replies of the control point that will not come."""
    factor = number(settings, "factor", 1.0) if "factor" in settings else None
    rate_hz: float = whole_number(settings, "sample_rate", 0)
    text = settings.get("settings_tlv_hex", "")
    try:
        offered = decode_settings(bytes.fromhex(text))
    except (ValueError, MalformedError) as error:
        raise TrackerError(
            _("The setting settings_tlv_hex is malformed: {error}.").format(error=error),
            _("Write for example settings_tlv_hex=000134000101100002010800040103."),
        ) from error
    for name, values in offered.items():
        if name is Setting.FACTOR and values and factor is None:
            factor = float(values[0])
        if name is Setting.SAMPLE_RATE and values and not rate_hz:
            rate_hz = float(values[0])
    previous = whole_number(settings, "previous_timestamp_of_first", 0)
    previous = whole_number(settings, "previous_timestamp", previous)
    if rate_hz < 0 or previous < 0:
        raise TrackerError(_("The rate and the timestamp of a Polar sensor cannot be negative."))
    period_ns = _NS_PER_S / rate_hz if rate_hz else None

    def source() -> _Source:
        return _Source(factor, period_ns, stream=Stream(period_ns, previous or None))

    return PolarDecoder(source(), source())


POLAR: Final = SensorFamily(
    kind="polar",
    title=_("Polar Verity Sense, OH1+, 360 or H10"),
    clock=ClockKind.DEVICE,
    channels={
        "data": DATA_UUID,
        "control": CONTROL_UUID,
        "battery": BATTERY_LEVEL_UUID,
        "firmware": FIRMWARE_REVISION_UUID,
    },
    new_decoder=_decoder,
    settings=(
        "factor",
        "sample_rate",
        "previous_timestamp",
        "previous_timestamp_of_first",
        "settings_tlv_hex",
    ),
    recognises=lambda advertisement: (
        advertisement.is_named("polar ") or COMPANY_ID in advertisement.manufacturer_ids
    ),
    services=(SERVICE_UUID,),
    least_mtu=LEAST_MTU,
    start=START,
    confirms_start=True,
    stop=STOP,
    battery=BATTERY_LEVEL,
    firmware=FIRMWARE_REVISION,
    default_channel=DATA_UUID,
)
"""The Verity Sense has a gyroscope; the H10 has none, and stays on its strap."""
