from __future__ import annotations

import math
from datetime import datetime

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.options import ExerciseName, MomentOfDay, PositiveNumber, exercise_option
from tracker.domain import EXERCISES, UnknownNameError


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_taken_with_either_dash(name: str) -> None:
    assert ExerciseName().convert(name, None, None) == name
    assert ExerciseName().convert(name.replace("_", "-"), None, None) == name


def test_an_unknown_exercise_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean hip_thrust"):
        ExerciseName().convert("hip_trust", None, None)


def test_the_help_names_every_exercise() -> None:
    @click.command()
    @exercise_option
    def command(exercise: str) -> None: ...

    (option,) = command.params
    assert isinstance(option, click.Option)
    assert option.help is not None
    for name in EXERCISES:
        assert name in option.help


@given(st.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_numbers_above_zero_are_taken(number: float) -> None:
    assert PositiveNumber().convert(str(number), None, None) == number


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "fast", "", "max"])
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="above 0"):
        PositiveNumber().convert(text, None, None)


def test_the_word_for_infinity_is_infinity_where_there_is_one() -> None:
    assert PositiveNumber("max").convert("max", None, None) == math.inf
    with pytest.raises(click.BadParameter, match="or 'max'"):
        PositiveNumber("max").convert("inf", None, None)


def test_a_moment_keeps_its_offset() -> None:
    moment = MomentOfDay().convert("2026-03-01T18:30:00+01:00", None, None)
    assert moment.isoformat() == "2026-03-01T18:30:00+01:00"


def test_without_an_offset_a_moment_is_in_the_zone_of_the_computer() -> None:
    moment = MomentOfDay().convert("2026-03-01T18:30", None, None)
    assert moment == datetime(2026, 3, 1, 18, 30).astimezone()


@pytest.mark.parametrize("text", ["", "soon", "18:30", "2026-13-01"])
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter, match="2026-03-01T18:30"):
        MomentOfDay().convert(text, None, None)
