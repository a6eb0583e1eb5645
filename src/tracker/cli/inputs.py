"""What the commands read: recordings, CSV of samples and what phones save, as notifications.

Where the sessions are that a user names: files, folders of them, and other places by URL.
"""

from __future__ import annotations

import re
import tempfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tracker.app.paths import RECORDING_SUFFIX
from tracker.domain import HIP_THRUST, InputError, SessionInfo
from tracker.domain.errors import reading
from tracker.importers import (
    AccUnit,
    GyroUnit,
    ImportOptions,
    notifications_from_samples,
    read_foreign,
    read_sample_csv,
)
from tracker.importers.tables import ZIP_SUFFIX, read_foreign_header, start_of, texts_in
from tracker.recording import open_recording
from tracker.sensors import SAMPLES, SAMPLES_CHANNEL, encode_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.domain import Notification
    from tracker.importers import SampleTable

CSV: Final = "csv"
"""What a foreign file is called where the kind of a sensor is asked for."""

CSV_SUFFIXES: Final = (".csv", ".csv.gz")

# Every message of an Arrow stream starts with it; a recording that was renamed is still one.
_ARROW_STREAM_MAGIC: Final = b"\xff\xff\xff\xff"

# As a radio would deliver them, so that a replayed CSV moves as smoothly as a sensor does.
_RADIO_LIKE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A file on its way to the engine."""

    path: str
    """The file as the user named it."""
    sensor: str
    """Kind of the sensor, or `csv` for a foreign file."""
    info: SessionInfo
    """The head of the recording, or what is assumed for a foreign file."""
    notifications: Callable[[], Iterator[Notification]]
    """Starts over at the first notification."""
    amount: int
    """How many notifications there are."""
    duration_s: float | None
    """From the first sample or notification to the last, s; None without any."""
    end_s: float | None
    """Session time of the last sample or notification, s; None without any."""


def sayings_of(
    acc_unit: str | None, gyro_unit: str | None, acc_points: str | None
) -> ImportOptions:
    """Return what a user types of a foreign file."""
    return ImportOptions(
        None if acc_unit is None else AccUnit(acc_unit),
        None if gyro_unit is None else GyroUnit(gyro_unit),
        None if acc_points is None else acc_points == "down",
    )


def _say(line: str) -> None:
    click.echo(line, err=True)


def open_session_file(
    path: Path,
    *more: Path,
    exercise: str | None = None,
    sayings: ImportOptions = ImportOptions(),  # noqa: B008 - it is frozen
    block_samples: int | None = None,
    tell: Callable[[str], object] = _say,
) -> SessionFile:
    """Open a recording, a sample CSV, or what another app saved.

    Parameters
    ----------
    path
        The file, folder or zip; its name or its first bytes say what it is.
    more
        Files of the other sensors of the same session.
    exercise
        Beats what the file says.
    sayings
        What the user says of a foreign file.
    block_samples
        Samples of a foreign file that make one notification; None makes about ten notifications a
        second.
    tell
        Takes what the user should know of the file.

    Raises
    ------
    InputError
        If the file cannot be read or is none of them.
    """
    if more or is_foreign(path):
        _refuse_others((path, *more))
        samples = read_foreign((path, *more), sayings)
        if samples.left_out:
            tell(
                f"{path}: {samples.left_out} samples of acceleration have no angular rate "
                "at their time, and were left out."
            )
        info = _info(path, exercise, samples.started_utc)
        return _from_table(path, samples.table, info, block_samples)
    if _is_csv(path):
        table = read_sample_csv(
            path,
            sayings.acc_unit or AccUnit.MPS2,
            sayings.gyro_unit or GyroUnit.RADPS,
        )
        if sayings.points_down:
            table = replace(table, acc_mps2=-table.acc_mps2)
        return _from_table(path, table, _info(path, exercise, None), block_samples)
    recording = open_recording(path)
    for damage in recording.damage:
        tell(f"{path}: {damage}")
    info = recording.info if exercise is None else replace(recording.info, exercise=exercise)
    return SessionFile(
        path=str(path),
        sensor=info.sensor,
        info=info,
        notifications=lambda: iter(recording),
        amount=recording.rows,
        duration_s=recording.duration_s if recording.rows else None,
        end_s=recording.end_s,
    )


def refuse_recording(path: Path) -> None:
    """Raise `InputError` for what is no CSV, and no session of another app."""
    if path.name.lower().endswith(CSV_SUFFIXES) or is_foreign(path):
        return
    raise InputError(
        str(path),
        f"expected a name that ends in {', '.join((*CSV_SUFFIXES, ZIP_SUFFIX))}, or a folder that "
        "an app saved",
        "If it is a CSV of samples, give it that ending.",
    )


def is_foreign(path: Path) -> bool:
    """Say whether something is a session of another app: its file, its zip, or its folder."""
    name = path.name.lower()
    if path.is_dir():
        return any(_has_motion(each) for each in texts_in(path) if each.parent == path)
    if name.endswith(ZIP_SUFFIX):
        return True
    return name.endswith(CSV_SUFFIXES) and _has_motion(path)


def _has_motion(path: Path) -> bool:
    try:
        header = read_foreign_header(start_of(path))
    except zlib.error:
        return False
    return header is not None and header.has_motion


def _refuse_others(paths: Sequence[Path]) -> None:
    """Raise `InputError` where one of several files is a session by itself."""
    for path in paths:
        if len(paths) > 1 and not is_foreign(path):
            with reading(path), path.open("rb"):
                pass
            raise InputError(
                str(path),
                "several files are the sensors of one session, and this is none of them",
                "Import it by itself; each file has a header as its app writes it.",
            )


def _is_csv(path: Path) -> bool:
    """Decide by the name, and by the first bytes where the name says nothing."""
    name = path.name.lower()
    if name.endswith(CSV_SUFFIXES):
        return True
    if name.endswith(RECORDING_SUFFIX):
        return False
    with reading(path), path.open("rb") as file:
        start = file.read(len(_ARROW_STREAM_MAGIC))
    if start == _ARROW_STREAM_MAGIC:
        return False
    raise InputError(
        str(path),
        "expected a recording (.arrows), a CSV of samples (.csv, .csv.gz), or the folder or zip "
        "that a phone saved",
        "If it is one of them, give it that ending.",
    )


def _info(path: Path, exercise: str | None, started_utc: str | None) -> SessionInfo:
    return SessionInfo(
        sensor=SAMPLES.kind,
        exercise=exercise or HIP_THRUST.name,
        started_utc=started_utc,
        origin="imported",
        note=f"Imported from {path.name}",
    )


def _from_table(
    path: Path, table: SampleTable, info: SessionInfo, block_samples: int | None
) -> SessionFile:
    samples = len(table.time_s)
    duration_s = float(table.time_s[-1] - table.time_s[0])
    block = block_samples or max(1, round(samples / duration_s * _RADIO_LIKE_S))
    return SessionFile(
        path=str(path),
        sensor=CSV,
        info=info,
        notifications=lambda: notifications_from_samples(
            table, block, encode_samples, SAMPLES_CHANNEL
        ),
        amount=-(-samples // block),
        duration_s=duration_s,
        end_s=float(table.time_s[-1]),
    )


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
