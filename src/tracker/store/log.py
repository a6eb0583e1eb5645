"""The training log: every training as measured and entered, with its edits."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import func, insert, select, update

from tracker.domain import InputError
from tracker.domain.plan import LONGEST_NOTE
from tracker.language import _
from tracker.store.database import BUSY_S, Database, back_up
from tracker.store.edits import (
    Edit,
    EditedWorkout,
    MadeEdit,
    check_edit,
    overlay,
    read_edits,
    undo,
    write_edits,
)
from tracker.store.pushes import (
    Push,
    PushableSession,
    read_pushable,
    read_pushes,
    write_push,
)
from tracker.store.rows import read_workout, session_row, write_measured
from tracker.store.schema import ASKED, PURGED, PUSHES, SESSIONS
from tracker.store.summary import (
    EVERYTHING,
    SessionQuery,
    SessionSummary,
    find_session,
    in_order,
    read_summaries,
    same_recording,
    session_of,
    summary_of,
    summary_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, RowMapping

    from tracker.domain import Workout


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """Everything that the log knows of a session."""

    summary: SessionSummary
    current: EditedWorkout
    """The training as measured and entered, with edits applied."""
    measured: Workout
    """The training as measured and entered, without edits."""
    edits: tuple[MadeEdit, ...]
    """Every edit, in order, including undone ones."""
    recording: str | None
    """Path of the recording."""
    sha256: str | None
    """Checksum of the recording when it was analysed, hexadecimal."""


@dataclass(frozen=True, slots=True)
class RescoreCandidate:
    """A session whose recording could be analysed again."""

    id: int
    recording: str
    """Path of the recording."""
    recording_name: str
    """Name of its file."""
    sha256: str | None
    tracker_version: str
    """Version that analysed it last."""
    shown_exercise: str
    """What was trained, as edited."""
    counted_as: str
    """The exercise that the detector was set to."""
    duration_s: float | None
    reps_done: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The wearer asked somebody about pain."""

    at_utc: str
    """When it was entered, ISO 8601."""
    whom: str
    """Whom, in the wearer's words."""


