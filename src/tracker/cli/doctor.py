"""`tracker doctor`: what could keep you from training, and what to do about it.

What `tracker doctor` looks at, one function for each line of its report.

Every sound one after the other, to be heard or as a file.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Final

import click

from tracker.app.config import config_path, load_config
from tracker.app.paths import ELSEWHERE
from tracker.app.text import counted
from tracker.cli.exits import ExitCode
from tracker.cli.options import examples
from tracker.domain import SensorError, TrackerError
from tracker.sound import Speech, Tone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from tracker.app.paths import Paths
    from tracker.sound import Opened, Player, Sound


@click.command(
    epilog=examples(
        ("tracker doctor", "everything"),
        ("tracker doctor --sound", "hear every sound and what it means"),
        ("tracker doctor --sound-to sounds.wav", "the same as a file"),
        ("TRACKER_HOME=/tmp/t tracker doctor", "with other folders"),
    )
)
@click.option("--sound", is_flag=True, help="Play every sound and say what it means.")
@click.option(
    "--sound-to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.wav",
    help="Write every sound to a file.",
)
@click.option("--force", is_flag=True, help="Replace that file if it is there.")
def doctor(sound: bool, sound_to: Path | None, force: bool) -> ExitCode:
    """Check Bluetooth, terminal, files and sound, and say what to do.

    The exit code is 0 if all is well, 3 if no sensor can be reached, and 2 if something else is
    wrong. With --sound it is 2 if there is no sound device.
    """
    if sound_to is not None:
        _write_sounds(sound_to, force)
    if sound:
        return _play_sounds()
    return ExitCode.OK if sound_to is not None else _check_all()


def _check_all() -> ExitCode:
    # Bleak costs 0.1 s.
    from tracker.app.paths import tracker_paths
    from tracker.cli.options import screen_is_there

    paths = tracker_paths()
    every = [
        versions(),
        system_bus(),
        asyncio.run(bluetooth(_scan_once)),
        terminal(
            shutil.get_terminal_size(), is_there=screen_is_there(), encoding=sys.stdout.encoding
        ),
        *folders(paths),
        configuration(paths.config),
        training_log(paths),
        _audio(),
    ]
    done = [check for check in every if check is not None]
    for line in report_lines(done):
        click.echo(line)
    if any(check.no_adapter for check in done):
        return ExitCode.NO_SENSOR
    return ExitCode.OK if all(check.good for check in done) else ExitCode.USAGE_OR_INPUT


def report_lines(done: Sequence[Check]) -> Iterator[str]:
    """Yield a line for each check, and what to do below those that found something."""
    from tracker.ble import LATER

    width = max(len(check.subject) for check in done)
    for check in done:
        sign = "ok" if check.good else "!!"
        yield f"{sign}  {check.subject:<{width}}  {check.text}"
        # An error's advice may end with a hint at this very command.
        for line in check.advice.removesuffix(LATER).splitlines():
            yield f"{'':<{width + 6}}{line}"


def _open_sound() -> Opened:
    """Open the sound as a training does."""
    from tracker.app.clock import SYSTEM_CLOCK
    from tracker.sound import open_player

    return open_player(SYSTEM_CLOCK)


def _audio() -> Check:

    opened = _open_sound()
    try:
        return audio(opened)
    finally:
        opened.player.close()


def _play_sounds() -> ExitCode:

    opened = _open_sound()
    try:
        for line in report_lines([audio(opened)]):
            click.echo(line)
        play(opened.player, click.echo)
    finally:
        opened.player.close()
    return ExitCode.OK if opened.silence is None else ExitCode.USAGE_OR_INPUT


def _write_sounds(target: Path, force: bool) -> None:
    from tracker.cli.files import atomic_write

    with atomic_write(target, force) as unfinished:
        complaint = write(unfinished, click.echo)
    if complaint is not None:
        click.echo(complaint, err=True)


async def _scan_once() -> None:
    """Start a scan and stop it again."""
    from tracker.ble import BleakRadio

    async with BleakRadio().scanning():
        pass


SMALLEST_COLUMNS: Final = 80
SMALLEST_LINES: Final = 24
"""What the training screen is laid out for."""

BUS_VARIABLE: Final = "DBUS_SYSTEM_BUS_ADDRESS"
"""Environment variable that puts the system bus somewhere else."""

USUAL_BUS: Final = "unix:path=/run/dbus/system_bus_socket"
"""Where it is otherwise."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    subject: str
    """What was looked at."""
    good: bool
    """Whether all is well with it."""
    text: str
    """What was seen."""
    advice: str = ""
    """What to do; empty where there is nothing to do."""
    no_adapter: bool = False
    """Whether it means that no sensor can be reached."""


