"""How a MetaMotion's chips are set, in the codes that it is told and answers with.

Tables: `firmware_notes/05-metamotion.md`, "Configuration".

What a MetaMotion is told: module, register, and a few bytes.

Table: `firmware_notes/05-metamotion.md`, "Commands".

How a MetaMotion is started and stopped: what to do depends on its chip, so it is asked first.

The order and its reasons: `firmware_notes/05-metamotion.md`, "Start and stop".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from tracker.domain import FaultReason, SensorError
from tracker.sensors.base import (
    HIGHEST_PERCENT,
    Attempt,
    Decide,
    Expect,
    Inquiry,
    MalformedError,
    Subscribe,
    Unsubscribe,
    Write,
    newest,
)
from tracker.sensors.metamotion.packets import (
    COMMAND_UUID,
    HEADER_BYTES,
    IMPLEMENTATIONS,
    MODULES,
    NOTIFY_UUID,
    READ_BIT,
    Chip,
    Stream,
    register_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.sensors.base import Heard, Step

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


POWER_REGISTER: Final = 0x01
SAMPLING_REGISTER: Final = 0x02

STOP_FUSION: Final = bytes.fromhex("190100")
"""The chips then no longer run for the sake of orientation."""

SILENCE_FUSION: Final = bytes.fromhex("1903007f")
"""Every output of the sensor fusion off."""

REMOVE_PROCESSORS: Final = bytes.fromhex("0908")
"""All data processors, which outlive a connection."""

REMOVE_EVENTS: Final = bytes.fromhex("0a05")
"""All commands that the board was told to run by itself."""

READ_BATTERY: Final = bytes.fromhex("118c")
"""Answered by the same two bytes, percent, and millivolts as u16."""

RESET: Final = bytes.fromhex("fe01")
"""Starts the board anew, which ends the connection."""

# 05-metamotion.md, "Commands": shortest and longest interval, latency, timeout.
_CONNECTION: Final = struct.Struct("<BBHHHH")
_INTERVAL_UNIT_MS: Final = 1.25
_TIMEOUT_UNIT_MS: Final = 10


def power(stream: Stream, *, on: bool) -> bytes:
    """Return the command that wakes a sensor, or lets it sleep."""
    return bytes((MODULES[stream], POWER_REGISTER, on))


def sampling(stream: Stream, *, on: bool) -> bytes:
    """Return the command that lets a sensor take samples, or not."""
    return bytes((MODULES[stream], SAMPLING_REGISTER, on, not on))


def subscription(stream: Stream, chip: Chip, *, packed: bool, on: bool) -> bytes:
    """Return the command that has samples notified, one by one or in threes, or not."""
    return bytes((MODULES[stream], register_of(stream, chip, packed=packed), on))


def read_info(stream: Stream) -> bytes:
    """Return the question which chip is behind a sensor; the answer begins the same."""
    return bytes((MODULES[stream], INFO_REGISTER | READ_BIT))


def read_config(stream: Stream) -> bytes:
    """Return the question what a sensor is set to; the answer begins the same."""
    return bytes((MODULES[stream], CONFIG_REGISTER | READ_BIT))


def connection_parameters(
    shortest_ms: float, longest_ms: float, latency: int, timeout_ms: int
) -> bytes:
    """Return the command that asks the computer for other connection events; it may refuse.

    Parameters
    ----------
    shortest_ms, longest_ms
        Time between two events, ms.
    latency
        Events that the board may sleep through.
    timeout_ms
        Silence after which the connection has ended, ms.
    """
    return _CONNECTION.pack(
        0x11,
        0x09,
        round(shortest_ms / _INTERVAL_UNIT_MS),
        round(longest_ms / _INTERVAL_UNIT_MS),
        latency,
        timeout_ms // _TIMEOUT_UNIT_MS,
    )


ANSWER_TIMEOUT_S: Final = 2.0
"""An answer takes two connection events; a radio stalls for up to 2 s."""

FIRST_SAMPLE_TIMEOUT_S: Final = 3.0
"""The gyroscope wakes up in 0.1 s; the rest is a slow radio."""

PACKED_RATE_HZ: Final = 100.0
"""67 notifications a second with both sensors: four in a connection event of 60 ms."""

PLAIN_RATE_HZ: Final = 50.0
"""One by one, 100 notifications a second with both sensors are the most that it sends."""

LEAST_PACKED_REVISION: Final = 1
"""Firmware of the BMI160 before this revision of the module does not pack."""

CONNECTION: Final = connection_parameters(7.5, 30.0, 0, 6000)
"""Short events keep the board's queue empty; what does not fit into it is lost."""


