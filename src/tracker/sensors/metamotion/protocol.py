"""The bytes of a MetaMotion, what it is told, and the scripts that start and stop it.

Tables: `firmware_notes/05-metamotion.md`. What to do depends on the board's chip, so the start
script asks for it first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from tracker.domain import FaultReason, SensorError
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.language import _
from tracker.sensors.base import (
    Attempt,
    Decide,
    Expect,
    Inquiry,
    MalformedError,
    Responses,
    Step,
    Subscribe,
    Unsubscribe,
    Write,
    check_length,
    newest,
    percent_in,
)

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

REGISTERS: Final[Mapping[tuple[Stream, Chip], tuple[int, int]]] = {
    (Stream.ACC, Chip.BMI160): (0x04, 0x1C),
    (Stream.ACC, Chip.BMI270): (0x04, 0x05),
    (Stream.GYRO, Chip.BMI160): (0x05, 0x07),
    (Stream.GYRO, Chip.BMI270): (0x04, 0x05),
}
"""Registers that notify one sample at a time, and three."""

_LAYOUTS: Final[Mapping[tuple[int, int, Chip], tuple[Stream, int]]] = {
    (MODULES[stream], register, chip): (stream, samples)
    for (stream, chip), registers in REGISTERS.items()
    for register, samples in zip(registers, (1, PACKED_SAMPLES), strict=True)
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
    return REGISTERS[stream, chip][packed]


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
        # Translators: between numbers of bytes, as in "10 or 22 bytes".
        expected = _(" or ").join(sorted({str(_size(samples)) for _stream, samples in possible}))
        raise MalformedError(
            FaultReason.LENGTH,
            _("expected {expected} bytes of {stream} samples, got {got}").format(
                expected=expected, stream=possible[0][0].value, got=len(data)
            ),
        )
    raise MalformedError(
        FaultReason.FORMAT,
        _(
            "expected raw samples, got module {module:02x} register {register:02x}: "
            "left over from another program's setup"
        ).format(module=module, register=register),
    )


def _size(samples: int) -> int:
    return HEADER_BYTES + samples * 3 * COUNT.itemsize


INFO_REGISTER: Final = 0x00
CONFIG_REGISTER: Final = 0x03
POWER_REGISTER: Final = 0x01
SAMPLING_REGISTER: Final = 0x02

STOP_FUSION: Final = bytes.fromhex("190100")
"""Otherwise the fusion keeps the chips running."""

SILENCE_FUSION: Final = bytes.fromhex("1903007f")
"""Turns every output of the sensor fusion off."""

REMOVE_PROCESSORS: Final = bytes.fromhex("0908")
"""Removes all data processors, which outlive a connection."""

REMOVE_EVENTS: Final = bytes.fromhex("0a05")
"""Removes all commands that the board runs by itself."""

READ_BATTERY: Final = bytes.fromhex("118c")
"""The response: the same two bytes, percent, and millivolts as u16."""

RESET: Final = bytes.fromhex("fe01")
"""Restarts the board, which ends the connection."""

RESPONSE_TIMEOUT_S: Final = 2.0
"""A response takes two connection events; a radio stalls for up to 2 s."""

FIRST_SAMPLE_TIMEOUT_S: Final = 3.0
"""The gyroscope wakes in 0.1 s; the rest is for a slow radio."""

PACKED_RATE_HZ: Final = 100.0
"""67 notifications a second for both sensors: four per connection event of 60 ms."""

PLAIN_RATE_HZ: Final = 50.0
"""Unpacked, both sensors together reach the board's limit of 100 notifications a second."""

LEAST_PACKED_REVISION: Final = 1
"""BMI160 firmware before this revision of the module cannot pack."""

# Each code doubles the rate; 6 is 25 Hz.
ACC_RATE_CODES: Final[Mapping[float, int]] = {
    25.0 * 2.0 ** (code - 6): code for code in range(1, 13)
}
GYRO_RATE_CODES: Final[Mapping[float, int]] = {
    25.0 * 2.0 ** (code - 6): code for code in range(6, 14)
}
ACC_RANGE_CODES: Final[Mapping[Chip, Mapping[int, int]]] = {
    Chip.BMI160: {2: 0x03, 4: 0x05, 8: 0x08, 16: 0x0C},
    Chip.BMI270: {2: 0x00, 4: 0x01, 8: 0x02, 16: 0x03},
}
GYRO_RANGE_CODES: Final[Mapping[int, int]] = {2000: 0, 1000: 1, 500: 2, 250: 3, 125: 4}

