"""Options and parameter types that several commands share, and the layout of their examples."""

from __future__ import annotations

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

from tracker.app.paths import RECORDING_SUFFIX
from tracker.cli.completion import sensor_kinds
from tracker.cli.terminal import say
from tracker.domain import EXERCISES, InputError, OutputError, Plan, exercise_named, parse_tempo
from tracker.domain.loads import MOST_LOAD_KG, load_unit, parse_load_kg
from tracker.domain.plan import (
    LONGEST_HOLD_S,
    MOST_REPS,
    MOST_SETS,
    VELOCITY_LOSS_SHARES,
)
from tracker.domain.units import decimal_number
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tracker.app.session import Session
    from tracker.sound import Opened

MAX_SPEED: Final = "max"
"""Typed for a speed without any waiting."""


class ExerciseName(click.ParamType[str]):
    """One of the exercises; a wrong name is answered with the nearest right one."""

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
    """A finite number above 0, or a word that stands for infinity."""

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
            number = decimal_number(value) if isinstance(value, str) else value
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number > 0.0):
            wanted = (
                _("expected a number above 0, got {value!r}.")
                if self._word_for_infinity is None
                else _("expected a number above 0 or {word!r}, got {value!r}.")
            )
            self.fail(wanted.format(word=self._word_for_infinity, value=value), param, ctx)
        return number


class DecimalNumber(click.ParamType[float]):
    """A number with a decimal point or a decimal comma, within limits."""

    name = "number"

    def __init__(self, least: float = -math.inf, most: float = math.inf) -> None:
        self._least, self._most = least, most

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        try:
            number = decimal_number(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        if not self._least <= number <= self._most:
            wanted = _("expected {least} to {most}, got {value}.")
            self.fail(
                wanted.format(least=f"{self._least:g}", most=f"{self._most:g}", value=value),
                param,
                ctx,
            )
        return number


class Load(click.ParamType[float]):
    """A load such as `60kg`, `62,5kg` or `135lb`; without a unit, in the wearer's."""

    name = "load"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the load in kilograms."""
        if not isinstance(value, str):
            return value
        try:
            return parse_load_kg(value, load_unit())
        except InputError as error:
            self.fail(f"{error.problem}.", param, ctx)


def one_load(load: float | None, load_kg: float | None) -> float | None:
    """Return the load given by one of two options, kg."""
    if load is not None and load_kg is not None:
        raise click.UsageError(_("either --load or --load-kg"))
    return load_kg if load is None else load


def moment_of_day(text: str) -> datetime:
    """Read an ISO 8601 time; without an offset it is in the time zone of this computer."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            _("expected a time such as 2026-03-01T18:30:00+01:00, got {text!r}.").format(text=text)
        ) from None
    return moment if moment.tzinfo is not None else moment.astimezone()


def day(text: str) -> datetime:
    """Read a day such as `2026-11-25` as its first moment in the time zone of this computer."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except (ValueError, OverflowError, OSError):
        raise click.BadParameter(
            _("expected a day such as 2026-11-25, got {text!r}.").format(text=text)
        ) from None


FILE: Final = click.Path(path_type=Path)
"""A path that click does not check: the rooms that read and write have better messages."""


def format_option(*formats: str, explained: str) -> Callable[[Callable[..., Any]], Any]:
    """Return the option of what is printed; the command gets it as `output_format`."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=explained,
    )


exercise_option: Final = click.option(
    "--exercise",
    type=ExerciseName(),
    help=_("What was trained: {names}.  [default: what the file says, else hip_thrust]").format(
        names=", ".join(EXERCISES)
    ),
)


