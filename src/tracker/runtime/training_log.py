"""Where the wearer's training log is, and how a session comes into it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker import __version__
from tracker.domain import InputError
from tracker.recording import is_closed, sha256_of
from tracker.runtime.clock import local_now
from tracker.runtime.config import config_path, load_config
from tracker.runtime.paths import RECORDING_SUFFIX, tracker_paths
from tracker.store import LOG_NAME, TrainingLog, file_of, log_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tracker.domain import Workout
    from tracker.runtime.paths import Paths

LOG_VARIABLE: Final = "TRACKER_LOG_URL"
"""Environment variable that says where the log is; it beats the configuration."""

WRITTEN_S: Final = 60.0
"""A recording without its end that grew this lately is of a training that runs: it grows every
second while samples come, and a sensor that is lost for longer is one to tell about."""


def log_place(paths: Paths, environment: Mapping[str, str] = os.environ) -> str:
    """Return the path or the URL of the training log.

    Raises
    ------
    InputError
        If the configuration cannot be read.
    """
    said = environment.get(LOG_VARIABLE)
    if said:
        return _from_the_root(said, LOG_VARIABLE)
    path = config_path(paths.config)
    chosen = load_config(path).log
    if chosen is None:
        return str(paths.data / LOG_NAME)
    return _from_the_root(chosen.url, f"log.url in {path}")


def _from_the_root(place: str, where: str) -> str:
    """Refuse a path that is another file in every folder that the tracker is called from."""
    file = place.removeprefix("sqlite:///")
    if "://" not in file and not Path(file).expanduser().is_absolute():
        raise InputError(
            where,
            f"{place!r} depends on the folder that one is in",
            "Write the whole path, as /home/me/training.sqlite, or a URL.",
        )
    return place


def log_is_there(place: str) -> bool:
    """Say whether there is a file of the log; one on a server always counts as there.

    Raises
    ------
    InputError
        If it is a URL of another database, or none that can be read.
    """
    file = file_of(log_url(place))
    return file is None or file.exists()


def open_training_log(paths: Paths | None = None) -> TrainingLog:
    """Open the wearer's log, and make it if there is none.

    Raises
    ------
    TrackerError
        If it cannot be used.
    """
    return TrainingLog(log_place(paths or tracker_paths()), local_now)


def log_session(workout: Workout, recording: Path, paths: Paths | None = None) -> int | None:
    """Put a session into the log once its recording is closed, and return its id.

    A session that came to nothing is none: without a set and a sample, nothing is logged.

    Raises
    ------
    TrackerError
        If the log cannot be used, or the recording not be read; the recording stays as it is.
    """
    if not workout.sets and not workout.facts.samples:
        return None
    with open_training_log(paths) as log:
        return log.add(
            workout,
            version=__version__,
            recording=str(recording.absolute()),
            sha256=sha256_of(recording),
        )


def recordings_in(folder: Path) -> tuple[Path, ...]:
    """Return the recordings in a folder and below, in the order of their names."""
    found = (path for path in folder.rglob(f"*{RECORDING_SUFFIX}") if path.is_file())
    # A file that is still being put in place lies in a folder of this kind.
    return tuple(sorted(path for path in found if not _unfinished(path.relative_to(folder))))


def not_logged(
    log: TrainingLog, folder: Path, now: Callable[[], datetime] = local_now
) -> tuple[Path, ...]:
    """Return the recordings in a folder that the log lacks.

    Those that it is to leave out are not among them, nor those that are being written.
    """
    names = {each.recording_name for each in log.recordings()}
    since_s = now().timestamp() - WRITTEN_S
    unknown = [
        path
        for path in recordings_in(folder)
        if path.name not in names and (path.stat().st_mtime < since_s or is_closed(path))
    ]
    left_out = log.left_out() if unknown else frozenset()
    return tuple(path for path in unknown if not left_out or sha256_of(path) not in left_out)


def _unfinished(path: Path) -> bool:
    return any(part.startswith(".tracker-") for part in path.parts)
