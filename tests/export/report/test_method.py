from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.export.report.method import FIGURES, FORMULAS, MEASURED, SIMULATED, Figure, Formula

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


README = Path(__file__).parents[3] / "docs" / "accuracy.md"


def readme_rows() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the cells of each row of the table by the heading of its part and its name."""
    text = README.read_text(encoding="utf-8")
    _, _, rest = text.partition("## How good is it")
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    section = ""
    for line in rest.splitlines():
        if not line.startswith("|"):
            continue
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if heading := re.fullmatch(r"\*\*(.+)\*\*", name):
            section = heading[1]
        elif section:
            rows[section, name] = tuple(cells)
    return rows


def test_the_table_is_found() -> None:
    assert len(readme_rows()) > 30


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure.section}: {figure.row}")
def test_a_figure_is_the_one_of_the_table(figure: Figure) -> None:
    (cells,) = (
        cells
        for (section, row), cells in readme_rows().items()
        if section.startswith(figure.section) and row == figure.row
    )
    assert cells[:4] == (figure.of, figure.target, figure.figure, figure.verdict)


def test_what_falls_short_in_the_table_is_not_left_out() -> None:
    short = {row for (_, row), cells in readme_rows().items() if cells[3] != "ok"}
    assert short <= {figure.row for figure in FIGURES if figure.verdict != "ok"}


def test_simulated_and_measured_are_told_apart_as_in_the_table() -> None:
    for figure in FIGURES:
        assert figure.is_simulated is not figure.section.startswith("REAL")
