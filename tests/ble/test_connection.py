from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.ble.backends import (
    BATTERY_SERVICE_UUID,
    BATTERY_UUID,
    DATA_UUID,
    LOOKALIKE_UUID,
    SERVICE_UUID,
    client_that,
)
from tests.ble.virtual import run
from tracker.ble.backend import CLOSE_S, GATT_S, BleakRadio
from tracker.ble.errors import LinkError
from tracker.ble.ports import sighting_of
from tracker.sensors import Advertisement

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.ble.backends import ScriptedClient
    from tracker.ble.backend import BleakConnection

    Act = Callable[[BleakConnection, ScriptedClient], Coroutine[object, object, None]]


def connected(act: Act, **options: object) -> ScriptedClient:
    """Connect through the real Bleak, and let something happen."""
    client = client_that(**options)

    async def whole() -> None:
        sighting = sighting_of("E8:CB:ED:00:00:02", -50, Advertisement("WT901BLE67"))
        connection = await BleakRadio(client=client).connect(sighting)
        await act(connection, client.made[0])

    run(whole())
    return client.made[0]


def test_it_knows_what_the_sensor_has() -> None:
    async def act(connection: BleakConnection, _client: ScriptedClient) -> None:
        assert connection.services == (SERVICE_UUID, BATTERY_SERVICE_UUID)
        assert connection.name == "WT901BLE67"
        assert connection.mtu == 247
        assert connection.has(DATA_UUID)
        assert not connection.has("ffe4")

    connected(act)


def test_an_mtu_that_the_system_does_not_tell_is_unknown() -> None:
    async def act(connection: BleakConnection, _client: ScriptedClient) -> None:
        assert connection.mtu is None

    connected(act, room=20)


def test_values_are_read_and_written() -> None:
    async def act(connection: BleakConnection, _client: ScriptedClient) -> None:
        assert await connection.read(DATA_UUID) == b"\x57"
        await connection.write(DATA_UUID, b"\x01", with_response=True)
        await connection.write(DATA_UUID, b"\x02", with_response=False)

    client = connected(act)
    assert client.journal[1:] == [
        ("write", DATA_UUID, b"\x01", True),
        ("write", DATA_UUID, b"\x02", False),
    ]


def test_of_a_characteristic_that_is_there_twice_the_first_is_taken() -> None:
    async def act(connection: BleakConnection, _client: ScriptedClient) -> None:
        assert await connection.read(BATTERY_UUID) == b"\x57"

    assert connected(act).journal == [("read", 4)]


def test_notifications_come_as_bytes_until_they_are_switched_off() -> None:
    heard: list[bytes] = []

    async def act(connection: BleakConnection, client: ScriptedClient) -> None:
        await connection.subscribe(DATA_UUID, heard.append)
        client.notify[DATA_UUID](bytearray(b"packet"))
        assert LOOKALIKE_UUID not in client.notify
        await connection.unsubscribe(DATA_UUID)
        assert not client.notify

    connected(act)
    assert heard == [b"packet"]
    assert type(heard[0]) is bytes


def test_a_characteristic_that_is_not_there_is_told() -> None:
    async def act(connection: BleakConnection, _client: ScriptedClient) -> None:
        with pytest.raises(LinkError, match="no characteristic 1234"):
            await connection.read("1234")

    connected(act)


def test_what_is_not_answered_is_given_up() -> None:
    async def act(connection: BleakConnection, client: ScriptedClient) -> None:
        type(client).hang = True
        loop = asyncio.get_running_loop()
        for attempt in (
            connection.read(DATA_UUID),
            connection.write(DATA_UUID, b"", with_response=True),
            connection.subscribe(DATA_UUID, lambda _data: None),
            connection.unsubscribe(DATA_UUID),
        ):
            began_s = loop.time()
            with pytest.raises(LinkError, match="did not answer in time"):
                await attempt
            assert loop.time() - began_s == pytest.approx(GATT_S)

    connected(act)


def test_a_link_that_breaks_is_noticed() -> None:
    async def act(connection: BleakConnection, client: ScriptedClient) -> None:
        client.break_link()
        assert connection.lost.is_set()

    connected(act)


def test_closing_disconnects_and_twice_is_harmless() -> None:
    async def act(connection: BleakConnection, _client: ScriptedClient) -> None:
        await connection.close()
        assert connection.lost.is_set()
        await connection.close()

    assert connected(act).journal[0] == ("disconnect",)


def test_a_disconnection_that_hangs_does_not_hold_up_the_end() -> None:
    async def act(connection: BleakConnection, client: ScriptedClient) -> None:
        type(client).hang = True
        await connection.close()
        assert connection.lost.is_set()
        assert asyncio.get_running_loop().time() == pytest.approx(CLOSE_S)

    connected(act)
