"""One module for each screen, with its layout beside it.

Here is what screens tell the flow, and what the engine tells them: things that happen once and
must not be missed. Everything else is sampled from the snapshot.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tracker.language import _
from tracker.tui.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Event


Answer = TypeVar("Answer")


class FlowScreen(Screen[Answer], Generic[Answer]):
    """A screen that the flow asks, and that returns an answer."""

    def on_mount(self) -> None:
        """Have the words ready for a terminal that is too small."""
        self.mount(TooSmall())
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        columns, rows = LEAST_SIZE
        size = self.app.size
        self.set_class(size.width < columns or size.height < rows, "-tiny")
        self.set_class(size.height < FEW_ROWS, "-least")

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


LEAST_SIZE: Final = (40, 12)
"""Columns and rows below which nothing can be read."""


FEW_ROWS: Final = 16
"""Below this, a screen shows what matters most, and nothing else."""


class TooSmall(Plain):
    """In place of everything on a terminal that is too small."""

    DEFAULT_CSS = """
    TooSmall { display: none; width: 100%; height: 100%; content-align: center middle; }
    """

    def __init__(self) -> None:
        columns, rows = LEAST_SIZE
        super().__init__(_("Enlarge to {size}").format(size=f"{columns}×{rows}"))


class KeyHints(Footer):
    """The keys that fit; the last ones give way first, but never those for help and the end."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    async def recompose(self) -> None:
        """Make the keys anew, as after every change of what can be done, and fit them."""
        await super().recompose()
        self._fit()

    def _fit(self) -> None:
        keys = list(self.query(FooterKey))
        needed = {key: len(key.key_display) + len(key.description) + 2 for key in keys}
        spare = self.size.width - sum(needed.values())
        for key in keys[-4::-1]:
            key.display = spare >= 0
            spare += 0 if key.display else needed[key]


class Next(Enum):
    """Where the wearer wants to go from a screen."""

    TRAIN = auto()
    REST = auto()
    FINISH = auto()
    """To the summary."""
    DONE = auto()
    """The training is over."""
    HISTORY = auto()
    PEOPLE = auto()
    """To choose who trains."""
    REPLAY = auto()
    EDIT = auto()
    """To the correction of a past session."""
    BACK = auto()


@dataclass
class EventPosted(Message, bubble=False):
    """An event of the engine."""

    event: Event
