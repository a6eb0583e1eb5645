"""How long the list of a coach's people takes: twelve of them, with thirty sessions each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from test_log import workout_at

from tracker.app.clock import local_now
from tracker.app.paths import Paths
from tracker.app.people import add_person, everyone, people_lines, triage
from tracker.app.training_log import open_training_log

if TYPE_CHECKING:
    from measuring import Measure, Report

PEOPLE: Final = 12
SESSIONS: Final = 30

LIST_S: Final = 0.5
"""A list that a coach waits for longer would be a reason for one log for everybody, s."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The folders of twelve people who have trained every other day until yesterday."""
    folder = tmp_path_factory.mktemp("people")
    shared = Paths(folder / "data", folder / "config", folder / "log")
    for number in range(1, PEOPLE):
        add_person(shared, f"P{number:02}")
    for paths in everyone(shared):
        with open_training_log(paths) as log:
            for number in range(SESSIONS):
                log.add(workout_at(local_now() - timedelta(days=2 * number + 1)), version="1")
    return shared


def test_listing_everybody(measure: Measure, shared: Paths, report: Report) -> None:
    lines, taken_s = measure(lambda: people_lines(shared))
    assert [each.sessions for each in lines] == [SESSIONS] * PEOPLE
    report("list 12 people × 30 sessions", f"{1e3 * taken_s:.0f} ms", f"of {1e3 * LIST_S:.0f} ms")


def test_the_triage_of_everybody(measure: Measure, shared: Paths, report: Report) -> None:
    found, taken_s = measure(lambda: triage(shared, local_now()))
    assert len(found) == PEOPLE
    report("triage of them", f"{1e3 * taken_s:.0f} ms", "reads their last 24 sessions")
