"""A training log with two sessions in it, for the commands that show and change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.workouts import TWO_SETS
from tracker.app.clock import local_now
from tracker.store import TrainingLog

if TYPE_CHECKING:
    from pathlib import Path

OLDER = "2026-02-10T18-00-00Z_hip_thrust.arrows"


def open_log(home: Path) -> TrainingLog:
    """Open the log of the commands that run with this home."""
    return TrainingLog(home / "data" / "training.sqlite", local_now)


def fill(home: Path) -> None:
    """Put session 1, trained in February, and session 2, a simulated one of March, in the log."""
    info = replace(
        TWO_SETS.info,
        started_utc="2026-03-10T12:00:00+00:00",
        origin="synthetic",
        exercise="glute_bridge",
    )
    march = replace(TWO_SETS, info=info, sets=TWO_SETS.sets[:1], pain=(), note="")
    with open_log(home) as log:
        recording = home / "data" / "recordings" / OLDER
        log.add(TWO_SETS, version="0.1.0", recording=str(recording), sha256="aa")
        log.add(march, version="0.1.0")
