"""How an exercise is done, how to warm up, and when to ask somebody who knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tracker.coach import (
    ASK_FIRST,
    FOR_EVERYBODY,
    HOW_TO,
    NO_DIAGNOSIS,
    WARM_UP,
    red_flag_lines,
)
from tracker.domain import exercise_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

Part = tuple[str, "Sequence[str]"]
"""A heading and the lines below it."""


def guide_parts(exercise: str) -> tuple[Part, ...]:
    """Return what there is to know before a training."""
    return (
        (exercise_named(exercise).title, (*HOW_TO[exercise], *FOR_EVERYBODY)),
        ("Warm up", WARM_UP),
        ("Pain", (ASK_FIRST, NO_DIAGNOSIS, *red_flag_lines())),
    )


def warning_parts() -> tuple[Part, ...]:
    """Return what is said once, before the first training."""
    return (("Before the first training", (ASK_FIRST, *red_flag_lines(), NO_DIAGNOSIS)),)


def guide_text(parts: Sequence[Part]) -> Content:
    """Return each part under its heading."""
    lines: list[Content] = []
    for title, words in parts:
        lines += [Content.styled(title, "bold"), *map(Content, words), Content("")]
    return Content("\n").join(lines[:-1])


class GuideScreen(ModalScreen[None]):
    """Text in a box that scrolls on small terminals."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,enter,q,f2", "dismiss", "Close")]

    def __init__(self, parts: Sequence[Part], closing: str = "escape closes this") -> None:
        super().__init__()
        self._parts = parts
        self._closing_words = closing

    def compose(self) -> ComposeResult:
        """Put each part under its heading."""
        with VerticalScroll() as box:
            # On the frame, because the last line of a long text is out of sight.
            box.border_subtitle = f"↑ ↓ scroll · {self._closing_words}"
            yield Static(guide_text(self._parts))
