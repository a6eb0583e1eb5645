"""What a recording says about its session, in the head of the file and again in every batch."""

from __future__ import annotations

import functools
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import pyarrow as pa

from tracker.domain import SessionInfo
from tracker.recording.layout import COLUMNS, FORMAT
from tracker.recording.seal import SEAL_KEY, Part, Seal, stamped

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEAL = Seal(Part.HEAD, 0, 0)


@dataclass(frozen=True, slots=True)
class Head:
    """The session's information and who wrote it down."""

    info: SessionInfo
    written_by: str
    """Version of the tracker that wrote the file."""

    def metadata(self) -> dict[str, str]:
        """Return the head as the keys and values that Arrow stores."""
        return {
            "tracker.format": FORMAT,
            "tracker.version": self.written_by,
            "tracker.info": json.dumps(asdict(self.info)),
        }

    def size_bytes(self) -> int:
        """Return how much of every message the head takes, bytes."""
        return sum(len(value) for value in self.metadata().values())


def head_message(head: Head) -> bytes:
    """Return the sealed message that a recording starts with: an Arrow schema."""
    metadata = {**head.metadata(), SEAL_KEY: _SEAL.text()}
    schema = COLUMNS.with_metadata(metadata)
    return stamped(schema.serialize().to_pybytes())


def head_of(message: bytes) -> Head:
    """Return what a whole head message says.

    Raises
    ------
    ValueError
        If it does not have the columns or the keys of a recording.
    """
    schema = pa.ipc.read_schema(pa.py_buffer(message))
    if not schema.equals(COLUMNS):
        raise ValueError(f"columns are {schema.names}, not {COLUMNS.names}")
    return head_from(schema.metadata or {})


def head_from(metadata: Mapping[bytes, bytes]) -> Head:
    """Return the head that is stored in a message's metadata; keys that are not known are ignored.

    Raises
    ------
    ValueError
        If a key is missing or its value is not what it should be.
    """
    try:
        return _parsed(metadata[b"tracker.info"], metadata[b"tracker.version"])
    except (KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"the session information is incomplete: {error}") from error


# Thousands of batches repeat one head.
@functools.lru_cache(maxsize=8)
def _parsed(info: bytes, version: bytes) -> Head:
    values = json.loads(info)
    known = {field.name for field in fields(SessionInfo)} & values.keys()
    if not all(values[name] is None or isinstance(values[name], str) for name in known):
        raise ValueError("a field of the session information is not text")
    return Head(SessionInfo(**{name: values[name] for name in known}), version.decode())
