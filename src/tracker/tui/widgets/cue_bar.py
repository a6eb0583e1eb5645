"""The cue, in letters that can be read from the bench, and its whole sentence below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import Cue, CueKind
from tracker.runtime.snapshot import RunState
from tracker.tui.widgets.block_text import block_text, centred, line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot

SHOWN_S: Final = 6.0
"""About a rep: by then the cue was followed, or there is a newer one."""

HEADS: Final = {
    CueKind.HOLD_LONGER: "HOLD",
    CueKind.REACH_LOCKOUT: "HIPS UP",
    CueKind.PAST_LEVEL: "RIBS DOWN",
    CueKind.HIPS_SINK: "HIPS UP",
    CueKind.LOWER_SLOWER: "SLOWER",
    CueKind.DROPPED: "SLOWER",
    CueKind.KEEP_TENSION: "STAY UP",
    CueKind.LEVEL_HIPS: "LEVEL",
    CueKind.RANGE_SHRINKS: "ALL THE WAY",
    CueKind.TOO_SLOW: "FASTER",
    CueKind.TOO_FAST: "SLOWER",
    CueKind.BREATHE_OUT: "BREATHE OUT",
    CueKind.VELOCITY_LOSS: "END SET",
    CueKind.TARGET_REACHED: "SET DONE",
    CueKind.PRAISE: "GOOD",
}
"""The cue in a word or two."""

_GOOD: Final = frozenset({CueKind.PRAISE, CueKind.TARGET_REACHED})


def cue_of(snapshot: SessionSnapshot) -> Cue | None:
    """Return the newest cue while it is news."""
    cue = snapshot.cue
    if cue is None or snapshot.position_s is None or snapshot.state is not RunState.RUNNING:
        return None
    return cue if 0.0 <= snapshot.position_s - cue.at_s < SHOWN_S else None


def cue_lines(cue: Cue, width: int, height: int) -> list[str]:
    """Return the cue on `height` lines: as large as it fits, and its sentence on the last."""
    head = HEADS[cue.kind] + ("!" if cue.strong else "")
    large = block_text(head, width - 2, height - 1, room_for="BREATHE OUT")
    sign = "✓" if cue.kind in _GOOD else "»"
    sentence = f"{sign} {cue.text}"
    if len(large) < 2:
        return [sentence]
    shown = centred(large, width, height - 1)
    return [*shown, *[""] * (height - 1 - len(shown)), f"{sentence:^{width}}"]


class CueBar(Widget):
    """Empty while there is nothing to say."""

    DEFAULT_CSS = """
    CueBar { height: 4; color: $foreground; text-style: bold; }
    CueBar.-asks { background: $foreground; color: $background; }
    CueBar.-praises { background: $success; color: auto; }
    CueBar.-strong { background: $error; color: auto; }
    """

    cue: reactive[Cue | None] = reactive(None)

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the newest cue from `snapshot`."""
        self.cue = cue_of(snapshot)

    def watch_cue(self, cue: Cue | None) -> None:
        """Take the colour of what is said."""
        good = cue is not None and cue.kind in _GOOD
        strong = cue is not None and cue.strong and not good
        self.set_class(good, "-praises")
        self.set_class(strong, "-strong")
        self.set_class(cue is not None and not good and not strong, "-asks")

    def render_line(self, y: int) -> Strip:
        """Draw the words and the sentence."""
        width, height = self.size
        lines = [] if self.cue is None else cue_lines(self.cue, width, height)
        return line_strip(lines, y, width, self.visual_style)
