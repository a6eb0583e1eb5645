"""The time that matters now: the hold while it lasts, the rest, else the last hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.runtime.wording import clock_time, number
from tracker.tui.widgets.block_text import block_text, centred, line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot

LABEL_WIDTH: Final = 13
"""Columns of the label beside the time."""


def stopwatch_of(snapshot: SessionSnapshot) -> tuple[str, str]:
    """Return what is timed and the time, as shown."""
    if snapshot.lockout_s is not None:
        return "HOLD s", number(snapshot.lockout_s)
    if snapshot.resting_s is not None:
        return "rest", clock_time(snapshot.resting_s)
    last = snapshot.last_rep
    return "last hold s", number(None if last is None else last.lockout_s)


def stopwatch_lines(label: str, time: str, width: int, height: int) -> list[str]:
    """Return the label beside the time, which is drawn as large as it fits."""
    room = width - LABEL_WIDTH
    times = block_text(time, room, height - 1 if height > 3 else height, room_for="00.0")
    lines = [f"{'':{LABEL_WIDTH}}{line}" for line in times]
    middle = (len(lines) - 1) // 2
    lines[middle] = f"{label:{LABEL_WIDTH}}{times[middle]}"
    return centred([line.ljust(width) for line in lines], width, height)


class Stopwatch(Widget):
    """A label and a time, readable from the bench."""

    DEFAULT_CSS = """
    Stopwatch { height: 1fr; min-height: 3; }
    Stopwatch.-holding { color: $text-success; }
    """

    shown: reactive[tuple[str, str]] = reactive(("", "–"))

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the time from `snapshot`."""
        self.shown = stopwatch_of(snapshot)
        self.set_class(snapshot.lockout_s is not None, "-holding")

    def render_line(self, y: int) -> Strip:
        """Draw the label and the time."""
        width, height = self.size
        lines = stopwatch_lines(*self.shown, width, height)
        return line_strip(lines, y, width, self.visual_style)
