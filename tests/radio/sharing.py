"""How xdist distributes the tests among its workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

REAL_TIME: Final = (
    "tests/radio/test_commands.py",
    "tests/radio/test_faults.py",
    "tests/radio/test_on_screen.py",
)
"""Tests that mostly wait: one worker runs several of them at once (`stage.py`)."""


class RealTimeTogether(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Schedules each test by itself, but those in real time together in one worker, first."""

    def _split_scope(self, nodeid: str) -> str:
        return "real time" if nodeid.startswith(REAL_TIME) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Return the scheduler that keeps them together."""
    return RealTimeTogether(config, log)
