from __future__ import annotations

import pytest

from tracker.domain import InputError, OutputError, SensorError, TrackerError, UnknownNameError


def test_an_error_says_what_came_and_what_to_try() -> None:
    error = TrackerError("Wanted a file, got a folder.", "Name a file in it.")
    assert str(error) == "Wanted a file, got a folder.\nName a file in it."
    assert (error.message, error.advice) == (
        "Wanted a file, got a folder.",
        "Name a file in it.",
    )


def test_an_error_without_advice_is_one_line() -> None:
    assert str(TrackerError("No.")) == "No."


@pytest.mark.parametrize("kind", [InputError, OutputError])
def test_a_file_that_will_not_do_is_named(kind: type[InputError] | type[OutputError]) -> None:
    error = kind("/tmp/a.csv", "is empty", "Record again.")
    assert str(error) == "/tmp/a.csv: is empty\nRecord again."
    assert (error.path, error.problem) == ("/tmp/a.csv", "is empty")


def test_an_unknown_name_comes_with_the_nearest_and_all_known_ones() -> None:
    error = UnknownNameError("exercise", "hip_trust", ("squat", "hip_thrust"))
    assert "'hip_trust'" in str(error)
    assert "Did you mean hip_thrust?" in str(error)
    assert "squat, hip_thrust" in str(error)
    assert error.known == ("squat", "hip_thrust")


def test_a_name_like_none_gets_no_guess() -> None:
    assert "Did you mean" not in str(UnknownNameError("exercise", "xylophone", ("squat",)))


@pytest.mark.parametrize("kind", [InputError, OutputError, SensorError, UnknownNameError])
def test_all_errors_of_users_have_one_root(kind: type[Exception]) -> None:
    assert issubclass(kind, TrackerError)
