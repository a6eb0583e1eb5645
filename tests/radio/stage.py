"""Runs real-time tests in parallel: each has a radio and a program of its own.

Such a test mostly waits for the lifter, so several run at once in threads of one process. The
first one to be run starts all the others; each is reported in its turn. `conftest.py` hooks this
into pytest, and `sharing.py` keeps them in one worker of xdist.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.radio.bluez import MISSING, Bench, daemon_is_there
from tests.radio.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.radio.bluez import Device, Peripheral

AT_ONCE: Final = 4
"""Tests at once: two cores are busy only while programs start."""

MARK: Final = "radio"
"""Marker of these tests; their argument is `stage`."""


def need_daemon() -> None:
    """Skip without a D-Bus daemon; in CI, fail."""
    if not daemon_is_there():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(MISSING)


class Stage:
    """What one test uses: a radio, the program, and a folder."""

    def __init__(self, clean_up: ExitStack) -> None:
        need_daemon()
        self._clean_up = clean_up
        self._bench: Bench | None = None
        self.folder = Path(clean_up.enter_context(tempfile.TemporaryDirectory()))
        """For files of the test."""

    @property
    def bench(self) -> Bench:
        """The radio, switched on unless `radio` set it up otherwise."""
        return self._bench or self.radio()

    def radio(self, **without: bool) -> Bench:
        """Set up a radio that lacks something; see `Bench`."""
        self._bench = self._clean_up.enter_context(Bench(**without))
        return self._bench

    @property
    def program(self) -> Program:
        """The program on a computer with this radio."""
        return Program(self.bench, self.folder / "home")

    def place(self, peripheral: Peripheral) -> Device:
        """Put a sensor in range."""
        return self.bench.place(peripheral)


class ParallelTests:
    """Runs the real-time tests of a session in parallel.

    Parameters
    ----------
    items
        Every test of the session, in order.
    """

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._waiting = [item for item in items if runs_in_parallel(item)]
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._running: dict[str, Future[None]] = {}

    def wait_for(self, item: pytest.Item) -> None:
        """Return when a test has finished; raises what it raised."""
        while self._waiting:
            each = self._waiting.pop(0)
            self._running[each.nodeid] = self._start(each)
        # A second try is a run of its own.
        running = self._running.pop(item.nodeid, None) or self._start(item)
        running.result()

    def _start(self, item: pytest.Item) -> Future[None]:
        assert isinstance(item, pytest.Function)
        params = item.callspec.params if hasattr(item, "callspec") else {}
        return self._pool.submit(_run, item.obj, params)

    def stop(self) -> None:
        """Start no more tests."""
        self._pool.shutdown(cancel_futures=True)


def runs_in_parallel(item: pytest.Item) -> bool:
    """Return whether a test is one of these."""
    return item.get_closest_marker(MARK) is not None


def _run(test: Callable[..., None], params: dict[str, Any]) -> None:
    with ExitStack() as clean_up:
        test(stage=Stage(clean_up), **params)