SLOWEST_FULL_POWER_HZ: Final = 12.5
"""Below this the accelerometer sleeps between samples, which takes another filter code."""

# Filter codes in the high nibble, by the data sheets: full power, then sleeping.
_ACC_FILTERS: Final[Mapping[Chip, tuple[int, int]]] = {
    Chip.BMI160: (0x20, 0x80),
    Chip.BMI270: (0xA0, 0x20),
}
_GYRO_FILTER: Final = 0x20

_CONFIG_BYTES: Final = HEADER_BYTES + 2


@dataclass(frozen=True, slots=True)
class MetaMotionConfig:
    """The board's configuration; the defaults are what the start script sets."""

    chip: Chip | None = None
    """The motion chip; None until the board reports it."""
    acc_range_g: int = 8
    """The accelerometer measures from minus to plus this, g."""
    gyro_range_dps: int = 1000
    """The gyroscope measures from minus to plus this, degrees/s."""
    rate_hz: float = 100.0
    """Samples per second of both."""
    has_gyro: bool = True
    """False once the board reports that it has no gyroscope."""

    def full_range(self, stream: Stream) -> int:
        """Return the range of a stream, in g or in degrees/s."""
        return self.acc_range_g if stream is Stream.ACC else self.gyro_range_dps


def acc_config(chip: Chip, rate_hz: float, range_g: int) -> bytes:
    """Return the command that configures the accelerometer."""
    full_power, sleeping = _ACC_FILTERS[chip]
    filtering = full_power if rate_hz >= SLOWEST_FULL_POWER_HZ else sleeping
    code = filtering | ACC_RATE_CODES[rate_hz]
    return bytes((0x03, CONFIG_REGISTER, code, ACC_RANGE_CODES[chip][range_g]))


def gyro_config(rate_hz: float, range_dps: int) -> bytes:
    """Return the command that configures the gyroscope, the same for both chips."""
    code = _GYRO_FILTER | GYRO_RATE_CODES[rate_hz]
    return bytes((0x13, CONFIG_REGISTER, code, GYRO_RANGE_CODES[range_dps]))


def updated(config: MetaMotionConfig, data: bytes) -> MetaMotionConfig:
    """Return the configuration updated with a response of the board.

    Raises `MalformedError` if the response is about a motion chip and cannot be decoded.
    """
    check_length(data, HEADER_BYTES, _("a response"), exact=False)
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
        raise MalformedError(FaultReason.FORMAT, _("the board has no accelerometer"))
    implementation = data[HEADER_BYTES]
    chip = IMPLEMENTATIONS.get((module, implementation))
    if chip is None:
        raise MalformedError(
            FaultReason.FORMAT,
            _("expected a BMI160 or BMI270 in module {module:02x}, got kind {kind}").format(
                module=module, kind=implementation
            ),
        )
    return replace(config, chip=chip)


def _with_codes(config: MetaMotionConfig, module: int, data: bytes) -> MetaMotionConfig:
    check_length(data, _CONFIG_BYTES, _("a configuration"), exact=False)
    if config.chip is None:
        raise MalformedError(
            FaultReason.UNCONFIGURED,
            _("a configuration came before the board reported its chip"),
        )
    rate_code, range_code = (byte & 0x0F for byte in data[HEADER_BYTES:_CONFIG_BYTES])
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
            FaultReason.FORMAT,
            _("expected codes for a rate and a range, got {got}").format(got=data.hex()),
        ) from None


_Meaning = TypeVar("_Meaning", int, float)


def _meaning(codes: Mapping[_Meaning, int], code: int) -> _Meaning:
    """Return what a code stands for; raises `LookupError` for an unknown one."""
    return {each: meaning for meaning, each in codes.items()}[code]


def power(stream: Stream, *, on: bool) -> bytes:
    """Return the command that wakes a sensor or puts it to sleep."""
    return bytes((MODULES[stream], POWER_REGISTER, on))


def sampling(stream: Stream, *, on: bool) -> bytes:
    """Return the command that starts or stops sampling."""
    return bytes((MODULES[stream], SAMPLING_REGISTER, on, not on))


