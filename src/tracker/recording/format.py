"""The recording format of `docs/recording-format.md`: a sequence of sealed Arrow messages.

The first message is the head, with the session's information. The others are batches of
notifications, which repeat the head, so that each batch can be read by itself.

A seal is a short text of fixed width among the message's own key-value metadata, so any Arrow
reader skips it. It says where the message belongs. Its checksum covers the whole message, padding
and lengths included, with the eight digits of the checksum itself taken as zeros: damaged bytes
are recognised before Arrow parses them.
"""

from __future__ import annotations

import functools
import io
import json
import re
import struct
import zlib
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from tracker.domain import Notification, SessionInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VERSION: Final = 1
"""Major version of the format; readers refuse any other."""

FORMAT: Final = f"tracker.recording/{VERSION}"
"""Name of the format, in the head and in every seal."""

_FIELDS: Final[list[pa.Field[Any]]] = [
    pa.field("t_ns", pa.int64(), nullable=False),
    # Plain text, not a dictionary: a dictionary is a message of its own, and losing that one
    # message would take every later batch with it.
    pa.field("channel", pa.utf8(), nullable=False),
    pa.field("device", pa.int16(), nullable=False),
    pa.field("payload", pa.binary(), nullable=False),
]

COLUMNS: Final = pa.schema(_FIELDS)
"""The columns of every batch."""

MARKER: Final = b"\xff\xff\xff\xff"
"""Every Arrow message starts with this (Arrow columnar format, encapsulated message format)."""

PREFIX: Final = struct.Struct("<4si")
"""Marker and length of the metadata that follows, padded to 8 bytes."""

END_MARK: Final = PREFIX.pack(MARKER, 0)
"""Ends an Arrow stream."""

MAX_BATCH_ROWS: Final = 4096
"""Rows of one batch: no sensor sends as many in a second, and an import stays small in memory."""

MAX_BATCH_BYTES: Final = 1 << 20
"""Content of one batch, bytes: what one damaged byte can cost. A live second takes some 10 kB."""

MAX_PAYLOAD_BYTES: Final = MAX_BATCH_BYTES
"""Bytes in one notification; Bluetooth allows 512, and only imported blocks are larger."""

MAX_CHANNEL_BYTES: Final = 255
"""Bytes in a channel's name; a UUID has 36."""

MAX_INFO_BYTES: Final = 16 << 10
"""Session information as JSON, bytes; every batch repeats it."""

MAX_METADATA_BYTES: Final = 64 << 10
"""Metadata of one message, bytes: real ones are below 20 kB, a damaged length may claim 2 GB."""

MAX_MESSAGE_BYTES: Final = 4 << 20
"""One whole message, bytes: twice a full batch with its offsets and padding."""

ORIGINAL_KEY: Final = "tracker.original_sha256"
"""Key of the checksum that a compact copy keeps of its original, by which the log knows both."""

MAX_CONTENT_BYTES: Final = MAX_MESSAGE_BYTES
"""Columns of one message once they are decompressed, bytes: a few bytes may claim gigabytes."""

COMPRESSION_LEVEL: Final = 3
"""Of zstd: level 1 makes files 4 % larger, level 19 makes them 10 % smaller and takes seven times
as long."""

SEAL_KEY: Final = "tracker.seal"
"""Key of the seal in a message's metadata."""

_ZEROS: Final = "00000000"


class Part(Enum):
    """What a message of a recording is."""

    HEAD = "head"
    """The schema and the session information."""
    ROWS = "rows"
    """A batch of notifications."""
    LAST = "last"
    """The empty batch at the end of a closed recording."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Where a message belongs in its recording."""

    part: Part
    sequence: int
    """Number of the message: 0 is the head, batches count from 1."""
    first_row: int
    """Rows in the recording before this message."""

    def text(self) -> str:
        """Return the seal with zeros for length and checksum."""
        return (
            f"{FORMAT} {self.part.value} sequence={self.sequence:010d} row={self.first_row:012d} "
            f"bytes={_ZEROS} crc32={_ZEROS}"
        )


