"""How a MetaMotion is started and stopped: what to do depends on its chip, so it is asked first.

The order and its reasons: `firmware_notes/05-metamotion.md`, "Start and stop".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain import SensorError
from tracker.sensors.faults import MalformedError
from tracker.sensors.inquiry import HIGHEST_PERCENT, Inquiry
from tracker.sensors.metamotion_commands import (
    READ_BATTERY,
    REMOVE_EVENTS,
    REMOVE_PROCESSORS,
    RESET,
    SILENCE_FUSION,
    STOP_FUSION,
    connection_parameters,
    power,
    read_config,
    read_info,
    sampling,
    subscription,
)
from tracker.sensors.metamotion_config import MetaMotionConfig, acc_config, gyro_config, learn
from tracker.sensors.metamotion_wire import (
    COMMAND_UUID,
    MODULES,
    NOTIFY_UUID,
    Chip,
    Stream,
    register_of,
)
from tracker.sensors.script import (
    Attempt,
    Decide,
    Expect,
    Subscribe,
    Unsubscribe,
    Write,
    newest,
)

if TYPE_CHECKING:
    from tracker.sensors.script import Heard, Step

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
