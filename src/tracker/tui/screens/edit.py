"""Correcting a past session: the whole of it, or one of its sets, as `tracker edit` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Input

from tracker.domain import EXERCISES, MOST_PAIN, PainMoment, Side, exercise_named
from tracker.domain.foreign_text import visible
from tracker.domain.loads import load_number, load_unit
from tracker.domain.plan import LONGEST_NOTE, MOST_REPS, MOST_RPE
from tracker.language import _, pgettext
from tracker.store import Edit, Field
from tracker.tui.plain import Plain, plain
from tracker.tui.plan_form import FieldError, load_in, number_in, number_text, pain_in, whole_in
from tracker.tui.screens import FlowScreen, KeyHints
from tracker.tui.widgets.forms import Choice, FormRow, NumberInput

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.domain import SetRecord, Workout

    Texts = dict[Field, str]
    """What stands in the fields."""

_YES, _NO, _BOTH = "yes", "no", "both"
_YES_NO: Final = ((_("yes"), _YES), (_("no"), _NO))
_SIDES: Final = ((_("both"), _BOTH), *((side.word, side.value) for side in Side))

_PAIN_SCALE: Final = _("0 none to {most} worst").format(most=MOST_PAIN)

_OF_SESSION: Final = (
    Field.EXERCISE,
    Field.PAIN_BEFORE,
    Field.PAIN_AFTER,
    Field.PAIN_NEXT_MORNING,
    Field.NOTE,
)
_OF_SET: Final = (
    Field.REPS,
    Field.LOAD,
    Field.RPE,
    Field.WARM_UP,
    Field.SIDE,
    Field.SET_EXERCISE,
    Field.SET_NOTE,
)

_LABELS: Final = {
    Field.EXERCISE: (_("exercise"), _("of the session; count again: tracker rescore")),
    Field.PAIN_BEFORE: (_("pain before"), _PAIN_SCALE),
    Field.PAIN_AFTER: (_("pain after"), _PAIN_SCALE),
    Field.PAIN_NEXT_MORNING: (
        pgettext("label", "next morning"),
        _("pain, 0 none to {most} worst").format(most=MOST_PAIN),
    ),
    Field.NOTE: (_("note"), _("about the session")),
    Field.REPS: (pgettext("column", "reps"), _("blank: as counted")),
    Field.LOAD: (_("load"), _("blank: as planned")),
    Field.RPE: (_("effort, RPE"), _("0 to {most}; blank: unknown").format(most=f"{MOST_RPE:g}")),
    Field.WARM_UP: (pgettext("column", "warm-up"), _("◂ ▸ choose")),
    Field.SIDE: (_("side"), _("the working leg")),
    Field.SET_EXERCISE: (_("exercise"), _("of this set")),
    Field.SET_NOTE: (_("note"), _("about the set")),
}
"""Label and hint of each field."""

_MOMENTS: Final = {
    Field.PAIN_BEFORE: PainMoment.BEFORE,
    Field.PAIN_AFTER: PainMoment.AFTER,
    Field.PAIN_NEXT_MORNING: PainMoment.NEXT_MORNING,
}


def session_texts(workout: Workout) -> Texts:
    """Return what the fields of a session hold before anything is typed."""
    scores = {each.moment: each.score for each in workout.pain}
    return {
        Field.EXERCISE: workout.info.exercise,
        **{field: number_text(scores.get(moment)) for field, moment in _MOMENTS.items()},
        Field.NOTE: visible(workout.note),
    }


def set_texts(workout: Workout, record: SetRecord) -> Texts:
    """Return what the fields of a set hold before anything is typed."""
    return {
        Field.REPS: number_text(record.done),
        Field.LOAD: load_number(record.load_kg),
        Field.RPE: number_text(record.entries.rpe),
        Field.WARM_UP: _YES if record.warm_up else _NO,
        Field.SIDE: _BOTH if record.side is None else record.side.value,
        Field.SET_EXERCISE: workout.exercise_of(record),
        Field.SET_NOTE: visible(record.entries.note),
    }


def edit_of(field: Field, text: str, set_index: int | None) -> Edit:
    """Return the edit that a changed field asks for; raise `FieldError` if it can't be read."""
    name = field.value
    value: int | float | str | None
    match field:
        case Field.REPS:
            value = whole_in(name, text)
            if value is not None and not 0 <= value <= MOST_REPS:
                raise FieldError.about(
                    name,
                    _("expected 0 to {most}, got {number}").format(most=MOST_REPS, number=value),
                )
        case Field.LOAD:
            value = load_in(name, text)
        case Field.RPE:
            value = number_in(name, text)
            if value is not None and not 0.0 <= value <= MOST_RPE:
                raise FieldError.about(
                    name,
                    _("expected 0 to {most}, got {number}").format(
                        most=f"{MOST_RPE:g}", number=number_text(value)
                    ),
                )
        case Field.WARM_UP:
            value = text == _YES
        case Field.SIDE:
            value = None if text == _BOTH else text
        case Field.EXERCISE | Field.SET_EXERCISE:
            value = text
        case Field.NOTE | Field.SET_NOTE:
            value = text or (None if field is Field.SET_NOTE else "")
        case _:
            value = pain_in(text, name)
            if value is None:
                raise FieldError(
                    name,
                    _("pain can be changed, not cleared: 0 to {most}").format(most=MOST_PAIN),
                )
    return Edit(field, value, set_index)


