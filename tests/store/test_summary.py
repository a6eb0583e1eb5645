from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.workouts import INFO, TWO_SETS, dated, logged_set
from tracker.domain import Plan, Workout
from tracker.store.summary import SessionQuery, as_utc, in_order, summary_row

if TYPE_CHECKING:
    from tracker.store import TrainingLog

WINTER = timezone(timedelta(hours=1))


def test_a_line_is_the_training_as_it_counts() -> None:
    row = summary_row(TWO_SETS, "2026-03-01", edited=True)
    assert row == {
        "at_utc": "2026-02-10T18:00:00.000000+00:00",
        "shown_exercise": "hip_thrust",
        "shown_note": "stiff",
        "sets_done": 2,
        "reps_done": 9,
        "reps_measured": 9,
        "load_kg": 70.0,
        "volume_kg": 5 * 60.0 + 4 * 70.0,
        "rom_deg": pytest.approx(40.0),
        "mean_velocity_mps": pytest.approx(0.3),
        "lockout_s": pytest.approx(1.0),
        "pain_before": 2,
        "pain_after": 4,
        "edited": True,
    }


def test_what_is_not_known_is_none_and_not_nothing() -> None:
    empty = Workout(dated(TWO_SETS, None).info, TWO_SETS.facts, (), (), {})
    row = summary_row(empty, "2026-03-01", edited=False)
    assert row["at_utc"] == "2026-03-01"
    unknown = ("load_kg", "volume_kg", "rom_deg", "mean_velocity_mps", "lockout_s", "pain_before")
    assert [row[name] for name in unknown] == [None] * len(unknown)
    assert (row["sets_done"], row["reps_done"]) == (0, 0)


def test_bodyweight_is_a_volume_of_nothing_and_an_unsaid_load_is_left_out() -> None:
    light = replace(logged_set(1, 0.0, 3), plan=Plan(load_kg=0.0))
    unsaid = replace(logged_set(2, 50.0, 3), plan=Plan())
    row = summary_row(replace(TWO_SETS, sets=(light, unsaid)), "", edited=False)
    assert (row["load_kg"], row["volume_kg"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        (None, None),
        ("", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-02-10T18:00:00+01:00", "2026-02-10T17:00:00.000000+00:00"),
        ("2026-02-10T18:00:00", "2026-02-10T18:00:00.000000+00:00"),
        ("2026-02-10T18:00:00.25Z", "2026-02-10T18:00:00.250000+00:00"),
    ],
)
def test_times_become_utc_of_one_length(text: str | None, utc: str | None) -> None:
    assert as_utc(text) == utc


def test_text_of_a_time_sorts_as_time() -> None:
    times = [
        datetime(2026, 2, 10, 0, 0, tzinfo=WINTER),
        datetime(2026, 2, 9, 23, 30, 1, tzinfo=UTC),
    ]
    assert sorted(times) == sorted(times, key=in_order)


def test_a_list_has_what_is_wanted_the_newest_first(log: TrainingLog) -> None:
    january = log.add(dated(TWO_SETS, "2026-01-10T18:00:00+00:00"), version="1")
    march = log.add(dated(TWO_SETS, "2026-03-10T18:00:00+00:00"), version="1")
    squats = replace(INFO, exercise="squat", started_utc="2026-02-10T18:00:00+00:00")
    february = log.add(replace(TWO_SETS, info=squats), version="1")
    # When it began is not known, so it is where it was logged: on the first of March.
    unknown = log.add(dated(TWO_SETS, None), version="1")
    deleted = log.add(TWO_SETS, version="1")
    log.delete([deleted])

    def ids(wanted: SessionQuery) -> list[int]:
        return [each.id for each in log.list(wanted)]

    assert ids(SessionQuery()) == [march, unknown, february, january]
    assert ids(SessionQuery(limit=2)) == [march, unknown]
    assert ids(SessionQuery(exercise="squat")) == [february]
    assert ids(SessionQuery(trash=True)) == [deleted]
    begin, end = datetime(2026, 1, 10, 18, tzinfo=UTC), datetime(2026, 2, 10, 18, tzinfo=UTC)
    assert ids(SessionQuery(since=begin, until=end)) == [january]
    assert ids(SessionQuery(since=end)) == [march, unknown, february]
    line = log.list(SessionQuery(exercise="squat"))[0]
    assert (line.sets_done, line.reps_done, line.volume_kg) == (2, 9, 580.0)
    assert (line.started_utc, line.edited, line.deleted_utc) == (squats.started_utc, False, None)
