"""The columns of the tables of reps and sets: name with unit, type, meaning and value.

Every table format writes these, and `docs/exports.md` has a row for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tracker.domain import Flag, PainMoment, mean_of_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.domain import Rep, SetRecord, Workout


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
    before: SetRecord | None = None
    """The set before it; None for the first."""


@dataclass(frozen=True, slots=True)
class RepRow:
    """The source of a row about a rep."""

    workout: Workout
    record: SetRecord
    rep: Rep


Row = TypeVar("Row", SetRow, RepRow)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column."""

    name: str
    """Heading, ending in the unit."""
    kind: Kind
    unit: str
    """Unit as people write it; empty without."""
    meaning: str
    """One line for people."""
    value: Callable[[Row], Any]
    """Returns the value of a row; None is unknown."""


def rep_rows(workout: Workout) -> Iterator[RepRow]:
    """Yield the source of each row about a rep, in order."""
    return (RepRow(workout, record, rep) for record in workout.sets for rep in record.reps)


def set_rows(workout: Workout) -> Iterator[SetRow]:
    """Yield the source of each row about a set, in order."""
    earlier = (None, *workout.sets)
    return (
        SetRow(workout, record, before)
        for record, before in zip(workout.sets, earlier, strict=False)
    )


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


def _session_columns() -> tuple[Column[Any], ...]:
    """Return the columns that every row repeats, so that tables of many sessions can be joined."""
    return (
        Column(
            "started_utc",
            Kind.MOMENT,
            "",
            "when second 0 was, ISO 8601 with offset",
            lambda row: row.workout.info.started_utc,
        ),
        Column(
            "source", Kind.TEXT, "", "file it was read from", lambda row: row.workout.facts.path
        ),
        Column("exercise", Kind.TEXT, "", "exercise", lambda row: row.workout.info.exercise),
        Column(
            "set", Kind.WHOLE, "", "number of the set in the session", lambda row: row.record.index
        ),
    )


def _tempo_column() -> Column[Any]:
    def code(row: SetRow | RepRow) -> str | None:
        tempo = row.record.plan.tempo
        return None if tempo is None else tempo.code

    return Column("planned_tempo", Kind.TEXT, "", "planned tempo, down-floor-up-hold", code)


def _real(name: str, unit: str, meaning: str, of: Callable[[Rep], float | None]) -> Column[RepRow]:
    return Column(name, Kind.REAL, unit, meaning, lambda row: of(row.rep))


def _mean(name: str, unit: str, meaning: str, of: Callable[[Rep], float | None]) -> Column[SetRow]:
    return Column(
        name, Kind.REAL, unit, meaning, lambda row: mean_of_known(map(of, row.record.reps))
    )


REP_COLUMNS: Final[tuple[Column[RepRow], ...]] = (
    *_session_columns(),
    Column("rep", Kind.WHOLE, "", "number of the rep in its set", lambda row: row.rep.index),
    _real("start_s", "s", "start of the rep", lambda rep: rep.start_s),
    _real("end_s", "s", "end of the rep", lambda rep: rep.end_s),
    Column("complete", Kind.TRUTH, "", "whether its end was seen", lambda row: row.rep.complete),
    _real("concentric_s", "s", "concentric", lambda rep: rep.concentric_s),
    _real("lockout_s", "s", "hold at the top", lambda rep: rep.lockout_s),
    _real("eccentric_s", "s", "eccentric", lambda rep: rep.eccentric_s),
    _real("bottom_s", "s", "pause at the bottom after it", lambda rep: rep.bottom_s),
    _real("rom_deg", "°", "rotation of the pelvis", lambda rep: rep.rom_deg),
    _real(
        "top_deg",
        "°",
        "pitch at the top above your lockout; needs a calibration",
        lambda rep: rep.top_deg,
    ),
    _real("rise_m", "m", "vertical travel of the hips", lambda rep: rep.rise_m),
    _real(
        "mean_velocity_mps",
        "m/s",
        "mean vertical velocity of the concentric",
        lambda rep: rep.mean_velocity_mps,
    ),
    _real(
        "peak_velocity_mps",
        "m/s",
        "peak vertical velocity of the concentric",
        lambda rep: rep.peak_velocity_mps,
    ),
    _real("tilt_deg", "°", "largest sideways tilt of the pelvis", lambda rep: rep.tilt_deg),
    Column(
        "flags",
        Kind.WORDS,
        "",
        "remarks on form and on how far to trust the numbers",
        lambda row: [flag.value for flag in row.rep.flags],
    ),
    Column(
        "confidence",
        Kind.REAL,
        "",
        "probability that it is a rep of its set",
        lambda row: row.rep.confidence,
    ),
    Column(
        "confidence_reason",
        Kind.TEXT,
        "",
        "what speaks most against it, below 0.95",
        lambda row: row.rep.confidence_reason,
    ),
    Column("load_kg", Kind.REAL, "kg", "load of the set", lambda row: row.record.load_kg),
    _tempo_column(),
)
"""One row per rep."""

