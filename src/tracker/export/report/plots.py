"""The plots: values per rep or session as dots on a line, and a rep's phases as a bar.

This module computes what is drawn; `templates/plots.html.j2` draws it with a few plain SVG
elements in the colours of the page's CSS, so plots follow light, dark and paper. On a plot of ten
reps, libraries did worse: pygal 3.1 writes 11 kB with a script, today's date and links in it;
Matplotlib 3.11 takes half a second and writes fixed colours and no text for screen readers;
Vega-Lite (vl-convert 1.9) is an 84 MB wheel; Plotly needs 3 MB of script; svg.py does not escape
text. A macro takes 2 kB a plot, escapes like the page around it, has a title and a description,
and marks reps by shape.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tracker.domain import PHASE_WORDS, Phase
from tracker.domain.tempo import EXPLOSIVE
from tracker.export.report.wording import UNKNOWN, all_known, known, number, sentence_start
from tracker.language import _, pgettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.export.report.measures import PhaseRow, Quantity


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis: where each value is, in pixels."""

    least: float
    most: float
    start_px: float
    """Where `least` is."""
    end_px: float
    """Where `most` is."""
    ticks: tuple[float, ...]
    """Round values from `least` to `most`."""
    decimals: int
    """Decimals needed to tell ticks apart."""

    def px(self, value: float) -> float:
        """Return where a value is, to a tenth of a pixel."""
        share = (value - self.least) / (self.most - self.least)
        return round(self.start_px + share * (self.end_px - self.start_px), 1)


def scale_over(
    values: Sequence[float],
    start_px: float,
    end_px: float,
    *,
    least_span: float,
    from_zero: bool = False,
    steps: int = 4,
) -> Scale:
    """Return an axis with about `steps` round steps that holds all `values`, at least one.

    It spans at least `least_span`, so that meaningless differences look small, and begins at 0
    with `from_zero` unless a value is below.
    """
    least, most = min(values), max(values)
    if from_zero:
        least = min(least, 0.0)
    lacking = least_span - (most - least)
    if lacking > 0.0:
        most += lacking if from_zero else lacking / 2.0
        least -= 0.0 if from_zero else lacking / 2.0
    step = _round_step((most - least) / steps)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    ticks = tuple(index * step for index in range(first, last + 1))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return Scale(ticks[0], ticks[-1], start_px, end_px, ticks, decimals)


def _round_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1.0, 2.0, 5.0, 10.0) if power * each >= rough * 0.999999)


WIDTH: Final = 340.0
HEIGHT: Final = 160.0
"""Drawn one to one on a phone, so that text stays legible."""

_LEFT: Final = 42.0
_RIGHT: Final = 12.0
_TOP: Final = 12.0
_BOTTOM: Final = 22.0

DOT_PX: Final = 3.5
SMALL_DOT_PX: Final = 2.0
MANY: Final = 30
"""More dots than this are drawn small."""

MOST_X_LABELS: Final = 12
"""More labels than this would touch each other."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One value."""

    x_px: float
    y_px: float
    shape: str
    """`round`, `ring`, `diamond` or `square`; the legend explains them."""
    label: str
    """What it is, for the pointer and for screen readers."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A planned value with its tolerance."""

    y_px: float
    top_px: float
    height_px: float
    text: str


@dataclass(frozen=True, slots=True)
class Along:
    """The words for what is in order from left to right."""

    dot: str
    """One value, with `{place}` and `{value}`."""
    named_dot: str
    """The same of one of several lines, with `{name}`."""
    line: str
    """All values, with `{quantity}`, `{known}`, `{all}`, `{least}`, `{most}` and `{unit}`."""
    named_line: str
    """The same of one of several lines, with `{name}`."""
    corner: str = ""
    """What stands before the labels on the axis."""


