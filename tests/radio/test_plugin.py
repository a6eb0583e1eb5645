"""A package that adds a sensor and a format, installed as its user would, and trained with."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.radio.program import TRACEBACK
from tests.radio.training import is_stopped
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.tickbox import tickbox_peripheral
from tracker.recording import open_recording

if TYPE_CHECKING:
    from tests.radio.program import Program
    from tests.radio.stage import Stage

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "plugin"
UV = shutil.which("uv", path=f"{ROOT / '.venv-tools' / 'bin'}") or shutil.which("uv")

pytestmark = [
    pytest.mark.radio,
    pytest.mark.slow,
    pytest.mark.skipif(UV is None, reason="uv is not installed (make sets it up)"),
]

REPS = 4


def with_package(stage: Stage) -> Program:
    """Install the package for the program alone."""
    assert UV is not None
    site, source = stage.folder / "site", stage.folder / "source"
    # A build leaves files behind.
    shutil.copytree(PACKAGE, source)
    call = [UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--target", site, source]
    subprocess.run(list(map(str, call)), check=True)
    return stage.program.with_environment(PYTHONPATH=str(site))


def test_a_sensor_of_a_package_trains_like_ours(stage: Stage) -> None:
    lifter = Lifter(REPS)
    device = stage.place(tickbox_peripheral(lifter))
    program = with_package(stage)
    scanned = program.run("scan", "--seconds", 2, "--format", "json").document()
    assert [each["kind"] for each in scanned] == ["tickbox"]

    arguments = ("--sensor", device.peripheral.address, "--seconds", lifter.end_s + 3.0)
    outcome = program.run("train", "--headless", *arguments)
    assert (outcome.code, TRACEBACK in outcome.err) == (0, False), outcome.err
    assert outcome.out.splitlines()[-1] == f"1 set, {REPS} reps"
    assert is_stopped(stage.bench, device)

    (path,) = program.recordings()
    assert open_recording(path).info.sensor == "tickbox"
    exported = program.run("export", path, "--format", "markdown", "-o", stage.folder / "a.md")
    assert exported.code == 0, exported.err
    assert (stage.folder / "a.md").read_text(encoding="utf-8").splitlines()[2:] == [
        f"| 1 | {REPS} | – |"
    ]
    # Whoever gets the recording needs the package, too.
    without = stage.program.run("analyze", path)
    assert without.code == 2
    assert "no sensor kind 'tickbox'" in without.err
