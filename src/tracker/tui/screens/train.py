"""The screen that the wearer sees from the bench."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tracker.app.playback import Playback
from tracker.app.snapshot import RunState
from tracker.app.text import LinkWords, reference_words
from tracker.domain import (
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    LinkChanged,
    MarkKind,
    ReferenceRep,
    RepCounted,
    RepsAdjusted,
    SetEnded,
    SetStarted,
    UserCommand,
)
from tracker.language import _, pgettext
from tracker.tui.screens import EventPosted, FlowScreen, KeyHints, Next
from tracker.tui.screens.dialogs import take_note
from tracker.tui.widgets.block_text import SnapshotWidget
from tracker.tui.widgets.live import Count, CueBar, PaceBar, PhaseBar, cue_of
from tracker.tui.widgets.reps import LastRep, RepBars, SetList
from tracker.tui.widgets.scrubber import Scrubber
from tracker.tui.widgets.status import Banner, Headline, Notice, Quality, notice_of
from tracker.tui.widgets.traces import PitchTrace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.app.session import Session
    from tracker.domain import Event

SAMPLES_PER_S: Final = 15.0
"""How often the screen is drawn: more than once for each step of the hold timer."""

BIG_CUE_S: Final = 3.0
"""How long a cue is flashed over the big count: time to read it, with the next rep in sight."""

SEEK_STEP_S: Final = 5.0
"""About one rep."""

BEFORE_REP_S: Final = 2.0
"""How long before its lockout a rep is shown from, s: most concentrics take less."""

MARK_WORDS: Final = {
    MarkKind.SET_START.value: _("Set started by hand"),
    MarkKind.SET_STOP.value: _("Set stopped by hand"),
    MarkKind.CALIBRATION.value: _("Hold one lockout still …"),
    MarkKind.REFERENCE_REPS.value: _("Do three good reps, each with a short hold …"),
}


class TrainScreen(FlowScreen[Next]):
    """Count, phase, hold, tempo, range, cue, pitch, sets and the quality of the data.

    Returns `Next.REST` when a set has ended, `Next.FINISH`, or `Next.BACK` from a replay that can
    be left.
    """

    # Textual's own annotation of this is none that mypy can read.
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (72, "-wide")]  # type: ignore[misc]
    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-short"), (24, "-low"), (36, "-tall")]  # type: ignore[misc]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", _("Pause")),
        Binding("left", f"seek({-SEEK_STEP_S})", "-5s", key_display="←"),
        Binding("right", f"seek({SEEK_STEP_S})", "+5s", key_display="→"),
        Binding("left_square_bracket", "seek_rep(-1)", _("Rep before"), show=False),
        Binding("right_square_bracket", "seek_rep(1)", _("Next rep"), show=False),
        Binding("home", "seek_to(False)", pgettext("replay", "Start"), show=False),
        Binding("end", "seek_to(True)", pgettext("replay", "End"), show=False),
        Binding("plus,equals_sign", "faster", _("Fast"), key_display="+"),
        Binding("minus", "slower", _("Slow"), key_display="-"),
        Binding("s", "mark", _("Set")),
        Binding("u", "adjust(-1)", "-1"),
        Binding("a", "adjust(1)", "+1"),
        Binding("m", "app.mute", _("Mute")),
        Binding("d", "distance", _("Big")),
        Binding("n", "note", _("Note")),
        Binding("c", "calibrate('CALIBRATION')", _("Calibrate")),
        # The other way to the same end; the help has it, and the set-up.
        Binding("r", "calibrate('REFERENCE_REPS')", _("3 reps"), show=False),
        Binding("f", "finish", pgettext("training", "Finish")),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(self, training: Session | Playback, *, can_leave: bool = False) -> None:
        super().__init__()
        self._training = training
        self._can_leave = can_leave
        self._link_words = LinkWords()
        self._rest_due = False
        self._playback = training if isinstance(training, Playback) else None
        self.set_class(self._playback is not None, "-replay")

    def compose(self) -> ComposeResult:
        yield Headline()
        yield Banner()
        with Horizontal(id="now"):
            yield Count()
            with Vertical(id="live"):
                yield PhaseBar()
                yield PaceBar()
                yield LastRep()
                # In place of the last rep where there is no room for both.
                yield CueBar(id="near-cue")
            yield Notice()
        yield CueBar(id="wide-cue")
        with Horizontal(id="curves"):
            yield PitchTrace()
            yield RepBars()
        yield SetList()
        if self._playback is not None:
            yield Scrubber()
        yield Quality()
        yield KeyHints()

    def on_mount(self) -> None:
        """Receive events, and draw regularly."""
        self._drawn: list[SnapshotWidget | PitchTrace] = [
            *self.query(SnapshotWidget),
            self.query_one(PitchTrace),
        ]
        self._training.add_sink(self)
        self.update_view()
        if self._playback is not None:
            self.run_worker(self._playback.read_outline(), name="outline")
        self.set_interval(1.0 / SAMPLES_PER_S, self.update_if_there)

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        """Take events, as a sink of the session."""
        for event in events:
            self.post_message(EventPosted(event))

    def on_event_posted(self, message: EventPosted) -> None:
        """Point out what has just happened, unless a seek passes over it."""
        if self._playback is not None and message.event.at_s < self._playback.target_s:
            return
        match message.event:
            case RepCounted():
                self.query_one(Count).flash()
            case SetEnded() if self._playback is None:
                # One that turned out to be none leads back to the rest that it interrupted.
                self._rest_due = self._training.snapshot().current_set is not None
                # After the events that came together with it: the next set may have begun.
                self.call_later(self._rest)
            case SetStarted():
                self._rest_due = False
            case UserCommand(text=text):
                self.notify(MARK_WORDS.get(text, text), timeout=2.0)
            case ReferenceRep():
                self.notify(reference_words(message.event).capitalize(), timeout=3.0)
            case Calibrated():
                self.notify(_("Calibrated: this is your lockout."), timeout=4.0)
            case CalibrationFailed(reason=reason) | CalibrationLost(reason=reason):
                self.notify(
                    _("Not calibrated: {reason}").format(reason=reason),
                    severity="warning",
                    timeout=6.0,
                )
            case LinkChanged() | BatteryRead():
                self._tell_link(message.event)
            case _:
                pass

    def on_screen_resume(self) -> None:
        self._rest()

    def _rest(self) -> None:
        if self._rest_due and self.is_active:
            self._rest_due = False
            self.answer(Next.REST)

    def _tell_link(self, event: LinkChanged | BatteryRead) -> None:
        """Point out a battery that runs out; the banner says what is wrong with the link."""
        line = self._link_words.line(event)
        if line is not None and isinstance(event, BatteryRead):
            self.notify(line, severity="warning", timeout=8.0)

    def update_view(self) -> None:
        """Show the session as it is now; under another screen there is nothing to see."""
        if not self.is_current:
            return
        snapshot = self._training.snapshot()
        notice = notice_of(snapshot)
        self.query_one(Notice).update_from(notice)
        if self.query_one("#live").display is not (notice is None):
            self.query_one("#live").display = notice is None
        self.query_one(Quality).sound = getattr(self.app, "sound_sign", "")
        if self._playback is not None:
            self.query_one(Scrubber).outline = self._playback.outline
        for widget in self._drawn:
            widget.update_from(snapshot)
        cue = cue_of(snapshot)
        self.set_class(cue is not None, "-cued")
        now_s = snapshot.position_s
        fresh = cue is not None and now_s is not None and now_s - cue.at_s < BIG_CUE_S
        self.set_class(fresh, "-fresh-cue")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"pause", "seek", "seek_rep", "seek_to", "faster", "slower"}:
            return self._playback is not None
        if action in {"finish", "adjust", "note", "calibrate"}:
            # A replay changes nothing of its recording, and nothing is kept of the simulator's.
            return self._playback is None
        if action == "back":
            return self._can_leave
        return True

    def action_pause(self) -> None:
        """Hold the playback, or let it go on."""
        if self._playback is None:
            return
        if self._playback.paused:
            self._playback.resume()
        else:
            self._playback.pause()

    def action_seek(self, step_s: float) -> None:
        if self._playback is not None:
            self._playback.seek_by(step_s)

    def action_seek_rep(self, step: int) -> None:
        """Go to the start of the next rep, or of the one before."""
        if self._playback is None:
            return
        now_s = self._playback.snapshot().position_s or 0.0
        starts_s = [time_s - BEFORE_REP_S for time_s in self._playback.outline.reps]
        if step > 0:
            # A second further on, the one that was gone to before is not the next one.
            ahead = [time_s for time_s in starts_s if time_s > now_s + 1.0]
            target_s = min(ahead, default=None)
        else:
            target_s = max((time_s for time_s in starts_s if time_s < now_s - 1.0), default=0.0)
        if target_s is not None:
            self._playback.seek(max(target_s, 0.0))

    def action_seek_to(self, end: bool) -> None:
        if self._playback is not None:
            self._playback.seek(math.inf if end else 0.0)

    def on_scrubber_chosen(self, message: Scrubber.Chosen) -> None:
        if self._playback is not None:
            self._playback.seek(message.time_s)

    def action_faster(self) -> None:
        if self._playback is not None:
            self._playback.faster()

    def action_slower(self) -> None:
        if self._playback is not None:
            self._playback.slower()

    def action_mark(self) -> None:
        """Stop the set under way by hand, or start one."""
        snapshot = self._training.snapshot()
        if snapshot.state is not RunState.RUNNING:
            return
        current = snapshot.current_set
        under_way = current is not None and not current.ended
        self._training.mark(MarkKind.SET_STOP if under_way else MarkKind.SET_START)

    def action_adjust(self, by: int) -> None:
        """Count one rep more, or less, of the set under way or the last one."""
        current = self._training.snapshot().current_set
        if current is None:
            self.notify(_("There is no set yet."), timeout=3.0)
            return
        if by > 0 or current.done > 0:
            self._training.enter(RepsAdjusted(current.index, by))

    def action_distance(self) -> None:
        """Show only the count and the phase, in its colour, or everything again."""
        self.toggle_class("-distance")

    def action_note(self) -> None:
        """Take a note on the set, or on the session before the first one."""
        snapshot = self._training.snapshot()
        current = snapshot.current_set
        set_index = None if current is None else current.index
        known = snapshot.note if current is None else current.entries.note
        take_note(self, self._training, set_index, known)

    @property
    def in_set(self) -> bool:
        """Whether a set is under way that quitting would end."""
        snapshot = self._training.snapshot()
        current = snapshot.current_set
        running = self._playback is None and snapshot.state is RunState.RUNNING
        return running and current is not None and not current.ended

    def action_finish(self) -> None:
        self.answer(Next.FINISH)

    def action_back(self) -> None:
        self.answer(Next.BACK)

    def action_calibrate(self, kind: str) -> None:
        if self._training.snapshot().state is RunState.RUNNING:
            self._training.mark(MarkKind[kind])
