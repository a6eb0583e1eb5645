"""Our own open profile: what a sensor built for the tracker sends.

The specification is `firmware_notes/01-profile.md`; its examples are this module's tests.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import SensorError, TrackerError
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    ClockKind,
    Decide,
    Expect,
    Read,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Write,
    newest,
    refuse_unknown,
    whole_number,
)
from tracker.sensors.profile.decoder import ProfileDecoder
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    SERVICE_UUID,
    ProfileConfig,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.sensors.base import Advertisement, Heard, Step

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
