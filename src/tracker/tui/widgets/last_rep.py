"""What was measured of the last rep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tracker.runtime.wording import (
    flag_words,
    number,
    phase_durations_s,
    tempo_code,
    tempo_words,
)

if TYPE_CHECKING:
    from tracker.domain import Rep
    from tracker.runtime.snapshot import SessionSnapshot

CUE_SHOWN_S: Final = 6.0
"""About a rep: by then the cue was followed, or there is a newer one."""


def last_rep_lines(rep: Rep | None) -> tuple[str, str, str, str]:
    """Return title, tempo as written, tempo as lifted, and what else is known of a rep."""
    if rep is None:
        return ("first rep under way", "", "", "")
    durations_s = phase_durations_s(rep)
    remarks = flag_words(rep.flags)
    return (
        f"rep {rep.index}" + (f" · {remarks}" if remarks else ""),
        tempo_code(durations_s),
        tempo_words(durations_s),
        f"range {number(rep.rom_deg, 0, '°')} · mean {number(rep.mean_velocity_mps, 2, ' m/s')}",
    )


def cue_of(snapshot: SessionSnapshot) -> str:
    """Return the newest cue while it is news, else nothing."""
    if snapshot.cue is None or snapshot.position_s is None:
        return ""
    return snapshot.cue.text if snapshot.position_s - snapshot.cue.at_s < CUE_SHOWN_S else ""


class LastRep(Widget):
    """Tempo both ways, range and velocity, and the newest cue."""

    DEFAULT_CSS = """
    LastRep { height: 5; }
    """

    lines: reactive[tuple[str, str, str, str]] = reactive(last_rep_lines(None))
    cue: reactive[str] = reactive("")

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the last rep and the cue from `snapshot`."""
        self.lines = last_rep_lines(snapshot.last_rep)
        self.cue = cue_of(snapshot)

    def render(self) -> Content:
        """Draw five lines, the tempo strongest."""
        title, code, words, measures = self.lines
        return Content("\n").join(
            [
                Content.styled(title, "dim"),
                Content.styled(code, "bold"),
                Content(words),
                Content(measures),
                Content.styled(f"» {self.cue}" if self.cue else "", "$text-accent bold"),
            ]
        )