_WIDTH: Final = len(Seal(Part.HEAD, 0, 0).text())
# Flatbuffers store a string as its length, its bytes and a zero. Requiring both keeps a seal that
# is quoted in another text (a device's name, a note) from being mistaken for the real one.
_PATTERN: Final = re.compile(
    re.escape(_WIDTH.to_bytes(4, "little") + FORMAT.encode())
    + rb" (head|rows|last) sequence=(\d{10}) row=(\d{12}) bytes=(\d{8}) crc32=([0-9a-f]{8})\x00"
)


def metadata_length(prefix: bytes) -> int | None:
    """Return the metadata length in a message's first 8 bytes; None if no message starts there."""
    if len(prefix) != PREFIX.size:
        return None
    marker, length = PREFIX.unpack(prefix)
    return length if marker == MARKER and 0 < length <= MAX_METADATA_BYTES else None


def sealed_length(opening: bytes) -> int | None:
    """Return the length of the message that starts with these bytes; None without a seal."""
    match = _PATTERN.search(opening)
    if match is None:
        return None
    length = int(match[4])
    return length if len(opening) <= length <= MAX_MESSAGE_BYTES else None


def stamped(message: bytes) -> bytes:
    """Fill in length and checksum of a message whose metadata has `seal.text()`.

    Raises `ValueError` if there is no such text, or the message is too long.
    """
    match = _PATTERN.search(message)
    if match is None or len(message) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {len(message)} bytes cannot be sealed")
    filled = bytearray(message)
    filled[match.start(4) : match.end(4)] = f"{len(message):08d}".encode()
    filled[match.start(5) : match.end(5)] = f"{zlib.crc32(filled):08x}".encode()
    return bytes(filled)


def verified(message: bytes) -> Seal | None:
    """Return the seal of a message, or None if any of its bytes has changed."""
    match = _PATTERN.search(message)
    if match is None or int(match[4]) != len(message):
        return None
    view = memoryview(message)
    checksum = zlib.crc32(view[: match.start(5)])
    checksum = zlib.crc32(_ZEROS.encode(), checksum)
    checksum = zlib.crc32(view[match.end(5) :], checksum)
    if checksum != int(match[5], 16):
        return None
    return Seal(Part(match[1].decode()), int(match[2]), int(match[3]))


@dataclass(frozen=True, slots=True)
class Head:
    """The session's information and the version that wrote it."""

    info: SessionInfo
    written_by: str
    """Version of the tracker that wrote the file."""
    original_sha256: str | None = None
    """Checksum of the file that this one is a compact copy of, hexadecimal; None if of none."""

    def metadata(self) -> dict[str, str]:
        """Return the keys and values that Arrow stores."""
        return {
            "tracker.format": FORMAT,
            "tracker.version": self.written_by,
            "tracker.info": json.dumps(asdict(self.info)),
            **({ORIGINAL_KEY: self.original_sha256} if self.original_sha256 else {}),
        }

    def size_bytes(self) -> int:
        """Return the size of the head in every message, bytes."""
        return sum(len(value) for value in self.metadata().values())


def head_message(head: Head) -> bytes:
    """Return the sealed message at the start of a recording: an Arrow schema."""
    metadata = {**head.metadata(), SEAL_KEY: Seal(Part.HEAD, 0, 0).text()}
    schema = COLUMNS.with_metadata(metadata)
    return stamped(schema.serialize().to_pybytes())


def head_of(message: bytes) -> Head:
    """Parse a head message; raises `ValueError` if it is not the head of a recording."""
    schema = pa.ipc.read_schema(pa.py_buffer(message))
    if not schema.equals(COLUMNS):
        raise ValueError(f"columns are {schema.names}, not {COLUMNS.names}")
    return head_from(schema.metadata or {})


