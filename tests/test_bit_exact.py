"""Neither the cut of the stream nor the processor changes a bit of what is measured."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("digests.py")

KERNELS = ("", "Nehalem")
"""OpenBLAS kernels: that of this processor, and one without fused multiply-add."""


@cache
def digests(kernel: str) -> dict[str, set[str]]:
    """Return the digests of all cuts with one kernel."""
    chosen = {"OPENBLAS_CORETYPE": kernel} if kernel else {}
    printed = subprocess.run(
        [sys.executable, PROGRAM],
        env=os.environ | chosen,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    rows = (line.split() for line in printed.splitlines())
    return {name: set(values) for name, *values in rows}


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("what", ["motion", "events"])
def test_no_cut_changes_a_bit(what: str, kernel: str) -> None:
    assert len(digests(kernel)[what]) == 1


@pytest.mark.byte_exact
@pytest.mark.parametrize("what", ["motion", "events"])
def test_no_kernel_changes_a_bit(what: str) -> None:
    first, *others = (digests(kernel)[what] for kernel in KERNELS)
    assert all(each == first for each in others)