class TrainingLog:
    """An open log, in a file or at a URL; close it after use.

    Every method is one transaction: once it returns, its changes survive a crash. `now` returns
    the time with its offset; `busy_s` is how long to wait for another writer, s.
    """

    def __init__(
        self, place: str | Path, now: Callable[[], datetime], *, busy_s: float = BUSY_S
    ) -> None:
        self._now = now
        self._database = Database(place, now, busy_s=busy_s)
        self.location: Final = self._database.location
        """Where the log is, for people."""

    def close(self) -> None:
        """Close the database; calling it again is harmless."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(
        self,
        workout: Workout,
        *,
        version: str,
        recording: str | None = None,
        sha256: str | None = None,
        counted_as: str | None = None,
    ) -> int:
        """Store a training, as measured and entered, and return its id.

        A recording that the log already has does not become a second session: its measurement is
        replaced, its edits stay, and it stays in the trash if it is there. `version` is that of
        the tracker that analysed it, `recording` the path of its recording with the hexadecimal
        checksum `sha256`, and `counted_as` the exercise that the detector was set to; None for the
        recording's own.
        """
        now_utc = in_order(self._now())
        name = None if recording is None else _name(recording)
        values = {
            **session_row(workout),
            "recording": recording,
            "recording_name": name,
            "sha256": sha256,
            "tracker_version": version,
            "measured_utc": now_utc,
            "counted_as": counted_as or workout.info.exercise,
        }
        with self._database.writing() as connection:
            known = same_recording(connection, workout, name, sha256)
            if known is None:
                values |= {"logged_utc": now_utc, **summary_row(workout, now_utc, edited=False)}
                result = connection.execute(insert(SESSIONS).values(values))
                (session_id,) = result.inserted_primary_key or (0,)
            else:
                session_id = known["id"]
                current = overlay(workout, read_edits(connection, session_id))
                values |= _summary(current, known["logged_utc"])
                _update(connection, session_id, values)
            write_measured(connection, session_id, workout)
            connection.execute(PURGED.delete().where(PURGED.c.sha256 == sha256))
        return int(session_id)

    def workout(self, session_id: int) -> Workout:
        """Return a training with its edits applied; raises `InputError` for an unknown session."""
        return self.detail(session_id).current.workout

    def detail(self, session_id: int) -> SessionDetail:
        """Return everything about a session; raises `InputError` for an unknown one."""
        with self._database.reading() as connection:
            return _detail(connection, session_id)

    def workouts(self, session_ids: Iterable[int]) -> tuple[Workout, ...]:
        """Return trainings with their edits applied, as they all were at one moment.

        Raises `InputError` for an unknown session.
        """
        with self._database.reading() as connection:
            return tuple(_detail(connection, each).current.workout for each in session_ids)

    def list(self, query: SessionQuery = EVERYTHING) -> tuple[SessionSummary, ...]:
        """Return the sessions of a query as summaries, newest first."""
        with self._database.reading() as connection:
            return read_summaries(connection, query)

    def count(self) -> int:
        """Return how many sessions there are outside the trash."""
        query = select(func.count()).select_from(SESSIONS).where(SESSIONS.c.deleted_utc.is_(None))
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def newest_id(self) -> int:
        """Return the highest session id, 0 in an empty log; later sessions have higher ids."""
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.max(SESSIONS.c.id))) or 0)

    def find(self, text: str) -> int:
        """Return the id of a session by its id, `last`, or the start of its recording's name.

        Raises `InputError` if it matches no session, or more than one.
        """
        with self._database.reading() as connection:
            return find_session(connection, text)

    def edit(self, session_id: int, edits: Sequence[Edit]) -> None:
        """Correct a session in one change; raises `InputError` if an edit is implausible."""
        for edit in edits:
            check_edit(edit)
        with self._database.writing() as connection:
            session = session_of(connection, session_id)
            current = overlay(
                read_workout(connection, session), read_edits(connection, session_id)
            )
            sets = current.workout.sets
            write_edits(connection, session_id, edits, sets, in_order(self._now()))
            self._update_summary(connection, session)

    def undo(self, session_id: int) -> tuple[Edit, ...]:
        """Undo the newest change, return its edits; raises `InputError` with nothing to undo."""
        with self._database.writing() as connection:
            session = session_of(connection, session_id)
            edits = undo(connection, session_id, in_order(self._now()))
            self._update_summary(connection, session)
        return edits

    def delete(self, session_ids: Iterable[int]) -> None:
        """Move sessions to the trash; raises `InputError`, moving none, if one is unknown."""
        self._trash(session_ids, in_order(self._now()))

    def restore(self, session_ids: Iterable[int]) -> None:
        """Restore sessions; raises `InputError`, restoring none, if one is unknown."""
        self._trash(session_ids, None)

    def purge(self, session_ids: Iterable[int]) -> None:
        """Purge sessions; raises `InputError`, purging none, if one is not in the trash."""
        with self._database.writing() as connection:
            for session_id in session_ids:
                session = session_of(connection, session_id)
                if session["deleted_utc"] is None:
                    raise InputError(
                        _("session {number}").format(number=session_id),
                        _("is not in the trash"),
                        _("Put it there first: {command}").format(
                            command=f"tracker delete {session_id}"
                        ),
                    )
                connection.execute(SESSIONS.delete().where(SESSIONS.c.id == session_id))
                if session["sha256"] is not None:
                    self._ignore(connection, session["sha256"])

    def note_asked(self, whom: str, at: datetime | None = None) -> None:
        """Record that the wearer has asked somebody about pain; raises `InputError`.

        Without a time it is now, and about every training in the log so far.
        """
        whom = whom.strip()
        if not 0 < len(whom) <= LONGEST_NOTE:
            raise InputError(
                "asked",
                _("expected 1 to {most} characters: whom, and when").format(most=LONGEST_NOTE),
            )
        with self._database.writing() as connection:
            newest = connection.scalar(select(func.max(SESSIONS.c.at_utc))) or ""
            at_utc = max(in_order(self._now()), newest) if at is None else in_order(at)
            connection.execute(insert(ASKED).values(at_utc=at_utc, whom=whom))

    def asked(self) -> tuple[Asked, ...]:
        """Return whom the wearer has asked about pain, and when, the earliest first."""
        query = select(ASKED.c.at_utc, ASKED.c.whom).order_by(ASKED.c.at_utc, ASKED.c.id)
        with self._database.reading() as connection:
            return tuple(Asked(*row) for row in connection.execute(query))

    def pushable(self) -> tuple[PushableSession, ...]:
        """Return the sessions that are not in the trash, oldest first, for a push."""
        with self._database.reading() as connection:
            return read_pushable(connection)

    def pushes(self, target: str) -> Mapping[int, Push]:
        """Return how far each session has been pushed to a target, by its id."""
        with self._database.reading() as connection:
            return read_pushes(connection, target)

    def note_push(self, session_id: int, target: str, push: Push) -> None:
        """Note how far a push has got; raises `InputError` for an unknown session."""
        with self._database.writing() as connection:
            session_of(connection, session_id)
            write_push(connection, session_id, target, push, in_order(self._now()))

    def forget_pushes(self, target: str) -> None:
        """Forget what was pushed to a target that is no more."""
        with self._database.writing() as connection:
            connection.execute(PUSHES.delete().where(PUSHES.c.target == target))

    def ignore(self, sha256: str) -> None:
        """Keep a recording out of the log unless it is added explicitly."""
        with self._database.writing() as connection:
            self._ignore(connection, sha256)

    def _ignore(self, connection: Connection, sha256: str) -> None:
        connection.execute(PURGED.delete().where(PURGED.c.sha256 == sha256))
        values = {"sha256": sha256, "purged_utc": in_order(self._now())}
        connection.execute(insert(PURGED).values(values))

    def ignored(self) -> frozenset[str]:
        """Return the checksums of ignored recordings."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(PURGED.c.sha256)))

    def recordings(self) -> tuple[RescoreCandidate, ...]:
        """Return every session with a recording, including those in the trash."""
        c = SESSIONS.c
        query = select(*(c[field.name] for field in fields(RescoreCandidate)))
        with self._database.reading() as connection:
            found = connection.execute(query.where(c.recording.is_not(None)).order_by(c.id))
            return tuple(RescoreCandidate(*row) for row in found)

    def back_up(self, target: Path, *, force: bool = False) -> None:
        """Copy the log, as it is now, into an SQLite file; raises as `database.back_up` does."""
        back_up(self._database, target, self._now, force=force)

    def _trash(self, session_ids: Iterable[int], deleted_utc: str | None) -> None:
        with self._database.writing() as connection:
            for session_id in session_ids:
                session_of(connection, session_id)
                _update(connection, session_id, {"deleted_utc": deleted_utc})

    def _update_summary(self, connection: Connection, session: RowMapping) -> None:
        """Keep a session's summary in step with its edits."""
        session_id = session["id"]
        current = overlay(read_workout(connection, session), read_edits(connection, session_id))
        _update(connection, session_id, _summary(current, session["logged_utc"]))


def _detail(connection: Connection, session_id: int) -> SessionDetail:
    session = session_of(connection, session_id)
    measured = read_workout(connection, session)
    edits = read_edits(connection, session_id)
    return SessionDetail(
        summary_of(session),
        overlay(measured, edits),
        measured,
        edits,
        session["recording"],
        session["sha256"],
    )


def _update(connection: Connection, session_id: int, values: dict[str, object]) -> None:
    connection.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(values))


def _summary(current: EditedWorkout, logged_utc: str) -> dict[str, object]:
    edited = bool(current.edited or current.unmatched)
    return summary_row(current.workout, logged_utc, edited)


def _name(recording: str) -> str:
    """Return the file name in a path of this system or of another."""
    return recording.replace("\\", "/").rpartition("/")[2]
