"""A training as rows of the log, and back, bit for bit."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import insert, select

from tracker.domain import (
    AdviceGiven,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    CalibrationWay,
    FaultReason,
    Flag,
    Gap,
    HeartRate,
    InputError,
    PainEntered,
    PainMoment,
    Phase,
    PhaseSpan,
    Plan,
    Rep,
    SessionInfo,
    SetEntries,
    SetRecord,
    Side,
    SourceFacts,
    Tempo,
    TimedRecord,
    Workout,
    entry_from_object,
    entry_object,
    plan_from_json,
)
from tracker.language import _
from tracker.store.schema import (
    CALIBRATIONS,
    FAULTS,
    GAPS,
    HEART_RATES,
    MEASURED,
    PAIN,
    PHASES,
    REPS,
    SETS,
    TIMED,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from enum import Enum

    from sqlalchemy import Connection, RowMapping, Table

    from tracker.domain import CalibrationEvent

    Row = dict[str, object]

E = TypeVar("E", bound="Enum")

# Fields with a column of the same name.
_HEAD_COLUMNS: Final = ("sensor", "exercise", "started_utc", "device_name", "firmware", "origin")
_REP_COLUMNS: Final = tuple(
    field.name for field in fields(Rep) if field.name not in ("index", "phases", "flags")
)
_SET_COLUMNS: Final = ("start_s", "end_s", "counted", "ended", "count_confidence")
_TEMPO: Final = ("eccentric_s", "bottom_s", "concentric_s", "lockout_s")


def session_row(workout: Workout) -> Row:
    """Return the session row's columns about the training itself."""
    head = asdict(workout.info)
    rest = {name: value for name, value in head.items() if name not in _HEAD_COLUMNS}
    facts = workout.facts
    return {
        **{name: head[name] for name in _HEAD_COLUMNS},
        "head": json.dumps(rest),
        "path": facts.path,
        "source_kind": facts.sensor,
        "rate_hz": facts.rate_hz,
        "duration_s": facts.duration_s,
        "samples": int(facts.samples),
        "note": workout.note,
        "advice": None if workout.advice is None else json.dumps(entry_object(workout.advice)),
    }


def write_measured(connection: Connection, session_id: int, workout: Workout) -> None:
    """Replace the sets of a session and everything that belongs to them."""
    for table in MEASURED:
        connection.execute(table.delete().where(table.c.session_id == session_id))
    for table, rows in _measured_rows(workout):
        if rows:
            connection.execute(insert(table), [{"session_id": session_id, **row} for row in rows])


def read_workout(connection: Connection, session: RowMapping) -> Workout:
    """Return a training without edits; raises `InputError` if a newer tracker wrote it."""
    found = {table: _rows_of(connection, table, session["id"]) for table in MEASURED}
    spans: dict[tuple[int, int], list[PhaseSpan]] = {}
    for row in found[PHASES]:
        phase = _known(Phase, row["phase"], session)
        span = PhaseSpan(phase, row["start_s"], row["end_s"], row["whole"])
        spans.setdefault((row["set_place"], row["rep_place"]), []).append(span)
    reps: dict[int, list[Rep]] = {}
    for row in found[REPS]:
        each = spans.get((row["set_place"], row["place"]), [])
        reps.setdefault(row["set_place"], []).append(_rep(row, each, session))
    return Workout(
        info=_info(session),
        facts=SourceFacts(
            path=session["path"],
            sensor=session["source_kind"],
            rate_hz=session["rate_hz"],
            duration_s=session["duration_s"],
            samples=session["samples"],
        ),
        sets=tuple(_set(row, reps.get(row["place"], []), session) for row in found[SETS]),
        gaps=tuple(Gap(row["start_s"], row["end_s"]) for row in found[GAPS]),
        faults={
            _known(FaultReason, row["reason"], session): row["times"] for row in found[FAULTS]
        },
        pain=tuple(
            PainEntered(
                row["score"], _known(PainMoment, row["moment"], session), row["set_number"]
            )
            for row in found[PAIN]
        ),
        note=session["note"],
        calibrations=tuple(_calibration(row, session) for row in found[CALIBRATIONS]),
        advice=_advice(session["advice"]),
        timed=tuple(_timed(row, session) for row in found[TIMED]),
        heart_rates=tuple(
            HeartRate(at_s, bpm)
            for row in found[HEART_RATES]
            for at_s, bpm in json.loads(row["readings"])
        ),
    )


def _measured_rows(workout: Workout) -> Iterator[tuple[Table, list[Row]]]:
    sets = list(enumerate(workout.sets))
    reps = [(of, place, rep) for of, record in sets for place, rep in enumerate(record.reps)]
    yield SETS, [{"place": place, **_set_row(record)} for place, record in sets]
    yield REPS, [{"set_place": of, "place": place, **_rep_row(rep)} for of, place, rep in reps]
    yield PHASES, [row for of, place, rep in reps for row in _phase_rows(of, place, rep)]
    yield GAPS, [{"place": place, **asdict(gap)} for place, gap in enumerate(workout.gaps)]
    yield FAULTS, [{"reason": reason.value, "times": n} for reason, n in workout.faults.items()]
    yield TIMED, [_timed_row(place, timed) for place, timed in enumerate(workout.timed)]
    yield PAIN, [_pain_row(place, pain) for place, pain in enumerate(workout.pain)]
    if workout.heart_rates:
        readings = [[each.at_s, each.bpm] for each in workout.heart_rates]
        yield HEART_RATES, [{"readings": json.dumps(readings)}]
    calibrations = enumerate(workout.calibrations)
    yield CALIBRATIONS, [_calibration_row(place, event) for place, event in calibrations]


