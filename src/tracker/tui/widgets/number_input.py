"""A field for a number, in which letters remain keys of the screen."""

from __future__ import annotations

from typing import Final

from textual.widgets import Input

_TYPED: Final = frozenset("0123456789.,")


class NumberInput(Input):
    """Takes digits, a point or a comma, and nothing else."""

    def __init__(self, value: str, field: str) -> None:
        super().__init__(value, id=field, compact=True, placeholder="–", restrict=r"[\d.,]*")

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Leave everything that cannot be part of a number to the screen."""
        return character in _TYPED
