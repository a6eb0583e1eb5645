from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.heavy import HEAVY, sweep

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


MOST_OF_ONE = 3
"""Cases of one test that `make check` runs beside the emulated radio; `make sweep` runs all."""

COUNTED = "test_train_counts_what_was_lifted"
MOST_COUNTED = 6
"""The same of the test that every kind of sensor is for."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out some cases of tests that have many: each takes half a minute."""
    if config.getoption("keyword") or HEAVY:
        return
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("radio") is not None and "[" in item.name:
            cases[item.nodeid.partition("[")[0]].append(item)
    left_out: set[pytest.Item] = set()
    for name, each in cases.items():
        left_out.update(
            set(each) - set(sweep(each, MOST_COUNTED if COUNTED in name else MOST_OF_ONE))
        )
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=sorted(left_out, key=lambda item: item.nodeid))
