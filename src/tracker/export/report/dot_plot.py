"""A value per rep, or per session, as dots on a line; what is drawn, not how it looks.

The drawing itself is a macro of `templates/plots.html.j2`, a few plain elements of SVG whose
colours are variables of the page's CSS, so they follow light, dark and paper. Libraries were tried
on a plot of ten reps first. pygal 3.1 writes 11 kB with a script, today's date and links in it.
Matplotlib 3.11 takes half a second and writes fixed colours and no words for who cannot see.
Vega-Lite (vl-convert 1.9) can do both but is 84 MB of wheel for 10 kB a plot. Plotly needs its
3 MB of script. svg.py does not escape text. A macro is 2 kB a plot, escapes like the page around
it, has a title and a description, and marks reps by shape.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.export.report.scale import scale_over
from tracker.export.report.wording import all_known, known, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.export.report.scale import Scale

WIDTH: Final = 340.0
HEIGHT: Final = 160.0
"""Drawn one to one on a phone; letters stay letters there."""

_LEFT: Final = 42.0
_RIGHT: Final = 12.0
_TOP: Final = 12.0
_BOTTOM: Final = 22.0

DOT_PX: Final = 3.5
SMALL_DOT_PX: Final = 2.0
MANY: Final = 30
"""More dots than that are drawn small."""

MOST_X_LABELS: Final = 12
"""More numbers than that touch each other."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One value."""

    x_px: float
    y_px: float
    shape: str
    """`round`, `ring`, `diamond` or `square`; what each stands for is in the legend."""
    label: str
    """What it is, for who points at it or has it read out."""


@dataclass(frozen=True, slots=True)
class Label:
    """A word at an axis."""

    at_px: float
    text: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A planned value, with what is near enough."""

    y_px: float
    top_px: float
    height_px: float
    text: str


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Everything that is drawn of one plot."""

    key: str
    """Unique on the page."""
    title: str
    description: str
    """What the plot shows, in a sentence with its numbers."""
    x_title: str
    lines: tuple[str, ...]
    """Points of each line, as SVG has them; a value that is not known breaks the line."""
    dots: tuple[Dot, ...]
    x_labels: tuple[Label, ...]
    y_labels: tuple[Label, ...]
    goal: Goal | None
    legend: tuple[tuple[str, str], ...]
    """Shape and meaning, of those that are there."""
    dot_px: float
    """Radius of a round dot; smaller where many stand close."""
    left_px: float = _LEFT
    right_px: float = WIDTH - _RIGHT
    bottom_px: float = HEIGHT - _BOTTOM
    width_px: float = WIDTH
    height_px: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order; None is one that is not known."""

    values: Sequence[float | None]
    shapes: Sequence[str]
    """One for each value."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is plotted."""

    title: str
    unit: str
    decimals: int
    least_span: float
    """Differences below a tenth of it mean nothing."""
    from_zero: bool = False


def dot_plot(
    key: str,
    quantity: Quantity,
    series: Sequence[Series],
    x_names: Sequence[str],
    *,
    x_title: str,
    legend: Sequence[tuple[str, str]] = (),
    goal: tuple[float, float] | None = None,
) -> DotPlot | None:
    """Return a plot, or None if none of its values is known.

    Parameters
    ----------
    key
        Unique on the page.
    quantity
        What is plotted.
    series
        Lines of dots; all as long as `x_names`.
    x_names
        What stands below each place.
    x_title
        What the places are.
    legend
        Shape and meaning; those that do not occur are left out.
    goal
        A planned value and what is near enough, in the same unit.
    """
    values = all_known(value for each in series for value in each.values)
    if not values:
        return None
    shown = values if goal is None else [*values, goal[0] - goal[1], goal[0] + goal[1]]
    y = scale_over(
        shown,
        HEIGHT - _BOTTOM,
        _TOP,
        least_span=quantity.least_span,
        from_zero=quantity.from_zero,
    )
    x_px = _places(len(x_names))
    dots = tuple(
        Dot(
            x_px[place],
            y.px(value),
            each.shapes[place],
            _said(quantity, each, x_title, x_names[place], value),
        )
        for each in series
        for place, raw in enumerate(each.values)
        if (value := known(raw)) is not None
    )
    shapes = {dot.shape for dot in dots}
    every = max(1, math.ceil(len(x_names) / MOST_X_LABELS))
    # Dates are wider than numbers of reps: the first and the last are enough.
    wide = max(map(len, x_names)) > 3
    labelled = {0, len(x_names) - 1} if wide else set(range(0, len(x_names), every))
    return DotPlot(
        key=key,
        title=f"{quantity.title}, {quantity.unit}" if quantity.unit else quantity.title,
        description=_described(quantity, series, x_title, goal),
        x_title=x_title,
        lines=tuple(line for each in series for line in _lines(each, x_px, y)),
        dots=dots,
        x_labels=tuple(Label(x_px[place], x_names[place]) for place in sorted(labelled)),
        y_labels=tuple(Label(y.px(tick), number(tick, y.decimals)) for tick in y.ticks),
        goal=None if goal is None else _goal(quantity, goal, y),
        dot_px=DOT_PX if len(x_names) <= MANY else SMALL_DOT_PX,
        legend=tuple(entry for entry in legend if entry[0] in shapes),
    )


def _places(amount: int) -> list[float]:
    start, end = _LEFT + 14.0, WIDTH - _RIGHT - 10.0
    if amount == 1:
        return [round((start + end) / 2.0, 1)]
    return [round(start + (end - start) * place / (amount - 1), 1) for place in range(amount)]


def _lines(series: Series, x_px: Sequence[float], y: Scale) -> list[str]:
    runs: list[list[str]] = [[]]
    for place, raw in enumerate(series.values):
        if (value := known(raw)) is None:
            runs.append([])
        else:
            runs[-1].append(f"{x_px[place]:g},{y.px(value):g}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _goal(quantity: Quantity, goal: tuple[float, float], y: Scale) -> Goal:
    aim, near = goal
    top, bottom = y.px(aim + near), y.px(aim - near)
    text = f"plan {number(aim, quantity.decimals)} ± {number(near, 2)}"
    return Goal(y.px(aim), top, round(bottom - top, 1), text)


def _said(quantity: Quantity, series: Series, x_title: str, x_name: str, value: float) -> str:
    name = f" {series.name}" if series.name else ""
    return f"{x_title} {x_name}{name}: {number(value, quantity.decimals, quantity.unit)}"


def _described(
    quantity: Quantity,
    series: Sequence[Series],
    x_title: str,
    goal: tuple[float, float] | None,
) -> str:
    parts = []
    for each in series:
        values = all_known(each.values)
        if not values:
            continue
        least, most = (number(bound(values), quantity.decimals) for bound in (min, max))
        name = f" {each.name}" if each.name else ""
        parts.append(
            f"{quantity.title}{name} by {x_title.lower()}: {len(values)} of {len(each.values)} "
            f"known, from {least} to {most} {quantity.unit}".rstrip()
        )
    if goal is not None:
        parts.append(f"Planned: {number(goal[0], quantity.decimals, quantity.unit)}")
    return ". ".join(parts) + ". The numbers are in the table beside it."
