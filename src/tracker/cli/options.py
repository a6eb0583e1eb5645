"""Parameters that several commands share."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem

from tracker.domain import EXERCISES, exercise_named

MAX_SPEED: Final = "max"
"""What is written for a speed without any waiting."""


class ExerciseName(click.ParamType[str]):
    """One of the exercises; a wrong name gets the nearest right one as an answer."""

    name = "exercise"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name as it is in files."""
        return exercise_named(value.replace("-", "_")).name

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the exercises to the shell."""
        return [
            CompletionItem(each.name, help=each.title)
            for each in EXERCISES.values()
            if each.name.startswith(incomplete.replace("-", "_"))
        ]


class PositiveNumber(click.ParamType[float]):
    """A finite number above 0, or one of the words that stand for infinity."""

    name = "number"

    def __init__(self, word_for_infinity: str | None = None) -> None:
        self._word_for_infinity = word_for_infinity

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, infinity for its word."""
        if value == self._word_for_infinity:
            return math.inf
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number > 0.0):
            word = "" if self._word_for_infinity is None else f" or {self._word_for_infinity!r}"
            self.fail(f"expected a number above 0{word}, got {value!r}.", param, ctx)
        return number


class MomentOfDay(click.ParamType[datetime]):
    """A moment of a day, ISO 8601; without an offset it is in the time zone of this computer."""

    name = "moment"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment with its offset."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"expected a time as 2026-03-01T18:30:00+01:00, got {value!r}.", param, ctx)
        return moment if moment.tzinfo is not None else moment.astimezone()


FILE: Final = click.Path(path_type=Path)
"""A path that is not looked at yet: the rooms that read and write have the better messages."""

exercise_option: Final = click.option(
    "--exercise",
    type=ExerciseName(),
    help=f"What was trained: {', '.join(EXERCISES)}.  "
    "[default: what the file says, else hip_thrust]",
)

acc_unit_option: Final = click.option(
    "--acc-unit",
    type=click.Choice(["m/s2", "g"]),
    help="Unit of the acc columns of a CSV.  [default: what the file says, else m/s2]",
)

gyro_unit_option: Final = click.option(
    "--gyro-unit",
    type=click.Choice(["rad/s", "deg/s"]),
    help="Unit of the gyro columns of a CSV.  [default: what the file says, else rad/s]",
)

acc_points_option: Final = click.option(
    "--acc-points",
    type=click.Choice(["up", "down"]),
    help="Which way acceleration points at rest: down in what an iPhone saves by itself, up in "
    "everything else.  [default: what the file says, else up]",
)

headless_option: Final = click.option(
    "--headless",
    is_flag=True,
    help="Plain lines instead of the screen; so it is anyway where there is no terminal.",
)

speed_option: Final = click.option(
    "--speed",
    type=PositiveNumber(MAX_SPEED),
    metavar="X|max",
    help="How many times as fast as it happened.  [default: 1 on the screen, max for plain lines]",
)

seconds_option: Final = click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help="End after so many seconds of the session.",
)

output_option: Final = click.option(
    "-o", "--output", type=FILE, required=True, metavar="FILE", help="The file to write."
)

force_option: Final = click.option(
    "--force", is_flag=True, help="Replace the output file if it exists."
)
