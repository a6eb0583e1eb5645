"""How a WitMotion sensor is set to 100 samples a second, and what its registers tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import SensorError
from tracker.domain.units import NS_PER_S
from tracker.sensors.inquiry import Inquiry
from tracker.sensors.script import Decide, Expect, Pause, Subscribe, Unsubscribe, Where, Write
from tracker.sensors.witmotion_wire import (
    BANDWIDTH_44_HZ,
    BANDWIDTH_REGISTER,
    BATTERY_REGISTER,
    DUAL_NOTIFY_UUID,
    DUAL_WRITE_UUID,
    NOTIFY_UUID,
    RATE_100_HZ,
    RATE_REGISTER,
    REPLY,
    SAMPLE,
    SAVE,
    UNLOCK,
    VERSION_REGISTER,
    WRITE_UUID,
    FrameSplitter,
    decode_reply,
    read_command,
    write_command,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sensors.script import Heard, Step

COMMAND_GAP_S: Final = 0.15
"""Vendor apps wait 100 to 150 ms; commands in a row get lost."""

LISTEN_S: Final = 1.5
"""Long enough to tell 10 samples a second, the factory's setting, from 100."""

REPLY_TIMEOUT_S: Final = 1.0

ASKED_HZ: Final = 100

LEAST_SHARE: Final = 0.75
"""Of the rate that was asked for; sensors run some percent off, and a bad link loses some."""

SLOWEST_HZ: Final = 25
"""Below this a way up of 0.4 s, the fastest, has fewer than ten samples to show its edges."""

# Android vendor app; that for iOS reads up to 15 points more. 02-witmotion.md, "Battery".
CELL_V: Final = (3.40, 3.50, 3.68, 3.70, 3.73, 3.77, 3.79, 3.82, 3.87, 3.93, 3.96, 3.99)
CELL_PERCENT: Final = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 75.0, 90.0, 100.0)
PACK_V: Final = (6.5, 8.8)
"""A pack of two cells, empty and full."""
LEAST_PACK_V: Final = 5.5
LEAST_CELL_V: Final = 2.5
"""No sensor runs on less: the register is something else."""


def measured_rate_hz(heard: Heard, channel: str, over_s: float = LISTEN_S) -> float:
    """Return how many samples a second came on a channel lately; 0 without two notifications."""
    ours = [each for each in heard if each.channel == channel]
    if ours:
        oldest_ns = ours[-1].received_ns - int(over_s * NS_PER_S)
        ours = [each for each in ours if each.received_ns >= oldest_ns]
    if len(ours) < 2 or ours[-1].received_ns == ours[0].received_ns:
        return 0.0
    splitter = FrameSplitter()
    counts = [sum(frame[1] == SAMPLE for frame in splitter.feed(each.data)[0]) for each in ours]
    # What came with the first one was measured before the time that is looked at.
    return sum(counts[1:]) * NS_PER_S / (ours[-1].received_ns - ours[0].received_ns)


def battery_percent(volts: float) -> int | None:
    """Return about how full the battery is; None if no battery has such a voltage."""
    if LEAST_PACK_V < volts <= PACK_V[1] * 1.1:
        return round(float(np.interp(volts, PACK_V, (0.0, 100.0))))
    if LEAST_CELL_V <= volts <= LEAST_PACK_V:
        return round(float(np.interp(volts, CELL_V, CELL_PERCENT)))
    return None


def _words(heard: Heard, register: int) -> tuple[int, ...] | None:
    """Return the newest reply that starts with a register."""
    splitter = FrameSplitter()
    for notification in reversed(heard):
        if notification.channel not in (NOTIFY_UUID, DUAL_NOTIFY_UUID):
            continue
        splitter.drop_rest()
        for frame in splitter.feed(notification.data)[0]:
            if frame[1] == REPLY and (reply := decode_reply(frame)).register == register:
                return reply.words
    return None


def _battery(heard: Heard) -> int | None:
    words = _words(heard, BATTERY_REGISTER)
    return None if words is None else battery_percent(words[0] / 100.0)


def _version(heard: Heard) -> str | None:
    """Return the number of the firmware; how it is split up differs between models."""
    words = _words(heard, VERSION_REGISTER)
    return str(words[0] & 0xFFFF) if words and words[0] else None


def _either(steps: Callable[[str, str], tuple[Step, ...]]) -> tuple[Step, ...]:
    """Return the steps for the one pair of characteristics, or else for the other."""
    return (
        Where(
            NOTIFY_UUID, steps(NOTIFY_UUID, WRITE_UUID), steps(DUAL_NOTIFY_UUID, DUAL_WRITE_UUID)
        ),
    )


def _start(notify: str, write: str) -> tuple[Step, ...]:
    def check_again(heard: Heard) -> tuple[Step, ...]:
        rate_hz = measured_rate_hz(heard, notify)
        if rate_hz < SLOWEST_HZ:
            raise SensorError(
                f"The sensor was asked for {ASKED_HZ} samples a second and sends {rate_hz:.0f}.",
                "Switch it off and on, or set its rate to 100 Hz in the vendor's app.",
            )
        return ()

    def check(heard: Heard) -> tuple[Step, ...]:
        if measured_rate_hz(heard, notify) >= LEAST_SHARE * ASKED_HZ:
            return ()
        # Some firmware heeds a rate only once it is saved. That stays, so it is the second try.
        return (*_set_rate(write), *_paced(write, SAVE), Pause(LISTEN_S), Decide(check_again))

    return (Subscribe(notify), *_set_rate(write), Pause(LISTEN_S), Decide(check))


def _set_rate(write: str) -> tuple[Step, ...]:
    commands = (
        UNLOCK,
        write_command(RATE_REGISTER, RATE_100_HZ),
        write_command(BANDWIDTH_REGISTER, BANDWIDTH_44_HZ),
    )
    return tuple(step for command in commands for step in _paced(write, command))


def _paced(write: str, command: bytes) -> tuple[Step, ...]:
    return (Write(write, command), Pause(COMMAND_GAP_S))


def _ask(register: int) -> Callable[[str, str], tuple[Step, ...]]:
    answer = bytes((0x55, REPLY, register, 0x00))
    return lambda notify, write: (
        Write(write, read_command(register)),
        Expect(notify, answer, REPLY_TIMEOUT_S, anywhere=True),
    )


START: Final = _either(_start)
"""Raises the rate, which is 10 Hz from the factory; nothing is saved if it works without."""

STOP: Final = _either(lambda notify, _write: (Unsubscribe(notify),))
"""Sensors stream as long as somebody listens."""

BATTERY: Final = Inquiry(_either(_ask(BATTERY_REGISTER)), _battery)
VERSION: Final = Inquiry(_either(_ask(VERSION_REGISTER)), _version)
