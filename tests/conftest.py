from __future__ import annotations

import os

# xdist asks only the conftest above all tests.
from tests.radio.sharing import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]

# Whoever has one keeps it: tests write into logs of their own, also those of other processes.
os.environ.pop("TRACKER_LOG_URL", None)
