"""The fixed parts of the recording format that `docs/recording-format.md` describes."""

from __future__ import annotations

import struct
from typing import Any, Final

import pyarrow as pa

VERSION: Final = 1
"""Major version of the format; a reader refuses any other."""

FORMAT: Final = f"tracker.recording/{VERSION}"
"""Name of the format, at the head of the file and in every seal."""

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
"""What closes an Arrow stream."""

MAX_BATCH_ROWS: Final = 4096
"""Rows of one batch: no sensor sends as many in a second, and an import stays small in memory."""

MAX_BATCH_BYTES: Final = 1 << 20
"""Content of one batch, bytes: what one damaged place can cost; a live second has some 10 kB."""

MAX_PAYLOAD_BYTES: Final = MAX_BATCH_BYTES
"""Bytes in one notification; Bluetooth allows 512, only imported blocks are larger."""

MAX_CHANNEL_BYTES: Final = 255
"""Bytes in a channel's name; a UUID has 36."""

MAX_INFO_BYTES: Final = 16 << 10
"""Session information as JSON, bytes: it is repeated in every batch."""

MAX_METADATA_BYTES: Final = 64 << 10
"""Metadata of one message, bytes: a damaged length may claim 2 GB, real ones are below 20 kB."""

MAX_MESSAGE_BYTES: Final = 4 << 20
"""One whole message, bytes: a full batch with its offsets and padding fits twice."""
