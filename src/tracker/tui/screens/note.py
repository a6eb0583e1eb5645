"""A line of the wearer's own, about the set or the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tracker.domain import NoteEntered
from tracker.domain.entries import LONGEST_NOTE

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.screen import Screen

    from tracker.runtime.playback import Playback
    from tracker.runtime.session import Session


def take_note(
    screen: Screen[None], training: Session | Playback, set_index: int | None, known: str
) -> None:
    """Ask for a note on a set, or on the session, and enter what is new.

    Parameters
    ----------
    screen
        Where it is asked for.
    training
        Takes the note.
    set_index
        The set that it is about; None is the whole session.
    known
        The note that there is.
    """

    def keep(text: str | None) -> None:
        if text is not None and text != known:
            training.enter(NoteEntered(text, set_index))

    about = "the session" if set_index is None else f"set {set_index}"
    screen.app.push_screen(NoteScreen(about, known), keep)


class NoteScreen(ModalScreen[str | None]):
    """Returns the note, or None if there is to be none."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Cancel")]

    def __init__(self, about: str, note: str = "") -> None:
        super().__init__()
        self._about = about
        self._note = note

    def compose(self) -> ComposeResult:
        """Ask."""
        with Vertical() as box:
            box.border_subtitle = "enter keeps it · escape does not"
            yield Label(f"Note on {self._about}", markup=False)
            yield Input(
                self._note,
                max_length=LONGEST_NOTE,
                placeholder="what you want to keep",
                compact=True,
                # A key at the end of what is there adds to it.
                select_on_focus=False,
            )

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Keep it."""
        self.dismiss(message.value.strip())
