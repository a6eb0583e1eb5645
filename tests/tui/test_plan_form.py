from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import Plan, parse_tempo
from tracker.tui.plan_form import (
    FIRST_PLAN,
    FieldError,
    PlanTexts,
    number_in,
    pain_in,
    plan_from_texts,
    texts_of_plan,
)

FULL = Plan(
    load_kg=62.5,
    target_reps=8,
    tempo=parse_tempo("3-0-X-2"),
    lockout_goal_s=2.5,
    velocity_loss=0.2,
    rest_s=120.0,
    keep_tension=True,
    breathing=False,
)


def test_a_plan_stands_in_the_fields_as_it_is_written() -> None:
    assert texts_of_plan(FULL) == PlanTexts(
        "62.5", "8", "3-0-X-2", "2.5", "20", "120", True, False
    )
    assert texts_of_plan(Plan()) == PlanTexts(rest="90")


@pytest.mark.parametrize("plan", [FULL, FIRST_PLAN, Plan()])
def test_what_is_written_is_read_again(plan: Plan) -> None:
    assert plan_from_texts(texts_of_plan(plan)) == plan


@given(
    load=st.none() | st.integers(0, 4000).map(lambda quarters: quarters / 4),
    reps=st.none() | st.integers(1, 200),
    loss=st.none() | st.integers(5, 60),
    rest=st.integers(0, 900),
)
def test_every_plan_survives_the_form(
    load: float | None, reps: int | None, loss: int | None, rest: int
) -> None:
    plan = Plan(
        load_kg=load,
        target_reps=reps,
        velocity_loss=None if loss is None else loss / 100,
        rest_s=float(rest),
    )
    assert plan_from_texts(texts_of_plan(plan)) == plan


def test_empty_fields_plan_nothing() -> None:
    assert plan_from_texts(PlanTexts()) == Plan()
    assert plan_from_texts(PlanTexts(load="  ", tempo=" ")) == Plan()


def test_a_comma_is_a_point() -> None:
    assert plan_from_texts(PlanTexts(load="62,5", hold=" 2,5 ")) == Plan(62.5, lockout_goal_s=2.5)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("load", "2000", "load: expected 0 to 1000 kg, got 2000"),
        ("load", "1.2.3", "load: expected a number such as 62.5 or 62,5, got '1.2.3'"),
        ("reps", "0", "reps: expected 1 to 200, got 0"),
        ("reps", "8.5", "reps: expected a whole number, got 8.5"),
        ("hold", "61", "hold: expected 0 to 60, got 61"),
        ("loss", "80", "loss: expected 5 to 60 %"),
        ("rest", "901", "rest: expected 0 to 900, got 901"),
    ],
)
def test_what_cannot_be_meant_names_its_field(field: str, text: str, words: str) -> None:
    with pytest.raises(FieldError) as caught:
        plan_from_texts(replace(PlanTexts(), **{field: text}))  # type: ignore[arg-type]
    assert caught.value.field == field
    assert str(caught.value).startswith(words)


def test_a_tempo_of_three_places_asks_which_is_missing_and_says_what_to_write() -> None:
    with pytest.raises(FieldError) as caught:
        plan_from_texts(PlanTexts(tempo="311"))
    assert caught.value.field == "tempo"
    assert str(caught.value).startswith("tempo: has three places: which of the four is missing")
    assert "3-0-1-1" in str(caught.value)


@pytest.mark.parametrize(("text", "pain"), [("", None), ("0", 0), ("10", 10), (" 3 ", 3)])
def test_pain_is_a_whole_number_to_ten(text: str, pain: int | None) -> None:
    assert pain_in(text) == pain


@pytest.mark.parametrize("text", ["11", "2.5", "-1", "a lot", "nan", "inf"])
def test_other_pain_is_refused(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        pain_in(text)
    assert caught.value.field == "pain"


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", ",11", ".5", ","])
def test_what_is_no_amount_is_no_number(text: str) -> None:
    with pytest.raises(FieldError, match="load: expected a number"):
        number_in("load", text)
