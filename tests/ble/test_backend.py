from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from tests.ble.fake_bleak import (
    BATTERY_SERVICE_UUID,
    BATTERY_UUID,
    DATA_UUID,
    LOOKALIKE_UUID,
    SERVICE_UUID,
    advertisement,
    client_that,
    hearing,
)
from tests.virtual_time import run
from tracker.ble import AdapterError, LinkError
from tracker.ble.backend import (
    CLOSE_S,
    CONNECT_S,
    GATT_S,
    BleakRadio,
    platform_call,
    sensor_error,
)
from tracker.ble.discovery import Scan
from tracker.ble.permission import is_killed
from tracker.ble.ports import DiscoveredDevice
from tracker.domain import SensorError
from tracker.sensors import Advertisement

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.ble.fake_bleak import ScriptedClient, ScriptedScanner
    from tracker.ble.backend import BleakConnection

    Act = Callable[[BleakConnection, ScriptedClient], Coroutine[object, object, None]]


ADDRESS = "E8:CB:ED:00:00:02"


class LonelyRadio(BleakRadio):
    """Connected to nothing; the system of the machine that runs the tests is left alone."""

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        return ()


def scanned(scanner: type[ScriptedScanner]) -> tuple[DiscoveredDevice, ...]:
    async def act() -> tuple[DiscoveredDevice, ...]:
        scan = Scan()
        await scan.listen(LonelyRadio(scanner=scanner), 1.0)
        return scan.devices

    return run(act())


def test_what_the_system_hears_becomes_sightings() -> None:
    scanner = hearing(
        (ADDRESS, "WT901BLE67", advertisement(local_name="WT901BLE67", rssi=-48)),
        ("AA:BB:CC:DD:EE:FF", "TV", advertisement(local_name="TV", rssi=-30)),
    )
    first, second = scanned(scanner)
    assert (first.address, first.name, first.rssi_dbm) == (ADDRESS, "WT901BLE67", -48)
    assert first.kind == "witmotion"
    assert (second.name, second.kind) == ("TV", None)
    assert scanner.stops == 1


def test_a_name_comes_from_the_system_where_the_advertisement_has_none() -> None:
    (only,) = scanned(hearing((ADDRESS, "WT901BLE67", advertisement())))
    assert only.name == "WT901BLE67"


@pytest.mark.parametrize("unknown", [127, -127])
def test_a_strength_that_was_not_measured_is_unknown(unknown: int) -> None:
    (only,) = scanned(hearing((ADDRESS, None, advertisement(rssi=unknown))))
    assert only.rssi_dbm is None


def test_services_are_compared_in_full_whatever_form_the_system_gives() -> None:
    scanner = hearing(
        ("01", None, advertisement(service_uuids=[SERVICE_UUID.upper()])),
        ("02", None, advertisement(service_uuids=["FFE5"])),
    )
    first, second = scanned(scanner)
    assert (first.address, first.kind) == ("01", "witmotion")
    # The short form stands for the base of the Bluetooth SIG, which is not the maker's.
    assert second.kind is None
    assert second.advertisement.service_uuids == ("0000ffe5-0000-1000-8000-00805f9b34fb",)


def test_bluetooth_that_is_off_is_told() -> None:
    off = BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF)
    with pytest.raises(AdapterError, match="switched off"):
        scanned(hearing(start_error=off))


def test_an_end_that_fails_does_not_lose_what_was_heard() -> None:
    error = BleakError("org.bluez.Error.Failed")
    assert len(scanned(hearing((ADDRESS, None, advertisement()), stop_error=error))) == 1


def connecting(client: type[ScriptedClient]) -> float:
    async def act() -> float:
        device = DiscoveredDevice.of(ADDRESS, -50, Advertisement("WT901BLE67"))
        connection = await BleakRadio(client=client).connect(device)
        assert not connection.lost.is_set()
        return asyncio.get_running_loop().time()

    return run(act())


def test_it_connects_to_what_was_sighted() -> None:
    client = client_that()
    connecting(client)
    assert [made.address for made in client.made] == [ADDRESS]


def test_an_attempt_that_bleak_repeated_is_no_loss_of_the_connection() -> None:
    connecting(client_that(aborts_once=True))


