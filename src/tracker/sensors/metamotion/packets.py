"""The bytes of a MetaMotion: raw samples and responses, from either of two chips.

Byte tables: `firmware_notes/05-metamotion.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import FaultReason
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SERVICE_UUID: Final = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND_UUID: Final = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY_UUID: Final = "326a9006-85cb-9195-d9dd-464cfbbae75a"

READ_BIT: Final = 0x80
"""Set in the register of a query and of its response."""

COUNT: Final = np.dtype("<i2")
HEADER_BYTES: Final = 2
"""Module and register come first in every message."""

PACKED_SAMPLES: Final = 3
"""A packed notification fills the 20 bytes of the smallest MTU."""

COUNTS_PER_ACC_RANGE: Final = 32768
GYRO_COUNTS_PER_DPS_AT_2000: Final = 16.4
"""By both data sheets; it doubles with every halving of the range."""


class Chip(Enum):
    """The motion chip on the board, which decides registers and codes."""

    BMI160 = "BMI160"
    BMI270 = "BMI270"


class Stream(Enum):
    """The sensor whose samples a notification holds; the value is its name in settings."""

    ACC = "acc"
    GYRO = "gyro"


MODULES: Final[Mapping[Stream, int]] = {Stream.ACC: 0x03, Stream.GYRO: 0x13}

IMPLEMENTATIONS: Final[Mapping[tuple[int, int], Chip]] = {
    (0x03, 1): Chip.BMI160,
    (0x03, 4): Chip.BMI270,
    (0x13, 0): Chip.BMI160,
    (0x13, 1): Chip.BMI270,
}
"""Chips by module and implementation number."""

PLAIN_REGISTERS: Final[Mapping[tuple[Stream, Chip], int]] = {
    (Stream.ACC, Chip.BMI160): 0x04,
    (Stream.ACC, Chip.BMI270): 0x04,
    (Stream.GYRO, Chip.BMI160): 0x05,
    (Stream.GYRO, Chip.BMI270): 0x04,
}
"""Registers that notify one sample at a time."""

PACKED_REGISTERS: Final[Mapping[tuple[Stream, Chip], int]] = {
    (Stream.ACC, Chip.BMI160): 0x1C,
    (Stream.ACC, Chip.BMI270): 0x05,
    (Stream.GYRO, Chip.BMI160): 0x07,
    (Stream.GYRO, Chip.BMI270): 0x05,
}
"""Registers that notify three samples at a time."""

_LAYOUTS: Final[Mapping[tuple[int, int, Chip], tuple[Stream, int]]] = {
    (MODULES[stream], register, chip): (stream, samples)
    for registers, samples in ((PLAIN_REGISTERS, 1), (PACKED_REGISTERS, PACKED_SAMPLES))
    for (stream, chip), register in registers.items()
}
"""Stream and number of samples by module, register and chip."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The samples of one notification."""

    stream: Stream
    counts: NDArray[np.int16]
    """Shape (n, 3), n is 1 or 3."""

    @property
    def saturated(self) -> bool:
        """Whether a count is at either end of its range."""
        limits = np.iinfo(COUNT)
        return bool(((self.counts == limits.min) | (self.counts == limits.max)).any())


def counts_per_unit(stream: Stream, full_range: int) -> float:
    """Return the counts per m/s² or rad/s at a range in g or degrees/s."""
    if stream is Stream.ACC:
        return COUNTS_PER_ACC_RANGE / (full_range * STANDARD_GRAVITY_MPS2)
    return GYRO_COUNTS_PER_DPS_AT_2000 * 2000 / (full_range * RADPS_PER_DPS)


def register_of(stream: Stream, chip: Chip, *, packed: bool) -> int:
    """Return the register that notifies the samples of a stream."""
    return (PACKED_REGISTERS if packed else PLAIN_REGISTERS)[stream, chip]


def decode_samples(data: bytes, chip: Chip | None) -> Samples:
    """Return the samples of a notification.

    Where a register means different things on the two chips, the length decides.

    Raises `MalformedError` if it holds none.
    """
    module, register = data[0], data[1]
    chips = tuple(Chip) if chip is None else (chip,)
    possible = [
        _LAYOUTS[module, register, each] for each in chips if (module, register, each) in _LAYOUTS
    ]
    for stream, samples in possible:
        if len(data) == _size(samples):
            counts = np.frombuffer(data, COUNT, offset=HEADER_BYTES).reshape(samples, 3)
            return Samples(stream, counts)
    if possible:
        expected = " or ".join(sorted({str(_size(samples)) for _stream, samples in possible}))
        raise MalformedError(
            FaultReason.LENGTH,
            f"expected {expected} bytes of {possible[0][0].value} samples, got {len(data)}",
        )
    raise MalformedError(
        FaultReason.FORMAT,
        f"expected raw samples, got module {module:02x} register {register:02x}: "
        "left over from another program's setup",
    )


def _size(samples: int) -> int:
    return HEADER_BYTES + samples * 3 * COUNT.itemsize
