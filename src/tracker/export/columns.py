"""The columns of the tables of reps and sets: name with unit, type, meaning and value.

Every table format writes these, and `docs/exports.md` has a row for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tracker.domain import Flag, PainMoment, heart_rate_over, mean_of_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracker.domain import HeartRateSummary, Rep, SetRecord, Workout


class Kind(Enum):
    """Type of a column; any value may be unknown."""

    TEXT = "text"
    MOMENT = "moment"
    """ISO 8601 with offset."""
    WHOLE = "whole number"
    REAL = "number"
    TRUTH = "true or false"
    WORDS = "words"
    """Any number of words from a fixed list."""


@dataclass(frozen=True, slots=True)
class SetRow:
    """The source of a row about a set."""

    workout: Workout
    record: SetRecord
    rest_s: float | None = None
    """Since the end of what was done before it, s; None for the first, and if nobody measured."""


@dataclass(frozen=True, slots=True)
class RepRow:
    """The source of a row about a rep."""

    workout: Workout
    record: SetRecord
    rep: Rep


Row = TypeVar("Row", SetRow, RepRow)

UNITS: Final = {"s": "s", "deg": "°", "m": "m", "mps": "m/s", "kg": "kg", "pct": "%", "bpm": "bpm"}
"""How people write the units in which headings end."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column."""

    name: str
    """Heading, ending in the unit."""
    kind: Kind
    meaning: str
    """One line for people."""
    value: Callable[[Row], Any]
    """Returns the value of a row; None is unknown."""

    @property
    def unit(self) -> str:
        """Unit as people write it; empty without."""
        return UNITS.get(self.name.split("_")[-1], "")


def rep_rows(workout: Workout) -> Iterator[RepRow]:
    """Yield the source of each row about a rep, in order."""
    return (RepRow(workout, record, rep) for record in workout.sets for rep in record.reps)


def set_rows(workout: Workout) -> Iterator[SetRow]:
    """Yield the source of each row about a set, in order."""
    earlier = (None, *workout.sets)
    return (
        SetRow(workout, record, _rest_s(workout, record, before))
        for record, before in zip(workout.sets, earlier, strict=False)
    )


def _rest_s(workout: Workout, record: SetRecord, before: SetRecord | None) -> float | None:
    """Return the rest before a set, since the last set or the last timed work, s."""
    if not record.sensed or (before is not None and not before.sensed):
        return None
    ends_s = [each.end_s for each in workout.timed if each.end_s <= record.start_s]
    ends_s += [] if before is None else [before.end_s]
    return record.start_s - max(ends_s) if ends_s else None


def velocities(record: SetRecord) -> list[float]:
    """Return the known mean velocities of a set's reps, m/s."""
    known = (rep.mean_velocity_mps for rep in record.reps)
    return [velocity for velocity in known if velocity is not None]


def velocity_loss_pct(record: SetRecord) -> float | None:
    """Return how much slower the last rep was than the fastest, percent of the fastest.

    None where fewer than two reps have a velocity, or the last one has none.
    """
    known = velocities(record)
    if len(known) < 2 or record.reps[-1].mean_velocity_mps is None or max(known) <= 0.0:
        return None
    return 100.0 * (1.0 - known[-1] / max(known))


def pain_after(row: SetRow) -> int | None:
    """Return the last pain score entered after a set."""
    scores = [
        pain.score
        for pain in row.workout.pain
        if pain.set_index == row.record.index and pain.moment is not PainMoment.BEFORE
    ]
    return scores[-1] if scores else None


def heart_rate_in(row: SetRow) -> HeartRateSummary | None:
    """Return the heart rate from the start of a set to its end; None if it is unknown."""
    return heart_rate_over(row.workout.heart_rates, row.record.start_s, row.record.end_s)


def _of_heart(row: SetRow, figure: Callable[[HeartRateSummary], float]) -> float | None:
    summary = heart_rate_in(row)
    return None if summary is None else figure(summary)


def _of_rep(name: str, meaning: str, kind: Kind = Kind.REAL) -> Column[RepRow]:
    """Return a column of the rep's attribute of that name."""
    return Column(name, kind, meaning, lambda row: getattr(row.rep, name))


def _of_set(name: str, kind: Kind, meaning: str, of: Callable[[SetRecord], Any]) -> Column[Any]:
    """Return a column of a set, for either table."""
    return Column(name, kind, meaning, lambda row: of(row.record))


def _sensed(name: str, kind: Kind, meaning: str, of: Callable[[SetRecord], Any]) -> Column[Any]:
    """Return a column of a set that is unknown if no sensor saw it."""
    return _of_set(name, kind, meaning, lambda each: of(each) if each.sensed else None)


def _mean(of: str, meaning: str) -> Column[SetRow]:
    """Return a column of the mean over the reps of one of their attributes."""
    return Column(
        f"mean_{of.removeprefix('mean_')}",
        Kind.REAL,
        meaning,
        lambda row: mean_of_known(getattr(rep, of) for rep in row.record.reps),
    )


def _words(flags: Iterable[Flag]) -> list[str]:
    return [flag.value for flag in flags]


# Every row repeats these, so that tables of many sessions can be joined.
_SESSION: Final[tuple[Column[Any], ...]] = (
    Column(
        "started_utc",
        Kind.MOMENT,
        "when second 0 was, ISO 8601 with offset",
        lambda row: row.workout.info.started_utc,
    ),
    Column(
        "source",
        Kind.TEXT,
        "name of the file it was read from",
        lambda row: row.workout.facts.name,
    ),
    Column("exercise", Kind.TEXT, "exercise", lambda row: row.workout.exercise_of(row.record)),
    _of_set("set", Kind.WHOLE, "number of the set in the session", lambda each: each.index),
)

