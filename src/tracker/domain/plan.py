"""What the wearer means to do: the plan of a set, with which cues compare what happens.

What the wearer says in words and numbers: the plan, a correction, effort, pain, a note.

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
from tracker.domain.samples import ENTRY_CHANNEL, Notification
from tracker.domain.tempo import Tempo, parse_tempo

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_LOAD_KG: Final = 1000.0
"""Above the heaviest hip thrust on record, about 650 kg, a load is a slip of the keyboard."""

MOST_REPS: Final = 200
"""More reps than anybody plans for a set."""

LONGEST_HOLD_S: Final = 60.0
"""Lockouts are held for 0.3 to 5 s, isometric ones for 45 s."""

LONGEST_REST_S: Final = 900.0
"""Rests are 90 to 120 s, of powerlifters 5 min."""

VELOCITY_LOSS_SHARES: Final = (0.05, 0.6)
"""Smallest and largest velocity loss that can end a set: less than 5 % is within what reps of one
person differ by (4 %), and at 60 % of a set's best nobody is left who can lift."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one set; None means that nothing is planned of it."""

    load_kg: float | None = None
    """Load on the hips, kg; 0 is bodyweight, None is not said."""
    target_reps: int | None = None
    """Reps to do."""
    tempo: Tempo | None = None
    """Seconds for each phase."""
    lockout_goal_s: float | None = None
    """How long to hold the top, s; a tempo's own hold where this is None."""
    velocity_loss: float | None = None
    """Share of the set's best mean velocity whose loss ends the set, 0.05 to 0.6."""
    rest_s: float = 90.0
    """Rest after the set, s: 90 to 120 s is what is prescribed for three sets of twelve."""
    keep_tension: bool = False
    """Whether the hips are to stay off the floor between reps."""
    breathing: bool = True
    """Whether to be reminded to breathe out on the way up."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        least, most = VELOCITY_LOSS_SHARES
        _check("load_kg", self.load_kg, 0.0, MOST_LOAD_KG)
        _check("target_reps", self.target_reps, 1, MOST_REPS)
        _check("lockout_goal_s", self.lockout_goal_s, 0.0, LONGEST_HOLD_S)
        _check("velocity_loss", self.velocity_loss, least, most)
        _check("rest_s", self.rest_s, 0.0, LONGEST_REST_S)

    @property
    def hold_s(self) -> float | None:
        """How long to hold the top, s: the goal, else the tempo's hold; None without both."""
        if self.lockout_goal_s is not None:
            return self.lockout_goal_s
        return None if self.tempo is None else self.tempo.lockout_s

    def to_json(self) -> dict[str, object]:
        """Return the plan as an object of JSON; what is not planned is left out."""
        each = {field.name: getattr(self, field.name) for field in fields(self)}
        each["tempo"] = None if self.tempo is None else self.tempo.code
        return {name: value for name, value in each.items() if value is not None}


def plan_from_json(values: Mapping[str, Any]) -> Plan:
    """Return the plan that an object says; keys of later versions are passed over.

    Raises
    ------
    InputError
        If a value is not what it should be.
    """
    known: dict[str, Any] = {}
    for field in fields(Plan):
        value = values.get(field.name)
        if value is None:
            continue
        match field.name:
            case "tempo":
                known["tempo"] = parse_tempo(_typed(field.name, value, str))
            case "target_reps":
                known[field.name] = _typed(field.name, value, int)
            case "keep_tension" | "breathing":
                known[field.name] = _typed(field.name, value, bool)
            case _:
                known[field.name] = float(_typed(field.name, value, int, float))
    return Plan(**known)


def _typed(name: str, value: Any, *types: type) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise InputError(f"plan {name}", f"{value!r} has the wrong type")
    return value


def _check(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise InputError(f"plan {name}", f"expected {least:g} to {most:g}, got {value:g}")


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
