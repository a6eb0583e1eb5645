from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.ble.air import FakeRadio, FakeSensor, link_states
from tests.ble.virtual import LoopClock, run
from tracker.ble.discovery import Sensor
from tracker.ble.errors import LinkError
from tracker.ble.link import STOP_S, SensorStream
from tracker.ble.receiver import NotificationQueue, NotificationReceiver
from tracker.sensors import PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tracker.domain import Notification


def with_stream(
    act: Callable[[SensorStream, FakeSensor], Coroutine[object, object, None]],
) -> tuple[FakeSensor, list[Notification]]:
    async def whole() -> tuple[FakeSensor, list[Notification]]:
        sensor, inbox = FakeSensor(), NotificationQueue()
        connection = await FakeRadio(sensor).connect(sensor.sighting())
        identity = Sensor(sensor.address, sensor.name, PROFILE)
        await act(
            SensorStream(identity, connection, NotificationReceiver(inbox, LoopClock(), 0)), sensor
        )
        inbox.close()
        heard = []
        while (notification := await inbox.take()) is not None:
            heard.append(notification)
        return sensor, heard

    return run(whole())


def test_it_streams_from_the_first_samples_on() -> None:
    async def act(stream: SensorStream, _sensor: FakeSensor) -> None:
        await stream.start()
        await stream.end()

    sensor, heard = with_stream(act)
    assert link_states(heard) == ["configuring", "streaming"]
    assert sensor.journal[-1] == "disconnect"


def test_the_firmware_is_asked_for_once() -> None:
    async def act(stream: SensorStream, _sensor: FakeSensor) -> None:
        await stream.start()
        assert (await stream.named()).firmware == "1.2.3"
        await stream.end()

    sensor, _ = with_stream(act)
    assert sensor.journal.count("read 00002a26") == 1


def test_without_samples_it_does_not_stream() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        sensor.silent = True
        with pytest.raises(LinkError, match="sends nothing"):
            await stream.start()

    _, heard = with_stream(act)
    assert link_states(heard) == ["configuring"]


def test_a_link_that_breaks_before_the_first_samples_is_told_as_that() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        sensor.silent = True
        asyncio.get_running_loop().call_later(1.0, sensor.break_link)
        with pytest.raises(LinkError, match="broke"):
            await stream.start()

    with_stream(act)


def test_it_runs_until_the_connection_ends() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        await stream.start()
        asyncio.get_running_loop().call_later(60.0, sensor.break_link)
        assert await stream.run() == ""
        assert asyncio.get_running_loop().time() > 60.0
        await stream.end()

    sensor, _ = with_stream(act)
    # Whom nobody can reach any more is not talked to.
    assert sensor.journal[-1] != "disconnect"


def test_a_stop_that_hangs_does_not_hold_up_the_end() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        await stream.start()
        connection = sensor.connection
        assert connection is not None

        async def hang(_channel: str, _data: bytes, *, with_response: bool) -> None:
            await asyncio.sleep(3600.0 if with_response else 0.0)

        connection.write = hang  # type: ignore[assignment]
        began_s = asyncio.get_running_loop().time()
        await stream.end()
        assert asyncio.get_running_loop().time() - began_s < STOP_S + 0.1

    sensor, _ = with_stream(act)
    assert sensor.journal[-1] == "disconnect"
