from __future__ import annotations

# xdist asks only the conftest above all tests.
from ble.sharing import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]
