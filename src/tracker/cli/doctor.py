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
from tracker.domain.errors import system_words
from tracker.domain.foreign_text import one_line
from tracker.language import _, counted, ngettext

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from tracker.app.paths import Paths
    from tracker.sound import Opened


@click.command(
    epilog=examples(
        ("tracker doctor", _("everything")),
        ("tracker doctor --sound", _("play every sound and say what it means")),
        ("tracker doctor --sound-to sounds.wav", _("write them to a file")),
        ("TRACKER_HOME=/tmp/t tracker doctor", _("with other folders")),
    )
)
@click.option("--sound", is_flag=True, help=_("Play every sound and say what it means."))
@click.option(
    "--sound-to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.wav",
    help=_("Write every sound to a file."),
)
@click.option("--force", is_flag=True, help=_("Replace that file if it exists."))
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
        yield Check(_("plug-in"), False, problem, _("Update that package, or uninstall it."))


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
    return Check(_("versions"), True, ", ".join(numbers))


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
        return Check("D-Bus", True, _("at {address}, not checked").format(address=address))
    problem = advice = ""
    if not os.path.exists(path):
        problem = _("there is no system bus at {path}").format(path=path)
        advice = _("Start it: sudo systemctl start dbus. In a container, mount that socket.")
    elif not os.access(path, os.W_OK):
        problem = _("no permission to use {path}").format(path=path)
        advice = _("Ask the administrator of this machine.")
    return Check(
        "D-Bus", not problem, problem or _("the system bus is at {path}").format(path=path), advice
    )


async def bluetooth(try_it: Callable[[], Awaitable[object]]) -> Check:
    """Check the adapter with `try_it`, which starts a scan and stops it again."""
    from tracker.ble import AdapterError

    try:
        await try_it()
    except SensorError as error:
        off = isinstance(error, AdapterError)
        return Check("Bluetooth", False, error.message, error.advice or "", no_adapter=off)
    return Check("Bluetooth", True, _("the adapter is on and usable"))


def terminal(
    size: os.terminal_size,
    *,
    is_there: bool,
    encoding: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Check:
    """Check whether the terminal can show the training screen."""
    if not is_there:
        return Check(_("terminal"), True, _("none: training prints plain lines"))
    seen = f"{size.columns}×{size.lines}, {_colours(environment)}"
    text, advice = _("{seen}, UTF-8"), ""
    if size.columns < SMALLEST_COLUMNS or size.lines < SMALLEST_LINES:
        # Translators: {seen} is like "70×20, few colours".
        text = _("{seen}: too small for the training screen")
        smallest = f"{SMALLEST_COLUMNS}×{SMALLEST_LINES}"
        advice = _("Make it at least {size}, or train with --headless.").format(size=smallest)
    elif (encoding or "").lower().replace("-", "") != "utf8":
        text = _("{seen}, encoding {encoding}: cannot show the big digits")
        advice = _(
            "Set a UTF-8 locale, for example LANG=C.UTF-8; on Windows use Windows Terminal."
        )
    return Check(_("terminal"), not advice, text.format(seen=seen, encoding=encoding), advice)


def folders(paths: Paths) -> tuple[Check, ...]:
    """Check whether the folders of tracker can be written."""
    return (
        _folder(_("recordings"), paths.recordings),
        _folder(_("configuration"), paths.config),
        _folder(_("log"), paths.log),
    )


def configuration(paths: Paths) -> Check:
    """Check whether the configuration can be read, and name the paired sensor."""
    from tracker.app.config import config_of

    try:
        sensor = config_of(paths).sensor
    except TrackerError as error:
        return Check(_("paired sensor"), False, error.message, error.advice or _("Fix the file."))
    if sensor is None:
        return Check(_("paired sensor"), True, _("none yet: tracker pair ADDRESS_OR_NAME"))
    # Translators: {name} is that of a sensor.
    text = _("{name} ({kind}) at {address}").format(
        name=sensor.name or _("unnamed"), kind=sensor.kind, address=sensor.address
    )
    return Check(_("paired sensor"), True, one_line(text))


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
    advice = _("Put it right, then: tracker push --missing. See tracker push --list.")
    return Check(_("push"), False, "; ".join(problems), advice)


def audio(opened: Opened) -> Check:
    """Say where sound goes, and whether speech works; never a problem, training works without."""
    player = opened.player
    output, lacks = player.output_name, []
    if opened.silence is not None:
        seen, lacks = _("{output} only").format(output=output), [opened.silence]
    elif player.voice_error is not None:
        seen, lacks = _("{output}, nothing is spoken").format(output=output), [player.voice_error]
    else:
        seen = _("{output}, with speech").format(output=output)
    text = ": ".join([seen, *(lack.message for lack in lacks)])
    return Check(_("audio"), True, text, "\n".join(lack.advice or "" for lack in lacks))


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
            return Check(
                _("training log"), True, _("none yet: it will be {place}").format(place=place)
            )
        with open_training_log(paths) as log:
            sessions = counted(len(log.list()), "session", "sessions")
            seen = f"{log.location}, {sessions}"
            missing = not_logged(log, paths.recordings)
            growing = still_growing(log, paths.recordings)
    except TrackerError as error:
        return Check(_("training log"), False, error.message, error.advice or _("Fix the file."))
    file = file_of_log(place)
    risk = None if file is None else unsafe_for_log(file)
    if risk is not None:
        advice = _("Keep it on this computer: {setting}, or [log] url in config.toml.").format(
            setting=f"{HOME_VARIABLE}=FOLDER"
        )
        return Check(
            _("training log"),
            False,
            _("{place}: not safe there, {reason}").format(place=seen, reason=risk),
            advice,
        )
    if growing:
        seen = f"{seen}; {growing_line(len(growing))}"
    if not missing:
        return Check(_("training log"), True, seen)
    lacking = ngettext(
        "{log}; {number} recording not in it", "{log}; {number} recordings not in it", len(missing)
    ).format(log=seen, number=len(missing))
    return Check(_("training log"), False, lacking, _("Add them: tracker rescore --missing"))


def _colours(environment: Mapping[str, str]) -> str:
    if environment.get("NO_COLOR"):
        return _("colours switched off (NO_COLOR)")
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return _("true colour")
    return _("256 colours") if "256" in environment.get("TERM", "") else _("few colours")


def _folder(subject: str, folder: Path) -> Check:
    """Check the folder, or the nearest parent that exists."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    # Translators: {there} is {folder} or what it would be in.
    problem, reason = _("{folder}: {there} is not a folder"), ""
    if there.is_dir():
        try:
            # Tried, not asked: a disk that is full or read-only has permissions like any other.
            with tempfile.TemporaryFile(dir=there) as file:
                file.write(b"tracker")
        except OSError as error:
            problem = _("{folder}: {there} cannot be written: {reason}")
            reason = system_words(error)
        else:
            return Check(subject, True, str(folder))
    advice = f"{_('Change its permissions.')} {_(ELSEWHERE)}"
    text = problem.format(folder=folder, there=there, reason=reason)
    return Check(subject, False, text, advice)
