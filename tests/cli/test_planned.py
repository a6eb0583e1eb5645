from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import pytest

from tracker.cli.options import Percent, TempoCode, plan_options
from tracker.domain import InputError, Plan, Tempo

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        TempoCode().convert("312", None, None)


@pytest.mark.parametrize("text", ["4", "61", "nan", "-20", "much", ""])
def test_a_percentage_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected"):
        Percent().convert(text, None, None)


@pytest.mark.parametrize(
    "arguments",
    [["--load-kg", "1001"], ["--load-kg", "nan"], ["--reps", "201"], ["--hold", "-1"]],
)
def test_an_amount_that_cannot_be_meant_is_refused(arguments: list[str]) -> None:
    with pytest.raises((click.BadParameter, InputError), match=r"range|expected 0 to 1000"):
        plan_of(arguments)
