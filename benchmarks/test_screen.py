"""What a training on the screen costs, and whether it loses anything: the program on a terminal.

`SCREEN_SECONDS=1800 make bench ARGS="-k screen"` runs the half hour; a minute is the usual.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tracker.app.session_files import open_session_file
from tracker.domain import FaultReason

if TYPE_CHECKING:
    from measuring import Report

SECONDS: Final = float(os.environ.get("SCREEN_SECONDS", "60"))
"""How long one trains."""

STARTED_S: Final = 5.0
"""By then everything is imported and drawn once; from here on it is training."""


def cpu_s(pid: int) -> float:
    """Return how long a process has been computing, s."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    user, system = text.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.timeout(SECONDS + 300.0)
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads CPU time from /proc")
def test_a_training_on_the_screen(tmp_path: Path, report: Report) -> None:
    from tests.tui.terminal import terminal

    arguments = ("train", "--sensor", "sim", "--seconds", f"{SECONDS:g}", "--no-sound")
    with terminal(tmp_path, *arguments, columns=120, rows=40) as shown:
        shown.take_until(lambda: shown.recorded_bytes > 0)
        shown.take(STARTED_S)
        began_s, used_s = time.monotonic(), cpu_s(shown.process.pid)
        shown.take(SECONDS - STARTED_S - 2.0)
        taken_s, used_s = time.monotonic() - began_s, cpu_s(shown.process.pid) - used_s
        shown.take(5.0)
        shown.press("q")
        shown.take_to_the_end()
        shown.take(1.0)

    recording = shown.recording
    assert recording is not None
    workout = open_session_file(recording).workout(2048)
    counted = sum(record.counted for record in workout.sets)
    told = re.findall(rb"(\d+) sets?, (\d+) reps?", shown.drawn)
    assert [int(number) for number in told[-1]] == [len(workout.sets), counted]
    assert FaultReason.OVERRUN not in workout.faults
    assert not workout.gaps
    report(
        f"{taken_s / 60.0:.1f} min of training on a screen of 120 × 40",
        f"{100 * used_s / taken_s:.1f} %",
        f"of one core; {len(workout.sets)} sets, {counted} reps, on screen and in the recording",
    )
