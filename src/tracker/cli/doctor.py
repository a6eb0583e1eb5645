"""`tracker doctor`: what may keep you from training, and what to do about it.

Each check returns one line of the report. `--sound` and `--sound-to` present every sound.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Final

import click

from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.paths import ELSEWHERE, HOME_VARIABLE, atomic_write, tracker_paths, unsafe_for_log
from tracker.cli.exits import ExitCode
from tracker.cli.options import examples, screen_is_there
from tracker.cli.terminal import print_text, say
from tracker.domain import SensorError, TrackerError
from tracker.domain.foreign_text import one_line
from tracker.language import counted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from tracker.app.paths import Paths
    from tracker.sound import Opened


@click.command(
    epilog=examples(
        ("tracker doctor", "everything"),
        ("tracker doctor --sound", "play every sound and say what it means"),
        ("tracker doctor --sound-to sounds.wav", "write them to a file"),
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
@click.option("--force", is_flag=True, help="Replace that file if it exists.")
def doctor(sound: bool, sound_to: Path | None, force: bool) -> ExitCode:
    """Check Bluetooth, terminal, files and sound.

    For each problem, it says what to do. The exit code is 0 if all is well, 3 without a usable
    Bluetooth adapter, and 2 for any other problem. With --sound it is 2 without a sound device.
    """
    if sound_to is not None:
        from tracker.cli.sound_check import write

        with atomic_write(sound_to, force) as unfinished:
            complaint = write(unfinished, print_text)
        if complaint is not None:
            say(complaint)
    if sound:
        return _play_sounds()
    return ExitCode.OK if sound_to is not None else _check_all()


def _check_all() -> ExitCode:
    done = _checks(tracker_paths())
    for line in report_lines(done):
        print_text(line)
    if any(check.no_adapter for check in done):
        return ExitCode.NO_SENSOR
    return ExitCode.OK if all(check.good for check in done) else ExitCode.USAGE_OR_INPUT


def examined(paths: Paths) -> tuple[str, ...]:
    """Return the whole report, for the screen; starts an event loop of its own."""
    return tuple(report_lines(_checks(paths)))


def _checks(paths: Paths) -> list[Check]:
    import asyncio

    checks = [
        versions(),
        system_bus(),
        asyncio.run(bluetooth(_scan_once)),
        terminal(
            shutil.get_terminal_size(), is_there=screen_is_there(), encoding=sys.stdout.encoding
        ),
        *folders(paths),
        *plug_ins(),
        configuration(paths),
        training_log(paths),
        pushes(paths),
        _audio(),
    ]
    return [check for check in checks if check is not None]


def report_lines(done: Sequence[Check]) -> Iterator[str]:
    """Yield a line for each check, followed by what to do about a problem."""
    # Bleak costs 0.1 s.
    from tracker.ble import LATER

    width = max(len(check.subject) for check in done)
    for check in done:
        sign = "ok" if check.good else "!!"
        yield f"{sign}  {check.subject:<{width}}  {check.text}"
        # The advice of an error may end with a hint to run this very command.
        for line in check.advice.removesuffix(LATER).splitlines():
            yield f"{'':<{width + 6}}{line}"


def plug_ins() -> Iterator[Check]:
    """Yield what is wrong with packages that add sensors or formats."""
    from tracker.export.formats import format_problems
    from tracker.sensors import family_problems

    for problem in (*family_problems(), *format_problems()):
        yield Check("plug-in", False, problem, "Update that package, or uninstall it.")


def _open_sound() -> Opened:
    # NumPy and the device's library cost 0.1 s.
    from tracker.sound import open_player

    return open_player(SYSTEM_CLOCK)


def _audio() -> Check:
    opened = _open_sound()
    with closing(opened.player):
        return audio(opened)


def _play_sounds() -> ExitCode:
    from tracker.cli.sound_check import play

    opened = _open_sound()
    with closing(opened.player):
        for line in report_lines([audio(opened)]):
            print_text(line)
        play(opened.player, print_text)
    return ExitCode.OK if opened.silence is None else ExitCode.USAGE_OR_INPUT


async def _scan_once() -> None:
    """Start a scan and stop it again."""
    from tracker.ble import BleakRadio

    async with BleakRadio().scanning():
        pass


SMALLEST_COLUMNS: Final = 80
SMALLEST_LINES: Final = 24
"""The training screen needs at least this much room."""

BUS_VARIABLE: Final = "DBUS_SYSTEM_BUS_ADDRESS"
"""Environment variable with another address of the system bus."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report; a problem comes with advice."""

    subject: str
    good: bool
    text: str
    advice: str = ""
    no_adapter: bool = False
    """Whether there is no usable Bluetooth adapter."""


def versions(python: str | None = None) -> Check:
    """List the versions of Python and of the main libraries."""
    from importlib.metadata import version

    numbers = [f"Python {python or python_version()}"]
    numbers += [f"{name} {version(name)}" for name in ("bleak", "textual", "numpy", "scipy")]
    return Check("versions", True, ", ".join(numbers))


