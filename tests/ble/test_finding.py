from __future__ import annotations

import asyncio

import pytest

from tests.ble.air import ADDRESS, NAME, FakeRadio, FakeSensor
from tests.ble.virtual import run
from tracker.ble.discovery import FIND_S, AmbiguousNameError, DeviceQuery, NotFoundError, find
from tracker.ble.errors import AdapterError
from tracker.ble.ports import DiscoveredDevice, sighting_of
from tracker.sensors import Advertisement

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
    radio.linked = (sighting_of(ADDRESS, None, Advertisement(NAME)),)
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
