from __future__ import annotations

import os
import platform
import sys
import time

import pytest
from hypothesis import HealthCheck, settings

# xdist asks only the topmost conftest.
from tests.radio.sharing import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]

# Tests write to logs of their own, in other processes too, never to the developer's.
os.environ.pop("TRACKER_LOG_URL", None)
# Nor are their secrets in the developer's keyring.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
# English, whatever the developer speaks; the other languages have tests of their own.
os.environ["LANGUAGE"] = "en"
# As the program itself does: folders that are open to others would be closed, with a word.
os.umask(0o077)

# How long one example takes says more about the machine than about the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples every time: `make test` is the same run for everyone.
settings.register_profile("repeatable", patient, derandomize=True, max_examples=50)
# New examples every time, and more of them unless a test sets its own number. A failure prints the
# decorator that reproduces it: `@reproduce_failure(...)`. `derandomize` is explicit because
# Hypothesis turns it on in CI.
settings.register_profile("random", patient, derandomize=False, max_examples=300, print_blob=True)
settings.load_profile("repeatable")

GOLDENS_FROM = ("linux", "x86_64")
"""Where pictures and digests were made: elsewhere, the last bits of a float may differ."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what a system can't do: on the others, that is what a run there means."""
    for item in items:
        posix = item.get_closest_marker("posix")
        if posix is not None and os.name != "posix":
            item.add_marker(pytest.mark.skip(reason=posix.args[0]))
        if item.get_closest_marker("time_zone") and not hasattr(time, "tzset"):
            item.add_marker(pytest.mark.skip(reason="the zone of a process is fixed there"))
        exact = item.get_closest_marker("byte_exact") or "snap_compare" in item.fixturenames  # type: ignore[attr-defined]
        if exact and (sys.platform, platform.machine()) != GOLDENS_FROM:
            item.add_marker(pytest.mark.skip(reason="the goldens are from Linux on x86-64"))
