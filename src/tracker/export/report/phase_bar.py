"""The representative rep of a set as a bar of its phases, above the same bar of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import PHASE_WORDS
from tracker.export.report.scale import scale_over
from tracker.export.report.tempo import EXPLOSIVE
from tracker.export.report.wording import UNKNOWN, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Phase
    from tracker.export.report.scale import Scale
    from tracker.export.report.tempo import PhaseRow

WIDTH: Final = 340.0
_LEFT: Final = 46.0
_RIGHT: Final = 14.0
_ROW: Final = 38.0
_TOP: Final = 12.0
_BAR: Final = 28.0

LEAST_LABEL_PX: Final = 20.0
"""A narrower part has no room for its seconds; they are in the table."""


@dataclass(frozen=True, slots=True)
class Part:
    """One phase in a bar."""

    word: str
    """Chooses the pattern."""
    x_px: float
    width_px: float
    text: str
    """Its seconds, where there is room."""
    label: str
    """The same in full, for who points at it or has it read out."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of parts."""

    name: str
    y_px: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """Everything that is drawn."""

    key: str
    """Unique on the page."""
    description: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    words: tuple[str, ...]
    """The phases in order, for the legend."""
    axis_px: float
    height_px: float
    bar_px: float = _BAR
    left_px: float = _LEFT
    right_px: float = WIDTH - _RIGHT
    width_px: float = WIDTH


def phase_bar(key: str, rows: Sequence[PhaseRow]) -> PhaseBar | None:
    """Return the bars of a set's tempo table, or None if no phase of it is known.

    A phase that is planned as fast as possible takes in the plan what it took in the rep, so that
    the phases after it stand where they can be compared; its label stays X.
    """
    done = [(row.phase, row.done_s, number(row.done_s)) for row in rows if row.done_s]
    if not done:
        return None
    planned = [
        (row.phase, row.done_s if row.planned == EXPLOSIVE else row.planned_s, row.planned)
        for row in rows
    ]
    named: list[tuple[str, list[tuple[Phase, float | None, str]]]] = [("done", [*done])]
    # A plan of the hold alone is no rep that could be drawn.
    if all(row.planned != UNKNOWN for row in rows):
        named.insert(0, ("plan", [each for each in planned if each[1]]))
    longest_s = max(sum(seconds or 0.0 for _, seconds, _ in each) for _, each in named)
    x = scale_over([longest_s], _LEFT, WIDTH - _RIGHT, least_span=0.5, from_zero=True, steps=5)
    bars = tuple(
        Bar(name, _TOP + place * _ROW, _parts(each, x)) for place, (name, each) in enumerate(named)
    )
    axis_px = _TOP + len(bars) * _ROW
    return PhaseBar(
        key=key,
        description=". ".join(
            f"{bar.name.capitalize()}: {', '.join(part.label for part in bar.parts)}"
            for bar in bars
        ),
        bars=bars,
        ticks=tuple((x.px(tick), number(tick, x.decimals)) for tick in x.ticks),
        words=tuple(PHASE_WORDS[row.phase] for row in rows),
        axis_px=axis_px,
        height_px=axis_px + 22.0,
    )


def _parts(phases: Sequence[tuple[Phase, float | None, str]], x: Scale) -> tuple[Part, ...]:
    parts = []
    end_s = 0.0
    for phase, seconds, text in phases:
        start_s, end_s = end_s, end_s + (seconds or 0.0)
        start_px, end_px = x.px(start_s), x.px(end_s)
        width_px = round(max(0.0, end_px - start_px), 1)
        word = PHASE_WORDS[phase]
        said = "as fast as possible" if text == EXPLOSIVE else f"{text} s"
        parts.append(
            Part(
                word,
                start_px,
                width_px,
                text if width_px >= LEAST_LABEL_PX else "",
                f"{word} {said}",
            )
        )
    return tuple(parts)
