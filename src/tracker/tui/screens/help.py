"""What the keys do and what the numbers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

HELP: Final = """\
[b]Keys[/b]
 space   pause and go on              (replay, simulator)
 ← →     5 seconds back, forward      (replay, simulator)
 + -     faster, slower               (replay, simulator)
 s       start or stop a set by hand
 c       hold a level lockout still for 3 s: your own level
 t       light or dark
 q       quit; the recording is closed first

[b]Numbers[/b]
 3.0-0.4-0.9-1.6 is down, floor, up, hold in seconds,
 the order in which tempo is written. The line below it
 has your own order: a hip thrust starts with the way up.
 A rep counts when its hold at the top starts.
 Range is how far the pelvis turns. – means not known.

The sensor sees the pelvis, not the spine. If it hurts,
stop, and ask a doctor or a qualified trainer.

[dim]Any of escape, ? and q closes this.[/dim]"""


class HelpScreen(ModalScreen[None]):
    """Help over whatever is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,question_mark,q", "dismiss", "Close"),
    ]

    def compose(self) -> ComposeResult:
        """Put the text into a box that scrolls on small terminals."""
        with VerticalScroll():
            yield Static(HELP)