class EditScreen(FlowScreen["tuple[Edit, ...] | None"]):
    """Returns what to change in the log, nothing at all included, or None to leave it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", _("Keep"), priority=True),
        Binding("tab", "app.focus_next", _("Next field")),
        Binding("down", "app.focus_next", _("Next field"), show=False),
        Binding("up", "app.focus_previous", _("Field before"), show=False),
        Binding("escape", "back", _("Cancel")),
    ]

    def __init__(self, workout: Workout, title: str) -> None:
        super().__init__()
        self._title = title
        self._known: dict[int | None, Texts] = {
            None: session_texts(workout),
            **{each.index: set_texts(workout, each) for each in workout.sets},
        }
        self._typed: dict[int | None, Texts] = {about: {} for about in self._known}
        self._about: int | None = workout.sets[0].index if workout.sets else None

    def compose(self) -> ComposeResult:
        yield Plain(plain(self._title), id="title")
        abouts = [
            (
                _("the session") if about is None else _("set {number}").format(number=about),
                _key(about),
            )
            for about in self._known
        ]
        with VerticalScroll(classes="panel", can_focus=False) as form:
            form.border_title = _("Correct")
            yield FormRow(_("what"), Choice(abouts, _key(self._about), "about"), _("◂ ▸ choose"))
            for field in (*_OF_SET, *_OF_SESSION):
                label, hint = _LABELS[field]
                unit = f", {load_unit().value}" if field is Field.LOAD else ""
                yield FormRow(f"{label}{unit}", _widget(field), hint)
            yield Plain(id="problem")
        yield KeyHints()

    def on_mount(self) -> None:
        self._show()
        self.query_one("#about").focus()

    def _show(self) -> None:
        """Show the fields of what is chosen, with what was typed into them."""
        texts = {**self._known[self._about], **self._typed[self._about]}
        for field in (*_OF_SET, *_OF_SESSION):
            widget = self.query_one(f"#{field.value}")
            row = widget.parent
            assert isinstance(row, FormRow)
            row.display = field in texts
            if field not in texts:
                continue
            if isinstance(widget, Choice):
                widget.choose(texts[field])
            elif isinstance(widget, Input):
                widget.value = texts[field]

    def _take(self) -> None:
        """Keep what stands in the fields."""
        for field in self._known[self._about]:
            widget = self.query_one(f"#{field.value}")
            assert isinstance(widget, Choice | Input)
            self._typed[self._about][field] = widget.value.strip()

    def on_choice_changed(self, message: Choice.Changed) -> None:
        if message.choice.id == "about":
            self._take()
            self._about = None if message.choice.value == _key(None) else int(message.choice.value)
            self._show()

    def on_input_changed(self) -> None:
        self.query_one("#problem", Plain).update("")

    def edits(self) -> tuple[Edit, ...]:
        """Return the edits that were typed; raise `FieldError` for one that can't be read."""
        self._take()
        return tuple(
            edit_of(field, text, about)
            for about, texts in self._typed.items()
            for field, text in texts.items()
            if text != self._known[about][field]
        )

    def action_keep(self) -> None:
        """Return what was changed, or say what can't be read, at its field."""
        try:
            edits = self.edits()
        except FieldError as error:
            self.query_one("#problem", Plain).update(plain(f"! {error.message}"))
            self.query_one(f"#{error.field}").focus()
            return
        self.answer(edits)


def _key(about: int | None) -> str:
    return "session" if about is None else str(about)


def _widget(field: Field) -> Choice | Input:
    match field:
        case Field.WARM_UP:
            return Choice(_YES_NO, _NO, field.value)
        case Field.SIDE:
            return Choice(_SIDES, _BOTH, field.value)
        case Field.EXERCISE | Field.SET_EXERCISE:
            titles = [(exercise_named(name).title, name) for name in EXERCISES]
            return Choice(titles, next(iter(EXERCISES)), field.value)
        case Field.NOTE | Field.SET_NOTE:
            return Input(id=field.value, compact=True, placeholder="–", max_length=LONGEST_NOTE)
        case _:
            return NumberInput("", field.value)