BY_REP: Final = Along(
    _("Rep {place}: {value}"),
    _("Rep {place} {name}: {value}"),
    _("{quantity} by rep: {known} of {all} known, from {least} to {most} {unit}"),
    _("{quantity} {name} by rep: {known} of {all} known, from {least} to {most} {unit}"),
    pgettext("column", "rep"),
)
BY_SESSION: Final = Along(
    _("Session {place}: {value}"),
    _("Session {place} {name}: {value}"),
    _("{quantity} by session: {known} of {all} known, from {least} to {most} {unit}"),
    # Translators: {quantity} {name} is "Pain before", "Pain after", "Pain next morning".
    _("{quantity} {name} by session: {known} of {all} known, from {least} to {most} {unit}"),
)


@dataclass(frozen=True, slots=True)
class DotPlot:
    """One plot."""

    key: str
    """Unique on the page."""
    title: str
    description: str
    """What the plot shows, in a sentence with numbers."""
    corner: str
    """What stands before the labels on the x axis; may be empty."""
    lines: tuple[str, ...]
    """Points of each line in SVG's notation; an unknown value breaks the line."""
    dots: tuple[Dot, ...]
    x_labels: tuple[tuple[float, str], ...]
    """Where the labels on the axis are, and their texts."""
    y_labels: tuple[tuple[float, str], ...]
    goal: Goal | None
    legend: tuple[tuple[str, str], ...]
    """Shapes that occur, and their meaning."""
    dot_px: float
    """Radius of a round dot; smaller where there are many."""
    begins: str
    """The value at which the axis begins, for people; empty if it is 0."""
    left_px: float = _LEFT
    right_px: float = WIDTH - _RIGHT
    bottom_px: float = HEIGHT - _BOTTOM
    width_px: float = WIDTH
    height_px: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order; None is unknown."""

    values: Sequence[float | None]
    shapes: Sequence[str]
    """One for each value."""
    name: str = ""


def dot_plot(
    key: str,
    quantity: Quantity[Any],
    series: Sequence[Series],
    x_names: Sequence[str],
    *,
    along: Along,
    legend: Sequence[tuple[str, str]] = (),
    goal: tuple[float, float] | None = None,
) -> DotPlot | None:
    """Return a plot, or None if none of its values is known.

    The series are lines of dots, as long as `x_names`, which label the places on the x axis;
    `along` says what the places are. The legend loses the shapes that do not occur. The goal is
    a planned value with its tolerance.
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
            _dot_label(quantity, each, along, x_names[place], value),
        )
        for each in series
        for place, raw in enumerate(each.values)
        if (value := known(raw)) is not None
    )
    shapes = {dot.shape for dot in dots}
    every = max(1, math.ceil(len(x_names) / MOST_X_LABELS))
    # Dates are wider than rep numbers: the first and the last are enough.
    wide = max(map(len, x_names)) > 3
    labelled = {0, len(x_names) - 1} if wide else set(range(0, len(x_names), every))
    return DotPlot(
        key=key,
        title=f"{quantity.title}, {quantity.unit}" if quantity.unit else quantity.title,
        description=_described(quantity, series, along, goal),
        corner=along.corner,
        lines=tuple(line for each in series for line in _lines(each, x_px, y)),
        dots=dots,
        x_labels=tuple((x_px[place], x_names[place]) for place in sorted(labelled)),
        y_labels=_labels(y),
        goal=None if goal is None else _goal(quantity, goal, y),
        dot_px=DOT_PX if len(x_names) <= MANY else SMALL_DOT_PX,
        begins="" if y.ticks[0] == 0.0 else number(y.ticks[0], y.decimals),
        legend=tuple(entry for entry in legend if entry[0] in shapes),
    )


def _labels(scale: Scale) -> tuple[tuple[float, str], ...]:
    return tuple((scale.px(tick), number(tick, scale.decimals)) for tick in scale.ticks)


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


def _goal(quantity: Quantity[Any], goal: tuple[float, float], y: Scale) -> Goal:
    aim, near = goal
    top, bottom = y.px(aim + near), y.px(aim - near)
    text = _("plan {seconds} ± {tolerance}").format(
        seconds=number(aim, quantity.decimals), tolerance=number(near, 2)
    )
    return Goal(y.px(aim), top, round(bottom - top, 1), text)


def _dot_label(
    quantity: Quantity[Any], series: Series, along: Along, x_name: str, value: float
) -> str:
    return (along.named_dot if series.name else along.dot).format(
        place=x_name,
        name=series.name,
        value=number(value, quantity.decimals, quantity.unit),
    )


