"""Rows of a form, and its fields: a choice on one line, and a number.

In a number field, letters remain keys of the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from tracker.language import pgettext
from tracker.tui.plain import Shown, Words, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Key


class FormRow(Horizontal):
    """A label, a field and a hint."""

    DEFAULT_CSS = """
    FormRow { height: 1; }
    FormRow > .form--label { width: 16; color: $text-muted; }
    FormRow > .form--field { width: 22; }
    FormRow > .form--hint { width: 1fr; padding: 0 1; color: $text-muted; }
    FormRow > .form--label.-asked { color: $foreground; text-style: bold; }
    """

    def __init__(self, label: str, field: Widget, hint: str = "") -> None:
        super().__init__()
        self.label = label
        self.field = field
        self.hint_text = hint
        self._title = Words(f" {label}", classes="form--label")
        self._hint = Words(hint, classes="form--hint")
        field.add_class("form--field")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self.field
        yield self._hint

    def on_mount(self) -> None:
        """Make room for the longest label of the form, in whichever language."""
        assert self.parent is not None
        rows = self.parent.query_children(FormRow)
        self._title.styles.min_width = max(row.label_width for row in rows)

    @property
    def label_width(self) -> int:
        """Columns of the label, with the sign before it and the gap to a field that has none."""
        return 1 + len(self.label) + (0 if isinstance(self.field, Choice) else 1)

    def on_descendant_focus(self) -> None:
        """Point at the row with the focus, with a sign that needs no colour."""
        self._title.update(f"▸{self.label}")
        self._title.add_class("-asked")
        self._place_hint()

    def on_descendant_blur(self) -> None:
        self._title.update(f" {self.label}")
        self._title.remove_class("-asked")
        self._place_hint()

    def hint(self, text: str) -> None:
        """Change the hint."""
        self.hint_text = text
        self._place_hint()

    def on_resize(self) -> None:
        self._place_hint()

    def _place_hint(self) -> None:
        """Show the hint beside the field if it fits, else that of the asked row on the frame."""
        width = self._hint.content_region.width
        # Without any, nothing is laid out yet.
        fits = width <= 0 or cell_len(self.hint_text) <= width
        self._hint.update(self.hint_text if fits else "")
        frame = next((each for each in self.ancestors if each.has_class("panel")), None)
        if isinstance(frame, Widget):
            if self._title.has_class("-asked") and not fits:
                frame.border_subtitle = self.hint_text
            elif frame.border_subtitle == self.hint_text:
                frame.border_subtitle = ""


class Choice(Widget, can_focus=True):
    """One of a few options, by title and value: left and right, or a click, choose another."""

    DEFAULT_CSS = """
    Choice { width: 1fr; height: 1; padding: 0 1; }
    Choice:focus {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: bold;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", pgettext("choice", "Before"), show=False),
        Binding("right,space", "step(1)", pgettext("choice", "Next"), show=False),
    ]

    place: reactive[int] = reactive(0)

    class Changed(Message):
        """Something else was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The widget in which it was chosen."""
            return self.choice

    def __init__(
        self, options: Sequence[tuple[str, str]], value: str, widget_id: str | None = None
    ) -> None:
        super().__init__(id=widget_id)
        self.options = tuple(options)
        known = [each for _, each in self.options]
        self.set_reactive(Choice.place, known.index(value) if value in known else 0)

    @property
    def value(self) -> str:
        """What is chosen."""
        return self.options[self.place][1]

    def choose(self, value: str) -> None:
        """Choose a value without a message."""
        self.place = [each for _, each in self.options].index(value)

    def action_step(self, step: int) -> None:
        """Choose the next one, or the one before; the first follows the last."""
        self.place = (self.place + step) % len(self.options)
        self.post_message(self.Changed(self))

    def on_click(self) -> None:
        self.action_step(1)

    def render(self) -> Shown:
        return plain(f"◂ {self.options[self.place][0]} ▸")


_TYPED: Final = frozenset("0123456789.,")


class NumberInput(Input):
    """Takes digits, a point or a comma, and nothing else."""

    def __init__(self, value: str, field: str) -> None:
        super().__init__(value, id=field, compact=True, placeholder="–", restrict=r"[\d.,]*")

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Leave every key that can't be part of a number to the screen."""
        return character in _TYPED

    async def _on_key(self, event: Key) -> None:
        """Let such a key bubble up to the screen, where its binding is."""
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()
