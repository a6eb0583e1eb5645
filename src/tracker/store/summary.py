"""A session in a line: what a list of thousands shows, kept with the session as it counts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from tracker.domain import PainMoment, mean_of_known
from tracker.store.schema import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

    from tracker.domain import Workout


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One line of the log; None means unknown, never zero."""

    id: int
    at_utc: str
    """When it began; when it was logged where that is not known. ISO 8601."""
    started_utc: str | None
    """When it began, as the recording says."""
    shown_exercise: str
    """What was trained, as edited."""
    sensor: str
    origin: str
    """Live, imported or synthetic."""
    duration_s: float | None
    sets_done: int
    reps_done: int
    """Reps that count, as entered and edited."""
    reps_measured: int
    """Reps whose end was seen; the means are over them."""
    load_kg: float | None
    """Heaviest load of a set, kg."""
    volume_kg: float | None
    """Load times reps, over the sets whose load is known, kg."""
    rom_deg: float | None
    """Mean range of the reps, degrees."""
    mean_velocity_mps: float | None
    """Mean of the reps' mean velocities, m/s."""
    lockout_s: float | None
    """Mean hold at the top, s."""
    pain_before: int | None
    """Pain before training, 0 to 10."""
    pain_after: int | None
    """Pain after training, 0 to 10."""
    shown_note: str
    """What the wearer says of the session, as edited."""
    edited: bool
    """Whether anything of it was edited after training."""
    recording_name: str | None
    """Name of the recording's file."""
    tracker_version: str
    """Version that measured it."""
    deleted_utc: str | None
    """When it was put into the trash; None where it is not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions a list is to have."""

    exercise: str | None = None
    since: datetime | None = None
    """From then on."""
    until: datetime | None = None
    """Before then."""
    limit: int | None = None
    """At most so many, the newest."""
    trash: bool = False
    """Those in the trash instead of all others."""


EVERYTHING: Final = Wanted()
"""All sessions but those in the trash."""

_COLUMNS: Final = tuple(SESSIONS.c[field.name] for field in fields(SessionSummary))


def summary_row(workout: Workout, logged_utc: str, edited: bool) -> dict[str, object]:
    """Return what a session's row says of the training as it counts."""
    sets = workout.sets
    reps = [rep for record in sets for rep in record.reps]
    loads = [(record.load_kg, record.done) for record in sets if record.load_kg is not None]
    return {
        "at_utc": as_utc(workout.info.started_utc) or logged_utc,
        "shown_exercise": workout.info.exercise,
        "shown_note": workout.note,
        "sets_done": len(sets),
        "reps_done": sum(record.done for record in sets),
        "reps_measured": len(reps),
        "load_kg": max((load for load, _ in loads), default=None),
        "volume_kg": sum(load * done for load, done in loads) if loads else None,
        "rom_deg": mean_of_known(rep.rom_deg for rep in reps),
        "mean_velocity_mps": mean_of_known(rep.mean_velocity_mps for rep in reps),
        "lockout_s": mean_of_known(rep.lockout_s for rep in reps),
        "pain_before": _pain(workout, PainMoment.BEFORE),
        "pain_after": _pain(workout, PainMoment.AFTER),
        "edited": edited,
    }


def read_summaries(connection: Connection, wanted: Wanted) -> tuple[SessionSummary, ...]:
    """Return the sessions that are wanted, the newest first."""
    query = _narrowed(select(*_COLUMNS), wanted).order_by(
        SESSIONS.c.at_utc.desc(), SESSIONS.c.id.desc()
    )
    if wanted.limit is not None:
        query = query.limit(wanted.limit)
    rows: Iterable[Sequence[Any]] = connection.execute(query)
    return tuple(SessionSummary(*row) for row in rows)


def read_summary(connection: Connection, session_id: int) -> SessionSummary | None:
    """Return one session, in the trash or not."""
    query = select(*_COLUMNS).where(SESSIONS.c.id == session_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else SessionSummary(**row)


def as_utc(text: str | None) -> str | None:
    """Return a time of ISO 8601 in UTC, so that text sorts as time; None if it is none."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
        return in_order(time.replace(tzinfo=time.tzinfo or UTC))
    except (ValueError, OverflowError):
        return None


def in_order(time: datetime) -> str:
    """Return a time as text of one length, which sorts as time does."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _narrowed(query: Select[tuple[object, ...]], wanted: Wanted) -> Select[tuple[object, ...]]:
    deleted = SESSIONS.c.deleted_utc
    conditions: list[ColumnElement[bool]] = [
        deleted.is_not(None) if wanted.trash else deleted.is_(None)
    ]
    if wanted.exercise is not None:
        conditions.append(SESSIONS.c.shown_exercise == wanted.exercise)
    if wanted.since is not None:
        conditions.append(SESSIONS.c.at_utc >= in_order(wanted.since))
    if wanted.until is not None:
        conditions.append(SESSIONS.c.at_utc < in_order(wanted.until))
    return query.where(*conditions)


def _pain(workout: Workout, moment: PainMoment) -> int | None:
    scores = [each.score for each in workout.pain if each.moment is moment]
    return scores[-1] if scores else None
