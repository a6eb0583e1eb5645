"""Several lifters side by side, for a coach who sees all of them at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Container, Vertical

from tracker.app.snapshot import RunState
from tracker.app.text import clock_time, number
from tracker.domain import MarkKind, RepsAdjusted
from tracker.language import _, localized
from tracker.tui.plain import Plain, plain
from tracker.tui.screens import FlowScreen, KeyHints
from tracker.tui.screens.dialogs import QuitScreen, take_note
from tracker.tui.widgets.block_text import LinesWidget
from tracker.tui.widgets.live import HEADS, Count, CueBar, PaceBar, PhaseBar, cue_lines, cue_sign
from tracker.tui.widgets.status import banner_of, quality_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.app.lanes import Lane
    from tracker.app.session import Session
    from tracker.app.snapshot import SessionSnapshot
    from tracker.domain import SetRecord

LOOKS_PER_S: Final = 10.0
"""Eight lanes are drawn so often; a hold is timed to a tenth of a second."""

LEAST_COLUMNS: Final = 24
"""A lane that is narrower leaves out its numbers, so there are rather two rows of them."""


def columns_for(lanes: int, width: int) -> int:
    """Return how many lanes stand side by side: all of them if there is room, else half."""
    return lanes if width // lanes >= LEAST_COLUMNS else math.ceil(lanes / 2)


def head_of(snapshot: SessionSnapshot) -> str:
    """Return the line above the count: what is done, with what, and for how long."""
    current = snapshot.current_set
    load_kg = snapshot.plan.load_kg if current is None else current.load_kg
    parts = (
        "" if current is None else _("set {number}").format(number=current.index),
        localized(f"{load_kg:g} kg") if load_kg else "",
        clock_time(snapshot.position_s),
        snapshot.exercise.title,
    )
    return " · ".join(filter(None, parts))


def set_lines(records: Sequence[SetRecord]) -> list[str]:
    """Return the last rep, and a line for each set, the newest first."""
    lines: list[str] = []
    for record in reversed(records):
        if record.reps and not lines:
            rep = record.reps[-1]
            hold, range_ = number(rep.lockout_s, 1, " s"), number(rep.rom_deg, 0, "°")
            lines.append(
                # Translators: the last rep of a lane, in 20 columns: number, hold, range.
                _("rep {number}: hold {hold} {range}").format(
                    number=rep.index, hold=hold, range=range_
                )
            )
        load = "" if not record.load_kg else localized(f" × {record.load_kg:g} kg")
        target = "" if record.plan.target_reps is None else f"/{record.plan.target_reps}"
        lines.append(f"{record.index}. {record.done}{target}{load}")
    return lines


class LaneCue(CueBar):
    """The cue in its word or two where there is one line."""

    def drawn(self, width: int, height: int) -> list[str]:
        if self.cue is None:
            return []
        if height > 2:
            return cue_lines(self.cue, width, height)
        return [f"{f'{cue_sign(self.cue)} {HEADS[self.cue.kind]}':^{width}}"]


class LaneSets(LinesWidget):
    """The last rep and the sets."""

    DEFAULT_CSS = "LaneSets { color: $text-muted; }"

    _records: tuple[SetRecord, ...] = ()

    def update_from(self, snapshot: SessionSnapshot) -> None:
        if snapshot.sets != self._records:
            self._records = snapshot.sets
            self.refresh()

    def drawn(self, width: int, height: int) -> list[str]:
        return set_lines(self._records)


class LanePanel(Vertical):
    """One lane: what is wrong, else count, phase, pace, cue and sets."""

    def __init__(self, lane: Lane, number_: int) -> None:
        super().__init__(classes="lane")
        self.lane = lane
        self.border_title = plain(f"{number_} {lane.name}")

    def compose(self) -> ComposeResult:
        yield Plain(classes="head")
        yield Plain(classes="words")
        yield Count()
        yield PhaseBar()
        yield PaceBar()
        yield LaneCue()
        yield LaneSets()
        yield Plain(classes="quality")

    @property
    def session(self) -> Session | None:
        """The session, once the sensor streams."""
        return None if self.lane.training is None else self.lane.training.session

    def update(self) -> None:
        """Show the lane as it is now."""
        session = self.session
        words = self.query_one(".words", Plain)
        if session is None or self.lane.error is not None:
            error = self.lane.error
            self.add_class("-waits")
            self.set_class(error is not None, "-alarm")
            words.update(plain(self.lane.said if error is None else f"! {error}"))
            return
        snapshot = session.snapshot()
        trouble, alarm = banner_of(snapshot)
        if snapshot.state is RunState.FINISHED:
            trouble, alarm = _("✓ logged") if self.lane.ended else _("✓ sensor ended"), False
        self.remove_class("-waits")
        self.set_class(alarm, "-alarm")
        self.set_class(bool(trouble), "-troubled")
        words.update(plain(trouble))
        self.query_one(".head", Plain).update(plain(head_of(snapshot)))
        self.query_one(".quality", Plain).update(plain(quality_text(snapshot)))
        count = self.query_one(Count)
        before = count.reps
        for widget in (count, *self.query(PhaseBar), *self.query(PaceBar)):
            widget.update_from(snapshot)
        for widget in (*self.query(LaneCue), *self.query(LaneSets)):
            widget.update_from(snapshot)
        if count.reps > before:
            count.flash()


class LanesScreen(FlowScreen[None]):
    """Returns when the coach is done with all lanes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                str(place),
                f"choose_lane({place - 1})",
                _("Lane {number}").format(number=place),
                show=False,
            )
            for place in range(1, 9)
        ),
        Binding("tab,right", "next_lane(1)", _("Lane"), key_display="tab"),
        Binding("shift+tab,left", "next_lane(-1)", _("Lane before"), show=False),
        Binding("u", "adjust(-1)", "-1"),
        Binding("a", "adjust(1)", "+1"),
        Binding("s", "mark", _("Set")),
        Binding("n", "note", _("Note")),
        Binding("x", "end_lane", _("End lane")),
        Binding("f", "finish", _("Finish all")),
    ]

    def __init__(self, lanes: Sequence[Lane]) -> None:
        super().__init__()
        self._panels = [LanePanel(lane, place) for place, lane in enumerate(lanes, start=1)]
        self._chosen = 0

    def compose(self) -> ComposeResult:
        with Container(id="lanes"):
            yield from self._panels
        yield KeyHints()

    def on_mount(self) -> None:
        self.action_choose_lane(0)
        self.set_interval(1.0 / LOOKS_PER_S, self.update_if_there)

    def on_resize(self) -> None:
        columns = columns_for(len(self._panels), self.size.width)
        rows = math.ceil(len(self._panels) / columns)
        grid = self.query_one("#lanes").styles
        grid.grid_size_columns, grid.grid_size_rows = columns, rows
        # Two rows of the usual terminal have no room for everything.
        self.set_class(self.size.height // rows < _LOW_ROWS, "-low")
        self.set_class(self.size.height // rows >= _TALL_ROWS, "-tall")

    def update_view(self) -> None:
        if self.is_current:
            for panel in self._panels:
                panel.update()

    @property
    def in_set(self) -> bool:
        """Whether a set is under way on some lane, which quitting would end."""
        return any(_in_set(panel.session) for panel in self._panels)

    def action_choose_lane(self, place: int) -> None:
        """Choose the lane that keys are about."""
        if place < len(self._panels):
            self._chosen = place
            for each, panel in enumerate(self._panels):
                panel.set_class(each == place, "-chosen")

    def action_next_lane(self, by: int) -> None:
        self.action_choose_lane((self._chosen + by) % len(self._panels))

    def _session(self) -> Session | None:
        """Return the session of the chosen lane; says so if nobody trains there."""
        session = self._panels[self._chosen].session
        if session is None or session.state is RunState.FAILED:
            self.notify(_("Nobody trains on this lane."), timeout=3.0)
            return None
        return session

    def action_adjust(self, by: int) -> None:
        """Count one rep more, or less, of the set under way or the last one."""
        session = self._session()
        if session is None:
            return
        current = session.snapshot().current_set
        if current is None:
            self.notify(_("There is no set yet."), timeout=3.0)
        elif by > 0 or current.done > 0:
            session.enter(RepsAdjusted(current.index, by))

    def action_mark(self) -> None:
        """Stop the set under way by hand, or start one."""
        session = self._session()
        if session is not None and session.state is RunState.RUNNING:
            session.mark(MarkKind.SET_STOP if _in_set(session) else MarkKind.SET_START)

    def action_note(self) -> None:
        """Take a note on the set, or on the session before the first one."""
        session = self._session()
        if session is None:
            return
        snapshot = session.snapshot()
        current = snapshot.current_set
        set_index = None if current is None else current.index
        known = snapshot.note if current is None else current.entries.note
        take_note(self, session, set_index, known)

    def action_end_lane(self) -> None:
        """End one lane, and let the others go on."""
        panel = self._panels[self._chosen]
        self._unless_in_set(panel.lane.stop, _in_set(panel.session))

    def action_finish(self) -> None:
        self._unless_in_set(self.answer, self.in_set)

    def _unless_in_set(self, end: Callable[[], object], in_set: bool) -> None:
        def end_if(confirmed: bool | None) -> None:
            if confirmed:
                end()

        if in_set:
            self.app.push_screen(QuitScreen(), end_if)
        else:
            end()


_LOW_ROWS: Final = 18
_TALL_ROWS: Final = 28


def _in_set(session: Session | None) -> bool:
    if session is None:
        return False
    snapshot = session.snapshot()
    current = snapshot.current_set
    return snapshot.state is RunState.RUNNING and current is not None and not current.ended
