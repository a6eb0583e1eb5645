"""Sessions in one line each, finding one by what people type, and totals week by week.

A summary is stored with its session, edits applied, so that a list of thousands is one query.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from tracker.domain import InputError, PainMoment, mean_of_known
from tracker.language import _
from tracker.store.schema import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from tracker.domain import Workout


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One session of the log in a line; None means unknown, never zero."""

    id: int
    at_utc: str
    """When it started, or if unknown, when it was logged; ISO 8601."""
    started_utc: str | None
    """When it started, according to the recording."""
    shown_exercise: str
    """What was trained, as edited."""
    sensor: str
    origin: str
    """Live, imported or synthetic."""
    duration_s: float | None
    sets_done: int
    reps_done: int
    """Reps done, as counted, entered and edited."""
    reps_measured: int
    """Reps whose end was seen; means are over these."""
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
    """The wearer's note on the session, as edited."""
    edited: bool
    """Whether anything was edited after training."""
    recording_name: str | None
    """File name of the recording."""
    tracker_version: str
    """Version that analysed it."""
    deleted_utc: str | None
    """When it was put into the trash; None if it was not."""
    pain_worst: int | None = None
    """Worst score from the first set to the end of the training, 0 to 10."""
    pain_next_morning: int | None = None
    """Pain on the morning after, 0 to 10."""

    def at(self, zone: tzinfo | None) -> datetime:
        """Return when it started by the wearer's clock.

        That is the recording's, if it has an offset from UTC: a training at 00:40 on a journey was
        one at 00:40. Otherwise it is `zone`; None is that of this computer.
        """
        try:
            started = datetime.fromisoformat(self.started_utc or "")
        except ValueError:
            pass
        else:
            if started.utcoffset():
                return started
        return datetime.fromisoformat(self.at_utc).astimezone(zone)


@dataclass(frozen=True, slots=True)
class SessionQuery:
    """Which sessions to list."""

    exercise: str | None = None
    since: datetime | None = None
    """From this time on."""
    until: datetime | None = None
    """Before this time."""
    limit: int | None = None
    """At most this many, the newest."""
    trash: bool = False
    """Those in the trash instead of the others."""


EVERYTHING: Final = SessionQuery()
"""All sessions except those in the trash."""

_COLUMNS: Final = tuple(SESSIONS.c[field.name] for field in fields(SessionSummary))


_FROM_THE_FIRST_SET_ON: Final = (PainMoment.BETWEEN, PainMoment.AFTER)


def summary_row(workout: Workout, logged_utc: str, edited: bool) -> dict[str, object]:
    """Return the summary columns of a training with its edits applied."""
    sets = workout.working_sets
    reps = [rep for record in sets for rep in record.reps]
    loads = [(record.load_kg, record.done) for record in sets if record.load_kg is not None]
    later = [each.score for each in workout.pain if each.moment in _FROM_THE_FIRST_SET_ON]
    return {
        "at_utc": as_utc(workout.info.started_utc) or logged_utc,
        "shown_exercise": workout.info.exercise,
        "shown_note": workout.note,
        "sets_done": len(sets),
        "reps_done": sum(record.done for record in sets),
        "reps_measured": len(reps),
        "load_kg": max((load for load, __ in loads), default=None),
        "volume_kg": sum(load * done for load, done in loads) if loads else None,
        "rom_deg": mean_of_known(rep.rom_deg for rep in reps),
        "mean_velocity_mps": mean_of_known(rep.mean_velocity_mps for rep in reps),
        "lockout_s": mean_of_known(rep.lockout_s for rep in reps),
        "pain_before": _pain(workout, PainMoment.BEFORE),
        "pain_after": _pain(workout, PainMoment.AFTER),
        "pain_worst": max(later, default=None),
        "pain_next_morning": _pain(workout, PainMoment.NEXT_MORNING),
        "edited": edited,
    }


def read_summaries(connection: Connection, wanted: SessionQuery) -> tuple[SessionSummary, ...]:
    """Return the sessions of a query, newest first."""
    c = SESSIONS.c
    conditions: list[ColumnElement[bool]] = [
        c.deleted_utc.is_not(None) if wanted.trash else c.deleted_utc.is_(None)
    ]
    if wanted.exercise is not None:
        conditions.append(c.shown_exercise == wanted.exercise)
    if wanted.since is not None:
        conditions.append(c.at_utc >= in_order(wanted.since))
    if wanted.until is not None:
        conditions.append(c.at_utc < in_order(wanted.until))
    query = select(*_COLUMNS).where(*conditions).order_by(c.at_utc.desc(), c.id.desc())
    if wanted.limit is not None:
        query = query.limit(wanted.limit)
    rows: Iterable[Sequence[Any]] = connection.execute(query)
    return tuple(SessionSummary(*row) for row in rows)


def summary_of(session: RowMapping) -> SessionSummary:
    """Return the summary in a row of `SESSIONS`."""
    return SessionSummary(**{column.name: session[column.name] for column in _COLUMNS})


