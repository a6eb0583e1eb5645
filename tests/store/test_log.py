from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, update

from tests.workouts import INFO, TWO_SETS, any_workouts, dated, logged_set, patient
from tracker.domain import EXERCISES, InputError, Plan, Rep, SetEntries, UnknownNameError, Workout
from tracker.store import Edit, Field, SessionQuery, SessionSummary, TrainingLog, weeks
from tracker.store.schema import REPS, SETS
from tracker.store.summary import as_utc, in_order, summary_row

if TYPE_CHECKING:
    from collections.abc import Callable


ONE_SET = replace(TWO_SETS, sets=TWO_SETS.sets[:1])


def added(log: TrainingLog, workout: Workout = TWO_SETS, sha256: str = "aa", **more: str) -> int:
    recording = more.pop("recording", "/r/a.arrows")
    return log.add(
        workout, version=more.pop("version", "1.0"), recording=recording, sha256=sha256, **more
    )


def test_what_was_added_is_there_when_the_log_is_opened_again(
    place: str, now: Callable[[], datetime]
) -> None:
    with TrainingLog(place, now) as log:
        session_id = added(log)
    with TrainingLog(place, now) as log:
        kept = log.detail(session_id)
    assert kept.measured == kept.current.workout == TWO_SETS
    assert (kept.recording, kept.sha256) == ("/r/a.arrows", "aa")
    assert kept.summary.tracker_version == "1.0"
    assert kept.edits == ()


def test_the_same_recording_again_replaces_what_was_measured_and_keeps_every_edit(
    log: TrainingLog,
) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.REPS, 6, 1), Edit(Field.NOTE, "fine")])
    better = replace(
        TWO_SETS, sets=(logged_set(1, 2.0, 1), logged_set(2, 10.0, 5), logged_set(3, 60.0, 4))
    )
    assert added(log, better, version="1.1", recording="/elsewhere/b.arrows") == session_id
    kept = log.detail(session_id)
    assert kept.measured == better
    assert [record.done for record in kept.current.workout.sets] == [1, 6, 4]
    assert kept.current.workout.note == "fine"
    assert kept.current.edited == {(2, Field.REPS), (None, Field.NOTE)}
    assert (kept.summary.reps_done, kept.summary.tracker_version) == (11, "1.1")
    assert kept.recording == "/elsewhere/b.arrows"
    assert len(log.list()) == 1


def test_trainings_without_a_recording_are_each_their_own(log: TrainingLog) -> None:
    assert log.add(TWO_SETS, version="1") != log.add(TWO_SETS, version="1")
    assert log.recordings() == ()


def test_an_edit_stands_beside_what_was_measured_and_says_when(log: TrainingLog) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.LOAD, 80, 1)])
    log.edit(session_id, [Edit(Field.LOAD, 82.5, 1), Edit(Field.EXERCISE, "glute_bridge")])
    kept = log.detail(session_id)
    assert kept.measured == TWO_SETS
    assert kept.current.workout.sets[0].load_kg == 82.5
    assert kept.current.workout.info.exercise == "glute_bridge"
    assert [made.change for made in kept.edits] == [1, 2, 2]
    assert [made.edit.value for made in kept.edits] == [80, 82.5, "glute_bridge"]
    assert all(made.made_utc.startswith("2026-03-01T12:00:") for made in kept.edits)
    assert (kept.summary.edited, kept.summary.load_kg) == (True, 82.5)
    assert [each.id for each in log.list(SessionQuery(exercise="glute_bridge"))] == [session_id]


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (Edit(Field.REPS, 5, 3), "no set 3; it has sets 1, 2"),
        (Edit(Field.REPS, 500, 1), "expected 0 to 200"),
    ],
)
def test_an_edit_that_cannot_be_meant_changes_nothing(
    log: TrainingLog, edit: Edit, error: str
) -> None:
    session_id = added(log)
    with pytest.raises(InputError, match=error):
        log.edit(session_id, [Edit(Field.NOTE, "x"), edit])
    assert log.workout(session_id) == TWO_SETS
    with pytest.raises(UnknownNameError):
        log.edit(session_id, [Edit(Field.EXERCISE, "flying")])


