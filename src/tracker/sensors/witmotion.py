"""WitMotion's Bluetooth 5 sensors: WT901BLE67 and 68, WT901BLECL, WT9011DCL-BT50, BWT901BLE5.0.

What they send, and how much of it is certain: `firmware_notes/02-witmotion.md`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import RESERVED_CHANNELS, FaultReason, Frame
from tracker.domain.units import NS_PER_S, s_from_ns
from tracker.sensors.family import ClockKind, SensorFamily
from tracker.sensors.faults import fault_of, unknown_channel
from tracker.sensors.settings import refuse_unknown, whole_number
from tracker.sensors.witmotion_control import BATTERY, START, STOP, VERSION
from tracker.sensors.witmotion_wire import (
    DUAL_NOTIFY_UUID,
    DUAL_SERVICE_UUID,
    DUAL_WRITE_UUID,
    NOTIFY_UUID,
    SAMPLE,
    SERVICE_UUID,
    WRITE_UUID,
    FrameSplitter,
    Scale,
    decode_samples,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import Fault, Notification
    from tracker.sensors.family import Advertisement

STALE_NS: Final = 1 * NS_PER_S
"""The rest of a frame comes with the next notification; after this long it comes no more."""

_SILENT_CHANNELS: Final = RESERVED_CHANNELS | {WRITE_UUID, DUAL_WRITE_UUID}
_NAMES: Final = "wt"
_VIBRATION_NAMES: Final = "wtvb"
_VIBRATION: Final = (
    "WTVB sensors measure vibration: their frames look like those of a motion sensor and mean "
    "something else"
)


class WitMotionDecoder:
    """Turns a stream of 20-byte frames into samples; it has no counter and no clock.

    Parameters
    ----------
    scale
        Ranges that the counts stand for.
    refused
        Why nothing of this sensor may be decoded, in words; None if it may.
    """

    def __init__(self, scale: Scale | None = None, refused: str | None = None) -> None:
        self._scale = scale or Scale()
        self._refused = refused
        self._splitter = FrameSplitter()
        self._newest_ns: int | None = None

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        if notification.channel in _SILENT_CHANNELS:
            return ()
        if notification.channel not in (NOTIFY_UUID, DUAL_NOTIFY_UUID):
            return (unknown_channel(notification),)
        if self._refused is not None:
            return (fault_of(notification, FaultReason.FORMAT, self._refused),)

        stale = 0
        newest_ns, self._newest_ns = self._newest_ns, notification.received_ns
        if newest_ns is not None and abs(notification.received_ns - newest_ns) > STALE_NS:
            stale = self._splitter.drop_rest()
        frames, skipped = self._splitter.feed(notification.data)

        results: list[Frame | Fault] = []
        if stale + skipped:
            detail = f"{stale + skipped} bytes belong to no frame"
            results.append(fault_of(notification, FaultReason.FORMAT, detail))
        samples = [frame for frame in frames if frame[1] == SAMPLE]
        if samples:
            acc_mps2, gyro_radps, saturated = decode_samples(samples, self._scale)
            received_s = s_from_ns(notification.received_ns)
            results.append(Frame(acc_mps2, gyro_radps, None, received_s, saturated))
        return tuple(results)


def _decoder(settings: Mapping[str, str]) -> WitMotionDecoder:
    refuse_unknown(settings, "witmotion", ("acc_range_g", "gyro_range_dps", "device_name"))
    default = Scale()
    scale = Scale(
        whole_number(settings, "acc_range_g", round(default.acc_range_g)),
        whole_number(settings, "gyro_range_dps", round(default.gyro_range_dps)),
    )
    return WitMotionDecoder(scale, _refusal(settings.get("device_name")))


def _refusal(name: str | None) -> str | None:
    return _VIBRATION if (name or "").lower().startswith(_VIBRATION_NAMES) else None


def _recognises(advertisement: Advertisement) -> bool:
    if _refuses(advertisement):
        return False
    named = (advertisement.name or "").lower().startswith(_NAMES)
    return named or SERVICE_UUID in (uuid.lower() for uuid in advertisement.service_uuids)


def _refuses(advertisement: Advertisement) -> str | None:
    return _refusal(advertisement.name)


WITMOTION: Final = SensorFamily(
    kind="witmotion",
    title="WitMotion Bluetooth 5 sensor",
    clock=ClockKind.NONE,
    channels=MappingProxyType(
        {
            "notify": NOTIFY_UUID,
            "write": WRITE_UUID,
            "dual_notify": DUAL_NOTIFY_UUID,
            "dual_write": DUAL_WRITE_UUID,
        }
    ),
    decoder=_decoder,
    recognises=_recognises,
    services=(SERVICE_UUID, DUAL_SERVICE_UUID),
    refuses=_refuses,
    start=START,
    stop=STOP,
    battery=BATTERY,
    firmware=VERSION,
    default_channel=NOTIFY_UUID,
)
"""One of the most sold motion sensors; 10 Hz out of the box, 100 Hz once asked."""