def _tell(*commands: bytes) -> tuple[Step, ...]:
    return tuple(Write(COMMAND_UUID, command, with_response=False) for command in commands)


def _ask(question: bytes) -> tuple[Step, ...]:
    return (*_tell(question), Expect(NOTIFY_UUID, question, ANSWER_TIMEOUT_S))


def _all_off() -> tuple[bytes, ...]:
    """Return what stops both sensors, whichever chip they are on."""
    return (
        power(Stream.GYRO, on=False),
        power(Stream.ACC, on=False),
        sampling(Stream.GYRO, on=False),
        sampling(Stream.ACC, on=False),
    )


def _configure(heard: Heard) -> tuple[Step, ...]:
    """Set up the chip that the board has, and let both sensors stream."""
    config, packed = _found(heard)
    chip = config.chip
    assert chip is not None
    streams = tuple(Stream) if config.has_gyro else (Stream.ACC,)
    rate_hz = PACKED_RATE_HZ if packed else PLAIN_RATE_HZ
    settings = {
        Stream.ACC: acc_config(chip, rate_hz, config.acc_range_g),
        Stream.GYRO: gyro_config(rate_hz, config.gyro_range_dps),
    }
    commands = [
        *(
            subscription(stream, chip, packed=either, on=False)
            for stream in streams
            for either in (False, True)
        ),
        *(settings[stream] for stream in streams),
        # The answers tell decoder and recording what a count is worth.
        *(read_config(stream) for stream in streams),
        *(subscription(stream, chip, packed=packed, on=True) for stream in streams),
        *(sampling(stream, on=True) for stream in streams),
        *(power(stream, on=True) for stream in streams),
    ]
    first = bytes((MODULES[Stream.ACC], register_of(Stream.ACC, chip, packed=packed)))
    return (
        *_tell(*commands),
        Attempt(
            (Expect(NOTIFY_UUID, first, FIRST_SAMPLE_TIMEOUT_S),),
            otherwise=(*_tell(RESET), Decide(_silent)),
        ),
    )


def _found(heard: Heard) -> tuple[MetaMotionConfig, bool]:
    """Return the chip of a board, and whether it packs samples."""
    acc, gyro = (
        newest(heard, NOTIFY_UUID, read_info(stream)) or b""
        for stream in (Stream.ACC, Stream.GYRO)
    )
    try:
        config = learn(learn(MetaMotionConfig(), gyro), acc)
    except MalformedError as error:
        raise SensorError(
            f"This board of MbientLab's is not one that is known: {error.detail}.",
            "MetaMotion R, RL, C and S are.",
        ) from error
    revision = acc[3] if len(acc) > 3 else 0
    return config, config.chip is not Chip.BMI160 or revision >= LEAST_PACKED_REVISION


def _silent(_heard: Heard) -> tuple[Step, ...]:
    raise SensorError(
        "The MetaMotion took every command and sent nothing, so it was started anew.",
        "Connect again in 5 s. If that does not help, let it charge for a minute.",
    )


def _percent(heard: Heard) -> int | None:
    answer = newest(heard, NOTIFY_UUID, READ_BATTERY) or b""
    percent = answer[len(READ_BATTERY) :][:1]
    return percent[0] if percent and percent[0] <= HIGHEST_PERCENT else None


START: Final[tuple[Step, ...]] = (
    Subscribe(NOTIFY_UUID),
    *_tell(
        STOP_FUSION,
        SILENCE_FUSION,
        *_all_off(),
        REMOVE_PROCESSORS,
        REMOVE_EVENTS,
        CONNECTION,
    ),
    *_ask(read_info(Stream.ACC)),
    *_ask(read_info(Stream.GYRO)),
    Decide(_configure),
)

STOP: Final[tuple[Step, ...]] = (*_tell(*_all_off()), Unsubscribe(NOTIFY_UUID))

BATTERY: Final = Inquiry(_ask(READ_BATTERY), _percent)
