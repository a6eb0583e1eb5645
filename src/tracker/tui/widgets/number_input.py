"""A field for a number, in which letters remain keys of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.widgets import Input

if TYPE_CHECKING:
    from textual.events import Key

_TYPED: Final = frozenset("0123456789.,")


class NumberInput(Input):
    """Takes digits, a point or a comma, and nothing else."""

    def __init__(self, value: str, field: str) -> None:
        super().__init__(value, id=field, compact=True, placeholder="–", restrict=r"[\d.,]*")

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Leave everything that cannot be part of a number to the screen."""
        return character in _TYPED

    async def _on_key(self, event: Key) -> None:
        """Let such a key go up to the screen, where its binding is."""
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()
