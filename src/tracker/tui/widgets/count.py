"""The number of reps, readable from three metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import Phase
from tracker.runtime.wording import clock_time
from tracker.tui.widgets.block_text import block_text, centred, line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot

FLASH_S: Final = 0.4
"""Long enough to be seen from the corner of the eye, over before the next rep."""


def below_count(snapshot: SessionSnapshot) -> str:
    """Return what stands below the number: the target, and how long the set has lasted."""
    current = snapshot.current_set
    target = (snapshot.plan if current is None else current.plan).target_reps
    parts = [] if target is None else [f"of {target}"]
    if current is not None and not current.ended and snapshot.position_s is not None:
        parts.append(f"set {clock_time(snapshot.position_s - current.start_s)}")
    return " · ".join(parts)


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
    below: reactive[str] = reactive("")
    phase: reactive[Phase | None] = reactive(None)

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the count from `snapshot`."""
        current = snapshot.current_set
        self.reps = 0 if current is None else current.done
        self.below = below_count(snapshot)
        self.phase = snapshot.phase
        self.set_class(current is None or current.ended, "-resting")

    def watch_phase(self, phase: Phase | None) -> None:
        """Take the name of the phase, for the colour that it has in the distance mode."""
        for known in Phase:
            self.set_class(known is phase, f"-{known.value}")

    def flash(self) -> None:
        """Point out that a rep was counted."""
        self.add_class("-flash")
        self.set_timer(FLASH_S, lambda: self.remove_class("-flash"))

    def render_line(self, y: int) -> Strip:
        """Draw the number as large as it fits, clear of its neighbours, and the target below."""
        width, height = self.size
        lines = block_text(str(self.reps), width - 2, height - 1, room_for="00")
        drawn = centred(lines, width, height - 1)
        lines = [*drawn, *[""] * (height - 1 - len(drawn)), f"{self.below:^{width}}"]
        return line_strip(lines, y, width, self.visual_style)
