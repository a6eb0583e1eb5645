from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.analyze import events_of, workout_in
from tracker.cli.inputs import open_session_file
from tracker.domain import SessionState

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_events_add_up_to_the_totals(recording: Path) -> None:
    file = open_session_file(recording)
    ledger = SessionState()
    ledger.accept(event for event, _ in events_of(file, 20))
    assert workout_in(file, 20).sets == ledger.sets != ()


def test_the_facts_are_those_of_the_file(csv: Path) -> None:
    rows = len(csv.read_text().splitlines()) - 1
    file = open_session_file(csv)
    facts = workout_in(file, 1).facts
    assert (facts.path, facts.sensor, facts.samples) == (str(csv), "csv", rows)
    assert facts.duration_s == file.duration_s
    assert facts.rate_hz is not None
    assert file.duration_s is not None
    assert abs(facts.rate_hz - (rows - 1) / file.duration_s) < 1.0


def test_nothing_is_printed_where_nobody_watches(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workout_in(open_session_file(recording), 100)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