def system_bus(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Check | None:
    """Check D-Bus, which Bluetooth needs on Linux; None on other systems."""
    if platform != "linux":
        return None
    address = environment.get(BUS_VARIABLE) or "unix:path=/run/dbus/system_bus_socket"
    parts = dict(
        part.partition("=")[::2] for part in address.removeprefix("unix:").split(",") if part
    )
    path = parts.get("path")
    if not address.startswith("unix:") or path is None:
        return Check("D-Bus", True, f"at {address}, not checked")
    problem = advice = ""
    if not os.path.exists(path):
        problem = f"there is no system bus at {path}"
        advice = "Start it: sudo systemctl start dbus. In a container, mount that socket."
    elif not os.access(path, os.W_OK):
        problem = f"no permission to use {path}"
        advice = "Ask the administrator of this machine."
    return Check("D-Bus", not problem, problem or f"the system bus is at {path}", advice)


async def bluetooth(try_it: Callable[[], Awaitable[object]]) -> Check:
    """Check the adapter with `try_it`, which starts a scan and stops it again."""
    from tracker.ble import AdapterError

    try:
        await try_it()
    except SensorError as error:
        off = isinstance(error, AdapterError)
        return Check("Bluetooth", False, error.message, error.advice or "", no_adapter=off)
    return Check("Bluetooth", True, "the adapter is on and usable")


def terminal(
    size: os.terminal_size,
    *,
    is_there: bool,
    encoding: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Check:
    """Check whether the terminal can show the training screen."""
    if not is_there:
        return Check("terminal", True, "none: training prints plain lines")
    seen = f"{size.columns}×{size.lines}, {_colours(environment)}"
    problem = advice = ""
    if size.columns < SMALLEST_COLUMNS or size.lines < SMALLEST_LINES:
        problem = ": too small for the training screen"
        smallest = f"{SMALLEST_COLUMNS}×{SMALLEST_LINES}"
        advice = f"Make it at least {smallest}, or train with --headless."
    elif (encoding or "").lower().replace("-", "") != "utf8":
        problem = f", encoding {encoding}: cannot show the big digits"
        advice = "Set a UTF-8 locale, for example LANG=C.UTF-8; on Windows use Windows Terminal."
    return Check("terminal", not problem, f"{seen}{problem or ', UTF-8'}", advice)


def folders(paths: Paths) -> tuple[Check, ...]:
    """Check whether the folders of tracker can be written."""
    return (
        _folder("recordings", paths.recordings),
        _folder("configuration", paths.config),
        _folder("log", paths.log),
    )


def configuration(paths: Paths) -> Check:
    """Check whether the configuration can be read, and name the paired sensor."""
    from tracker.app.config import config_of

    try:
        sensor = config_of(paths).sensor
    except TrackerError as error:
        return Check("paired sensor", False, error.message, error.advice or "Fix the file.")
    if sensor is None:
        return Check("paired sensor", True, "none yet: tracker pair ADDRESS_OR_NAME")
    named = f"{sensor.name or 'unnamed'} ({sensor.kind}) at {sensor.address}"
    return Check("paired sensor", True, one_line(named))


def pushes(paths: Paths) -> Check | None:
    """Say what keeps sessions from going to other services by themselves; None if nothing does."""
    from tracker.app.push import automatic_problems

    try:
        problems = automatic_problems(paths)
    except TrackerError:
        # The checks of the configuration and of the log say it.
        return None
    if not problems:
        return None
    advice = "Put it right, then: tracker push --missing. See tracker push --list."
    return Check("push", False, "; ".join(problems), advice)


def audio(opened: Opened) -> Check:
    """Say where sound goes, and whether speech works; never a problem, training works without."""
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
    """Check the training log, and whether recordings are missing from it."""
    # The log costs SQLAlchemy (0.2 s).
    from tracker.app.training_log import (
        file_of_log,
        log_is_there,
        log_place,
        not_logged,
        open_training_log,
        still_growing,
    )
    from tracker.cli.tables import growing_line

    try:
        place = log_place(paths)
        if not log_is_there(place):
            return Check("training log", True, f"none yet: it will be {place}")
        with open_training_log(paths) as log:
            seen = f"{log.location}, {counted(len(log.list()), 'session', 'sessions')}"
            missing = not_logged(log, paths.recordings)
            growing = still_growing(log, paths.recordings)
    except TrackerError as error:
        return Check("training log", False, error.message, error.advice or "Fix the file.")
    file = file_of_log(place)
    risk = None if file is None else unsafe_for_log(file)
    if risk is not None:
        advice = f"Keep it on this computer: {HOME_VARIABLE}=FOLDER, or [log] url in config.toml."
        return Check("training log", False, f"{seen}: not safe there, {risk}", advice)
    if growing:
        seen = f"{seen}; {growing_line(len(growing))}"
    if not missing:
        return Check("training log", True, seen)
    lacking = f"{seen}; {counted(len(missing), 'recording', 'recordings')} not in it"
    return Check("training log", False, lacking, "Add them: tracker rescore --missing")


def _colours(environment: Mapping[str, str]) -> str:
    if environment.get("NO_COLOR"):
        return "colours switched off (NO_COLOR)"
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return "true colour"
    return "256 colours" if "256" in environment.get("TERM", "") else "few colours"


def _folder(subject: str, folder: Path) -> Check:
    """Check the folder, or the nearest parent that exists."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    problem = "is not a folder"
    if there.is_dir():
        try:
            # Tried, not asked: a disk that is full or read-only has permissions like any other.
            with tempfile.TemporaryFile(dir=there) as file:
                file.write(b"tracker")
        except OSError as error:
            problem = f"cannot be written: {(error.strerror or str(error)).lower()}"
        else:
            return Check(subject, True, str(folder))
    advice = f"Change its permissions. {ELSEWHERE}"
    return Check(subject, False, f"{folder}: {there} {problem}", advice)
