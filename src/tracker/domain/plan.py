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
from tracker.domain.exercises import activity_named, exercise_named
from tracker.domain.loads import MOST_LOAD_KG
from tracker.domain.tempo import Tempo, parse_tempo
from tracker.language import _, localized

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_REPS: Final = 200
"""More reps than anyone plans for a set."""

MOST_SETS: Final = 20
"""More sets of one exercise than anyone does in a training."""

LONGEST_HOLD_S: Final = 60.0
"""Lockouts are held for 0.3 to 5 s, isometric holds for 45 s."""

LONGEST_TIMED_S: Final = 1800.0
"""Half an hour: more than anyone holds or stretches in one go."""

LONGEST_REST_S: Final = 900.0
"""Rests are 90 to 120 s; powerlifters rest 5 min."""

VELOCITY_LOSS_SHARES: Final = (0.05, 0.6)
"""Smallest and largest velocity loss that can end a set: one person's reps differ by 4 % anyway,
and nobody goes on lifting after losing 60 %."""


class Side(Enum):
    """The working leg of a set done on one leg, or the stretched side."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def word(self) -> str:
        """What people call it."""
        return _SIDE_WORDS[self]


_SIDE_WORDS: Final = {Side.LEFT: _("left"), Side.RIGHT: _("right")}


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of each set from here on; None means not planned."""

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
    breathing: bool = False
    """Whether the coach reminds the wearer to breathe out in the concentric; no sensor sees it."""
    sets: int | None = None
    """Working sets to do; on one leg, sets for each side."""
    or_more: bool = False
    """Whether the last of the sets goes on past the target for as long as the reps are clean."""
    exercise: str | None = None
    """What is trained; None is the exercise of the session."""
    side: Side | None = None
    """Which leg works; None is both."""
    warm_up: bool = False
    """Whether these are warm-up sets, which count for no progression, record or volume."""

    def __post_init__(self) -> None:
        """Refuse implausible values."""
        least, most = VELOCITY_LOSS_SHARES
        _within("plan load_kg", self.load_kg, 0.0, MOST_LOAD_KG)
        _within("plan target_reps", self.target_reps, 1, MOST_REPS)
        _within("plan sets", self.sets, 1, MOST_SETS)
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
        each["side"] = None if self.side is None else self.side.value
        each |= {name: True if each[name] else None for name in ("or_more", "warm_up")}
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
            case "target_reps" | "sets":
                known[field.name] = _typed(name, value, int)
            case "keep_tension" | "breathing" | "or_more" | "warm_up":
                known[field.name] = _typed(name, value, bool)
            case "exercise":
                known["exercise"] = _typed(name, value, str)
            case "side":
                known["side"] = side_named(_typed(name, value, str))
            case _:
                known[field.name] = float(_typed(name, value, int, float))
    return Plan(**known)


_TYPE_WORDS: Final[dict[type, str]] = {
    str: _("text"),
    int: _("a whole number"),
    bool: _("true or false"),
    float: _("a number"),
    tuple: _("a list"),
    dict: _("a table"),
}

_LARGEST: Final = 10**15
_MOST_QUOTED: Final = 40


def side_named(name: str) -> Side:
    """Return the side called `name`; raises `InputError` for an unknown one."""
    try:
        return Side(name)
    except ValueError:
        raise InputError(
            "side", _("expected left or right, got {name!r}").format(name=name)
        ) from None


def _typed(name: str, value: Any, *types: type) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        wanted = _TYPE_WORDS[types[-1]]
        raise InputError(
            name,
            _("expected {wanted}, got {value!r}").format(
                wanted=wanted, value=str(value)[:_MOST_QUOTED]
            ),
        )
    # JSON has numbers of any length, which nothing here is made for.
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise InputError(
            name, _("a number of {digits} digits is out of range").format(digits=len(str(value)))
        )
    return value


