from __future__ import annotations

import os

# xdist asks only the conftest above all tests.
from ble.sharing import pytest_xdist_make_scheduler
from hypothesis import settings

__all__ = ["pytest_xdist_make_scheduler"]

# Whoever has one keeps it: tests write into logs of their own, also those of other processes.
os.environ.pop("TRACKER_LOG_URL", None)

# The same examples for every newcomer and every run. No deadlines: the machine may be busy.
settings.register_profile("repeatable", derandomize=True, max_examples=50, deadline=None)
# Other examples in every run, and more of them where a test does not set the number itself. A
# failure prints the decorator that reproduces it: `@reproduce_failure(...)`.
settings.register_profile(
    "random", derandomize=False, max_examples=300, deadline=None, print_blob=True
)
settings.load_profile("repeatable")
