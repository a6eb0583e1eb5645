"""Between two sets: what the last one was like, how long to rest, what the wearer says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from tracker.domain import (
    LoadEntered,
    PainEntered,
    PainMoment,
    PlanChosen,
    RpeEntered,
    TrackerError,
    check_entry,
)
from tracker.tui.outlook import effort_lines, pain_lines
from tracker.tui.plan_form import FieldError, number_in, pain_in
from tracker.tui.widgets.banner import Banner
from tracker.tui.widgets.countdown import Countdown
from tracker.tui.widgets.form_row import FormRow
from tracker.tui.widgets.headline import Headline
from tracker.tui.widgets.number_input import NumberInput
from tracker.tui.widgets.quality import Quality
from tracker.tui.widgets.rep_table import LEGEND, RepTable, set_title

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.domain import Entry
    from tracker.runtime.session import Session
    from tracker.tui.app import TrackerApp

LOOKS_PER_S: Final = 5.0
"""Enough for a countdown in seconds."""

_FIELDS: Final = {
    "load": ("this set, kg", "what was on the hips"),
    "rpe": ("effort, RPE", "10 nothing left, 8 two reps left"),
    "pain": ("pain now", "0 none to 10 worst"),
    "next": ("next set, kg", "holds from the next set on"),
}


class RestScreen(Screen[None]):
    """Comes by itself when a set has ended, and goes when the next one starts."""

    app: TrackerApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next_set", "Next set", priority=True),
        Binding("tab", "app.focus_next", "Next field"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Field before", show=False),
        Binding("escape", "next_set", "Back", show=False),
        # The fields take numbers only, so a letter can be a key.
        Binding("f", "finish", "Finish", priority=True),
        Binding("m", "app.mute", "Mute", priority=True),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        snapshot = session.snapshot()
        record = snapshot.current_set
        assert record is not None
        self.set_index = record.index
        self._kept: dict[str, str] = {
            "load": _text(record.load_kg),
            "rpe": _text(record.entries.rpe),
            "pain": "",
            "next": _text(snapshot.plan.load_kg),
        }

    def compose(self) -> ComposeResult:
        """Put the countdown beside the fields, above the reps."""
        yield Headline()
        yield Banner()
        with Horizontal(id="rest"):
            yield Countdown()
            with Vertical(id="fields"):
                for name, (label, hint) in _FIELDS.items():
                    yield FormRow(label, NumberInput(self._kept[name], name), hint)
                yield Static(id="problem")
                yield Static(id="effort")
        yield RepTable()
        yield Static(LEGEND, id="legend")
        yield Quality()
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Start looking."""
        self.query_one("#rpe").focus()
        self.look()
        self.set_interval(1.0 / LOOKS_PER_S, self.look)

    def look(self) -> None:
        """Show the rest as it is now."""
        snapshot = self._session.snapshot()
        self.query_one(Headline).show(snapshot)
        self.query_one(Banner).show(snapshot)
        self.query_one(Countdown).show(snapshot)
        self.query_one(Quality).show(snapshot)
        record = next((each for each in snapshot.sets if each.index == self.set_index), None)
        if record is None:
            # The set was withdrawn: there is nothing to rest from.
            self.app.back_to_work()
            return
        table = self.query_one(RepTable)
        table.border_title = set_title(record)
        table.show(record)
        lines = (*effort_lines(snapshot.exercise, record), *pain_lines(snapshot.pain))
        self.query_one("#effort", Static).update(Content("\n".join(lines)))

    def on_input_changed(self) -> None:
        """Take a complaint back once something is typed."""
        self.query_one("#problem", Static).update("")

    def keep(self) -> bool:
        """Enter what was typed since the last time; return whether all of it could be meant."""
        try:
            for entry in self._entries():
                self._session.enter(entry)
        except TrackerError as error:
            self.query_one("#problem", Static).update(Content(f"! {error}"))
            if isinstance(error, FieldError):
                self.query_one(f"#{error.field}").focus()
            return False
        self._kept = {name: self.query_one(f"#{name}", Input).value for name in _FIELDS}
        return True

    def _entries(self) -> list[Entry]:
        """Return what is new in the fields; nothing of it is entered unless all can be meant."""
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name in _FIELDS}
        new = {name: text for name, text in typed.items() if text and text != self._kept[name]}
        found: list[Entry] = []
        if "load" in new and (load_kg := number_in("load", new["load"])) is not None:
            found.append(LoadEntered(self.set_index, load_kg))
        if "rpe" in new and (rpe := number_in("rpe", new["rpe"])) is not None:
            found.append(RpeEntered(self.set_index, rpe))
        if "pain" in new and (pain := pain_in(new["pain"])) is not None:
            found.append(PainEntered(pain, PainMoment.BETWEEN, self.set_index))
        if "next" in new and (next_kg := number_in("next", new["next"])) is not None:
            plan = self._session.snapshot().plan
            try:
                found.append(PlanChosen(replace(plan, load_kg=next_kg)))
            except TrackerError as error:
                raise FieldError("next", str(error)) from error
        for entry in found:
            _check(entry)
        return found

    def action_next_set(self) -> None:
        """Keep what was typed, and go back to the training."""
        if self.keep():
            self.app.back_to_work()

    def action_finish(self) -> None:
        """Keep what was typed, and sum the training up."""
        if self.keep():
            self.app.finish()


_FIELD_OF: Final[dict[type[Entry], str]] = {
    LoadEntered: "load",
    RpeEntered: "rpe",
    PainEntered: "pain",
    PlanChosen: "next",
}


def _check(entry: Entry) -> None:
    try:
        check_entry(entry)
    except TrackerError as error:
        raise FieldError(_FIELD_OF[type(entry)], str(error)) from error


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
