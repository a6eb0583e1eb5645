from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio, FakeSensor
from tests.virtual_time import run
from tracker.ble import AdapterError
from tracker.ble.discovery import (
    FIND_S,
    MAX_DEVICES,
    AmbiguousNameError,
    DeviceQuery,
    NotFoundError,
    Scan,
    Sensor,
    as_address,
    find,
    identified,
    is_foreign,
)
from tracker.ble.ports import DiscoveredDevice
from tracker.domain import SensorError, UnknownNameError
from tracker.sensors import Advertisement
from tracker.sensors.profile import PROFILE
from tracker.sensors.profile.packets import SERVICE_UUID

if TYPE_CHECKING:
    from tracker.ble.ports import Connection


def stranger(
    address: str, rssi_dbm: int | None = -50, name: str | None = None
) -> DiscoveredDevice:
    return DiscoveredDevice.of(address, rssi_dbm, Advertisement(name))


def test_a_known_sensor_is_recognised() -> None:
    device = DiscoveredDevice.of(ADDRESS, -60, Advertisement(NAME, (SERVICE_UUID,)))
    assert (device.address, device.name, device.rssi_dbm) == (ADDRESS, NAME, -60)
    assert device.kind == PROFILE.kind


def test_a_stranger_is_listed_without_a_kind() -> None:
    assert stranger("AA:BB:CC:DD:EE:FF", name="TV").kind is None


def test_a_sensor_that_cannot_be_used_says_why() -> None:
    refused = DiscoveredDevice.of(ADDRESS, -60, Advertisement("WTVB01-BT50"))
    assert refused.kind is None
    assert refused.refusal is not None
    assert "vibration" in refused.refusal


def test_what_comes_in_two_packets_is_put_together() -> None:
    first = DiscoveredDevice.of(ADDRESS, -60, Advertisement(None, (SERVICE_UUID,)))
    second = DiscoveredDevice.of(ADDRESS, None, Advertisement(NAME, (), (0x0886,)))
    both = first.updated(second)
    assert (both.name, both.rssi_dbm, both.kind) == (NAME, -60, PROFILE.kind)
    assert both.advertisement == Advertisement(NAME, (SERVICE_UUID,), (0x0886,))


def test_known_sensors_come_first_then_the_strongest() -> None:
    weak, strong = stranger("01", -90), stranger("02", -40)
    unheard = stranger("03", None)
    known = DiscoveredDevice.of("04", -95, Advertisement(NAME, (SERVICE_UUID,)))
    scan = Scan()
    for device in (weak, unheard, strong, known):
        scan.add(device)
    assert scan.devices == (known, strong, weak, unheard)


def test_listening_ends_with_its_time_and_keeps_one_entry_for_each() -> None:
    async def act() -> Scan:
        scan = Scan()
        radio = FakeRadio(FakeSensor(), FakeSensor("C0:FF:EE:00:00:02", "Other"))
        await scan.listen(radio, 3.0)
        return scan

    assert [each.name for each in run(act()).devices] == ["Other", NAME]


def test_what_is_connected_already_is_listed_if_it_looks_like_a_sensor() -> None:
    async def act() -> Scan:
        radio = FakeRadio()
        radio.linked = (
            DiscoveredDevice.of(ADDRESS, None, Advertisement("WT901BLE67")),
            stranger("AA:BB:CC:DD:EE:FF", None, "Keyboard"),
        )
        scan = Scan()
        await scan.listen(radio, 1.0)
        return scan

    assert [each.name for each in run(act()).devices] == ["WT901BLE67"]


def test_trouble_with_the_radio_is_no_empty_scan() -> None:
    async def act() -> None:
        radio = FakeRadio()
        radio.trouble = TimeoutError()
        await Scan().listen(radio, 1.0)

    with pytest.raises(TimeoutError):
        run(act())


def test_a_crowd_of_changing_addresses_is_bounded() -> None:
    scan = Scan()
    for number in range(MAX_DEVICES + 10):
        scan.add(stranger(f"{number:012X}"))
    scan.add(stranger("000000000000", -10))
    assert len(scan.devices) == MAX_DEVICES
    assert scan.devices[0].rssi_dbm == -10


MAC = "C0:FF:EE:00:1A:2B"


