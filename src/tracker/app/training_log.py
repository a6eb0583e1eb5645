"""Where the training log is, how a session gets into it, and which recordings it lacks.

No radio is needed for any of it.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.app.clock import local_now
from tracker.app.config import config_of
from tracker.app.paths import (
    LOG_NAME,
    PEOPLE,
    RECORDING_SUFFIX,
    recording_place,
    tracker_paths,
)
from tracker.app.register import FIRST_NAME, Person, owner_of, read_register
from tracker.domain import InputError
from tracker.domain.foreign_text import one_line, without_secrets
from tracker.language import _
from tracker.recording import is_closed, sha256_of
from tracker.store import SessionQuery, TrainingLog, file_of, log_url, place_beside
from tracker.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.app.paths import Paths
    from tracker.domain import TrackerError, Workout

NOT_LOGGED: Final = _(
    "The recording is kept. Once this is fixed, add it: tracker rescore --missing"
)
"""Advice beside every training that could not be logged."""

LOG_VARIABLE: Final = "TRACKER_LOG_URL"
"""Environment variable that says where the log is; it overrides the configuration."""

MOST_EARLIER_SESSIONS: Final = 50
"""Sessions that a report compares with: half a year of training."""

WRITTEN_S: Final = 60.0
"""An unclosed recording that grew this recently is of a training: it grows every second, s."""


def log_place(paths: Paths, environment: Mapping[str, str] = os.environ) -> str:
    """Return the path or URL of a person's log; raises `InputError` if it can't be read.

    A place that was chosen holds the logs of all people, each in a folder or schema of its own.
    """
    given = environment.get(LOG_VARIABLE)
    if given:
        place = _absolute(given, LOG_VARIABLE)
    else:
        chosen = config_of(paths).log
        if chosen is None:
            return str(paths.data / LOG_NAME)
        place = _absolute(chosen.url, _("log.url in {file}").format(file=paths.shared.config_file))
    person = paths.person
    return (
        place if person is None or person.is_first else place_beside(place, PEOPLE, person.folder)
    )


def _absolute(place: str, where: str) -> str:
    """Refuse a path that means another file in every working directory."""
    file = place.removeprefix("sqlite:///")
    if "://" not in file and not Path(file).expanduser().is_absolute():
        raise InputError(
            where,
            _("{place!r} depends on the working directory").format(place=without_secrets(place)),
            _("Give an absolute path, such as /home/me/training.sqlite, or a URL."),
        )
    return place


def file_of_log(place: str) -> Path | None:
    """Return the file of a log; None on a server. Raises `InputError` for a bad URL."""
    return file_of(log_url(place))


def log_is_there(place: str) -> bool:
    """Return whether the log exists; true on a server. Raises `InputError` for a bad URL."""
    file = file_of_log(place)
    return file is None or file.exists()


def open_training_log(paths: Paths | None = None) -> TrainingLog:
    """Open the log, or create it; raises `TrackerError` if it can't be used."""
    return TrainingLog(log_place(paths or tracker_paths()), local_now)


def existing_log(paths: Paths | None = None) -> TrainingLog | None:
    """Open the wearer's log if it exists, else return None; raises like `open_training_log`."""
    paths = paths or tracker_paths()
    return open_training_log(paths) if log_is_there(log_place(paths)) else None


def log_with(session: str, paths: Paths | None = None) -> TrainingLog:
    """Open the log that is to hold a session; raises `InputError` if there is no log yet."""
    log = existing_log(paths)
    if log is None:
        raise InputError(
            session, _("there is no training log yet"), _("Name a recording or a CSV of samples.")
        )
    return log


def recording_of(log: TrainingLog, session_id: int, paths: Paths | None = None) -> Path:
    """Return the recording of a session; raises `InputError` if it has none, or it is gone."""
    recording = log.detail(session_id).recording
    place = None if recording is None else recording_place(recording, paths or tracker_paths())
    if place is None or not place.exists():
        raise InputError(
            _("session {number}").format(number=session_id),
            _("its recording is gone") if recording else _("it has no recording"),
            _("Its measurements are still in the log: choose what needs no samples."),
        )
    return place


