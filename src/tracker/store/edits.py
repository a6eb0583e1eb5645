"""Edits: what the wearer corrects afterwards. They stand beside the measurement, never change it.

In the log they are rows that are added or undone, never changed or removed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update

from tracker.domain import (
    InputError,
    PainEntered,
    PainMoment,
    SetRecord,
    exercise_named,
    parse_set,
    side_named,
)
from tracker.domain.loads import MOST_LOAD_KG
from tracker.domain.plan import LONGEST_NOTE, MOST_PAIN, MOST_REPS, MOST_RPE
from tracker.language import _, localized, ngettext
from tracker.store.schema import EDITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from tracker.domain import Workout


class Field(Enum):
    """A field that can be edited."""

    REPS = "reps"
    LOAD = "load_kg"
    RPE = "rpe"
    SET_NOTE = "set_note"
    WARM_UP = "warm_up"
    SIDE = "side"
    SET_EXERCISE = "set_exercise"
    ADDED = "added"
    """A set that no sensor saw, as `parse_set` reads it; it comes after the others."""
    EXERCISE = "exercise"
    NOTE = "note"
    PAIN_BEFORE = "pain_before"
    PAIN_AFTER = "pain_after"
    PAIN_NEXT_MORNING = "pain_next_morning"

    @property
    def of_a_set(self) -> bool:
        """Whether it belongs to one set, not to the whole session."""
        return self in _OF_A_SET


_OF_A_SET: Final = frozenset(
    {
        Field.REPS,
        Field.LOAD,
        Field.RPE,
        Field.SET_NOTE,
        Field.WARM_UP,
        Field.SIDE,
        Field.SET_EXERCISE,
    }
)

_PAIN: Final = {
    Field.PAIN_BEFORE: PainMoment.BEFORE,
    Field.PAIN_AFTER: PainMoment.AFTER,
    Field.PAIN_NEXT_MORNING: PainMoment.NEXT_MORNING,
}


_MOST: Final = {
    Field.REPS: MOST_REPS,
    Field.LOAD: MOST_LOAD_KG,
    Field.RPE: MOST_RPE,
    Field.WARM_UP: 1,
    **dict.fromkeys(_PAIN, MOST_PAIN),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One correction."""

    field: Field
    value: int | float | str | None
    """None clears the value entered for a set, while training or afterwards."""
    set_index: int | None = None
    """Number of the set; None is the whole session."""


@dataclass(frozen=True, slots=True)
class MadeEdit:
    """An edit in the log."""

    edit: Edit
    """With the number that its set had then."""
    change: int
    """Number of the change; the edits of one change are undone together."""
    made_utc: str
    """When, ISO 8601."""
    undone_utc: str | None = None
    """When it was undone; None while it applies."""
    start_s: float | None = None
    """When its set started then, s; a set is recognised by its time."""
    end_s: float | None = None
    """When its set ended then, s."""


@dataclass(frozen=True, slots=True)
class EditedWorkout:
    """A training with its edits applied."""

    workout: Workout
    edited: frozenset[tuple[int | None, Field]]
    """The edited fields, with the number of the set, or None for the session."""
    unmatched: tuple[MadeEdit, ...]
    """Edits of sets that no longer exist since the recording was analysed again."""


def check_edit(edit: Edit) -> None:
    """Refuse an implausible edit: an `InputError`, or an `UnknownNameError` for an exercise."""
    name = edit.field.value.replace("_", " ")
    if edit.field.of_a_set is (edit.set_index is None):
        problem = (
            _("needs a set") if edit.field.of_a_set else _("belongs to the session, not to a set")
        )
        raise InputError(name, problem)
    if edit.value is None:
        if not edit.field.of_a_set:
            raise InputError(name, _("can be changed, but not cleared"))
    elif edit.field in (Field.EXERCISE, Field.SET_EXERCISE):
        exercise_named(str(edit.value))
    elif edit.field is Field.SIDE:
        side_named(str(edit.value))
    elif edit.field is Field.ADDED:
        parse_set(str(edit.value))
    elif isinstance(edit.value, str):
        if len(edit.value) > LONGEST_NOTE:
            raise InputError(
                name,
                _("expected at most {most} characters, got {given}").format(
                    most=LONGEST_NOTE, given=len(edit.value)
                ),
            )
    elif not 0 <= edit.value <= _MOST[edit.field]:
        raise InputError(
            name,
            _("expected 0 to {most:g}, got {given}").format(
                most=_MOST[edit.field], given=localized(f"{edit.value:g}")
            ),
        )