def test_a_connection_that_hangs_is_given_up() -> None:
    with pytest.raises(LinkError, match="did not respond in time"):
        connecting(client_that(connect_s=3600.0))
    assert CONNECT_S < 60.0


def test_an_attempt_that_takes_too_long_is_taken_back_in_the_system() -> None:
    client = client_that(connect_s=3600.0)
    with pytest.raises(LinkError, match="did not respond in time"):
        connecting(client)
    assert client.made[0].journal == [("taken back",), ("disconnect",)]


def test_a_connection_that_is_refused_is_told_and_cleaned_up() -> None:
    error = BleakError("le-connection-abort-by-local")
    client = client_that(connect_error=error)
    with pytest.raises(LinkError, match="abort-by-local"):
        connecting(client)
    assert client.made[0].journal == [("disconnect",)]


def test_after_an_attempt_that_failed_services_are_read_anew() -> None:
    client = client_that(connect_error=BleakError("GATT"))
    radio = BleakRadio(client=client)
    device = DiscoveredDevice.of(ADDRESS, -50, Advertisement("WT901BLE67"))

    async def act() -> None:
        with pytest.raises(LinkError):
            await radio.connect(device)
        client.connect_error = None
        connection = await radio.connect(device)
        # Another firmware may lack what the system remembers.
        with pytest.raises(LinkError):
            await connection.read("1234")
        await radio.connect(device)
        await radio.connect(device)

    run(act())
    caches = [made.options["winrt"].get("use_cached_services") for made in client.made]
    assert caches == [None, False, False, None]


async def permitted() -> bool:
    return False


def test_on_macos_the_first_operations_wait_for_somebody_to_answer_a_dialog() -> None:
    client = client_that()

    async def act() -> None:
        device = DiscoveredDevice.of(ADDRESS, -50, Advertisement("WT901BLE67"))
        radio = BleakRadio(client=client, platform="darwin", is_killed=permitted)
        connection = await radio.connect(device)
        client.hang = True
        loop = asyncio.get_running_loop()
        for limit_s in (45.0, GATT_S):
            began_s = loop.time()
            with pytest.raises(LinkError, match="did not respond in time"):
                await connection.read(DATA_UUID)
            assert loop.time() - began_s == pytest.approx(limit_s)

    run(act())


@pytest.mark.parametrize(("platform", "scans"), [("darwin", 4), ("linux", 1), ("win32", 1)])
def test_on_macos_a_scan_begins_anew_so_that_signal_strengths_follow(
    platform: str, scans: int
) -> None:
    scanner = hearing((ADDRESS, None, advertisement()))

    async def act() -> int:
        radio = BleakRadio(scanner=scanner, platform=platform, is_killed=permitted)
        heard = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(35.0), radio.scanning() as discovered:
                async for _ in discovered:
                    heard += 1
        return heard

    assert run(act()) == scans
    assert (scanner.starts, scanner.stops) == (scans, scans)


def test_where_macos_would_kill_this_process_it_is_told_where_to_allow_bluetooth() -> None:
    scanner = hearing((ADDRESS, None, advertisement()))
    asked: list[bool] = []

    async def killed() -> bool:
        asked.append(True)
        return len(asked) == 1

    async def act() -> None:
        radio = BleakRadio(scanner=scanner, platform="darwin", is_killed=killed)
        with pytest.raises(AdapterError, match="not allowed to use Bluetooth") as denied:
            async with radio.scanning():
                pass
        assert "System Settings > Privacy & Security > Bluetooth" in str(denied.value.advice)
        assert scanner.starts == 0
        for _ in range(3):
            async with radio.scanning():
                pass

    run(act())
    # Once it is allowed, nobody is asked again.
    assert len(asked) == 2


@pytest.mark.posix("the stand-in ends by a signal")
@pytest.mark.parametrize(
    ("child", "killed"),
    [
        ("import os; os.abort()", True),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", True),
        ("raise SystemExit(1)", False),
        ("pass", False),
    ],
)
async def test_a_child_that_the_system_kills_is_told_from_one_that_fails(
    child: str, killed: bool
) -> None:
    assert await is_killed((sys.executable, "-c", child), 60.0) is killed


async def test_a_child_that_waits_for_the_user_is_not_waited_for_for_ever() -> None:
    sleeping = (sys.executable, "-c", "import time; time.sleep(600)")
    assert not await is_killed(sleeping, 0.05)


