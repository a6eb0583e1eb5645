from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "linux":
    from tests.radio import stage as staging
    from tests.radio.bluez import Bench

    PARALLEL_TESTS = pytest.StashKey[staging.ParallelTests]()

    @pytest.fixture
    def bench(need_daemon: None) -> Iterator[Bench]:
        """A radio that is switched on, with no sensor in range yet."""
        with Bench() as made:
            yield made

    @pytest.fixture
    def need_daemon() -> None:
        """Skip without a D-Bus daemon; in CI, fail."""
        staging.need_daemon()

    @pytest.fixture
    def stage() -> None:
        """Stand in for the `Stage` that the test's thread makes."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
        if not staging.runs_in_parallel(pyfuncitem):
            return None
        stash = pyfuncitem.session.stash
        if PARALLEL_TESTS not in stash:
            stash[PARALLEL_TESTS] = staging.ParallelTests(pyfuncitem.session.items)
        stash[PARALLEL_TESTS].wait_for(pyfuncitem)
        return True

    def pytest_sessionfinish(session: pytest.Session) -> None:
        if PARALLEL_TESTS in session.stash:
            session.stash[PARALLEL_TESTS].stop()

else:
    # BlueZ is the only radio that can be emulated without one.
    collect_ignore_glob = ["test_*.py"]
