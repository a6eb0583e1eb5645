from __future__ import annotations

from tests.export.report.trainings import training, training_set
from tracker.domain import HIP_THRUST, Workout
from tracker.export.report.trends import Trends, trends_of

NOW = "2026-05-14T16:30:00+00:00"
MONDAY = "2026-05-11T16:30:00+00:00"
FRIDAY_BEFORE = "2026-05-08T23:30:00-02:00"


def trends(*history: Workout, workout: Workout | None = None) -> Trends:
    found = trends_of(workout or training(NOW), history, HIP_THRUST)
    assert found is not None
    return found


def test_sessions_are_in_the_order_of_time_and_the_latest_row_is_first() -> None:
    found = trends(training(MONDAY), training(FRIDAY_BEFORE))
    assert [row[0] for row in found.rows] == ["14 May 2026", "11 May 2026", "8 May 2026"]
    assert found.left_out == ""


def test_a_row_is_of_the_session() -> None:
    row = trends(training(MONDAY, sets=(training_set(1, reps=3),))).rows[-1]
    assert row == ("11 May 2026", "44.0", "1.6", "0.40", "180", "2 → 3")


def test_velocity_is_left_unknown_where_the_load_was_another() -> None:
    found = trends(
        training(MONDAY, sets=(training_set(1, load_kg=40.0),)),
        workout=training(NOW, sets=(training_set(1, reps=3),)),
    )
    assert found.compared.endswith("the load of this session, 60\N{NO-BREAK SPACE}kg.")
    assert [row[3] for row in found.rows] == ["0.40", "–"]


def test_without_a_load_velocities_are_not_compared() -> None:
    bare = (training_set(1, load_kg=None),)
    found = trends(training(MONDAY, sets=bare), workout=training(NOW, sets=bare))
    assert found.compared.startswith("The load of this session is not known")
    assert dict(found.plots)["Mean velocity at a like load"] is None


def test_what_cannot_be_compared_is_left_out_and_counted() -> None:
    found = trends(
        training(MONDAY),
        training(NOW),
        training(MONDAY, exercise="glute_bridge"),
        training(MONDAY, origin="synthetic"),
        training("2026-05-15T16:30:00+00:00"),
        training(None),
    )
    assert len(found.rows) == 2
    assert found.left_out == (
        "Left out: 4 sessions (1 of another exercise, 1 simulated, 1 later than this one and "
        "1 without a date)."
    )


def test_simulated_sessions_are_compared_with_simulated_ones() -> None:
    found = trends(
        training(MONDAY, origin="synthetic"),
        training(FRIDAY_BEFORE),
        workout=training(NOW, origin="synthetic"),
    )
    assert len(found.rows) == 2
    assert found.left_out == "Left out: 1 session (1 measured on people)."


def test_without_anything_to_compare_there_are_no_trends() -> None:
    assert trends_of(training(NOW), [], HIP_THRUST) is None
    assert trends_of(training(NOW), [training(NOW)], HIP_THRUST) is None
    edited = training(NOW, note="Read from the log, with a word added.")
    assert trends_of(training(NOW), [edited], HIP_THRUST) is None


def test_this_session_is_marked_by_shape_and_pain_has_two_lines() -> None:
    plots = dict(trends(training(MONDAY)).plots)
    hold, pain = plots["Hold at the top"], plots["Pain"]
    assert hold is not None
    assert [dot.shape for dot in hold.dots] == ["round", "ring"]
    assert pain is not None
    assert [dot.shape for dot in pain.dots] == ["round", "round", "square", "square"]
    assert len(pain.lines) == 2
    assert [label.text for label in pain.y_labels][-1] == "10"


def test_a_session_without_a_date_can_have_a_history() -> None:
    assert trends(training(MONDAY), workout=training(None)).rows[0][0] == "this one"
