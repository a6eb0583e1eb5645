"""What is going to be trained: the exercise and its plan, which starts from the coach's advice.

The advice follows the pain that is typed; fields that the wearer changed stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from tracker.app.advice import advice_given, advice_lines
from tracker.app.clock import local_now
from tracker.coach import HOW_TO, ROUTINES, Verdict
from tracker.domain import MOST_PAIN, NO_PLAN, MarkKind, TrackerError, exercise_named, parse_tempo
from tracker.domain.loads import load_unit, plates_words
from tracker.language import _, pgettext
from tracker.tui.plain import Plain, plain
from tracker.tui.plan_form import (
    FIRST_PLAN,
    FieldError,
    PlanTexts,
    load_in,
    pain_in,
    plan_from_texts,
    texts_of_plan,
)
from tracker.tui.screens import FlowScreen, KeyHints
from tracker.tui.screens.dialogs import GuideScreen, guide_parts, guide_text
from tracker.tui.widgets.forms import Choice, FormRow, NumberInput

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.app.advice import Advisor
    from tracker.coach import Judgement
    from tracker.domain import AdviceGiven, Plan

    ReadAdvisors = Callable[[], AsyncIterator[Advisor | None]]
    """Yields who advises, as soon as the log was read, and again when it knows more."""

CALIBRATIONS: Final = (
    (pgettext("calibration", "none"), ""),
    (_("hold level 3 s"), MarkKind.CALIBRATION.value),
    (_("3 reference reps"), MarkKind.REFERENCE_REPS.value),
)
"""Ways to show the sensor this wearer's lockout."""

_YES: Final = "yes"
_NO: Final = "no"
YES_NO: Final = ((_("yes"), _YES), (_("no"), _NO))
"""Words, because a ticked box differs from an empty one by its colour alone."""

_TEXTS: Final = ("sets", "reps", "load", "tempo", "hold", "loss", "rest")
"""Fields of the plan that are typed, in the order of the form."""

LAST_SET: Final = ((_("as planned"), _NO), (_("or more"), _YES))
"""Whether the last set goes on past its target."""

_ADVICE_LINES: Final = 3
"""Lines of advice that there is room for."""

_HINTS: Final = {
    "routine": _("timed and spoken, set by set"),
    "sets": _("working sets; on one leg, for each side"),
    "last": _("go on past the target while it is clean"),
    "morning": _("the morning after the last training"),
    "asked": _("a doctor or physiotherapist, about the pain"),
    "reps": _("per set; leave blank for open"),
    "tempo": _("down-floor-up-hold; X: full speed"),
    "hold": _("s at the top; blank: as in the tempo"),
    "loss": _("% below the best rep ends the set"),
    "rest": _("s between sets"),
    "tension": _("a word when the hips rest on the floor"),
    "sound": _("counts, beats and cues to hear"),
    "calibration": _("how the sensor learns your lockout"),
    "pain": _("0 none to {most} worst; or leave blank").format(most=MOST_PAIN),
}


def load_hint(text: str) -> str:
    """Return what stands beside the load: what to put on the bar, else what to type."""
    try:
        plates = plates_words(load_in("load", text))
    except FieldError:
        plates = ""
    return plates or _("{unit} on the hips; 0 is bodyweight").format(unit=load_unit().value)


_LABELS: Final = {
    "sets": _("sets"),
    "reps": pgettext("column", "reps"),
    "load": _("load"),
    "tempo": _("tempo"),
    "hold": pgettext("column", "hold"),
    "loss": _("velocity loss"),
    "rest": _("rest"),
    "pain": _("pain now"),
    "morning": _("pain then"),
}


@dataclass(frozen=True, slots=True)
class SetupForm:
    """What the form was filled with."""

    exercise: str
    plan: Plan
    pain_before: int | None
    calibration: MarkKind | None
    sound: bool
    advice: AdviceGiven | None = None
    """What was advised, and whether this goes along with it."""
    asked: bool = False
    """Whether somebody has been asked about the pain since the last stop."""
    morning: tuple[int, int] | None = None
    """The last session, and pain on the morning after it; None if it was not said."""
    routine: str = ""
    """What is done around the exercise, by its name in `ROUTINES`."""


