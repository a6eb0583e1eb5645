"""Which part of the rep it is, in words, with a sign and a colour of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import PHASE_WORDS, Phase
from tracker.runtime.wording import clock_time
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


def timed_text(snapshot: SessionSnapshot) -> str:
    """Return the phase with the time that it has taken; the rest with its own."""
    if snapshot.phase is not None:
        elapsed_s = snapshot.phase_elapsed_s
        time = "" if elapsed_s is None else f" {elapsed_s:.1f}"
        return phase_text(snapshot.phase) + time
    rest_s = snapshot.resting_s
    return phase_text(None) + ("" if rest_s is None else f" {clock_time(rest_s)}")


class PhaseBar(Widget):
    """The phase and its running time, across the whole width."""

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
    text: reactive[str] = reactive("REST")

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the phase from `snapshot`."""
        self.phase = snapshot.phase
        self.text = timed_text(snapshot)

    def watch_phase(self, phase: Phase | None) -> None:
        """Take the colour of the phase."""
        for known in Phase:
            self.set_class(known is phase, f"-{known.value}")

    def render_line(self, y: int) -> Strip:
        """Draw the sign and the word as large as they fit."""
        width, height = self.size
        lines = block_text(self.text, width - 2, height, room_for="▼ FLOOR 0.0")
        return line_strip(centred(lines, width, height), y, width, self.visual_style)
