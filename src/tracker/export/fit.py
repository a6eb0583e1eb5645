"""FIT: a strength activity with `set` messages, for Garmin Connect, Strava and others.

The first half encodes a FIT file (header, definitions, data, checksum) as in "Flexible and
Interoperable Data Transfer (FIT) Protocol", version 2.0, which introduced developer fields; why we
have our own encoder is in `docs/adr/0008-fit-encoder.md`. The second half turns a training into
messages. What FIT has no field for goes into developer fields of the sets: the columns of the
table of sets, with the same names, units and values.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tracker.domain import InputError, exercise_named, heart_rate_of
from tracker.domain.loads import LoadUnit, load_unit
from tracker.export.app_terms import (
    FIT_TITLES,
    active_s,
    at,
    elapsed_s,
    figures_of,
    offset_s,
    parts_of,
    started,
)
from tracker.export.columns import SET_COLUMNS
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO

    from tracker.domain import Workout
    from tracker.export.app_terms import Part

PROFILE_VERSION: Final = 21218
"""Version of the profile that numbers of messages, fields and exercises are taken from."""

_PROTOCOL_VERSION: Final = 0x20
_HEADER: Final = struct.Struct("<BBHI4s")
_DEFINITION: Final = struct.Struct("<BBBHB")
_CHECKSUM: Final = struct.Struct("<H")
_DEFINES: Final = 0x40
_HAS_DEVELOPER_FIELDS: Final = 0x20
_LITTLE_ENDIAN: Final = 0
_MOST_LOCAL_TYPES: Final = 16
_LONGEST_FIELD: Final = 255
_DEVELOPER: Final = 0
"""Index of the only developer with fields in the file."""


class Base(Enum):
    """Field types: number in a definition, and `struct` code."""

    ENUM = (0x00, "B")
    UINT8 = (0x02, "B")
    STRING = (0x07, "")
    BYTES = (0x0D, "")
    UINT16 = (0x84, "H")
    UINT32 = (0x86, "I")
    UINT32Z = (0x8C, "I")
    FLOAT64 = (0x89, "d")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message with its value."""

    name: str
    """As in the profile; only for error messages."""
    number: int
    base: Base
    value: float | str | bytes
    """Integers are already scaled."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; unknown values are left out."""

    number: int
    """Global number."""
    fields: tuple[Field, ...]
    developer_fields: tuple[Field, ...] = ()
    """Our own fields, described by earlier messages."""


def fit_file(messages: Iterable[Message]) -> bytes:
    """Return a file of `messages` in order; raise `InputError` if a field can't hold its value."""
    local_types: dict[int, int] = {}
    definitions: dict[int, bytes] = {}
    data = bytearray()
    for message in messages:
        local_type = local_types.setdefault(message.number, len(local_types))
        if local_type >= _MOST_LOCAL_TYPES:
            raise ValueError(f"more than {_MOST_LOCAL_TYPES} kinds of messages")
        fields = [(field, _packed(field)) for field in message.fields]
        ours = [(field, _packed(field)) for field in message.developer_fields]
        definition = _definition(local_type, message.number, fields, ours)
        if definitions.get(message.number) != definition:
            definitions[message.number] = definition
            data += definition
        data.append(local_type)
        for __, packed in (*fields, *ours):
            data += packed
    size = _HEADER.size + _CHECKSUM.size
    head = _HEADER.pack(size, _PROTOCOL_VERSION, PROFILE_VERSION, len(data), b".FIT")
    head += _CHECKSUM.pack(checksum(head))
    return head + data + _CHECKSUM.pack(checksum(head + data))


def checksum(data: bytes) -> int:
    """Return the CRC-16 (polynomial 0x8005, reflected, from 0) that FIT uses."""
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _definition(
    local_type: int,
    number: int,
    fields: list[tuple[Field, bytes]],
    ours: list[tuple[Field, bytes]],
) -> bytes:
    kind = _DEFINES | local_type | (_HAS_DEVELOPER_FIELDS if ours else 0)
    definition = _DEFINITION.pack(kind, 0, _LITTLE_ENDIAN, number, len(fields))
    for field, packed in fields:
        definition += bytes((field.number, len(packed), field.base.value[0]))
    if ours:
        definition += bytes((len(ours),))
        for field, packed in ours:
            definition += bytes((field.number, len(packed), _DEVELOPER))
    return definition


