"""What it costs to start: the help of every command, as ratios to a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tracker.cli.app import COMMANDS

if TYPE_CHECKING:
    from measuring import Report

resource = pytest.importorskip("resource")


def cpu_of(*arguments: str, runs: int = 3) -> float:
    """Return the least processor time of a Python with these arguments, s."""
    taken_s: list[float] = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken_s.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return min(taken_s)


def test_start_of_every_command(report: Report) -> None:
    click_s = cpu_of("-c", "import click")
    helps_s = {name: cpu_of("-m", "tracker", name, "--help") for name in COMMANDS}
    slowest = max(helps_s, key=helps_s.__getitem__)
    for what, taken_s in (
        ("tracker --help", cpu_of("-m", "tracker", "--help")),
        (f"tracker {slowest} --help, the slowest", helps_s[slowest]),
        ("import tracker", cpu_of("-c", "import tracker")),
    ):
        report(what, f"{taken_s * 1e3:.0f} ms", f"{taken_s / click_s:.1f} × import click")
