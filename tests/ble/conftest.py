from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "linux":
    from ble.bluez import MISSING, Bench, daemon_is_there

    @pytest.fixture
    def bench(need_daemon: None) -> Iterator[Bench]:
        """A radio that is switched on, with nothing around it yet."""
        with Bench() as made:
            yield made

    @pytest.fixture
    def need_daemon() -> None:
        """Skip where there is no D-Bus daemon; where everything has to be there, fail."""
        if daemon_is_there():
            return
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)

else:
    # BlueZ is the only radio that can be emulated without one.
    collect_ignore_glob = ["test_*.py"]
