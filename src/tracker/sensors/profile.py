"""Our own open profile: what a sensor built for the tracker sends.

The specification is `firmware_notes/01-profile.md`; its examples are this module's tests.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import RESERVED_CHANNELS, FaultReason, Frame, SensorError, TrackerError
from tracker.domain.units import s_from_ns
from tracker.sensors.family import ClockKind, SensorFamily
from tracker.sensors.faults import MalformedError, fault_of, unknown_channel
from tracker.sensors.inquiry import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
)
from tracker.sensors.profile_config import ProfileConfig
from tracker.sensors.profile_counters import Counters, Order
from tracker.sensors.profile_wire import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    SERVICE_UUID,
    decode_packet,
)
from tracker.sensors.script import (
    Decide,
    Expect,
    Read,
    Subscribe,
    Unsubscribe,
    Write,
    newest,
)
from tracker.sensors.settings import refuse_unknown, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tracker.domain import Fault, Notification
    from tracker.sensors.family import Advertisement
    from tracker.sensors.profile_wire import Packet
    from tracker.sensors.script import Heard, Step

START: Final = b"\x01"
STOP: Final = b"\x02"

# A reply repeats the command with its top bit set, then says 0 for "done".
START_REPLY: Final = b"\x81"
STARTED: Final = b"\x81\x00"
STOPPED: Final = b"\x82\x00"

REFUSALS: Final = MappingProxyType(
    {
        3: (
            "The sensor says that its motion chip does not answer.",
            "Switch it off and on. If that does not help, it is broken.",
        ),
        4: ("The sensor says that its battery is too low.", "Charge it, then start again."),
    }
)
"""Results of a start that the wearer can do something about, in words."""

REPLY_TIMEOUT_S: Final = 2.0
"""The note allows 1 s to wake the chip; the link may hold the reply as long again."""

_SILENT_CHANNELS: Final = RESERVED_CHANNELS | {
    CONTROL_UUID,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION_UUID,
}
_US_PER_S: Final = 1e6


class ProfileDecoder:
    """Turns packets of our own profile into frames, once the configuration is known.

    Parameters
    ----------
    config
        What the sensor is set to, where its config value will not come; None waits for it.
    """

    def __init__(self, config: ProfileConfig | None = None) -> None:
        self._config = config
        self._counters = Counters()
        self._boot_id: int | None = None

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes."""
        try:
            if notification.channel == IMU_UUID:
                return self._samples(notification)
            if notification.channel == CONFIG_UUID:
                return self._configure(notification)
        except MalformedError as error:
            return (fault_of(notification, error.reason, error.detail),)
        if notification.channel in _SILENT_CHANNELS:
            return ()
        return (unknown_channel(notification),)

    def _configure(self, notification: Notification) -> tuple[Fault, ...]:
        # With a value that cannot be read, the scale is unknown: no samples beat wrong ones.
        self._config = None
        config = ProfileConfig.decode(notification.data)
        self._config = config
        previous_boot_id, self._boot_id = self._boot_id, config.boot_id
        if previous_boot_id in (None, config.boot_id):
            self._counters.resume()
            return ()
        self._counters = Counters()
        detail = f"the sensor restarted: its boot id is now {config.boot_id:08x}"
        return (fault_of(notification, FaultReason.CLOCK, detail),)

    def _samples(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        packet = decode_packet(notification.data)
        acc_mps2, gyro_radps = self._in_si(packet)
        place = self._counters.place(
            packet.sequence, packet.device_time_us, notification.received_ns
        )
        stamps_s = np.full(len(acc_mps2), np.nan)
        stamps_s[0] = place.time_us / _US_PER_S
        received_s = s_from_ns(notification.received_ns)
        frame = Frame(acc_mps2, gyro_radps, stamps_s, received_s, packet.saturated)

        name = f"packet {packet.sequence}"
        match place.order:
            case Order.DUPLICATE:
                detail = f"{name} was here before"
                return (fault_of(notification, FaultReason.DUPLICATE, detail),)
            case Order.LATE:
                detail = f"{name} came after a newer one"
                return (fault_of(notification, FaultReason.OUT_OF_ORDER, detail),)
            case Order.RESTART:
                detail = f"sequence and device time began again at {name}, {stamps_s[0]} s"
                return (fault_of(notification, FaultReason.CLOCK, detail), frame)
            case Order.NEXT if place.lost:
                detail = f"{place.lost} packets before {name} never came"
                return (fault_of(notification, FaultReason.LOST, detail, place.lost), frame)
            case Order.NEXT:
                return (frame,)

    def _in_si(self, packet: Packet) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Return a packet's signals in m/s² and rad/s."""
        config = self._config
        if config is None:
            raise MalformedError(
                FaultReason.UNCONFIGURED,
                "samples came before a configuration that says what a count is worth",
            )
        acc_mps2 = packet.acc_counts.astype(np.float64) * config.acc_scale_mps2
        match packet.gyro_counts, config.gyro_scale_radps:
            case None, None:
                return acc_mps2, None
            case None, _:
                raise MalformedError(
                    FaultReason.FORMAT, "expected a gyroscope, as configured, got a packet without"
                )
            case _, None:
                raise MalformedError(
                    FaultReason.FORMAT,
                    "expected no gyroscope, as configured, got a packet with one",
                )
            case gyro_counts, scale_radps:
                return acc_mps2, gyro_counts.astype(np.float64) * scale_radps


def _decoder(settings: Mapping[str, str]) -> ProfileDecoder:
    """Return a decoder; settings stand in for a config value that will not come."""
    refuse_unknown(settings, "profile", ("rate_hz", "acc_range_g", "gyro_range_dps"))
    if not settings:
        return ProfileDecoder()
    default = ProfileConfig()
    try:
        config = ProfileConfig(
            rate_hz=whole_number(settings, "rate_hz", default.rate_hz),
            acc_range_g=whole_number(settings, "acc_range_g", default.acc_range_g),
            gyro_range_dps=whole_number(settings, "gyro_range_dps", 0) or None,
        )
    except ValueError as error:
        raise TrackerError(f"The profile settings do not fit: {error}.") from error
    return ProfileDecoder(config)


def _recognises(advertisement: Advertisement) -> bool:
    return SERVICE_UUID in (uuid.lower() for uuid in advertisement.service_uuids)


def _started(heard: Heard) -> tuple[Step, ...]:
    """Go on if the start was done; else say why it was not."""
    reply = newest(heard, CONTROL_UUID, START_REPLY) or b""
    if reply.startswith(STARTED):
        return ()
    result = reply[1] if len(reply) > 1 else None
    message, advice = REFUSALS.get(
        result or 0,
        (
            f"The sensor refused to start, with the answer {reply.hex(' ')}.",
            "Switch it off and on, then start again.",
        ),
    )
    raise SensorError(message, advice)


PROFILE: Final = SensorFamily(
    kind="profile",
    title="Open hip sensor profile",
    clock=ClockKind.DEVICE,
    channels=MappingProxyType(
        {
            "imu": IMU_UUID,
            "config": CONFIG_UUID,
            "control": CONTROL_UUID,
            "battery": BATTERY_LEVEL_UUID,
            "firmware": FIRMWARE_REVISION_UUID,
        }
    ),
    decoder=_decoder,
    recognises=_recognises,
    services=(SERVICE_UUID,),
    start=(
        Subscribe(CONTROL_UUID),
        # A stream may be left over from a program that ended without a word.
        Write(CONTROL_UUID, STOP),
        Expect(CONTROL_UUID, STOPPED, REPLY_TIMEOUT_S),
        Read(CONFIG_UUID),
        Subscribe(IMU_UUID),
        Write(CONTROL_UUID, START),
        Expect(CONTROL_UUID, START_REPLY, REPLY_TIMEOUT_S),
        Decide(_started),
    ),
    stop=(
        Write(CONTROL_UUID, STOP),
        Unsubscribe(IMU_UUID),
        Unsubscribe(CONTROL_UUID),
    ),
    battery=BATTERY_LEVEL,
    firmware=FIRMWARE_REVISION,
    default_channel=IMU_UUID,
)
"""A DIY or OEM sensor that follows the note."""
