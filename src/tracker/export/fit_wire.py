"""The bytes of a FIT file: header, definitions, data, checksum.

As in "Flexible and Interoperable Data Transfer (FIT) Protocol", protocol 2.0, which brought the
developer fields. Why there is an encoder of our own is in `docs/adr/0008-fit-encoder.md`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

PROFILE_VERSION: Final = 21218
"""The profile that every number of a message, a field or an exercise is taken from."""

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
"""Index of the one developer whose fields there are."""


class Base(Enum):
    """Types of fields: the number in a definition, and how `struct` packs it."""

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
    """As in the profile; for errors, it is not written."""
    number: int
    base: Base
    value: float | str | bytes
    """Integers are scaled already."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; a value that is not known is left out of it."""

    number: int
    """Global number."""
    fields: tuple[Field, ...]
    developer_fields: tuple[Field, ...] = ()
    """Fields of our own, which messages before it have described."""


def fit_file(messages: Iterable[Message]) -> bytes:
    """Return the file that holds `messages` in order.

    Raises
    ------
    InputError
        If a field cannot hold its value.
    """
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
        for _, packed in (*fields, *ours):
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
    value, (_, code) = field.value, field.base.value
    if isinstance(value, str):
        value = value.encode("utf-8", "replace") + b"\0"
    if isinstance(value, bytes):
        _check(field, len(value) <= _LONGEST_FIELD, f"at most {_LONGEST_FIELD} bytes")
        return value
    if code != "d":
        # All ones stand for an unknown value.
        most = (1 << 8 * struct.calcsize(code)) - 2
        _check(field, 0 <= value <= most, f"0 to {most}")
    return struct.pack(f"<{code}", value)


def _check(field: Field, fits: bool, expected: str) -> None:
    if not fits:
        raise InputError("fit", f"{field.name} holds {expected}, got {field.value!r}")


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_TABLE: Final = tuple(_crc_of_byte(byte) for byte in range(256))
