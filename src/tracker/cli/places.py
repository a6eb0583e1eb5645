"""Where the sessions are that a user names: files, folders of them, and other places by URL."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tracker.cli.inputs import CSV_SUFFIXES, is_foreign
from tracker.domain import InputError
from tracker.recording.foreign_files import ZIP_SUFFIX
from tracker.runtime.paths import RECORDING_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SESSION_SUFFIXES: Final = (RECORDING_SUFFIX, *CSV_SUFFIXES, ZIP_SUFFIX)
_URL: Final = re.compile(r"[a-z][a-z0-9+]+://.+")


def sessions_in(named: Sequence[str]) -> tuple[str, ...]:
    """Return the sessions that are meant: a folder is every session in it, in the order of names.

    The folder that a phone saved is one session.

    Raises
    ------
    InputError
        If a folder has no session in it.
    """
    return tuple(session for name in named for session in _sessions(name))


def is_collection(name: str) -> bool:
    """Say whether a name stands for any number of sessions."""
    path = Path(name)
    return path.is_dir() and not is_foreign(path)


@contextmanager
def at_hand(source: str) -> Iterator[Path]:
    """Give a path at which a source can be read; what is elsewhere is fetched, and removed again.

    Raises
    ------
    InputError
        If it cannot be fetched.
    """
    if not is_url(source):
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        # The name tells what it is.
        path = Path(folder) / (source.rsplit("/", 1)[-1] or "session")
        _fetch(source, path)
        yield path


def is_url(source: str) -> bool:
    """Say whether a source is named by a URL, as `s3://bucket/session.arrows`."""
    return _URL.fullmatch(source) is not None


def _sessions(name: str) -> Iterator[str]:
    if is_url(name) or not is_collection(name):
        yield name
        return
    found = list(_walk(Path(name)))
    if not found:
        raise InputError(
            name,
            f"has no session in it: no file that ends in {', '.join(_SESSION_SUFFIXES)}",
            "Name the folder that the recordings are in.",
        )
    yield from found


def _walk(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not is_foreign(path):
            yield from _walk(path)
        elif path.is_dir() or path.name.lower().endswith(_SESSION_SUFFIXES):
            yield str(path)


def _fetch(url: str, path: Path) -> None:
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise InputError(
            url,
            "reading from a URL needs a package that is not installed",
            "Install it with: pip install 'hip-thrust-tracker[dask]'",
        ) from error
    try:
        filesystem: Any
        filesystem, place = fsspec.url_to_fs(url)
        filesystem.get_file(place, str(path))
    except FileNotFoundError as error:
        raise InputError(url, "there is no such file", "Check the URL.") from error
    except (OSError, ValueError, ImportError) as error:
        raise InputError(url, f"cannot be fetched: {error}", "Check the URL.") from error
