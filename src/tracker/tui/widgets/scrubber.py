"""The time line of a replay: where it is, with the reps, cues and gaps of the whole session."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Final

from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tracker.app.outline import NO_OUTLINE
from tracker.app.text import clock_time
from tracker.language import _
from tracker.tui.plain import joined, plain
from tracker.tui.widgets.block_text import SnapshotWidget
from tracker.tui.widgets.live import cue_sign

if TYPE_CHECKING:
    from textual import events

    from tracker.app.outline import Outline
    from tracker.app.snapshot import SessionSnapshot

REP, GAP, HERE, LINE, SET = "▾", "░", "●", "─", "━"
"""What stands at a place of the time line."""

_RANKS: Final = {sign: rank for rank, sign in enumerate((" ", REP, "✓", GAP, "▲", "■"))}
"""Of several things at one place, the one that matters most is shown."""


def column_of(time_s: float, end_s: float, width: int) -> int:
    """Return the column of a time on a line of `width` columns that ends at `end_s`."""
    if end_s <= 0.0:
        return 0
    return min(max(int(time_s / end_s * width), 0), width - 1)


def time_of(column: int, end_s: float, width: int) -> float:
    """Return the time in the middle of a column, s; the first and the last are the ends."""
    if width < 2:
        return 0.0
    return end_s * (min(max(column, 0), width - 1) / (width - 1))


def marks_line(outline: Outline, end_s: float, width: int) -> str:
    """Return the signs of reps, cues and gaps above the time line."""
    signs = [" "] * width
    found = [(time_s, REP) for time_s in outline.reps]
    found += [(cue.at_s, cue_sign(cue)) for cue in outline.cues]
    for start_s, stop_s in outline.gaps:
        first, last = (column_of(each, end_s, width) for each in (start_s, stop_s))
        found += [(time_of(column, end_s, width), GAP) for column in range(first, last)]
        found.append((stop_s, GAP))
    for time_s, sign in found:
        column = column_of(time_s, end_s, width)
        signs[column] = max(signs[column], sign, key=_RANKS.__getitem__)
    return "".join(signs)


def track_line(outline: Outline, position_s: float, end_s: float, width: int) -> str:
    """Return the time line itself: sets as thick stretches, and where the replay is."""
    track = [LINE] * width
    for start_s, stop_s in outline.sets:
        first, last = (column_of(each, end_s, width) for each in (start_s, stop_s))
        track[first : last + 1] = SET * (last + 1 - first)
    track[column_of(position_s, end_s, width)] = HERE
    return "".join(track)


_CLASSES: Final = {
    "▲": "scrubber--correction",
    "■": "scrubber--strong",
    "✓": "scrubber--praise",
    HERE: "scrubber--here",
}


class Scrubber(SnapshotWidget):
    """Signs above a line; a click, or dragging along it, goes to that time."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*_CLASSES.values(), "scrubber--plain"}
    DEFAULT_CSS = """
    Scrubber { height: 2; padding: 0 1; }
    Scrubber .scrubber--plain { color: $text-muted; }
    Scrubber .scrubber--correction { color: $text-warning; text-style: bold; }
    Scrubber .scrubber--strong { color: $text-error; text-style: bold; }
    Scrubber .scrubber--praise { color: $text-success; }
    Scrubber .scrubber--here { color: $text-accent; text-style: bold; }
    """

    place: reactive[tuple[int, float | None]] = reactive((0, None))
    """Column of the position, and the end, s."""
    outline: reactive[Outline] = reactive(NO_OUTLINE)
    """What the session holds; empty until it was read."""
    dragged_s: reactive[float | None] = reactive(None)
    """Where the pointer has dragged the position to, s; None while it does not."""

    class Chosen(Message):
        """A time was chosen."""

        def __init__(self, time_s: float) -> None:
            super().__init__()
            self.time_s = time_s

    def __init__(self) -> None:
        super().__init__()
        self._position_s = 0.0
        self.border_title = _("Time · {rep} rep · ▲ ■ ✓ cue · {gap} gap").format(rep=REP, gap=GAP)

    def update_from(self, snapshot: SessionSnapshot) -> None:
        """Take the position; it is drawn again only once it has moved on by a column."""
        end_s = None if snapshot.playback is None else snapshot.playback.end_s
        self._position_s = snapshot.position_s or 0.0
        width = self.size.width
        column = 0 if end_s is None or not width else column_of(self._position_s, end_s, width)
        self.place = (column, end_s)

    @property
    def lines(self) -> tuple[str, str]:
        """The signs, and the line below them."""
        end_s, width = self.place[1], self.size.width
        if end_s is None or not width:
            return "", ""
        position_s = self._position_s if self.dragged_s is None else self.dragged_s
        marks = marks_line(self.outline, end_s, width)
        if self.dragged_s is not None:
            time = clock_time(self.dragged_s)
            left = min(column_of(position_s, end_s, width), width - len(time))
            marks = f"{marks[:left]}{time}{marks[left + len(time) :]}"
        return marks, track_line(self.outline, position_s, end_s, width)

    def render_line(self, y: int) -> Strip:
        lines = self.lines
        # Where there is one row only, it is the line itself.
        place = y if self.size.height > 1 else 1
        line = lines[place] if place < len(lines) else ""
        parts = [
            plain("".join(signs), self.get_visual_style(name))
            for name, signs in groupby(line, lambda sign: _CLASSES.get(sign, "scrubber--plain"))
        ]
        content = joined(parts, "")
        strip = Strip(content.render_segments(self.visual_style), content.cell_length)
        return strip.extend_cell_length(self.size.width)

    # The pointer

    def _time_at(self, x: int) -> float | None:
        end_s = self.place[1]
        left = self.gutter.left
        return None if end_s is None else time_of(x - left, end_s, self.size.width)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self.dragged_s = self._time_at(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.dragged_s is not None:
            self.dragged_s = self._time_at(event.x)

    def on_mouse_up(self) -> None:
        self.release_mouse()
        time_s, self.dragged_s = self.dragged_s, None
        if time_s is not None:
            self.post_message(self.Chosen(time_s))
