"""Parameters of the commands that have to do with the training log."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import click

SESSION: Final = "ID"
"""What stands for a session in the help of a command."""

SESSION_HELP: Final = (
    "ID is the number that `tracker history` shows, `last`, or the beginning of the name of the "
    "recording."
)


class Day(click.ParamType[datetime]):
    """A day as `2026-11-25`: the moment at which it begins where the wearer is."""

    name = "day"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return midnight, with its offset."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").astimezone()
        except (ValueError, OverflowError, OSError):
            self.fail(f"expected a day as 2026-11-25, got {value!r}.", param, ctx)
