from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.ble.air import ADDRESS, FakeRadio, FakeSensor, link_states
from tests.ble.virtual import LoopClock, run
from tracker.ble.discovery import DeviceQuery, NotFoundError
from tracker.ble.errors import LinkError
from tracker.ble.link import open_radio
from tracker.domain.units import s_from_ns
from tracker.sensors.profile.packets import IMU_UUID

if TYPE_CHECKING:
    from tracker.domain import Notification

SECOND = "C0:FF:EE:00:00:02"


def recorded(
    radio: FakeRadio, *addresses: str, seconds: float = 5.0
) -> tuple[list[Notification], str]:
    async def act() -> tuple[list[Notification], str]:
        await asyncio.sleep(1000.0)
        async with open_radio(
            radio, [DeviceQuery(each) for each in addresses], LoopClock()
        ) as source:
            source.end_after(seconds)
            return [each async for each in source.notifications()], source.sensor

    return run(act())


def test_everything_from_the_search_on_is_in_the_stream_with_times_from_its_beginning() -> None:
    sensor = FakeSensor()
    heard, kind = recorded(FakeRadio(sensor), ADDRESS)
    assert kind == "profile"
    assert link_states(heard) == ["searching", "connecting", "configuring", "streaming"]
    assert heard[0].received_ns == 0
    assert s_from_ns(heard[-1].received_ns) == pytest.approx(5.5, abs=0.3)
    assert sorted(each.received_ns for each in heard) == [each.received_ns for each in heard]
    assert sensor.journal[-1] == "disconnect"


def test_the_time_is_over_also_while_the_sensor_is_away() -> None:
    sensor = FakeSensor()

    async def act() -> float:
        async with open_radio(FakeRadio(sensor), [DeviceQuery(ADDRESS)], LoopClock()) as source:
            sensor.in_range = False
            sensor.break_link()
            source.end_after(30.0)
            async for _ in source.notifications():
                pass
            return asyncio.get_running_loop().time()

    assert run(act()) == pytest.approx(30.5, abs=0.5)


def test_two_sensors_are_recorded_side_by_side() -> None:
    first, second = FakeSensor(), FakeSensor(SECOND, "HipTwo")
    radio = FakeRadio(first, second)
    heard, _ = recorded(radio, ADDRESS, SECOND, seconds=60.0)
    packets = [
        sum(each.channel == IMU_UUID and each.device == n for each in heard) for n in (0, 1)
    ]
    assert min(packets) > 1000
    assert link_states(heard, 1) == ["searching", "connecting", "configuring", "streaming"]
    assert [each.journal[-1] for each in (first, second)] == ["disconnect"] * 2
    assert radio.most_busy == 1


def test_one_that_is_away_does_not_disturb_the_other() -> None:
    first, second = FakeSensor(), FakeSensor(SECOND, "HipTwo")
    radio = FakeRadio(first, second)

    async def act() -> list[Notification]:
        async with open_radio(
            radio, [DeviceQuery(ADDRESS), DeviceQuery(SECOND)], LoopClock()
        ) as source:
            second.in_range = False
            second.break_link()
            loop = asyncio.get_running_loop()
            loop.call_later(30.0, first.break_link)
            source.end_after(60.0)
            return [each async for each in source.notifications()]

    heard = run(act())
    # The first is back although the adapter is busy looking for the second.
    assert link_states(heard)[-4:] == ["lost", "reconnecting", "configuring", "streaming"]
    back_ns = [each.received_ns for each in heard if each.channel == IMU_UUID and not each.device]
    gaps_s = [s_from_ns(b - a) for a, b in pairwise(back_ns)]
    assert max(gaps_s) < 8.0
    assert radio.most_busy == 1


def test_a_second_sensor_that_is_not_there_stops_the_first() -> None:
    first = FakeSensor()
    with pytest.raises(NotFoundError):
        recorded(FakeRadio(first), ADDRESS, SECOND)
    assert first.journal[-1] == "disconnect"
    assert not first.streams()


def test_whatever_ends_the_session_the_sensor_is_stopped() -> None:
    sensor = FakeSensor()

    async def act() -> None:
        async with open_radio(FakeRadio(sensor), [DeviceQuery(ADDRESS)], LoopClock()):
            raise ZeroDivisionError("a defect in the session")

    with pytest.raises(ZeroDivisionError):
        run(act())
    assert sensor.journal[-1] == "disconnect"


def test_the_stream_ends_behind_what_has_arrived() -> None:
    async def act() -> list[Notification]:
        async with open_radio(
            FakeRadio(FakeSensor()), [DeviceQuery(ADDRESS)], LoopClock()
        ) as source:
            source.end()
            return [each async for each in source.notifications()]

    assert link_states(run(act()))[-1] == "streaming"


def test_a_defect_of_the_link_ends_the_session_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def trip(_stream: object) -> str:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("tracker.ble.link.SensorStream.run", trip)

    async def act() -> None:
        async with open_radio(
            FakeRadio(FakeSensor()), [DeviceQuery(ADDRESS)], LoopClock()
        ) as source:
            async for _ in source.notifications():
                pass

    with pytest.raises(ZeroDivisionError):
        run(act())


def test_opened_in_a_task_that_is_cancelled_it_cleans_up() -> None:
    sensor = FakeSensor()
    sensor.refusals.extend([LinkError("abort", None)] * 2)

    async def act() -> bool:
        async with AsyncExitStack() as stack:
            opening = stack.enter_async_context(
                open_radio(FakeRadio(sensor), [DeviceQuery(ADDRESS)], LoopClock())
            )
            task = asyncio.ensure_future(opening)
            await asyncio.sleep(2.7)
            task.cancel()
            await asyncio.wait({task})
            return task.cancelled()

    assert run(act())
    assert sensor.connection is None
