from __future__ import annotations

import asyncio

import pytest

from tests.ble.virtual import run
from tracker.ble.receiver import NotificationQueue
from tracker.domain import BATTERY_CHANNEL, OVERRUN_CHANNEL, Notification


def packet(number: int) -> Notification:
    return Notification(number, "imu", bytes((number,)))


async def everything(inbox: NotificationQueue) -> list[Notification]:
    inbox.close()
    taken = []
    while (notification := await inbox.take()) is not None:
        taken.append(notification)
    return taken


def test_notifications_come_out_in_order() -> None:
    async def act() -> list[Notification]:
        inbox = NotificationQueue()
        for number in range(5):
            inbox.put(packet(number))
        return await everything(inbox)

    assert run(act()) == [packet(number) for number in range(5)]


def test_what_does_not_fit_is_counted_where_it_is_missing() -> None:
    async def act() -> list[Notification]:
        inbox = NotificationQueue(most_waiting=3)
        for number in range(10):
            inbox.put(packet(number))
        first = [await inbox.take() for _ in range(2)]
        inbox.put(packet(10))
        return [each for each in first if each is not None] + await everything(inbox)

    assert run(act()) == [
        packet(0),
        packet(1),
        packet(2),
        Notification(10, OVERRUN_CHANNEL, b"7"),
        packet(10),
    ]


def test_an_announcement_fits_always() -> None:
    async def act() -> list[Notification]:
        inbox = NotificationQueue(most_waiting=1)
        inbox.put(packet(0))
        inbox.put(Notification(1, BATTERY_CHANNEL, b"80"))
        return await everything(inbox)

    assert [each.channel for each in run(act())] == ["imu", BATTERY_CHANNEL]


def test_the_reader_waits_for_what_comes() -> None:
    async def act() -> Notification | None:
        inbox = NotificationQueue()
        asyncio.get_running_loop().call_later(5.0, inbox.put, packet(1))
        return await inbox.take()

    assert run(act()) == packet(1)


def test_after_the_end_nothing_is_taken_in() -> None:
    async def act() -> list[Notification]:
        inbox = NotificationQueue()
        inbox.put(packet(0))
        inbox.close()
        inbox.put(packet(1))
        return await everything(inbox)

    assert run(act()) == [packet(0)]


def test_an_error_comes_behind_what_had_arrived() -> None:
    async def act() -> Notification | None:
        inbox = NotificationQueue()
        inbox.put(packet(0))
        inbox.fail(ZeroDivisionError("a defect"))
        first = await inbox.take()
        with pytest.raises(ZeroDivisionError):
            await inbox.take()
        return first

    assert run(act()) == packet(0)
