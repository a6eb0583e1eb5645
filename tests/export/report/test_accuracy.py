"""The figures in a report are those of the README, which `make accuracy` prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.export.report.method import FIGURES, Figure

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
    assert short <= {figure.row for figure in FIGURES if figure.reached == "NOT reached"}


def test_simulated_and_measured_are_told_apart_as_in_the_table() -> None:
    for figure in FIGURES:
        assert figure.is_simulated is not figure.section.startswith("REAL")
