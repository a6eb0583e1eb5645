"""The bench itself: the unmodified Bleak finds in it what it finds in BlueZ."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.bluezdbus.manager import _global_instances
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakGATTProtocolError,
)

from tests.radio.bluez import (
    ABORTED_BY_LOCAL,
    CONNECTION_REFUSED,
    Act,
    Advert,
    Bench,
    Entry,
    Peripheral,
)
from tests.radio.notification_catcher import PATIENCE_S, NotificationCatcher
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.profile import (
    DEVICE_TEXTS,
    SERVICES,
    ProfileFirmware,
    profile_peripheral,
)
from tracker.domain import Fault, Frame, Notification
from tracker.sensors.base import BATTERY_LEVEL_UUID
from tracker.sensors.profile import ProfileDecoder
from tracker.sensors.profile.packets import CONFIG_UUID, CONTROL_UUID, IMU_UUID, SERVICE_UUID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bleak.backends.device import BLEDevice

    from tests.radio.bluez import Device

ADDRESS = "C0:FF:EE:00:1A:2B"
NAME = "HipOne 1A2B"
START, STOP = b"\x01", b"\x02"


@pytest.fixture
async def radio(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """The bench as the radio of this process."""
    for name, value in bench.environment.items():
        monkeypatch.setenv(name, value)
    yield bench
    await let_go_of_the_bus()


async def let_go_of_the_bus() -> None:
    """Close what Bleak keeps open for as long as a program runs."""
    manager = _global_instances.pop(asyncio.get_running_loop(), None)
    if manager is not None and manager._bus is not None:
        manager._bus.disconnect()
        # The reader lets go of the socket in the loop's next steps.
        await asyncio.sleep(0.01)


@pytest.fixture
def firmware() -> ProfileFirmware:
    return ProfileFirmware(Lifter(3))


@pytest.fixture
def sensor(radio: Bench, firmware: ProfileFirmware) -> Device:
    return radio.place(profile_peripheral(firmware))


async def found(name: str = NAME) -> BLEDevice:
    device = await BleakScanner.find_device_by_name(name, timeout=PATIENCE_S)
    assert device is not None
    return device


async def begin(client: BleakClient, packets: NotificationCatcher, **options: Any) -> None:
    """Let the sensor stream."""
    replies = NotificationCatcher()
    await client.start_notify(CONTROL_UUID, replies)
    await client.start_notify(IMU_UUID, packets, **options)
    await client.write_gatt_char(CONTROL_UUID, START, response=True)
    assert await replies.next() == b"\x81\x00\x01"


@asynccontextmanager
async def streaming(packets: NotificationCatcher, **options: Any) -> AsyncIterator[BleakClient]:
    """Connect and let the sensor stream."""
    async with BleakClient(await found()) as client:
        await begin(client, packets, **options)
        yield client


@pytest.mark.usefixtures("sensor")
async def test_a_scan_tells_what_is_advertised(radio: Bench) -> None:
    other = Peripheral("C0:FF:EE:00:00:02", Advert("Other", (), {0x0886: b"\x01\x02"}), (), Dead())
    radio.place(other)
    heard = await BleakScanner.discover(timeout=0.5, return_adv=True)
    device, advert = heard[ADDRESS]
    assert (device.name, advert.local_name) == (NAME, NAME)
    assert advert.service_uuids == [SERVICE_UUID]
    assert -62 <= advert.rssi <= -54
    assert heard["C0:FF:EE:00:00:02"][1].manufacturer_data == {0x0886: b"\x01\x02"}


@pytest.mark.usefixtures("sensor")
async def test_a_scan_can_ask_for_a_service(radio: Bench) -> None:
    radio.place(Peripheral("C0:FF:EE:00:00:02", Advert("Other"), (), Dead()))
    heard = await BleakScanner.discover(timeout=0.5, service_uuids=[SERVICE_UUID])
    assert [device.address for device in heard] == [ADDRESS]


@pytest.mark.usefixtures("sensor")
async def test_the_gatt_table_is_what_the_peripheral_has() -> None:
    async with BleakClient(await found()) as client:
        table = {
            service.uuid: {each.uuid: each.properties for each in service.characteristics}
            for service in client.services
        }
    assert table == {
        service.uuid: {each.uuid: list(each.flags) for each in service.characteristics}
        for service in SERVICES
    }


@pytest.mark.usefixtures("sensor")
async def test_values_are_read(firmware: ProfileFirmware) -> None:
    async with BleakClient(await found()) as client:
        assert await client.read_gatt_char(CONFIG_UUID) == firmware.config.encode()
        assert await client.read_gatt_char(BATTERY_LEVEL_UUID) == bytes([87])
        for uuid, text in DEVICE_TEXTS.items():
            assert await client.read_gatt_char(uuid) == text.encode()


@pytest.mark.usefixtures("sensor")
async def test_a_refusal_of_the_firmware_keeps_its_code(firmware: ProfileFirmware) -> None:
    firmware.battery = None
    async with BleakClient(await found()) as client:
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.read_gatt_char(BATTERY_LEVEL_UUID)
        assert refused.value.code == 0x0A
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.write_gatt_char(CONFIG_UUID, b"\x01", response=True)
        assert refused.value.code == 0x0D


@pytest.mark.usefixtures("sensor")
async def test_a_characteristic_does_only_what_its_properties_promise() -> None:
    async with BleakClient(await found()) as client:
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char(CONTROL_UUID, STOP, response=False)
        with pytest.raises(BleakGATTProtocolError):
            await client.read_gatt_char(IMU_UUID)
        with pytest.raises(BleakDBusError):
            await client.start_notify(CONFIG_UUID, NotificationCatcher())


@pytest.mark.usefixtures("sensor")
async def test_a_stream_starts_and_stops_as_the_note_says(firmware: ProfileFirmware) -> None:
    replies, packets = NotificationCatcher(), NotificationCatcher()
    async with BleakClient(await found()) as client:
        await client.start_notify(CONTROL_UUID, replies)
        await client.write_gatt_char(CONTROL_UUID, START, response=True)
        assert await replies.next() == b"\x81\x02\x00"
        await client.start_notify(IMU_UUID, packets)
        await client.write_gatt_char(CONTROL_UUID, START, response=True)
        assert await replies.next() == b"\x81\x00\x01"
        assert not packets.waiting
        await packets.next()
        await client.write_gatt_char(CONTROL_UUID, STOP, response=True)
        assert await replies.next() == b"\x82\x00\x00"
        assert not firmware.streaming
        await client.write_gatt_char(CONTROL_UUID, b"\x77", response=True)
        assert await replies.next() == b"\xf7\x01\x00"


@pytest.mark.usefixtures("sensor")
async def test_what_arrives_is_what_the_lifter_felt(firmware: ProfileFirmware) -> None:
    replies, packets = NotificationCatcher(), NotificationCatcher()
    async with BleakClient(await found()) as client:
        decoder = ProfileDecoder()
        config = bytes(await client.read_gatt_char(CONFIG_UUID))
        assert decoder.feed(Notification(0, CONFIG_UUID, config)) == ()
        await client.start_notify(CONTROL_UUID, replies)
        await client.start_notify(IMU_UUID, packets)
        await client.write_gatt_char(CONTROL_UUID, START, response=True)
        decoded = [
            result
            for _ in range(20)
            for result in decoder.feed(Notification(0, IMU_UUID, await packets.next()))
        ]
    assert not [each for each in decoded if isinstance(each, Fault)]
    frames = [each for each in decoded if isinstance(each, Frame)]
    motion = firmware.lifter.motion(100)
    samples = sum(len(frame.acc_mps2) for frame in frames)
    assert samples == 100
    assert frames[0].device_time_s == pytest.approx(motion.time_s[0], abs=1e-6)
    half_a_count = 0.5 * firmware.config.acc_scale_mps2 + 1e-9
    acc_mps2 = np.concatenate([frame.acc_mps2 for frame in frames])
    np.testing.assert_allclose(acc_mps2, motion.acc_mps2[:samples], rtol=0, atol=half_a_count)


async def test_the_end_of_a_connection_stops_the_stream(
    radio: Bench, sensor: Device, firmware: ProfileFirmware
) -> None:
    packets = NotificationCatcher()
    async with streaming(packets):
        await packets.next()
    assert radio.act(lambda: sensor.link) is None
    assert not firmware.streaming
    acts = [entry.act for entry in radio.journal.entries()]
    assert acts[-2:] == [Act.DISCONNECT, Act.LINK_END]


async def test_a_lost_link_is_told_and_can_be_made_again(radio: Bench, sensor: Device) -> None:
    lost = asyncio.Event()
    packets = NotificationCatcher()
    device = await found()
    client = BleakClient(device, disconnected_callback=lambda _client: lost.set())
    await client.connect()
    await begin(client, packets)
    await packets.next()
    radio.drop(sensor)
    await asyncio.wait_for(lost.wait(), PATIENCE_S)
    assert not client.is_connected
    # Bleak keeps the bus of a lost connection until it is told.
    await client.disconnect()
    again = NotificationCatcher()
    async with BleakClient(device) as second:
        await begin(second, again)
        await again.next()


@pytest.mark.usefixtures("radio")
async def test_connections_are_refused_in_words(sensor: Device) -> None:
    device = await found()
    sensor.refusals.append(CONNECTION_REFUSED)
    with pytest.raises(BleakDBusError, match=CONNECTION_REFUSED):
        await BleakClient(device).connect()
    # Bleak tries again by itself after this one.
    sensor.refusals.append(ABORTED_BY_LOCAL)
    async with BleakClient(device) as client:
        assert client.is_connected
    assert not sensor.refusals


async def test_an_attempt_that_nobody_answers_can_be_given_up(
    radio: Bench, sensor: Device
) -> None:
    device = await found()
    radio.act(sensor.reachable.clear)
    with pytest.raises(TimeoutError):
        await BleakClient(device, timeout=0.3).connect()
    radio.come_back(sensor)
    async with BleakClient(device) as client:
        assert client.is_connected


@pytest.mark.parametrize(
    ("bench_with", "reason"),
    [
        ({"adapter": False}, BleakBluetoothNotAvailableReason.NO_BLUETOOTH),
        ({"powered": False}, BleakBluetoothNotAvailableReason.POWERED_OFF),
    ],
    ids=["no adapter", "switched off"],
)
async def test_without_an_adapter_bleak_says_why(
    bench_with: dict[str, bool],
    reason: BleakBluetoothNotAvailableReason,
    need_daemon: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Bench(**bench_with) as radio:
        for name, value in radio.environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(BleakBluetoothNotAvailableError) as missing:
            await BleakScanner.discover(timeout=0.1)
        assert missing.value.reason is reason
        await let_go_of_the_bus()


async def test_without_bluetoothd_the_bus_says_so(
    need_daemon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bench(bluetoothd=False) as radio:
        for name, value in radio.environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(BleakDBusError, match="ServiceUnknown"):
            await BleakScanner.discover(timeout=0.1)


@pytest.mark.usefixtures("sensor")
@pytest.mark.parametrize(
    "end",
    [lambda radio: radio.switch(on=False), lambda radio: radio.unplug()],
    ids=["switched off", "unplugged"],
)
async def test_the_end_of_the_adapter_ends_the_link(
    radio: Bench, end: Callable[[Bench], None]
) -> None:
    lost = asyncio.Event()
    client = BleakClient(await found(), disconnected_callback=lambda _client: lost.set())
    await client.connect()
    end(radio)
    await asyncio.wait_for(lost.wait(), PATIENCE_S)
    await client.disconnect()
    # The link may be lost before Bleak has heard why. BlueZ then refuses the scan itself, and on
    # one connection such an answer comes after everything that was told before it.
    with pytest.raises((BleakBluetoothNotAvailableError, BleakDBusError)):
        await BleakScanner.discover(timeout=0.1)
    with pytest.raises(BleakBluetoothNotAvailableError):
        await BleakScanner.discover(timeout=0.1)


@pytest.mark.usefixtures("sensor")
async def test_notifications_also_come_through_a_socket(radio: Bench) -> None:
    packets = NotificationCatcher()
    async with streaming(packets, bluez={"use_start_notify": False}) as client:
        await packets.next()
        await client.stop_notify(IMU_UUID)
        ended = Entry(Act.UNSUBSCRIBE, ADDRESS, IMU_UUID)
        await asyncio.to_thread(radio.journal.wait_for, ended.__eq__)


KILLED = """
import asyncio, sys
from bleak import BleakClient, BleakScanner

