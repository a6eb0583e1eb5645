"""Bytes of WitMotion's Bluetooth 5 sensors: frames in a stream, register replies, commands.

Byte tables: `firmware_notes/02-witmotion.md`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

# The base ends in 9a34fb. Bluetooth's own ends in 9b34fb, so the short form 0xffe5 is another id.
SERVICE_UUID: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY_UUID: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE_UUID: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"

DUAL_SERVICE_UUID: Final = "49535343-fe7d-4ae5-8fa9-9fafd205e455"
DUAL_NOTIFY_UUID: Final = "49535343-1e4d-4bd9-ba61-23c647249616"
DUAL_WRITE_UUID: Final = "49535343-8841-43f4-a8d4-ecbe34729bb3"

FRAME_BYTES: Final = 20
MARK: Final = 0x55
SAMPLE: Final = 0x61
REPLY: Final = 0x71

# 02-witmotion.md, "Sample": int16 acc x y z, gyro x y z, angle roll pitch yaw, behind the mark.
COUNT: Final = np.dtype("<i2")
COLUMNS: Final = 9
COUNTS_PER_RANGE: Final = 32768
ANGLE_RANGE_DEG: Final = 180.0

# 02-witmotion.md, "Register reply": register u16, then eight registers from it on.
REPLY_LAYOUT: Final = struct.Struct("<BBH8h")

UNLOCK: Final = bytes.fromhex("ff aa 69 88 b5")
SAVE: Final = bytes.fromhex("ff aa 00 00 00")

RATE_REGISTER: Final = 0x03
BANDWIDTH_REGISTER: Final = 0x1F
VERSION_REGISTER: Final = 0x2E
BATTERY_REGISTER: Final = 0x64
_READ_REGISTER: Final = 0x27

RATE_100_HZ: Final = 0x09
BANDWIDTH_44_HZ: Final = 0x03


@dataclass(frozen=True, slots=True)
class Scale:
    """What the ends of an int16 stand for."""

    acc_range_g: float = 16.0
    """The accelerometer measures from minus to plus this, g."""
    gyro_range_dps: float = 2000.0
    """The gyroscope measures from minus to plus this, degrees/s."""

    @property
    def acc_count_mps2(self) -> float:
        """Worth of one accelerometer count, m/s²."""
        return self.acc_range_g * STANDARD_GRAVITY_MPS2 / COUNTS_PER_RANGE

    @property
    def gyro_count_radps(self) -> float:
        """Worth of one gyroscope count, rad/s."""
        return self.gyro_range_dps * RADPS_PER_DPS / COUNTS_PER_RANGE


@dataclass(frozen=True, slots=True)
class RegisterReply:
    """Eight registers, as a sensor answers a read."""

    register: int
    """Number of the first one."""
    words: tuple[int, ...]
    """Their values, signed."""


class FrameSplitter:
    """Finds frames in a stream of bytes, whatever way it was cut into notifications."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Return the frames that `data` completes, and how many bytes belonged to none.

        A 0x55 may stand inside a frame as well. It starts one only if another frame, or the end
        of what came so far, follows 20 bytes on. Sensors send whole frames, so a notification
        that is made of nothing else ends any search that was going on.
        """
        if self._rest and _only_frames(data):
            frames = [data[at : at + FRAME_BYTES] for at in range(0, len(data), FRAME_BYTES)]
            return frames, self.drop_rest()
        stream, self._rest = self._rest + data, b""
        frames = []
        skipped = 0
        at = 0
        while at < len(stream):
            start = stream.find(MARK, at)
            if start < 0:
                return frames, skipped + len(stream) - at
            skipped += start - at
            at = start
            end = at + FRAME_BYTES
            if _may_start(stream, at) and len(stream) < end:
                self._rest = stream[at:]
                return frames, skipped
            if _may_start(stream, at) and _may_start(stream, end):
                frames.append(stream[at:end])
                at = end
            else:
                skipped += 1
                at += 1
        return frames, skipped

    def drop_rest(self) -> int:
        """Forget a frame that is not complete, and return how many bytes of it were there."""
        dropped, self._rest = len(self._rest), b""
        return dropped


def _may_start(stream: bytes, at: int) -> bool:
    """Return whether a frame starts at `at`, as far as the bytes go."""
    return stream[at : at + 2] in (b"", b"\x55", b"\x55\x61", b"\x55\x71")


def _only_frames(data: bytes) -> bool:
    whole = len(data) > 0 and len(data) % FRAME_BYTES == 0
    return whole and all(
        data[at : at + 2] in (b"\x55\x61", b"\x55\x71") for at in range(0, len(data), FRAME_BYTES)
    )


def decode_samples(
    frames: Iterable[bytes], scale: Scale
) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Return acceleration (m/s²), angular rate (rad/s) and whether either is at its range's end.

    `frames` are sample frames of `FRAME_BYTES` each.
    """
    body = b"".join(frame[2:] for frame in frames)
    counts = np.frombuffer(body, COUNT).reshape(-1, COLUMNS)[:, :6].astype(np.float64)
    saturated = bool(((counts <= -COUNTS_PER_RANGE) | (counts >= COUNTS_PER_RANGE - 1)).any())
    return counts[:, :3] * scale.acc_count_mps2, counts[:, 3:] * scale.gyro_count_radps, saturated


def encode_witmotion(
    acc_mps2: NDArray[np.float64],
    gyro_radps: NDArray[np.float64],
    angle_deg: NDArray[np.float64] | None = None,
    scale: Scale | None = None,
) -> bytes:
    """Return samples, one frame each, as a sensor would notify them together.

    Parameters
    ----------
    acc_mps2
        Specific force, m/s², shape (n, 3); cut off at the ends of the range.
    gyro_radps
        Angular rate, rad/s, shape (n, 3); cut off at the ends of the range.
    angle_deg
        Roll, pitch and yaw, degrees, shape (n, 3); None says level.
    scale
        Ranges; None takes those of the sensors.
    """
    scale = scale or Scale()
    columns = (
        acc_mps2 / scale.acc_count_mps2,
        gyro_radps / scale.gyro_count_radps,
        (np.zeros_like(acc_mps2) if angle_deg is None else angle_deg)
        * (COUNTS_PER_RANGE / ANGLE_RANGE_DEG),
    )
    limits = np.iinfo(COUNT)
    counts = np.rint(np.clip(np.hstack(columns), limits.min, limits.max)).astype(COUNT)
    return b"".join(bytes((MARK, SAMPLE)) + row.tobytes() for row in counts)


def decode_reply(frame: bytes) -> RegisterReply:
    """Return a reply frame of `FRAME_BYTES` in words."""
    _mark, _kind, register, *words = REPLY_LAYOUT.unpack(frame)
    return RegisterReply(register, tuple(words))


def encode_reply(reply: RegisterReply) -> bytes:
    """Return the frame that answers a read; registers that are not given read 0."""
    words = (*reply.words, *(0 for _ in range(8 - len(reply.words))))
    return REPLY_LAYOUT.pack(MARK, REPLY, reply.register, *words)


def write_command(register: int, value: int) -> bytes:
    """Return the command that sets a register; it is heeded for 10 s after `UNLOCK`."""
    return struct.pack("<BBBH", 0xFF, 0xAA, register, value)


def read_command(register: int) -> bytes:
    """Return the command that asks for eight registers from `register` on."""
    return write_command(_READ_REGISTER, register)
