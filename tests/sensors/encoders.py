"""What sensors of each family would send, from samples: the decoders' counterparts for tests.

Sensors that are played in tests (`tests.radio.wearables`) send what these give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors import microbit, movesense, thingy52, witmotion, xsens_dot
from tracker.sensors.base import SMALLEST_MTU
from tracker.sensors.metamotion import protocol as metamotion_packets
from tracker.sensors.nus import lines as nus
from tracker.sensors.polar.protocol import AXES, BLOCK, COMPRESSED, HEADER, LAYOUTS, Measurement
from tracker.sensors.profile.packets import (
    AXES_WITH_GYRO,
    AXES_WITHOUT_GYRO,
    COUNT,
    PACKET_HEADER,
    ProfileConfig,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SMALLEST_NOTIFICATION: Final = 20
"""Bytes that fit into a notification at the smallest ATT MTU."""

NOTIFICATION_OVERHEAD: Final = 3
"""ATT opcode and handle in front of every notification's value, bytes."""

LEAST_PACKETS_HZ: Final = 20
"""A packet waits for its last sample, and a rep should show on the screen within 0.1 s."""

BLOCK_SAMPLES: Final = 12
"""Differences that share a width; sensors choose their blocks in ways of their own."""


def samples_per_packet(mtu: int, config: ProfileConfig) -> int:
    """Return how many samples a sensor puts into a packet (note, "How many samples").

    Raises `ValueError` if `mtu` is below what Bluetooth allows.
    """
    if mtu < SMALLEST_MTU:
        raise ValueError(f"expected an ATT MTU of at least {SMALLEST_MTU}, got {mtu}")
    axes = AXES_WITHOUT_GYRO if config.gyro_range_dps is None else AXES_WITH_GYRO
    room = mtu - NOTIFICATION_OVERHEAD - PACKET_HEADER.size
    fitting = room // (axes * COUNT.itemsize)
    timely = config.rate_hz // LEAST_PACKETS_HZ
    return min(fitting, timely)


def encode_polar(
    measurement: Measurement,
    stamp_ns: int,
    values: NDArray[np.float64],
    frame_type: int = COMPRESSED | 1,
    factor: float = 1.0,
) -> bytes:
    """Return a frame of samples.

    Parameters
    ----------
    measurement
        Acceleration or angular rate.
    stamp_ns
        When the last sample was taken, ns of the sensor's clock.
    values
        Samples, g or degrees/s, shape (n, 3); rounded to whole counts and cut off at their ends.
    frame_type
        How they are stored; compressed type 1 for a Verity's acceleration, 1 for that of an H10,
        compressed type 0 for angular rate.
    factor
        What one count is worth, where the frame type has a factor.

    Raises
    ------
    ValueError
        If there is no sample, or the frame type does not carry whole counts.
    """
    layout = LAYOUTS[measurement, frame_type]
    if layout.floats or not len(values):
        raise ValueError("expected samples for a frame type of whole counts")
    limit = 1 << (8 * layout.value_bytes - 1)
    unit = layout.unit * factor if layout.scaled else layout.unit
    counts = np.clip(np.rint(values / unit), -limit, limit - 1).astype(np.int64)
    if frame_type & COMPRESSED:
        content = encode_deltas(counts, 8 * layout.value_bytes)
    else:
        content = _whole(counts, layout.value_bytes)
    return HEADER.pack(measurement, stamp_ns, frame_type) + content


