"""Keys that come faster than they are taken, as over a slow connection: none of them is lost.

A priority key acts at once, while letters that were typed before it still wait in their field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Input

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen


def after_typing(screen: Screen[Any], act: Callable[[], object]) -> None:
    """Act once every field of a screen has taken what was typed, if the screen is there still."""
    fields = list(screen.query(Input))

    def go_on() -> None:
        while fields:
            if fields.pop().call_later(go_on):
                return
        screen.call_later(act_if_current)

    def act_if_current() -> None:
        if screen.is_current:
            act()

    go_on()
