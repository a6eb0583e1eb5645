"""The columns of the tables: name with unit, type, meaning, and where the value comes from.

One list for reps and one for sets. Every table format writes these, and the documentation has a
row for each.
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
    """Type of a column; in every one a value may be unknown."""

    TEXT = "text"
    MOMENT = "moment"
    """ISO 8601 with offset."""
    WHOLE = "whole number"
    REAL = "number"
    TRUTH = "true or false"
    WORDS = "words"
    """Any number of words of a closed list."""


@dataclass(frozen=True, slots=True)
class SetRow:
    """What a row about a set is taken from."""

    workout: Workout
    record: SetRecord
    before: SetRecord | None = None
    """The set before it; None for the first."""


@dataclass(frozen=True, slots=True)
class RepRow:
    """What a row about a rep is taken from."""

    workout: Workout
    record: SetRecord
    rep: Rep


Row = TypeVar("Row", SetRow, RepRow)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column."""

    name: str
    """Heading, which ends in the unit."""
    kind: Kind
    unit: str
    """Unit as people write it; empty without one."""
    meaning: str
    """One line for people."""
    value: Callable[[Row], Any]
    """Takes the value from what the row is about; None is unknown."""


def rep_rows(workout: Workout) -> Iterator[RepRow]:
    """Yield what each row about a rep is taken from, in order."""
    return (RepRow(workout, record, rep) for record in workout.sets for rep in record.reps)


def set_rows(workout: Workout) -> Iterator[SetRow]:
    """Yield what each row about a set is taken from, in order."""
    earlier = (None, *workout.sets)
    return (
        SetRow(workout, record, before)
        for record, before in zip(workout.sets, earlier, strict=False)
    )


def _of_session() -> tuple[Column[Any], ...]:
    """Return what every row repeats, so that tables of many sessions can be put together."""
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
        Column(
            "exercise",
            Kind.TEXT,
            "",
            "name of the exercise",
            lambda row: row.workout.info.exercise,
        ),
        Column(
            "set", Kind.WHOLE, "", "number of the set in the session", lambda row: row.record.index
        ),
    )


def _planned(row: SetRow | RepRow) -> str | None:
    tempo = row.record.plan.tempo
    return None if tempo is None else tempo.code


REP_COLUMNS: Final[tuple[Column[RepRow], ...]] = (
    *_of_session(),
    Column("rep", Kind.WHOLE, "", "number of the rep in its set", lambda row: row.rep.index),
    Column("start_s", Kind.REAL, "s", "start of the rep", lambda row: row.rep.start_s),
    Column("end_s", Kind.REAL, "s", "end of the rep", lambda row: row.rep.end_s),
    Column("complete", Kind.TRUTH, "", "whether its end was seen", lambda row: row.rep.complete),
    Column("concentric_s", Kind.REAL, "s", "way up", lambda row: row.rep.concentric_s),
    Column("lockout_s", Kind.REAL, "s", "hold at the top", lambda row: row.rep.lockout_s),
    Column("eccentric_s", Kind.REAL, "s", "way down", lambda row: row.rep.eccentric_s),
    Column(
        "bottom_s", Kind.REAL, "s", "pause at the bottom after it", lambda row: row.rep.bottom_s
    ),
    Column("rom_deg", Kind.REAL, "°", "rotation of the pelvis", lambda row: row.rep.rom_deg),
    Column(
        "top_deg",
        Kind.REAL,
        "°",
        "pitch at lockout above the wearer's own level; needs a calibration",
        lambda row: row.rep.top_deg,
    ),
    Column("rise_m", Kind.REAL, "m", "vertical travel of the hips", lambda row: row.rep.rise_m),
    Column(
        "mean_velocity_mps",
        Kind.REAL,
        "m/s",
        "mean vertical velocity of the way up",
        lambda row: row.rep.mean_velocity_mps,
    ),
    Column(
        "peak_velocity_mps",
        Kind.REAL,
        "m/s",
        "peak vertical velocity of the way up",
        lambda row: row.rep.peak_velocity_mps,
    ),
    Column(
        "tilt_deg",
        Kind.REAL,
        "°",
        "largest sideways tilt of the pelvis",
        lambda row: row.rep.tilt_deg,
    ),
    Column(
        "flags",
        Kind.WORDS,
        "",
        "remarks on form and on how far to trust the numbers",
        lambda row: [flag.value for flag in row.rep.flags],
    ),
    Column(
        "doubt",
        Kind.REAL,
        "",
        "how near it was to not being counted: 0 nothing against it, 1 at a limit",
        lambda row: row.rep.doubt,
    ),
    Column("doubt_trait", Kind.TEXT, "", "what raised the doubt", lambda row: row.rep.doubt_trait),
    Column("load_kg", Kind.REAL, "kg", "load of the set", lambda row: row.record.load_kg),
    Column("planned_tempo", Kind.TEXT, "", "planned down-floor-up-hold", _planned),
)
"""One row per rep."""