def head_from(metadata: Mapping[bytes, bytes]) -> Head:
    """Parse the head in a message's metadata; unknown keys are ignored.

    Raises `ValueError` if a key is missing or its value is malformed.
    """
    try:
        return _parsed(
            metadata[b"tracker.info"],
            metadata[b"tracker.version"],
            metadata.get(ORIGINAL_KEY.encode()),
        )
    except (KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"the session information is incomplete: {error}") from error


_SHA256: Final = re.compile(rb"[0-9a-f]{64}")
_MAY_LACK: Final = frozenset(field.name for field in fields(SessionInfo) if field.default is None)


# Thousands of batches repeat the same head.
@functools.lru_cache(maxsize=8)
def _parsed(info: bytes, version: bytes, original: bytes | None) -> Head:
    values = json.loads(info)
    known = {field.name for field in fields(SessionInfo)} & values.keys()
    for name in sorted(known):
        if not isinstance(values[name], str) and not (values[name] is None and name in _MAY_LACK):
            raise ValueError(f"{name} in the session information is not text")
    info_read = SessionInfo(**{name: values[name] for name in known})
    return Head(info_read, version.decode(), None if original is None else _checksum(original))


def _checksum(text: bytes) -> str:
    if not _SHA256.fullmatch(text):
        raise ValueError("the checksum of the original is not one")
    return text.decode()


