from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.options import (
    DecimalNumber,
    ExerciseName,
    PositiveNumber,
    day,
    examples,
    exercise_option,
    moment_of_day,
    percent,
    plan_options,
    recording_file,
    screen_is_there,
)
from tracker.domain import EXERCISES, InputError, OutputError, Plan, Tempo, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
    moment = moment_of_day("2026-03-01T18:30:00+01:00")
    assert moment.isoformat() == "2026-03-01T18:30:00+01:00"


def test_without_an_offset_a_moment_is_in_the_zone_of_the_computer() -> None:
    moment = moment_of_day("2026-03-01T18:30")
    assert moment == datetime(2026, 3, 1, 18, 30).astimezone()


@pytest.mark.parametrize("text", ["", "soon", "18:30", "2026-13-01"])
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter, match="2026-03-01T18:30"):
        moment_of_day(text)


def plan_of(arguments: Sequence[str]) -> Any:
    plans: list[Plan | None] = []

    @click.command()
    @plan_options
    def command(plan: Plan | None) -> None:
        plans.append(plan)

    command.main(list(arguments), standalone_mode=False)
    (plan,) = plans
    return plan


def test_without_any_option_there_is_no_plan() -> None:
    assert plan_of([]) is None


@pytest.mark.parametrize(
    ("arguments", "plan"),
    [
        (["--load-kg", "0"], Plan(load_kg=0.0)),
        (["--reps", "8", "--hold", "2"], Plan(target_reps=8, lockout_goal_s=2.0)),
        (["--tempo", "30x2"], Plan(tempo=Tempo(3.0, 0.0, None, 2.0))),
        (["--tempo", "up=1 hold=2 down=3"], Plan(tempo=Tempo(3.0, 0.0, 1.0, 2.0))),
        (["--velocity-loss", "20"], Plan(velocity_loss=0.2)),
        (["--velocity-loss", "20%"], Plan(velocity_loss=0.2)),
        (["--keep-tension"], Plan(keep_tension=True)),
        (["--no-breathing"], Plan(breathing=False)),
    ],
)
def test_options_make_a_plan(arguments: list[str], plan: Plan) -> None:
    assert plan_of(arguments) == plan


def test_a_tempo_that_can_be_read_in_two_ways_is_asked_about() -> None:
    with pytest.raises(InputError, match="which of the four is missing"):
        plan_of(["--tempo", "312"])


@pytest.mark.parametrize("text", ["4", "61", "nan", "-20", "much", ""])
def test_a_percentage_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected"):
        percent(text)


@pytest.mark.parametrize(
    "arguments",
    [["--load-kg", "1001"], ["--load-kg", "nan"], ["--reps", "201"], ["--hold", "-1"]],
)
def test_an_amount_that_cannot_be_meant_is_refused(arguments: list[str]) -> None:
    with pytest.raises((click.BadParameter, InputError), match=r"range|expected (0 to|a number)"):
        plan_of(arguments)


def test_a_day_begins_at_midnight_where_the_wearer_is() -> None:
    begin = day("2026-11-25")
    assert (begin.year, begin.month, begin.day, begin.hour, begin.minute) == (2026, 11, 25, 0, 0)
    assert begin.tzinfo is not None


@pytest.mark.parametrize("text", ["25.11.2026", "2026-02-30", "yesterday", ""])
def test_what_is_no_day_is_told_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected a day such as 2026-11-25"):
        day(text)


def test_only_names_of_recordings_are_written(tmp_path: Path) -> None:
    assert recording_file(str(tmp_path / "a.arrows")) == tmp_path / "a.arrows"
    assert recording_file(str(tmp_path / "A.ARROWS")) == tmp_path / "A.ARROWS"
    with pytest.raises(OutputError, match=r"-o .*a\.arrows"):
        recording_file(str(tmp_path / "a.csv"))


def test_calls_and_what_they_do_stand_under_each_other() -> None:
    @click.command(epilog=examples(("tool a", "one"), ("tool longer", "another")))
    def tool() -> None:
        """Do things."""

    shown = CliRunner().invoke(tool, ["--help"]).output
    assert shown.endswith("  Examples:\n    tool a       one\n    tool longer  another\n")


def test_a_browser_is_a_screen_although_it_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    assert not screen_is_there()
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert screen_is_there()


@pytest.mark.parametrize("text", ["62.5", "62,5", " 62,5 "])
def test_a_number_has_a_decimal_point_or_a_decimal_comma(text: str) -> None:
    assert DecimalNumber(0.0, 500.0).convert(text, None, None) == 62.5
    assert PositiveNumber().convert(text, None, None) == 62.5


@pytest.mark.parametrize("text", [",5", "1.000,5", "1,000,5", "kg", "", "-5", "nan", "501"])
def test_what_is_no_such_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected"):
        DecimalNumber(0.0, 500.0).convert(text, None, None)
