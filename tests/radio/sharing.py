"""How xdist shares the tests among its workers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

REAL_TIME: Final = tuple(
    f"tests/radio/{path.name}"
    for path in Path(__file__).parent.glob("test_*.py")
    if "pytest.mark.radio" in path.read_text(encoding="utf-8")
)
"""Tests that mostly wait: one worker runs several of them at once (`stage.py`)."""


class RealTimeTogether(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Shares out tests one by one, but keeps those in real time in one worker, which starts first.

    xdist's own groups are a suffix of a test's id, which pytest 9 no longer lets a plugin change.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "real time" if nodeid.startswith(REAL_TIME) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Return the scheduler that keeps them together."""
    return RealTimeTogether(config, log)
