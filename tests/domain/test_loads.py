"""Loads in the wearer's unit: what was typed comes back, in every unit and after every detour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import InputError, parse_set, set_words
from tracker.domain.loads import (
    LoadChoice,
    LoadUnit,
    load_number,
    load_text,
    load_unit,
    load_words,
    parse_load_kg,
    plates_words,
    use_loads,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

UNITS = st.sampled_from(LoadUnit)
HUNDREDTHS = st.integers(0, 99_999).map(lambda hundredths: hundredths / 100)


@pytest.fixture(autouse=True)
def _nothing_chosen() -> Iterator[None]:
    yield
    use_loads()


def in_unit(unit: LoadUnit, bar_kg: float | None = None) -> None:
    use_loads(lambda: LoadChoice(unit, bar_kg))


@given(HUNDREDTHS, UNITS, st.sampled_from([".", ","]))
def test_a_typed_load_comes_back_as_it_was_typed(typed: float, unit: LoadUnit, sign: str) -> None:
    in_unit(unit)
    text = f"{typed:g}".replace(".", sign)
    assert load_number(parse_load_kg(text, unit)) == f"{typed:.9g}"
    assert load_text(parse_load_kg(f"{text} {unit.value}")) == f"{typed:.9g} {unit.value}"


@given(HUNDREDTHS, UNITS)
def test_the_log_keeps_a_load_whatever_unit_is_chosen_later(typed: float, unit: LoadUnit) -> None:
    entered = parse_set(f"reps=8 load={typed:g}", unit)
    assert parse_set(set_words(entered)) == entered
    in_unit(unit)
    assert load_number(parse_set(set_words(entered)).load_kg) == f"{typed:.9g}"


def test_forty_five_pounds_stay_forty_five_pounds() -> None:
    in_unit(LoadUnit.LB)
    assert load_unit() is LoadUnit.LB
    assert (load_text(parse_load_kg("45lb")), load_words(0.0), load_words(None)) == (
        "45 lb",
        "bodyweight",
        "",
    )
    in_unit(LoadUnit.KG)
    assert load_text(parse_load_kg("45LB")) == "20.41 kg"
    assert load_text(parse_load_kg("88 lb")) == "39.92 kg"


@pytest.mark.parametrize("text", ["", "kg", "60st", "1,000.5", "-5kg", "1001", "2205lb", "nan"])
def test_what_is_no_load_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(InputError, match=r"expected .*got") as error:
        parse_load_kg(text)
    assert text in str(error.value)


@given(st.integers(0, 300).map(lambda half_plates: 2.5 * half_plates), UNITS)
def test_the_plates_on_both_sides_and_the_bar_make_up_the_load(
    load: float, unit: LoadUnit
) -> None:
    bar = 20.0 if unit is LoadUnit.KG else 45.0
    in_unit(unit, unit.kg(bar))
    words = plates_words(unit.kg(load))
    if load < bar:
        assert not words
        return
    head, _, side = words.partition(", each side ")
    assert head == f"{bar:g} {unit.value} bar"
    plates, _, short = side.partition(", ")
    each = [part.split(" × ") for part in plates.split(" + ") if part != "nothing"]
    there = sum(float(part[-1]) * (int(part[0]) if len(part) > 1 else 1) for part in each)
    missing = float(re.findall(r"[\d.]+", short)[0]) if short else 0.0
    assert bar + 2 * there + missing == pytest.approx(load)
    assert missing < 2 * unit.plates[-1]


def test_no_plates_are_named_without_a_bar_or_a_load() -> None:
    in_unit(LoadUnit.KG)
    assert not plates_words(60.0)
    in_unit(LoadUnit.KG, 20.0)
    assert not plates_words(None)
    assert plates_words(20.0) == "20 kg bar, each side nothing"
    assert plates_words(62.5) == "20 kg bar, each side 20 + 1.25"
    assert plates_words(61.0) == "20 kg bar, each side 20, 1 kg short"
