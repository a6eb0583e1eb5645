"""Our own open profile: what a sensor built for the tracker sends.

The specification is `firmware_notes/01-profile.md`; the tests run its examples.

Theory of operation (note, "Counters"). A packet carries a sequence number and a device time; both
run from boot to boot and wrap. Compared with the newest packet so far, a packet's sequence is
*ahead* by 1 to 32767 or *behind* by 0 to 32768, and its time is *later* by up to half the range of
2**32 µs, or not later.

- ahead and later: the next packet; whatever lies between was lost.
- behind by fewer than 64 and not later: a duplicate, or late.
- anything else: the counters restarted.

After the configuration is read again with the same boot id, a long pause is normal, so any other
time counts as later. A new boot id resets the counters.

Packets are decoded one by one as they arrive, or many at once from a file: neighbours of one shape
(length, version, flags, number of samples) are parsed together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason, Frame, FrameRun, SensorError, TrackerError
from tracker.domain.units import NS_PER_S, s_from_ns
from tracker.language import _
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    Attempt,
    ClockKind,
    Decide,
    Expect,
    MalformedError,
    PacketDecoder,
    PacketOrder,
    PacketPosition,
    Read,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Write,
    fault_of,
    newest,
    order_faults,
    whole_number,
)
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    COUNT,
    EXTENDED_FLAG,
    IMU_UUID,
    PACKET_HEADER,
    SEQUENCE_MODULUS,
    SERVICE_UUID,
    TIME_MODULUS_US,
    ProfileConfig,
    decode_packet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tracker.domain import Fault, Notification
    from tracker.sensors.base import Responses, Step

LATE_WINDOW: Final = 64
"""Packets to remember: Bluetooth keeps the order, so only a host's queue can mix them up."""

_SEEN_MASK: Final = (1 << LATE_WINDOW) - 1
_NS_PER_US: Final = 1000


@dataclass(frozen=True, slots=True)
class _Newest:
    sequence: int
    time_us: int
    received_ns: int
    seen: int
    """Bit k is set if the packet k before this one arrived."""


