"""Packets of our own profile to frames, one by one as they arrive or many at once from a file.

Many packets of our own profile at once: neighbours of one shape are taken apart together.

A packet's shape is its length, its version and flags, and its number of samples. What does not
follow the note, or says that it was extended, is left to the way packet by packet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import RESERVED_CHANNELS, FaultReason, Frame, FrameRun
from tracker.domain.units import NS_PER_S, s_from_ns
from tracker.sensors.base import (
    BATTERY_LEVEL_UUID,
    FIRMWARE_REVISION_UUID,
    MalformedError,
    duplicate,
    fault_of,
    late,
    unknown_channel,
)
from tracker.sensors.counters import PacketOrder, SequenceUnwrapper
from tracker.sensors.profile.packets import (
    AXES_WITH_GYRO,
    AXES_WITHOUT_GYRO,
    CONFIG_UUID,
    CONTROL_UUID,
    COUNT,
    EXTENDED_FLAG,
    GYRO_FLAG,
    IMU_UUID,
    PACKET_HEADER,
    SATURATED_FLAG,
    VERSION,
    ProfileConfig,
    decode_packet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from tracker.domain import Fault, Notification

# The same as `PACKET_HEADER`, for arrays.
_HEADER: Final = np.dtype(
    [("version_and_flags", "u1"), ("n", "u1"), ("sequence", "<u2"), ("device_time_us", "<u4")]
)


@dataclass(frozen=True, slots=True, eq=False)
class PacketRun:
    """Packets of one shape, taken apart but not yet in units."""

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
    """Whether every packet says that some value is at the end of the chip's range."""


def packet_runs(payloads: Sequence[bytes]) -> Iterator[tuple[slice, PacketRun | None]]:
    """Yield runs of payloads, all of them in order; None for a run of no plain packets."""
    if not payloads:
        return
    lengths = np.fromiter(map(len, payloads), np.intp, len(payloads))
    for equal in _stretches(lengths):
        length = int(lengths[equal.start])
        if length < PACKET_HEADER.size:
            yield equal, None
            continue
        packets = np.frombuffer(b"".join(payloads[equal]), np.uint8).reshape(-1, length)
        headers = packets[:, : _HEADER.itemsize].copy().view(_HEADER)[:, 0]
        shapes = headers["version_and_flags"].astype(np.intp) << 8 | headers["n"]
        for alike in _stretches(shapes):
            run = slice(equal.start + alike.start, equal.start + alike.stop)
            yield run, _taken_apart(headers[alike], packets[alike])


def _stretches(values: NDArray[np.intp]) -> Iterator[slice]:
    """Yield where neighbouring values are equal."""
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    for first, last in pairwise((0, *changes.tolist(), len(values))):
        yield slice(first, last)


