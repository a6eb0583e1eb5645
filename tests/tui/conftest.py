from __future__ import annotations

import asyncio
import os
from functools import cache

import pytest

from tracker.sim import simulate

TURNS = 150
"""Turns of the loop in which every message that a key or a snapshot causes is handled."""

simulate_once = cache(simulate)

# It stands on modules that are missing elsewhere, from its first line on.
collect_ignore = [] if os.name == "posix" else ["test_leaving.py"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each simulated training once, and wait for turns of the loop, not an idle processor."""

    async def settle(_least_s: float = 0.0, _most_s: float = 1.0) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    monkeypatch.setattr("textual.pilot.wait_for_idle", settle)
    monkeypatch.setattr("textual.app.wait_for_idle", settle)
    monkeypatch.setattr("tracker.app.training.simulate", simulate_once)
