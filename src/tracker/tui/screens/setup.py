"""What is going to be trained: the exercise and its plan, remembered for each exercise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Input

from tracker.coach import HOW_TO
from tracker.domain import MarkKind, TrackerError, exercise_named, parse_tempo
from tracker.tui.plain import Plain, plain
from tracker.tui.plan_form import (
    FIRST_PLAN,
    FieldError,
    PlanTexts,
    pain_in,
    plan_from_texts,
    texts_of_plan,
)
from tracker.tui.screens import FlowScreen
from tracker.tui.screens.dialogs import GuideScreen, guide_parts, guide_text
from tracker.tui.widgets.forms import Choice, FormRow, NumberInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.domain import Plan

CALIBRATIONS: Final = (
    ("none", ""),
    ("hold level 3 s", MarkKind.CALIBRATION.value),
    ("3 reference reps", MarkKind.REFERENCE_REPS.value),
)
"""Ways to show the sensor this wearer's lockout."""

_YES: Final = "yes"
_NO: Final = "no"
YES_NO: Final = ((_YES, _YES), (_NO, _NO))
"""Words, because a ticked box differs from an empty one by its colour alone."""

_TEXTS: Final = ("load", "reps", "tempo", "hold", "loss", "rest")
"""Fields of the plan that are typed, in the order of `PlanTexts`."""

_HINTS: Final = {
    "load": "kg on the hips; 0 is bodyweight",
    "reps": "per set; leave blank for open",
    "tempo": "down-floor-up-hold; X: full speed",
    "hold": "s at the top; blank: as in the tempo",
    "loss": "% of the best rep, then the set ends",
    "rest": "s between sets",
    "tension": "a word when the hips rest on the floor",
    "breathing": "a reminder to breathe out going UP",
    "sound": "counts, beats and cues to hear",
    "calibration": "how the sensor learns your lockout",
    "pain": "0 none to 10 worst; or leave blank",
}


@dataclass(frozen=True, slots=True)
class SetupForm:
    """What the form was filled with."""

    exercise: str
    plan: Plan
    pain_before: int | None
    calibration: MarkKind | None
    sound: bool


class SetupScreen(FlowScreen[SetupForm | None]):
    """A form that can be filled by keys alone; enter starts.

    It starts with the first exercise, and with the last plan of whichever is chosen. Returns the
    filled form, or None to go back.
    """

    # Textual's own annotation of these is none that mypy can read.
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (120, "-wide")]  # type: ignore[misc]
    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-low"), (36, "-tall")]  # type: ignore[misc]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start", priority=True),
        Binding("tab", "app.focus_next", "Next field"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Field before", show=False),
        Binding("f2", "guide", "Warm-up, how-to"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(
        self,
        name: str,
        exercises: Sequence[str],
        first: str,
        last_plan: Callable[[str], Plan | None],
        *,
        sound: bool,
    ) -> None:
        super().__init__()
        self._sensor_name = name
        self._exercises = exercises
        self._exercise = first
        self._last_plan = last_plan
        self._sound = sound

    def compose(self) -> ComposeResult:
        texts = texts_of_plan(self._plan_of(self._exercise))
        titles = [(exercise_named(name).title, name) for name in self._exercises]
        yield Plain(plain(f"Set-up · {self._sensor_name}"), id="title")
        with Horizontal(id="page"):
            yield self._form(titles, texts)
            with VerticalScroll(id="guide", can_focus=False):
                yield Plain()
        yield Plain(id="problem")
        yield Footer(show_command_palette=False)

    def _form(self, titles: list[tuple[str, str]], texts: PlanTexts) -> VerticalScroll:
        return VerticalScroll(
            FormRow("exercise", Choice(titles, self._exercise, "exercise"), "◂ ▸ choose"),
            Plain(id="how-to"),
            *(self._text_row(name, getattr(texts, name)) for name in _TEXTS),
            self._yes_no_row("tension", "keep tension", texts.keep_tension),
            self._yes_no_row("breathing", "breathing", texts.breathing),
            self._yes_no_row("sound", "sound", self._sound),
            FormRow(
                "calibration",
                Choice(CALIBRATIONS, "", "calibration"),
                _HINTS["calibration"],
            ),
            self._text_row("pain", ""),
            id="form",
            can_focus=False,
        )

    def _text_row(self, name: str, text: str) -> FormRow:
        if name == "tempo":
            return FormRow(name, Input(text, id=name, compact=True, placeholder="–"), _HINTS[name])
        label = {"loss": "velocity loss", "pain": "pain now"}.get(name, name)
        return FormRow(label, NumberInput(text, name), _HINTS[name])

    def _yes_no_row(self, name: str, label: str, value: bool) -> FormRow:
        return FormRow(label, Choice(YES_NO, _YES if value else _NO, name), _HINTS[name])

    def _is_yes(self, name: str) -> bool:
        return self.query_one(f"#{name}", Choice).value == _YES

    def on_mount(self) -> None:
        self.query_one("#exercise").focus()
        self._tell_how()
        self._tell_tempo()
        self.query_one("#problem").display = False

    def _plan_of(self, exercise: str) -> Plan:
        return self._last_plan(exercise) or FIRST_PLAN

    def on_choice_changed(self, message: Choice.Changed) -> None:
        if message.choice.id != "exercise":
            return
        self._exercise = message.choice.value
        texts = texts_of_plan(self._plan_of(self._exercise))
        for name in _TEXTS:
            self.query_one(f"#{name}", Input).value = getattr(texts, name)
        self.query_one("#tension", Choice).choose(_YES if texts.keep_tension else _NO)
        self.query_one("#breathing", Choice).choose(_YES if texts.breathing else _NO)
        self._tell_how()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Say at once how a tempo is understood."""
        self.query_one("#problem").display = False
        if message.input.id == "tempo":
            self._tell_tempo()

    def _tell_how(self) -> None:
        self.query_one("#how-to", Plain).update("\n".join(HOW_TO[self._exercise]))
        how, warm_up, _ = guide_parts(self._exercise)
        self.query_one("#guide Static", Plain).update(guide_text((how, warm_up)))

    def _tell_tempo(self) -> None:
        field = self.query_one("#tempo", Input)
        row = field.parent
        assert isinstance(row, FormRow)
        try:
            row.hint(parse_tempo(field.value).words)
        except TrackerError:
            row.hint(_HINTS["tempo"])

    def _texts(self) -> PlanTexts:
        fields = (self.query_one(f"#{name}", Input) for name in _TEXTS)
        load, reps, tempo, hold, loss, rest = (field.value for field in fields)
        tension, breathing = self._is_yes("tension"), self._is_yes("breathing")
        return PlanTexts(load, reps, tempo, hold, loss, rest, tension, breathing)

    def action_start(self) -> None:
        """Start, if the form can be read; else say what is wrong, at its field."""
        try:
            plan = plan_from_texts(self._texts())
            pain = pain_in(self.query_one("#pain", Input).value)
        except FieldError as error:
            problem = self.query_one("#problem", Plain)
            problem.update(plain(f"! {error}"))
            problem.display = True
            self.query_one(f"#{error.field}").focus()
            return
        shown = self.query_one("#calibration", Choice).value
        calibration = MarkKind(shown) if shown else None
        sound = self._is_yes("sound")
        self.answer(SetupForm(self._exercise, plan, pain, calibration, sound))

    def action_guide(self) -> None:
        """Show how the exercise is done, and the warm-up."""
        self.app.push_screen(GuideScreen(guide_parts(self._exercise)))