SET_COLUMNS: Final[tuple[Column[SetRow], ...]] = (
    *_session_columns(),
    Column("start_s", Kind.REAL, "s", "start of its first rep", lambda row: row.record.start_s),
    Column("end_s", Kind.REAL, "s", "end of its last rep", lambda row: row.record.end_s),
    Column(
        "rest_before_s",
        Kind.REAL,
        "s",
        "rest since the end of the set before it",
        lambda row: None if row.before is None else row.record.start_s - row.before.end_s,
    ),
    Column("reps", Kind.WHOLE, "", "reps, as counted or corrected", lambda row: row.record.done),
    Column(
        "reps_counted",
        Kind.WHOLE,
        "",
        "reps that the sensor counted",
        lambda row: row.record.counted,
    ),
    Column(
        "count_confidence",
        Kind.REAL,
        "",
        "probability that this count is exact",
        lambda row: row.record.count_confidence,
    ),
    Column("load_kg", Kind.REAL, "kg", "load on the hips", lambda row: row.record.load_kg),
    Column(
        "rpe", Kind.REAL, "", "perceived exertion, 0 to 10", lambda row: row.record.entries.rpe
    ),
    Column("pain_after", Kind.WHOLE, "", "pain entered after the set, 0 to 10", pain_after),
    Column(
        "planned_reps", Kind.WHOLE, "", "planned reps", lambda row: row.record.plan.target_reps
    ),
    _tempo_column(),
    Column(
        "planned_hold_s",
        Kind.REAL,
        "s",
        "planned hold at the top",
        lambda row: row.record.plan.hold_s,
    ),
    _mean("mean_concentric_s", "s", "mean concentric", lambda rep: rep.concentric_s),
    _mean("mean_lockout_s", "s", "mean hold at the top", lambda rep: rep.lockout_s),
    _mean("mean_eccentric_s", "s", "mean eccentric", lambda rep: rep.eccentric_s),
    _mean("mean_bottom_s", "s", "mean pause at the bottom", lambda rep: rep.bottom_s),
    _mean("mean_rom_deg", "°", "mean rotation of the pelvis", lambda rep: rep.rom_deg),
    _mean("mean_rise_m", "m", "mean vertical travel", lambda rep: rep.rise_m),
    _mean(
        "mean_velocity_mps",
        "m/s",
        "mean over the reps of their mean velocity",
        lambda rep: rep.mean_velocity_mps,
    ),
    Column(
        "best_velocity_mps",
        Kind.REAL,
        "m/s",
        "mean velocity of the fastest rep",
        lambda row: max(velocities(row.record), default=None),
    ),
    Column(
        "velocity_loss_pct",
        Kind.REAL,
        "%",
        "how much slower the last rep was than the fastest",
        lambda row: velocity_loss_pct(row.record),
    ),
    Column(
        "flags",
        Kind.WORDS,
        "",
        "every flag of its reps",
        lambda row: [
            flag.value for flag in Flag if any(flag in rep.flags for rep in row.record.reps)
        ],
    ),
    Column(
        "note", Kind.TEXT, "", "the wearer's note", lambda row: row.record.entries.note or None
    ),
)
"""One row per set."""
