from __future__ import annotations

from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.app.snapshot import RunState
from tracker.domain import MarkKind, Plan, exercise_named, parse_tempo
from tracker.tui.widgets.status import notice_of, plan_lines


def words(**known: object) -> str:
    return "\n".join(notice_of(snapshot(**known)) or ())


def test_before_any_sample_the_sensor_is_waited_for() -> None:
    assert words().startswith("Waiting for the sensor")


def test_before_the_first_rep_it_says_what_to_do() -> None:
    assert "push through the heels" in words(samples=10)
    assert "Stand still" in words(samples=10, exercise=exercise_named("squat"))


def test_before_the_first_rep_the_plan_is_said_with_the_tempo_both_ways() -> None:
    plan = Plan(60.0, 8, parse_tempo("3-0-1-2"), lockout_goal_s=2.5, velocity_loss=0.2)
    for heard in (0, 10):
        assert words(samples=heard, plan=plan).endswith(
            "\n\n8 reps · 60 kg\ntempo 3-0-1-2\nup 1 · hold 2 · down 3 · floor 0\n"
            "hold 2.5 s · until 20 % slower"
        )
    assert plan_lines(Plan(load_kg=0.0)) == ("bodyweight",)
    assert plan_lines(Plan()) == ()


def test_a_calibration_that_is_waited_for_says_what_to_do() -> None:
    hold = words(samples=10, calibrating=MarkKind.CALIBRATION, plan=Plan(target_reps=8))
    assert hold.startswith("Your lockout\nHips up to lockout,\nand hold still for 3 s")
    assert hold.endswith("8 reps")
    assert "three good reps" in words(samples=10, calibrating=MarkKind.REFERENCE_REPS)


def test_while_there_are_reps_the_numbers_are_shown() -> None:
    assert notice_of(snapshot(samples=10, sets=(set_of(rep_at(1.0, 1)),))) is None


def test_the_end_is_a_summary() -> None:
    sets = (
        set_of(rep_at(1.0, 1), rep_at(7.0, 2), ended=True),
        set_of(rep_at(60.0, 1), ended=True, index=2),
    )
    text = words(state=RunState.FINISHED, sets=sets)

    assert text.startswith("Finished")
    assert "2 sets, 3 reps" in text
    assert "mean hold  1.6 s" in text
    assert "mean range 37°" in text


def test_an_end_without_reps_says_so() -> None:
    assert "No reps were found." in words(state=RunState.FINISHED)


def test_an_error_says_what_happened_and_what_is_left() -> None:
    text = words(state=RunState.FAILED, failure="The sensor went away.\nCharge it.")

    assert text.startswith("! Stopped")
    assert "The sensor went away.\nCharge it." in text
    assert "is kept" in text