SET_COLUMNS: Final[tuple[Column[SetRow], ...]] = (
    *_of_session(),
    Column("start_s", Kind.REAL, "s", "start of its first rep", lambda row: row.record.start_s),
    Column("end_s", Kind.REAL, "s", "end of its last rep", lambda row: row.record.end_s),
    Column(
        "rest_before_s",
        Kind.REAL,
        "s",
        "from the end of the set before it",
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
    Column("load_kg", Kind.REAL, "kg", "load on the hips", lambda row: row.record.load_kg),
    Column(
        "rpe", Kind.REAL, "", "perceived exertion, 0 to 10", lambda row: row.record.entries.rpe
    ),
    Column(
        "pain_after",
        Kind.WHOLE,
        "",
        "pain that was entered for the set, 0 to 10",
        lambda row: pain_after(row),
    ),
    Column(
        "planned_reps", Kind.WHOLE, "", "planned reps", lambda row: row.record.plan.target_reps
    ),
    Column("planned_tempo", Kind.TEXT, "", "planned down-floor-up-hold", _planned),
    Column(
        "planned_hold_s",
        Kind.REAL,
        "s",
        "planned hold at the top",
        lambda row: row.record.plan.hold_s,
    ),
    Column(
        "mean_concentric_s",
        Kind.REAL,
        "s",
        "mean way up",
        lambda row: mean_of_known(rep.concentric_s for rep in row.record.reps),
    ),
    Column(
        "mean_lockout_s",
        Kind.REAL,
        "s",
        "mean hold at the top",
        lambda row: mean_of_known(rep.lockout_s for rep in row.record.reps),
    ),
    Column(
        "mean_eccentric_s",
        Kind.REAL,
        "s",
        "mean way down",
        lambda row: mean_of_known(rep.eccentric_s for rep in row.record.reps),
    ),
    Column(
        "mean_bottom_s",
        Kind.REAL,
        "s",
        "mean pause at the bottom",
        lambda row: mean_of_known(rep.bottom_s for rep in row.record.reps),
    ),
    Column(
        "mean_rom_deg",
        Kind.REAL,
        "°",
        "mean rotation of the pelvis",
        lambda row: mean_of_known(rep.rom_deg for rep in row.record.reps),
    ),
    Column(
        "mean_rise_m",
        Kind.REAL,
        "m",
        "mean vertical travel",
        lambda row: mean_of_known(rep.rise_m for rep in row.record.reps),
    ),
    Column(
        "mean_velocity_mps",
        Kind.REAL,
        "m/s",
        "mean over the reps of their mean velocity",
        lambda row: mean_of_known(rep.mean_velocity_mps for rep in row.record.reps),
    ),
    Column(
        "best_velocity_mps",
        Kind.REAL,
        "m/s",
        "fastest rep's mean velocity",
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
        "every remark that a rep of it has",
        lambda row: [
            flag.value for flag in Flag if any(flag in rep.flags for rep in row.record.reps)
        ],
    ),
    Column(
        "note", Kind.TEXT, "", "the wearer's words", lambda row: row.record.entries.note or None
    ),
)
"""One row per set."""


def velocities(record: SetRecord) -> list[float]:
    """Return the mean velocity of each rep of which it is known, m/s."""
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
    """Return the last pain score that was entered for a set once it was done."""
    scores = [
        pain.score
        for pain in row.workout.pain
        if pain.set_index == row.record.index and pain.moment is not PainMoment.BEFORE
    ]
    return scores[-1] if scores else None