class SequenceUnwrapper:
    """Places packets by their sequence numbers and device times."""

    def __init__(self) -> None:
        self._newest: _Newest | None = None
        self._resumed = False

    def resume(self) -> None:
        """Expect a pause of any length before the next packet, without a restart."""
        self._resumed = True

    def place(self, sequence: int, time_us: int, received_ns: int) -> PacketPosition:
        """Return where a packet belongs, and remember it if it is usable.

        `sequence` is modulo 2**16 and `time_us` modulo 2**32; `received_ns`, the host time of
        arrival, shows how often the device time wrapped during a pause.
        """
        newest = self._newest
        if newest is None:
            return self._use(PacketPosition(PacketOrder.NEXT, time_us), sequence, received_ns)

        ahead = (sequence - newest.sequence) % SEQUENCE_MODULUS
        behind = (newest.sequence - sequence) % SEQUENCE_MODULUS
        later_us = (time_us - newest.time_us) % TIME_MODULUS_US
        is_later = 0 < later_us < TIME_MODULUS_US // 2
        is_ahead = 0 < ahead < SEQUENCE_MODULUS // 2

        if is_ahead and (is_later or (self._resumed and later_us > 0)):
            host_us = (received_ns - newest.received_ns) // _NS_PER_US
            wraps = max(0, round((host_us - later_us) / TIME_MODULUS_US))
            unwrapped_us = newest.time_us + later_us + wraps * TIME_MODULUS_US
            seen = (newest.seen << min(ahead, LATE_WINDOW) | 1) & _SEEN_MASK
            place = PacketPosition(PacketOrder.NEXT, unwrapped_us, lost=ahead - 1)
            return self._use(place, sequence, received_ns, seen)
        if behind < LATE_WINDOW and not is_later:
            seen_before = newest.seen >> behind & 1
            return PacketPosition(
                PacketOrder.DUPLICATE if seen_before else PacketOrder.LATE, time_us
            )
        return self._use(PacketPosition(PacketOrder.RESTART, time_us), sequence, received_ns)

    def place_run(
        self,
        sequence: NDArray[np.int64],
        time_us: NDArray[np.int64],
        received_ns: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the times, µs, and losses of packets up to the first irregular one, shape (p,).

        They are what `place` would give. That one is left for it; those before it are remembered.
        """
        newest = self._newest
        if newest is None or self._resumed:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        ahead = np.diff(sequence, prepend=newest.sequence) % SEQUENCE_MODULUS
        later_us = np.diff(time_us, prepend=newest.time_us) % TIME_MODULUS_US
        is_next = (
            (ahead > 0)
            & (ahead < SEQUENCE_MODULUS // 2)
            & (later_us > 0)
            & (later_us < TIME_MODULUS_US // 2)
        )
        count = len(is_next) if is_next.all() else int(np.argmin(is_next))
        ahead, later_us = ahead[:count], later_us[:count]
        host_us = np.diff(received_ns[:count], prepend=newest.received_ns) // _NS_PER_US
        wraps = np.maximum(np.rint((host_us - later_us) / TIME_MODULUS_US).astype(np.int64), 0)
        unwrapped_us = newest.time_us + np.cumsum(later_us + wraps * TIME_MODULUS_US)
        if count:
            seen = newest.seen
            for steps in ahead[-LATE_WINDOW:].tolist():
                seen = (seen << min(steps, LATE_WINDOW) | 1) & _SEEN_MASK
            self._newest = _Newest(
                int(sequence[count - 1]), int(unwrapped_us[-1]), int(received_ns[count - 1]), seen
            )
        return unwrapped_us, ahead - 1

    def _use(
        self, place: PacketPosition, sequence: int, received_ns: int, seen: int = 1
    ) -> PacketPosition:
        self._newest = _Newest(sequence, place.time_us, received_ns, seen)
        self._resumed = False
        return place


# The same as `PACKET_HEADER`, for arrays.
_HEADER: Final = np.dtype(
    [("version_and_flags", "u1"), ("n", "u1"), ("sequence", "<u2"), ("device_time_us", "<u4")]
)


@dataclass(frozen=True, slots=True, eq=False)
class PacketRun:
    """Packets of one shape, parsed but not yet in SI units."""

    sequence: NDArray[np.int64]
    """Packet counters, modulo 2**16, shape (p,)."""
    device_time_us: NDArray[np.int64]
    """Device time of each packet's first sample, µs, modulo 2**32, shape (p,)."""
    samples_per_packet: int
    """How many samples each packet has, n."""
    acc_counts: NDArray[np.int16]
    """Samples of all packets, shape (p * n, 3)."""
    gyro_counts: NDArray[np.int16] | None
    """Shape (p * n, 3), or None."""
    saturated: bool
    """Whether every packet reports a value at the end of the chip's range."""


def packet_runs(payloads: Sequence[bytes]) -> Iterator[tuple[slice, PacketRun | None]]:
    """Yield all payloads, in order, as runs; None for a run that must be decoded one by one."""
    first = 0
    for _shape, alike in groupby(payloads, key=lambda each: (len(each), each[:2])):
        packets = list(alike)
        yield slice(first, first + len(packets)), _parsed(packets)
        first += len(packets)


def _parsed(packets: list[bytes]) -> PacketRun | None:
    """Return packets of one shape, or None if they are malformed or have an extension."""
    try:
        first = decode_packet(packets[0])
    except MalformedError:
        return None
    if packets[0][0] & EXTENDED_FLAG:
        return None
    octets = np.frombuffer(b"".join(packets), np.uint8).reshape(len(packets), -1)
    headers = octets[:, : _HEADER.itemsize].copy().view(_HEADER)[:, 0]
    axes = 3 if first.gyro_counts is None else 6
    counts = octets[:, PACKET_HEADER.size :].copy().view(COUNT).reshape(-1, axes)
    return PacketRun(
        sequence=headers["sequence"].astype(np.int64),
        device_time_us=headers["device_time_us"].astype(np.int64),
        samples_per_packet=len(first.acc_counts),
        acc_counts=counts[:, :3],
        gyro_counts=None if first.gyro_counts is None else counts[:, 3:],
        saturated=first.saturated,
    )


_US_PER_S: Final = 1e6


class ProfileDecoder(PacketDecoder):
    """Turns packets of our own profile into frames, once the configuration is known.

    `config` replaces a config value that will not come; None waits for it.
    """

    def __init__(self, config: ProfileConfig | None = None) -> None:
        silent = (CONTROL_UUID, BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID)
        super().__init__({IMU_UUID: self._samples, CONFIG_UUID: self._configure}, silent)
        self._config = config
        self._unwrapper = SequenceUnwrapper()
        self._boot_id: int | None = None

    @property
    def promised_hz(self) -> float | None:
        """The nominal rate of the configuration."""
        return None if self._config is None else float(self._config.rate_hz)

    def configuration(self) -> dict[str, object]:
        """Return the decoded configuration; empty before one that can be read."""
        config = self._config
        if config is None:
            return {}
        return {
            "rate_hz": config.rate_hz,
            "acc_range_g": config.acc_range_g,
            "gyro_range_dps": config.gyro_range_dps,
            "acc_lsb_g": config.acc_count_g,
            "gyro_lsb_dps": config.gyro_count_dps,
            "boot_id": f"{config.boot_id:08x}",
        }

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications as `feed` would, many at once where possible."""
        first = 0
        others = [at for at, each in enumerate(notifications) if each.channel != IMU_UUID]
        for at in others:
            yield from self._packets(notifications[first:at])
            yield from self.feed(notifications[at])
            first = at + 1
        yield from self._packets(notifications[first:])

    def _configure(self, notification: Notification) -> tuple[Fault, ...]:
        # Without a readable value the scale is unknown, and no samples beat wrong ones.
        self._config = None
        config = ProfileConfig.decode(notification.data)
        self._config = config
        previous_boot_id, self._boot_id = self._boot_id, config.boot_id
        if previous_boot_id in (None, config.boot_id):
            self._unwrapper.resume()
            return ()
        self._unwrapper = SequenceUnwrapper()
        detail = _("the sensor restarted: its boot id is now {boot_id:08x}").format(
            boot_id=config.boot_id
        )
        return (fault_of(notification, FaultReason.CLOCK, detail),)

    def _samples(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        packet = decode_packet(notification.data)
        acc_mps2, gyro_radps = self._in_si(packet.acc_counts, packet.gyro_counts)
        place = self._unwrapper.place(
            packet.sequence, packet.device_time_us, notification.received_ns
        )
        stamps_s = np.full(len(acc_mps2), np.nan)
        stamps_s[0] = place.time_us / _US_PER_S
        received_s = s_from_ns(notification.received_ns)
        frame = Frame(acc_mps2, gyro_radps, stamps_s, received_s, packet.saturated)
        name = _("packet {number}").format(number=packet.sequence)
        faults = order_faults(notification, place.order, name, place.lost, "packets")
        return (*faults, frame) if place.order.is_usable else faults

    def _packets(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications of the samples channel."""
        for part, run in packet_runs([each.data for each in notifications]):
            try:
                signals = None if run is None else self._in_si(run.acc_counts, run.gyro_counts)
            except MalformedError:
                signals = None
            if run is not None and signals is not None:
                yield from self._run(notifications[part], run, *signals)
                continue
            for notification in notifications[part]:
                yield from self.feed(notification)

    def _run(
        self,
        notifications: Sequence[Notification],
        run: PacketRun,
        acc_mps2: NDArray[np.float64],
        gyro_radps: NDArray[np.float64] | None,
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode packets of one shape; one with irregular counters is decoded by itself."""
        received_ns = np.array([each.received_ns for each in notifications], dtype=np.int64)
        first = 0
        while first < len(notifications):
            time_us, missing = self._unwrapper.place_run(
                run.sequence[first:], run.device_time_us[first:], received_ns[first:]
            )
            if not len(missing):
                yield from self.feed(notifications[first])
                first += 1
                continue
            last = first + len(missing)
            rows = slice(first * run.samples_per_packet, last * run.samples_per_packet)
            frames = FrameRun(
                acc_mps2[rows],
                None if gyro_radps is None else gyro_radps[rows],
                time_us / _US_PER_S,
                received_ns[first:last] / NS_PER_S,
                run.saturated,
            )
            start = 0
            for at in np.flatnonzero(missing).tolist():
                if at > start:
                    yield frames[start:at]
                    start = at
                sequence, lost = int(run.sequence[first + at]), int(missing[at])
                yield from order_faults(
                    notifications[first + at],
                    PacketOrder.NEXT,
                    _("packet {number}").format(number=sequence),
                    lost,
                    "packets",
                )
            yield frames[start:]
            first = last

    def _in_si(
        self, acc_counts: NDArray[np.int16], gyro_counts: NDArray[np.int16] | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Return signals in m/s² and rad/s."""
        config = self._config
        if config is None:
            raise MalformedError(
                FaultReason.UNCONFIGURED,
                _("samples came before the configuration that gives their scale"),
            )
        acc_mps2 = _scaled(acc_counts, config.acc_scale_mps2)
        scale_radps = config.gyro_scale_radps
        if gyro_counts is not None and scale_radps is not None:
            return acc_mps2, _scaled(gyro_counts, scale_radps)
        if gyro_counts is None and scale_radps is None:
            return acc_mps2, None
        detail = (
            _("expected a packet with a gyroscope, as configured, got one without")
            if gyro_counts is None
            else _("expected a packet without a gyroscope, as configured, got one with it")
        )
        raise MalformedError(FaultReason.FORMAT, detail)


def _scaled(counts: NDArray[np.int16], scale: float) -> NDArray[np.float64]:
    """Return scaled counts, shape (n, 3), stored channel by channel, as filters want them."""
    scaled: NDArray[np.float64] = np.multiply(counts.T, scale, dtype=np.float64, order="C")
    return scaled.T


START: Final = b"\x01"
STOP: Final = b"\x02"
TIME: Final = b"\x03"
"""Asks for the device time; a sensor may do without it."""

# A reply repeats the command with its top bit set, then says 0 for "done".
START_REPLY: Final = b"\x81"
STARTED: Final = b"\x81\x00"
STOPPED: Final = b"\x82\x00"
TIME_TOLD: Final = b"\x83\x00"

REFUSALS: Final[Mapping[int, tuple[str, str]]] = {
    3: (
        _("The sensor reports that its motion chip does not respond."),
        _("Switch it off and on. If that does not help, it is broken."),
    ),
    4: (_("The sensor reports that its battery is too low."), _("Charge it, then start again.")),
}
"""Results of a start that the wearer can do something about."""

REPLY_TIMEOUT_S: Final = 2.0
"""The note allows 1 s to wake the chip; the link may delay the reply as much again."""


def _decoder(settings: Mapping[str, str]) -> ProfileDecoder:
    """Return a decoder; settings replace a config value that will not come."""
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
        raise TrackerError(
            _("The profile settings do not fit: {error}.").format(error=error)
        ) from error
    return ProfileDecoder(config)


RECOMMENDED: Final = ProfileConfig()
"""What the note recommends, and what is asked for where another program left less."""


def _ask_for_more(responses: Responses) -> tuple[Step, ...]:
    """Request the recommended configuration if the sensor has less, or an unusable one."""
    try:
        falls_short = _configured(responses).falls_short_of(RECOMMENDED)
    except MalformedError as error:
        if error.reason is FaultReason.VERSION:
            raise _not_understood(error) from error
        falls_short = True
    if not falls_short:
        return ()
    # A sensor that cannot be configured may still have a configuration that will do.
    return (Attempt((Write(CONFIG_UUID, RECOMMENDED.request()),)), Read(CONFIG_UUID))


def _judge(responses: Responses) -> tuple[Step, ...]:
    """Go on with a configuration that the decoder understands, or raise what is wrong with it."""
    try:
        _configured(responses)
    except MalformedError as error:
        raise _not_understood(error) from error
    return ()


def _configured(responses: Responses) -> ProfileConfig:
    return ProfileConfig.decode(newest(responses, CONFIG_UUID) or b"")


def _not_understood(error: MalformedError) -> SensorError:
    if error.reason is FaultReason.VERSION:
        advice = _("Update the tracker, or the sensor's firmware.")
    else:
        advice = _("Its firmware has to be corrected: firmware_notes/01-profile.md says how.")
    return SensorError(
        _("The sensor's samples could not be understood: {detail}.").format(detail=error.detail),
        advice,
    )


def _started(responses: Responses) -> tuple[Step, ...]:
    """Continue if the sensor started, or raise what prevents it."""
    reply = newest(responses, CONTROL_UUID, START_REPLY) or b""
    if reply.startswith(STARTED):
        return ()
    result = reply[1] if len(reply) > 1 else None
    message, advice = REFUSALS.get(
        result or 0,
        (
            _("The sensor refused to start and replied {reply}.").format(reply=reply.hex(" ")),
            _("Switch it off and on, then start again."),
        ),
    )
    raise SensorError(message, advice)


PROFILE: Final = SensorFamily(
    kind="profile",
    title=_("Open hip sensor profile"),
    clock=ClockKind.DEVICE,
    channels={
        "imu": IMU_UUID,
        "config": CONFIG_UUID,
        "control": CONTROL_UUID,
        "battery": BATTERY_LEVEL_UUID,
        "firmware": FIRMWARE_REVISION_UUID,
    },
    new_decoder=_decoder,
    settings=("rate_hz", "acc_range_g", "gyro_range_dps"),
    recognises=lambda advertisement: advertisement.offers(SERVICE_UUID),
    services=(SERVICE_UUID,),
    start=(
        Subscribe(CONTROL_UUID),
        # An earlier program may have ended without stopping its stream.
        Write(CONTROL_UUID, STOP),
        Expect(CONTROL_UUID, STOPPED, REPLY_TIMEOUT_S),
        Read(CONFIG_UUID),
        Decide(_ask_for_more),
        Decide(_judge),
        Subscribe(IMU_UUID),
        Write(CONTROL_UUID, START),
        Expect(CONTROL_UUID, START_REPLY, REPLY_TIMEOUT_S),
        Decide(_started),
    ),
    confirms_start=True,
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
