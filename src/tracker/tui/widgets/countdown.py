"""The rest that is left, readable from across the room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textual.reactive import reactive
from textual.widget import Widget

from tracker.runtime.wording import clock_time
from tracker.tui.widgets.block_text import block_text, centred, line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot


def countdown_of(snapshot: SessionSnapshot) -> tuple[str, bool]:
    """Return the time that is left, and whether the rest is over; then what is beyond it."""
    rest_s = snapshot.resting_s
    if rest_s is None:
        return clock_time(snapshot.plan.rest_s), False
    left_s = snapshot.plan.rest_s - rest_s
    return clock_time(math.ceil(left_s) if left_s > 0.0 else -left_s), left_s <= 0.0


class Countdown(Widget):
    """Minutes and seconds, counting down, and then up."""

    DEFAULT_CSS = """
    Countdown { color: $text-primary; }
    Countdown.-over { color: $text-success; text-style: bold; }
    """

    time: reactive[str] = reactive("")
    over: reactive[bool] = reactive(False)

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the rest from `snapshot`."""
        self.time, self.over = countdown_of(snapshot)
        self.set_class(self.over, "-over")

    def render_line(self, y: int) -> Strip:
        """Draw the time as large as it fits, and below it what it means."""
        width, height = self.size
        drawn = block_text(self.time, width - 2, height - 2, "00:00")
        below = "✓ rest is over: next set" if self.over else "rest left"
        lines = [f"{line:^{width}}" for line in (*drawn, "", below)]
        return line_strip(centred(lines, width, height), y, width, self.visual_style)
