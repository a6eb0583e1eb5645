from __future__ import annotations

from tui.widgets.snapshots import set_of, snapshot
from unit.runtime.workout import rep_at

from tracker.domain import exercise_named
from tracker.runtime.snapshot import RunState
from tracker.tui.widgets.notice import notice_of


def words(**known: object) -> str:
    return "\n".join(notice_of(snapshot(**known)) or ())


def test_before_any_sample_the_sensor_is_waited_for() -> None:
    assert words().startswith("Waiting for the sensor")


def test_before_the_first_rep_it_says_what_to_do() -> None:
    assert "push\nthrough the heels" in words(samples=10)
    assert "Stand still" in words(samples=10, exercise=exercise_named("squat"))


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
