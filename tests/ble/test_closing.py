from __future__ import annotations

import asyncio

import pytest

from tests.ble.virtual import run
from tracker.ble.link import see_through


def test_work_is_done_to_its_end_however_often_it_is_cancelled() -> None:
    async def act() -> tuple[bool, bool]:
        done = []

        async def work() -> None:
            await asyncio.sleep(5.0)
            done.append(True)

        task = asyncio.ensure_future(see_through(work()))
        for _ in range(4):
            await asyncio.sleep(1.0)
            task.cancel()
        await asyncio.wait({task})
        return bool(done), task.cancelled()

    assert run(act()) == (True, True)


def test_without_a_cancellation_its_error_comes_through() -> None:
    async def work() -> None:
        raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError):
        run(see_through(work()))


def test_a_cancellation_weighs_more_than_an_error() -> None:
    async def act() -> bool:
        async def work() -> None:
            await asyncio.sleep(1.0)
            raise ZeroDivisionError("a defect")

        task = asyncio.ensure_future(see_through(work()))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait({task})
        return task.cancelled()

    assert run(act())
