"""Cuts what a UART sends into lines, whatever way it was cut into notifications."""

from __future__ import annotations

import re
from typing import Final

MOST_LINE_BYTES: Final = 250
"""A header takes 150; whatever is longer has lost its end of line."""

SMALLEST_NOTIFICATION: Final = 20
"""Bytes that fit into a notification at the smallest ATT MTU."""

_LINE_END: Final = re.compile(rb"[\r\n]")
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
_PROMPT: Final = b"> "
"""What a console puts in front of a line."""


class Lines:
    """Holds the beginning of a line until its end has come; no more than `MOST_LINE_BYTES`."""

    def __init__(self) -> None:
        self._begun = b""
        self._is_overlong = False

    def feed(self, data: bytes) -> list[str | None]:
        """Return the lines that `data` completes, and None for each that grows too long."""
        *ended, begun = _LINE_END.split(self._begun + data)
        lines: list[str | None] = []
        for line in ended:
            if self._is_overlong:
                self._is_overlong = False
            elif len(line) > MOST_LINE_BYTES:
                lines.append(None)
            else:
                lines.append(_text(line))
        if self._is_overlong:
            begun = b""
        elif len(begun) > MOST_LINE_BYTES:
            lines.append(None)
            self._is_overlong = True
            begun = b""
        elif _is_whole_object(begun):
            lines.append(_text(begun))
            begun = b""
        self._begun = begun
        return [line for line in lines if line != ""]


def _text(line: bytes) -> str:
    return _CONTROL.sub(b"", line).lstrip(_PROMPT).decode("ascii", errors="replace").strip()


def _is_whole_object(begun: bytes) -> bool:
    """Return whether an object in braces is complete, which then needs no end of line."""
    begun = begun.strip()
    return (
        begun.startswith(b"{") and begun.endswith(b"}") and begun.count(b"{") == begun.count(b"}")
    )


def cut(text: str, size: int = SMALLEST_NOTIFICATION) -> list[bytes]:
    """Return text as a board would notify it, no more than `size` bytes at a time."""
    data = text.encode("ascii")
    return [data[start : start + size] for start in range(0, len(data), size)]
