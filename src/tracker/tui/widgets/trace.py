"""The pitch of the last seconds as a line of braille dots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from textual.reactive import reactive
from textual.widget import Widget

from tracker.tui.widgets.block_text import line_strip

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot

SPAN_S: Final = 10.0
"""Two reps at a slow tempo."""

JOIN_S: Final = 0.3
"""Samples further apart than this are not joined: a gap is shown as a gap."""

LEAST_HIGH_DEG: Final = 30.0
"""The top of the scale is at least this, so that stillness looks still."""

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

    Parameters
    ----------
    values
        One value per column of dots, NaN where there is none, shape (2 * width,).
    low, high
        Values of the lowest and the highest row of dots; what lies outside is drawn on the edge.
    height
        Rows of characters.
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


def trace_lines(
    time_s: NDArray[np.float64],
    pitch_deg: NDArray[np.float64],
    end_s: float,
    width: int,
    height: int,
) -> list[str]:
    """Return the last `SPAN_S` before `end_s` with a scale on the left, `width` by `height`."""
    columns = 2 * max(width - _LABEL_WIDTH, 1)
    times_s = end_s - SPAN_S * (1.0 - (np.arange(columns) + 1.0) / columns)
    values = column_values(time_s, pitch_deg, times_s)
    shown = values[np.isfinite(values)]
    low = min(0.0, float(shown.min(initial=0.0)))
    high = max(LEAST_HIGH_DEG, float(shown.max(initial=0.0)))
    lines = braille_lines(values, low, high, height)
    labels = [f"{high:z.0f}°", *[""] * (height - 2), f"{low:z.0f}°"][:height]
    return [f"{label:>4} {line}" for label, line in zip(labels, lines, strict=True)]


class PitchTrace(Widget):
    """The pitch of the last seconds, the newest on the right."""

    DEFAULT_CSS = """
    PitchTrace {
        border-top: solid $panel;
        border-title-color: $text-muted;
        color: $text-primary;
    }
    """

    end_s: reactive[float | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__()
        self._drawn_at: tuple[float | None, int, int] | None = None
        self._lines: list[str] = []

    def on_mount(self) -> None:
        """Say what is drawn."""
        self.border_title = f"pitch above the bottom, last {SPAN_S:.0f} s"

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the trace from `snapshot`."""
        self._time_s = snapshot.trace_time_s
        self._pitch_deg = snapshot.trace_pitch_deg
        self.end_s = snapshot.position_s

    def render_line(self, y: int) -> Strip:
        """Draw the line of dots; all rows of one look are drawn at once."""
        width, height = self.size
        if self._drawn_at != (self.end_s, width, height):
            self._drawn_at = (self.end_s, width, height)
            self._lines = (
                []
                if self.end_s is None
                else trace_lines(self._time_s, self._pitch_deg, self.end_s, width, height)
            )
        return line_strip(self._lines, y, width, self.visual_style)
