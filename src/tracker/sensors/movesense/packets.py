"""Bytes of Movesense's GATT sensor data protocol: commands, replies, and payloads in parts.

Byte tables: `firmware_notes/03-movesense.md`. A payload that does not fit into one notification
continues in the next ones. No part says how much follows, so a payload is complete when it has the
expected length: at first by the subscription's rate, later by what the sensor was seen to send.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.sensors.base import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SERVICE_UUID: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE_UUID: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY_UUID: Final = "34800002-7185-4d5d-b431-630e7050e8f0"

HEADER_BYTES: Final = 2
"""The kind of message, and the reference that the client chose."""

STAMP: Final = struct.Struct("<I")
STATUS: Final = struct.Struct("<H")
FLOAT: Final = np.dtype("<f4")
AXES: Final = 3

PAYLOAD_SAMPLES: Final[Mapping[int, int]] = {13: 1, 26: 2, 52: 4, 104: 8, 208: 16}
"""Samples in a payload by the rate in Hz: thirteen payloads come each second."""


class Command(IntEnum):
    """First byte of what is written."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    GET = 4
    PUT_SYSTEM_MODE = 7


class Message(IntEnum):
    """First byte of what is notified."""

    REPLY = 1
    DATA = 2
    MORE_DATA = 3


RESTART: Final = b"\x05"
"""System mode that restarts the sensor's program."""

ARRAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "Acc": ("acc",),
    "Gyro": ("gyro",),
    "Magn": ("magn",),
    "IMU6": ("acc", "gyro"),
    "IMU6m": ("acc", "magn"),
    "IMU9": ("acc", "gyro", "magn"),
}
"""Signals of each resource, in the order of a payload."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A stream that can be subscribed to."""

    name: str
    """What it measures, one of `ARRAYS`."""
    rate_hz: int
    """Nominal samples per second."""

    @classmethod
    def parse(cls, path: str) -> Resource:
        """Return the resource of a path such as /Meas/IMU6/104.

        Raises `ValueError` if it is not such a path.
        """
        parts = path.strip("/").split("/")
        if len(parts) != 3 or parts[0] != "Meas" or parts[1] not in ARRAYS:
            known = ", ".join(ARRAYS)
            raise ValueError(f"expected /Meas/ with one of {known} and a rate, got {path}")
        if not parts[2].isdecimal() or not 1 <= int(parts[2]) <= 0xFFFF:
            raise ValueError(f"expected a rate in whole Hz, got {parts[2]} in {path}")
        return cls(parts[1], int(parts[2]))

    @property
    def path(self) -> str:
        """The path to subscribe to."""
        return f"/Meas/{self.name}/{self.rate_hz}"

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample of all signals."""
        return len(ARRAYS[self.name]) * AXES * FLOAT.itemsize

    @property
    def payload_bytes(self) -> int | None:
        """Bytes of a payload; None if its number of samples is unknown."""
        samples = PAYLOAD_SAMPLES.get(self.rate_hz)
        return None if samples is None else STAMP.size + samples * self.sample_bytes


@dataclass(frozen=True, slots=True, eq=False)
class Payload:
    """Samples of one payload, in the sensor's units: m/s², degrees/s, µT."""

    time_ms: int
    """Time of the first sample, ms since the sensor started, modulo 2**32."""
    signals: dict[str, NDArray[np.float64]]
    """Each signal of the resource, shape (n, 3)."""


def encode_command(command: Command, ref: int, payload: bytes = b"") -> bytes:
    """Return a command; `ref` comes back in the replies to it."""
    return bytes((command, ref)) + payload


def encode_path(path: str) -> bytes:
    """Return a path as encoded in commands."""
    return path.encode("ascii") + b"\0"


def decode_status(data: bytes) -> tuple[int, bytes]:
    """Return status and data of a reply's body.

    Raises `MalformedError` if it is too short for a status.
    """
    if len(data) < STATUS.size:
        raise MalformedError(FaultReason.LENGTH, f"expected a status of 2 bytes, got {len(data)}")
    (status,) = STATUS.unpack_from(data)
    return status, data[STATUS.size :]


def is_whole(data: bytes, resource: Resource) -> bool:
    """Return whether a payload ends with a sample."""
    body = len(data) - STAMP.size
    return body > 0 and body % resource.sample_bytes == 0


def decode_payload(data: bytes, resource: Resource) -> Payload:
    """Return the samples of a whole payload.

    Raises `MalformedError` if it does not hold a whole number of samples.
    """
    if not is_whole(data, resource):
        raise MalformedError(
            FaultReason.LENGTH,
            f"expected 4 bytes and a multiple of {resource.sample_bytes}, got {len(data)}",
        )
    names = ARRAYS[resource.name]
    (time_ms,) = STAMP.unpack_from(data)
    with np.errstate(invalid="ignore"):  # a signalling NaN stays a NaN
        values = np.frombuffer(data, FLOAT, offset=STAMP.size).astype(np.float64)
    signals = values.reshape(len(names), -1, AXES)
    return Payload(time_ms, dict(zip(names, signals, strict=True)))


MOST_BYTES: Final = 8192
"""Longer than any payload: 1666 samples a second of three signals need 4612."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The outcome of one part."""

    payloads: tuple[bytes, ...] = ()
    """Whole payloads, in order."""
    trouble: str | None = None
    """Why earlier parts cannot be used, in words."""


class Reassembler:
    """Joins the parts of one subscription's payloads.

    Parameters
    ----------
    resource
        What was subscribed to.
    sized
        Whether the rate of `resource` is certain, and so gives the length.
    """

    def __init__(self, resource: Resource, *, sized: bool) -> None:
        self._resource = resource
        self._expected = resource.payload_bytes if sized else None
        self._pending: bytes | None = None
        self._last = 0

    def first(self, data: bytes) -> Joined:
        """Add the part that starts a payload."""
        before, self._pending = self._pending, data
        if before is None:
            return Joined(self._completed())
        if is_whole(before, self._resource):
            # The sensor packs fewer samples than expected, and this payload was complete.
            self._expected = len(before)
            return Joined((before, *self._completed()))
        trouble = f"a payload ended after {len(before)} bytes, inside a sample"
        return Joined(self._completed(), trouble)

    def more(self, data: bytes) -> Joined:
        """Add a part that continues a payload."""
        if self._pending is None:
            # Either the start was lost, or what seemed whole was not, and this is the length.
            self._expected = self._last + len(data) if self._last else self._expected
            return Joined(trouble="the rest of a payload came without its start")
        self._pending += data
        if len(self._pending) > MOST_BYTES:
            self._pending = None
            return Joined(trouble=f"a payload is longer than {MOST_BYTES} bytes")
        return Joined(self._completed())

    def _completed(self) -> tuple[bytes, ...]:
        pending = self._pending
        if pending is None or not is_whole(pending, self._resource):
            return ()
        if self._expected is not None and len(pending) < self._expected:
            return ()
        self._expected = self._last = len(pending)
        self._pending = None
        return (pending,)