def _described(
    quantity: Quantity[Any],
    series: Sequence[Series],
    along: Along,
    goal: tuple[float, float] | None,
) -> str:
    parts = []
    for each in series:
        values = all_known(each.values)
        if values:
            least, most = (number(bound(values), quantity.decimals) for bound in (min, max))
            text = (along.named_line if each.name else along.line).format(
                quantity=quantity.title,
                name=each.name,
                known=len(values),
                all=len(each.values),
                least=least,
                most=most,
                unit=quantity.unit,
            )
            parts.append(text.rstrip())
    if goal is not None:
        aim = number(goal[0], quantity.decimals, quantity.unit)
        parts.append(_("Planned: {value}").format(value=aim))
    parts.append(_("The numbers are in the table beside it."))
    return ". ".join(parts)


BAR_WIDTH: Final = 340.0
_BAR_LEFT: Final = 46.0
_BAR_RIGHT: Final = 14.0
_ROW: Final = 38.0
_BAR_TOP: Final = 12.0
_BAR: Final = 28.0

LEAST_LABEL_PX: Final = 20.0
"""A narrower part has no room for its seconds, which are in the table anyway."""


PATTERNS: Final = {
    Phase.CONCENTRIC: "up",
    Phase.LOCKOUT: "hold",
    Phase.ECCENTRIC: "down",
    Phase.BOTTOM: "floor",
}
"""The class of each phase in the style sheet."""


@dataclass(frozen=True, slots=True)
class Part:
    """One phase in a bar."""

    pattern: str
    """The class of the phase, which chooses the pattern."""
    x_px: float
    width_px: float
    text: str
    """Its seconds, where there is room."""
    label: str
    """Phase and seconds, for the pointer and for screen readers."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of parts."""

    name: str
    y_px: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """The bars of a set: the plan above the representative rep."""

    key: str
    """Unique on the page."""
    description: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    legend: tuple[tuple[str, str], ...]
    """Pattern and word of each phase, in order."""
    axis_px: float
    height_px: float
    bar_px: float = _BAR
    left_px: float = _BAR_LEFT
    right_px: float = BAR_WIDTH - _BAR_RIGHT
    width_px: float = BAR_WIDTH