async def main():
    device = await BleakScanner.find_device_by_name(sys.argv[1], timeout=10)
    client = BleakClient(device)
    await client.connect()
    await client.start_notify(sys.argv[2], lambda *_: None)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_bluez_keeps_the_link_of_a_program_that_was_killed(
    radio: Bench, sensor: Device
) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, NAME, CONTROL_UUID
    )
    subscribed = Entry(Act.SUBSCRIBE, ADDRESS, CONTROL_UUID)
    await asyncio.to_thread(radio.journal.wait_for, subscribed.__eq__)
    program.kill()
    await program.wait()
    unsubscribed = Entry(Act.UNSUBSCRIBE, ADDRESS, CONTROL_UUID)
    await asyncio.to_thread(radio.journal.wait_for, unsubscribed.__eq__)
    assert radio.act(lambda: sensor.link) is not None
    assert await BleakScanner.discover(timeout=0.5) == []
    adapter = await BleakAdapter.get()
    (held,) = await adapter.get_connected_devices([SERVICE_UUID])
    assert held.address == ADDRESS
    async with BleakClient(held) as client:
        assert await client.read_gatt_char(BATTERY_LEVEL_UUID) == bytes([87])
    assert radio.act(lambda: sensor.link) is None


class Dead:
    """A firmware that is not asked for anything."""

    streaming = False

    def connected(self, link: object) -> None: ...
    def disconnected(self) -> None: ...
    def read(self, uuid: str) -> bytes:
        raise KeyError(uuid)

    def write(self, uuid: str, data: bytes) -> None: ...
    def subscribed(self, uuid: str) -> None: ...
    def unsubscribed(self, uuid: str) -> None: ...