def _packed(field: Field) -> bytes:
    value, (__, code) = field.value, field.base.value
    if isinstance(value, str):
        value = value.encode("utf-8", "replace") + b"\0"
    if isinstance(value, bytes):
        _check(
            field,
            len(value) <= _LONGEST_FIELD,
            _("at most {most} bytes").format(most=_LONGEST_FIELD),
        )
        return value
    if code != "d":
        # All ones mean unknown.
        most = (1 << 8 * struct.calcsize(code)) - 2
        _check(field, 0 <= value <= most, _("0 to {most}").format(most=most))
    return struct.pack(f"<{code}", value)


def _check(field: Field, fits: bool, expected: str) -> None:
    if not fits:
        raise InputError(
            "fit",
            _("{field} holds {expected}, got {value!r}").format(
                field=field.name, expected=expected, value=field.value
            ),
        )


def _crc_of_byte(byte: int) -> int:
    for __ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_TABLE: Final = tuple(_crc_of_byte(byte) for byte in range(256))


DEVELOPER_COLUMNS: Final = (
    "start_s",
    "end_s",
    "rest_before_s",
    "reps_counted",
    "load_kg",
    "rpe",
    "pain_after",
    "planned_reps",
    "planned_hold_s",
    "mean_concentric_s",
    "mean_lockout_s",
    "mean_eccentric_s",
    "mean_bottom_s",
    "mean_rom_deg",
    "mean_rise_m",
    "mean_velocity_mps",
    "best_velocity_mps",
    "velocity_loss_pct",
    "warm_up",
    "side",
)
"""Columns of the table of sets that become developer fields; a field's number is its place."""

