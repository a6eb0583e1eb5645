"""Signals as characters: pitch as a filled curve, acceleration as a line, strength as bars."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tracker.domain import LIFTERS_ORDER, Phase
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.language import _, localized, pgettext
from tracker.tui.widgets.bars import LEVELS
from tracker.tui.widgets.block_text import changed_run, line_strip, segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from textual.style import Style

    from tracker.app.snapshot import SessionSnapshot
    from tracker.domain import Rep

SPAN_S: Final = 10.0
"""Two reps at a slow tempo."""

STEP_S: Final = 0.33
"""The trace moves on in steps of about this, in whole columns: every step draws all of it."""

JOIN_S: Final = 0.3
"""Samples further apart than this are not joined: a gap is shown as a gap."""

LEAST_HIGH_DEG: Final = 30.0
"""The top of the scale is at least this, so that stillness looks still."""

PAST_LOCKOUT_DEG: Final = 8.0
"""A top that is higher than your lockout by more is past level."""

_DOTS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.int64)
"""Bit of each dot of a braille character, four rows of two (Unicode block 2800)."""

_LABEL_WIDTH: Final = 5


def column_values(
    time_s: NDArray[np.float64],
    values: NDArray[np.float64],
    edges_s: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the value at each of `edges_s`, NaN where samples are missing."""
    if time_s.size < 2:
        return np.full(edges_s.shape, np.nan)
    after = np.searchsorted(time_s, edges_s).clip(1, time_s.size - 1)
    near = time_s[after] - time_s[after - 1] <= JOIN_S
    step_s = JOIN_S / 2
    inside = (edges_s >= time_s[0] - step_s) & (edges_s <= time_s[-1] + step_s)
    joined: NDArray[np.float64] = np.where(
        near & inside, np.interp(edges_s, time_s, values), np.nan
    )
    return joined


