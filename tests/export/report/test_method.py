from __future__ import annotations

from pathlib import Path

import pytest

from tracker.export.report.method import FIGURES, FORMULAS, MEASURED, SIMULATED, Formula

DETECTORS = Path(__file__).parents[3] / "docs" / "detectors.md"


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.name)
def test_a_formula_has_a_source_and_names_rows_that_exist(formula: Formula) -> None:
    assert formula.source.endswith((".", "10.014"))
    assert {figure.row for figure in formula.figures} == set(formula.tested)


def test_dois_are_those_of_the_documentation() -> None:
    documented = DETECTORS.read_text(encoding="utf-8")
    dois = [formula.source.split()[-1] for formula in FORMULAS if "doi:" in formula.source]
    assert dois
    assert all(doi in documented for doi in dois)


def test_every_figure_is_either_simulated_or_measured() -> None:
    assert sorted(SIMULATED + MEASURED, key=FIGURES.index) == list(FIGURES)
    assert SIMULATED
    assert MEASURED


def test_every_figure_but_the_false_alarms_is_said_of_a_formula() -> None:
    said = {figure for formula in FORMULAS for figure in formula.figures}
    assert {figure.row for figure in set(FIGURES) - said} == {
        "announcements that were taken back, per hour"
    }
