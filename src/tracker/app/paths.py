"""Where files live on every operating system, and how to write them.

A file appears complete or not at all, and never replaces another one by accident.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.app.register import (
    PERSON_VARIABLE,
    REGISTER_NAME,
    Person,
    person_named,
    read_register,
)
from tracker.domain import OutputError
from tracker.domain.errors import refuse_existing, replace_file, system_words, writing
from tracker.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

HOME_VARIABLE: Final = "TRACKER_HOME"
"""Environment variable that puts data, config and log under one folder."""

FOLDER_NAME: Final = "hip-thrust-tracker"
"""Name of the folders: the distribution's, because a search service of GNOME is called tracker."""

OLDER_NAME: Final = "tracker"
"""Name of the folders until now."""

LOG_NAME: Final = "training.sqlite"
"""File name of the training log."""

PEOPLE: Final = "people"
"""Folder with a folder for everybody but the first person."""

RECORDING_SUFFIX: Final = ".arrows"
"""Ending of a recording's name: an Arrow stream."""

ELSEWHERE: Final = N_("Choose another place, which is yours: TRACKER_HOME=FOLDER")
"""What to do about an unusable folder; not translated yet."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders of one person who trains here."""

    data: Path
    """What the wearer would miss: recordings and the training log."""
    config: Path
    """What the wearer has chosen."""
    log: Path
    """What helps to find out what went wrong."""
    person: Person | None = None
    """Whose they are; None as long as there is nobody but one."""
    root: Paths | None = None
    """The folders that these are in; None if they are in none, and so are the first person's."""

    @property
    def shared(self) -> Paths:
        """The folders with what is the same for everybody on this computer."""
        return self.root or self

    @property
    def register(self) -> Path:
        """The register of the people who train here."""
        return self.shared.config / REGISTER_NAME

    @property
    def config_file(self) -> Path:
        """What the wearer has chosen, as TOML."""
        return self.config / "config.toml"

    @property
    def recordings(self) -> Path:
        """Folder of the recordings that the tracker names itself."""
        return self.data / "recordings"


def tracker_paths(environment: Mapping[str, str] = os.environ) -> Paths:
    """Return the folders of the person whom `environment` names, else of the first one.

    None of them need exist. Raises `TrackerError` if the register does not know that person, or
    can't be read.
    """
    return paths_of(environment.get(PERSON_VARIABLE) or None, shared_paths(environment))