def test_what_is_deleted_is_in_the_trash_until_it_is_purged(log: TrainingLog) -> None:
    first, second = added(log), added(log, dated(TWO_SETS, None), "bb")
    log.edit(first, [Edit(Field.NOTE, "x")])
    log.delete([first])
    assert [each.id for each in log.list()] == [second]
    assert log.workout(first).note == "x"
    assert added(log) == first
    assert [each.id for each in log.list(SessionQuery(trash=True))] == [first]
    log.restore([first])
    assert len(log.list()) == 2
    log.delete([first])
    log.purge([first])
    with pytest.raises(InputError, match=f"session {first}: is not in the log"):
        log.workout(first)
    assert log.list(SessionQuery(trash=True)) == ()
    assert log.ignored() == {"aa"}
    # Whoever adds it wants it back.
    assert added(log) != first
    assert log.ignored() == set()
    # An id is never given twice.
    assert log.add(TWO_SETS, version="1") > second


def test_only_what_is_in_the_trash_is_purged_and_all_or_nothing(log: TrainingLog) -> None:
    first, second = added(log), added(log, dated(TWO_SETS, None), "bb")
    log.delete([first])
    with pytest.raises(InputError, match=f"session {second}: is not in the trash"):
        log.purge([first, second])
    assert log.workout(first) == TWO_SETS
    with pytest.raises(InputError, match="session 99: is not in the log"):
        log.delete([second, 99])
    assert len(log.list()) == 1


def test_recordings_are_listed_with_what_measured_them(log: TrainingLog) -> None:
    session_id = added(log)
    log.edit(session_id, [Edit(Field.EXERCISE, "glute_bridge"), Edit(Field.REPS, 6, 1)])
    (known,) = log.recordings()
    assert (known.id, known.recording, known.sha256) == (session_id, "/r/a.arrows", "aa")
    assert (known.tracker_version, known.shown_exercise, known.reps_done) == (
        "1.0",
        "glute_bridge",
        10,
    )
    assert known.counted_as == "hip_thrust"
    assert known.duration_s == 120.0


def test_a_recording_that_has_grown_is_known_by_its_name_and_start(log: TrainingLog) -> None:
    session_id = added(log, ONE_SET)
    assert added(log, TWO_SETS, "bb") == session_id
    assert log.detail(session_id).sha256 == "bb"
    assert added(log, dated(TWO_SETS, "2026-02-11T18:00:00+00:00"), "cc") != session_id
    assert added(log, TWO_SETS, "dd", recording="/r/other.arrows") != session_id


def test_recordings_without_a_start_are_known_by_their_bytes_alone(log: TrainingLog) -> None:
    undated = dated(TWO_SETS, None)
    session_id = added(log, undated)
    assert added(log, undated, "bb") != session_id
    assert added(log, undated) == session_id


def test_a_session_is_found_by_what_people_type(log: TrainingLog) -> None:
    with pytest.raises(InputError, match="no session in the log yet"):
        log.find("last")
    older = added(log, recording="/r/2026-02-10T18-00-00Z_hip_thrust.arrows")
    newer = added(
        log,
        replace(TWO_SETS, info=replace(INFO, started_utc="2026-02-11T07:00:00Z")),
        "bb",
        recording=r"C:\r\2026-02-11T07-00-00Z_hip_thrust.arrows",
    )
    assert log.find(str(older)) == older
    assert log.find("last") == newer
    assert log.find("2026-02-10") == older
    assert log.find("2026-02-11T07") == newer
    with pytest.raises(InputError, match=rf"2026-: matches more than one session: {older} \(2026"):
        log.find("2026-")
    for nothing in ("99", "9" * 30, "2027", "", "%", "_"):
        with pytest.raises(InputError):
            log.find(nothing)


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
        "pain_worst": 4,
        "pain_next_morning": None,
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


SESSION = SessionSummary(
    id=1,
    at_utc="2026-02-10T18:00:00.000000+00:00",
    started_utc=None,
    shown_exercise="hip_thrust",
    sensor="profile",
    origin="live",
    duration_s=600.0,
    sets_done=3,
    reps_done=30,
    reps_measured=30,
    load_kg=80.0,
    volume_kg=2400.0,
    rom_deg=40.0,
    mean_velocity_mps=0.3,
    lockout_s=1.0,
    pain_before=4,
    pain_after=2,
    shown_note="",
    edited=False,
    recording_name=None,
    tracker_version="1",
    deleted_utc=None,
)


