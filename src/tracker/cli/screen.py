"""Whether there is a screen to show a training on."""

from __future__ import annotations

import os
import sys


def screen_is_there() -> bool:
    """Say whether somebody sits before a terminal, or a browser, that can show the screen."""
    # Set by `tracker serve`: Textual then draws to pipes.
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
