"""Which recordings are to be measured: sessions of the log, files and folders, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker import __version__
from tracker.domain import InputError
from tracker.recording import sha256_of
from tracker.runtime.paths import RECORDING_SUFFIX, tracker_paths
from tracker.runtime.training_log import not_logged, recordings_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.store import Known, TrainingLog

ALL: Final = "all"
"""What stands for every session of the log."""


@dataclass(frozen=True, slots=True)
class Task:
    """One recording to be measured."""

    path: Path
    exercise: str | None
    """What to look for; None for what the recording says."""
    known: Known | None
    """The session that the log has of it."""


@dataclass(slots=True)
class Work:
    """What is to be done, and what need not."""

    tasks: list[Task] = field(default_factory=list)
    done_before: int = 0
    without_recording: list[str] = field(default_factory=list)
    """Why sessions cannot be measured again."""


def chosen_work(log: TrainingLog, targets: Sequence[str], *, missing: bool, again: bool) -> Work:
    """Return what is to be measured.

    Parameters
    ----------
    log
        The training log.
    targets
        `all`, ids, files and folders.
    missing
        Only what the log does not know.
    again
        Also what this version has measured.

    Raises
    ------
    InputError
        If a target is none of them.
    """
    known = log.recordings()
    work = Work()
    if missing:
        folders = [Path(target) for target in targets] or [tracker_paths().recordings]
        for folder in folders:
            if targets and not folder.is_dir():
                raise InputError(str(folder), "expected a folder of recordings")
            work.tasks += [Task(path, None, None) for path in not_logged(log, folder)]
        return work
    for target in targets:
        for task in _tasks(log, target, known, work):
            session = task.known
            if session is not None and not again and _is_done(session):
                work.done_before += 1
            else:
                work.tasks.append(task)
    return work


def _tasks(log: TrainingLog, target: str, known: Sequence[Known], work: Work) -> Iterator[Task]:
    path = Path(target)
    if path.is_dir() or path.suffix == RECORDING_SUFFIX:
        by_sha256 = {each.sha256: each for each in known if each.sha256 is not None}
        for found in recordings_in(path) if path.is_dir() else (path,):
            yield _task(found, by_sha256.get(sha256_of(found)))
        return
    wanted = list(known)
    if target != ALL:
        session_id = log.find(target)
        wanted = [each for each in known if each.id == session_id]
        if not wanted:
            raise InputError(f"session {session_id}", "has no recording to measure again")
    for each in wanted:
        found_at = _where(each)
        if found_at is None:
            work.without_recording.append(
                f"session {each.id}: its recording is gone: {each.recording}"
            )
        else:
            yield _task(found_at, each)


def _task(path: Path, known: Known | None) -> Task:
    # An exercise that was edited is what to look for.
    return Task(path, None if known is None else known.exercise, known)


def _where(known: Known) -> Path | None:
    """Return where a recording is: where it was, or in the folder for recordings."""
    moved = tracker_paths().recordings / known.recording_name
    return next((path for path in (Path(known.recording), moved) if path.is_file()), None)


def _is_done(known: Known) -> bool:
    return known.tracker_version == __version__ and known.counted_as == known.exercise