def subscription(stream: Stream, chip: Chip, *, packed: bool, on: bool) -> bytes:
    """Return the command that turns notifications of one sample, or of three, on or off."""
    return bytes((MODULES[stream], register_of(stream, chip, packed=packed), on))


def read_info(stream: Stream) -> bytes:
    """Return the query for a sensor's chip; the response starts with the same bytes."""
    return bytes((MODULES[stream], INFO_REGISTER | READ_BIT))


def read_config(stream: Stream) -> bytes:
    """Return the query for a sensor's configuration; the response starts with the same bytes."""
    return bytes((MODULES[stream], CONFIG_REGISTER | READ_BIT))


def connection_parameters(
    shortest_ms: float, longest_ms: float, latency: int, timeout_ms: int
) -> bytes:
    """Return the command that makes the board request connection parameters.

    `latency` is how many connection events it may skip, `timeout_ms` the supervision timeout.
    """
    # 05-metamotion.md, "Commands": intervals in 1.25 ms, latency, timeout in 10 ms.
    shortest, longest = round(shortest_ms / 1.25), round(longest_ms / 1.25)
    return struct.pack("<BBHHHH", 0x11, 0x09, shortest, longest, latency, timeout_ms // 10)


CONNECTION: Final = connection_parameters(7.5, 30.0, 0, 6000)
"""Short intervals keep the board's queue empty; what overflows it is lost."""


def _send(*commands: bytes) -> tuple[Step, ...]:
    return tuple(Write(COMMAND_UUID, command, with_response=False) for command in commands)


def _query(question: bytes) -> tuple[Step, ...]:
    return (*_send(question), Expect(NOTIFY_UUID, question, RESPONSE_TIMEOUT_S))


def _all_off() -> tuple[bytes, ...]:
    return (
        power(Stream.GYRO, on=False),
        power(Stream.ACC, on=False),
        sampling(Stream.GYRO, on=False),
        sampling(Stream.ACC, on=False),
    )


def _configure(responses: Responses) -> tuple[Step, ...]:
    config, packed = _identified(responses)
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
        # The responses give decoder and recording the scale.
        *(read_config(stream) for stream in streams),
        *(subscription(stream, chip, packed=packed, on=True) for stream in streams),
        *(sampling(stream, on=True) for stream in streams),
        *(power(stream, on=True) for stream in streams),
    ]
    first = bytes((MODULES[Stream.ACC], register_of(Stream.ACC, chip, packed=packed)))
    return (
        *_send(*commands),
        Attempt(
            (Expect(NOTIFY_UUID, first, FIRST_SAMPLE_TIMEOUT_S),),
            otherwise=(*_send(RESET), Decide(_silent)),
        ),
    )


def _identified(responses: Responses) -> tuple[MetaMotionConfig, bool]:
    """Return a board's configuration, and whether it can pack samples."""
    acc, gyro = (
        newest(responses, NOTIFY_UUID, read_info(stream)) or b""
        for stream in (Stream.ACC, Stream.GYRO)
    )
    try:
        config = updated(updated(MetaMotionConfig(), gyro), acc)
    except MalformedError as error:
        raise SensorError(
            _("This MbientLab board is not supported: {detail}.").format(detail=error.detail),
            _("MetaMotion R, RL, C and S are."),
        ) from error
    revision = acc[3] if len(acc) > 3 else 0
    return config, config.chip is not Chip.BMI160 or revision >= LEAST_PACKED_REVISION


def _silent(_heard: Responses) -> tuple[Step, ...]:
    raise SensorError(
        _("The MetaMotion accepted every command but sent nothing, so it was restarted."),
        _("Connect again in 5 s. If that does not help, charge it for a minute."),
    )


START: Final[tuple[Step, ...]] = (
    Subscribe(NOTIFY_UUID),
    *_send(
        STOP_FUSION,
        SILENCE_FUSION,
        *_all_off(),
        REMOVE_PROCESSORS,
        REMOVE_EVENTS,
        CONNECTION,
    ),
    *_query(read_info(Stream.ACC)),
    *_query(read_info(Stream.GYRO)),
    Decide(_configure),
)

STOP: Final[tuple[Step, ...]] = (*_send(*_all_off()), Unsubscribe(NOTIFY_UUID))

BATTERY: Final = Inquiry(
    _query(READ_BATTERY),
    lambda heard: percent_in((newest(heard, NOTIFY_UUID, READ_BATTERY) or b"")[2:]),
)
