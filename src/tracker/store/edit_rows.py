"""Edits as rows of the log: added and taken back, never changed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from tracker.domain import InputError
from tracker.store.edits import Edit, Field, MadeEdit
from tracker.store.schema import EDITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from tracker.domain import SetRecord


def read_edits(connection: Connection, session_id: int) -> tuple[MadeEdit, ...]:
    """Return every edit of a session in order, those that were taken back included.

    Raises
    ------
    InputError
        If a later version of the tracker has written what this one does not know.
    """
    query = select(EDITS).where(EDITS.c.session_id == session_id).order_by(EDITS.c.id)
    return tuple(
        MadeEdit(
            Edit(_field(row["field"], session_id), json.loads(row["value"]), row["set_number"]),
            row["change"],
            row["made_utc"],
            row["undone_utc"],
            row["set_start_s"],
            row["set_end_s"],
        )
        for row in connection.execute(query).mappings()
    )


def write_edits(
    connection: Connection,
    session_id: int,
    edits: Sequence[Edit],
    sets: Iterable[SetRecord],
    made_utc: str,
) -> None:
    """Add edits to a session as one change.

    Raises
    ------
    InputError
        If one of them is about a set that there is none of.
    """
    records = {each.index: each for each in sets}
    query = select(func.max(EDITS.c.change)).where(EDITS.c.session_id == session_id)
    change = (connection.scalar(query) or 0) + 1
    for edit in edits:
        if edit.set_index is not None and edit.set_index not in records:
            raise InputError(
                f"session {session_id}",
                f"there is no set {edit.set_index}; it has {_numbers(records)}",
            )
        record = None if edit.set_index is None else records[edit.set_index]
        connection.execute(
            insert(EDITS).values(
                session_id=session_id,
                change=change,
                field=edit.field.value,
                value=json.dumps(edit.value),
                set_number=edit.set_index,
                set_start_s=None if record is None else record.start_s,
                set_end_s=None if record is None else record.end_s,
                made_utc=made_utc,
            )
        )


def take_back(connection: Connection, session_id: int, undone_utc: str) -> tuple[Edit, ...]:
    """Take the newest change of a session back that holds, and return what it had said.

    Raises
    ------
    InputError
        If there is none.
    """
    holding = [made for made in read_edits(connection, session_id) if made.undone_utc is None]
    if not holding:
        raise InputError(f"session {session_id}", "there is no edit to take back")
    change = holding[-1].change
    wanted = update(EDITS).where(EDITS.c.session_id == session_id, EDITS.c.change == change)
    connection.execute(wanted.values(undone_utc=undone_utc))
    return tuple(made.edit for made in holding if made.change == change)


def _field(name: str, session_id: int) -> Field:
    try:
        return Field(name)
    except ValueError:
        raise InputError(
            f"session {session_id}",
            f"has an edit of {name!r}, which means nothing to this tracker",
            "Update the tracker to read it.",
        ) from None


def _numbers(sets: Iterable[int]) -> str:
    numbers = [str(number) for number in sorted(sets)]
    return f"set {', '.join(numbers)}" if numbers else "none"
