"""What the wearer means to do: the plan of a set, with which cues compare what happens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from tracker.domain.errors import InputError
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
