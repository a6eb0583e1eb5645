"""The plan of a set, and what the wearer enters: a plan, a correction, load, effort, pain, a note.

Entries travel in the stream of notifications as JSON, on a channel of their own, so a recording
keeps them in place, and a replay or a rebuilt log has them too. They stand beside what was
measured and never change it. Every limit of what can be entered is stated here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from tracker.domain.errors import InputError
from tracker.domain.tempo import Tempo, parse_tempo

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_LOAD_KG: Final = 1000.0
"""Above the heaviest hip thrust on record, about 650 kg; more is a typing error."""

MOST_REPS: Final = 200
"""More reps than anyone plans for a set."""

LONGEST_HOLD_S: Final = 60.0
"""Lockouts are held for 0.3 to 5 s, isometric holds for 45 s."""

LONGEST_REST_S: Final = 900.0
"""Rests are 90 to 120 s; powerlifters rest 5 min."""

VELOCITY_LOSS_SHARES: Final = (0.05, 0.6)
"""Smallest and largest velocity loss that can end a set: one person's reps differ by 4 % anyway,
and nobody goes on lifting after losing 60 %."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one set; None means not planned."""

    load_kg: float | None = None
    """Load on the hips, kg; 0 is bodyweight, None is unknown."""
    target_reps: int | None = None
    """Reps to do."""
    tempo: Tempo | None = None
    """Planned seconds for each phase."""
    lockout_goal_s: float | None = None
    """How long to hold the top, s; None leaves it to the tempo."""
    velocity_loss: float | None = None
    """Loss of mean velocity that ends the set, as a share of the set's best, 0.05 to 0.6."""
    rest_s: float = 90.0
    """Rest after the set, s: 90 to 120 s are usual for three sets of twelve."""
    keep_tension: bool = False
    """Whether to keep the hips off the floor between reps."""
    breathing: bool = True
    """Whether the coach reminds the wearer to breathe out in the concentric."""

    def __post_init__(self) -> None:
        """Refuse implausible values."""
        least, most = VELOCITY_LOSS_SHARES
        _within("plan load_kg", self.load_kg, 0.0, MOST_LOAD_KG)
        _within("plan target_reps", self.target_reps, 1, MOST_REPS)
        _within("plan lockout_goal_s", self.lockout_goal_s, 0.0, LONGEST_HOLD_S)
        _within("plan velocity_loss", self.velocity_loss, least, most)
        _within("plan rest_s", self.rest_s, 0.0, LONGEST_REST_S)

    @property
    def hold_s(self) -> float | None:
        """How long to hold the top, s: the goal, else the tempo's hold; None without both."""
        if self.lockout_goal_s is not None:
            return self.lockout_goal_s
        return None if self.tempo is None else self.tempo.lockout_s

    def to_json(self) -> dict[str, object]:
        """Return the plan as a JSON object without what is not planned."""
        each = {field.name: getattr(self, field.name) for field in fields(self)}
        each["tempo"] = None if self.tempo is None else self.tempo.code
        return {name: value for name, value in each.items() if value is not None}


def plan_from_json(values: Mapping[str, Any]) -> Plan:
    """Return the plan in a JSON object; keys of later versions are ignored.

    Raises `InputError` if a value has the wrong type or is implausible.
    """
    known: dict[str, Any] = {}
    for field in fields(Plan):
        value = values.get(field.name)
        if value is None:
            continue
        name = f"plan {field.name}"
        match field.name:
            case "tempo":
                known["tempo"] = parse_tempo(_typed(name, value, str))
            case "target_reps":
                known["target_reps"] = _typed(name, value, int)
            case "keep_tension" | "breathing":
                known[field.name] = _typed(name, value, bool)
            case _:
                known[field.name] = float(_typed(name, value, int, float))
    return Plan(**known)


_LARGEST: Final = 10**15
_MOST_QUOTED: Final = 40


