"""How fast ten thousand sessions are listed, compared with counting their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from measuring import best_of
from sqlalchemy import insert, text

from tracker.domain import (
    Flag,
    Phase,
    PhaseSpan,
    Rep,
    SessionInfo,
    SetEntries,
    SetRecord,
    SourceFacts,
    Workout,
)
from tracker.store import SessionQuery, TrainingLog, weeks
from tracker.store.rows import session_row, write_measured
from tracker.store.schema import MEASURED, SESSIONS
from tracker.store.summary import summary_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from measuring import Measure, Report

SESSIONS_KEPT: Final = 10_000
BEGIN: Final = datetime(2000, 1, 1, 18, tzinfo=UTC)


def rep(index: int) -> Rep:
    start_s = 4.0 * index
    spans = tuple(
        PhaseSpan(phase, start_s + each, start_s + each + 1.0) for each, phase in enumerate(Phase)
    )
    return Rep(index, start_s, start_s + 4.0, True, spans, 40.0, flags=(Flag.SAGGED,))


REPS: Final = tuple(rep(index) for index in range(1, 11))
SETS: Final = tuple(
    SetRecord(number, 0.0, 44.0, REPS, 10, True, entries=SetEntries(load_kg=60.0))
    for number in (1, 2, 3)
)


def workout_at(time: datetime) -> Workout:
    return Workout(
        SessionInfo("profile", started_utc=time.isoformat()),
        SourceFacts("/r/a.arrows", "profile", 100.0, 600.0, 60_000),
        SETS,
        (),
        {},
    )


def row(number: int) -> dict[str, object]:
    time = BEGIN + timedelta(hours=8 * number)
    workout = workout_at(time)
    return {
        **session_row(workout),
        **summary_row(workout, time.isoformat(), edited=False),
        "tracker_version": "1",
        "logged_utc": time.isoformat(),
        "measured_utc": time.isoformat(),
    }


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainingLog]:
    """Three sessions a day for nine years: 30 reps each, with all their phases."""
    path = tmp_path_factory.mktemp("log") / "training.sqlite"
    with TrainingLog(path, lambda: BEGIN) as opened:
        # In one transaction: each by itself waits for the disk, which is not what is measured.
        with opened._database.writing() as connection:
            connection.execute(insert(SESSIONS), [row(number) for number in range(SESSIONS_KEPT)])
            write_measured(connection, 1, workout_at(BEGIN))
            for table in MEASURED:
                names = ", ".join(f"first.{name}" for name in table.c.keys()[1:])
                # Everybody trains as on the first day.
                connection.exec_driver_sql(
                    f"INSERT INTO {table.name} SELECT sessions.id, {names} "
                    f"FROM sessions JOIN {table.name} AS first WHERE sessions.id > 1"
                )
        yield opened


@pytest.fixture
def count_s(log: TrainingLog) -> float:
    """Time to open the log and count its sessions and their reps, s."""

    def count() -> None:
        with log._database.reading() as connection:
            connection.execute(text("SELECT count(*) FROM sessions")).one()
            connection.execute(text("SELECT count(*) FROM reps")).one()

    return best_of(5, count)


def test_listing_everything(
    measure: Measure, log: TrainingLog, count_s: float, report: Report
) -> None:
    summaries, taken_s = measure(log.list)
    _tell(report, "list 10 000 sessions", taken_s, count_s)
    assert len(summaries) == SESSIONS_KEPT
    assert summaries[0].volume_kg == 1800.0


def test_listing_the_newest(
    measure: Measure, log: TrainingLog, count_s: float, report: Report
) -> None:
    wanted = SessionQuery(exercise="hip_thrust", since=BEGIN, limit=20)
    summaries, taken_s = measure(lambda: log.list(wanted))
    _tell(report, "list the newest 20 of them", taken_s, count_s)
    assert len(summaries) == 20


def test_weeks(measure: Measure, log: TrainingLog, count_s: float, report: Report) -> None:
    summaries = log.list()
    each_week, taken_s = measure(lambda: weeks(summaries))
    _tell(report, "add them up by weeks", taken_s, count_s)
    assert sum(week.reps for week in each_week) == 30 * SESSIONS_KEPT


def test_reading_one(measure: Measure, log: TrainingLog, count_s: float, report: Report) -> None:
    workout, taken_s = measure(lambda: log.workout(5000))
    _tell(report, "read one of them, rep by rep", taken_s, count_s)
    assert workout.sets == SETS


def test_adding_one(measure: Measure, log: TrainingLog, count_s: float, report: Report) -> None:
    workout = replace(log.workout(1), note="new")
    numbers = iter(range(100))
    session_id, taken_s = measure(lambda: log.add(workout, version="1", sha256=f"{next(numbers)}"))
    _tell(report, "add one more", taken_s, count_s)
    assert session_id > SESSIONS_KEPT


def _tell(report: Report, what: str, taken_s: float, count_s: float) -> None:
    report(what, f"{1e3 * taken_s:.0f} ms", f"{taken_s / count_s:.1f} times counting their rows")
