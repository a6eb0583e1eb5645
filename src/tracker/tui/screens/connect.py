"""Between the set-up and the training: the sensor is being connected, or why it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.runtime.studio import Start
    from tracker.tui.app import TrackerApp


class ConnectScreen(Screen[None]):
    """Says what is going on, and offers to try again."""

    app: TrackerApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try again"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, start: Start) -> None:
        super().__init__()
        self._start = start
        self._failed = False
        self._words = self._waiting

    @property
    def _waiting(self) -> str:
        return f"Connecting to {self._start.device.name} …\n\nBring it near, and move it once."

    def compose(self) -> ComposeResult:
        """Put the words in the middle."""
        yield Static(Content(f"Connect · {self._start.device.name}"), id="title")
        with Vertical():
            yield Static(id="words")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Say what is waited for, or what has failed even before there was a screen."""
        self._say()

    def fail(self, why: str) -> None:
        """Say why there is no connection."""
        self._failed = True
        self._words = f"! No connection\n\n{why}"
        self._say()

    def _say(self) -> None:
        for words in self.query("#words").results(Static):
            words.update(Content(self._words))
            words.set_class(self._failed, "-failure")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to try again once it failed."""
        return self._failed if action == "retry" else True

    def action_retry(self) -> None:
        """Connect again."""
        self._failed = False
        self._words = self._waiting
        self._say()
        self.app.connect_again(self._start)

    def action_back(self) -> None:
        """Give up, and go back to the set-up."""
        self.app.give_up()
