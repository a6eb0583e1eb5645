"""Between two sets: how the last one went, how long to rest, and what the wearer enters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tracker.domain import (
    MOST_PAIN,
    InputError,
    LoadEntered,
    PainEntered,
    PainMoment,
    PlanChosen,
    RpeEntered,
)
from tracker.domain.loads import load_number, load_unit, plates_words
from tracker.language import _, pgettext
from tracker.tui.advice import effort_lines, pain_lines
from tracker.tui.plain import Plain, plain
from tracker.tui.plan_form import FieldError, load_in, number_in, number_text, pain_in
from tracker.tui.screens import FlowScreen, KeyHints, Next
from tracker.tui.screens.dialogs import take_note
from tracker.tui.widgets.block_text import SnapshotWidget
from tracker.tui.widgets.forms import FormRow, NumberInput
from tracker.tui.widgets.live import Countdown
from tracker.tui.widgets.reps import LEGEND, RepTable, SetList, set_title
from tracker.tui.widgets.status import Banner, Headline, Quality

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.app.session import Session
    from tracker.app.snapshot import SessionSnapshot
    from tracker.domain import Entry, SetRecord

LOOKS_PER_S: Final = 5.0
"""Enough for a countdown in seconds."""

_FIELDS: Final = {
    "load": (_("this set"), _("what was on the hips")),
    "rpe": (_("effort, RPE"), _("10: no rep left, 8: two")),
    "pain": (_("pain now"), _("0 none to {most} worst").format(most=MOST_PAIN)),
    "next": (_("next set"), _("from the next set on")),
}


_LOADS: Final = frozenset({"load", "next"})
"""Those in the wearer's unit."""


class RestScreen(FlowScreen[Next]):
    """Comes by itself when a set has ended, and goes when the next one starts.

    Returns `Next.TRAIN` or `Next.FINISH`.
    """

    # Textual's own annotation of this is none that mypy can read.
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (116, "-wide")]  # type: ignore[misc]
    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-short"), (24, "-low")]  # type: ignore[misc]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next_set", _("Next set"), priority=True),
        Binding("tab", "app.focus_next", _("Next field")),
        Binding("down", "app.focus_next", _("Next field"), show=False),
        Binding("up", "app.focus_previous", _("Field before"), show=False),
        Binding("escape", "next_set", _("Back"), show=False),
        # The fields take numbers only, so a letter can be a key.
        Binding("f", "finish", pgettext("training", "Finish"), priority=True),
        Binding("n", "note", _("Note"), priority=True),
        Binding("m", "app.mute", _("Mute"), priority=True),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        snapshot = session.snapshot()
        record = snapshot.current_set
        assert record is not None
        self.set_index = record.index
        self._kept: dict[str, str] = {
            "load": load_number(record.load_kg),
            "rpe": number_text(record.entries.rpe),
            "pain": "",
            "next": load_number(snapshot.plan.load_kg),
        }
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Put the countdown beside the fields, above the reps."""
        yield Headline()
        yield Banner()
        with Horizontal(id="rest"):
            countdown = Countdown(classes="panel")
            countdown.border_title = _("Rest")
            yield countdown
            with Vertical(id="fields", classes="panel") as fields:
                fields.border_title = _("Set {number}").format(number=self.set_index)
                for name, (label, hint) in _FIELDS.items():
                    unit = f", {load_unit().value}" if name in _LOADS else ""
                    field = NumberInput(self._kept[name], name)
                    yield FormRow(f"{label}{unit}", field, self._hint(name, hint))
                yield Plain(id="problem")
                yield Plain(id="effort")
                yield SetList()
        table = RepTable(classes="panel")
        table.border_subtitle = LEGEND
        yield table
        yield Quality()
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one("#rpe").focus()
        self.update_view()
        self.set_interval(1.0 / LOOKS_PER_S, self.update_if_there)

    def update_view(self) -> None:
        """Show the rest as it is now."""
        snapshot = self._session.snapshot()
        for widget in self.query(SnapshotWidget):
            widget.update_from(snapshot)
        record = self._record(snapshot)
        if record is None or record is not snapshot.current_set:
            # The set was withdrawn, or the next one has begun.
            self._back_to_training()
        if record is None:
            return
        table = self.query_one(RepTable)
        table.border_title = plain(set_title(record))
        table.update_from(record)
        lines = (*effort_lines(snapshot.exercise, record), *pain_lines(snapshot.pain))
        self.query_one("#effort", Plain).update(plain("\n".join(lines)))

    def _record(self, snapshot: SessionSnapshot) -> SetRecord | None:
        return next((each for each in snapshot.sets if each.index == self.set_index), None)

    def _hint(self, name: str, hint: str) -> str:
        """Return what stands beside a field; for the next load, the plates of a chosen bar."""
        if name != "next":
            return hint
        try:
            return plates_words(load_in(name, self._typed(name))) or hint
        except FieldError:
            return hint

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value if self.is_mounted else self._kept[name]

    def on_input_changed(self, message: Input.Changed) -> None:
        """Take a complaint back once something is typed; say which plates the load needs."""
        self._tell("")
        row = message.input.parent
        if message.input.id == "next" and isinstance(row, FormRow):
            row.hint(self._hint("next", _FIELDS["next"][1]))

    def _tell(self, problem: str) -> None:
        self._problem = problem
        self.query_one("#problem", Plain).update(plain(f"! {problem}" if problem else ""))

    def on_unmount(self) -> None:
        """Say what could not be kept, should the next set have taken the screen away."""
        if self._problem:
            self.app.notify(
                _("Not kept: {reason}").format(reason=self._problem),
                severity="warning",
                timeout=8.0,
            )

    def keep(self) -> bool:
        """Enter what was typed since the last time; return whether all of it could be meant."""
        problems: list[FieldError] = []
        for name in _FIELDS:
            text = self.query_one(f"#{name}", Input).value.strip()
            if not text or text == self._kept[name]:
                continue
            try:
                self._session.enter(self._entry(name, text))
            except FieldError as error:
                problems.append(error)
            except InputError as error:
                problems.append(FieldError(name, f"{_FIELDS[name][0]}: {error.problem}"))
            else:
                self._kept[name] = text
        if problems:
            self.query_one(f"#{problems[0].field}").focus()
        self._tell(str(problems[0]) if problems else "")
        return not problems

    def _entry(self, name: str, text: str) -> Entry:
        """Return what a field says; raise `InputError` or `FieldError` if it cannot be meant."""
        if name == "pain":
            return PainEntered(pain_in(text) or 0, PainMoment.BETWEEN, self.set_index)
        if name == "rpe":
            return RpeEntered(self.set_index, number_in(name, text) or 0.0)
        load_kg = load_in(name, text) or 0.0
        if name == "load":
            return LoadEntered(self.set_index, load_kg)
        return PlanChosen(replace(self._session.snapshot().plan, load_kg=load_kg))

    def action_next_set(self) -> None:
        """Keep what was typed, and go back to the training."""
        if self.keep():
            self.answer(Next.TRAIN)

    def _back_to_training(self) -> None:
        """Go back by itself, unless a note is being typed."""
        if self.is_active:
            self.keep()
            self.answer(Next.TRAIN)

    def action_note(self) -> None:
        record = self._record(self._session.snapshot())
        known = "" if record is None else record.entries.note
        take_note(self, self._session, self.set_index, known)

    def action_finish(self) -> None:
        """Keep what was typed, and sum the training up."""
        if self.keep():
            self.answer(Next.FINISH)
