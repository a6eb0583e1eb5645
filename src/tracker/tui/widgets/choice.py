"""One of a few, on a single line: the keys left and right, or a click, take the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType


class Choice(Widget, can_focus=True):
    """Shows the title of what is chosen between two arrows.

    Parameters
    ----------
    options
        Titles and the values that they stand for.
    value
        What is chosen at first; the first option, if it is none of them.
    widget_id
        Identifier of the widget.
    """

    DEFAULT_CSS = """
    Choice { width: 1fr; height: 1; padding: 0 1; }
    Choice:focus {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: bold;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Before", show=False),
        Binding("right,space", "step(1)", "Next", show=False),
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
        self._options = tuple(options)
        known = [each for _, each in self._options]
        self.set_reactive(Choice.place, known.index(value) if value in known else 0)

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._options[self.place][1]

    def choose(self, value: str) -> None:
        """Choose a value without telling anybody."""
        self.place = [each for _, each in self._options].index(value)

    def action_step(self, step: int) -> None:
        """Choose the next one, or the one before; behind the last comes the first."""
        self.place = (self.place + step) % len(self._options)
        self.post_message(self.Changed(self))

    def on_click(self) -> None:
        """Choose the next one."""
        self.action_step(1)

    def render(self) -> Content:
        """Draw the title between arrows."""
        return Content(f"◂ {self._options[self.place][0]} ▸")
