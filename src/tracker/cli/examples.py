"""How the examples at the end of a command's help are laid out."""

from __future__ import annotations

_KEEP_LINES_AS_THEY_ARE = "\b"


def examples(*lines: tuple[str, str]) -> str:
    """Return the epilog of a command's help from pairs of a call and what it does."""
    width = max(len(call) for call, _ in lines)
    rows = [f"  {call:<{width}}  {what}" for call, what in lines]
    return "\n".join([_KEEP_LINES_AS_THEY_ARE, "Examples:", *rows])
