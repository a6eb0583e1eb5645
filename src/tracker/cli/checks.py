"""What `tracker doctor` looks at, one function for each line of its report."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.metadata import version
from platform import python_version
from typing import TYPE_CHECKING, Final

from tracker.ble import AdapterError
from tracker.domain import SensorError, TrackerError
from tracker.runtime.config import config_path, load_config
from tracker.runtime.paths import ELSEWHERE
from tracker.runtime.wording import counted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from tracker.runtime.paths import Paths
    from tracker.sound import Opened

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
    from tracker.runtime.training_log import (
        log_is_there,
        log_place,
        not_logged,
        open_training_log,
    )

    try:
        place = log_place(paths)
        if not log_is_there(place):
            return Check("training log", True, f"none yet: it will be {place}")
        with open_training_log(paths) as log:
            seen = f"{log.shown}, {counted(len(log.list()), 'session')}"
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