def braille_lines(values: NDArray[np.float64], low: float, high: float, height: int) -> list[str]:
    """Return a connected line through `values`, two to a character, on `height` rows.

    The values, one per column of dots, shape (2 * width,), are NaN where there is none. The lowest
    and the highest row of dots are at `low` and `high`; what lies outside is drawn on the edge.
    """
    rows = 4 * height
    dots = np.zeros((rows, values.size), dtype=np.int64)
    share = ((values - low) / (high - low)).clip(0.0, 1.0)
    last: int | None = None
    for column, known in enumerate(np.isfinite(share).tolist()):
        if not known:
            last = None
            continue
        row = rows - 1 - round(float(share[column]) * (rows - 1))
        start, stop = (row, row) if last is None else sorted((row, last))
        if last is not None and start != stop:
            start, stop = (start, stop - 1) if last == stop else (start + 1, stop)
        dots[start : stop + 1, column] = 1
        last = row
    cells = dots.reshape(height, 4, values.size // 2, 2)
    codes = 0x2800 + np.einsum("hrwc,rc->hw", cells, _DOTS)
    return ["".join(map(chr, line)) for line in codes.tolist()]


def lockout_band_deg(snapshot: SessionSnapshot) -> tuple[float, float] | None:
    """Return where a lockout is, degrees above the bottom: the median top of the set's reps.

    From 15 % of the range below it, where a rep is short, to 8° above, where it is past level.
    """
    measured = [record for record in snapshot.sets if record.reps]
    ranges = [rep.rom_deg for record in measured[-1:] for rep in record.reps if rep.rom_deg]
    if not ranges:
        return None
    middle_deg = median(ranges)
    return (1.0 - snapshot.exercise.lockout_share) * middle_deg, middle_deg + PAST_LOCKOUT_DEG


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A trace, ready to be put on the screen."""

    lines: list[str]
    band: frozenset[int] = frozenset()
    """Rows in which the top of a whole rep lies."""
    kinds: NDArray[np.int64] | None = None
    """What each cell right of the scale shows, rows × columns: a phase of `LIFTERS_ORDER` by its
    place, or one of the kinds below; None where all of it is the same."""


REST, GHOST, MARK = range(len(Phase), len(Phase) + 3)
"""Kinds of cells: the curve outside of a rep, the best rep behind it, the number of a rep."""

GHOST_SIGN: Final = "╌"

_FILLS: Final = np.array([" ", *LEVELS])


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What is known of the curve besides its samples."""

    band_deg: tuple[float, float] | None = None
    """Where a lockout is, degrees above the bottom."""
    spans: tuple[tuple[Phase, float, float], ...] = ()
    """Phases with their start and end, s, in order."""
    marks: tuple[tuple[int, float], ...] = ()
    """Number of each rep and when it was counted, s."""
    starts_s: tuple[float, ...] = ()
    """When each rep started, s."""
    ghost: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    """The best rep: time since its start, s, and pitch, degrees, both of shape (n,)."""


NO_CONTEXT: Final = Context()


def column_s(width: int) -> float:
    """Return the time that one column of a trace of `width` columns stands for, s."""
    return SPAN_S / max(width - _LABEL_WIDTH, 1)


def drawing(
    time_s: NDArray[np.float64],
    pitch_deg: NDArray[np.float64],
    end_s: float,
    size: tuple[int, int],
    context: Context = NO_CONTEXT,
) -> Drawing:
    """Return the last `SPAN_S` before `end_s` on columns and rows, with a scale on the left.

    Time and pitch are of shape (n,). The rows of the rep numbers are above the curve.
    """
    width, height = size
    columns = max(width - _LABEL_WIDTH, 1)
    times_s = end_s - SPAN_S * (1.0 - (np.arange(columns) + 1.0) / columns)
    values = column_values(time_s, pitch_deg, times_s)
    shown = values[np.isfinite(values)]
    low = min(0.0, float(shown.min(initial=0.0)))
    band_deg = context.band_deg
    band_top = LEAST_HIGH_DEG if band_deg is None else max(LEAST_HIGH_DEG, band_deg[1])
    high = max(band_top, float(shown.max(initial=0.0)))
    marked = int(height > LEAST_MARKED and bool(context.marks))
    rows = height - marked
    cells = np.full((height, columns), " ", dtype="<U1")
    kinds = np.full((height, columns), REST, dtype=np.int64)
    fills = _fill_levels(values, low, high, rows)
    cells[marked:], kinds[marked:] = _FILLS[fills], _kinds_at(times_s, context.spans)
    if context.ghost is not None:
        _draw_ghost(cells[marked:], kinds[marked:], fills, times_s, context, (low, high))
    if marked:
        _draw_marks(cells[0], kinds[0], times_s, context.marks)
    # Empty cells have no colour.
    kinds[cells == " "] = REST
    band = frozenset(row + marked for row in band_rows(band_deg, low, high, rows))
    labels = {marked: f"{high:z.0f}°", height - 1: f"{low:z.0f}°"}
    if band and max(band) not in labels:
        # Translators: where a lockout is on the scale of the curve, in four letters.
        labels[max(band)] = pgettext("scale", "top")
    lines = [f"{labels.get(row, ''):>4} {''.join(line)}" for row, line in enumerate(cells)]
    return Drawing(lines, band, kinds)


LEAST_MARKED: Final = 3
"""With more rows than this, one is left to the numbers of the reps."""


def _fill_levels(
    values: NDArray[np.float64], low: float, high: float, height: int
) -> NDArray[np.int64]:
    """Return the eighths of each cell that are filled below `values`, rows × columns."""
    share = ((values - low) / (high - low)).clip(0.0, 1.0)
    eighths = np.where(np.isfinite(share), np.maximum(np.rint(share * 8 * height), 1), 0)
    below = 8 * (height - 1 - np.arange(height))[:, np.newaxis]
    filled: NDArray[np.int64] = (eighths - below).clip(0, 8).astype(np.int64)
    return filled


def _kinds_at(
    times_s: NDArray[np.float64], spans: Sequence[tuple[Phase, float, float]]
) -> NDArray[np.int64]:
    kinds = np.full(times_s.shape, REST, dtype=np.int64)
    for phase, start_s, end_s in spans:
        kinds[(times_s >= start_s) & (times_s <= end_s)] = LIFTERS_ORDER.index(phase)
    return kinds


def _draw_ghost(
    cells: NDArray[np.str_],
    kinds: NDArray[np.int64],
    fills: NDArray[np.int64],
    times_s: NDArray[np.float64],
    context: Context,
    scale: tuple[float, float],
) -> None:
    """Draw the best rep from the start of each rep on, where it is above the curve."""
    assert context.ghost is not None
    since_s, pitch_deg = context.ghost
    low, high = scale
    height = len(cells)
    for start_s, next_s in zip(context.starts_s, (*context.starts_s[1:], np.inf), strict=True):
        until_s = min(next_s, start_s + float(since_s[-1]))
        for column in np.flatnonzero((times_s >= start_s) & (times_s < until_s)).tolist():
            value = float(np.interp(times_s[column] - start_s, since_s, pitch_deg))
            share = min(max((value - low) / (high - low), 0.0), 1.0)
            row = height - 1 - min(int(share * height), height - 1)
            if not fills[row, column]:
                cells[row, column] = GHOST_SIGN
                kinds[row, column] = GHOST


def _draw_marks(
    cells: NDArray[np.str_],
    kinds: NDArray[np.int64],
    times_s: NDArray[np.float64],
    marks: Sequence[tuple[int, float]],
) -> None:
    """Write the number of each rep above where it was counted."""
    for number, at_s in marks:
        words = f"▾{number}"
        column = int(np.searchsorted(times_s, at_s))
        if times_s[0] <= at_s and column + len(words) <= cells.size:
            cells[column : column + len(words)] = list(words)
            kinds[column : column + len(words)] = MARK


def band_rows(
    band_deg: tuple[float, float] | None, low: float, high: float, height: int
) -> frozenset[int]:
    """Return the rows whose middle lies in the band, at least the one nearest to it."""
    if band_deg is None or height < 1:
        return frozenset()
    middles = high - (np.arange(height) + 0.5) * (high - low) / height
    inside = np.flatnonzero((middles >= band_deg[0]) & (middles <= band_deg[1]))
    if not inside.size:
        inside = np.array([int(np.abs(middles - sum(band_deg) / 2).argmin())])
    return frozenset(inside.tolist())


ACC_SPAN_S: Final = 6.0
"""Two or three movements of a hand."""


def moved_regions(before: Drawing, now: Drawing, size: tuple[int, int]) -> Iterator[Region]:
    """Yield where two drawings of `size` differ, in signs or colours, as regions of one line."""
    width, height = size
    old, new = before.kinds, now.kinds
    if before.band != now.band or old is None or new is None or old.shape != new.shape:
        yield Region(0, 0, width, height)
        return
    for y, (was, is_now) in enumerate(zip(before.lines, now.lines, strict=True)):
        changed = [a != b for a, b in zip(was, is_now, strict=False)]
        kinds = np.flatnonzero(old[y] != new[y]) + _LABEL_WIDTH
        for x in kinds.tolist():
            changed[x] = True
        yield from changed_run(changed, y)


class Trace(Widget):
    """A curve of the last seconds, the newest on the right."""

    DEFAULT_CSS = """
    Trace {
        border: round $foreground 35%;
        border-title-color: $foreground;
        border-title-style: bold;
        color: $text-primary;
    }
    """
    TITLE: ClassVar[str]
    SHOWN_S: ClassVar[float] = SPAN_S

    end_s: reactive[float | None] = reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._drawn_at: tuple[float | None, int, int] | None = None
        self._drawing = Drawing([])
        self._time_s: NDArray[np.float64] = np.empty(0)
        self._values: NDArray[np.float64] = np.empty(0)

    def watch_end_s(self) -> None:
        """Paint what has moved."""
        width, height = self.size
        before = self._drawing
        if self._drawn_at is None or self._drawn_at[1:] != (width, height):
            self.refresh()
            return
        self._drawn_at, self._drawing = (self.end_s, width, height), self.drawn(width, height)
        changed = list(moved_regions(before, self._drawing, (width, height)))
        if changed:
            self.refresh(*changed)

    def on_mount(self) -> None:
        self.border_title = _("{curve} · last {seconds} s").format(
            curve=self.TITLE, seconds=f"{self.SHOWN_S:.0f}"
        )

    def drawn(self, width: int, height: int) -> Drawing:
        """Return the whole trace."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Draw the line of dots; all rows are drawn at once."""
        width, height = self.size
        if self._drawn_at != (self.end_s, width, height):
            self._drawn_at = (self.end_s, width, height)
            self._drawing = self.drawn(width, height)
        return self._row(y, width)

    def _row(self, y: int, width: int) -> Strip:
        return line_strip(self._drawing.lines, y, width, self.visual_style)


_CLASSES: Final = {
    **{LIFTERS_ORDER.index(phase): f"trace--{phase.value}" for phase in Phase},
    REST: "trace--rest",
    GHOST: "trace--ghost",
    MARK: "trace--mark",
}


class PitchTrace(Trace):
    """The pitch of the last seconds, filled in the colours of its phases.

    Behind it are the band of the lockout and the best rep of the set, above it the reps' numbers.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"trace--band", *_CLASSES.values()}
    DEFAULT_CSS = """
    PitchTrace .trace--concentric { color: $text-primary; }
    PitchTrace .trace--lockout { color: $text-success; }
    PitchTrace .trace--bottom { color: $foreground 45%; }
    PitchTrace .trace--rest { color: $foreground 30%; }
    PitchTrace .trace--ghost { color: $foreground 70%; }
    PitchTrace .trace--mark { color: $foreground; text-style: bold; }
    PitchTrace .trace--band { background: $success 25%; }
    """
    TITLE = _("Hips above the bottom")

    def __init__(self) -> None:
        super().__init__()
        self._around = NO_CONTEXT
        self._told: tuple[object, ...] = ()
        """The phases and the sets that the curve was last drawn with."""
        self._ghost_of: Rep | None = None
        self._ghost: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self._styles: dict[tuple[int, bool], Style] = {}

    def notify_style_update(self) -> None:
        """Look the colours up again when the theme has changed."""
        self._styles = {}
        super().notify_style_update()

    def update_from(self, snapshot: SessionSnapshot) -> None:
        """Take the trace from `snapshot`, unless it is the same to a column, and its phases."""
        column = column_s(self.size.width)
        step_s = column * max(1, round(STEP_S / column))
        newest_s = snapshot.position_s
        # In whole columns, so that the curve moves and does not flicker.
        end_s = None if newest_s is None else newest_s // step_s * step_s
        told = snapshot.phases, snapshot.sets
        if end_s == self.end_s and told == self._told:
            return
        self._told = told
        self._time_s, self._values = snapshot.trace_time_s, snapshot.trace_pitch_deg
        self._keep_best(snapshot)
        self._around = context_of(snapshot, self._ghost)
        if end_s == self.end_s:
            self.watch_end_s()
        self.end_s = end_s

    def _keep_best(self, snapshot: SessionSnapshot) -> None:
        """Keep the samples of the best rep of the set while they are in the trace."""
        current = snapshot.current_set
        best = None if current is None else best_rep(current.reps)
        if best is self._ghost_of:
            return
        self._ghost_of, self._ghost = best, None
        if best is not None and self._time_s.size and best.start_s >= self._time_s[0]:
            inside = (self._time_s >= best.start_s) & (self._time_s <= best.end_s)
            if inside.any():
                self._ghost = self._time_s[inside] - best.start_s, self._values[inside]

    def drawn(self, width: int, height: int) -> Drawing:
        if self.end_s is None:
            return Drawing([])
        return drawing(self._time_s, self._values, self.end_s, (width, height), self._around)

    def _row(self, y: int, width: int) -> Strip:
        drawing, kinds = self._drawing, self._drawing.kinds
        if kinds is None or not 0 <= y < len(drawing.lines):
            return super()._row(y, width)
        line, in_band = drawing.lines[y], y in drawing.band
        segments = [segment(line[:_LABEL_WIDTH], self.visual_style)]
        column = _LABEL_WIDTH
        for kind, run in groupby(kinds[y].tolist()):
            length = sum(1 for __ in run)
            segments.append(segment(line[column : column + length], self._style(kind, in_band)))
            column += length
        return Strip(segments, width)

    def _style(self, kind: int, in_band: bool) -> Style:
        style = self._styles.get((kind, in_band))
        if style is None:
            names = (_CLASSES[kind], *(["trace--band"] if in_band else []))
            style = self._styles[kind, in_band] = self.get_visual_style(*names)
        return style


def best_rep(reps: Sequence[Rep]) -> Rep | None:
    """Return the fastest rep, or without velocities the widest; None without either."""
    by_speed = [rep for rep in reps if rep.mean_velocity_mps is not None]
    if by_speed:
        return max(by_speed, key=lambda rep: rep.mean_velocity_mps or 0.0)
    by_range = [rep for rep in reps if rep.rom_deg is not None]
    return max(by_range, key=lambda rep: rep.rom_deg or 0.0) if by_range else None


def context_of(
    snapshot: SessionSnapshot,
    ghost: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> Context:
    """Return the reps of the last two sets, the phases of the one under way, and the band."""
    reps = [rep for record in snapshot.sets[-2:] for rep in record.reps]
    # A rep is measured only when it has ended.
    live = pairwise((*snapshot.phases, (None, np.inf)))
    spans = [(phase, start_s, end_s) for (phase, start_s), (_, end_s) in live if phase is not None]
    # What was measured in the end is drawn over what was seen live.
    spans += [(span.phase, span.start_s, span.end_s) for rep in reps for span in rep.phases]
    marks = [(rep.index, start_s) for rep in reps for start_s in _counted_s(rep)]
    starts_s = [rep.start_s for rep in reps]
    phase, start_s, newest_s = snapshot.phase, snapshot.phase_started_s, snapshot.position_s
    if phase is not None and start_s is not None and newest_s is not None:
        current = snapshot.current_set
        if phase is LIFTERS_ORDER[0] and (not reps or start_s > reps[-1].end_s - JOIN_S):
            starts_s.append(start_s)
        if phase is Phase.LOCKOUT and current is not None and current.counted > len(current.reps):
            marks.append((current.counted, start_s))
    return Context(lockout_band_deg(snapshot), tuple(spans), tuple(marks), tuple(starts_s), ghost)


def _counted_s(rep: Rep) -> Iterator[float]:
    """Yield when a rep was counted."""
    yield from (span.start_s for span in rep.phases if span.phase is Phase.LOCKOUT)


HIGHEST_G: Final = 2.0
"""Top of the scale, g: more is a knock."""

_ACC_LABEL_WIDTH: Final = 4


def acc_lines(
    time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64], width: int, height: int
) -> list[str]:
    """Return the trace with its scale in g on the left, `width` by `height`."""
    columns = 2 * max(width - _ACC_LABEL_WIDTH, 1)
    end_s = float(time_s[-1]) if time_s.size else 0.0
    edges_s = end_s - ACC_SPAN_S * (1.0 - (np.arange(columns) + 1.0) / columns)
    values = column_values(time_s, acc_mps2 / STANDARD_GRAVITY_MPS2, edges_s)
    lines = braille_lines(values, 0.0, HIGHEST_G, height)
    labels = {0: localized(f"{HIGHEST_G:g} g"), (height - 1) // 2: "1 g", height - 1: "0 g"}
    return [f"{labels.get(row, ''):>3} {line}" for row, line in enumerate(lines)]


class AccTrace(Trace):
    """The size of the acceleration."""

    TITLE = _("Acceleration")
    SHOWN_S = ACC_SPAN_S

    def update_from(self, time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64]) -> None:
        """Take arrival times, s, and sizes, m/s², both of shape (n,)."""
        self._time_s, self._values = time_s, acc_mps2
        self.end_s = float(time_s[-1]) if time_s.size else None

    def drawn(self, width: int, height: int) -> Drawing:
        return Drawing(acc_lines(self._time_s, self._values, width, height))


STEPS_DBM: Final = (-90, -80, -70, -60)
"""One more bar from each of these: at -90 dBm a link hardly holds, -60 is within reach."""

_BARS: Final = "▂▄▆█"


def signal_text(rssi_dbm: int | None) -> str:
    """Return the bars and the strength; words if nothing was received."""
    if rssi_dbm is None:
        return _("not seen")
    filled = sum(rssi_dbm >= step_dbm for step_dbm in STEPS_DBM)
    return f"{_BARS[:filled]:·<{len(_BARS)}} {rssi_dbm} dBm"
