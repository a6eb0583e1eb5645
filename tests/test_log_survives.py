"""Two processes write to one log and are killed again and again: what was confirmed is there."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.workouts import TWO_SETS
from tracker.app.clock import local_now
from tracker.store import SessionQuery, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.slow

WRITER: Final = Path(__file__).with_name("log_writer.py")
LASTS_S: Final = float(os.environ.get("TRACKER_TEST_KILL_S", "10"))
"""How long the writers are hunted, s; for a minute: TRACKER_TEST_KILL_S=60."""


class Writer:
    """A process that writes to the log until it is killed; what it says goes into a file."""

    def __init__(self, path: Path, name: str, chance: random.Random) -> None:
        self._said = path.with_name(f"{name}.txt")
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                [sys.executable, str(WRITER), str(path), name, str(chance.random())],
                stdout=said,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONPATH": str(WRITER.parent)},
            )

    def await_first_word(self) -> None:
        while not self._said.stat().st_size:
            time.sleep(0.01)

    def kill(self) -> list[str]:
        """Kill -9, and return what the process had confirmed until then."""
        self._process.kill()
        self._process.wait()
        said = self._said.read_text(encoding="utf-8")
        assert "Traceback" not in said, said
        # The last line may have been cut: then it was not said.
        return said.splitlines() if said.endswith("\n") else said.splitlines()[:-1]


@pytest.mark.timeout(LASTS_S * 2 + 120)
def test_two_writers_that_are_killed_lose_nothing_that_was_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "training.sqlite"
    chance = random.Random(1)
    confirmed: list[str] = []
    killed = 0
    end_s = time.monotonic() + LASTS_S
    writers = [Writer(path, f"0-{side}", chance) for side in "ab"]
    while time.monotonic() < end_s or killed < 4:
        victim = chance.randrange(2)
        writers[victim].await_first_word()
        time.sleep(chance.uniform(0.0, 0.5))
        confirmed += writers[victim].kill()
        killed += 1
        writers[victim] = Writer(path, f"{killed}-{victim}", chance)
    for writer in writers:
        writer.await_first_word()
        confirmed += writer.kill()
    assert len(confirmed) > killed
    assert_all_is_there(path, confirmed)


def assert_all_is_there(path: Path, confirmed: Iterable[str]) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with TrainingLog(path, local_now) as log:
        there = {each.id: each for each in (*log.list(), *log.list(SessionQuery(trash=True)))}
        said: dict[int, dict[str, str]] = {}
        for line in confirmed:
            what, about, value = line.split()
            said.setdefault(int(about), {})[what] = value
        for session_id, deeds in said.items():
            kept = log.detail(session_id)
            assert kept.sha256 == deeds["added"]
            # Whole, even if the writer was killed in the middle of the next thing.
            assert kept.measured.sets == TWO_SETS.sets
            if "edited" in deeds:
                assert kept.current.workout.sets[0].done == int(deeds["edited"])
                assert kept.current.workout.sets[1].entries.rpe == 9.0
            if "deleted" in deeds:
                assert there[session_id].deleted_utc is not None
            if "measured" in deeds:
                assert (kept.measured.note, there[session_id].tracker_version) == ("again", "2")
        # What was not confirmed is whole, too, or not there.
        for session_id in there.keys() - said.keys():
            assert log.detail(session_id).measured.sets == TWO_SETS.sets
