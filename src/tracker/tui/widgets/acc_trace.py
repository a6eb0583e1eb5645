"""The size of the acceleration of the last seconds: flat at 1 g while the sensor lies still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from textual.widget import Widget

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.tui.widgets.block_text import line_strip
from tracker.tui.widgets.trace import braille_lines, column_values

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from textual.strip import Strip

SPAN_S: Final = 6.0
"""Two or three movements of a hand."""

HIGHEST_G: Final = 2.0
"""Top of the scale, g: more is a knock."""

_LABEL_WIDTH: Final = 4


def acc_lines(
    time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64], width: int, height: int
) -> list[str]:
    """Return the trace with its scale in g on the left, `width` by `height`."""
    columns = 2 * max(width - _LABEL_WIDTH, 1)
    end_s = float(time_s[-1]) if time_s.size else 0.0
    edges_s = end_s - SPAN_S * (1.0 - (np.arange(columns) + 1.0) / columns)
    values = column_values(time_s, acc_mps2 / STANDARD_GRAVITY_MPS2, edges_s)
    lines = braille_lines(values, 0.0, HIGHEST_G, height)
    labels = {0: f"{HIGHEST_G:g} g", (height - 1) // 2: "1 g", height - 1: "0 g"}
    return [f"{labels.get(row, ''):>3} {line}" for row, line in enumerate(lines)]


class AccTrace(Widget):
    """The newest on the right."""

    DEFAULT_CSS = """
    AccTrace {
        border-top: solid $panel;
        border-title-color: $text-muted;
        color: $text-primary;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._time_s: NDArray[np.float64] = np.empty(0)
        self._acc_mps2: NDArray[np.float64] = np.empty(0)
        self._lines: list[str] = []
        self._drawn: tuple[float, int, int] | None = None

    def on_mount(self) -> None:
        """Say what is drawn."""
        self.border_title = f"acceleration, last {SPAN_S:.0f} s"

    def show(self, time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64]) -> None:
        """Take arrival times, s, and sizes, m/s², both of shape (n,)."""
        self._time_s, self._acc_mps2 = time_s, acc_mps2
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line of dots; all rows of one look are drawn at once."""
        width, height = self.size
        end_s = float(self._time_s[-1]) if self._time_s.size else -1.0
        if self._drawn != (end_s, width, height):
            self._drawn = (end_s, width, height)
            self._lines = acc_lines(self._time_s, self._acc_mps2, width, height)
        return line_strip(self._lines, y, width, self.visual_style)
