from __future__ import annotations

import os

# xdist asks only the conftest above all tests.
from hypothesis import HealthCheck, settings

from tests.radio.sharing import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]

# Whoever has one keeps it: tests write into logs of their own, also those of other processes.
os.environ.pop("TRACKER_LOG_URL", None)

# The time of an example says more about the machine than about the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples every time: everybody's `make test` is the same run.
settings.register_profile("repeatable", patient, derandomize=True, max_examples=50)
# New examples every time, and more of them unless a test sets its own number. A failure prints the
# decorator that reproduces it: `@reproduce_failure(...)`. `derandomize` is explicit because
# Hypothesis turns it on in CI.
settings.register_profile("random", patient, derandomize=False, max_examples=300, print_blob=True)
settings.load_profile("repeatable")
