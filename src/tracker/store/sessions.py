"""Which row of the log is meant: by an id, by what people type, or by its recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from tracker.domain import InputError
from tracker.store.schema import SESSIONS
from tracker.store.summary import Wanted, read_summaries

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from tracker.domain import Workout

NEWEST: Final = "last"
"""What stands for the newest session where an id is expected."""

_MOST_DIGITS: Final = 9
"""Digits of an id: it is a number of 32 bits."""

_SEE_HISTORY: Final = "See: tracker history"


def session_of(connection: Connection, session_id: int) -> RowMapping:
    """Return the row of a session.

    Raises
    ------
    InputError
        If there is no such session.
    """
    query = select(SESSIONS).where(SESSIONS.c.id == session_id)
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        raise InputError(f"session {session_id}", "is not in the log", _SEE_HISTORY)
    return found


def found_session(connection: Connection, text: str) -> int:
    """Return the id of the session that `text` means; see `TrainingLog.find`.

    Raises
    ------
    InputError
        If it means none, or more than one.
    """
    if text == NEWEST:
        newest = read_summaries(connection, Wanted(limit=1))
        if not newest:
            raise InputError(NEWEST, "there is no session in the log yet")
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
            text, "no session has this id, and no recording's name begins so", _SEE_HISTORY
        )
    names = ", ".join(f"{row.id} ({row.recording_name})" for row in found[:3])
    raise InputError(text, f"means more than one session: {names}", "Give the id.")


def same_recording(
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