_TEMPO: Final = _of_set(
    "planned_tempo",
    Kind.TEXT,
    "planned tempo, down-floor-up-hold",
    lambda each: None if each.plan.tempo is None else each.plan.tempo.code,
)

_KIND_OF_SET: Final[tuple[Column[Any], ...]] = (
    _of_set(
        "side",
        Kind.TEXT,
        "working leg: left or right",
        lambda each: None if each.side is None else each.side.value,
    ),
    _of_set("warm_up", Kind.TRUTH, "whether it was a warm-up", lambda each: each.warm_up),
)

REP_COLUMNS: Final[tuple[Column[RepRow], ...]] = (
    *_SESSION,
    Column("rep", Kind.WHOLE, "number of the rep in its set", lambda row: row.rep.index),
    _of_rep("start_s", "start of the rep"),
    _of_rep("end_s", "end of the rep"),
    _of_rep("complete", "whether its end was seen", Kind.TRUTH),
    _of_rep("concentric_s", "concentric"),
    _of_rep("lockout_s", "hold at the top"),
    _of_rep("eccentric_s", "eccentric"),
    _of_rep("bottom_s", "pause at the bottom after it"),
    _of_rep("rom_deg", "rotation of the pelvis"),
    _of_rep("top_deg", "pitch at the top above your lockout; needs a calibration"),
    _of_rep("rise_m", "vertical travel of the hips"),
    _of_rep("mean_velocity_mps", "mean vertical velocity of the concentric"),
    _of_rep("peak_velocity_mps", "peak vertical velocity of the concentric"),
    _of_rep("tilt_deg", "largest sideways tilt of the pelvis"),
    Column(
        "flags",
        Kind.WORDS,
        "remarks on form and on how far to trust the numbers",
        lambda row: _words(row.rep.flags),
    ),
    _of_rep("confidence", "probability that it is a rep of its set"),
    _of_rep("confidence_reason", "what speaks most against it, below 0.95", Kind.TEXT),
    _of_set("load_kg", Kind.REAL, "load of the set", lambda each: each.load_kg),
    _TEMPO,
    *_KIND_OF_SET,
)
"""One row per rep."""

SET_COLUMNS: Final[tuple[Column[SetRow], ...]] = (
    *_SESSION,
    _sensed("start_s", Kind.REAL, "start of its first rep", lambda each: each.start_s),
    _sensed("end_s", Kind.REAL, "end of its last rep", lambda each: each.end_s),
    Column(
        "rest_before_s",
        Kind.REAL,
        "rest since the end of the set, or of timed work, before it",
        lambda row: row.rest_s,
    ),
    _of_set("reps", Kind.WHOLE, "reps, as counted or corrected", lambda each: each.done),
    _sensed("reps_counted", Kind.WHOLE, "reps that the sensor counted", lambda each: each.counted),
    _of_set(
        "count_confidence",
        Kind.REAL,
        "probability that this count is exact",
        lambda each: each.count_confidence,
    ),
    _of_set("load_kg", Kind.REAL, "load on the hips", lambda each: each.load_kg),
    _of_set("rpe", Kind.REAL, "perceived exertion, 0 to 10", lambda each: each.entries.rpe),
    Column("pain_after", Kind.WHOLE, "pain entered after the set, 0 to 10", pain_after),
    _of_set("planned_reps", Kind.WHOLE, "planned reps", lambda each: each.plan.target_reps),
    _TEMPO,
    _of_set("planned_hold_s", Kind.REAL, "planned hold at the top", lambda each: each.plan.hold_s),
    _mean("concentric_s", "mean concentric"),
    _mean("lockout_s", "mean hold at the top"),
    _mean("eccentric_s", "mean eccentric"),
    _mean("bottom_s", "mean pause at the bottom"),
    _mean("rom_deg", "mean rotation of the pelvis"),
    _mean("rise_m", "mean vertical travel"),
    _mean("mean_velocity_mps", "mean over the reps of their mean velocity"),
    _of_set(
        "best_velocity_mps",
        Kind.REAL,
        "mean velocity of the fastest rep",
        lambda each: max(velocities(each), default=None),
    ),
    _of_set(
        "velocity_loss_pct",
        Kind.REAL,
        "how much slower the last rep was than the fastest",
        velocity_loss_pct,
    ),
    _of_set(
        "flags",
        Kind.WORDS,
        "every flag of its reps",
        lambda each: _words(flag for flag in Flag if any(flag in rep.flags for rep in each.reps)),
    ),
    _of_set("note", Kind.TEXT, "the wearer's note", lambda each: each.entries.note or None),
    *_KIND_OF_SET,
    Column(
        "session_note",
        Kind.TEXT,
        "the wearer's note on the session",
        lambda row: row.workout.note or None,
    ),
    Column(
        "mean_heart_rate_bpm",
        Kind.REAL,
        "mean heart rate over the set",
        lambda row: _of_heart(row, lambda heart: heart.mean_bpm),
    ),
    Column(
        "max_heart_rate_bpm",
        Kind.WHOLE,
        "highest heart rate in the set",
        lambda row: _of_heart(row, lambda heart: heart.max_bpm),
    ),
)
"""One row per set."""
