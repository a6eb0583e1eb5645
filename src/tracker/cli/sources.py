"""What the commands read: the sessions that a user names, in files, folders of them, and URLs.

Importing this module costs Arrow (0.1 s), so commands do it in their bodies.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker.app.paths import RECORDING_SUFFIX
from tracker.app.session_files import BIG_BLOCK_SAMPLES, is_foreign, is_recording
from tracker.cli.download import is_url
from tracker.cli.terminal import shown
from tracker.domain import InputError
from tracker.importers import TEXT_SUFFIXES, ZIP_SUFFIX, has_motion
from tracker.language import _
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.app.session_files import SessionFile
    from tracker.domain import Workout

CSV_SUFFIXES: Final = (".csv", ".csv.gz")
_SESSION_SUFFIXES: Final = (RECORDING_SUFFIX, *CSV_SUFFIXES, ZIP_SUFFIX)


def watched_workout(
    file: SessionFile, batch: int = BIG_BLOCK_SAMPLES, *, quiet: bool = False
) -> Workout:
    """Return what a file's events add up to, with a progress bar on a terminal unless `quiet`."""
    with click.progressbar(
        length=file.amount,
        label=shown(file.path),
        file=sys.stderr,
        hidden=quiet or not sys.stderr.isatty(),
    ) as bar:
        return file.workout(batch, lambda given: bar.update(len(given)))


def refuse_recording(path: Path) -> None:
    """Raise `InputError` if `path` is a recording already, or is named like one and is nothing."""
    if is_recording(path):
        open_recording(path)
        raise InputError(
            str(path),
            _("is a recording already"),
            _("It needs no import: analyse or replay it as it is."),
        )


def sessions_in(named: Sequence[str]) -> tuple[str, ...]:
    """Return the sessions that the user named; a folder stands for every session in it, by name.

    A folder that a phone app saved is one session.
    """
    return tuple(session for name in named for session in _sessions(name))


def is_collection(name: str) -> bool:
    """Say whether a name stands for any number of sessions."""
    path = Path(name)
    return path.is_dir() and not is_foreign(path)


def _sessions(name: str) -> Iterator[str]:
    if is_url(name) or not is_collection(name):
        yield name
        return
    found = list(_walk(Path(name)))
    if not found:
        raise InputError(
            name,
            _("no session in it: no file that ends in {suffixes}").format(
                suffixes=", ".join(_SESSION_SUFFIXES)
            ),
            _("Name the folder that the recordings are in."),
        )
    yield from found


def _walk(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not is_foreign(path):
            yield from _walk(path)
        elif path.is_dir() or _is_session(path):
            yield str(path)


def _is_session(path: Path) -> bool:
    """Say whether a file in a folder is meant; of other texts, those with a header of samples."""
    name = path.name.lower()
    return name.endswith(_SESSION_SUFFIXES) or (name.endswith(TEXT_SUFFIXES) and has_motion(path))
