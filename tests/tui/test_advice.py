from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.tui.staging import PLAN
from tests.tui.widgets.snapshots import set_of
from tests.workouts import TWO_SETS, rep_at
from tracker.app.advice import Advisor, History
from tracker.coach import NO_DIAGNOSIS
from tracker.domain import (
    HIP_THRUST,
    PainEntered,
    PainMoment,
    SessionInfo,
    SetRecord,
    SourceFacts,
    Workout,
)
from tracker.tui.advice import best_line, effort_lines, next_lines, pain_lines, record_lines


def reps_slowing_by(share: float) -> SetRecord:
    velocities = (0.40, 0.40, 0.40 * (1.0 - share))
    return set_of(
        *(
            replace(rep_at(6.0 * n, n), mean_velocity_mps=velocity, flags=())
            for n, velocity in enumerate(velocities, start=1)
        ),
        ended=True,
    )


def workout(*sets: SetRecord, pain: tuple[PainEntered, ...] = ()) -> Workout:
    info = SessionInfo("profile", started_utc="2026-02-27T10:00:00+00:00")
    return Workout(info, SourceFacts("a", "profile", 100.0, 60.0, 6000), sets, (), {}, pain)


def test_the_loss_of_velocity_stands_beside_what_ends_the_set() -> None:
    assert list(effort_lines(HIP_THRUST, reps_slowing_by(0.25))) == ["velocity loss 25 %"]
    planned = replace(reps_slowing_by(0.25), plan=replace(PLAN, velocity_loss=0.3))
    (line, *_) = effort_lines(HIP_THRUST, planned)
    assert line == "velocity loss 25 %, the set ends at 30 %"


def test_without_velocities_nothing_is_said_of_effort() -> None:
    rep = replace(rep_at(1.0, 1), mean_velocity_mps=None)
    assert list(effort_lines(HIP_THRUST, set_of(rep))) == []


def test_a_set_as_fast_as_possible_gives_an_estimate_with_its_range() -> None:
    plan = replace(PLAN, load_kg=100.0, tempo=None)
    lines = list(effort_lines(HIP_THRUST, replace(reps_slowing_by(0.1), plan=plan)))
    estimates = [line for line in lines if line.startswith("estimated 1RM")]
    assert all(" to " in line and line.endswith("m/s") for line in estimates)
    assert len(estimates) <= 1


def test_little_pain_asks_for_nothing() -> None:
    assert list(pain_lines([])) == []
    assert list(pain_lines([PainEntered(1, PainMoment.BEFORE)])) == []


def test_some_pain_asks_for_care_without_alarm() -> None:
    (line,) = pain_lines([PainEntered(3, PainMoment.BETWEEN, 1)])
    assert not line.startswith("!")


def test_much_pain_stops_and_is_no_diagnosis() -> None:
    first, second = pain_lines([PainEntered(8, PainMoment.BETWEEN, 1)])
    assert first.startswith("! ")
    assert second == NO_DIAGNOSIS


NOW = datetime(2026, 3, 1, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("load_kg", "load"), [(60.0, "60 kg"), (0.0, "bodyweight"), (None, "8 or more")]
)
def test_the_next_time_is_a_day_sets_reps_and_load_with_a_reason(
    load_kg: float | None, load: str
) -> None:
    done = replace(
        set_of(*(replace(rep_at(6.0 * n, n), flags=()) for n in range(1, 9)), ended=True),
        plan=replace(PLAN, load_kg=load_kg),
    )
    lines = list(next_lines(workout(done), Advisor(), NOW))
    assert lines[0].startswith("next time")
    assert lines[0].endswith(load) or load_kg is None
    assert lines[1]


def test_right_after_a_training_the_next_one_has_a_day() -> None:
    now = datetime(2026, 2, 27, 11, tzinfo=UTC)
    (line, *_) = next_lines(workout(reps_slowing_by(0.0)), Advisor(zone=UTC), now)
    assert line.startswith("next time (Sun 1 March): Hip thrust: ")


def test_earlier_trainings_count() -> None:
    done = replace(
        set_of(*(replace(rep_at(6.0 * n, n), flags=()) for n in range(1, 12)), ended=True),
        plan=PLAN,
    )
    three = workout(done, done, done)
    alone = list(next_lines(three, Advisor(), NOW))
    after_two = list(next_lines(three, Advisor(History((three, three))), NOW))
    assert alone != after_two


def test_after_a_red_light_there_is_no_next_time_until_somebody_was_asked() -> None:
    pain = (PainEntered(2, PainMoment.BEFORE), PainEntered(7, PainMoment.AFTER))
    first, *_, last = next_lines(workout(reps_slowing_by(0.0), pain=pain), Advisor(), NOW)
    assert "asked" in first
    assert "--asked" in last


def test_a_record_is_what_no_earlier_training_of_the_exercise_reached() -> None:
    before = replace(TWO_SETS, info=replace(TWO_SETS.info, origin="live"))
    first = before.sets[0]
    more = replace(first, entries=replace(first.entries, reps=first.done + 5))
    now = replace(before, sets=(more, *before.sets[1:]))
    (line, *_) = [each for each in record_lines(now, [before]) if "most reps" in each]
    assert line == f"★ most reps in a set: {more.done}, before {max(s.done for s in before.sets)}"
    assert list(record_lines(now, [])) == [], "nothing stands against the first training"
    assert list(record_lines(before, [before])) == []
    other = replace(before, info=replace(before.info, exercise="glute_bridge"))
    assert list(record_lines(now, [other])) == []
    simulated = replace(now, info=replace(now.info, origin="synthetic"))
    assert list(record_lines(simulated, [before])) == []


def test_the_best_of_a_training_is_in_its_table() -> None:
    holds = [rep.lockout_s for record in TWO_SETS.sets for rep in record.reps]
    best = max(hold for hold in holds if hold is not None)
    assert f"hold {best:.1f} s (set " in best_line(TWO_SETS)
    assert best_line(replace(TWO_SETS, sets=())) == ""
