"""A plan as the texts of a form, and back; an error names its field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tracker.coach import FIRST_PLAN as FIRST_STYLE
from tracker.domain import MOST_PAIN, NO_PLAN, InputError, Plan, TrackerError, parse_tempo
from tracker.domain.loads import load_number, load_unit, parse_load_kg
from tracker.domain.plan import VELOCITY_LOSS_SHARES
from tracker.domain.units import decimal_number
from tracker.language import _, localized, pgettext

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_PLAN: Final = replace(FIRST_STYLE, load_kg=0.0, target_reps=10)
"""Without a plan yet, and without advice: bodyweight, ten reps."""

_PERCENT: Final = 100.0

FIELD_NAMES: Final = {
    "load": _("load"),
    "reps": pgettext("column", "reps"),
    "sets": _("sets"),
    "tempo": _("tempo"),
    "hold": pgettext("column", "hold"),
    "loss": _("loss"),
    "rest": _("rest"),
    "rpe": _("effort"),
    "pain": _("pain"),
    "morning": _("pain then"),
    "next": _("next"),
    "pain_before": _("pain before"),
    "pain_after": _("pain after"),
    "pain_next_morning": _("pain next morning"),
}
"""What a field is called in an error."""

Value = TypeVar("Value")


class FieldError(TrackerError):
    """A field of the form can't be read."""

    def __init__(self, field: str, message: str, advice: str | None = None) -> None:
        super().__init__(message, advice)
        self.field = field

    @classmethod
    def about(cls, field: str, problem: str, advice: str | None = None) -> FieldError:
        """Return the error with the name of the field, as it is called, before the problem."""
        name = FIELD_NAMES.get(field, field)
        return cls(field, f"{name}: {problem}", advice)


@dataclass(frozen=True, slots=True)
class PlanTexts:
    """The contents of the fields."""

    load: str = ""
    """In the wearer's unit, or with a unit of its own."""
    reps: str = ""
    tempo: str = ""
    hold: str = ""
    """s."""
    loss: str = ""
    """Percent."""
    rest: str = ""
    """s."""
    keep_tension: bool = False
    breathing: bool = False
    sets: str = ""
    or_more: bool = False


def texts_of_plan(plan: Plan) -> PlanTexts:
    """Return the texts for the fields."""
    return PlanTexts(
        load=load_number(plan.load_kg),
        reps=number_text(plan.target_reps),
        tempo="" if plan.tempo is None else plan.tempo.code,
        hold=number_text(plan.lockout_goal_s),
        loss="" if plan.velocity_loss is None else number_text(plan.velocity_loss * _PERCENT),
        rest=number_text(plan.rest_s),
        keep_tension=plan.keep_tension,
        breathing=plan.breathing,
        sets=number_text(plan.sets),
        or_more=plan.or_more,
    )


def plan_from_texts(texts: PlanTexts, offered: Plan = NO_PLAN) -> Plan:
    """Return the plan that the fields describe; raise `FieldError` if one can't be read.

    A load that still reads as the `offered` one is that one, whatever was rounded to show it.
    """
    load_kg = offered.load_kg
    if texts.load != load_number(load_kg):
        load_kg = load_in("load", texts.load)
    loss = number_in("loss", texts.loss)
    least, most = (share * _PERCENT for share in VELOCITY_LOSS_SHARES)
    if loss is not None and not least <= loss <= most:
        raise FieldError.about(
            "loss",
            _("expected {least} to {most} %, got {percent}").format(
                least=f"{least:g}", most=f"{most:g}", percent=number_text(loss)
            ),
        )
    reps, sets = whole_in("reps", texts.reps), whole_in("sets", texts.sets)
    rest_s = number_in("rest", texts.rest)
    values: dict[str, dict[str, Any]] = {
        "load": {"load_kg": load_kg},
        "reps": {"target_reps": reps},
        "sets": {"sets": sets},
        "tempo": {"tempo": _in_field("tempo", parse_tempo, texts.tempo)},
        "hold": {"lockout_goal_s": number_in("hold", texts.hold)},
        "loss": {"velocity_loss": None if loss is None else loss / _PERCENT},
        "rest": {} if rest_s is None else {"rest_s": rest_s},
    }
    known: dict[str, Any] = {}
    for field, value in values.items():
        try:
            Plan(**value)
        except InputError as error:
            raise FieldError.about(field, error.problem) from error
        known |= value
    return Plan(
        **known,
        keep_tension=texts.keep_tension,
        breathing=texts.breathing,
        or_more=texts.or_more,
    )


def whole_in(field: str, text: str) -> int | None:
    """Return the whole number in a field; None if it is empty."""
    number = number_in(field, text)
    if number is not None and number != round(number):
        raise FieldError.about(
            field, _("expected a whole number, got {text}").format(text=text.strip())
        )
    return None if number is None else round(number)


def number_in(field: str, text: str) -> float | None:
    """Return the number in a field, with a comma or a point; None if it is empty."""
    return _in_field(field, decimal_number, text)


def load_in(field: str, text: str) -> float | None:
    """Return the load in a field, which is in the wearer's unit, kg; None if it is empty."""
    # A field takes no letters, so what it says of a wrong number is not about units.
    number_in(field, text)
    return _in_field(field, partial(parse_load_kg, unit=load_unit()), text)


def pain_in(text: str, field: str = "pain") -> int | None:
    """Return the pain in a field, 0 to 10; None if it is empty."""
    pain = number_in(field, text)
    if pain is None:
        return None
    if pain != round(pain) or not 0 <= pain <= MOST_PAIN:
        raise FieldError.about(
            field, _("expected a whole number from 0 to {most}").format(most=MOST_PAIN)
        )
    return round(pain)


def _in_field(field: str, read: Callable[[str], Value], text: str) -> Value | None:
    if not text.strip():
        return None
    try:
        return read(text.strip())
    except InputError as error:
        raise FieldError.about(field, error.problem, error.advice) from error
    except ValueError as error:
        raise FieldError.about(field, str(error)) from error


def number_text(value: float | None) -> str:
    """Return a number as a field shows it; empty if there is none."""
    return "" if value is None else localized(f"{value:.6g}")