def as_utc(text: str | None) -> str | None:
    """Return an ISO 8601 time in UTC, as text that sorts like time; None if it is not one."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
        return in_order(time.replace(tzinfo=time.tzinfo or UTC))
    except (ValueError, OverflowError):
        return None


def in_order(time: datetime) -> str:
    """Return a time as text of fixed length, which sorts like time."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _pain(workout: Workout, moment: PainMoment) -> int | None:
    scores = [each.score for each in workout.pain if each.moment is moment]
    return scores[-1] if scores else None


NEWEST: Final = "last"
"""Stands for the newest session where an id is expected."""

_MOST_DIGITS: Final = 9
"""Digits of an id, which has 32 bits."""

_SEE_HISTORY: Final = _("See: tracker history")


def session_of(connection: Connection, session_id: int) -> RowMapping:
    """Return the row of a session; raises `InputError` if there is no such session."""
    query = select(SESSIONS).where(SESSIONS.c.id == session_id)
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        raise InputError(
            _("session {number}").format(number=session_id),
            _("is not in the log"),
            _SEE_HISTORY,
        )
    return found


def find_session(connection: Connection, text: str) -> int:
    """Return the id of the session that `text` names, or raise; see `TrainingLog.find`."""
    if text == NEWEST:
        newest = read_summaries(connection, SessionQuery(limit=1))
        if not newest and read_summaries(connection, SessionQuery(limit=1, trash=True)):
            raise InputError(
                NEWEST,
                _("every session is in the trash"),
                _("See them: tracker history --trash; take one out: tracker delete --restore ID"),
            )
        if not newest:
            raise InputError(NEWEST, _("there is no session in the log yet"))
        return newest[0].id
    if text.isascii() and text.isdigit():
        session_id = int(text) if len(text) <= _MOST_DIGITS else 0
        return int(session_of(connection, session_id)["id"])
    name = SESSIONS.c.recording_name
    query = select(SESSIONS.c.id, name).where(name.startswith(text, autoescape=True))
    found = connection.execute(query.order_by(name).limit(4)).all() if text else ()
    if len(found) == 1:
        return int(found[0].id)
    if not found:
        raise InputError(
            text,
            _("no session has this id, and no recording's name starts like this"),
            _SEE_HISTORY,
        )
    names = ", ".join(f"{row.id} ({row.recording_name})" for row in found[:3])
    raise InputError(
        text, _("matches more than one session: {names}").format(names=names), _("Give the id.")
    )


def same_recording(
    connection: Connection, workout: Workout, name: str | None, sha256: str | None
) -> RowMapping | None:
    """Return the session of a recording: with the same bytes, else with the same name and start.

    A recording that is still being written has other bytes a second later.
    """
    c = SESSIONS.c
    query = select(c.id, c.logged_utc).order_by(c.id).limit(1)
    found = None
    if sha256 is not None:
        found = connection.execute(query.where(c.sha256 == sha256)).mappings().one_or_none()
    started_utc = workout.info.started_utc
    if found is None and name is not None and started_utc is not None:
        query = query.where(c.recording_name == name, c.started_utc == started_utc)
        found = connection.execute(query).mappings().one_or_none()
    return found


@dataclass(frozen=True, slots=True)
class Week:
    """One week, starting on Monday, with the sums and means of its `SessionSummary`s."""

    monday: date
    sessions: int
    simulated: int
    """How many of them are simulated."""
    sets: int
    reps: int
    volume_kg: float | None
    rom_deg: float | None
    mean_velocity_mps: float | None
    lockout_s: float | None
    pain_before: float | None
    pain_after: float | None


def weeks(summaries: Iterable[SessionSummary], zone: tzinfo | None = UTC) -> tuple[Week, ...]:
    """Return the weeks with training, the earliest first.

    Weeks start in the time zone of the recording, or if that is unknown, in `zone`; None is that
    of this computer.
    """
    by_monday: dict[date, list[SessionSummary]] = {}
    for summary in summaries:
        day = summary.at(zone).date()
        by_monday.setdefault(day - timedelta(days=day.weekday()), []).append(summary)
    return tuple(_week(monday, by_monday[monday]) for monday in sorted(by_monday))


def _week(monday: date, sessions: Sequence[SessionSummary]) -> Week:
    volumes = [each.volume_kg for each in sessions if each.volume_kg is not None]
    return Week(
        monday=monday,
        sessions=len(sessions),
        simulated=sum(each.origin == "synthetic" for each in sessions),
        sets=sum(each.sets_done for each in sessions),
        reps=sum(each.reps_done for each in sessions),
        volume_kg=sum(volumes) if volumes else None,
        # A short session weighs as much as its reps.
        rom_deg=_mean((each.rom_deg, each.reps_measured) for each in sessions),
        mean_velocity_mps=_mean((each.mean_velocity_mps, each.reps_measured) for each in sessions),
        lockout_s=_mean((each.lockout_s, each.reps_measured) for each in sessions),
        pain_before=mean_of_known(each.pain_before for each in sessions),
        pain_after=mean_of_known(each.pain_after for each in sessions),
    )


def _mean(weighted: Iterable[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in weighted if value is not None]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None
