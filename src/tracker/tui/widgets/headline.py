"""The top line: what is trained, and plainly whether it is real."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textual.reactive import reactive
from textual.widget import Widget

from tracker.runtime.wording import clock_time
from tracker.tui.widgets.block_text import line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import PlaybackState, SessionSnapshot


def origin_of(snapshot: SessionSnapshot) -> str:
    """Return where the numbers come from: a sensor, a file or the simulator."""
    synthetic = snapshot.info.origin == "synthetic"
    if snapshot.playback is None or snapshot.playback.recording_name is None:
        return "SIMULATED" if synthetic else "LIVE"
    kind = "REPLAY of a simulated session" if synthetic else "REPLAY"
    return f"{kind} {snapshot.playback.recording_name}"


def pace_of(playback: PlaybackState | None) -> str:
    """Return how fast it plays, empty for a live session."""
    if playback is None:
        return ""
    if playback.paused:
        return "paused"
    return "max speed" if math.isinf(playback.speed) else f"{playback.speed:g}×"


def times_of(snapshot: SessionSnapshot) -> str:
    """Return where the session is, and its end where that is known."""
    position = clock_time(snapshot.position_s)
    if snapshot.playback is None or snapshot.playback.end_s is None:
        return position
    return f"{position} / {clock_time(snapshot.playback.end_s)}"


def headline_parts(snapshot: SessionSnapshot) -> tuple[str, str, str]:
    """Return what is trained, where it comes from, and how far it has come."""
    current = snapshot.current_set
    load_kg = snapshot.plan.load_kg if current is None else current.load_kg
    left = " · ".join(
        [
            snapshot.exercise.title,
            *([] if current is None else [f"set {current.index}"]),
            *([f"{load_kg:g} kg"] if load_kg else []),
        ]
    )
    right = "  ".join(part for part in (pace_of(snapshot.playback), times_of(snapshot)) if part)
    return left, origin_of(snapshot), right


def headline_text(left: str, origin: str, right: str, width: int) -> str:
    """Return a line of `width` columns; a long file name gives way."""
    room = width - len(left) - len(right) - 4
    if len(origin) > room:
        origin = origin[: max(room - 1, 0)] + "…"
    end = f"{origin}  {right}"
    return f"{left}{end:>{max(width - len(left), 0)}}"


class Headline(Widget):
    """Exercise and set on the left, origin and time on the right."""

    DEFAULT_CSS = """
    Headline { background: $panel; color: $foreground; text-style: bold; }
    """

    parts: reactive[tuple[str, str, str]] = reactive(("", "", ""))

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the parts from `snapshot`."""
        self.parts = headline_parts(snapshot)

    def render_line(self, y: int) -> Strip:
        """Draw the parts at both ends."""
        width = self.size.width
        return line_strip((headline_text(*self.parts, width),), y, width, self.visual_style)
