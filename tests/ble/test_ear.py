from __future__ import annotations

import asyncio

import pytest

from tests.ble.virtual import LoopClock, run
from tracker.ble.receiver import NotificationQueue, NotificationReceiver, ResponseBuffer
from tracker.domain import BATTERY_CHANNEL, LINK_CHANNEL, LinkState, Notification
from tracker.sensors import MAX_RESPONSES


def test_what_is_heard_is_stamped_from_the_origin_and_kept_in_order() -> None:
    async def act() -> list[Notification | None]:
        await asyncio.sleep(100.0)
        inbox, clock = NotificationQueue(), LoopClock()
        ear = NotificationReceiver(inbox, clock, clock.now_ns(), device=1)
        ear.tell(LinkState.LOST, "It broke.")
        await asyncio.sleep(0.5)
        ear.on("imu")(b"packet")
        ear.tell_battery(14)
        return [await inbox.take() for _ in range(3)]

    assert run(act()) == [
        Notification(0, LINK_CHANNEL, b"lost\nIt broke.", 1),
        Notification(500_000_000, "imu", b"packet", 1),
        Notification(500_000_000, BATTERY_CHANNEL, b"14", 1),
    ]


def test_it_knows_when_each_channel_was_heard_last() -> None:
    async def act() -> tuple[int | None, int | None]:
        ear = NotificationReceiver(NotificationQueue(), LoopClock(), 0)
        ear.hear("imu", b"")
        await asyncio.sleep(1.0)
        ear.hear("battery level", b"")
        return ear.newest_ns("imu"), ear.newest_ns("control")

    assert run(act()) == (0, None)


def test_a_script_hears_what_comes_while_it_listens() -> None:
    async def act() -> list[bytes]:
        ear = NotificationReceiver(NotificationQueue(), LoopClock(), 0)
        ear.hear("imu", b"before")
        with ear.listening() as listening:
            ear.hear("imu", b"during")
        ear.hear("imu", b"after")
        return [each.data for each in listening.heard]

    assert run(act()) == [b"during"]


def control(data: bytes) -> Notification:
    return Notification(0, "control", data)


def test_an_answer_may_come_before_it_is_waited_for_but_not_before_the_question() -> None:
    async def act() -> bytes:
        listening = ResponseBuffer()
        listening.take(control(b"old"))
        listening.ask()
        listening.take(control(b"new"))
        return (await listening.answer(lambda each: True)).data

    assert run(act()) == b"new"


def test_an_answer_that_does_not_fit_is_passed_over() -> None:
    async def act() -> bytes:
        listening = ResponseBuffer()
        listening.ask()
        loop = asyncio.get_running_loop()
        for number, data in enumerate([b"no", b"no", b"yes", b"no"]):
            loop.call_later(number, listening.take, control(data))
        return (await listening.answer(lambda each: each.data == b"yes")).data

    assert run(act()) == b"yes"


def test_the_newest_are_kept_and_a_flood_hides_no_answer_that_is_waited_for() -> None:
    async def act() -> tuple[int, bytes]:
        listening = ResponseBuffer()
        listening.ask()
        for _ in range(MAX_RESPONSES + 10):
            listening.take(control(b"no"))
        listening.take(control(b"yes"))
        answer = await listening.answer(lambda each: each.data == b"yes")
        return len(listening.heard), answer.data

    assert run(act()) == (MAX_RESPONSES, b"yes")


def test_an_answer_that_never_comes_is_waited_for() -> None:
    async def act() -> None:
        async with asyncio.timeout(3600.0):
            await ResponseBuffer().answer(lambda _each: True)

    with pytest.raises(TimeoutError):
        run(act())