def _pain_row(place: int, pain: PainEntered) -> Row:
    moment, number = pain.moment.value, pain.set_index
    return {"place": place, "score": pain.score, "moment": moment, "set_number": number}


def _set_row(record: SetRecord) -> Row:
    return {
        "number": record.index,
        "plan": _plan_text(record.plan),
        **{column: getattr(record, column) for column in _SET_COLUMNS},
        **asdict(record.entries),
        "side": _side_name(record.entries.side),
    }


def _set(row: RowMapping, reps: list[Rep], session: RowMapping) -> SetRecord:
    entered = {field.name: row[field.name] for field in fields(SetEntries)}
    entered["side"] = _side(row["side"], session)
    return SetRecord(
        index=row["number"],
        reps=tuple(reps),
        plan=_plan(row["plan"]),
        entries=SetEntries(**entered),
        **{column: row[column] for column in _SET_COLUMNS},
    )


def _side_name(side: Side | None) -> str | None:
    return None if side is None else side.value


def _side(name: str | None, session: RowMapping) -> Side | None:
    return None if name is None else _known(Side, name, session)


def _timed_row(place: int, timed: TimedRecord) -> Row:
    return {"place": place, **asdict(timed), "side": _side_name(timed.side)}


def _timed(row: RowMapping, session: RowMapping) -> TimedRecord:
    values = {field.name: row[field.name] for field in fields(TimedRecord)}
    return TimedRecord(**values | {"side": _side(row["side"], session)})


def _advice(text: str | None) -> AdviceGiven | None:
    if text is None:
        return None
    entry = entry_from_object(json.loads(text))
    return entry if isinstance(entry, AdviceGiven) else None


def _rep_row(rep: Rep) -> Row:
    row: Row = {column: getattr(rep, column) for column in _REP_COLUMNS}
    row["number"] = rep.index
    row["complete"] = bool(rep.complete)
    row["gyroscope"] = bool(rep.gyroscope)
    row["flags"] = " ".join(flag.value for flag in rep.flags)
    return row


def _rep(row: RowMapping, phases: list[PhaseSpan], session: RowMapping) -> Rep:
    return Rep(
        index=row["number"],
        phases=tuple(phases),
        flags=tuple(_known(Flag, flag, session) for flag in row["flags"].split()),
        **{column: row[column] for column in _REP_COLUMNS},
    )


def _phase_rows(set_place: int, rep_place: int, rep: Rep) -> Iterator[Row]:
    for place, span in enumerate(rep.phases):
        places = {"set_place": set_place, "rep_place": rep_place, "place": place}
        yield {**places, **asdict(span), "phase": span.phase.value}


_CALIBRATIONS: Final[dict[str, type[CalibrationEvent]]] = {
    "calibrated": Calibrated,
    "failed": CalibrationFailed,
    "lost": CalibrationLost,
}


def _calibration_row(place: int, event: CalibrationEvent) -> Row:
    (kind,) = (name for name, each in _CALIBRATIONS.items() if isinstance(event, each))
    # Every row of one statement has the same columns.
    unknown = dict.fromkeys(("wander_deg", "way", "range_deg", "reason"))
    row: Row = {"place": place, "kind": kind, **unknown, **asdict(event)}
    return {**row, "way": event.way.value} if isinstance(event, Calibrated) else row


def _calibration(row: RowMapping, session: RowMapping) -> CalibrationEvent:
    kind = _CALIBRATIONS.get(row["kind"])
    if kind is None:
        raise _unknown(row["kind"], session)
    values = {field.name: row[field.name] for field in fields(kind)}
    if kind is Calibrated:
        values["way"] = _known(CalibrationWay, row["way"], session)
    return kind(**values)


def _plan_text(plan: Plan) -> str:
    """Return a plan as JSON, with the tempo's seconds: its code rounds them for people."""
    values = plan.to_json()
    if plan.tempo is not None:
        values["tempo"] = [getattr(plan.tempo, name) for name in _TEMPO]
    return json.dumps(values)


def _plan(text: str) -> Plan:
    values: Mapping[str, Any] = json.loads(text)
    plan = plan_from_json({name: each for name, each in values.items() if name != "tempo"})
    tempo = values.get("tempo")
    if tempo is None:
        return plan
    return replace(plan, tempo=Tempo(**dict(zip(_TEMPO, tempo, strict=True))))


def _info(session: RowMapping) -> SessionInfo:
    known = {field.name for field in fields(SessionInfo)}
    rest = {name: each for name, each in json.loads(session["head"]).items() if name in known}
    return SessionInfo(**{name: session[name] for name in _HEAD_COLUMNS}, **rest)


def _rows_of(connection: Connection, table: Table, session_id: int) -> list[RowMapping]:
    wanted = select(table).where(table.c.session_id == session_id)
    found = connection.execute(wanted.order_by(*table.primary_key.columns))
    return list(found.mappings())


def _known(kind: type[E], value: str, session: RowMapping) -> E:
    try:
        return kind(value)
    except ValueError:
        raise _unknown(value, session) from None


def _unknown(value: str, session: RowMapping) -> InputError:
    return InputError(
        _("session {number}").format(number=session["id"]),
        _("was written by tracker {version}; this one does not know {value!r}").format(
            version=session["tracker_version"], value=value
        ),
        _("Update the tracker to read it."),
    )
