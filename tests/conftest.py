from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# xdist asks only the topmost conftest.
from tests.radio.sharing import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]

# Tests write to logs of their own, in other processes too, never to the developer's.
os.environ.pop("TRACKER_LOG_URL", None)
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
