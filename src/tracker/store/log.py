"""The training log: every training as it was measured, with what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sqlalchemy import func, insert, select, update

from tracker.domain import InputError
from tracker.store.database import BUSY_S, Database, back_up
from tracker.store.edits import (
    Edit,
    EditedWorkout,
    MadeEdit,
    check_edit,
    overlay,
    read_edits,
    take_back,
    write_edits,
)
from tracker.store.rows import read_workout, session_row, write_measured
from tracker.store.schema import PURGED, SESSIONS
from tracker.store.summary import (
    EVERYTHING,
    SessionQuery,
    SessionSummary,
    found_session,
    in_order,
    read_summaries,
    read_summary,
    same_recording,
    session_of,
    summary_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection, RowMapping

    from tracker.domain import Workout


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """A session with everything that the log knows of it."""

    summary: SessionSummary
    current: EditedWorkout
    """The training as it counts."""
    measured: Workout
    """The training as measured and entered, without edits."""
    edits: tuple[MadeEdit, ...]
    """Every edit, in order, those that were taken back included."""
    recording: str | None
    """Path of the recording."""
    sha256: str | None
    """Checksum of the recording when it was measured, hexadecimal."""


@dataclass(frozen=True, slots=True)
class RescoreCandidate:
    """What is to be known of a session before its recording is measured again."""

    id: int
    recording: str
    """Path of the recording."""
    recording_name: str
    """The last part of it."""
    sha256: str | None
    tracker_version: str
    """Version that measured it last."""
    exercise: str
    """What was trained, as edited."""
    counted_as: str
    """The exercise that reps were looked for as."""
    duration_s: float | None
    reps: int
    """Reps that count."""


class TrainingLog:
    """A log that is open; to be closed.

    Every method is one transaction: when it returns, what it did survives whatever comes.

    Parameters
    ----------
    place
        Path of a file, or a URL.
    now
        Tells the time, with its offset.
    busy_s
        How long to wait for another writer, s.
    """

    def __init__(
        self, place: str | Path, now: Callable[[], datetime], *, busy_s: float = BUSY_S
    ) -> None:
        self._now = now
        self._database = Database(place, now, busy_s=busy_s)

    @property
    def location(self) -> str:
        """Where the log is, for people."""
        return self._database.location

    def close(self) -> None:
        """Let go of the database; again is harmless."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
        """Keep a training and return its id.

        A recording that is known already is not a second session: what was measured of it is
        replaced, what was edited stays, and what is in the trash stays there.

        Parameters
        ----------
        workout
            What was measured and entered.
        version
            Version of the tracker that measured it.
        recording
            Path of the recording; None without one.
        sha256
            Checksum of the recording, hexadecimal.
        counted_as
            The exercise that reps were looked for as; None for the one that the recording says.
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
                shown = overlay(workout, read_edits(connection, session_id))
                values |= _summary(shown, known["logged_utc"])
                wanted = update(SESSIONS).where(SESSIONS.c.id == session_id)
                connection.execute(wanted.values(values))
            write_measured(connection, session_id, workout)
            connection.execute(PURGED.delete().where(PURGED.c.sha256 == sha256))
        return int(session_id)

    def workout(self, session_id: int) -> Workout:
        """Return a training as it counts.

        Raises
        ------
        InputError
            If there is no such session.
        """
        return self.detail(session_id).current.workout

    def detail(self, session_id: int) -> SessionDetail:
        """Return everything that is known of a session.

        Raises
        ------
        InputError
            If there is no such session.
        """
        with self._database.reading() as connection:
            session = session_of(connection, session_id)
            summary = read_summary(connection, session_id)
            assert summary is not None
            measured = read_workout(connection, session)
            edits = read_edits(connection, session_id)
        return SessionDetail(
            summary,
            overlay(measured, edits),
            measured,
            edits,
            session["recording"],
            session["sha256"],
        )

    def list(self, wanted: SessionQuery = EVERYTHING) -> tuple[SessionSummary, ...]:
        """Return the sessions that are wanted in a line each, the newest first."""
        with self._database.reading() as connection:
            return read_summaries(connection, wanted)

    def newest_id(self) -> int:
        """Return the highest id of a session, 0 where there is none; later ones are higher."""
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.max(SESSIONS.c.id))) or 0)

    def find(self, text: str) -> int:
        """Return the id of the session that `text` means.

        Parameters
        ----------
        text
            An id, `last`, or the beginning of the name of a recording that only one has.

        Raises
        ------
        InputError
            If it means none, or more than one.
        """
        with self._database.reading() as connection:
            return found_session(connection, text)

    def edit(self, session_id: int, edits: Sequence[Edit]) -> None:
        """Say something about a session afterwards; all of `edits` are one change.

        Raises
        ------
        InputError
            If there is no such session or set, or a value cannot be meant.
        """
        for edit in edits:
            check_edit(edit)
        with self._database.writing() as connection:
            session = session_of(connection, session_id)
            sets = read_workout(connection, session).sets
            write_edits(connection, session_id, edits, sets, in_order(self._now()))
            self._count_again(connection, session)

    def undo(self, session_id: int) -> tuple[Edit, ...]:
        """Take the newest change of a session back, and return what it had said.

        Raises
        ------
        InputError
            If there is no such session, or nothing to take back.
        """
        with self._database.writing() as connection:
            session = session_of(connection, session_id)
            edits = take_back(connection, session_id, in_order(self._now()))
            self._count_again(connection, session)
        return edits

    def delete(self, session_ids: Iterable[int]) -> None:
        """Put sessions into the trash.

        Raises
        ------
        InputError
            If one of them does not exist; then none is.
        """
        self._trash(session_ids, in_order(self._now()))

    def restore(self, session_ids: Iterable[int]) -> None:
        """Take sessions out of the trash.

        Raises
        ------
        InputError
            If one of them does not exist; then none is.
        """
        self._trash(session_ids, None)

    def purge(self, session_ids: Iterable[int]) -> None:
        """Remove sessions for good that are in the trash, edits included.

        Raises
        ------
        InputError
            If one of them does not exist or is not in the trash; then none is removed.
        """
        with self._database.writing() as connection:
            for session_id in session_ids:
                session = session_of(connection, session_id)
                if session["deleted_utc"] is None:
                    raise InputError(
                        f"session {session_id}",
                        "is not in the trash",
                        f"Put it there first: tracker delete {session_id}",
                    )
                connection.execute(SESSIONS.delete().where(SESSIONS.c.id == session_id))
                if session["sha256"] is not None:
                    connection.execute(
                        insert(PURGED).values(
                            sha256=session["sha256"], purged_utc=in_order(self._now())
                        )
                    )

    def ignore(self, sha256: str) -> None:
        """Note that a recording is not to come into the log unasked."""
        values = {"sha256": sha256, "purged_utc": in_order(self._now())}
        with self._database.writing() as connection:
            connection.execute(PURGED.delete().where(PURGED.c.sha256 == sha256))
            connection.execute(insert(PURGED).values(values))

    def ignored(self) -> frozenset[str]:
        """Return the checksums of recordings that are not to come into the log unasked."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(PURGED.c.sha256)))

    def recordings(self) -> tuple[RescoreCandidate, ...]:
        """Return every session that has a recording, also those in the trash."""
        c = SESSIONS.c
        query = select(
            c.id,
            c.recording,
            c.recording_name,
            c.sha256,
            c.tracker_version,
            c.shown_exercise,
            c.counted_as,
            c.duration_s,
            c.reps_done,
        )
        with self._database.reading() as connection:
            found = connection.execute(query.where(c.recording.is_not(None)).order_by(c.id))
            return tuple(RescoreCandidate(*row) for row in found)

    def back_up(self, target: Path, *, force: bool = False) -> None:
        """Copy the log into a file of SQLite, as it is now; see `backup.back_up`.

        Raises
        ------
        OutputError
            If the file exists and `force` is not given, or cannot be written.
        """
        back_up(self._database, target, self._now, force=force)

    def _trash(self, session_ids: Iterable[int], deleted_utc: str | None) -> None:
        with self._database.writing() as connection:
            for session_id in session_ids:
                session_of(connection, session_id)
                wanted = update(SESSIONS).where(SESSIONS.c.id == session_id)
                connection.execute(wanted.values(deleted_utc=deleted_utc))

    def _count_again(self, connection: Connection, session: RowMapping) -> None:
        """Keep what a session's line says in step with its edits."""
        session_id = session["id"]
        shown = overlay(read_workout(connection, session), read_edits(connection, session_id))
        wanted = update(SESSIONS).where(SESSIONS.c.id == session_id)
        connection.execute(wanted.values(_summary(shown, session["logged_utc"])))


def _summary(shown: EditedWorkout, logged_utc: str) -> dict[str, object]:
    edited = bool(shown.edited or shown.unmatched)
    return summary_row(shown.workout, logged_utc, edited)


def _name(recording: str) -> str:
    """Return the last part of a path of this system or of another."""
    return recording.replace("\\", "/").rpartition("/")[2]