def _typed(name: str, value: Any, *types: type) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise InputError(name, f"{str(value)[:_MOST_QUOTED]!r} has the wrong type")
    # JSON has numbers of any length, which nothing here is made for.
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise InputError(name, f"a number of {len(str(value))} digits is out of range")
    return value


def _within(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise InputError(name, f"expected {least:g} to {most:g}, got {value:g}")


MOST_PAIN: Final = 10
"""Top of the numeric rating scale: 0 is no pain, 10 the worst imaginable."""

MOST_RPE: Final = 10.0
"""Top of the lifters' scale of perceived exertion: 10 is no rep left, 9 one rep, and so on."""

LONGEST_NOTE: Final = 2000
"""Characters in a note: a page of text."""


class PainMoment(Enum):
    """When pain was asked for."""

    BEFORE = "before"
    BETWEEN = "between"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class PlanChosen:
    """The plan of every set from here on."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class RepsAdjusted:
    """The wearer corrects the count of a set."""

    set_index: int
    by: int
    """Reps to add to the count; negative to subtract."""


@dataclass(frozen=True, slots=True)
class LoadEntered:
    """The actual load of a set."""

    set_index: int
    load_kg: float


@dataclass(frozen=True, slots=True)
class RpeEntered:
    """How hard a set was."""

    set_index: int
    rpe: float
    """0 to 10; 10 is no rep left."""


@dataclass(frozen=True, slots=True)
class PainEntered:
    """How much it hurts."""

    score: int
    """Numeric rating scale, 0 to 10."""
    moment: PainMoment
    set_index: int | None = None
    """After which set; None before the first."""


@dataclass(frozen=True, slots=True)
class NoteEntered:
    """A note by the wearer."""

    text: str
    set_index: int | None = None
    """Which set it is about; None is the whole session. A later note replaces an earlier one."""


Entry = PlanChosen | RepsAdjusted | LoadEntered | RpeEntered | PainEntered | NoteEntered
"""Everything that the wearer can enter."""

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
    """Raise `InputError` if a number is off its scale, or a note is too long."""
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
    """Return an entry as a JSON object."""
    if isinstance(entry, PlanChosen):
        return {"kind": "plan", "plan": entry.plan.to_json()}
    values = {field.name: getattr(entry, field.name) for field in fields(entry)}
    if isinstance(entry, PainEntered):
        values["moment"] = entry.moment.value
    return {"kind": _NAMES[type(entry)], **values}


def entry_from_object(values: Mapping[str, Any]) -> Entry:
    """Return the entry in a JSON object.

    Raises `InputError` if its kind is unknown, or a value has the wrong type or is implausible.
    """
    shape = _KINDS.get(str(values.get("kind")))
    if shape is None:
        raise InputError("entry", f"unknown kind {str(values.get('kind'))[:_MOST_QUOTED]!r}")
    try:
        entry = _built(shape, values)
    except (KeyError, ValueError) as error:
        said = str(values)[:_MOST_QUOTED]
        raise InputError("entry", f"{said} is incomplete, or a value is unknown") from error
    check_entry(entry)
    return entry


def _built(shape: type[Entry], values: Mapping[str, Any]) -> Entry:
    def whole(name: str) -> int:
        return int(_typed(f"entry {name}", values[name], int))

    def real(name: str) -> float:
        return float(_typed(f"entry {name}", values[name], int, float))

    if shape is PlanChosen:
        return PlanChosen(plan_from_json(_typed("entry plan", values["plan"], dict)))
    if shape is RepsAdjusted:
        return RepsAdjusted(whole("set_index"), whole("by"))
    if shape is LoadEntered:
        return LoadEntered(whole("set_index"), real("load_kg"))
    if shape is RpeEntered:
        return RpeEntered(whole("set_index"), real("rpe"))
    set_index = None if values.get("set_index") is None else whole("set_index")
    if shape is PainEntered:
        return PainEntered(whole("score"), PainMoment(values["moment"]), set_index)
    return NoteEntered(_typed("entry text", values["text"], str), set_index)
