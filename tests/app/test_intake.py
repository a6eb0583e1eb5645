from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.app.doubles import samples_every, settle
from tracker.app.queue import MOST_AT_ONCE, NotificationQueue


async def test_everything_that_waits_comes_in_one_go() -> None:
    intake = NotificationQueue()
    notifications = samples_every(0.1, 1.0)
    for notification in notifications:
        await intake.put(notification)

    assert await intake.take() == notifications


async def test_a_full_intake_makes_the_source_wait() -> None:
    intake = NotificationQueue(most_waiting=2)
    first, second, third = samples_every(0.1, 0.3)
    await intake.put(first)
    await intake.put(second)
    async with asyncio.TaskGroup() as group:
        putting = group.create_task(intake.put(third))
        await settle()
        assert not putting.done()

        assert await intake.take() == (first, second)
    assert await intake.take() == (third,)


async def test_a_mark_goes_into_a_full_intake() -> None:
    intake = NotificationQueue(most_waiting=1)
    first, mark = samples_every(0.1, 0.2)
    await intake.put(first)
    intake.put_now(mark)

    assert await intake.take() == (first, mark)


async def test_closing_wakes_who_waits_and_gives_out_the_rest() -> None:
    intake = NotificationQueue()
    (last,) = samples_every(0.1, 0.1)
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(intake.take())
        await settle()
        intake.put_now(last)
        intake.close()
    assert taking.result() == (last,)
    assert await intake.take() == ()


async def test_the_screen_gets_its_turn_between_big_blocks() -> None:
    intake = NotificationQueue(most_waiting=10 * MOST_AT_ONCE)
    for notification in samples_every(0.01, 0.01 * (MOST_AT_ONCE + 5)):
        await intake.put(notification)

    assert len(await intake.take()) == MOST_AT_ONCE
    assert len(await intake.take()) == 5


async def test_one_can_wait_until_everything_is_handed_out() -> None:
    intake = NotificationQueue()
    await intake.drained()
    for notification in samples_every(0.1, 0.3):
        intake.put_now(notification)
    waiting = asyncio.ensure_future(intake.drained())
    await settle()
    assert not waiting.done()
    intake.take_now()
    await waiting


@given(most_waiting=st.integers(1, 7), pauses=st.lists(st.integers(0, 4), max_size=20))
def test_nothing_is_lost_or_reordered(most_waiting: int, pauses: list[int]) -> None:
    notifications = samples_every(0.1, 5.0)

    async def pass_through() -> list[object]:
        intake = NotificationQueue(most_waiting)
        taken: list[object] = []

        async def put_all() -> None:
            for number, notification in enumerate(notifications):
                for _ in range(pauses[number % len(pauses)] if pauses else 0):
                    await asyncio.sleep(0)
                await intake.put(notification)
            intake.close()

        async with asyncio.TaskGroup() as group:
            group.create_task(put_all())
            while batch := await intake.take():
                taken.extend(batch)
        return taken

    assert asyncio.run(pass_through()) == list(notifications)