def encode_deltas(counts: NDArray[np.int64], bits: int) -> bytes:
    """Return samples as a first one and blocks of differences."""
    content = [_whole(counts[:1], bits // 8)]
    deltas = np.diff(counts, axis=0)
    for first in range(0, len(deltas), BLOCK_SAMPLES):
        block = deltas[first : first + BLOCK_SAMPLES]
        width = max(_width(int(block.min())), _width(int(block.max())))
        rows = (block.reshape(-1, 1) >> np.arange(width)) & 1
        packed = np.packbits(rows.astype(np.uint8), bitorder="little").tobytes()
        content.append(BLOCK.pack(width, len(block)) + packed)
    return b"".join(content)


def _width(number: int) -> int:
    """Return how many bits a number takes in two's complement; zero takes none."""
    return (number if number >= 0 else ~number).bit_length() + (number != 0)


def _whole(counts: NDArray[np.int64], value_bytes: int) -> bytes:
    assert counts.shape[1] == AXES
    return b"".join(
        int(value).to_bytes(value_bytes, "little", signed=True) for value in counts.flat
    )


def encode_witmotion(
    acc_mps2: NDArray[np.float64],
    gyro_radps: NDArray[np.float64],
    angle_deg: NDArray[np.float64] | None = None,
    scale: witmotion.Scale | None = None,
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
    scale = scale or witmotion.Scale()
    columns = (
        acc_mps2 / scale.acc_count_mps2,
        gyro_radps / scale.gyro_count_radps,
        (np.zeros_like(acc_mps2) if angle_deg is None else angle_deg)
        * (witmotion.COUNTS_PER_RANGE / 180.0),
    )
    limits = np.iinfo(witmotion.COUNT)
    counts = np.rint(np.clip(np.hstack(columns), limits.min, limits.max)).astype(witmotion.COUNT)
    return b"".join(bytes((witmotion.MARK, witmotion.SAMPLE)) + row.tobytes() for row in counts)


def encode_reply(reply: witmotion.RegisterReply) -> bytes:
    """Return the frame that answers a read; registers that are not given read 0."""
    words = (*reply.words, *(0 for _ in range(8 - len(reply.words))))
    return witmotion.REPLY_LAYOUT.pack(witmotion.MARK, witmotion.REPLY, reply.register, *words)


def encode_nus_header(layout: nus.Layout) -> str:
    """Return the header that a board would send for a layout."""
    words = [nus.HEADER_START, f"columns={','.join(layout.columns)}"]
    for name, value in (
        ("acc_mps2", layout.acc_mps2),
        ("gyro_radps", layout.gyro_radps),
        ("t_s", layout.time_s),
        ("rate_hz", layout.rate_hz),
    ):
        if value is not None:
            words.append(f"{name}={value!r}")
    if layout.acc_range_mps2 is not None:
        words.append(f"acc_range_g={layout.acc_range_mps2 / STANDARD_GRAVITY_MPS2!r}")
    if layout.gyro_range_radps is not None:
        words.append(f"gyro_range_dps={layout.gyro_range_radps / RADPS_PER_DPS!r}")
    return " ".join(words)


def cut_nus(text: str, size: int = SMALLEST_NOTIFICATION) -> list[bytes]:
    """Return text as a board would notify it, no more than `size` bytes at a time."""
    data = text.encode("ascii")
    return [data[start : start + size] for start in range(0, len(data), size)]


def encode_nus_row(
    row: nus.Row, layout: nus.Layout, *, tag: bool = False, check: bool = False
) -> str:
    """Return the line that a board would print, without its end; other columns are 0.

    Parameters
    ----------
    row
        The sample.
    layout
        What its columns mean; has a gyroscope or a time only if the row does.
    tag
        Whether an A comes first.
    check
        Whether a nus.checksum comes last.
    """
    values = dict(zip(nus.ACC, row.acc_mps2 / layout.acc_mps2, strict=True))
    if row.gyro_radps is not None and layout.gyro_radps is not None:
        values.update(zip(nus.GYRO, row.gyro_radps / layout.gyro_radps, strict=True))
    cells = {name: f"{value:.7g}" for name, value in values.items()}
    if row.time_s is not None and layout.time_s is not None:
        cells[nus.TIME] = f"{row.time_s / layout.time_s:.12g}"
    line = nus.TAG * tag + ",".join(cells.get(name, "0") for name in layout.columns)
    return f"{line}*{nus.checksum(line):02x}" if check else line


def encode_thingy52(acc_mps2: NDArray[np.float64], gyro_radps: NDArray[np.float64]) -> bytes:
    """Return one sample, two vectors of shape (3,), as a Thingy would notify it.

    It is clipped as the chip and the firmware clip it, and the compass is silent.
    """
    acc = np.rint(acc_mps2 / STANDARD_GRAVITY_MPS2 * thingy52.COUNTS_PER_G)
    gyro = np.rint(gyro_radps / RADPS_PER_DPS * thingy52.COUNTS_PER_DPS)
    counts = np.zeros(thingy52.COLUMNS, thingy52.COUNT)
    counts[:3] = np.clip(acc, -thingy52.ACC_CLIPPED - 1, thingy52.ACC_CLIPPED)
    counts[3:6] = np.clip(gyro, np.iinfo(thingy52.COUNT).min, thingy52.GYRO_CLIPPED)
    return counts.tobytes()


def encode_microbit(acc_mps2: NDArray[np.float64], range_g: int = microbit.RANGES_G[0]) -> bytes:
    """Return one sample, shape (3,), as the board would notify it, clipped to its range."""
    limits = (-microbit.BEYOND_PER_G * range_g, microbit.CLIPPED_PER_G * range_g)
    counts = np.clip(np.rint(acc_mps2 / STANDARD_GRAVITY_MPS2 * microbit.COUNTS_PER_G), *limits)
    return counts.astype(microbit.COUNT).tobytes()


def encode_xsens_dot(
    mode: int,
    stamp_us: int,
    acc_mps2: NDArray[np.float64],
    gyro_radps: NDArray[np.float64] | None,
) -> bytes:
    """Return one sample as the sensor would notify it.

    Parameters
    ----------
    mode
        One of `xsens_dot.MODES`.
    stamp_us
        Time since boot, µs; may run past 32 bits.
    acc_mps2
        Acceleration, m/s², shape (3,); what is beyond the range is cut to it.
    gyro_radps
        Angular rate, rad/s, shape (3,); None exactly where the mode has none.

    Raises
    ------
    ValueError
        If there is a rate without a place for it, or a place without a rate.
    """
    layout = xsens_dot.MODES[mode]
    data = bytearray(xsens_dot.CHANNEL_BYTES[layout.channel])
    xsens_dot.STAMP.pack_into(data, 0, stamp_us % xsens_dot.STAMP_MODULUS_US)
    acc = np.clip(acc_mps2, -xsens_dot.ACC_RANGE_MPS2, xsens_dot.ACC_RANGE_MPS2)
    xsens_dot.VECTOR.pack_into(data, layout.acc_at, *acc)
    if (gyro_radps is None) != (layout.gyro_at is None):
        raise ValueError(f"expected a rate exactly where mode {mode} has one")
    if gyro_radps is not None and layout.gyro_at is not None:
        gyro = (
            np.clip(gyro_radps, -xsens_dot.GYRO_RANGE_RADPS, xsens_dot.GYRO_RANGE_RADPS)
            / RADPS_PER_DPS
        )
        xsens_dot.VECTOR.pack_into(data, layout.gyro_at, *gyro)
    return bytes(data)


def encode_metamotion(
    stream: metamotion_packets.Stream,
    chip: metamotion_packets.Chip,
    full_range: int,
    values: NDArray[np.float64],
) -> bytes:
    """Return samples as the board would notify them, clipped to the range of the chip.

    Parameters
    ----------
    stream
        What they are samples of.
    chip
        The board's motion chip.
    full_range
        What the chip is set to, g or degrees/s.
    values
        Acceleration, m/s², or angular rate, rad/s; shape (1, 3), or (3, 3) for packed.

    Raises
    ------
    ValueError
        If a notification cannot hold as many samples.
    """
    if values.shape not in ((1, 3), (metamotion_packets.PACKED_SAMPLES, 3)):
        raise ValueError(f"expected values of shape (1, 3) or (3, 3), got {values.shape}")
    limits = np.iinfo(metamotion_packets.COUNT)
    scaled = np.rint(values * metamotion_packets.counts_per_unit(stream, full_range))
    counts = np.clip(scaled, limits.min, limits.max).astype(metamotion_packets.COUNT)
    register = metamotion_packets.register_of(
        stream, chip, packed=len(values) == metamotion_packets.PACKED_SAMPLES
    )
    return bytes((metamotion_packets.MODULES[stream], register)) + counts.tobytes()


def encode_movesense(time_ms: int, signals: Sequence[NDArray[np.float64]]) -> bytes:
    """Return a payload: its time, then one signal of shape (n, 3) whole after another."""
    shapes = {signal.shape for signal in signals}
    if len(shapes) != 1 or next(iter(shapes))[1:] != (movesense.AXES,):
        raise ValueError(f"expected signals of one shape (n, 3), got {sorted(shapes)}")
    body = b"".join(signal.astype(movesense.FLOAT).tobytes() for signal in signals)
    return movesense.STAMP.pack(time_ms % (1 << 32)) + body


def encode_movesense_parts(ref: int, payload: bytes, room: int | None = None) -> tuple[bytes, ...]:
    """Return the notifications of a payload.

    Parameters
    ----------
    ref
        Reference of the subscription.
    payload
        What `encode_movesense` gave.
    room
        Bytes of payload that fit into one notification; None if all do.
    """
    room = len(payload) if room is None else room
    kinds = (
        movesense.Message.DATA,
        *(movesense.Message.MORE_DATA for _ in payload[room::room]),
    )
    return tuple(
        bytes((kind, ref)) + payload[number * room : (number + 1) * room]
        for number, kind in enumerate(kinds)
    )
