"""Values as bars: upright ones side by side, and the curve of a trend in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVELS: Final = "▁▂▃▄▅▆▇█"
"""An eighth of a row and more, up to a whole one."""

UNKNOWN: Final = "·"
"""Stands where a value is unknown: no bar would look like zero."""


def sparkline(values: Sequence[float | None]) -> str:
    """Return one bar for each value, from the lowest to the highest of them."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    if high <= low:
        return "".join(UNKNOWN if value is None else LEVELS[3] for value in values)
    top = len(LEVELS) - 1
    return "".join(
        UNKNOWN if value is None else LEVELS[round((value - low) / (high - low) * top)]
        for value in values
    )


def upright_bars(
    values: Sequence[float | None], full: float, height: int, width: int = 1, between: int = 1
) -> list[str]:
    """Return rows, top first, of bars of `width` columns with `between` columns in between.

    A bar as high as `height` is worth `full`; all start from zero, so their lengths compare. What
    is above `full` is cut, and the smallest known value still shows a line.
    """
    eighths = [
        None
        if value is None
        else max(1, min(8 * height, round(8 * height * value / full)))
        if full > 0.0
        else 1
        for value in values
    ]
    gap = " " * between
    rows = []
    for row in range(height):
        below = 8 * (height - 1 - row)
        cells = (
            (UNKNOWN if below == 0 else " ") if each is None else _cell(each - below)
            for each in eighths
        )
        rows.append(gap.join(cell * width for cell in cells))
    return rows


def _cell(eighths: int) -> str:
    return " " if eighths <= 0 else LEVELS[min(eighths, 8) - 1]


def bar_room(amount: int, width: int) -> tuple[int, int]:
    """Return how wide bars can be, and how far apart, for `amount` of them on `width` columns."""
    for bar, between in ((3, 1), (2, 1), (1, 1), (1, 0)):
        if amount * (bar + between) - between <= width:
            return bar, between
    return 1, 0