def import_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about files of samples; the command gets `options: ImportOptions`."""

    @click.option(
        "--acc-unit",
        type=click.Choice(["m/s2", "g"]),
        help=_("Unit of the acc columns of a CSV.  [default: what the file says, else m/s2]"),
    )
    @click.option(
        "--gyro-unit",
        type=click.Choice(["rad/s", "deg/s"]),
        help=_("Unit of the gyro columns of a CSV.  [default: what the file says, else rad/s]"),
    )
    @click.option(
        "--acc-points",
        type=click.Choice(["up", "down"]),
        help=_(
            "Direction of the acceleration at rest: down in files that an iPhone saved in its "
            "own convention, up in all others.  [default: what the file says, else up]"
        ),
    )
    @click.option(
        "--setting",
        "settings",
        multiple=True,
        metavar="KEY=VALUE",
        help=_(
            "What puts a sensor's numbers right, as gyro_axes=-x,-y,-z or acc_factor=0.5, or a "
            "setting of its decoder; repeatable."
        ),
    )
    @wraps(command)
    def with_options(
        *arguments: object,
        acc_unit: str | None,
        gyro_unit: str | None,
        acc_points: str | None,
        settings: tuple[str, ...],
        **others: object,
    ) -> object:
        # The importers cost Arrow (0.1 s).
        from tracker.importers import AccUnit, GyroUnit, ImportOptions

        options = ImportOptions(
            None if acc_unit is None else AccUnit(acc_unit),
            None if gyro_unit is None else GyroUnit(gyro_unit),
            None if acc_points is None else acc_points == "down",
            settings,
        )
        return command(*arguments, options=options, **others)

    return with_options


class RoutineName(click.ParamType[str]):
    """One of the routines."""

    name = "routine"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name as the coach has it."""
        # The coach costs NumPy, which the help of a command does without.
        from tracker.coach import ROUTINES

        name = value.replace("-", "_")
        if not name or name not in ROUTINES:
            known = ", ".join(filter(None, ROUTINES))
            self.fail(
                _("{value!r} is no routine; known: {known}.").format(value=value, known=known),
                param,
                ctx,
            )
        return name

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the routines to the shell."""
        from tracker.coach import ROUTINES

        return [
            CompletionItem(name, help=words)
            for name, words in ROUTINES.items()
            if name and name.startswith(incomplete.replace("-", "_"))
        ]


headless_option: Final = click.option(
    "--headless",
    is_flag=True,
    help=_("Print plain lines instead of the screen; the default without a terminal."),
)

plain_option: Final = click.option(
    "--plain",
    is_flag=True,
    help=_(
        "Train in lines, by questions and sentences, for a screen reader.  [default: as chosen "
        "with tracker config plain; on a terminal that can't draw]"
    ),
)

speed_option: Final = click.option(
    "--speed",
    type=PositiveNumber(MAX_SPEED),
    metavar="X|max",
    help=_("Playback speed; 1 is real time.  [default: 1 on the screen, max for plain lines]"),
)


LIVE_BLOCK_SAMPLES: Final = 5
"""As many samples of a file as a radio delivers at once: `emitted_s` is then what it is live."""

events_option: Final = click.option(
    "--events",
    multiple=True,
    metavar="TARGET",
    help=_(
        "Send the live events to TARGET: as lines of JSON to - (stdout), a new FILE or a named "
        "pipe; or to mqtt://HOST, osc://HOST:PORT or lsl:NAME (docs/live.md). Repeatable."
    ),
)


def recording_file(text: str) -> Path:
    """Read the name of a recording to be written, which other commands know by its ending.

    The ending also keeps `-o session.csv` from replacing the samples with the recording.
    """
    path = Path(text)
    if path.suffix.lower() != RECORDING_SUFFIX:
        raise OutputError(
            text,
            _("the name of a recording must end in {suffix}").format(suffix=RECORDING_SUFFIX),
            _("For example: -o {file}").format(file=(path.stem or "session") + RECORDING_SUFFIX),
        )
    return path


recording_output_option: Final = click.option(
    "-o",
    "--output",
    type=recording_file,
    required=True,
    metavar="FILE",
    help=_("The recording to write."),
)

force_option: Final = click.option(
    "--force", is_flag=True, help=_("Replace the output file if it exists.")
)

SESSION: Final = "ID"
"""Stands for a session in the help of a command."""


def help_on_sessions(*paragraphs: str) -> str:
    """Return the help of a command for sessions: its paragraphs, and what its ID is."""
    about = _(
        "ID is the number that `tracker history` shows, `last`, or the beginning of the "
        "recording's name."
    )
    return "\n\n".join(paragraphs) + f" {about}"


kind_option: Final = click.option(
    "--kind",
    shell_complete=sensor_kinds,
    metavar="KIND",
    help=_("Kind of the sensor, if it cannot be recognised."),
)

setting_option: Final = click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help=_("A decoder setting that the data itself does not tell; repeatable."),
)

second_option: Final = click.option(
    "--second",
    metavar="ADDRESS",
    help=_("Record another sensor too; reps are counted from the first."),
)


_LEAST_LOSS, _MOST_LOSS = (round(100.0 * share) for share in VELOCITY_LOSS_SHARES)


def percent(text: str) -> float:
    """Read a percentage, with or without its sign, as a share."""
    try:
        number = decimal_number(text.removesuffix("%"))
    except ValueError:
        raise click.BadParameter(
            _("expected a percentage, got {text!r}.").format(text=text)
        ) from None
    if not _LEAST_LOSS <= number <= _MOST_LOSS:
        raise click.BadParameter(
            _("expected {least} to {most} %, got {text!r}.").format(
                least=_LEAST_LOSS, most=_MOST_LOSS, text=text
            )
        )
    return number / 100.0


_PLANNED: Final = (
    "load_kg",
    "tempo",
    "target_reps",
    "sets",
    "lockout_goal_s",
    "velocity_loss",
    "keep_tension",
    "breathing",
)
"""Fields of a plan that have an option."""


def plan_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a plan; the command gets them as `plan`, None without any."""

    @click.option(
        "--load",
        type=Load(),
        metavar="LOAD",
        help=_("Load on the hips, as 60kg, 62,5kg or 135lb; 0 is bodyweight."),
    )
    @click.option(
        "--load-kg",
        type=DecimalNumber(0.0, MOST_LOAD_KG),
        metavar="X",
        help=_("The same in kilograms, whatever your unit is."),
    )
    @click.option(
        "--tempo",
        type=parse_tempo,
        metavar="T",
        help=_("Planned tempo, down-floor-up-hold: 3-0-1-2, 30X2, or 'up=1 hold=2 down=3'."),
    )
    @click.option(
        "--reps",
        "target_reps",
        type=click.IntRange(1, MOST_REPS),
        metavar="N",
        help=_("Planned reps of a set; a cue tells you when they are done."),
    )
    @click.option(
        "--sets",
        type=click.IntRange(1, MOST_SETS),
        metavar="N",
        help=_("Planned working sets."),
    )
    @click.option(
        "--hold",
        "lockout_goal_s",
        type=DecimalNumber(0.0, LONGEST_HOLD_S),
        metavar="S",
        help=_("Seconds to hold the top.  [default: the tempo's, else one]"),
    )
    @click.option(
        "--velocity-loss",
        type=percent,
        metavar="PERCENT",
        help=_("End a set when a rep is PERCENT slower than its fastest."),
    )
    @click.option(
        "--keep-tension", is_flag=True, help=_("Tell you when you rest on the floor between reps.")
    )
    @click.option(
        "--breathing",
        is_flag=True,
        help=_("Remind you to breathe out on the way up, now and then."),
    )
    @wraps(command)
    def planned(*arguments: Any, load: float | None, **given: Any) -> None:
        given["load_kg"] = one_load(load, given["load_kg"])
        plan = Plan(**{name: given.pop(name) for name in _PLANNED})
        command(*arguments, plan=None if plan == Plan() else plan, **given)

    return planned


