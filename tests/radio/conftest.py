from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "linux":
    from tests.radio import stage as staging
    from tests.radio.bluez import Bench

    TROUPE = pytest.StashKey[staging.Troupe]()

    @pytest.fixture
    def bench(need_daemon: None) -> Iterator[Bench]:
        """A radio that is switched on, with nothing around it yet."""
        with Bench() as made:
            yield made

    @pytest.fixture
    def need_daemon() -> None:
        """Skip where there is no D-Bus daemon; where everything has to be there, fail."""
        staging.need_daemon()

    @pytest.fixture
    def stage() -> None:
        """Stand in for what the thread makes that plays the test."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
        if not staging.is_played(pyfuncitem):
            return None
        stash = pyfuncitem.session.stash
        if TROUPE not in stash:
            stash[TROUPE] = staging.Troupe(pyfuncitem.session.items)
        stash[TROUPE].watch(pyfuncitem)
        return True

    def pytest_sessionfinish(session: pytest.Session) -> None:
        if TROUPE in session.stash:
            session.stash[TROUPE].leave()

else:
    # BlueZ is the only radio that can be emulated without one.
    collect_ignore_glob = ["test_*.py"]