def connected(act: Act, **options: object) -> ScriptedClient:
    """Connect through the real Bleak, and let something happen."""
    client = client_that(**options)

    async def whole() -> None:
        device = DiscoveredDevice.of("E8:CB:ED:00:00:02", -50, Advertisement("WT901BLE67"))
        connection = await BleakRadio(client=client).connect(device)
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
            with pytest.raises(LinkError, match="did not respond in time"):
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


PLATFORMS = ("linux", "darwin", "win32")


def not_available(reason: BleakBluetoothNotAvailableReason) -> Exception:
    return BleakBluetoothNotAvailableError("technical words", reason)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("reason", BleakBluetoothNotAvailableReason)
def test_every_reason_has_words_and_two_lines_of_advice(
    reason: BleakBluetoothNotAvailableReason, platform: str
) -> None:
    error = sensor_error(not_available(reason), platform)
    assert isinstance(error, AdapterError)
    assert "technical" not in error.message
    assert error.advice is not None
    assert len(error.advice.splitlines()) == 2


@pytest.mark.parametrize(
    ("platform", "word"), [("linux", "bluetoothctl"), ("darwin", "System"), ("win32", "Settings")]
)
def test_advice_is_that_of_the_system(platform: str, word: str) -> None:
    for reason in (
        BleakBluetoothNotAvailableReason.POWERED_OFF,
        BleakBluetoothNotAvailableReason.DENIED_BY_USER,
    ):
        advice = sensor_error(not_available(reason), platform).advice
        assert advice is not None
        assert word in advice or (platform == "linux" and "usermod" in advice)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (BleakDeviceNotFoundError("C0:FF"), LinkError, "C0:FF is out of reach"),
        (
            BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["The name org.bluez"]),
            AdapterError,
            "bluetoothd",
        ),
        (
            BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["Rejected send"]),
            AdapterError,
            "not allowed to use",
        ),
        (BleakDBusError("org.bluez.Error.NotReady", ["x"]), AdapterError, "switched off"),
        (
            BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]),
            LinkError,
            "le-connection-abort-by-local",
        ),
        (BleakDBusError("org.bluez.Error.Failed", []), LinkError, "org.bluez.Error.Failed"),
        (BleakGATTProtocolError(0x05), LinkError, "requires pairing"),
        (BleakGATTProtocolError(0x0E), LinkError, "Unlikely Error"),
        (BleakCharacteristicNotFoundError("1234"), LinkError, "1234"),
        (BleakError("Not connected"), LinkError, "Not connected."),
        (TimeoutError(), LinkError, "did not respond in time"),
        (PermissionError(13, "Permission denied"), AdapterError, "not allowed to use"),
        (FileNotFoundError(2, "No such file or directory"), AdapterError, "system bus"),
        (ConnectionRefusedError(111, "Connection refused"), AdapterError, "system bus"),
        (EOFError(), AdapterError, "system bus"),
        (ValueError("Characteristic notifications already started"), LinkError, "already"),
    ],
)
def test_what_linux_raises_is_said_in_words(
    error: Exception, kind: type[SensorError], words: str
) -> None:
    said = sensor_error(error, "linux")
    assert type(said) is kind
    assert words in said.message
    assert "\n" not in said.message
    assert said.advice is not None
    assert len(said.advice.splitlines()) == 2


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_there_is_no_bus_to_blame(platform: str) -> None:
    said = sensor_error(OSError(-2147023673, "The operation was canceled by the user"), platform)
    assert type(said) is LinkError
    assert "canceled by the user" in said.message


@pytest.mark.parametrize(
    "error", [BleakError("Not connected"), AssertionError(), KeyError("path")]
)
async def test_inside_everything_leaves_as_ours_and_keeps_its_cause(
    error: Exception,
) -> None:
    with pytest.raises(SensorError) as caught:
        async with platform_call():
            raise error
    assert caught.value.__cause__ is error


async def test_our_own_errors_stay_what_they_are() -> None:
    error = SensorError("It offers no accelerometer.")
    with pytest.raises(SensorError) as caught:
        async with platform_call():
            raise error
    assert caught.value is error


async def test_a_cancellation_is_no_error() -> None:
    with pytest.raises(asyncio.CancelledError):
        async with platform_call():
            raise asyncio.CancelledError