_SCHEMA_MESSAGE: Final = COLUMNS.serialize().to_pybytes()
# Beside channel and payload, a row takes two offsets, the time and the device.
_ROW_BYTES: Final = 4 + 4 + 8 + 2
_INT64: Final = range(-(1 << 63), 1 << 63)
_INT16: Final = range(-(1 << 15), 1 << 15)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The rows of one message."""

    head: Head
    """The session that the rows belong to."""
    rows: pa.RecordBatch

    def span_ns(self) -> tuple[int, int] | None:
        """Return when the first and the last row arrived, ns; None without rows."""
        if not self.rows.num_rows:
            return None
        times_ns = self.rows.column(0)
        return times_ns[0].as_py(), times_ns[-1].as_py()

    def notifications(self) -> Iterator[Notification]:
        """Yield the rows in order."""
        columns = (column.to_pylist() for column in self.rows.columns)
        for received_ns, channel, device, data in zip(*columns, strict=True):
            yield Notification(received_ns, channel, data, device)


def stored_bytes(notification: Notification) -> int:
    """Return the size of a notification in a batch, bytes.

    Raises `ValueError` if it does not fit the columns of a recording.
    """
    channel_bytes = len(notification.channel.encode())
    if channel_bytes > MAX_CHANNEL_BYTES:
        raise ValueError(f"channel name of {channel_bytes} bytes, limit {MAX_CHANNEL_BYTES}")
    if len(notification.data) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"payload of {len(notification.data)} bytes, limit {MAX_PAYLOAD_BYTES}")
    if notification.received_ns not in _INT64:
        raise ValueError(f"time of {notification.received_ns} ns does not fit 64 bits")
    if notification.device not in _INT16:
        raise ValueError(f"device {notification.device} does not fit 16 bits")
    return _ROW_BYTES + channel_bytes + len(notification.data)


def batch_message(
    head: Head, seal: Seal, notifications: Sequence[Notification], *, compressed: bool = False
) -> bytes:
    """Return the notifications as a sealed record batch message."""
    values = [(each.received_ns, each.channel, each.device, each.data) for each in notifications]
    rows = pa.record_batch(
        [
            pa.array([row[place] for row in values], column.type)
            for place, column in enumerate(COLUMNS)
        ],
        schema=COLUMNS,
    )
    texts = {**head.metadata(), SEAL_KEY: seal.text()}
    metadata = {key.encode(): value.encode() for key, value in texts.items()}
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, COLUMNS, options=_options(compressed)) as writer:
        writer.write_batch(rows, custom_metadata=metadata)
    written = stream.getvalue()
    schema_bytes = PREFIX.size + PREFIX.unpack_from(written)[1]
    return stamped(written[schema_bytes : -len(END_MARK)])


def _options(compressed: bool) -> pa.ipc.IpcWriteOptions:
    if not compressed:
        return pa.ipc.IpcWriteOptions()
    return pa.ipc.IpcWriteOptions(
        compression=pa.Codec("zstd", compression_level=COMPRESSION_LEVEL)
    )


def content_bytes(message: bytes) -> int:
    """Return how large the columns of a batch message are once they are decompressed, bytes.

    Arrow would believe what a message says about it. Raises `ValueError` if it is no such message.
    """
    try:
        return sum(_buffer_sizes(message))
    except (struct.error, IndexError) as error:
        raise ValueError(f"not a record batch: {error}") from error


# Where fields are in the tables of a message (Arrow's Message.fbs).
_MESSAGE_KIND: Final = 1
_MESSAGE_HEADER: Final = 2
_RECORD_BATCH: Final = 3
_BATCH_BUFFERS: Final = 2
_BATCH_COMPRESSION: Final = 3
_BUFFER: Final = struct.Struct("<qq")


def _buffer_sizes(message: bytes) -> Iterator[int]:
    """Yield the size of each buffer once it is decompressed, bytes."""
    start = PREFIX.size
    body = start + PREFIX.unpack_from(message)[1]
    table = _pointed(message, start)
    kind, header = (_field(message, table, each) for each in (_MESSAGE_KIND, _MESSAGE_HEADER))
    if kind is None or message[kind] != _RECORD_BATCH:
        raise ValueError("not a record batch")
    batch = None if header is None else _pointed(message, header)
    buffers = None if batch is None else _field(message, batch, _BATCH_BUFFERS)
    if batch is None or buffers is None:
        raise ValueError("not a record batch: it has no buffers")
    compressed = _field(message, batch, _BATCH_COMPRESSION) is not None
    first = _pointed(message, buffers)
    (amount,) = struct.unpack_from("<I", message, first)
    for offset, length in _BUFFER.iter_unpack(message[first + 4 : first + 4 + 16 * amount]):
        if not compressed or not length:
            yield length
            continue
        # The size comes first; -1 is said of what compression would have made larger.
        (size,) = struct.unpack_from("<q", message, body + offset)
        size = length if size == -1 else size
        if size < 0:
            raise ValueError(f"a buffer claims to hold {size} bytes")
        yield size


def _pointed(message: bytes, place: int) -> int:
    """Return where a Flatbuffers offset at `place` points."""
    (offset,) = struct.unpack_from("<I", message, place)
    return place + int(offset)


def _field(message: bytes, table: int, number: int) -> int | None:
    """Return where a field of a Flatbuffers table is; None if it is left out."""
    (back,) = struct.unpack_from("<i", message, table)
    (size,) = struct.unpack_from("<H", message, table - back)
    if 4 + 2 * number >= size:
        return None
    (offset,) = struct.unpack_from("<H", message, table - back + 4 + 2 * number)
    return table + offset if offset else None


def batch_of(message: bytes) -> Batch:
    """Parse a batch message; raises `ValueError` if it is not a batch of a recording."""
    if content_bytes(message) > MAX_CONTENT_BYTES:
        raise ValueError("a batch claims to hold more than a recording may")
    stream = pa.ipc.open_stream(pa.py_buffer(_SCHEMA_MESSAGE + message))
    try:
        rows, metadata = stream.read_next_batch_with_custom_metadata()
        # Reading a row whose offsets point outside the message would crash the process.
        rows.validate(full=True)
    except (StopIteration, OSError, pa.ArrowException) as error:
        raise ValueError(f"not a record batch: {error}") from error
    if any(column.null_count for column in rows.columns):
        raise ValueError("a row has no value in a column")
    return Batch(head_from(dict(metadata or {})), rows)
