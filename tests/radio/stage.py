"""Tests that take real time, side by side: each has a radio and a program of its own.

Nearly all of such a test is waiting for the lifter, so several run at once in threads of one
process. The first one that is asked for starts the others of the run as well; each is reported in
its turn. `conftest.py` hooks this into pytest; `sharing.py` keeps them in one worker of xdist.
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

AT_ONCE: Final = 8
"""Tests side by side: two cores are busy with starting programs, and idle most of the time."""

MARK: Final = "radio"
"""Marker of the tests that are run this way; their argument is `stage`."""


def need_daemon() -> None:
    """Skip where there is no D-Bus daemon; where everything has to be there, fail."""
    if not daemon_is_there():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(MISSING)


class Stage:
    """What one test plays on: a radio, the program beside it, a folder."""

    def __init__(self, clean_up: ExitStack) -> None:
        need_daemon()
        self._clean_up = clean_up
        self._bench: Bench | None = None
        self.folder = Path(clean_up.enter_context(tempfile.TemporaryDirectory()))
        """For files of the test."""

    @property
    def bench(self) -> Bench:
        """The radio, switched on unless `radio` has said otherwise."""
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


class Troupe:
    """Plays the tests of a run side by side.

    Parameters
    ----------
    items
        Every test of the run, in order.
    """

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._waiting = [item for item in items if is_played(item)]
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._played: dict[str, Future[None]] = {}

    def watch(self, item: pytest.Item) -> None:
        """Return when a test has been played, and raise what it raised."""
        while self._waiting:
            each = self._waiting.pop(0)
            assert isinstance(each, pytest.Function)
            params = each.callspec.params if hasattr(each, "callspec") else {}
            self._played[each.nodeid] = self._pool.submit(_play, each.obj, params)
        self._played[item.nodeid].result()

    def leave(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(cancel_futures=True)


def is_played(item: pytest.Item) -> bool:
    """Say whether a test is one of those that are played side by side."""
    return item.get_closest_marker(MARK) is not None


def _play(test: Callable[..., None], params: dict[str, Any]) -> None:
    with ExitStack() as clean_up:
        test(stage=Stage(clean_up), **params)
