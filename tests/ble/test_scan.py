from __future__ import annotations

import pytest

from tests.ble.air import ADDRESS, NAME, FakeRadio, FakeSensor
from tests.ble.virtual import run
from tracker.ble.ports import MOST_SIGHTED, DiscoveredDevice, Scan, in_order, sighting_of, together
from tracker.sensors import PROFILE, Advertisement
from tracker.sensors.profile.packets import SERVICE_UUID


def stranger(
    address: str, rssi_dbm: int | None = -50, name: str | None = None
) -> DiscoveredDevice:
    return sighting_of(address, rssi_dbm, Advertisement(name))


def test_a_known_sensor_is_recognised() -> None:
    sighting = sighting_of(ADDRESS, -60, Advertisement(NAME, (SERVICE_UUID,)))
    assert (sighting.address, sighting.name, sighting.rssi_dbm) == (ADDRESS, NAME, -60)
    assert sighting.kind == PROFILE.kind


def test_a_stranger_is_listed_without_a_kind() -> None:
    assert stranger("AA:BB:CC:DD:EE:FF", name="TV").kind is None


def test_a_sensor_that_cannot_be_used_says_why() -> None:
    refused = sighting_of(ADDRESS, -60, Advertisement("WTVB01-BT50"))
    assert refused.kind is None
    assert refused.refusal is not None
    assert "vibration" in refused.refusal


def test_what_comes_in_two_packets_is_put_together() -> None:
    first = sighting_of(ADDRESS, -60, Advertisement(None, (SERVICE_UUID,)))
    second = sighting_of(ADDRESS, None, Advertisement(NAME, (), (0x0886,)))
    both = together(first, second)
    assert (both.name, both.rssi_dbm, both.kind) == (NAME, -60, PROFILE.kind)
    assert both.advertisement == Advertisement(NAME, (SERVICE_UUID,), (0x0886,))
    assert together(None, first) is first


def test_known_sensors_come_first_then_the_strongest() -> None:
    weak, strong = stranger("01", -90), stranger("02", -40)
    unheard = stranger("03", None)
    known = sighting_of("04", -95, Advertisement(NAME, (SERVICE_UUID,)))
    assert in_order([weak, unheard, strong, known]) == (known, strong, weak, unheard)


def test_listening_ends_with_its_time_and_keeps_one_entry_for_each() -> None:
    async def act() -> Scan:
        scan = Scan()
        radio = FakeRadio(FakeSensor(), FakeSensor("C0:FF:EE:00:00:02", "Other"))
        await scan.listen(radio, 3.0)
        return scan

    assert [each.name for each in run(act()).sightings] == ["Other", NAME]


def test_what_is_connected_already_is_listed_if_it_looks_like_a_sensor() -> None:
    async def act() -> Scan:
        radio = FakeRadio()
        radio.linked = (
            sighting_of(ADDRESS, None, Advertisement("WT901BLE67")),
            stranger("AA:BB:CC:DD:EE:FF", None, "Keyboard"),
        )
        scan = Scan()
        await scan.listen(radio, 1.0)
        return scan

    assert [each.name for each in run(act()).sightings] == ["WT901BLE67"]


def test_trouble_with_the_radio_is_no_empty_scan() -> None:
    async def act() -> None:
        radio = FakeRadio()
        radio.trouble = TimeoutError()
        await Scan().listen(radio, 1.0)

    with pytest.raises(TimeoutError):
        run(act())


def test_a_crowd_of_changing_addresses_is_bounded() -> None:
    scan = Scan()
    for number in range(MOST_SIGHTED + 10):
        scan.take(stranger(f"{number:012X}"))
    scan.take(stranger("000000000000", -10))
    assert len(scan.sightings) == MOST_SIGHTED
    assert scan.sightings[0].rssi_dbm == -10
