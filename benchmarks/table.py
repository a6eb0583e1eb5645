"""One table: what was measured, what it has to reach, what it reached, and what others reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NONE: Final = "–"
"""What a cell says where there is nothing to say."""

HEADINGS: Final = ("", "of", "target", "figure", "", "baseline")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its target."""

    what: str
    """What was measured."""
    of: int
    """How many values the figure is made of."""
    target: str
    """What it has to be."""
    figure: str
    """What it is."""
    met: bool
    """Whether it reaches the target; never where there was nothing to measure."""
    baseline: str = NONE
    """What the baseline of the same run reaches."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        verdict = "ok" if self.met else "SHORT"
        return (self.what, str(self.of), self.target, self.figure, verdict, self.baseline)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong together."""

    title: str
    """What they were measured on: simulated or real is said here."""
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    """What the rows cannot say, line by line."""


def at_most(
    what: str,
    of: int,
    value: float,
    limit: float,
    form: str = "{:.3f}",
    *,
    figure: str | None = None,
    baseline: str = NONE,
) -> Row:
    """Return a row whose value may not be above a limit; a bias counts by its size."""
    told = form.format(value) if figure is None else figure
    return Row(
        what,
        of,
        f"≤ {form.format(limit)}",
        told if of else "none",
        bool(of) and abs(value) <= limit,
        baseline,
    )


def at_least(
    what: str, of: int, hits: int, share: float, *, figure: str | None = None, baseline: str = NONE
) -> Row:
    """Return a row in which a share of all has to be hit."""
    told = f"{hits} ({_percent(hits / of)})" if of else "none"
    target = "all" if share == 1.0 else f"≥ {_percent(share)}"
    met = bool(of) and hits >= share * of
    return Row(what, of, target, figure or told, met, baseline)


def none_of(what: str, of: int, hits: int, *, baseline: str = NONE) -> Row:
    """Return a row of something that may not happen in any of the places looked at."""
    return Row(what, of, "0", str(hits), bool(of) and hits == 0, baseline)


def print_table(parts: Sequence[Part], *, markdown: bool = False) -> None:
    """Print all parts as one table, its notes below, and what falls short last."""
    rows = [row.cells for part in parts for row in part.rows]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    lines = _markdown(parts) if markdown else _plain(parts, widths)
    print("\n".join(lines))
    for part in parts:
        if part.notes:
            print("\n" + "\n".join(part.notes))
    short = [f"{row.what}: {row.figure}" for part in parts for row in part.rows if not row.met]
    print(f"\n{len(rows) - len(short)} of {len(rows)} rows reach their target.")
    for line in short:
        print(f"SHORT  {line}")


def _plain(parts: Iterable[Part], widths: Sequence[int]) -> Iterable[str]:
    yield _line(HEADINGS, widths)
    for part in parts:
        yield f"\n{part.title}"
        for row in part.rows:
            yield _line(row.cells, widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligns = "<>><<<"
    texts = (
        f"{cell:{align}{width}}" for cell, align, width in zip(cells, aligns, widths, strict=True)
    )
    return "  ".join(texts).rstrip()


def _markdown(parts: Iterable[Part]) -> Iterable[str]:
    for number, part in enumerate(parts):
        if not number:
            yield f"| {' | '.join(HEADINGS)} |"
            yield "|---|--:|--:|---|---|---|"
        yield f"| **{part.title}** |" + " |" * 5
        for row in part.rows:
            yield f"| {' | '.join(row.cells)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".0 %", " %")