def _within(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise InputError(
            name,
            _("expected {least} to {most}, got {value}").format(
                least=localized(f"{least:g}"),
                most=localized(f"{most:g}"),
                value=localized(f"{value:g}"),
            ),
        )


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
    NEXT_MORNING = "next_morning"
    """On the morning after, asked for when the next training is set up."""


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


@dataclass(frozen=True, slots=True)
class SetMarked:
    """The wearer says what a set was; None leaves what was planned for it."""

    set_index: int
    warm_up: bool | None = None
    side: Side | None = None
    exercise: str | None = None


@dataclass(frozen=True, slots=True)
class AdviceGiven:
    """What the coach advised before the first rep, and what the wearer did about it."""

    verdict: str
    """go, same, easier, rest or stop."""
    followed: bool
    """Whether the wearer went along: no training on a rest or a stop, and nothing harder."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedDone:
    """Something was done for a time, and ends now: a plank, a stretch, hip circles."""

    activity: str
    """Name in `tracker.domain.ACTIVITIES`."""
    duration_s: float
    side: Side | None = None
    """Which side; None is both."""
    warm_up: bool = False


Entry = (
    PlanChosen
    | RepsAdjusted
    | LoadEntered
    | RpeEntered
    | PainEntered
    | NoteEntered
    | SetMarked
    | AdviceGiven
    | TimedDone
)
"""Everything that the wearer can enter."""

_KINDS: Final[dict[str, type[Entry]]] = {
    "plan": PlanChosen,
    "reps": RepsAdjusted,
    "load": LoadEntered,
    "rpe": RpeEntered,
    "pain": PainEntered,
    "note": NoteEntered,
    "set": SetMarked,
    "advice": AdviceGiven,
    "timed": TimedDone,
}
_NAMES: Final = {shape: name for name, shape in _KINDS.items()}


def check_entry(entry: Entry) -> None:
    """Raise `InputError` if a number is off its scale, or a note is too long."""
    match entry:
        case RepsAdjusted(by=by):
            _within(_("reps"), by, -MOST_REPS, MOST_REPS)
        case LoadEntered(load_kg=load_kg):
            _within(_("load"), load_kg, 0.0, MOST_LOAD_KG)
        case RpeEntered(rpe=rpe):
            _within("RPE", rpe, 0.0, MOST_RPE)
        case PainEntered(score=score):
            _within(_("pain"), score, 0, MOST_PAIN)
        case NoteEntered(text=text):
            _within(_("length of the note"), len(text), 0, LONGEST_NOTE)
        case PlanChosen(plan=Plan(exercise=str(name))) | SetMarked(exercise=str(name)):
            exercise_named(name)
        case PlanChosen() | SetMarked():
            pass
        case TimedDone(activity=name, duration_s=duration_s):
            activity_named(name)
            _within(_("duration"), duration_s, 0.0, LONGEST_TIMED_S)
        case AdviceGiven():
            _within(_("length of the advice"), len("".join(entry.reasons)), 0, LONGEST_NOTE)
    set_index = getattr(entry, "set_index", None)
    if set_index is not None and set_index < 1:
        raise InputError(
            _("set"), _("sets are numbered from 1, got {number}").format(number=set_index)
        )


def entry_object(entry: Entry) -> dict[str, object]:
    """Return an entry as a JSON object."""
    if isinstance(entry, PlanChosen):
        return {"kind": "plan", "plan": entry.plan.to_json()}
    values = {field.name: getattr(entry, field.name) for field in fields(entry)}
    if isinstance(entry, PainEntered):
        values["moment"] = entry.moment.value
    if isinstance(entry, SetMarked | TimedDone) and entry.side is not None:
        values["side"] = entry.side.value
    return {"kind": _NAMES[type(entry)], **values}


def entry_from_object(values: Mapping[str, Any]) -> Entry:
    """Return the entry in a JSON object.

    Raises `InputError` if its kind is unknown, or a value has the wrong type or is implausible.
    """
    shape = _KINDS.get(str(values.get("kind")))
    if shape is None:
        raise InputError(
            "entry", _("unknown kind {kind!r}").format(kind=str(values.get("kind"))[:_MOST_QUOTED])
        )
    try:
        entry = _built(shape, values)
    except (KeyError, ValueError) as error:
        said = str(values)[:_MOST_QUOTED]
        raise InputError(
            "entry", _("{said} is incomplete, or a value is unknown").format(said=said)
        ) from error
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
    if shape is TimedDone:
        side = values.get("side")
        return TimedDone(
            _typed("entry activity", values["activity"], str),
            real("duration_s"),
            None if side is None else side_named(_typed("entry side", side, str)),
            _typed("entry warm_up", values.get("warm_up", False), bool),
        )
    if shape is SetMarked:
        return _set_marked(whole("set_index"), values)
    if shape is AdviceGiven:
        reasons = _typed("entry reasons", values.get("reasons", []), list, tuple)
        return AdviceGiven(
            _typed("entry verdict", values["verdict"], str),
            _typed("entry followed", values["followed"], bool),
            tuple(_typed("entry reason", each, str) for each in reasons),
        )
    set_index = None if values.get("set_index") is None else whole("set_index")
    if shape is PainEntered:
        return PainEntered(whole("score"), PainMoment(values["moment"]), set_index)
    return NoteEntered(_typed("entry text", values["text"], str), set_index)


def _set_marked(set_index: int, values: Mapping[str, Any]) -> SetMarked:
    warm_up, side, exercise = (values.get(name) for name in ("warm_up", "side", "exercise"))
    return SetMarked(
        set_index,
        None if warm_up is None else _typed("entry warm_up", warm_up, bool),
        None if side is None else side_named(_typed("entry side", side, str)),
        None if exercise is None else _typed("entry exercise", exercise, str),
    )


NO_PLAN: Final = Plan()
"""The plan of a session without one."""
