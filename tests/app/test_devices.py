from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.ble.air import ADDRESS, NAME, FakeRadio, FakeSensor
from tests.ble.virtual import LoopClock, run
from tracker.app.config import SensorChoice
from tracker.app.devices import LONGEST_NAME, RETRY_S, SIMULATED, Device, Devices, printable
from tracker.ble.errors import AdapterError

if TYPE_CHECKING:
    from collections.abc import Callable

SAVED = SensorChoice(ADDRESS, "profile", NAME)


class Clock(LoopClock):
    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(duration_s)


def seen_after(
    radio: FakeRadio,
    saved: SensorChoice | None = None,
    seconds: float = 1.0,
    meanwhile: Callable[[Devices], None] = lambda _: None,
) -> Devices:
    devices = Devices(radio, saved, Clock())

    async def look() -> None:
        looking = asyncio.ensure_future(devices.listen())
        await asyncio.sleep(seconds)
        meanwhile(devices)
        await asyncio.sleep(2.0 * RETRY_S)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking

    run(look())
    return devices


def test_the_simulated_sensor_is_always_there() -> None:
    assert Devices(FakeRadio(), None, Clock()).seen == (SIMULATED,)
    assert SIMULATED.simulated


def test_the_last_sensor_is_first_before_it_is_heard() -> None:
    first, second = Devices(FakeRadio(), SAVED, Clock()).seen
    assert first == Device(ADDRESS, NAME, "profile", None, None, is_last=True)
    assert second is SIMULATED
    assert first.kind_title != ""


def test_what_is_heard_is_listed_by_what_it_is() -> None:
    other = FakeSensor("C0:FF:EE:00:00:02", "HipTwo")
    phone = FakeSensor("C0:FF:EE:00:00:03", "A phone", advertises_service=False)
    devices = seen_after(FakeRadio(phone, other, FakeSensor()), SAVED)
    names = [device.name for device in devices.seen]
    assert names == [NAME, "HipTwo", SIMULATED.name, "A phone"]
    assert [device.rssi_dbm for device in devices.seen] == [-60, -60, None, -60]
    assert devices.seen[3].kind is None
    assert devices.seen[3].kind_title == ""
    assert devices.trouble is None


def test_trouble_with_the_adapter_is_said_and_gone_when_it_is_over() -> None:
    radio = FakeRadio(FakeSensor())
    radio.trouble = AdapterError("Bluetooth is off.", "Switch it on.")
    said: list[str | None] = []

    def switch_on(devices: Devices) -> None:
        said.append(devices.trouble)
        radio.trouble = None

    devices = seen_after(radio, meanwhile=switch_on)
    assert said == ["Bluetooth is off.\nSwitch it on."]
    assert devices.trouble is None
    assert devices.seen[0].name == NAME


def test_a_defect_is_not_taken_for_trouble_with_the_adapter() -> None:
    radio = FakeRadio()
    radio.trouble = ZeroDivisionError("a defect")
    with pytest.raises(ZeroDivisionError):
        run(Devices(radio, None, Clock()).listen())


def test_a_name_cannot_steer_the_terminal() -> None:
    assert printable("\x1b[2J\rHi\n") == "?[2J?Hi?"
    assert len(printable("x" * 100)) == LONGEST_NAME
