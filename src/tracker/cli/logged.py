"""Sessions of the training log, for the commands that take one beside files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError, TrackerError
from tracker.runtime.paths import tracker_paths
from tracker.runtime.training_log import log_is_there, log_place, open_training_log
from tracker.store import Wanted

if TYPE_CHECKING:
    from tracker.domain import Workout
    from tracker.store import TrainingLog

LAST: Final = "last"
"""Stands for the newest session of the log."""

LOOKED_BACK: Final = 50
"""Sessions that one is compared with: half a year of training."""


def names_session(word: str) -> bool:
    """Say whether a word is the number of a session, or the word for the newest."""
    return word == LAST or (word.isascii() and word.isdigit())


def logged_workout(word: str) -> Workout:
    """Return a session of the log, with what was edited.

    Parameters
    ----------
    word
        The number of the session, or `last`.

    Raises
    ------
    TrackerError
        If there is no such session.
    """
    with _opened(word) as log:
        return log.workout(log.find(word))


def logged_recording(word: str) -> Path:
    """Return the recording of a session of the log.

    Raises
    ------
    TrackerError
        If there is no such session, or its recording is not where it was.
    """
    with _opened(word) as log:
        recording = log.kept(log.find(word)).recording
    if recording is None or not Path(recording).exists():
        raise InputError(
            f"session {word}",
            "its recording is not there any more" if recording else "it has no recording",
            "What was measured is in the log all the same: choose a format that needs no samples.",
        )
    return Path(recording)


def logged_before(workout: Workout) -> tuple[Workout, ...]:
    """Return sessions of the same exercise before this one, oldest first; none without a log."""
    started = workout.info.started_utc
    try:
        if not log_is_there(log_place(tracker_paths())):
            return ()
        with open_training_log() as log:
            found = log.list(Wanted(exercise=workout.info.exercise, limit=LOOKED_BACK))
            earlier = [
                each
                for each in reversed(found)
                if each.started_utc is not None
                and each.origin == workout.info.origin
                and (started is None or _moment(each.started_utc) < _moment(started))
            ]
            return tuple(log.workout(each.id) for each in earlier)
    except TrackerError:
        # A report without trends is better than none.
        return ()


def _opened(word: str) -> TrainingLog:
    """Open the log, unless there is none: asking for a session does not make one."""
    if not log_is_there(log_place(tracker_paths())):
        raise InputError(
            f"session {word}",
            "there is no training log yet",
            "Name a recording or a CSV of samples.",
        )
    return open_training_log()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