UUID = "1F4A3F6E-0B6C-4A55-9C8E-1D2E3F405162"


@pytest.mark.parametrize("text", [MAC, MAC.lower(), "c0-ff-ee-00-1a-2b", f"  {MAC} "])
def test_a_mac_is_written_one_way(text: str) -> None:
    assert as_address(text) == MAC


@pytest.mark.parametrize("text", [UUID, UUID.lower(), f"{{{UUID}}}"])
def test_so_is_the_uuid_that_macos_gives(text: str) -> None:
    assert as_address(text) == UUID


@pytest.mark.parametrize(
    "text",
    [
        "WT901BLE67",
        "174630000192",
        "C0FFEE001A2B",
        "C0:FF:EE:00:1A",
        "C0:FF-EE:00:1A:2B",
        "C0:FF:EE:00:1A:2B:3C",
        "G0:FF:EE:00:1A:2B",
        "",
    ],
)
def test_everything_else_is_a_name(text: str) -> None:
    assert as_address(text) is None


@pytest.mark.parametrize(
    ("address", "platform", "foreign"),
    [
        (MAC, "linux", False),
        (MAC, "win32", False),
        (MAC, "darwin", True),
        (UUID, "linux", True),
        (UUID, "win32", True),
        (UUID, "darwin", False),
    ],
)
def test_each_system_has_its_own_addresses(address: str, platform: str, foreign: bool) -> None:
    assert is_foreign(address, platform) is foreign


OTHER = "C0:FF:EE:00:00:99"


def timed(
    radio: FakeRadio, wanted: DeviceQuery, platform: str = "linux"
) -> tuple[DiscoveredDevice, float]:
    async def act() -> tuple[DiscoveredDevice, float]:
        found = await find(radio, wanted, platform=platform)
        return found, asyncio.get_running_loop().time()

    return run(act())


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS.lower(), ADDRESS.replace(":", "-")])
def test_an_address_is_found_at_once(text: str) -> None:
    found, took_s = timed(FakeRadio(FakeSensor(OTHER, "Other"), FakeSensor()), DeviceQuery(text))
    assert found.address == ADDRESS
    assert took_s < 0.5


@pytest.mark.parametrize("text", [NAME, NAME.lower(), f" {NAME} "])
def test_a_name_is_found_after_a_look_for_twins(text: str) -> None:
    found, took_s = timed(FakeRadio(FakeSensor(OTHER, "Other"), FakeSensor()), DeviceQuery(text))
    assert found.address == ADDRESS
    assert 2.9 < took_s < 3.5


def test_of_a_sensor_that_has_not_said_its_name_yet_a_little_more_is_waited_for() -> None:
    found, took_s = timed(FakeRadio(FakeSensor(name=None)), DeviceQuery(ADDRESS))
    assert found.name is None
    assert 1.4 < took_s < 2.0


def test_twins_are_asked_about_with_both_addresses() -> None:
    with pytest.raises(AmbiguousNameError) as caught:
        timed(FakeRadio(FakeSensor(), FakeSensor(OTHER)), DeviceQuery(NAME))
    assert ADDRESS in str(caught.value)
    assert OTHER in str(caught.value)
    assert "2 sensors" in caught.value.message


def test_what_is_not_heard_is_told_with_what_was() -> None:
    async def act() -> float:
        with pytest.raises(NotFoundError) as caught:
            await find(
                FakeRadio(FakeSensor(OTHER, "Other")), DeviceQuery(ADDRESS), platform="linux"
            )
        assert ADDRESS in caught.value.message
        assert "Other" in caught.value.message
        assert caught.value.advice is not None
        assert len(caught.value.advice.splitlines()) == 2
        return asyncio.get_running_loop().time()

    assert run(act()) == pytest.approx(FIND_S, abs=0.2)


def test_a_sensor_that_is_connected_to_this_computer_is_found_without_a_scan() -> None:
    radio = FakeRadio()
    radio.linked = (DiscoveredDevice.of(ADDRESS, None, Advertisement(NAME)),)
    found, took_s = timed(radio, DeviceQuery(NAME))
    assert (found.address, took_s, radio.searches) == (ADDRESS, 0.0, 0)