def earlier_sessions(log: TrainingLog, workout: Workout) -> tuple[Workout, ...]:
    """Return sessions of the same exercise and origin before this one, oldest first."""
    started = workout.info.started_utc
    time = datetime.fromisoformat
    query = SessionQuery(exercise=workout.info.exercise, limit=MOST_EARLIER_SESSIONS)
    return tuple(
        log.workout(each.id)
        for each in reversed(log.list(query))
        if each.started_utc is not None
        and each.origin == workout.info.origin
        and (started is None or time(each.started_utc) < time(started))
    )


def why_not_mine(
    workout: Workout, paths: Paths, recording: Path, *, named: bool = False
) -> TrackerError | None:
    """Return why a session may not go into a person's log; None if it may.

    A recording carries whose it is. One from before there was a register carries nobody: it is
    the first person's, unless it lies among somebody's own, or is `named` for them.
    """
    person, recorded = paths.person, workout.info.person
    people = read_register(paths.register)
    if recorded is None:
        mine = person is None or person.is_first or named
        mine = mine or recording.absolute().is_relative_to(paths.recordings.absolute())
        owner = ""
    else:
        mine = (person or Person(FIRST_NAME)).answers_to(recorded)
        owner = owner_of(recorded, people)
    if mine:
        return None
    advice = _("Name the file itself if it is theirs: tracker rescore FILE.")
    if owner:
        advice = _("Log it for them: tracker --person {owner!r} rescore FILE.").format(owner=owner)
        if not any(each.answers_to(owner) for each in people):
            hint = _(
                "They are not here yet: tracker people add {owner!r}, "
                "or tracker people rename, if it is somebody's other name."
            ).format(owner=owner)
            advice = f"{advice} {hint}"
    problem = _("was recorded for nobody by name")
    if owner:
        problem = _("was recorded for {name}").format(name=one_line(owner))
    return InputError(str(recording), problem, advice)


def log_session(workout: Workout, recording: Path, paths: Paths | None = None) -> int | None:
    """Put a session into the log once its recording is closed, and return its id.

    A session without a set in which nothing was entered is not logged, nor missed later on; its
    id is None. Raises `TrackerError` if the log can't be used or the recording can't be read; the
    recording stays as it is.
    """
    paths = paths or tracker_paths()
    others = why_not_mine(workout, paths, recording)
    if others is not None:
        raise others
    if workout.empty and not log_is_there(log_place(paths)):
        return None
    sha256 = sha256_of(recording)
    with open_training_log(paths) as log:
        if workout.empty:
            log.ignore(sha256)
            return None
        return log.add(
            workout,
            version=VERSION,
            recording=str(recording.absolute()),
            sha256=sha256,
        )


def recordings_in(folder: Path) -> tuple[Path, ...]:
    """Return the recordings in a folder and below, in the order of their names."""
    found = (path for path in folder.rglob(f"*{RECORDING_SUFFIX}") if path.is_file())
    # A file that is still being put in place is in a folder of this kind.
    return tuple(
        path
        for path in sorted(found)
        if "/.tracker-" not in f"/{path.relative_to(folder).as_posix()}"
    )


def still_growing(
    log: TrainingLog, folder: Path, now: Callable[[], datetime] = local_now
) -> tuple[Path, ...]:
    """Return the recordings that are missing from the log, but may still be written."""
    since_s = now().timestamp() - WRITTEN_S
    return tuple(
        path
        for path in _unknown(log, folder)
        if path.stat().st_mtime >= since_s and not is_closed(path)
    )


def _unknown(log: TrainingLog, folder: Path) -> list[Path]:
    names = {each.recording_name for each in log.recordings()}
    return [path for path in recordings_in(folder) if path.name not in names]


def not_logged(
    log: TrainingLog, folder: Path, now: Callable[[], datetime] = local_now
) -> tuple[Path, ...]:
    """Return the recordings in a folder that are missing from the log.

    Those that it was told to leave out do not count, nor those that are being written.
    """
    growing = still_growing(log, folder, now)
    unknown = [path for path in _unknown(log, folder) if path not in growing]
    left_out = log.ignored() if unknown else frozenset()
    return tuple(path for path in unknown if not left_out or sha256_of(path) not in left_out)
