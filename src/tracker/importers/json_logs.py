"""Logs in JSON, turned into tables: Sensor Logger, SensorLog, and what Movesense's apps write.

Records are read one by one, wherever they lie in lists and objects, so that a log of an hour does
not become a gigabyte of Python objects. A record is flat, as `{"sensor": "Gyroscope", "time": …,
"x": …}`, or has the samples of one packet: `{"Timestamp": 1234, "ArrayAcc": [{"x": …}, …]}`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tracker.domain import InputError
from tracker.importers.columns import AXES
from tracker.importers.files import MAX_LINES, ForeignFile
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ARRAYS: Final = {
    "ArrayAcc": ("Acc", "m/s^2"),
    "ArrayGyro": ("Gyro", "dps"),
}
"""Movesense's packets: what is in an array, and its unit (movesense-device-lib, meas_*.yaml)."""

_BETWEEN: Final = re.compile(r"[\s,:\]}]*")
_WRAPPER: Final = re.compile(r'\{\s*"([^"\\]*)"\s*:\s*(?=[\[{])')
_USUAL_RECORD: Final = 4096
_LONGEST_RECORD: Final = 1 << 20
"""Characters; a packet of Movesense has a few thousand, and a record of the others a hundred."""

_DECODER: Final = json.JSONDecoder()


def is_json(text: bytes) -> bool:
    """Say whether a text begins like JSON."""
    return text.lstrip()[:1] in (b"{", b"[")


def tables_in(file: ForeignFile) -> tuple[ForeignFile, ...]:
    """Return the tables of a log in JSON, each as CSV; raises `InputError` if it is damaged."""
    tables: dict[str, list[str]] = {}
    names: dict[str, tuple[str, ...]] = {}
    amount = 0
    for record in _records(file):
        for name, row in _rows(record):
            columns = names.setdefault(name, tuple(row))
            lines = tables.setdefault(name, [",".join(map(_cell, columns))])
            lines.append(",".join(_cell(row.get(each, "")) for each in columns))
            amount += 1
            if amount > MAX_LINES:
                raise InputError(
                    str(file.path),
                    _("has more than {records} records").format(records=MAX_LINES),
                    _("Cut it into parts."),
                )
    return tuple(
        ForeignFile(file.path / f"{name}.csv" if name else file.path, "\n".join(lines).encode())
        for name, lines in tables.items()
    )


def _records(file: ForeignFile) -> Iterator[dict[str, Any]]:
    """Yield the objects that hold values; lists and objects around them are gone through."""
    text = file.text.decode(errors="replace")
    at = 0
    try:
        while (at := _end_of(_BETWEEN, text, at)) < len(text):
            if text[at] == "[":
                at += 1
                continue
            wrapper = _WRAPPER.match(text, at)
            if wrapper is not None and wrapper[1] not in _ARRAYS:
                at = wrapper.end()
                continue
            value, length = _decoded(text, at)
            at += length
            if isinstance(value, dict):
                yield value
    except (ValueError, RecursionError) as error:
        line = text.count("\n", 0, at) + 1
        raise InputError(
            str(file.path),
            _("line {line}: is not JSON: {error}").format(line=line, error=error),
            _("Check that it is complete: export it again."),
        ) from error


def _decoded(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins there and its length; a huge one is refused unread."""
    try:
        return _DECODER.raw_decode(text[at : at + _USUAL_RECORD])
    except ValueError:
        return _DECODER.raw_decode(text[at : at + _LONGEST_RECORD])


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _rows(record: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the rows of a record, each with the name of its table."""
    packet = record.get("Body", record)
    if isinstance(packet, dict) and any(isinstance(packet.get(name), list) for name in _ARRAYS):
        for array, (name, unit) in _ARRAYS.items():
            samples = packet.get(array)
            for sample in samples if isinstance(samples, list) else ():
                if isinstance(sample, dict):
                    yield (
                        name,
                        {
                            "Timestamp (ms)": packet.get("Timestamp", ""),
                            **{f"{name} {axis} ({unit})": sample.get(axis, "") for axis in AXES},
                        },
                    )
        return
    flat = {key: value for key, value in record.items() if not isinstance(value, dict | list)}
    sensor = flat.pop("sensor", "")
    yield str(sensor), flat


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if "," not in text and '"' not in text and "\n" not in text and "\r" not in text:
        return text
    quoted = " ".join(text.split()).replace('"', '""')
    return f'"{quoted}"'
