"""Which part of the rep it is, in words, with a sign and a colour of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import PHASE_WORDS, Phase
from tracker.runtime.wording import clock_time
from tracker.tui.widgets.block_text import block_text, centred, line_strip, stroke_of

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


_LONGEST_WORDS: Final = "▼ FLOOR"
"""The widest phase, for which there must be room at the size of all."""

_LONGEST: Final = f"{_LONGEST_WORDS} 0.0"
"""The same with its time beside it."""


def phase_text(phase: Phase | None) -> str:
    """Return the sign and the word of a phase; between sets, that it is rest."""
    return "REST" if phase is None else f"{SIGNS[phase]} {PHASE_WORDS[phase].upper()}"


def time_text(snapshot: SessionSnapshot) -> str:
    """Return the time that the phase, or the rest, has taken; empty where it is not known."""
    if snapshot.phase is not None:
        elapsed_s = snapshot.phase_elapsed_s
        return "" if elapsed_s is None else f"{elapsed_s:.1f}"
    rest_s = snapshot.resting_s
    return "" if rest_s is None else clock_time(rest_s)


def phase_lines(words: str, time: str, width: int, height: int) -> list[str]:
    """Return the words and the time as large as they fit: beside each other, or one below."""
    beside = " ".join(part for part in (words, time) if part)
    half = (height - 1) // 2
    if stroke_of(_LONGEST_WORDS, width, half) > stroke_of(_LONGEST, width, height):
        upper = block_text(words, width, half, room_for=_LONGEST_WORDS)
        lower = block_text(time, width, half, room_for=_LONGEST_WORDS) if time else []
        between = [""] if lower else []
        return [f"{line:^{width}}" for line in (*upper, *between, *lower)]
    return block_text(beside, width, height, room_for=_LONGEST)


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
    time: reactive[str] = reactive("")

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the phase from `snapshot`."""
        self.phase = snapshot.phase
        self.time = time_text(snapshot)

    def watch_phase(self, phase: Phase | None) -> None:
        """Take the colour of the phase."""
        for known in Phase:
            self.set_class(known is phase, f"-{known.value}")

    def render_line(self, y: int) -> Strip:
        """Draw the sign and the word as large as they fit."""
        width, height = self.size
        lines = phase_lines(phase_text(self.phase), self.time, width - 2, height)
        return line_strip(centred(lines, width, height), y, width, self.visual_style)
