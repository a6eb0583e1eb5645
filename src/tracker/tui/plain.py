"""The one way of text to the screen: nothing in it is taken for markup, or controls the terminal.

Textual reads `[…]` in a string as markup, and ends the app for some that makes no sense; what
would move the cursor it passes on to the terminal. So the rest of this room uses `Plain` in place
of Textual's `Static` and `Label`, `plain` in place of `Content`, and `cells` for tables; a lint
rule holds it to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.content import Content
from textual.markup import escape
from textual.widgets import Label, Static

from tracker.domain.foreign_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import LiteralString

    from textual.style import Style
    from textual.visual import VisualType

Shown = Content
"""What `plain` makes of a text; for annotations."""


def plain(text: str, style: str | Style = "") -> Shown:
    """Return `text` as it is to be seen, all of it in one style."""
    return Content.styled(visible(text), style) if style else Content(visible(text))


def joined(parts: Iterable[Shown], between: str = "\n") -> Shown:
    """Return parts one after the other."""
    return Content(between).join(parts)


def markup(text: LiteralString) -> Shown:
    """Return a text of ours, whose markup is meant."""
    return Content.from_markup(text)


def cells(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts as cells of a `DataTable`, which takes every string for markup."""
    return tuple(escape(" ".join(visible(text).split("\n"))) for text in texts)


def columns_that_fit(widths: Sequence[int], give_way: Iterable[int], room: int) -> tuple[int, ...]:
    """Return the places of the columns of a `DataTable` to show in so much room.

    Those of `give_way` are left out one after the other, the first one first.
    """
    left = dict(enumerate(widths))
    for place in give_way:
        if sum(width + 2 * PADDING for width in left.values()) <= room:
            break
        del left[place]
    return tuple(left)


PADDING: Final = 1
"""Columns of a cell on either side of its text."""


class _AsItIs(Static):
    """Takes a string as it is."""

    def __init__(self, text: str | Shown = "", **options: Any) -> None:
        super().__init__(_shown(text), **{**options, "markup": False})

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        super().update(_shown(content) if isinstance(content, str) else content, layout=layout)


class Plain(_AsItIs):
    """A text that fills its line."""


class Words(Label, _AsItIs):
    """A text that is as wide as its words."""


def _shown(text: str | Shown) -> Shown:
    return plain(text) if isinstance(text, str) else text
