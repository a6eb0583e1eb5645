"""Which part of the rep it is, in words, with a sign and a colour of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import PHASE_WORDS, Phase
from tracker.tui.widgets.block_text import block_text, centred, line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot

SIGNS: Final = {
    Phase.CONCENTRIC: "▲",
    Phase.LOCKOUT: "■",
    Phase.ECCENTRIC: "▼",
    Phase.BOTTOM: "▁",
}
"""A shape beside the word, for who does not see the colours."""


def phase_text(phase: Phase | None) -> str:
    """Return the sign and the word of a phase; between sets, that it is rest."""
    return "REST" if phase is None else f"{SIGNS[phase]} {PHASE_WORDS[phase].upper()}"


class PhaseBar(Widget):
    """The phase, across the whole width."""

    DEFAULT_CSS = """
    PhaseBar {
        height: 1fr;
        min-height: 3;
        color: $foreground;
        background: $panel;
    }
    PhaseBar.-concentric { background: $primary; color: auto; }
    PhaseBar.-lockout { background: $success; color: auto; }
    PhaseBar.-eccentric { background: $warning; color: auto; }
    """

    phase: reactive[Phase | None] = reactive(None)

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the phase from `snapshot`."""
        self.phase = snapshot.phase

    def watch_phase(self, phase: Phase | None) -> None:
        """Take the colour of the phase."""
        for known in Phase:
            self.set_class(known is phase, f"-{known.value}")

    def render_line(self, y: int) -> Strip:
        """Draw the sign and the word as large as they fit."""
        width, height = self.size
        lines = block_text(phase_text(self.phase), width - 2, height, room_for="▼ FLOOR")
        return line_strip(centred(lines, width, height), y, width, self.visual_style)
