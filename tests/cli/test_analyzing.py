from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.killable import outcome_unless_killed
from tracker.cli import analyze as analyzing
from tracker.cli.analyze import (
    WORTH_A_PROCESS_BYTES,
    AnalysisOrder,
    outcome_of,
    outcomes,
    usual_jobs,
)
from tracker.cli.workers import usable_cores

if TYPE_CHECKING:
    from pathlib import Path

ORDER = AnalysisOrder(20_000)


def test_what_is_found_is_the_same_wherever_it_is_found(
    recording: Path, csv: Path, tmp_path: Path
) -> None:
    sources = [str(csv), str(tmp_path / "missing.arrows"), str(recording)]
    alone = list(outcomes(sources, ORDER, jobs=1))
    together = list(outcomes(sources, ORDER, jobs=2))
    assert together == alone
    assert [outcome.source for outcome in alone] == sources
    assert [outcome.workout is None for outcome in alone] == [False, True, False]


def test_what_is_wrong_with_a_file_is_a_value(tmp_path: Path) -> None:
    outcome = outcome_of(str(tmp_path / "a.csv"), ORDER)
    assert outcome.workout is None
    assert outcome.problem.endswith("a.csv: there is no such file")
    assert outcome.advice == "Check the path."


def test_what_is_told_meanwhile_comes_along(recording: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.arrows"
    damaged.write_bytes(recording.read_bytes()[:-1000])
    outcome = outcome_of(str(damaged), ORDER)
    assert outcome.workout is not None
    assert outcome.said[0].startswith(f"{damaged}: ")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows ends processes otherwise")
def test_a_file_that_ends_every_process_is_named_and_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(analyzing, "outcome_of", outcome_unless_killed)
    found = list(outcomes(["a", "kill", "b"], ORDER, jobs=2))
    assert [outcome.source for outcome in found] == ["a", "kill", "b"]
    assert [outcome.problem for outcome in found][::2] == ["fine", "fine"]
    assert found[1].workout is None
    assert found[1].problem == "kill: every worker that began with it was ended"
    assert "--jobs 1" in (found[1].advice or "")


def test_processes_are_started_where_they_are_worth_it(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"")
    with large.open("wb") as out:
        out.truncate(100 * WORTH_A_PROCESS_BYTES)
    assert usual_jobs([str(small)] * 1000) == 1
    assert usual_jobs([str(large)] * 1000) == usable_cores()
    assert usual_jobs([str(large)]) == 1
    assert usual_jobs(["missing", "memory://a"]) == 1