class SetupScreen(FlowScreen[SetupForm | None]):
    """A form that can be filled by keys alone; enter starts.

    It starts with the first exercise, and with the last plan for it; once the log was read, with
    the plan that is advised for whichever exercise is chosen, unless one was typed beforehand.
    Returns the filled form, or None to go back.
    """

    # Textual's own annotation of these is none that mypy can read.
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-small"), (72, "-narrow"), (120, "-wide")]  # type: ignore[misc]
    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-low"), (36, "-tall")]  # type: ignore[misc]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", _("Start"), priority=True),
        Binding("tab", "app.focus_next", _("Next field")),
        Binding("down", "app.focus_next", _("Next field"), show=False),
        Binding("up", "app.focus_previous", _("Field before"), show=False),
        Binding("f2", "guide", _("Warm-up, how-to")),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(
        self,
        name: str,
        exercises: Sequence[str],
        first: str,
        last_plan: Callable[[str], Plan | None],
        *,
        sound: bool,
        advisors: ReadAdvisors | None = None,
        typed: bool = False,
        routine: str = "",
    ) -> None:
        super().__init__()
        self._routine = routine
        self._read_advisors = advisors
        self._advisor: Advisor | None = None
        self._typed = typed
        self._judgement: Judgement | None = None
        self._offered, self._offered_plan = PlanTexts(), NO_PLAN
        """The plan that the fields were filled with."""
        self._sensor_name = name
        self._exercises = exercises
        self._exercise = first
        self._last_plan = last_plan
        self._sound = sound
        self._insists = False
        """Whether the wearer has seen that starting now is against the advice."""
        self._refused: list[str] = []
        """What the fields held when it was last refused."""

    def compose(self) -> ComposeResult:
        self._offered_plan = self._plan()
        texts = self._offered = texts_of_plan(self._offered_plan)
        titles = [(exercise_named(name).title, name) for name in self._exercises]
        yield Plain(plain(_("Set-up · {sensor}").format(sensor=self._sensor_name)), id="title")
        with Horizontal(id="page"):
            form = self._form(titles, texts)
            form.border_title = _("What you train")
            yield form
            with VerticalScroll(id="guide", classes="panel", can_focus=False) as guide:
                guide.border_title = _("How to")
                yield Plain()
        yield Plain(id="problem")
        yield KeyHints()

    def _form(self, titles: list[tuple[str, str]], texts: PlanTexts) -> VerticalScroll:
        return VerticalScroll(
            FormRow(_("exercise"), Choice(titles, self._exercise, "exercise"), _("◂ ▸ choose")),
            Plain(id="how-to"),
            FormRow(
                _("routine"),
                Choice(
                    [(words, name) for name, words in ROUTINES.items()], self._routine, "routine"
                ),
                _HINTS["routine"],
            ),
            self._text_row("pain", ""),
            self._text_row("morning", ""),
            self._yes_no_row("asked", _("asked somebody"), value=False),
            Plain(id="advice"),
            *(self._text_row(name, getattr(texts, name)) for name in _TEXTS[:2]),
            FormRow(
                _("last set"),
                Choice(LAST_SET, _YES if texts.or_more else _NO, "last"),
                _HINTS["last"],
            ),
            *(self._text_row(name, getattr(texts, name)) for name in _TEXTS[2:]),
            self._yes_no_row("tension", _("keep tension"), texts.keep_tension),
            self._yes_no_row("sound", _("sound"), self._sound),
            FormRow(
                _("calibration"),
                Choice(CALIBRATIONS, "", "calibration"),
                _HINTS["calibration"],
            ),
            id="form",
            classes="panel",
            can_focus=False,
        )

    def _text_row(self, name: str, text: str) -> FormRow:
        if name == "tempo":
            field = Input(text, id=name, compact=True, placeholder="–")
            return FormRow(_LABELS[name], field, _HINTS[name])
        hint = load_hint(text) if name == "load" else _HINTS[name]
        return FormRow(_LABELS[name], NumberInput(text, name), hint)

    def _yes_no_row(self, name: str, label: str, value: bool) -> FormRow:
        return FormRow(label, Choice(YES_NO, _YES if value else _NO, name), _HINTS[name])

    def _is_yes(self, name: str) -> bool:
        return self.query_one(f"#{name}", Choice).value == _YES

    def on_mount(self) -> None:
        self.query_one("#exercise").focus()
        self._tell_how()
        self._tell_tempo()
        self._tell_advice()
        self.query_one("#problem").display = False
        if self._read_advisors is not None:
            self.run_worker(self._hear(self._read_advisors))

    async def _hear(self, advisors: ReadAdvisors) -> None:
        """Take the advice as it comes; at first, it may lead to the next exercise."""
        async for advisor in advisors():
            first, self._advisor = self._advisor is None, advisor
            self._advise_again()
            judgement = self._judgement
            if first and judgement is not None and judgement.exercise in self._exercises:
                self._train(judgement.exercise)
                self.query_one("#exercise", Choice).choose(self._exercise)

    def _judge(self, pain_now: int | None, *, asked: bool) -> None:
        if self._advisor is not None:
            self._judgement = self._advisor.judge(
                local_now(), self._exercise, pain_now=pain_now, asked=asked
            )

    def _plan(self) -> Plan:
        """Return the plan to fill the form with: typed beforehand, advised, last, or the first."""
        judgement, last = self._judgement, self._last_plan(self._exercise)
        advised = None
        if judgement is not None and judgement.exercise == self._exercise:
            advised = judgement.plan
        return (last if self._typed else None) or advised or last or FIRST_PLAN

    def _refill(self) -> None:
        """Fill in the plan that is advised now, but not over what the wearer has typed."""
        plan = self._plan()
        texts = texts_of_plan(plan)
        for name in _TEXTS:
            field = self.query_one(f"#{name}", Input)
            if field.value == getattr(self._offered, name):
                field.value = getattr(texts, name)
        for name, before, now in (
            ("last", self._offered.or_more, texts.or_more),
            ("tension", self._offered.keep_tension, texts.keep_tension),
        ):
            if self._is_yes(name) is before:
                self.query_one(f"#{name}", Choice).choose(_YES if now else _NO)
        self._offered, self._offered_plan = texts, plan

    def _advise_again(self) -> None:
        try:
            pain = pain_in(self.query_one("#pain", Input).value)
        except FieldError:
            return
        self._judge(pain, asked=self._is_yes("asked"))
        self._refill()
        self._tell_advice()

    def _tell_advice(self) -> None:
        advice = self.query_one("#advice", Plain)
        judgement = self._judgement
        advice.display = judgement is not None
        stopped = judgement is not None and judgement.verdict is Verdict.STOP
        self._show_row("asked", stopped or self._is_yes("asked"))
        self._show_row("morning", self._unanswered is not None)
        advice.set_class(stopped, "-stop")
        if judgement is not None:
            sign = "! " if stopped else ""
            advice.update(sign + "\n".join(advice_lines(judgement)[:_ADVICE_LINES]))

    def _show_row(self, name: str, shown: bool) -> None:
        row = self.query_one(f"#{name}").parent
        assert isinstance(row, FormRow)
        row.display = shown

    @property
    def _unanswered(self) -> int | None:
        """The session whose pain on the morning after is still unknown."""
        return None if self._advisor is None else self._advisor.history.unanswered

    def on_choice_changed(self, message: Choice.Changed) -> None:
        if message.choice.id == "asked":
            self._advise_again()
        if message.choice.id != "exercise":
            return
        self._train(message.choice.value)

    def _train(self, exercise: str) -> None:
        """Go over to an exercise, which has a plan of its own whatever was typed for another."""
        if exercise == self._exercise:
            return
        self._exercise = exercise
        self._offered = self._texts()
        self._advise_again()
        self._tell_how()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Say at once how a tempo is understood, and what pain means for the plan."""
        # What was typed before the complaint may be told after it.
        if self._fields() != self._refused:
            self.query_one("#problem").display = False
            self._insists = False
        if message.input.id == "tempo":
            self._tell_tempo()
        if message.input.id == "load":
            self._tell_plates()
        if message.input.id == "pain":
            self._advise_again()

    def _tell_how(self) -> None:
        self.query_one("#how-to", Plain).update("\n".join(HOW_TO[self._exercise]))
        how, warm_up, __ = guide_parts(self._exercise)
        self.query_one("#guide Static", Plain).update(guide_text((how, warm_up)))

    def _tell_tempo(self) -> None:
        field = self.query_one("#tempo", Input)
        row = field.parent
        assert isinstance(row, FormRow)
        try:
            row.hint(parse_tempo(field.value).words)
        except TrackerError:
            row.hint(_HINTS["tempo"])

    def _tell_plates(self) -> None:
        field = self.query_one("#load", Input)
        row = field.parent
        assert isinstance(row, FormRow)
        row.hint(load_hint(field.value))

    def _texts(self) -> PlanTexts:
        return PlanTexts(
            **{name: self.query_one(f"#{name}", Input).value for name in _TEXTS},
            keep_tension=self._is_yes("tension"),
            breathing=self._offered.breathing,
            or_more=self._is_yes("last"),
        )

    def _fields(self) -> list[str]:
        return [each.value for each in self.query(Input)]

    def _complain(self, words: str) -> None:
        self._refused = self._fields()
        problem = self.query_one("#problem", Plain)
        problem.update(plain(f"! {words}"))
        problem.display = True

    def action_start(self) -> None:
        """Start, if the form can be read; else say what is wrong, at its field."""
        try:
            plan = plan_from_texts(self._texts(), self._offered_plan)
            pain = pain_in(self.query_one("#pain", Input).value)
            then = pain_in(self.query_one("#morning", Input).value, "morning")
        except FieldError as error:
            self._complain(str(error))
            self.query_one(f"#{error.field}").focus()
            return
        shown = self.query_one("#calibration", Choice).value
        calibration = MarkKind(shown) if shown else None
        sound = self._is_yes("sound")
        judgement = self._judgement
        advice = None if judgement is None else advice_given(judgement, self._exercise, plan)
        if judgement is not None and judgement.verdict is Verdict.STOP and not self._insists:
            self._insists = True
            self._complain(
                _("Against the advice: {reason} Enter again trains all the same.").format(
                    reason=judgement.reasons[0]
                )
            )
            return
        asked, unanswered = self._is_yes("asked"), self._unanswered
        morning = None if unanswered is None or then is None else (unanswered, then)
        self.answer(
            SetupForm(
                self._exercise,
                plan,
                pain,
                calibration,
                sound,
                advice,
                asked,
                morning,
                self.query_one("#routine", Choice).value,
            )
        )

    def action_guide(self) -> None:
        """Show how the exercise is done, and the warm-up."""
        self.app.push_screen(GuideScreen(guide_parts(self._exercise)))
