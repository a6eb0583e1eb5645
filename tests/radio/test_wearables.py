"""The emulated sensors themselves: what they send is what the lifter felt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.radio.notification_catcher import PATIENCE_S
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.metamotion import metamotion_peripheral
from tests.radio.wearables.microbit import microbit_peripheral
from tests.radio.wearables.thingy52 import thingy_peripheral
from tests.radio.wearables.witmotion import Heed, witmotion_peripheral
from tests.radio.wearables.xsens_dot import dot_peripheral
from tracker.domain import Fault, Frame, Notification
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sensors import family
from tracker.sensors.metamotion.protocol import (
    COMMAND_UUID,
    Chip,
    Stream,
    acc_config,
    gyro_config,
    power,
    read_config,
    read_info,
    sampling,
    subscription,
)
from tracker.sensors.metamotion.protocol import NOTIFY_UUID as METAMOTION_NOTIFY_UUID
from tracker.sensors.microbit import DATA_UUID
from tracker.sensors.thingy52 import CONFIG_UUID, RAW_UUID, with_rate
from tracker.sensors.witmotion import (
    BATTERY_REGISTER,
    NOTIFY_UUID,
    RATE_100_HZ,
    RATE_REGISTER,
    SAVE,
    UNLOCK,
    WRITE_UUID,
    decode_reply,
    read_command,
    write_command,
)
from tracker.sensors.xsens_dot import (
    CONTROL_UUID,
    MEASUREMENT_UUID,
    MEDIUM_UUID,
    START,
    STOP,
    STREAMING_MODE,
    measurement_value,
)
from tracker.sensors.xsens_dot import with_rate as with_dot_rate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.radio.bluez import Firmware, Peripheral

pytestmark = pytest.mark.slow

SAMPLES = 60
G = STANDARD_GRAVITY_MPS2


class Central:
    """A link whose other end keeps what comes."""

    mtu = 247

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self._values: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    def notify(self, uuid: str, data: bytes) -> None:
        self._values.put_nowait((uuid, data))

    def write(self, uuid: str, *values: bytes) -> None:
        for data in values:
            self.firmware.write(uuid, data)

    async def next(self) -> tuple[str, bytes]:
        return await asyncio.wait_for(self._values.get(), PATIENCE_S)

    async def silence(self, for_s: float = 0.3) -> bool:
        """Say whether nothing comes for a while, after what is on its way."""
        while not self._values.empty():
            self._values.get_nowait()
        await asyncio.sleep(for_s)
        return self._values.empty()


@dataclass(frozen=True)
class Wearable:
    kind: str
    make: Callable[[Lifter], Peripheral]
    begin: Callable[[Central], None]
    """Makes it stream."""
    end: Callable[[Central], None]
    """Makes it silent."""
    rate_hz: int
    """Rate of the motion that is to arrive."""
    count_mps2: float
    """Worth of one count, m/s²."""


def listen(uuid: str) -> Callable[[Central], None]:
    return lambda central: central.firmware.subscribed(uuid)


def deafen(uuid: str) -> Callable[[Central], None]:
    return lambda central: central.firmware.unsubscribed(uuid)


def begin_thingy(central: Central) -> None:
    central.write(CONFIG_UUID, with_rate(central.firmware.read(CONFIG_UUID), 100))
    central.firmware.subscribed(RAW_UUID)


def begin_witmotion(central: Central) -> None:
    central.write(WRITE_UUID, UNLOCK, write_command(RATE_REGISTER, RATE_100_HZ))
    central.firmware.subscribed(NOTIFY_UUID)


def begin_dot(central: Central) -> None:
    central.write(CONTROL_UUID, with_dot_rate(central.firmware.read(CONTROL_UUID), 60))
    central.firmware.subscribed(MEDIUM_UUID)
    central.write(MEASUREMENT_UUID, measurement_value(START, STREAMING_MODE))


def end_dot(central: Central) -> None:
    central.write(MEASUREMENT_UUID, measurement_value(STOP, STREAMING_MODE))


def begin_metamotion(chip: Chip) -> Callable[[Central], None]:
    def begin(central: Central) -> None:
        central.firmware.subscribed(METAMOTION_NOTIFY_UUID)
        central.write(
            COMMAND_UUID,
            acc_config(chip, 100.0, 8),
            gyro_config(100.0, 1000),
            read_info(Stream.ACC),
            read_info(Stream.GYRO),
            read_config(Stream.ACC),
            read_config(Stream.GYRO),
            *(subscription(each, chip, packed=True, on=True) for each in Stream),
            *(sampling(each, on=True) for each in Stream),
            *(power(each, on=True) for each in Stream),
        )

    return begin


def end_metamotion(central: Central) -> None:
    central.write(COMMAND_UUID, *(power(each, on=False) for each in Stream))


WEARABLES = (
    Wearable("microbit", microbit_peripheral, listen(DATA_UUID), deafen(DATA_UUID), 55, G / 1000),
    Wearable("thingy52", thingy_peripheral, begin_thingy, deafen(RAW_UUID), 100, G / 1024),
    Wearable(
        "witmotion", witmotion_peripheral, begin_witmotion, deafen(NOTIFY_UUID), 100, G / 2048
    ),
    *(
        Wearable(
            "metamotion",
            partial(metamotion_peripheral, chip=chip),
            begin_metamotion(chip),
            end_metamotion,
            100,
            G / 4096,
        )
        for chip in Chip
    ),
    Wearable("xsens_dot", dot_peripheral, begin_dot, end_dot, 60, 1e-5),
)


@pytest.fixture(params=WEARABLES, ids=lambda wearable: wearable.kind)
async def worn(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Wearable, Lifter, Central]]:
    wearable: Wearable = request.param
    lifter = Lifter(3)
    central = Central(wearable.make(lifter).firmware)
    central.firmware.connected(central)
    yield wearable, lifter, central
    central.firmware.disconnected()


async def test_what_is_sent_is_what_was_felt(worn: tuple[Wearable, Lifter, Central]) -> None:
    wearable, lifter, central = worn
    decoder = family(wearable.kind).decoder({})
    wearable.begin(central)
    frames: list[Frame] = []
    while sum(len(frame.acc_mps2) for frame in frames) < SAMPLES:
        uuid, data = await central.next()
        for result in decoder.feed(Notification(0, uuid, data)):
            assert not isinstance(result, Fault), result.detail
            frames.append(result)
    acc_mps2 = np.concatenate([frame.acc_mps2 for frame in frames])
    felt_mps2 = lifter.motion(wearable.rate_hz).acc_mps2[: len(acc_mps2)]
    np.testing.assert_allclose(acc_mps2, felt_mps2, rtol=0, atol=0.51 * wearable.count_mps2)


async def test_it_is_silent_when_it_is_told(worn: tuple[Wearable, Lifter, Central]) -> None:
    wearable, _lifter, central = worn
    wearable.begin(central)
    await central.next()
    wearable.end(central)
    assert await central.silence()


async def test_it_is_silent_after_the_link(worn: tuple[Wearable, Lifter, Central]) -> None:
    wearable, _lifter, central = worn
    wearable.begin(central)
    await central.next()
    central.firmware.disconnected()
    assert await central.silence()


async def test_a_thingy_that_lost_its_link_waits_for_a_change_of_the_subscription() -> None:
    central = Central(thingy_peripheral(Lifter(3)).firmware)
    central.firmware.connected(central)
    begin_thingy(central)
    await central.next()
    central.firmware.disconnected()
    central.firmware.connected(central)
    central.firmware.subscribed(RAW_UUID)
    assert await central.silence()
    central.firmware.unsubscribed(RAW_UUID)
    central.firmware.subscribed(RAW_UUID)
    assert (await central.next())[0] == RAW_UUID
    central.firmware.disconnected()


@pytest.mark.parametrize(
    ("heed", "commands", "frames"),
    [
        (Heed.AT_ONCE, (), 1),
        (Heed.AT_ONCE, (write_command(RATE_REGISTER, RATE_100_HZ),), 1),
        (Heed.AT_ONCE, (UNLOCK, write_command(RATE_REGISTER, RATE_100_HZ)), 4),
        (Heed.SAVED, (UNLOCK, write_command(RATE_REGISTER, RATE_100_HZ)), 1),
        (Heed.SAVED, (UNLOCK, write_command(RATE_REGISTER, RATE_100_HZ), SAVE), 4),
        (Heed.NEVER, (UNLOCK, write_command(RATE_REGISTER, RATE_100_HZ), SAVE), 1),
    ],
)
async def test_a_witmotion_takes_a_rate_when_it_is_unlocked(
    heed: Heed, commands: tuple[bytes, ...], frames: int
) -> None:
    central = Central(witmotion_peripheral(Lifter(3), heed=heed).firmware)
    central.firmware.connected(central)
    central.write(WRITE_UUID, *commands)
    central.firmware.subscribed(NOTIFY_UUID)
    _uuid, data = await central.next()
    assert len(data) == 20 * frames
    central.write(WRITE_UUID, read_command(BATTERY_REGISTER))
    while data[1] != 0x71:
        _uuid, data = await central.next()
    assert decode_reply(data).words[0] == 387
    central.firmware.disconnected()
