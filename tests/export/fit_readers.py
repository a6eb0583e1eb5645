"""Two readers of FIT that share no line of code: the SDK's own, and fitdecode."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import fitdecode
from garmin_fit_sdk import Decoder, Stream

Messages = dict[str, list[dict[str, Any]]]
"""Messages by their name; developer fields are among the others, by their name."""

_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)


def read_with_sdk(data: bytes) -> Messages:
    """Return every message, after all the checks that the SDK has."""
    assert Decoder(Stream.from_byte_array(bytearray(data))).is_fit()
    assert Decoder(Stream.from_byte_array(bytearray(data))).check_integrity()
    # Developer fields are no part of the types that the SDK gives its messages.
    read: tuple[Any, list[Exception]] = Decoder(Stream.from_byte_array(bytearray(data))).read()
    found, errors = read
    assert errors == []
    names = {each["key"]: each["field_name"] for each in found["field_description_mesgs"]}
    messages: Messages = {}
    for kind, each in found.items():
        messages[str(kind).removesuffix("_mesgs")] = [
            {
                **{name: value for name, value in message.items() if name != "developer_fields"},
                **{
                    names[key]: value for key, value in message.get("developer_fields", {}).items()
                },
            }
            for message in each
        ]
    return messages


def read_with_fitdecode(data: bytes) -> Messages:
    """Return every message, with errors and wrong checksums raised."""
    messages: Messages = defaultdict(list)
    with fitdecode.FitReader(
        io.BytesIO(data),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                messages[frame.name].append({field.name: field.value for field in frame.fields})
    return messages


def units_of(messages: Messages) -> dict[str, str]:
    """Return the unit of each developer field, by its name."""
    return {each["field_name"]: each.get("units") or "" for each in messages["field_description"]}


def local_time(seconds: int | datetime) -> datetime:
    """Return a local time, which the one reader leaves as seconds, without a zone."""
    if isinstance(seconds, datetime):
        return seconds.replace(tzinfo=None)
    return (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
