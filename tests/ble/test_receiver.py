from __future__ import annotations

import asyncio

import pytest

from tests.virtual_time import LoopClock, run
from tracker.app.queue import NotificationQueue, OnFull
from tracker.ble.receiver import NotificationReceiver, ResponseBuffer
from tracker.domain import BATTERY_CHANNEL, LINK_CHANNEL, LinkState, Notification
from tracker.sensors import MAX_RESPONSES, family


def test_what_is_heard_is_stamped_from_the_origin_and_kept_in_order() -> None:
    async def act() -> tuple[Notification, ...]:
        await asyncio.sleep(100.0)
        queue, clock = NotificationQueue(OnFull.DROP_AND_REPORT), LoopClock()
        receiver = NotificationReceiver(queue, clock, clock.now_ns(), device=1)
        receiver.announce(LinkState.LOST, "It broke.")
        await asyncio.sleep(0.5)
        receiver.receive("imu", b"packet")
        receiver.announce_battery(14)
        return await queue.take()

    assert run(act()) == (
        Notification(0, LINK_CHANNEL, b"lost\nIt broke.", 1),
        Notification(500_000_000, "imu", b"packet", 1),
        Notification(500_000_000, BATTERY_CHANNEL, b"14", 1),
    )


@pytest.mark.parametrize(
    ("kind", "channel", "reply", "samples"),
    [
        ("profile", "control", b"\x81\x00\x01", None),
        ("movesense", "notify", b"\x01\x72\xc8\x00", b"\x02\x72"),
        ("metamotion", "notify", b"\x11\x8d\x64", b"\x03\x04\x00"),
        ("witmotion", "notify", b"\x55\x71\x64\x00", b"\x55\x61"),
        ("witmotion", "dual_notify", b"\x55\x71\x64\x00", b"\x55\x61"),
        ("polar", "control", b"\xf0\x02\x02\x00", None),
    ],
)
def test_it_knows_when_samples_came_last_and_takes_no_reply_for_one(
    kind: str, channel: str, reply: bytes, samples: bytes | None
) -> None:
    known = family(kind)
    streams_on = known.default_channel if samples is None else known.channels[channel]

    async def act() -> tuple[int | None, int | None]:
        receiver = NotificationReceiver(NotificationQueue(OnFull.DROP_AND_REPORT), LoopClock(), 0)
        receiver.follow(known)
        receiver.receive(known.channels[channel], reply)
        before = receiver.newest_samples_ns
        await asyncio.sleep(1.0)
        receiver.receive(streams_on, samples or b"")
        return before, receiver.newest_samples_ns

    assert run(act()) == (None, 1_000_000_000)


def test_a_script_hears_what_comes_while_it_listens() -> None:
    async def act() -> list[bytes]:
        receiver = NotificationReceiver(NotificationQueue(OnFull.DROP_AND_REPORT), LoopClock(), 0)
        receiver.receive("imu", b"before")
        with receiver.collecting() as buffer:
            receiver.receive("imu", b"during")
        receiver.receive("imu", b"after")
        return [each.data for each in buffer.responses]

    assert run(act()) == [b"during"]


def control(data: bytes) -> Notification:
    return Notification(0, "control", data)


def test_an_answer_may_come_before_it_is_waited_for_but_not_before_the_question() -> None:
    async def act() -> bytes:
        buffer = ResponseBuffer()
        buffer.add(control(b"old"))
        buffer.mark_request()
        buffer.add(control(b"new"))
        return (await buffer.response(lambda each: True)).data

    assert run(act()) == b"new"


def test_an_answer_that_does_not_fit_is_passed_over() -> None:
    async def act() -> bytes:
        buffer = ResponseBuffer()
        buffer.mark_request()
        loop = asyncio.get_running_loop()
        for number, data in enumerate([b"no", b"no", b"yes", b"no"]):
            loop.call_later(number, buffer.add, control(data))
        return (await buffer.response(lambda each: each.data == b"yes")).data

    assert run(act()) == b"yes"


def test_the_newest_are_kept_and_a_flood_hides_no_answer_that_is_waited_for() -> None:
    async def act() -> tuple[int, bytes]:
        buffer = ResponseBuffer()
        buffer.mark_request()
        for _ in range(MAX_RESPONSES + 10):
            buffer.add(control(b"no"))
        buffer.add(control(b"yes"))
        answer = await buffer.response(lambda each: each.data == b"yes")
        return len(buffer.responses), answer.data

    assert run(act()) == (MAX_RESPONSES, b"yes")


def test_an_answer_that_never_comes_is_waited_for() -> None:
    async def act() -> None:
        async with asyncio.timeout(3600.0):
            await ResponseBuffer().response(lambda _each: True)

    with pytest.raises(TimeoutError):
        run(act())
