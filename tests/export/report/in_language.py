"""Writes a report in a language to stdout: a process of its own, as tables are translated once.

Run as `python -m tests.export.report.in_language LANGUAGE usual|everything`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def report_in(code: str, what: str) -> str:
    """Return a report in a language: of a `usual` training, or of one with `everything`."""
    return subprocess.run(
        [sys.executable, "-m", __name__, code, what],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    ).stdout


def _write(code: str, what: str) -> None:
    from tracker.language import use_language

    use_language(code)
    from tests.workouts import training, training_set
    from tracker.domain import FaultReason, Flag, Gap, SetEntries, Side
    from tracker.export.report import report_html

    history = [
        training(when, origin="synthetic") for when in ("2026-05-07T16:30Z", "2026-05-11T16:30Z")
    ]
    workout = training(origin="synthetic")
    if what == "everything":
        first = training_set(
            1,
            reps=8,
            flags=tuple(Flag),
            confidence_reason="size",
            entries=SetEntries(rpe=6.0, warm_up=True),
        )
        second = training_set(2, reps=8, entries=SetEntries(rpe=8.5, reps_by=-1, side=Side.LEFT))
        third = training_set(3, tempo=None, top_deg=-3.5, complete=False)
        workout = training(
            origin="synthetic",
            sets=(first, second, third),
            gaps=(Gap(10.0, 42.5),),
            faults=dict.fromkeys(FaultReason, 3),
        )
        history += [
            training("2026-05-08T16:30:00+00:00", origin="synthetic", exercise="squat"),
            training("2026-05-08T16:30:00+00:00"),
            training("2026-05-20T16:30:00+00:00", origin="synthetic"),
            training(None, origin="synthetic"),
        ]
    sys.stdout.buffer.write(report_html(workout, history).encode())


if __name__ == "__main__":
    _write(*sys.argv[1:])