def test_sessions_of_a_week_are_added_up_and_averaged_by_their_reps() -> None:
    other = replace(
        SESSION,
        at_utc="2026-02-15T23:59:59.000000+00:00",
        origin="synthetic",
        sets_done=1,
        reps_done=11,
        reps_measured=10,
        volume_kg=None,
        rom_deg=20.0,
        mean_velocity_mps=None,
        lockout_s=3.0,
        pain_before=1,
        pain_after=None,
    )
    (week,) = weeks([SESSION, other])
    assert week.monday == date(2026, 2, 9)
    assert (week.sessions, week.simulated, week.sets, week.reps) == (2, 1, 4, 41)
    assert week.volume_kg == 2400.0
    assert week.rom_deg == pytest.approx(35.0)
    assert week.mean_velocity_mps == pytest.approx(0.3)
    assert week.lockout_s == pytest.approx(1.5)
    assert (week.pain_before, week.pain_after) == (2.5, 2.0)


def test_weeks_begin_on_monday_where_the_wearer_is_and_come_in_order() -> None:
    later = replace(SESSION, at_utc="2026-02-15T23:30:00.000000+00:00")
    assert [week.monday for week in weeks([later, SESSION], UTC)] == [date(2026, 2, 9)]
    east = timezone(timedelta(hours=1))
    assert [week.monday for week in weeks([later, SESSION], east)] == [
        date(2026, 2, 9),
        date(2026, 2, 16),
    ]


def test_a_training_after_midnight_on_a_journey_stays_one_of_that_day() -> None:
    journey = replace(
        SESSION,
        at_utc="2026-02-15T21:40:00.000000+00:00",
        started_utc="2026-02-16T00:40:00+03:00",
    )
    assert f"{journey.at(UTC):%Y-%m-%d %H:%M}" == "2026-02-16 00:40"
    assert [week.monday for week in weeks([journey], UTC)] == [date(2026, 2, 16)]
    west = timezone(timedelta(hours=-5))
    in_utc = replace(journey, started_utc="2026-02-15T21:40:00+00:00")
    assert in_utc.at(west).hour == 16, "UTC is no place: the wearer's computer is"
    assert replace(journey, started_utc="yesterday").at(west).hour == 16


def test_what_no_session_knows_is_unknown() -> None:
    empty = replace(
        SESSION,
        sets_done=0,
        reps_done=0,
        reps_measured=0,
        volume_kg=None,
        rom_deg=None,
        mean_velocity_mps=None,
        lockout_s=None,
        pain_before=None,
        pain_after=None,
    )
    (week,) = weeks([empty])
    assert (week.volume_kg, week.rom_deg, week.lockout_s, week.pain_after) == (None,) * 4
    assert weeks([]) == ()


# What a database of text can hold: no half of a surrogate pair, and PostgreSQL no null character.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@settings(
    patient,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(workout=any_workouts(WORDS, st.floats(allow_nan=False), st.sampled_from(sorted(EXERCISES))))
def test_what_is_kept_comes_back_as_it_was(log: TrainingLog, workout: Workout) -> None:
    assert log.workout(log.add(workout, version="1")) == workout


def test_every_field_of_a_rep_and_of_what_is_said_of_a_set_has_its_column() -> None:
    named = {field.name for field in fields(Rep)} - {"index", "phases"} | {"number"}
    assert named == set(REPS.c.keys()) - {"session_id", "set_place", "place"}
    assert {field.name for field in fields(SetEntries)} <= set(SETS.c.keys())


def test_numbers_that_are_none_are_unknown(log: TrainingLog) -> None:
    odd = replace(TWO_SETS.sets[0].reps[0], rom_deg=float("nan"))
    record = replace(TWO_SETS.sets[0], reps=(odd,))
    kept = log.workout(log.add(replace(TWO_SETS, sets=(record,)), version="1"))
    assert kept.sets[0].reps[0].rom_deg is None


def test_a_name_of_a_file_that_is_no_text_can_be_kept(log: TrainingLog) -> None:
    facts = replace(TWO_SETS.facts, path="/r/\udcff.arrows")
    kept = log.workout(log.add(replace(TWO_SETS, facts=facts), version="1"))
    assert kept.facts.path == "/r/?.arrows"


def test_what_a_later_tracker_has_written_is_told(log: TrainingLog) -> None:
    session_id = log.add(TWO_SETS, version="9.0")
    engine = create_engine(log._database.url)
    with engine.begin() as connection:
        connection.execute(update(REPS).values(flags="moonwalked"))
    engine.dispose()
    with pytest.raises(InputError, match=r"tracker 9\.0; this one does not know 'moonwalked'"):
        log.workout(session_id)
