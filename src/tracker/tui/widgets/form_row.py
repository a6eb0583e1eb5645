"""One line of a form: what is asked, where it is answered, and a word of help beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Label

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


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
        self._label = label
        self._title = Label(f" {label}", classes="form--label", markup=False)
        self._field = field
        self._hint = Label(hint, classes="form--hint", markup=False)
        field.add_class("form--field")

    def compose(self) -> ComposeResult:
        """Put the three beside each other."""
        yield self._title
        yield self._field
        yield self._hint

    def on_descendant_focus(self) -> None:
        """Point at the row that is filled in, also where there are no colours."""
        self._title.update(f"▸{self._label}")
        self._title.add_class("-asked")

    def on_descendant_blur(self) -> None:
        """Point at it no longer."""
        self._title.update(f" {self._label}")
        self._title.remove_class("-asked")

    def hint(self, text: str) -> None:
        """Say something else beside the field."""
        self._hint.update(text)