def own_command(words: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return `tracker WORDS` as it is typed to mean the same person as now."""
    person = tracker_paths(environment).person if environment.get(PERSON_VARIABLE) else None
    return f"tracker {words}" if person is None else f"tracker --person {person.name!r} {words}"


def paths_of(name: str | None, shared: Paths) -> Paths:
    """Return the folders of a person; None is the first one. Raises as `tracker_paths` does."""
    people = read_register(shared.register)
    if not people and name is None:
        return shared
    return folders_of(people[0] if name is None else person_named(people, name), shared)


def folders_of(person: Person, shared: Paths) -> Paths:
    """Return the folders of somebody in the register."""
    if person.is_first:
        return replace(shared, person=person)
    data, config = (each / PEOPLE / person.folder for each in (shared.data, shared.config))
    return Paths(data, config, shared.log, person, shared)


def shared_paths(environment: Mapping[str, str] = os.environ) -> Paths:
    """Return the folders for `environment` that hold those of everybody."""
    home = environment.get(HOME_VARIABLE)
    if home:
        root = Path(home).expanduser()
        return Paths(root / "data", root / "config", root / "log")
    return _named(FOLDER_NAME)


def _named(name: str) -> Paths:
    # Most commands that only print help never ask.
    import platformdirs

    folders = platformdirs.PlatformDirs(name, appauthor=False)
    data, config, log = (
        # Python from the Microsoft Store writes elsewhere than it is told; once a folder is
        # there, its real path is what other programs can open.
        Path(os.path.realpath(folder) if os.name == "nt" else folder)
        for folder in (folders.user_data_dir, folders.user_config_dir, folders.user_log_dir)
    )
    return Paths(data, config, log)


def move_older(paths: Paths, older: Paths | None = None) -> tuple[str, ...]:
    """Move what is in the folders of an earlier version; returns a line for each that was moved.

    Only what the tracker has written goes along: other programs have folders of the old name. What
    exists already stays, and so does a log that cannot be moved as a whole.
    """
    older = _named(OLDER_NAME) if older is None else older
    lines = []
    for before, now, names in (
        (older.data, paths.data, (LOG_NAME, f"{LOG_NAME}-wal", f"{LOG_NAME}-shm", "recordings")),
        (older.config, paths.config, (paths.config_file.name, "serve.pem")),
    ):
        found = [name for name in names if (before / name).exists()]
        if before == now or not found or any((now / name).exists() for name in names):
            continue
        try:
            now.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name in found:
                (before / name).rename(now / name)
        except OSError as error:
            problem = system_words(error)
            lines.append(
                _("{before}: could not all be moved to {now}: {reason}").format(
                    before=before, now=now, reason=problem
                )
            )
        else:
            lines.append(_("{before}: moved to {now}").format(before=before, now=now))
    return tuple(lines)


def recording_place(recorded_at: str, paths: Paths) -> Path:
    """Return where a logged recording is: where it was, else under its name in the own folder."""
    path = Path(recorded_at)
    here = paths.recordings / path.name
    return here if not path.exists() and here.exists() else path


SYNCED: Final = (
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "mobile documents",
    "nextcloud",
)
"""How folders are called that a program copies to other computers, without upper case."""

NETWORK_FILE_SYSTEMS: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs"}
)
"""Types of Linux' mounts; a lock there is a matter of luck (sqlite.org/howtocorrupt.html)."""

DRIVE_REMOTE: Final = 4
"""What Windows calls a drive of another computer."""


def unsafe_for_log(file: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str | None:
    """Return why a log of SQLite is not safe at `file`; None if nothing speaks against it.

    It is one file with two more beside it and locks on them: a program that copies them one by
    one, or a network without reliable locks, can damage it. macOS does not say what is mounted.
    """
    for part in file.parts[:-1]:
        if part.casefold().startswith(SYNCED):
            reason = _("{folder} copies it to other computers while it is written")
            return reason.format(folder=part)
    if str(file).startswith("\\\\") or _mount_type(file, mounts) in NETWORK_FILE_SYSTEMS:
        return _("it is on another computer")
    if sys.platform == "win32":
        import ctypes

        if ctypes.WinDLL("kernel32").GetDriveTypeW(file.anchor) == DRIVE_REMOTE:
            return _("it is on another computer")
    return None


def _mount_type(file: Path, mounts: Path) -> str | None:
    """Return the type of the file system that holds `file`, where Linux tells it (proc(5))."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    holding = (0, "")
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(before.split(" ")[4].replace("\\040", " "))
        if file.is_relative_to(point) and len(point.parts) >= holding[0]:
            holding = (len(point.parts), after.split(" ")[0])
    return holding[1]


OTHERS: Final = 0o077
"""What everybody else may do with a file; nothing of it is allowed for health data."""


def make_private(paths: Paths) -> tuple[str, ...]:
    """Close folders and files of the tracker to other people on this computer.

    New ones are private from the start, as the process says (`umask`); these are older, or were
    opened since. Returns a line for each folder that had to be closed. A folder of somebody else
    stays as it is.
    """
    if os.name == "nt":
        # The profile of a user is closed to others there.
        return ()
    lines = []
    for folder in (paths.data, paths.config, paths.log, paths.recordings):
        was_open = _close(folder)
        # What is in a closed folder is closed; only the few files that matter most are looked at.
        inside = folder.rglob("*") if was_open else folder.glob("*.[st][qo]*")
        opened = sum(_close(each) for each in inside)
        if was_open or opened:
            line = _("{folder}: others could read it; now only you can")
            if opened:
                line = _("{folder}: others could read it, and {files} in it; now only you can")
            lines.append(line.format(folder=folder, files=opened))
    return tuple(lines)


def _close(path: Path) -> bool:
    """Take a file or folder away from others; return whether that was needed, and done."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & OTHERS:
            return False
        path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except OSError:
        return False
    return True


def new_recording_path(folder: Path, started: datetime, exercise: str) -> Path:
    """Return an unused path in `folder`, and make the folder.

    The name sorts by time and has no character that a file system refuses. A second session in the
    same second gets a number. Raises `ValueError` if `started` has no offset (its UTC time would
    be a guess), and `OutputError` if the folder can't be made.
    """
    if started.tzinfo is None:
        raise ValueError(f"expected a time with an offset, got {started.isoformat()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = system_words(error)
        raise OutputError(
            str(folder),
            _("there is no such folder, and it can't be created: {reason}").format(reason=problem),
            _(ELSEWHERE),
        ) from error
    stem = f"{started.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}_{exercise}"
    names = (stem if number == 1 else f"{stem}_{number}" for number in count(1))
    paths = (folder / f"{name}{RECORDING_SUFFIX}" for name in names)
    return next(path for path in paths if not path.exists())


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Yield a path of the same name beside the target: a rename across disks can be cut short."""
    with (
        writing(target),
        tempfile.TemporaryDirectory(prefix=".tracker-", dir=target.parent) as folder,
    ):
        yield Path(folder) / target.name


@contextmanager
def atomic_write(target: Path, force: bool) -> Iterator[Path]:
    """Yield a path that becomes `target` on success; raises `OutputError` if it can't be."""
    refuse_existing(target, force)
    with _beside(target) as unfinished:
        yield unfinished
        refuse_existing(target, force)
        replace_file(unfinished, target, time.sleep)


def refuse_filled(target: Path, force: bool) -> None:
    """Raise `OutputError` if `target` is not a folder, or may not be added to."""
    if target.exists() and not target.is_dir():
        raise OutputError(str(target), _("is a file"), _("Name a folder."))
    if not force and target.is_dir() and any(target.iterdir()):
        raise OutputError(
            str(target),
            _("is a folder that is not empty"),
            _(
                "Choose another one, or use --force to add to it and replace files of the same "
                "names."
            ),
        )


@contextmanager
def whole_folder(target: Path, force: bool) -> Iterator[Path]:
    """Yield an empty folder whose files all go to `target` if nothing goes wrong.

    Whatever else is in `target` stays. Raises `OutputError` if the target is not empty and `force`
    is not given, or it can't be written.
    """
    refuse_filled(target, force)
    with _beside(target) as unfinished:
        unfinished.mkdir()
        yield unfinished
        refuse_filled(target, force)
        if target.exists():
            for path in sorted(each for each in unfinished.rglob("*") if each.is_file()):
                place = target / path.relative_to(unfinished)
                place.parent.mkdir(parents=True, exist_ok=True)
                replace_file(path, place, time.sleep)
        else:
            unfinished.rename(target)
