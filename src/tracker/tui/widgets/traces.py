"""Signals as characters: pitch and acceleration as braille lines, radio strength as bars."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.tui.widgets.block_text import line_strip

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from textual.strip import Strip

    from tracker.app.snapshot import SessionSnapshot

SPAN_S: Final = 10.0
"""Two reps at a slow tempo."""

STEP_S: Final = 0.12
"""The trace moves on in steps of this: one column of dots, and half the work of drawing."""

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
    """The trace, ready to be put on the screen."""

    lines: list[str]
    band: frozenset[int]
    """Rows in which the top of a whole rep lies."""


def drawing(
    time_s: NDArray[np.float64],
    pitch_deg: NDArray[np.float64],
    end_s: float,
    size: tuple[int, int],
    band_deg: tuple[float, float] | None = None,
) -> Drawing:
    """Return the last `SPAN_S` before `end_s` on columns and rows, with a scale on the left.

    The trace is of shape (n,). The band is where a lockout is, degrees above the bottom.
    """
    width, height = size
    columns = 2 * max(width - _LABEL_WIDTH, 1)
    times_s = end_s - SPAN_S * (1.0 - (np.arange(columns) + 1.0) / columns)
    values = column_values(time_s, pitch_deg, times_s)
    shown = values[np.isfinite(values)]
    low = min(0.0, float(shown.min(initial=0.0)))
    band_top = LEAST_HIGH_DEG if band_deg is None else max(LEAST_HIGH_DEG, band_deg[1])
    high = max(band_top, float(shown.max(initial=0.0)))
    lines = braille_lines(values, low, high, height)
    band = band_rows(band_deg, low, high, height)
    labels = {0: f"{high:z.0f}°", height - 1: f"{low:z.0f}°"}
    if band and max(band) not in labels:
        labels[max(band)] = "top"
    return Drawing([f"{labels.get(row, ''):>4} {line}" for row, line in enumerate(lines)], band)


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


class Trace(Widget):
    """A curve of the last seconds, the newest on the right."""

    DEFAULT_CSS = """
    Trace { border-top: solid $panel; border-title-color: $text-muted; color: $text-primary; }
    """
    TITLE: ClassVar[str]
    SHOWN_S: ClassVar[float] = SPAN_S

    end_s: reactive[float | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__()
        self._drawn_at: tuple[float | None, int, int] | None = None
        self._drawing = Drawing([], frozenset())
        self._time_s: NDArray[np.float64] = np.empty(0)
        self._values: NDArray[np.float64] = np.empty(0)

    def on_mount(self) -> None:
        self.border_title = f"{self.TITLE}, last {self.SHOWN_S:.0f} s"

    def drawn(self, width: int, height: int) -> Drawing:
        """Return the whole trace."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Draw the line of dots; all rows are drawn at once."""
        width, height = self.size
        if self._drawn_at != (self.end_s, width, height):
            self._drawn_at = (self.end_s, width, height)
            self._drawing = self.drawn(width, height)
        in_band = y in self._drawing.band
        style = self.get_visual_style("trace--band") if in_band else self.visual_style
        return line_strip(self._drawing.lines, y, width, style)


class PitchTrace(Trace):
    """The pitch of the last seconds, over the band of the lockout."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"trace--band"}
    DEFAULT_CSS = "PitchTrace .trace--band { background: $success 25%; color: $foreground; }"
    TITLE = "pitch above the bottom"

    _band_deg: tuple[float, float] | None = None

    def update_from(self, snapshot: SessionSnapshot) -> None:
        """Take the trace from `snapshot`, unless it has hardly moved on."""
        newest_s, drawn_s = snapshot.position_s, self.end_s
        if newest_s is not None and drawn_s is not None and 0 < newest_s - drawn_s < STEP_S:
            return
        self._time_s, self._values = snapshot.trace_time_s, snapshot.trace_pitch_deg
        self._band_deg = lockout_band_deg(snapshot)
        self.end_s = snapshot.position_s

    def drawn(self, width: int, height: int) -> Drawing:
        if self.end_s is None:
            return Drawing([], frozenset())
        return drawing(self._time_s, self._values, self.end_s, (width, height), self._band_deg)


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
    labels = {0: f"{HIGHEST_G:g} g", (height - 1) // 2: "1 g", height - 1: "0 g"}
    return [f"{labels.get(row, ''):>3} {line}" for row, line in enumerate(lines)]


class AccTrace(Trace):
    """The size of the acceleration."""

    TITLE = "acceleration"
    SHOWN_S = ACC_SPAN_S

    def update_from(self, time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64]) -> None:
        """Take arrival times, s, and sizes, m/s², both of shape (n,)."""
        self._time_s, self._values = time_s, acc_mps2
        self.end_s = float(time_s[-1]) if time_s.size else None

    def drawn(self, width: int, height: int) -> Drawing:
        return Drawing(acc_lines(self._time_s, self._values, width, height), frozenset())


STEPS_DBM: Final = (-90, -80, -70, -60)
"""One more bar from each of these: at -90 dBm a link hardly holds, -60 is within reach."""

_BARS: Final = "▂▄▆█"


def signal_text(rssi_dbm: int | None) -> str:
    """Return the bars and the strength; words if nothing was received."""
    if rssi_dbm is None:
        return "not seen"
    filled = sum(rssi_dbm >= step_dbm for step_dbm in STEPS_DBM)
    return f"{_BARS[:filled]:·<{len(_BARS)}} {rssi_dbm} dBm"