@pytest.mark.parametrize(
    ("text", "platform"),
    [(ADDRESS, "darwin"), ("1F4A3F6E-0B6C-4A55-9C8E-1D2E3F405162", "win32")],
)
def test_an_address_of_another_system_is_not_waited_for(text: str, platform: str) -> None:
    radio = FakeRadio(FakeSensor())
    with pytest.raises(NotFoundError, match="another operating system"):
        timed(radio, DeviceQuery(text), platform)
    assert radio.searches == 0


def test_trouble_with_bluetooth_comes_through() -> None:
    async def act() -> None:
        radio = FakeRadio()

        def fail() -> None:
            radio.trouble = AdapterError("Bluetooth is switched off.")

        asyncio.get_running_loop().call_later(2.0, fail)
        await find(radio, DeviceQuery(ADDRESS), platform="linux")

    with pytest.raises(AdapterError):
        run(act())


def test_a_search_that_is_cancelled_ends_the_scan() -> None:
    async def act() -> int:
        radio = FakeRadio()
        task = asyncio.ensure_future(find(radio, DeviceQuery(ADDRESS), platform="linux"))
        await asyncio.sleep(1.0)
        busy = radio.busy
        task.cancel()
        await asyncio.wait({task})
        return busy - radio.busy

    assert run(act()) == 1


WITMOTION_SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"


SIG_LOOKALIKE = "0000ffe5-0000-1000-8000-00805f9b34fb"


def connected(*services: str, name: str | None = None, mtu: int | None = 247) -> Connection:
    return cast("Connection", SimpleNamespace(services=services, name=name, mtu=mtu))


def connected_to(
    advertisement: Advertisement, connection: Connection, kind: str | None = None
) -> Sensor:
    return identified(DiscoveredDevice.of(ADDRESS, -60, advertisement), connection, kind)


def test_a_service_decides_where_the_advertisement_said_nothing() -> None:
    sensor = connected_to(Advertisement(None), connected(SERVICE_UUID, name="HipOne"))
    assert (sensor.address, sensor.name, sensor.family) == (ADDRESS, "HipOne", PROFILE)


def test_a_service_weighs_more_than_a_name() -> None:
    sensor = connected_to(Advertisement("WT901BLE67"), connected(SERVICE_UUID))
    assert sensor.family is PROFILE


def test_the_short_form_of_a_service_on_another_base_is_another_service() -> None:
    assert (
        connected_to(Advertisement("x"), connected(WITMOTION_SERVICE)).family.kind == "witmotion"
    )
    with pytest.raises(SensorError):
        connected_to(Advertisement("x"), connected(SIG_LOOKALIKE))


def test_the_user_knows_best() -> None:
    sensor = connected_to(
        Advertisement("x"), connected("0000180d-0000-1000-8000-00805f9b34fb"), "profile"
    )
    assert sensor.family is PROFILE
    with pytest.raises(UnknownNameError, match="abacus"):
        connected_to(Advertisement("x"), connected(), "abacus")


def test_a_stranger_is_told_with_what_to_try() -> None:
    with pytest.raises(SensorError) as caught:
        connected_to(Advertisement("TV"), connected())
    assert "TV" in caught.value.message
    assert caught.value.advice is not None
    assert "--kind" in caught.value.advice


def test_what_cannot_be_used_is_refused_with_the_reason() -> None:
    with pytest.raises(SensorError, match="vibration"):
        connected_to(Advertisement("WTVB01-BT50"), connected(WITMOTION_SERVICE))
    with pytest.raises(SensorError, match="vibration"):
        connected_to(Advertisement("WTVB01-BT50"), connected())


def test_packets_that_would_be_cut_are_told_before_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide = replace(PROFILE, least_mtu=232)
    monkeypatch.setattr("tracker.ble.discovery.family", lambda _kind: wide)
    with pytest.raises(SensorError, match=r"185 bytes at most.*232"):
        connected_to(Advertisement("x"), connected(mtu=185), "profile")
    assert connected_to(Advertisement("x"), connected(mtu=232), "profile").family is wide
    assert connected_to(Advertisement("x"), connected(mtu=None), "profile").family is wide


def test_a_sensor_without_a_name_is_called_by_its_address() -> None:
    assert Sensor(ADDRESS, None, PROFILE).title == ADDRESS
    assert Sensor(ADDRESS, "HipOne", PROFILE).title == "HipOne"
