from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakError,
)

from tests.ble.backends import SERVICE_UUID, advertisement, client_that, hearing
from tests.ble.virtual import run
from tracker.ble.backend import CONNECT_S, BleakRadio
from tracker.ble.errors import AdapterError, LinkError
from tracker.ble.ports import DiscoveredDevice, Scan, sighting_of
from tracker.sensors import Advertisement

if TYPE_CHECKING:
    from tests.ble.backends import ScriptedClient, ScriptedScanner

ADDRESS = "E8:CB:ED:00:00:02"


class LonelyRadio(BleakRadio):
    """Connected to nothing; the system of the machine that runs the tests is left alone."""

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        return ()


def scanned(scanner: type[ScriptedScanner]) -> tuple[DiscoveredDevice, ...]:
    async def act() -> tuple[DiscoveredDevice, ...]:
        scan = Scan()
        await scan.listen(LonelyRadio(scanner=scanner), 1.0)
        return scan.sightings

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
        sighting = sighting_of(ADDRESS, -50, Advertisement("WT901BLE67"))
        connection = await BleakRadio(client=client).connect(sighting)
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
    with pytest.raises(LinkError, match="did not answer in time"):
        connecting(client_that(connect_s=3600.0))
    assert CONNECT_S < 60.0


def test_a_connection_that_is_refused_is_told() -> None:
    error = BleakError("le-connection-abort-by-local")
    with pytest.raises(LinkError, match="abort-by-local"):
        connecting(client_that(connect_error=error))
