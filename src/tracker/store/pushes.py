"""What was pushed where: one row for a session and a target, and how a session is recognised.

A row is written before the first request and again after the answer. So a session whose push was
cut short is known to be in doubt, and its target is asked before it is sent again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from tracker.store.schema import EDITS, PUSHES, SESSIONS, SETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

KEY_PREFIX: Final = "tracker-"
"""Begins the key of a session, so that people see at a service where it came from."""

KEY_DIGITS: Final = 20
"""Hexadecimal digits of a key: 80 bits, so that no two sessions of anybody are alike."""


class PushState(Enum):
    """How far a push has got."""

    BEGUN = "begun"
    """A request may have reached the target, and no answer was noted."""
    DONE = "done"
    FAILED = "failed"
    """The target refused it, or could not be reached."""


@dataclass(frozen=True, slots=True)
class Push:
    """How far the push of one session to one target has got."""

    place: str
    """Where the target was then; a push to another place does not count for this one."""
    state: PushState
    remote_id: str | None = None
    """What the target calls the session; None until it has answered."""
    revision: str | None = None
    """State of the session that the target has; None until it has answered."""
    problem: str | None = None
    """Why it failed; or that it was deleted there."""


@dataclass(frozen=True, slots=True)
class PushableSession:
    """A session of the log, as far as it matters for a push."""

    id: int
    key: str
    """The same in every log that is made from the same recordings."""
    revision: str
    """Changes with every edit, undo and new measurement."""
    at_utc: str
    """When it started, or if unknown, when it was logged; ISO 8601, sorts like time."""
    synthetic: bool
    """Whether a simulated lifter did it."""
    empty: bool
    """Whether it has no set."""


def session_key(recording_name: str | None, started_utc: str | None, logged_utc: str) -> str:
    """Return the key of a session; what was entered by hand has the time at which it was logged.

    A recording keeps its key when it is moved, analysed again or put into a new log.
    """
    own = f"{recording_name or logged_utc}\n{started_utc or ''}"
    return KEY_PREFIX + hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()[:KEY_DIGITS]


def read_pushable(connection: Connection) -> tuple[PushableSession, ...]:
    """Return the sessions that are not in the trash, oldest first."""
    edits = {
        row.session_id: f"{row.made}-{row.undone}"
        for row in connection.execute(
            select(
                EDITS.c.session_id,
                func.count().label("made"),
                func.count(EDITS.c.undone_utc).label("undone"),
            ).group_by(EDITS.c.session_id)
        )
    }
    with_sets = frozenset(connection.scalars(select(SETS.c.session_id).distinct()))
    c = SESSIONS.c
    query = select(
        c.id,
        c.recording_name,
        c.started_utc,
        c.logged_utc,
        c.at_utc,
        c.measured_utc,
        c.origin,
        c.sets_done,
    )
    found = connection.execute(query.where(c.deleted_utc.is_(None)).order_by(c.at_utc, c.id))
    return tuple(
        PushableSession(
            row.id,
            session_key(row.recording_name, row.started_utc, row.logged_utc),
            f"{row.measured_utc} {edits.get(row.id, '0-0')}",
            row.at_utc,
            row.origin == "synthetic",
            # What was done can be all warm-ups, or all edited in.
            not row.sets_done and row.id not in with_sets,
        )
        for row in found
    )


def read_pushes(connection: Connection, target: str) -> Mapping[int, Push]:
    """Return what is known of the pushes to a target, by session."""
    query = select(PUSHES).where(PUSHES.c.target == target)
    return {row["session_id"]: _push(row) for row in connection.execute(query).mappings()}


def write_push(
    connection: Connection, session_id: int, target: str, push: Push, at_utc: str
) -> None:
    """Note how far a push has got."""
    c = PUSHES.c
    connection.execute(PUSHES.delete().where(c.session_id == session_id).where(c.target == target))
    values = {
        "session_id": session_id,
        "target": target,
        "place": push.place,
        "state": push.state.value,
        "remote_id": push.remote_id,
        "revision": push.revision,
        "problem": push.problem,
        "at_utc": at_utc,
    }
    connection.execute(insert(PUSHES).values(values))


def _push(row: RowMapping) -> Push:
    return Push(
        row["place"],
        PushState(row["state"]),
        row["remote_id"],
        row["revision"],
        row["problem"],
    )
