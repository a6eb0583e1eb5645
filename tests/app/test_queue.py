from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.doubles import SAMPLES, samples_every, settle
from tracker.app.queue import MAX_AT_ONCE, NotificationQueue, OnFull
from tracker.domain import BATTERY_CHANNEL, OVERRUN_CHANNEL, Notification
from tracker.domain.units import s_from_ns

BOTH = pytest.mark.parametrize("on_full", OnFull)


async def put_waiting(queue: NotificationQueue, notification: Notification) -> None:
    while not queue.put(notification):
        assert await queue.room()


@BOTH
async def test_everything_that_waits_comes_at_once_and_in_order(on_full: OnFull) -> None:
    queue = NotificationQueue(on_full)
    notifications = samples_every(0.1, 1.0)
    assert all(queue.put(notification) for notification in notifications)
    assert s_from_ns(queue.newest_ns) == 1.0
    assert await queue.take() == notifications


@BOTH
async def test_a_key_press_always_fits(on_full: OnFull) -> None:
    queue = NotificationQueue(on_full, max_waiting=1)
    first, mark = samples_every(0.1, 0.2)
    queue.put(first)
    queue.insert(mark)
    assert await queue.take() == (first, mark)


@BOTH
async def test_closing_wakes_the_reader_and_hands_out_the_rest(on_full: OnFull) -> None:
    queue = NotificationQueue(on_full)
    first, late = samples_every(0.1, 0.2)
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(queue.take())
        await settle()
        queue.put(first)
        queue.close()
    assert taking.result() == (first,)
    assert not queue.put(late)
    assert await queue.take() == ()


@BOTH
async def test_the_screen_gets_its_turn_between_big_blocks(on_full: OnFull) -> None:
    queue = NotificationQueue(on_full)
    for notification in samples_every(0.01, 0.01 * (MAX_AT_ONCE + 5)):
        queue.put(notification)
    assert len(await queue.take()) == MAX_AT_ONCE
    assert len(await queue.take()) == 5


@BOTH
async def test_an_error_comes_after_what_had_arrived(on_full: OnFull) -> None:
    queue = NotificationQueue(on_full)
    (first,) = samples_every(0.1, 0.1)
    queue.put(first)
    queue.close(ZeroDivisionError("a defect"))
    stream = queue.notifications()
    assert await anext(stream) == first
    with pytest.raises(ZeroDivisionError, match="a defect"):
        await anext(stream)


async def test_a_file_waits_for_room() -> None:
    queue = NotificationQueue(OnFull.WAIT, max_waiting=2)
    first, second, third = samples_every(0.1, 0.3)
    assert queue.put(first)
    assert queue.put(second)
    assert not queue.put(third)
    async with asyncio.TaskGroup() as group:
        putting = group.create_task(put_waiting(queue, third))
        await settle()
        assert not putting.done()
        assert await queue.take() == (first, second)
    assert await queue.take() == (third,)


async def test_closing_wakes_a_file_that_waits_for_room() -> None:
    queue = NotificationQueue(OnFull.WAIT, max_waiting=1)
    queue.put(samples_every(0.1, 0.1)[0])
    waiting = asyncio.ensure_future(queue.room())
    await settle()
    queue.close()
    assert await waiting is False


async def test_what_a_radio_loses_is_reported_where_it_is_missing() -> None:
    queue = NotificationQueue(OnFull.DROP_AND_REPORT, max_waiting=3)
    sent = samples_every(0.1, 1.2)
    assert [queue.put(each) for each in sent[:10]] == [True] * 3 + [False] * 7
    assert await queue.take() == sent[:3]
    assert queue.put(sent[10])
    lost = Notification(sent[10].received_ns, OVERRUN_CHANNEL, b"7")
    assert await queue.take() == (lost, sent[10])


async def test_a_loss_at_the_very_end_is_reported_too() -> None:
    queue = NotificationQueue(OnFull.DROP_AND_REPORT, max_waiting=1)
    first, second = samples_every(0.1, 0.2)
    queue.put(first)
    queue.put(second)
    queue.close()
    assert await queue.take() == (first, Notification(first.received_ns, OVERRUN_CHANNEL, b"1"))


async def test_a_control_message_of_a_radio_always_fits() -> None:
    queue = NotificationQueue(OnFull.DROP_AND_REPORT, max_waiting=1)
    queue.put(samples_every(0.1, 0.1)[0])
    assert queue.put(Notification(1, BATTERY_CHANNEL, b"80"))
    assert [each.channel for each in await queue.take()] == [SAMPLES, BATTERY_CHANNEL]


@given(max_waiting=st.integers(1, 7), pauses=st.lists(st.integers(0, 4), max_size=20))
def test_a_file_loses_nothing(max_waiting: int, pauses: list[int]) -> None:
    notifications = samples_every(0.1, 5.0)

    async def pass_through() -> list[object]:
        queue = NotificationQueue(OnFull.WAIT, max_waiting)
        taken: list[object] = []

        async def put_all() -> None:
            for number, notification in enumerate(notifications):
                for _ in range(pauses[number % len(pauses)] if pauses else 0):
                    await asyncio.sleep(0)
                await put_waiting(queue, notification)
            queue.close()

        async with asyncio.TaskGroup() as group:
            group.create_task(put_all())
            while batch := await queue.take():
                taken.extend(batch)
        return taken

    assert asyncio.run(pass_through()) == list(notifications)