def phase_bar(key: str, rows: Sequence[PhaseRow]) -> PhaseBar | None:
    """Return the bars of a set's tempo table, or None if no phase of it is known.

    A phase planned as fast as possible is drawn as long as it took, so that the phases after it
    can be compared; its label stays X.
    """
    done = [(row.phase, row.done_s, number(row.done_s)) for row in rows if row.done_s]
    if not done:
        return None
    planned = [
        (row.phase, row.done_s if row.planned == EXPLOSIVE else row.planned_s, row.planned)
        for row in rows
    ]
    named: list[tuple[str, list[tuple[Phase, float | None, str]]]] = [
        (pgettext("tempo", "done"), [*done])
    ]
    # A plan of the hold alone cannot be drawn as a rep.
    if all(row.planned != UNKNOWN for row in rows):
        named.insert(0, (pgettext("tempo", "plan"), [each for each in planned if each[1]]))
    longest_s = max(sum(part[1] or 0.0 for part in each) for __, each in named)
    x = scale_over(
        [longest_s], _BAR_LEFT, BAR_WIDTH - _BAR_RIGHT, least_span=0.5, from_zero=True, steps=5
    )
    bars = tuple(
        Bar(name, _BAR_TOP + place * _ROW, _parts(each, x))
        for place, (name, each) in enumerate(named)
    )
    axis_px = _BAR_TOP + len(bars) * _ROW
    return PhaseBar(
        key=key,
        description=". ".join(
            f"{sentence_start(bar.name)}: {', '.join(part.label for part in bar.parts)}"
            for bar in bars
        ),
        bars=bars,
        ticks=_labels(x),
        legend=tuple((PATTERNS[row.phase], PHASE_WORDS[row.phase]) for row in rows),
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
        full = _("as fast as possible") if text == EXPLOSIVE else f"{text} s"
        shown = text if width_px >= LEAST_LABEL_PX else ""
        parts.append(Part(PATTERNS[phase], start_px, width_px, shown, f"{word} {full}"))
    return tuple(parts)


CURVE_TOP: Final = 34.0
"""Room for the words above the curve, px."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A typical rep above its plan, as the height of the hips over time."""

    description: str
    done: str
    """Points in SVG's notation."""
    planned: str
    """The same of the plan; empty without a whole one."""
    ticks: tuple[tuple[float, str], ...]
    """Seconds below the axis: where, and their texts."""
    phases: tuple[tuple[float, str], ...]
    """The phases of the rep above it: where, and their words with seconds."""
    left_px: float = _LEFT
    right_px: float = WIDTH - _RIGHT
    top_px: float = CURVE_TOP
    bottom_px: float = HEIGHT - _BOTTOM
    width_px: float = WIDTH
    height_px: float = HEIGHT


_STEPS: Final = 12
"""Pieces of a movement: a smooth line on paper."""

_LEVELS: Final = {
    Phase.CONCENTRIC: (0.0, 1.0),
    Phase.LOCKOUT: (1.0, 1.0),
    Phase.ECCENTRIC: (1.0, 0.0),
    Phase.BOTTOM: (0.0, 0.0),
}


def rep_curve(rows: Sequence[PhaseRow]) -> Curve | None:
    """Return the curve of the median rep; None unless both of its movements are known.

    Each phase lasts as measured or planned. Between bottom and top the line is drawn smooth: the
    shape of a movement is not in the numbers that a session keeps.
    """
    done = [(row.phase, row.done_s) for row in rows]
    moves = (Phase.CONCENTRIC, Phase.ECCENTRIC)
    if not done or any(seconds is None for phase, seconds in done if phase in moves):
        return None
    lasting = [(phase, seconds or 0.0) for phase, seconds in done]
    # As fast as possible is as long as it was.
    explosive = {row.phase for row in rows if row.planned_s is None and row.planned == EXPLOSIVE}
    planned = [
        (row.phase, row.done_s if row.phase in explosive else row.planned_s) for row in rows
    ]
    whole = all(seconds is not None for __, seconds in planned)
    plan = [(phase, seconds or 0.0) for phase, seconds in planned] if whole else []
    longest_s = max(sum(seconds for __, seconds in each) for each in (lasting, plan))
    x = scale_over([0.0, longest_s], _LEFT, WIDTH - _RIGHT, least_span=1.0, from_zero=True)
    names, at_s = [], 0.0
    for phase, seconds in lasting:
        if seconds:
            words = f"{PHASE_WORDS[phase]} {number(seconds)}"
            names.append((x.px(at_s + seconds / 2.0), words))
        at_s += seconds
    text = _("Median of all reps: {phases}").format(
        phases=_described_phases((row.phase, row.done_s) for row in rows)
    )
    if plan:
        text = _("{rep}; planned: {phases}").format(rep=text, phases=_described_phases(plan))
    return Curve(
        description=text,
        done=_curve_points(lasting, x),
        planned=_curve_points(plan, x),
        ticks=tuple((x.px(tick), number(tick, x.decimals)) for tick in x.ticks),
        phases=tuple(names),
    )


def _described_phases(phases: Iterable[tuple[Phase, float | None]]) -> str:
    return ", ".join(f"{PHASE_WORDS[phase]} {number(seconds)} s" for phase, seconds in phases)


def _curve_points(phases: Sequence[tuple[Phase, float]], x: Scale) -> str:
    points, at_s = [], 0.0
    top, bottom = CURVE_TOP, HEIGHT - _BOTTOM
    for phase, seconds in phases:
        start, end = _LEVELS[phase]
        for step in range(_STEPS + 1):
            share = step / _STEPS
            level = start + (end - start) * (1.0 - math.cos(math.pi * share)) / 2.0
            y_px = round(bottom - level * (bottom - top), 1)
            points.append(f"{x.px(at_s + share * seconds):g},{y_px:g}")
        at_s += seconds
    return " ".join(points)
