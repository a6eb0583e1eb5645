"""Parameters that several commands share.

Parameters of the commands that have to do with the training log.

How a command line names a sensor.

The options that make a plan, for every command that trains.

How the examples at the end of a command's help are laid out.

Whether a command is heard, and where: the default device, the terminal's bell, or a file.

Whether there is a screen to show a training on.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from tracker.domain import EXERCISES, Plan, Tempo, exercise_named, parse_tempo
from tracker.domain.plan import LONGEST_HOLD_S, MOST_LOAD_KG, MOST_REPS, VELOCITY_LOSS_SHARES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tracker.app.session import Session
    from tracker.sound import Opened

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


kind_option: Final = click.option(
    "--kind",
    metavar="KIND",
    help="Kind of the sensor, where it does not tell by itself.",
)

setting_option: Final = click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Something about the sensor that its bytes do not say; may be given again.",
)

second_option: Final = click.option(
    "--second",
    metavar="ADDRESS",
    help="Another sensor, recorded beside the first; reps are counted from the first.",
)


_LEAST_LOSS, _MOST_LOSS = (round(100.0 * share) for share in VELOCITY_LOSS_SHARES)


class TempoCode(click.ParamType[Tempo]):
    """A tempo, as `3-0-1-2` or `up=1 hold=2 down=3`."""

    name = "tempo"

    def convert(
        self, value: str | Tempo, param: click.Parameter | None, ctx: click.Context | None
    ) -> Tempo:
        """Return the tempo; what can be read in two ways is refused with the question."""
        return parse_tempo(value) if isinstance(value, str) else value


class Percent(click.ParamType[float]):
    """A share in percent, with or without the sign."""

    name = "percent"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share."""
        try:
            percent = float(str(value).removesuffix("%"))
        except ValueError:
            self.fail(f"expected a number of percent, got {value!r}.", param, ctx)
        if not _LEAST_LOSS <= percent <= _MOST_LOSS:
            self.fail(f"expected {_LEAST_LOSS} to {_MOST_LOSS} %, got {value!r}.", param, ctx)
        return percent / 100.0


_OPTIONS: Final = (
    click.option(
        "--load-kg",
        type=click.FloatRange(0.0, MOST_LOAD_KG),
        metavar="X",
        help="Load on the hips, kg; 0 is bodyweight.",
    ),
    click.option(
        "--tempo",
        type=TempoCode(),
        metavar="T",
        help="Planned tempo, down-floor-up-hold: 3-0-1-2, 30X2, or 'up=1 hold=2 down=3'.",
    ),
    click.option(
        "--reps",
        type=click.IntRange(1, MOST_REPS),
        metavar="N",
        help="Reps of a set; you are told when they are done.",
    ),
    click.option(
        "--hold",
        type=click.FloatRange(0.0, LONGEST_HOLD_S),
        metavar="S",
        help="Seconds to hold the top.  [default: the tempo's, else one]",
    ),
    click.option(
        "--velocity-loss",
        type=Percent(),
        metavar="PERCENT",
        help="End a set when a rep is so much slower than its fastest.",
    ),
    click.option(
        "--keep-tension", is_flag=True, help="Say so when the hips rest on the floor between reps."
    ),
    click.option("--no-breathing", is_flag=True, help="No reminders to breathe out."),
)


def plan_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a plan; it takes `plan`, None where none was made."""

    @wraps(command)
    def planned(
        *arguments: Any,
        load_kg: float | None,
        tempo: Tempo | None,
        reps: int | None,
        hold: float | None,
        velocity_loss: float | None,
        keep_tension: bool,
        no_breathing: bool,
        **others: Any,
    ) -> None:
        plan = Plan(
            load_kg=load_kg,
            target_reps=reps,
            tempo=tempo,
            lockout_goal_s=hold,
            velocity_loss=velocity_loss,
            keep_tension=keep_tension,
            breathing=not no_breathing,
        )
        command(*arguments, plan=None if plan == Plan() else plan, **others)

    with_options: Callable[..., None] = planned
    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


_KEEP_LINES_AS_THEY_ARE = "\b"


def examples(*lines: tuple[str, str]) -> str:
    """Return the epilog of a command's help from pairs of a call and what it does."""
    width = max(len(call) for call, _ in lines)
    rows = [f"  {call:<{width}}  {what}" for call, what in lines]
    return "\n".join([_KEEP_LINES_AS_THEY_ARE, "Examples:", *rows])


@dataclass(frozen=True, slots=True)
class SoundWish:
    """What was said about sound."""

    on: bool | None = None
    """Whether it is to be heard; None is as usual: on the screen, and not beside lines."""
    file: Path | None = None
    """Write it to this WAV file instead of playing it."""

    @property
    def beside_lines(self) -> bool:
        """Whether it is to be heard where there is no screen."""
        return self.on is True or self.file is not None

    def opener(self) -> Callable[[Callable[[], object]], Opened] | None:
        """Return what opens the player for the screen; None if there is to be no sound."""
        if self.on is False and self.file is None:
            return None

        def opened(ring: Callable[[], object]) -> Opened:
            # NumPy and the device's library cost 0.1 s.
            from tracker.app.clock import SYSTEM_CLOCK
            from tracker.sound import open_player

            return open_player(SYSTEM_CLOCK, wav=self.file, ring=lambda: _ignored(ring()))

        return opened


USUAL: Final = SoundWish()
"""Nothing was said about sound."""


def _ignored(_result: object) -> None:
    """Take a result that nobody wants."""


def sound_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about sound; the command is given them together, as `sound`."""

    @click.option(
        "--sound/--no-sound",
        "sound_on",
        default=None,
        help="Hear counts, beats and cues.  [default: on the screen, as chosen in the set-up]",
    )
    @click.option(
        "--sound-to",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE.wav",
        help="Write what would be heard to a file, which is replaced.",
    )
    @wraps(command)
    def with_sound(
        *args: object, sound_on: bool | None, sound_to: Path | None, **options: object
    ) -> object:
        return command(*args, sound=SoundWish(sound_on, sound_to), **options)

    return with_sound


@asynccontextmanager
async def heard_beside_lines(wish: SoundWish, session: Session) -> AsyncGenerator[None]:
    """Let a session be heard that is shown as lines, if that was wished for."""
    if not wish.beside_lines:
        yield
        return
    from tracker.app.audio import AudioFeedback
    from tracker.app.clock import SYSTEM_CLOCK
    from tracker.sound import open_player

    opened = await asyncio.to_thread(open_player, SYSTEM_CLOCK, wav=wish.file)
    if opened.complaint is not None:
        click.echo(opened.complaint, err=True)
    sounding = AudioFeedback(opened.player)
    session.add_sink(sounding)
    looking = asyncio.ensure_future(sounding.run(session.snapshot, SYSTEM_CLOCK))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        # It plays its last sounds first, in 4 s at most.
        await asyncio.to_thread(opened.player.close)


def screen_is_there() -> bool:
    """Say whether somebody sits before a terminal, or a browser, that can show the screen."""
    # Set by `tracker serve`: Textual then draws to pipes.
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
