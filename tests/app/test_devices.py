from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio, FakeSensor
from tests.cli.worn import CONFIG
from tests.virtual_time import LoopClock, run
from tracker.app.config import SensorChoice
from tracker.app.devices import (
    KEPT_S,
    LONGEST_NAME,
    RETRY_S,
    SIMULATED,
    Device,
    Devices,
    LiveCheck,
    printable,
)
from tracker.ble import AdapterError, diagnose
from tracker.domain import LinkState, Notification, battery_message, link_message
from tracker.domain.units import STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.sensors import HEART_RATE, Advertisement, family
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID, encode_packet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


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


def test_a_strap_is_listed_and_says_what_it_is_for() -> None:
    class Strap(FakeSensor):
        @property
        def advertisement(self) -> Advertisement:
            return Advertisement(self.name, HEART_RATE.services)

    strap, _simulated = seen_after(FakeRadio(Strap(name="TICKR"))).seen

    assert (strap.name, strap.kind, strap.kind_title) == (
        "TICKR",
        "heart_rate",
        "heart-rate strap",
    )
    assert strap.refusal is not None
    assert "--second" in strap.refusal


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
    assert printable("\x1b[2J\rHi\n") == r"\x1b[2J\x0dHi"
    assert len(printable("x" * 100)) == LONGEST_NAME


SAMPLES = 5
PACKET_S = 0.05


def packets(seconds: float, first: int = 0) -> Iterator[Notification]:
    rng = np.random.default_rng(3)
    for number in range(first, first + round(seconds / PACKET_S)):
        acc = rng.normal(0.0, 0.02, (SAMPLES, 3))
        acc[:, 2] += STANDARD_GRAVITY_MPS2
        counts = CONFIG.acc_counts(acc), CONFIG.gyro_counts(rng.normal(0.0, 1e-3, (SAMPLES, 3)))
        at_ns = ns_from_s((number + 1) * PACKET_S)
        data = encode_packet(CONFIG, number, round(number * PACKET_S * 1e6), *counts)
        yield Notification(at_ns, IMU_UUID, data)


def configured() -> LiveCheck:
    check = LiveCheck(family("profile").decoder({}))
    check.feed(Notification(0, CONFIG_UUID, CONFIG.encode()))
    return check


def test_what_flows_is_measured_and_drawn() -> None:
    check = configured()
    for notification in packets(4.0):
        check.feed(notification)
    checkup = check.quality
    assert checkup.rate_hz == pytest.approx(100.0)
    assert checkup.still
    assert checkup.has_gyroscope
    assert check.seconds == pytest.approx(4.0 - PACKET_S)
    time_s, acc_mps2 = check.trace()
    assert len(time_s) == len(acc_mps2) == (4.0 / PACKET_S - 1) * SAMPLES
    assert np.all(np.diff(time_s) > 0)
    assert np.abs(acc_mps2 - STANDARD_GRAVITY_MPS2).max() < 0.2


def test_what_the_sensor_s_own_buffer_loses_is_told() -> None:
    # No sequence number is missing: the packets were never made.
    check = configured()
    for number, notification in enumerate(packets(4.0)):
        if number % 7:
            check.feed(notification)
    remarks = [each.text for each in diagnose(replace(check.quality, lost=0))]
    assert any("14% fewer than the 100 that it promises" in each for each in remarks)


def test_only_the_last_seconds_are_kept() -> None:
    check = configured()
    for notification in packets(30.0):
        check.feed(notification)
    assert check.seconds == pytest.approx(KEPT_S, abs=PACKET_S)


def test_nothing_is_known_before_the_first_packet() -> None:
    check = configured()
    assert check.seconds == 0.0
    assert check.quality.samples == 0
    assert [len(part) for part in check.trace()] == [0, 0]


def test_what_comes_while_a_sensor_is_started_says_nothing_about_the_rate() -> None:
    check = configured()
    check.feed(link_message(0, LinkState.CONFIGURING))
    for notification in packets(1.0):
        check.feed(notification)
    assert check.quality.samples == 0
    check.feed(link_message(ns_from_s(1.0), LinkState.STREAMING))
    check.feed(battery_message(ns_from_s(1.0), 55))
    for notification in packets(1.0, first=20):
        check.feed(notification)
    assert check.quality.samples == 100
    assert check.quality.battery_percent == 55


@pytest.mark.parametrize("broken", [False, True])
async def test_the_end_of_the_stream_is_known_however_it_comes(broken: bool) -> None:
    check = configured()

    async def stream() -> AsyncIterator[Notification]:
        for notification in packets(0.5):
            yield notification
        if broken:
            raise ZeroDivisionError("a defect")

    watching = asyncio.ensure_future(check.watch(stream()))
    await asyncio.wait_for(check.ended.wait(), 5.0)
    if broken:
        with pytest.raises(ZeroDivisionError):
            await watching
    else:
        await watching
    assert check.quality.samples == 50
