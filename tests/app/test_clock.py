from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tracker.app.clock import SYSTEM_CLOCK, local_now

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def zone_of_kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this computer where clocks are 5:45 h ahead; POSIX counts the other way."""
    monkeypatch.setenv("TZ", "NPT-5:45")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def test_the_system_clock_goes_forward_while_sleeping() -> None:
    before_ns = SYSTEM_CLOCK.now_ns()
    await SYSTEM_CLOCK.sleep(0.001)
    assert SYSTEM_CLOCK.now_ns() > before_ns


@pytest.mark.usefixtures("zone_of_kathmandu")
def test_the_wall_clock_carries_the_offset_of_its_place() -> None:
    before = datetime.now(UTC)
    now = local_now()
    assert now.utcoffset() == timedelta(hours=5, minutes=45)
    assert before <= now <= datetime.now(UTC)