def examples(*lines: tuple[str, str]) -> str:
    """Return the epilog of a command's help from pairs of a call and what it does."""
    width = max(len(call) for call, _ in lines)
    rows = [f"  {call:<{width}}  {what}" for call, what in lines]
    # click keeps the line breaks of a paragraph that begins with a backspace.
    return "\n".join(["\b", _("Examples:"), *rows])


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """The options about sound."""

    on: bool | None = None
    """Whether to play sound; None is the default: on the screen, but not with plain lines."""
    file: Path | None = None
    """Write the sound to this WAV file instead of playing it."""

    @property
    def beside_lines(self) -> bool:
        """Whether to play sound without a screen."""
        return self.on is True or self.file is not None

    def opener(self) -> Callable[[Callable[[], object]], Opened] | None:
        """Return a function that opens the player for the screen; None for silence."""
        if self.on is False and self.file is None:
            return None

        def opened(ring: Callable[[], object]) -> Opened:
            # NumPy and the device's library cost 0.1 s.
            from tracker.app.clock import SYSTEM_CLOCK
            from tracker.sound import open_player

            return open_player(SYSTEM_CLOCK, wav=self.file, ring=ring)

        return opened


DEFAULT_SOUND: Final = SoundOptions()
"""No option about sound was given."""


def sound_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about sound; the command gets them as `sound`."""

    @click.option(
        "--sound/--no-sound",
        "sound_on",
        default=None,
        help=_("Play counts, beats and cues.  [default: on the screen, as chosen in the set-up]"),
    )
    @click.option(
        "--sound-to",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE.wav",
        help=_("Write the sound to a file instead, replacing it."),
    )
    @wraps(command)
    def with_sound(
        *args: object, sound_on: bool | None, sound_to: Path | None, **options: object
    ) -> object:
        return command(*args, sound=SoundOptions(sound_on, sound_to), **options)

    return with_sound


@asynccontextmanager
async def sound_beside_lines(
    wish: SoundOptions, session: Session
) -> AsyncGenerator[Callable[[str], object]]:
    """Play the sound of a session that is shown as plain lines, if asked for.

    Yields what speaks beside it, or keeps silent.
    """
    import asyncio

    if not wish.beside_lines:
        yield lambda _words: None
        return
    from tracker.app.audio import AudioFeedback
    from tracker.app.clock import SYSTEM_CLOCK
    from tracker.sound import Speech, open_player

    opened = await asyncio.to_thread(open_player, SYSTEM_CLOCK, wav=wish.file)
    if opened.complaint is not None:
        say(opened.complaint)
    sounding = AudioFeedback(opened.player)
    session.add_sink(sounding)
    looking = asyncio.ensure_future(sounding.run(session.snapshot, SYSTEM_CLOCK))
    try:
        yield lambda words: opened.player.offer(Speech(words))
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        # It first plays its last sounds, for 4 s at most.
        await asyncio.to_thread(opened.player.close)


def terminal_is_there() -> bool:
    """Say whether somebody sits at a terminal, be it one that can't draw."""
    return not os.environ.get("TEXTUAL_DRIVER") and sys.stdin.isatty() and sys.stdout.isatty()


def screen_is_there() -> bool:
    """Say whether a terminal or a browser can show the screen."""
    # Set by `tracker serve`: Textual then draws to pipes.
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    return terminal_is_there() and os.environ.get("TERM") != "dumb"
