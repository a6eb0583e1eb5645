from __future__ import annotations

import os

# xdist asks only the conftest above all tests.
from ble.sharing import pytest_xdist_make_scheduler
from hypothesis import HealthCheck, settings

__all__ = ["pytest_xdist_make_scheduler"]

# Whoever has one keeps it: tests write into logs of their own, also those of other processes.
os.environ.pop("TRACKER_LOG_URL", None)

# How long an example takes says more about the machine than about the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples in every run, so that a newcomer's run is the same as everybody's.
settings.register_profile("repeatable", patient, derandomize=True, max_examples=50)
# Other examples in every run, and more of them where a test does not set the number itself. A
# failure prints the decorator that reproduces it: `@reproduce_failure(...)`. Hypothesis itself
# draws the same ones in CI unless it is told otherwise.
settings.register_profile("random", patient, derandomize=False, max_examples=300, print_blob=True)
settings.load_profile("repeatable")
