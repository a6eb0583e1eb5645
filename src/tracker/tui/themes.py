"""How the screen looks: dark, light, with high contrast, and safe for colour-blind eyes."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme as TextualTheme

from tracker.app.config import Theme
from tracker.language import _

_BLACK, _WHITE = "#000000", "#ffffff"

HIGH_CONTRAST: Final = TextualTheme(
    "high-contrast",
    primary="#6cc0ff",
    secondary="#d0b0ff",
    success="#5fe08c",
    warning="#ffb52e",
    error="#ff9a9a",
    accent="#ffe066",
    foreground=_WHITE,
    background=_BLACK,
    surface=_BLACK,
    panel="#1c1c1c",
    dark=True,
    variables={
        "text-primary": "#6cc0ff",
        "text-success": "#5fe08c",
        "text-warning": "#ffb52e",
        "text-error": "#ff9a9a",
        "text-accent": "#ffe066",
        "text-muted": "#d0d0d0",
        "phase-down": "#ffb3de",
        "text-phase-down": "#ffb3de",
        "block-cursor-background": _WHITE,
        "block-cursor-foreground": _BLACK,
    },
)
"""Every text has a contrast of at least 7 to 1 (WCAG AAA)."""

COLOUR_BLIND: Final = TextualTheme(
    "colour-blind",
    primary="#56b4e9",
    secondary="#cc79a7",
    success="#009e73",
    warning="#f0e442",
    error="#d55e00",
    accent="#e69f00",
    foreground="#f0f0f0",
    background="#101010",
    surface="#181818",
    panel="#262626",
    dark=True,
    variables={
        "text-primary": "#56b4e9",
        "text-success": "#2fc79a",
        "text-warning": "#f0e442",
        "text-error": "#ff8a3c",
        "text-accent": "#e69f00",
        "phase-down": "#cc79a7",
        "text-phase-down": "#e39ac5",
    },
)
"""Colours that stay apart for people who see red and green alike (Okabe and Ito, 2008)."""


def phase_colours(*, dark: bool) -> dict[str, str]:
    """Return the colours of DOWN in a theme of Textual's, which has none for it.

    UP is primary, HOLD success; amber and red are for corrections and for what cannot wait.
    """
    if dark:
        return {"phase-down": "#b94c93", "text-phase-down": "#f0a6d2"}
    return {"phase-down": "#cc79a7", "text-phase-down": "#8f2a6c"}


NAMES: Final = {
    Theme.DARK: "textual-dark",
    Theme.LIGHT: "textual-light",
    Theme.HIGH_CONTRAST: HIGH_CONTRAST.name,
    Theme.COLOUR_BLIND: COLOUR_BLIND.name,
}
"""What Textual calls them, in the order in which the key goes through them."""

TITLES: Final = {
    Theme.DARK: _("dark"),
    Theme.LIGHT: _("light"),
    Theme.HIGH_CONTRAST: _("high contrast"),
    Theme.COLOUR_BLIND: _("colour blind"),
}
"""What people call them."""
