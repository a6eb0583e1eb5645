"""How the phase runs against its plan: a bar that fills up to the goal of the hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.coach.pacing import planned_s
from tracker.domain import PHASE_WORDS, Phase
from tracker.runtime.wording import clock_time, number
from tracker.tui.widgets.block_text import line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.runtime.snapshot import SessionSnapshot

_FULL: Final = "█"
_EMPTY: Final = "░"
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Paced:
    """What is timed now."""

    words: str
    """What it is, how long it has taken and how long it is to take."""
    share: float | None
    """How much of the plan is over, 0 to 1; None where nothing is planned."""
    holding: bool = False
    """Whether it is the hold."""

    @property
    def done(self) -> bool:
        """Whether the goal is reached."""
        return self.share is not None and self.share >= 1.0


def paced_of(snapshot: SessionSnapshot) -> Paced:
    """Return what is timed now: the phase in a set, else the rest."""
    current = snapshot.current_set
    phase, elapsed_s = snapshot.phase, snapshot.phase_elapsed_s
    if phase is not None and elapsed_s is not None and current is not None:
        goal_s = planned_s(current.plan, phase)
        holding = phase is Phase.LOCKOUT
        share = None if not goal_s else min(1.0, elapsed_s / goal_s)
        tail = ""
        if goal_s is not None:
            tail = f" of {number(goal_s)} s" if goal_s else " · touch and go"
        done = "   ✓ hold done" if holding and share == 1.0 else ""
        words = f"{PHASE_WORDS[phase]} {number(elapsed_s)}{tail}{done}"
        return Paced(words, share, holding)
    rest_s = snapshot.resting_s
    if rest_s is None:
        return Paced("", None)
    goal_s = snapshot.plan.rest_s
    share = None if not goal_s else min(1.0, rest_s / goal_s)
    over = "   ✓ rest is over" if share == 1.0 else ""
    return Paced(f"rest {clock_time(rest_s)} of {clock_time(goal_s)}{over}", share)


def bar(share: float, width: int) -> str:
    """Return a bar of `width` columns, filled to an eighth of a column."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    part = _EIGHTHS[rest] if rest else ""
    return (_FULL * full + part).ljust(width, _EMPTY)


def pace_lines(paced: Paced, width: int, height: int) -> list[str]:
    """Return the words above the bar, which takes the lines that are left."""
    drawn = "" if paced.share is None else bar(paced.share, width)
    return [paced.words, *[drawn] * (height - 1)]


class PaceBar(Widget):
    """The words and the bar; green, and with a tick, once a hold is done."""

    DEFAULT_CSS = """
    PaceBar { height: 2; color: $text-primary; text-style: bold; }
    PaceBar.-holding { color: $text-warning; }
    PaceBar.-done { color: $text-success; }
    """

    paced: reactive[Paced] = reactive(Paced("", None))

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the pace from `snapshot`."""
        self.paced = paced_of(snapshot)
        self.set_class(self.paced.holding, "-holding")
        self.set_class(self.paced.done, "-done")

    def render_line(self, y: int) -> Strip:
        """Draw the words and the bar."""
        width, height = self.size
        return line_strip(pace_lines(self.paced, width, height), y, width, self.visual_style)