def versions(python: str | None = None) -> Check:
    """Say what is running."""
    numbers = [f"Python {python or python_version()}"]
    numbers += [f"{name} {version(name)}" for name in ("bleak", "textual", "numpy", "scipy")]
    return Check("versions", True, ", ".join(numbers))


def system_bus(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Check | None:
    """Say whether the bus is there that Bluetooth on Linux goes over; None elsewhere."""
    if platform != "linux":
        return None
    address = environment.get(BUS_VARIABLE) or USUAL_BUS
    parts = dict(
        part.partition("=")[::2] for part in address.removeprefix("unix:").split(",") if part
    )
    path = parts.get("path")
    if not address.startswith("unix:") or path is None:
        return Check("D-Bus", True, f"at {address}, not looked into")
    if not os.path.exists(path):
        return Check(
            "D-Bus",
            False,
            f"there is no system bus at {path}",
            "Start it: sudo systemctl start dbus; in a container, mount that socket.",
        )
    if not os.access(path, os.W_OK):
        return Check("D-Bus", False, f"{path} may not be used", "Ask whoever runs this machine.")
    return Check("D-Bus", True, f"the system bus is at {path}")


async def bluetooth(try_it: Callable[[], Awaitable[object]]) -> Check:
    """Say whether a scan can be started.

    Parameters
    ----------
    try_it
        Starts a scan and stops it again.
    """
    from tracker.ble import AdapterError

    try:
        await try_it()
    except SensorError as error:
        off = isinstance(error, AdapterError)
        return Check("Bluetooth", False, error.message, error.advice or "", no_adapter=off)
    return Check("Bluetooth", True, "the adapter is on and may be used")


def terminal(
    size: os.terminal_size,
    *,
    is_there: bool,
    encoding: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Check:
    """Say whether the training screen can be shown.

    Parameters
    ----------
    size
        Columns and lines.
    is_there
        Whether somebody sits before a terminal.
    encoding
        What stdout is written in.
    environment
        Says what the terminal is and whether colours are wanted.
    """
    if not is_there:
        return Check("terminal", True, "none: sessions are printed as plain lines")
    seen = f"{size.columns}×{size.lines}, {_colours(environment)}"
    if size.columns < SMALLEST_COLUMNS or size.lines < SMALLEST_LINES:
        return Check(
            "terminal",
            False,
            f"{seen}: smaller than the training screen",
            f"Make it at least {SMALLEST_COLUMNS}×{SMALLEST_LINES}, or train with --headless.",
        )
    if (encoding or "").lower().replace("-", "") != "utf8":
        return Check(
            "terminal",
            False,
            f"{seen}, writes {encoding}: the big digits will not show",
            "Set a UTF-8 locale, for example LANG=C.UTF-8; on Windows use Windows Terminal.",
        )
    return Check("terminal", True, f"{seen}, UTF-8")


def folders(paths: Paths) -> tuple[Check, ...]:
    """Say whether what belongs to the tracker can be written."""
    return (
        _folder("recordings", paths.recordings),
        _folder("configuration", paths.config),
        _folder("log", paths.log),
    )


def configuration(folder: Path) -> Check:
    """Say whether the configuration can be read, and which sensor is paired."""
    try:
        sensor = load_config(config_path(folder)).sensor
    except TrackerError as error:
        return Check("paired sensor", False, error.message, error.advice or "Mend the file.")
    if sensor is None:
        return Check("paired sensor", True, "none yet: tracker pair ADDRESS_OR_NAME")
    return Check(
        "paired sensor", True, f"{sensor.name or 'unnamed'} ({sensor.kind}) at {sensor.address}"
    )


def audio(opened: Opened) -> Check:
    """Say where the sound goes and whether anything is spoken.

    Nothing of that keeps anybody from training, so it is never bad.
    """
    player = opened.player
    if opened.silence is not None:
        seen, lacks = f"{player.output_name} only", [opened.silence]
    else:
        seen, lacks = player.output_name, []
    if player.voice_error is None:
        seen += ", with speech" if not lacks else ""
    elif not lacks:
        seen, lacks = f"{seen}, nothing is spoken", [player.voice_error]
    text = ": ".join([seen, *(lack.message for lack in lacks)])
    return Check("audio", True, text, "\n".join(lack.advice or "" for lack in lacks))


def training_log(paths: Paths) -> Check:
    """Say where the training log is, how much is in it, and which recordings it lacks."""
    # SQLAlchemy costs 0.2 s.
    from tracker.app.training import log_is_there, log_place, not_logged, open_training_log

    try:
        place = log_place(paths)
        if not log_is_there(place):
            return Check("training log", True, f"none yet: it will be {place}")
        with open_training_log(paths) as log:
            seen = f"{log.location}, {counted(len(log.list()), 'session')}"
            missing = not_logged(log, paths.recordings)
    except TrackerError as error:
        return Check("training log", False, error.message, error.advice or "Mend the file.")
    if missing:
        return Check(
            "training log",
            False,
            f"{seen}; {counted(len(missing), 'recording')} not in it",
            "Add what is missing: tracker rescore --missing",
        )
    return Check("training log", True, seen)


def _colours(environment: Mapping[str, str]) -> str:
    if environment.get("NO_COLOR"):
        return "colours switched off (NO_COLOR)"
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return "all colours"
    return "256 colours" if "256" in environment.get("TERM", "") else "few colours"


def _folder(subject: str, folder: Path) -> Check:
    """Look at the folder, or at the first one above it that is there."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check(subject, True, str(folder))
    return Check(
        subject,
        False,
        f"{folder}: {there} {'may not be written' if there.is_dir() else 'is no folder'}",
        f"Give yourself the permission. {ELSEWHERE}",
    )


PAUSE_S: Final = 0.6
"""Between the end of one and the next."""

PHRASE_S: Final = 0.8
"""What there is to hear is said in less."""

PROGRAMME: Final[tuple[tuple[Sound, str], ...]] = (
    (Tone.LOCKOUT, "lockout reached"),
    (Tone.HOLD_DONE, "held long enough"),
    (Tone.ACCENT, "tempo, first beat of a phase"),
    (Tone.BEAT, "tempo, every other beat"),
    (Tone.SET_END, "end of a set"),
    (Tone.REST_OVER, "rest is over"),
    (Tone.LINK_LOST, "the sensor is not heard any more"),
    (Speech("three"), 'a count, spoken: "three"'),
)
"""What is played, and what it means."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sound of the programme."""

    at_s: float
    """When it begins, from the start."""
    sound: Sound
    """Which it is."""
    meaning: str
    """What it tells."""
    next_s: float
    """From its beginning to that of the next one."""


def parts() -> Iterator[Part]:
    """Yield the programme with its times."""
    from tracker.sound import Speech, duration_s

    at_s = 0.0
    for sound, meaning in PROGRAMME:
        lasts_s = PHRASE_S if isinstance(sound, Speech) else duration_s(sound)
        yield Part(at_s, sound, meaning, lasts_s + PAUSE_S)
        at_s += lasts_s + PAUSE_S


def play(
    player: Player, say: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> None:
    """Play the programme, and say of each sound what it means when it begins."""
    for part in parts():
        player.offer(part.sound)
        say(part.meaning)
        sleep(part.next_s)


def write(path: Path, say: Callable[[str], None]) -> str | None:
    """Write the programme to a WAV file, without waiting, and say where which sound is.

    Returns
    -------
    str or None
        What is not in it and why.

    Raises
    ------
    SoundError
        If the file cannot be written.
    """
    from tracker.sound import open_player

    opened = open_player(_Standstill(), wav=path)
    for part in parts():
        opened.player.offer(part.sound, start_s=part.at_s)
        say(f"{part.at_s:6.2f} s  {part.meaning}")
    opened.player.close()
    if opened.player.output_error is not None:
        raise opened.player.output_error
    return opened.complaint


class _Standstill:
    """A clock that stands at zero: the file is written by the times of its sounds."""

    def now_ns(self) -> int:
        return 0
