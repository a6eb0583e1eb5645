"""The training log: every training as it was measured, with what was said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import func, insert, select, update

from tracker.domain import InputError
from tracker.store.backup import back_up
from tracker.store.database import BUSY_S, Database
from tracker.store.edits import Edit, Field, MadeEdit, Overlaid, check_edit, overlay
from tracker.store.rows import read_workout, session_row, write_measured
from tracker.store.schema import EDITS, PURGED, SESSIONS
from tracker.store.summary import (
    EVERYTHING,
    SessionSummary,
    Wanted,
    in_order,
    read_summaries,
    read_summary,
    summary_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection, RowMapping

    from tracker.domain import Workout

NEWEST: Final = "last"
"""What stands for the newest session where an id is expected."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A session with everything that the log knows of it."""

    summary: SessionSummary
    overlaid: Overlaid
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
class Known:
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
    def shown(self) -> str:
        """Where the log is, for people."""
        return self._database.shown

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
            known = _same_recording(connection, workout, name, sha256)
            if known is None:
                values |= {"logged_utc": now_utc, **summary_row(workout, now_utc, edited=False)}
                result = connection.execute(insert(SESSIONS).values(values))
                (session_id,) = result.inserted_primary_key or (0,)
            else:
                session_id = known["id"]
                shown = overlay(workout, _edits(connection, session_id))
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
        return self.kept(session_id).overlaid.workout

    def kept(self, session_id: int) -> Kept:
        """Return everything that is known of a session.

        Raises
        ------
        InputError
            If there is no such session.
        """
        with self._database.reading() as connection:
            session = self._session(connection, session_id)
            summary = read_summary(connection, session_id)
            assert summary is not None
            measured = read_workout(connection, session)
            edits = _edits(connection, session_id)
        return Kept(
            summary,
            overlay(measured, edits),
            measured,
            edits,
            session["recording"],
            session["sha256"],
        )

    def list(self, wanted: Wanted = EVERYTHING) -> tuple[SessionSummary, ...]:
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
            if text == NEWEST:
                newest = read_summaries(connection, Wanted(limit=1))
                if not newest:
                    raise InputError("last", "there is no session in the log yet")
                return newest[0].id
            if text.isascii() and text.isdigit():
                # What has more digits than an id can have is none.
                session_id = int(text) if len(text) < 10 else 0
                return int(self._session(connection, session_id)["id"])
            name = SESSIONS.c.recording_name
            query = select(SESSIONS.c.id, name).where(name.startswith(text, autoescape=True))
            found = connection.execute(query.order_by(name).limit(4)).all() if text else ()
        if len(found) == 1:
            return int(found[0].id)
        if not found:
            raise InputError(
                text, "no session has this id, and no recording's name begins so", _SEE_HISTORY
            )
        names = ", ".join(f"{row.id} ({row.recording_name})" for row in found[:3])
        raise InputError(text, f"means more than one session: {names}", "Give the id.")

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
            session = self._session(connection, session_id)
            sets = {each.index: each for each in read_workout(connection, session).sets}
            last = connection.scalar(
                select(func.max(EDITS.c.change)).where(EDITS.c.session_id == session_id)
            )
            for edit in edits:
                if edit.set_index is not None and edit.set_index not in sets:
                    raise InputError(
                        f"session {session_id}",
                        f"there is no set {edit.set_index}; it has {_numbers(sets)}",
                    )
                record = None if edit.set_index is None else sets[edit.set_index]
                connection.execute(
                    insert(EDITS).values(
                        session_id=session_id,
                        change=(last or 0) + 1,
                        field=edit.field.value,
                        value=json.dumps(edit.value),
                        set_number=edit.set_index,
                        set_start_s=None if record is None else record.start_s,
                        set_end_s=None if record is None else record.end_s,
                        made_utc=in_order(self._now()),
                    )
                )
            self._count_again(connection, session)

    def undo(self, session_id: int) -> tuple[Edit, ...]:
        """Take the newest change of a session back, and return what it had said.

        Raises
        ------
        InputError
            If there is no such session, or nothing to take back.
        """
        with self._database.writing() as connection:
            session = self._session(connection, session_id)
            holding = [made for made in _edits(connection, session_id) if made.undone_utc is None]
            if not holding:
                raise InputError(f"session {session_id}", "there is no edit to take back")
            change = holding[-1].change
            connection.execute(
                update(EDITS)
                .where(EDITS.c.session_id == session_id, EDITS.c.change == change)
                .values(undone_utc=in_order(self._now()))
            )
            self._count_again(connection, session)
        return tuple(made.edit for made in holding if made.change == change)

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
                session = self._session(connection, session_id)
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

    def leave_out(self, sha256: str) -> None:
        """Note that a recording is not to come into the log unasked."""
        values = {"sha256": sha256, "purged_utc": in_order(self._now())}
        with self._database.writing() as connection:
            connection.execute(PURGED.delete().where(PURGED.c.sha256 == sha256))
            connection.execute(insert(PURGED).values(values))

    def left_out(self) -> frozenset[str]:
        """Return the checksums of recordings that are not to come into the log unasked."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(PURGED.c.sha256)))

    def recordings(self) -> tuple[Known, ...]:
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
            return tuple(Known(*row) for row in found)

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
                self._session(connection, session_id)
                wanted = update(SESSIONS).where(SESSIONS.c.id == session_id)
                connection.execute(wanted.values(deleted_utc=deleted_utc))

    def _session(self, connection: Connection, session_id: int) -> RowMapping:
        query = select(SESSIONS).where(SESSIONS.c.id == session_id)
        found = connection.execute(query).mappings().one_or_none()
        if found is None:
            raise InputError(f"session {session_id}", "is not in the log", _SEE_HISTORY)
        return found

    def _count_again(self, connection: Connection, session: RowMapping) -> None:
        """Keep what a session's line says in step with its edits."""
        session_id = session["id"]
        shown = overlay(read_workout(connection, session), _edits(connection, session_id))
        wanted = update(SESSIONS).where(SESSIONS.c.id == session_id)
        connection.execute(wanted.values(_summary(shown, session["logged_utc"])))


_SEE_HISTORY: Final = "See: tracker history"


def _summary(shown: Overlaid, logged_utc: str) -> dict[str, object]:
    edited = bool(shown.edited or shown.homeless)
    return summary_row(shown.workout, logged_utc, edited)


def _same_recording(
    connection: Connection, workout: Workout, name: str | None, sha256: str | None
) -> RowMapping | None:
    """Return the session of a recording: that of the same bytes, else of the same name and start.

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


def _edits(connection: Connection, session_id: int) -> tuple[MadeEdit, ...]:
    query = select(EDITS).where(EDITS.c.session_id == session_id).order_by(EDITS.c.id)
    return tuple(
        MadeEdit(
            Edit(Field(row["field"]), json.loads(row["value"]), row["set_number"]),
            row["change"],
            row["made_utc"],
            row["undone_utc"],
            row["set_start_s"],
            row["set_end_s"],
        )
        for row in connection.execute(query).mappings()
    )


def _name(recording: str) -> str:
    """Return the last part of a path of this system or of another."""
    return recording.replace("\\", "/").rpartition("/")[2]


def _numbers(sets: Iterable[int]) -> str:
    numbers = [str(number) for number in sorted(sets)]
    return f"set {', '.join(numbers)}" if numbers else "none"
