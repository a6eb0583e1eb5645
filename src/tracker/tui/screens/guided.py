"""A part of a routine that is timed, because the sensor cannot count it: a plank, a stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.widgets import Footer

from tracker.app.snapshot import RunState
from tracker.app.text import clock_time
from tracker.coach import ACTIVITY_HOW
from tracker.domain import TimedDone
from tracker.language import _, pgettext
from tracker.tui.plain import Plain
from tracker.tui.screens import FlowScreen, Next
from tracker.tui.widgets.block_text import block_text
from tracker.tui.widgets.live import bar

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.app.session import Session
    from tracker.coach import RoutineStep

LOOKS_PER_S: Final = 5.0
"""Enough for a countdown in seconds."""


class GuidedScreen(FlowScreen[Next]):
    """Counts an activity down in session time, and enters how long it was done.

    Returns `Next.TRAIN` for what follows, or `Next.FINISH`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", _("Done, next"), priority=True),
        Binding("escape", "skip", _("Skip")),
        Binding("m", "app.mute", _("Mute"), priority=True),
        Binding("f", "finish", pgettext("training", "Finish"), priority=True),
    ]

    def __init__(self, session: Session, step: RoutineStep, following: str = "") -> None:
        super().__init__()
        self._session = session
        self._step = step
        self._following = following
        self._began_s: float | None = None

    def compose(self) -> ComposeResult:
        yield Plain(self._step.words, id="title")
        yield Plain("\n".join(ACTIVITY_HOW[self._step.name]), id="how-to")
        yield Plain(id="left")
        yield Plain(
            _("then: {following}").format(following=self._following) if self._following else "",
            id="then",
        )
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.update_view()
        self.set_interval(1.0 / LOOKS_PER_S, self.update_if_there)

    @property
    def elapsed_s(self) -> float:
        """How long it has been done, in session time, s."""
        position_s = self._session.snapshot().position_s
        if position_s is None:
            return 0.0
        if self._began_s is None:
            self._began_s = position_s
        return position_s - self._began_s

    def update_view(self) -> None:
        """Show what is left; at the end, go on."""
        elapsed_s = self.elapsed_s
        left_s = max(0.0, self._step.duration_s - elapsed_s)
        share = min(1.0, elapsed_s / self._step.duration_s)
        lines = [*block_text(clock_time(left_s + 0.999), 60, 5), "", bar(share, 40)]
        self.query_one("#left", Plain).update("\n".join(lines))
        # A sensor that has gone has no time to go by.
        if left_s <= 0.0 or self._session.state in (RunState.FAILED, RunState.FINISHED):
            self.action_done()

    def action_done(self) -> None:
        """Enter how long it was done, and go on."""
        if not self.is_active:
            return
        step, elapsed_s = self._step, self.elapsed_s
        if elapsed_s > 0.0:
            done_s = min(elapsed_s, step.duration_s)
            self._session.enter(TimedDone(step.name, done_s, step.side, step.warm_up))
        self.answer(Next.TRAIN)

    def action_skip(self) -> None:
        """Go on without entering it."""
        self.answer(Next.TRAIN)

    def action_finish(self) -> None:
        self.answer(Next.FINISH)
