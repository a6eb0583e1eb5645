"""What the wearer says in words and numbers: the plan, a correction, effort, pain, a note.

Entries travel in the stream of notifications on a channel of their own, as JSON, so a recording
keeps them at their place and a replay, or a log that is built anew, knows them again. They stand
beside what was measured and never change it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from tracker.domain.errors import InputError
from tracker.domain.notification import ENTRY_CHANNEL, Notification
from tracker.domain.plan import MOST_LOAD_KG, MOST_REPS, Plan, plan_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_PAIN: Final = 10
"""End of the numeric rating scale: 0 is no pain, 10 the worst imaginable."""

MOST_RPE: Final = 10.0
"""End of the scale of perceived exertion of lifters: 10 is no rep left, 9 one, and so on down."""

LONGEST_NOTE: Final = 2000
"""Characters of a note: a page of text."""


class PainMoment(Enum):
    """When pain was asked for."""

    BEFORE = "before"
    BETWEEN = "between"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class PlanChosen:
    """From here on sets start with a new plan."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class RepsAdjusted:
    """The wearer counts otherwise than the sensor did."""

    set_index: int
    by: int
    """Reps to add to what is counted; below 0 takes away."""


@dataclass(frozen=True, slots=True)
class LoadEntered:
    """The load that a set was really done with."""

    set_index: int
    load_kg: float


@dataclass(frozen=True, slots=True)
class RpeEntered:
    """How hard a set was."""

    set_index: int
    rpe: float
    """0 to 10; 10 is nothing left."""


@dataclass(frozen=True, slots=True)
class PainEntered:
    """How much it hurts."""

    score: int
    """Numeric rating scale, 0 to 10."""
    moment: PainMoment
    set_index: int | None = None
    """After which set; None where none was before."""


@dataclass(frozen=True, slots=True)
class NoteEntered:
    """Words of the wearer's."""

    text: str
    set_index: int | None = None
    """Which set they are about; None is the whole session. A later note replaces an earlier."""


Entry = PlanChosen | RepsAdjusted | LoadEntered | RpeEntered | PainEntered | NoteEntered
"""Everything that the wearer can say."""

_KINDS: Final[dict[str, type[Entry]]] = {
    "plan": PlanChosen,
    "reps": RepsAdjusted,
    "load": LoadEntered,
    "rpe": RpeEntered,
    "pain": PainEntered,
    "note": NoteEntered,
}
_NAMES: Final = {shape: name for name, shape in _KINDS.items()}


def check_entry(entry: Entry) -> None:
    """Refuse what cannot be meant.

    Raises
    ------
    InputError
        If a number is off its scale, or a note is too long.
    """
    match entry:
        case RepsAdjusted(by=by):
            _within("reps", by, -MOST_REPS, MOST_REPS)
        case LoadEntered(load_kg=load_kg):
            _within("load", load_kg, 0.0, MOST_LOAD_KG)
        case RpeEntered(rpe=rpe):
            _within("RPE", rpe, 0.0, MOST_RPE)
        case PainEntered(score=score):
            _within("pain", score, 0, MOST_PAIN)
        case NoteEntered(text=text):
            _within("length of the note", len(text), 0, LONGEST_NOTE)
        case PlanChosen():
            pass
    set_index = getattr(entry, "set_index", None)
    if set_index is not None and set_index < 1:
        raise InputError("set", f"sets are numbered from 1, got {set_index}")


def entry_object(entry: Entry) -> dict[str, object]:
    """Return an entry as an object of JSON."""
    if isinstance(entry, PlanChosen):
        return {"kind": "plan", "plan": entry.plan.to_json()}
    values = {field.name: getattr(entry, field.name) for field in fields(entry)}
    if isinstance(entry, PainEntered):
        values["moment"] = entry.moment.value
    return {"kind": _NAMES[type(entry)], **values}


def entry_from_object(values: Mapping[str, Any]) -> Entry:
    """Return the entry that an object says.

    Raises
    ------
    InputError
        If it is of no known kind, or a value is not what it should be.
    """
    shape = _KINDS.get(str(values.get("kind")))
    if shape is None:
        raise InputError("entry", f"there is no kind {values.get('kind')!r}")
    try:
        entry = _built(shape, values)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("entry", f"{values!r} is incomplete or of a wrong type") from error
    check_entry(entry)
    return entry


def entry_notification(received_ns: int, entry: Entry) -> Notification:
    """Return the notification that carries an entry."""
    text = json.dumps(entry_object(entry), ensure_ascii=False)
    return Notification(received_ns, ENTRY_CHANNEL, text.encode())


def _built(shape: type[Entry], values: Mapping[str, Any]) -> Entry:
    if shape is PlanChosen:
        if not isinstance(values["plan"], dict):
            raise TypeError("a plan is an object")
        return PlanChosen(plan_from_json(values["plan"]))
    if shape is RepsAdjusted:
        return RepsAdjusted(_whole(values["set_index"]), _whole(values["by"]))
    if shape is LoadEntered:
        return LoadEntered(_whole(values["set_index"]), _real(values["load_kg"]))
    if shape is RpeEntered:
        return RpeEntered(_whole(values["set_index"]), _real(values["rpe"]))
    about = values.get("set_index")
    set_index = None if about is None else _whole(about)
    if shape is PainEntered:
        return PainEntered(_whole(values["score"]), PainMoment(values["moment"]), set_index)
    if not isinstance(values["text"], str):
        raise TypeError("a note is text")
    return NoteEntered(values["text"], set_index)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise InputError(name, f"expected {least:g} to {most:g}, got {value:g}")
