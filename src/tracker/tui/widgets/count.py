"""The number of reps, readable from three metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.tui.widgets.block_text import block_text, centred, line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot

FLASH_S: Final = 0.4
"""Long enough to be seen from the corner of the eye, over before the next rep."""


class Count(Widget):
    """Reps of the set under way, or of the last one, dimmed, while resting."""

    DEFAULT_CSS = """
    Count {
        color: $foreground;
    }
    Count.-resting { color: $text-muted; }
    Count.-flash { color: $success; }
    """

    reps: reactive[int] = reactive(0)

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the count from `snapshot`."""
        current = snapshot.current_set
        self.reps = 0 if current is None else current.counted
        self.set_class(current is None or current.ended, "-resting")

    def flash(self) -> None:
        """Point out that a rep was counted."""
        self.add_class("-flash")
        self.set_timer(FLASH_S, lambda: self.remove_class("-flash"))

    def render_line(self, y: int) -> Strip:
        """Draw the number as large as it fits, a column and a row clear of its neighbours."""
        width, height = self.size
        lines = block_text(str(self.reps), width - 2, height - 1, room_for="00")
        return line_strip(centred(lines, width, height), y, width, self.visual_style)
