from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.workouts import EMPTY, WORKOUT, rep
from tracker.domain import PainEntered, PainMoment
from tracker.export.columns import (
    REP_COLUMNS,
    SET_COLUMNS,
    Kind,
    SetRow,
    pain_after,
    rep_rows,
    set_rows,
    velocity_loss_pct,
)

DOCUMENTED = Path(__file__).parents[2] / "docs" / "exports.md"
UNITS = {"_s": "s", "_deg": "°", "_m": "m", "_mps": "m/s", "_kg": "kg", "_pct": "%"}
FIRST, SECOND = WORKOUT.sets


@pytest.mark.parametrize("column", [*REP_COLUMNS, *SET_COLUMNS], ids=lambda column: column.name)
def test_a_heading_ends_in_its_unit(column: object) -> None:
    name, kind, unit = column.name, column.kind, column.unit  # type: ignore[attr-defined]
    endings = [u for ending, u in UNITS.items() if name.endswith(ending)]
    assert ([unit] if unit else []) == endings or kind is not Kind.REAL


@pytest.mark.parametrize("columns", [REP_COLUMNS, SET_COLUMNS], ids=["reps", "sets"])
def test_no_heading_is_there_twice(columns: object) -> None:
    names = [column.name for column in columns]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("heading", "columns"), [("Reps", REP_COLUMNS), ("Sets", SET_COLUMNS)], ids=["reps", "sets"]
)
def test_the_documentation_has_a_row_for_each(heading: str, columns: object) -> None:
    text = DOCUMENTED.read_text(encoding="utf-8")
    (section,) = re.findall(rf"^### {heading}\n(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", section, re.MULTILINE)
    assert rows == [
        (each.name, each.kind.value, each.unit or "–", each.meaning)
        for each in columns  # type: ignore[attr-defined]
    ]


def test_there_is_a_row_for_every_rep_and_set() -> None:
    assert [(row.record.index, row.rep.index) for row in rep_rows(WORKOUT)] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 2),
    ]
    assert [row.before for row in set_rows(WORKOUT)] == [None, FIRST]
    assert not list(rep_rows(EMPTY))
    assert not list(set_rows(EMPTY))


def test_velocity_loss_is_from_the_fastest_rep_to_the_last() -> None:
    assert velocity_loss_pct(FIRST) == pytest.approx(20.0)
    faster = replace(FIRST, reps=(rep(1, 0.0, 0.4), rep(2, 5.0, 0.5), rep(3, 9.0, 0.45)))
    assert velocity_loss_pct(faster) == pytest.approx(10.0)


def test_without_a_velocity_of_the_last_rep_there_is_no_loss() -> None:
    assert velocity_loss_pct(replace(FIRST, reps=FIRST.reps[:1])) is None
    assert velocity_loss_pct(replace(FIRST, reps=(*FIRST.reps, rep(4, 30.0, None)))) is None
    assert velocity_loss_pct(SECOND) is None


def test_the_last_pain_score_of_a_set_counts() -> None:
    pain = (
        PainEntered(7, PainMoment.BEFORE, 1),
        PainEntered(2, PainMoment.BETWEEN, 1),
        PainEntered(3, PainMoment.BETWEEN, 1),
    )
    told = replace(WORKOUT, pain=pain)
    assert pain_after(SetRow(told, FIRST)) == 3
    assert pain_after(SetRow(told, SECOND)) is None