def _taken_apart(headers: NDArray[Any], packets: NDArray[np.uint8]) -> PacketRun | None:
    """Return packets of one shape, or None if the note says more, or less, about that shape."""
    version_and_flags, n = int(headers["version_and_flags"][0]), int(headers["n"][0])
    axes = AXES_WITH_GYRO if version_and_flags & GYRO_FLAG else AXES_WITHOUT_GYRO
    is_plain = (
        version_and_flags >> 4 == VERSION
        and n > 0
        and not version_and_flags & EXTENDED_FLAG
        and packets.shape[1] == PACKET_HEADER.size + n * axes * COUNT.itemsize
    )
    if not is_plain:
        return None
    counts = packets[:, PACKET_HEADER.size :].copy().view(COUNT).reshape(-1, axes)
    return PacketRun(
        sequence=headers["sequence"].astype(np.int64),
        device_time_us=headers["device_time_us"].astype(np.int64),
        samples_per_packet=n,
        acc_counts=counts[:, :3],
        gyro_counts=counts[:, 3:] if axes == AXES_WITH_GYRO else None,
        saturated=bool(version_and_flags & SATURATED_FLAG),
    )


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
        self._counters = SequenceUnwrapper()
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

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications to what `feed` makes of them, many at once where it can."""
        first = 0
        others = [at for at, each in enumerate(notifications) if each.channel != IMU_UUID]
        for at in others:
            yield from self._packets(notifications[first:at])
            yield from self.feed(notifications[at])
            first = at + 1
        yield from self._packets(notifications[first:])

    def _configure(self, notification: Notification) -> tuple[Fault, ...]:
        # With a value that cannot be read, the scale is unknown: no samples beat wrong ones.
        self._config = None
        config = ProfileConfig.decode(notification.data)
        self._config = config
        previous_boot_id, self._boot_id = self._boot_id, config.boot_id
        if previous_boot_id in (None, config.boot_id):
            self._counters.resume()
            return ()
        self._counters = SequenceUnwrapper()
        detail = f"the sensor restarted: its boot id is now {config.boot_id:08x}"
        return (fault_of(notification, FaultReason.CLOCK, detail),)

    def _samples(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        packet = decode_packet(notification.data)
        acc_mps2, gyro_radps = self._in_si(packet.acc_counts, packet.gyro_counts)
        place = self._counters.place(
            packet.sequence, packet.device_time_us, notification.received_ns
        )
        stamps_s = np.full(len(acc_mps2), np.nan)
        stamps_s[0] = place.time_us / _US_PER_S
        received_s = s_from_ns(notification.received_ns)
        frame = Frame(acc_mps2, gyro_radps, stamps_s, received_s, packet.saturated)

        name = f"packet {packet.sequence}"
        match place.order:
            case PacketOrder.DUPLICATE:
                return (duplicate(notification, name),)
            case PacketOrder.LATE:
                return (late(notification, name),)
            case PacketOrder.RESTART:
                detail = f"sequence and device time began again at {name}, {stamps_s[0]} s"
                return (fault_of(notification, FaultReason.CLOCK, detail), frame)
            case PacketOrder.NEXT if place.lost:
                return (_lost(notification, packet.sequence, place.lost), frame)
            case PacketOrder.NEXT:
                return (frame,)

    def _packets(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications of the channel of samples."""
        for part, run in packet_runs([each.data for each in notifications]):
            if run is not None and self._has_scale_of(run):
                yield from self._run(notifications[part], run)
                continue
            for notification in notifications[part]:
                yield from self.feed(notification)

    def _has_scale_of(self, run: PacketRun) -> bool:
        """Return whether the configuration is known and fits the channels of a run."""
        config = self._config
        return config is not None and (
            (config.gyro_scale_radps is None) is (run.gyro_counts is None)
        )

    def _run(
        self, notifications: Sequence[Notification], run: PacketRun
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode packets of one shape; one whose counters are irregular goes by itself."""
        acc_mps2, gyro_radps = self._in_si(run.acc_counts, run.gyro_counts)
        received_ns = np.array([each.received_ns for each in notifications], dtype=np.int64)
        first = 0
        while first < len(notifications):
            places = self._counters.place_run(
                run.sequence[first:], run.device_time_us[first:], received_ns[first:]
            )
            if not len(places.lost):
                yield from self.feed(notifications[first])
                first += 1
                continue
            last = first + len(places.lost)
            rows = slice(first * run.samples_per_packet, last * run.samples_per_packet)
            frames = FrameRun(
                acc_mps2[rows],
                None if gyro_radps is None else gyro_radps[rows],
                places.time_us / _US_PER_S,
                received_ns[first:last] / NS_PER_S,
                run.saturated,
            )
            start = 0
            for at in np.flatnonzero(places.lost).tolist():
                if at > start:
                    yield frames[start:at]
                    start = at
                sequence, lost = int(run.sequence[first + at]), int(places.lost[at])
                yield _lost(notifications[first + at], sequence, lost)
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
                "samples came before a configuration that says what a count is worth",
            )
        acc_mps2 = _scaled(acc_counts, config.acc_scale_mps2)
        match gyro_counts, config.gyro_scale_radps:
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
            case counts, scale_radps:
                return acc_mps2, _scaled(counts, scale_radps)


def _scaled(counts: NDArray[np.int16], scale: float) -> NDArray[np.float64]:
    """Return counts in units, shape (n, 3), in memory channel by channel, as filters want it."""
    scaled: NDArray[np.float64] = np.multiply(counts.T, scale, dtype=np.float64, order="C")
    return scaled.T


def _lost(notification: Notification, sequence: int, lost: int) -> Fault:
    detail = f"{lost} packets before packet {sequence} never came"
    return fault_of(notification, FaultReason.LOST, detail, lost)