# Identifies our developer fields; made up once and for all.
_APPLICATION: Final = UUID("5f0b9c1e-3d1a-4c52-9a5b-7be1c0a4d2f6")
_EPOCH: Final = datetime(1989, 12, 31, tzinfo=UTC)
# Garmin Connect shows exercise names only for this manufacturer (hevy2garmin, README).
_DEVELOPMENT: Final = 255
# Together with the time it identifies a file; a program has no serial number.
_SERIAL: Final = 1
_ACTIVITY_FILE, _MANUAL = 4, 0
_TIMER, _SESSION, _LAP, _ACTIVITY = 0, 8, 9, 26
_START, _STOP, _STOP_ALL = 0, 1, 4
_TRAINING, _STRENGTH_TRAINING = 10, 20
_ACTIVITY_END, _SESSION_END = 0, 7
_REST, _ACTIVE = 0, 1
_DISPLAYED: Final = {LoadUnit.KG: 1, LoadUnit.LB: 2}
_SIXTEENTHS: Final = 16
_MILLI: Final = 1000
_TIMESTAMP: Final = 253


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of the session, in the units of FIT."""

    start: int
    end: int
    duration_ms: int | None
    """None if nobody measured it."""


def write_fit(workout: Workout, out: BinaryIO) -> None:
    """Write one training as a FIT activity.

    Raises `InputError` if it has no date, nothing was done, or FIT cannot hold one of its numbers.
    """
    out.write(fit_file(_messages(workout, started(workout, "fit"))))


def _messages(workout: Workout, start: datetime) -> list[Message]:
    whole = _whole(start, elapsed_s(workout))
    title = exercise_named(workout.info.exercise).title
    active = active_s(workout)
    active_ms = None if active is None else round(active * _MILLI)
    return [
        _message(
            0,
            Field("type", 0, Base.ENUM, _ACTIVITY_FILE),
            Field("manufacturer", 1, Base.UINT16, _DEVELOPMENT),
            Field("product", 2, Base.UINT16, 0),
            Field("serial_number", 3, Base.UINT32Z, _SERIAL),
            Field("time_created", 4, Base.UINT32, whole.start),
        ),
        _message(
            23,
            Field("timestamp", _TIMESTAMP, Base.UINT32, whole.start),
            Field("device_index", 0, Base.UINT8, 0),
            Field("manufacturer", 2, Base.UINT16, _DEVELOPMENT),
            Field("product_name", 27, Base.STRING, "tracker"),
        ),
        _message(
            12,
            Field("sport", 0, Base.ENUM, _TRAINING),
            Field("sub_sport", 1, Base.ENUM, _STRENGTH_TRAINING),
            Field("name", 3, Base.STRING, title),
        ),
        # Endurain takes the name of an activity from here.
        _message(
            26,
            Field("sport", 4, Base.ENUM, _TRAINING),
            Field("wkt_name", 8, Base.STRING, title),
            Field("sub_sport", 11, Base.ENUM, _STRENGTH_TRAINING),
        ),
        # And the time zone from here; behind UTC, an offset is negative in two's complement.
        _message(
            2,
            Field("utc_offset", 1, Base.UINT32, 0),
            Field("time_offset", 2, Base.UINT32, offset_s(start) % (1 << 32)),
        ),
        *_descriptions(),
        _event(whole.start, _START),
        *_titles(workout),
        *_heart_rates(workout, start),
        *_sets(workout, start),
        _event(whole.end, _STOP_ALL),
        _lap(whole, active_ms, _heart_fields(workout, 15)),
        _session(whole, active_ms, _heart_fields(workout, 16)),
        _activity(whole, offset_s(start)),
    ]


def _message(number: int, *fields: Field) -> Message:
    return Message(number, fields)


def _descriptions() -> list[Message]:
    """Return the names and units of the developer fields."""
    developer = _message(
        207,
        Field("application_id", 1, Base.BYTES, _APPLICATION.bytes),
        Field("developer_data_index", 3, Base.UINT8, 0),
    )
    units = {column.name: column.unit for column in SET_COLUMNS}
    fields = [
        _message(
            206,
            Field("developer_data_index", 0, Base.UINT8, 0),
            Field("field_definition_number", 1, Base.UINT8, number),
            Field("fit_base_type_id", 2, Base.UINT8, _base_of(name).value[0]),
            Field("field_name", 3, Base.STRING, name),
            Field("units", 8, Base.STRING, units[name]),
        )
        for number, name in enumerate(DEVELOPER_COLUMNS)
    ]
    return [developer, *fields]


def _base_of(column: str) -> Base:
    """Return how a column of ours is written: all are numbers but one."""
    return Base.STRING if column == "side" else Base.FLOAT64


def _titles(workout: Workout) -> list[Message]:
    """Return the names of the file's exercises, in FIT's own words.

    A title belongs to a category and a name, and a server may keep the first that it gets for
    everybody. So what FIT has no name for is named only in the sport and the workout.
    """
    return [
        _message(
            264,
            Field("message_index", 254, Base.UINT16, index),
            Field("exercise_category", 0, Base.UINT16, category),
            Field("exercise_name", 1, Base.UINT16, name),
            Field("wkt_step_name", 2, Base.STRING, FIT_TITLES[category, name]),
        )
        for index, (category, name) in enumerate(_kinds(workout))
    ]


def _kinds(workout: Workout) -> list[tuple[int, int]]:
    """Return the categories and names in the file, in order."""
    return list(dict.fromkeys(part.names.fit for part in parts_of(workout)))


def _heart_rates(workout: Workout, start: datetime) -> list[Message]:
    """Return a record for each second with a reading; apps draw the curve from them."""
    end_s = elapsed_s(workout) or 0.0
    by_second = {
        _fit_time(at(start, each.at_s)): each.bpm
        for each in workout.heart_rates
        if 0.0 <= each.at_s <= end_s
    }
    return [
        _message(
            20,
            Field("timestamp", _TIMESTAMP, Base.UINT32, moment),
            Field("heart_rate", 3, Base.UINT8, bpm),
        )
        for moment, bpm in by_second.items()
    ]


def _heart_fields(workout: Workout, first: int) -> tuple[Field, ...]:
    """Return mean and peak of the heart rate, the first of which has the number `first`."""
    summary = heart_rate_of(workout.heart_rates)
    if summary is None:
        return ()
    return (
        Field("avg_heart_rate", first, Base.UINT8, round(summary.mean_bpm)),
        Field("max_heart_rate", first + 1, Base.UINT8, summary.max_bpm),
    )


def _sets(workout: Workout, start: datetime) -> list[Message]:
    messages: list[Message] = []
    kinds = _kinds(workout)
    for part in parts_of(workout):
        if part.row is not None and part.row.rest_s is not None and part.row.rest_s > 0.0:
            rest = _span(start, part.start_s - part.row.rest_s, part.start_s)
            messages.append(Message(225, _set_fields(rest, _REST, len(messages))))
        step = kinds.index(part.names.fit)
        messages.append(_active(part, start, len(messages), step))
    return messages


def _active(part: Part, start: datetime, index: int, step: int) -> Message:
    category, name = part.names.fit
    fields = [
        *_set_fields(_span_of(part, start), _ACTIVE, index),
        Field("category", 7, Base.UINT16, category),
        Field("category_subtype", 8, Base.UINT16, name),
        Field("wkt_step_index", 11, Base.UINT16, step),
    ]
    if part.row is not None:
        record = part.row.record
        fields.append(Field("repetitions", 3, Base.UINT16, record.done))
        if record.load_kg is not None:
            weight = round(record.load_kg * _SIXTEENTHS)
            fields.append(Field("weight", 4, Base.UINT16, weight))
            fields.append(Field("weight_display_unit", 9, Base.UINT16, _DISPLAYED[load_unit()]))
    figures = _figures(part)
    ours = tuple(
        Field(column, number, _base_of(column), value)
        for number, column in enumerate(DEVELOPER_COLUMNS)
        if isinstance(value := figures.get(column), int | float | str)
    )
    return Message(225, tuple(fields), ours)


def _span_of(part: Part, start: datetime) -> _Span:
    """Return when a part was done; of a set that no sensor saw, FIT gets only the order."""
    if part.timed is not None:
        return _span(start, part.timed.start_s, part.timed.end_s)
    assert part.row is not None
    record = part.row.record
    if record.sensed:
        return _span(start, record.start_s, record.end_s)
    moment = _fit_time(at(start, record.end_s))
    return _Span(moment, moment, None)


def _figures(part: Part) -> Mapping[str, object]:
    """Return what goes into developer fields."""
    if part.row is not None:
        return figures_of(part.row)
    assert part.timed is not None
    each = part.timed
    figures = {"start_s": each.start_s, "end_s": each.end_s, "warm_up": each.warm_up}
    return figures | ({} if each.side is None else {"side": each.side.value})


def _set_fields(span: _Span, kind: int, index: int) -> tuple[Field, ...]:
    measured = (
        ()
        if span.duration_ms is None
        else (
            Field("duration", 0, Base.UINT32, span.duration_ms),
            Field("start_time", 6, Base.UINT32, span.start),
        )
    )
    return (
        Field("timestamp", 254, Base.UINT32, span.end),
        *measured,
        Field("set_type", 5, Base.UINT8, kind),
        Field("message_index", 10, Base.UINT16, index),
    )


def _event(moment: int, kind: int) -> Message:
    return _message(
        21,
        Field("timestamp", _TIMESTAMP, Base.UINT32, moment),
        Field("event", 0, Base.ENUM, _TIMER),
        Field("event_type", 1, Base.ENUM, kind),
    )


def _totals(whole: _Span, event: int) -> tuple[Field, ...]:
    return (
        Field("timestamp", _TIMESTAMP, Base.UINT32, whole.end),
        Field("message_index", 254, Base.UINT16, 0),
        Field("event", 0, Base.ENUM, event),
        Field("event_type", 1, Base.ENUM, _STOP),
        Field("start_time", 2, Base.UINT32, whole.start),
        *_known("total_elapsed_time", 7, whole.duration_ms),
        *_known("total_timer_time", 8, whole.duration_ms),
    )


def _known(name: str, number: int, value: int | None) -> tuple[Field, ...]:
    return () if value is None else (Field(name, number, Base.UINT32, value),)


def _lap(whole: _Span, active_ms: int | None, heart: tuple[Field, ...]) -> Message:
    return _message(
        19,
        *_totals(whole, _LAP),
        Field("lap_trigger", 24, Base.ENUM, _SESSION_END),
        Field("sport", 25, Base.ENUM, _TRAINING),
        Field("sub_sport", 39, Base.ENUM, _STRENGTH_TRAINING),
        *_known("active_time", 70, active_ms),
        *heart,
    )


def _session(whole: _Span, active_ms: int | None, heart: tuple[Field, ...]) -> Message:
    return _message(
        18,
        *_totals(whole, _SESSION),
        Field("sport", 5, Base.ENUM, _TRAINING),
        Field("sub_sport", 6, Base.ENUM, _STRENGTH_TRAINING),
        Field("first_lap_index", 25, Base.UINT16, 0),
        Field("num_laps", 26, Base.UINT16, 1),
        Field("trigger", 28, Base.ENUM, _ACTIVITY_END),
        *_known("active_time", 78, active_ms),
        *heart,
    )


def _activity(whole: _Span, ahead_s: int) -> Message:
    return _message(
        34,
        Field("timestamp", _TIMESTAMP, Base.UINT32, whole.end),
        *_known("total_timer_time", 0, whole.duration_ms),
        Field("num_sessions", 1, Base.UINT16, 1),
        Field("type", 2, Base.ENUM, _MANUAL),
        Field("event", 3, Base.ENUM, _ACTIVITY),
        Field("event_type", 4, Base.ENUM, _STOP),
        # Without it, Strava may show the time in UTC.
        Field("local_timestamp", 5, Base.UINT32, whole.end + ahead_s),
    )


def _whole(start: datetime, length_s: float | None) -> _Span:
    """Return the span of the session."""
    span = _span(start, 0.0, length_s or 0.0)
    return span if length_s is not None else replace(span, duration_ms=None)


def _span(start: datetime, from_s: float, to_s: float) -> _Span:
    first, last = (at(start, second) for second in (from_s, to_s))
    return _Span(_fit_time(first), _fit_time(last), round((to_s - from_s) * _MILLI))


def _fit_time(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())
