"""One module for each screen, with its layout beside it.

Here is what screens tell the flow, and what the engine tells them: things that happen once and
must not be missed. Everything else is sampled from the snapshot.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Event


Answer = TypeVar("Answer")


class FlowScreen(Screen[Answer], Generic[Answer]):
    """A screen that the flow asks, and that returns an answer."""

    def answer(self, answer: Answer | None = None) -> None:
        """Return to the flow, once, and not while another screen lies over this one."""
        if self.is_active:
            self.dismiss(answer)

    def action_back(self) -> None:
        self.answer()

    def choices(self) -> Sequence[tuple[str, str]]:
        """Return the lines of a list to choose from, each with a remark; for the phone's page."""
        return ()

    def choose(self, place: int) -> None:
        """Choose one of them."""

    def update_view(self) -> None:
        """Show how things stand."""

    def update_if_there(self) -> None:
        """Do so later on, when the screen may be on its way out and its widgets gone."""
        with suppress(NoMatches):
            self.update_view()


class Next(Enum):
    """Where the wearer wants to go from a screen."""

    TRAIN = auto()
    REST = auto()
    FINISH = auto()
    """To the summary."""
    DONE = auto()
    """The training is over."""
    HISTORY = auto()
    REPLAY = auto()
    BACK = auto()


@dataclass
class EventPosted(Message, bubble=False):
    """An event of the engine."""

    event: Event