def overlay(workout: Workout, edits: Iterable[MadeEdit]) -> EditedWorkout:
    """Apply the edits that hold, in order, to what was measured and entered."""
    sets = list(workout.sets)
    edited: set[tuple[int | None, Field]] = set()
    unmatched: list[MadeEdit] = []
    for made in edits:
        if made.undone_utc is not None:
            continue
        if made.edit.field is Field.ADDED:
            sets.append(_added(str(made.edit.value), sets))
            edited.add((sets[-1].index, Field.ADDED))
            continue
        if not made.edit.field.of_a_set:
            workout = _with(workout, made.edit)
            edited.add((None, made.edit.field))
            continue
        place = place_of(made, sets)
        if place is None:
            unmatched.append(made)
        else:
            sets[place] = _set_with(sets[place], made.edit)
            edited.add((sets[place].index, made.edit.field))
    return EditedWorkout(
        replace(workout, sets=tuple(sets)) if edited else workout,
        frozenset(edited),
        tuple(unmatched),
    )


def place_of(made: MadeEdit, sets: Iterable[SetRecord]) -> int | None:
    """Return which of `sets` an edit belongs to: the one that shares most time with its set then.

    A better detector may find more or fewer sets, which shifts their numbers.
    """
    assert made.start_s is not None
    assert made.end_s is not None
    ranks: dict[int, tuple[float, bool]] = {}
    for place, record in enumerate(sets):
        shared_s = min(made.end_s, record.end_s) - max(made.start_s, record.start_s)
        if shared_s >= 0.0:
            ranks[place] = (shared_s, record.index == made.edit.set_index)
    return max(ranks, key=lambda place: ranks[place], default=None)


AFTER_S: Final = 1.0
"""Session seconds between the last set and one that was added: nobody knows when it was."""


def _added(text: str, sets: Sequence[SetRecord]) -> SetRecord:
    at_s = max((each.end_s for each in sets), default=0.0) + AFTER_S
    index = max((each.index for each in sets), default=0) + 1
    return SetRecord(index, at_s, at_s, (), 0, ended=True, entries=parse_set(text))


def _set_with(record: SetRecord, edit: Edit) -> SetRecord:
    value: Any = edit.value
    changes: dict[str, Any]
    match edit.field:
        case Field.REPS:
            changes = {"reps": None, "reps_by": 0} if value is None else {"reps": value}
        case Field.SET_NOTE:
            changes = {"note": value or ""}
        case Field.WARM_UP:
            changes = {"warm_up": None if value is None else bool(value)}
        case Field.SIDE:
            changes = {"side": None if value is None else side_named(value)}
        case Field.SET_EXERCISE:
            changes = {"exercise": value}
        case field:
            changes = {field.value: None if value is None else float(value)}
    return replace(record, entries=replace(record.entries, **changes))


def _with(workout: Workout, edit: Edit) -> Workout:
    value: Any = edit.value
    match edit.field:
        case Field.EXERCISE:
            return replace(workout, info=replace(workout.info, exercise=value))
        case Field.NOTE:
            return replace(workout, note=value)
        case field:
            entered = PainEntered(value, _PAIN[field])
            others = [each for each in workout.pain if each.moment is not entered.moment]
            first = entered.moment is PainMoment.BEFORE
            return replace(workout, pain=(entered, *others) if first else (*others, entered))


def read_edits(connection: Connection, session_id: int) -> tuple[MadeEdit, ...]:
    """Return every edit in order, also undone ones; raises `InputError` for an unknown field."""
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
    """Add edits to a session as one change; raises `InputError` if a set does not exist."""
    records = {each.index: each for each in sets}
    query = select(func.max(EDITS.c.change)).where(EDITS.c.session_id == session_id)
    change = (connection.scalar(query) or 0) + 1
    for edit in edits:
        record = None if edit.set_index is None else records.get(edit.set_index)
        if edit.set_index is not None and record is None:
            numbers = ", ".join(str(number) for number in sorted(records))
            problem = _("there is no set {number}; it has none")
            if records:
                problem = ngettext(
                    "there is no set {number}; it has set {numbers}",
                    "there is no set {number}; it has sets {numbers}",
                    len(records),
                )
            raise InputError(
                _("session {number}").format(number=session_id),
                problem.format(number=edit.set_index, numbers=numbers),
            )
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


def undo(connection: Connection, session_id: int, undone_utc: str) -> tuple[Edit, ...]:
    """Undo the newest change that applies, and return its edits; an `InputError` if none does."""
    holding = [made for made in read_edits(connection, session_id) if made.undone_utc is None]
    if not holding:
        raise InputError(
            _("session {number}").format(number=session_id), _("there is no edit to undo")
        )
    change = holding[-1].change
    rows = update(EDITS).where(EDITS.c.session_id == session_id, EDITS.c.change == change)
    connection.execute(rows.values(undone_utc=undone_utc))
    return tuple(made.edit for made in holding if made.change == change)


def _field(name: str, session_id: int) -> Field:
    try:
        return Field(name)
    except ValueError:
        raise InputError(
            _("session {number}").format(number=session_id),
            _("has an edit of {name!r}, which this tracker does not know").format(name=name),
            _("Update the tracker to read it."),
        ) from None
