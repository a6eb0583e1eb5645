from __future__ import annotations

from datetime import timedelta

from tracker.runtime.clock import SYSTEM_CLOCK, utc_now


async def test_the_system_clock_goes_forward_while_sleeping() -> None:
    before_ns = SYSTEM_CLOCK.now_ns()
    await SYSTEM_CLOCK.sleep(0.001)
    assert SYSTEM_CLOCK.now_ns() > before_ns


def test_the_wall_clock_carries_its_offset() -> None:
    assert utc_now().utcoffset() == timedelta(0)
