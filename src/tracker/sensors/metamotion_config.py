"""How a MetaMotion's chips are set, in the codes that it is told and answers with.

Tables: `firmware_notes/05-metamotion.md`, "Configuration".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from tracker.domain import FaultReason
from tracker.sensors.faults import MalformedError
from tracker.sensors.metamotion_wire import (
    HEADER_BYTES,
    IMPLEMENTATIONS,
    MODULES,
    READ_BIT,
    Chip,
    Stream,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

INFO_REGISTER: Final = 0x00
CONFIG_REGISTER: Final = 0x03

ACC_RATE_CODES: Final = MappingProxyType(
    {
        0.78125: 0x1,
        1.5625: 0x2,
        3.125: 0x3,
        6.25: 0x4,
        12.5: 0x5,
        25.0: 0x6,
        50.0: 0x7,
        100.0: 0x8,
        200.0: 0x9,
        400.0: 0xA,
        800.0: 0xB,
        1600.0: 0xC,
    }
)
GYRO_RATE_CODES: Final = MappingProxyType(
    {
        25.0: 0x6,
        50.0: 0x7,
        100.0: 0x8,
        200.0: 0x9,
        400.0: 0xA,
        800.0: 0xB,
        1600.0: 0xC,
        3200.0: 0xD,
    }
)
ACC_RANGE_CODES: Final = MappingProxyType(
    {
        Chip.BMI160: MappingProxyType({2: 0x03, 4: 0x05, 8: 0x08, 16: 0x0C}),
        Chip.BMI270: MappingProxyType({2: 0x00, 4: 0x01, 8: 0x02, 16: 0x03}),
    }
)
GYRO_RANGE_CODES: Final = MappingProxyType({2000: 0, 1000: 1, 500: 2, 250: 3, 125: 4})

SLOWEST_FULL_POWER_HZ: Final = 12.5
"""Below this the accelerometer rests between samples, which is another filter code."""

# Filter codes in the high nibble, per data sheet: full power, then resting.
_ACC_FILTERS: Final = MappingProxyType({Chip.BMI160: (0x20, 0x80), Chip.BMI270: (0xA0, 0x20)})
_GYRO_FILTER: Final = 0x20

_CODE_MASK: Final = 0x0F
_CONFIG_BYTES: Final = HEADER_BYTES + 2


@dataclass(frozen=True, slots=True)
class MetaMotionConfig:
    """What the board is set to; the defaults are what the start script sets."""

    chip: Chip | None = None
    """The motion chip; None until the board has said it."""
    acc_range_g: int = 8
    """The accelerometer measures from minus to plus this, g."""
    gyro_range_dps: int = 1000
    """The gyroscope measures from minus to plus this, degrees/s."""
    rate_hz: float = 100.0
    """Samples per second of both."""
    has_gyro: bool = True
    """False on a board that answered that it has no gyroscope."""

    def full_range(self, stream: Stream) -> int:
        """Return the range of a stream, in g or in degrees/s."""
        return self.acc_range_g if stream is Stream.ACC else self.gyro_range_dps


def acc_config(chip: Chip, rate_hz: float, range_g: int) -> bytes:
    """Return the command that sets the accelerometer."""
    full_power, resting = _ACC_FILTERS[chip]
    filtering = full_power if rate_hz >= SLOWEST_FULL_POWER_HZ else resting
    code = filtering | ACC_RATE_CODES[rate_hz]
    return bytes((0x03, CONFIG_REGISTER, code, ACC_RANGE_CODES[chip][range_g]))


def gyro_config(rate_hz: float, range_dps: int) -> bytes:
    """Return the command that sets the gyroscope; it is the same on both chips."""
    code = _GYRO_FILTER | GYRO_RATE_CODES[rate_hz]
    return bytes((0x13, CONFIG_REGISTER, code, GYRO_RANGE_CODES[range_dps]))


def learn(config: MetaMotionConfig, data: bytes) -> MetaMotionConfig:
    """Return the configuration as it is known after an answer of the board.

    Raises
    ------
    MalformedError
        If the answer is about a motion chip and cannot be understood.
    """
    if len(data) < HEADER_BYTES:
        raise MalformedError(FaultReason.LENGTH, f"expected an answer, got {len(data)} bytes")
    module, register = data[0], data[1] & ~READ_BIT
    if module not in MODULES.values():
        return config
    if register == INFO_REGISTER:
        return _with_info(config, module, data)
    if register == CONFIG_REGISTER:
        return _with_codes(config, module, data)
    return config


def _with_info(config: MetaMotionConfig, module: int, data: bytes) -> MetaMotionConfig:
    if len(data) == HEADER_BYTES:
        if module == MODULES[Stream.GYRO]:
            return replace(config, has_gyro=False)
        raise MalformedError(FaultReason.FORMAT, "expected an accelerometer, the board has none")
    implementation = data[HEADER_BYTES]
    chip = IMPLEMENTATIONS.get((module, implementation))
    if chip is None:
        raise MalformedError(
            FaultReason.FORMAT,
            f"expected a BMI160 or BMI270 in module {module:02x}, got kind {implementation}",
        )
    return replace(config, chip=chip)


def _with_codes(config: MetaMotionConfig, module: int, data: bytes) -> MetaMotionConfig:
    if len(data) < _CONFIG_BYTES:
        raise MalformedError(
            FaultReason.LENGTH, f"expected {_CONFIG_BYTES} bytes of configuration, got {len(data)}"
        )
    if config.chip is None:
        raise MalformedError(
            FaultReason.UNCONFIGURED,
            "a configuration came before the board said which chip it has",
        )
    rate_code, range_code = (byte & _CODE_MASK for byte in data[HEADER_BYTES:_CONFIG_BYTES])
    try:
        if module == MODULES[Stream.GYRO]:
            return replace(config, gyro_range_dps=_meaning(GYRO_RANGE_CODES, range_code))
        return replace(
            config,
            rate_hz=_meaning(ACC_RATE_CODES, rate_code),
            acc_range_g=_meaning(ACC_RANGE_CODES[config.chip], range_code),
        )
    except LookupError:
        raise MalformedError(
            FaultReason.FORMAT, f"expected codes of a rate and a range, got {data.hex()}"
        ) from None


_Meaning = TypeVar("_Meaning", int, float)


def _meaning(codes: Mapping[_Meaning, int], code: int) -> _Meaning:
    """Return what a code stands for; raises `LookupError` where it stands for nothing."""
    return {each: meaning for meaning, each in codes.items()}[code]
