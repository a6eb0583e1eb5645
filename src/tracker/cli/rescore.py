"""`tracker rescore`: old recordings through the engine of today, and those that the log lacks.

Recordings through the engine on all cores, and what comes out into the training log.

Workers measure, one process writes: a session is in the log once it and those before it are
measured, so whatever ends the work costs what is under way and nothing else.

Which recordings are to be measured: sessions of the log, files and folders, what is missing.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker import __version__
from tracker.app.paths import RECORDING_SUFFIX, tracker_paths
from tracker.app.text import counted
from tracker.cli.analyze import BIG_BLOCK_SAMPLES, broken, workout_in
from tracker.cli.exits import interruption
from tracker.cli.inputs import open_session_file
from tracker.cli.options import SESSION, examples
from tracker.cli.workers import (
    ClusterGoneError,
    WorkerLostError,
    results,
    results_on,
    usable_cores,
)
from tracker.domain import InputError, TrackerError, Workout

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from tracker.cli.exits import Interruption
    from tracker.store import RescoreCandidate, TrainingLog


@click.command(
    epilog=examples(
        ("tracker rescore all", "every session, after an update"),
        ("tracker rescore 12", "one, after its exercise was edited"),
        ("tracker rescore /media/old/recordings", "a folder of recordings, new ones are added"),
        ("tracker rescore --missing", "only add recordings that the log does not know"),
    )
)
@click.argument("targets", nargs=-1, metavar=f"[all|{SESSION}|FILE|FOLDER]...")
@click.option(
    "--missing",
    is_flag=True,
    help="Only add recordings that the log does not know: of the folders named, else of the "
    "tracker's own. After a crash, or to build a lost log anew.",
)
@click.option(
    "--again", is_flag=True, help="Also what this version of the tracker has done already."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes at work at once.  [default: one for each core]",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Measure on the workers of a Dask cluster, which read the recordings by the same names; "
    "the log is written here.",
)
def rescore(
    targets: tuple[str, ...],
    missing: bool,
    again: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Run old recordings through the detection of today.

    What was measured is replaced; every edit stays. Sessions that this version of the tracker has
    measured are skipped, so what was interrupted goes on where it was. stdout has a line for each
    session that counts otherwise than before.
    """
    if not targets and not missing:
        raise click.UsageError("say what: all, an ID, a FILE, a FOLDER, or --missing")
    with interruption() as interrupted:
        # The engine costs SciPy (0.6 s), the log SQLAlchemy (0.2 s).
        from tracker.app.training import open_training_log

        with open_training_log() as log:
            work = chosen_work(log, targets, missing=missing, again=again)
            outcome = do(log, work, jobs, interrupted, scheduler)
        for line in outcome.lines:
            click.echo(line, err=True)
    if outcome.failed:
        raise click.ClickException("not everything could be measured; see above")


_SHORTER_S: Final = 1.0
"""What a recording may lack of what was logged, s: the last second may never have been written."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out of a recording."""

    workout: Workout
    counted_as: str
    sha256: str
    version: str
    """Of the tracker that measured, which on a cluster may be another."""


@dataclass(slots=True)
class Outcome:
    """What was done."""

    done: int = 0
    added: int = 0
    empty: int = 0
    failed: int = 0
    lines: list[str] = field(default_factory=list)

    def fail(self, line: str) -> None:
        """Note that a recording could not be measured, and why."""
        self.failed += 1
        self.lines.append(line)


def measure(task: Task) -> Measured:
    """Return what the engine of today finds in a recording.

    Raises
    ------
    TrackerError
        If the file cannot be read.
    """
    from tracker.recording import sha256_of

    sha256 = sha256_of(task.path)
    file = open_session_file(task.path)
    exercise = task.exercise or file.info.exercise
    counted_so = replace(file, info=replace(file.info, exercise=exercise))
    # No bar: there is one for all recordings together.
    workout = workout_in(counted_so, BIG_BLOCK_SAMPLES, quiet=True)
    return Measured(replace(workout, info=file.info), exercise, sha256, __version__)


def do(
    log: TrainingLog,
    work: Work,
    jobs: int | None,
    interrupted: Interruption,
    scheduler: str | None = None,
) -> Outcome:
    """Measure everything that is to be measured and keep it, until it is done or interrupted.

    Parameters
    ----------
    log
        The training log.
    work
        What is to be done.
    jobs
        Processes at work at once; None is one for each core.
    interrupted
        Tells of Ctrl-C: what is under way is finished, nothing else is begun.
    scheduler
        Address of a Dask cluster whose workers measure; None is this machine.

    Raises
    ------
    TrackerError
        If the log cannot be written, or the cluster is not there (any more). What was measured by
        then is kept.
    """
    outcome = Outcome(lines=list(work.without_recording))
    found = _results(work.tasks, jobs, scheduler, interrupted)
    with (
        closing(found),
        click.progressbar(
            length=len(work.tasks),
            label="rescore",
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar,
    ):
        for task, result in found:
            try:
                measured = result()
            except ClusterGoneError:
                raise
            except TrackerError as error:
                outcome.fail(error.message)
            except WorkerLostError:
                outcome.fail(f"{task.path}: every worker that began with it was ended")
            except Exception as error:  # a defect of ours in one file must not cost the others
                outcome.fail(broken(str(task.path), error))
            else:
                # A log that cannot be written ends the work: the next one would fare no better.
                _keep(log, task, measured, outcome)
            bar.update(1)
    done = outcome.done + outcome.added + outcome.empty + outcome.failed
    outcome.lines.append(_sum(outcome, work, left=len(work.tasks) - done))
    outcome.failed += len(work.without_recording)
    return outcome


def _results(
    tasks: Sequence[Task], jobs: int | None, scheduler: str | None, interrupted: Interruption
) -> Generator[tuple[Task, Callable[[], Measured]]]:
    """Yield each task with what gives its result or raises, in order: ids follow time."""

    def stopped() -> bool:
        return interrupted.happened

    if scheduler is None:
        yield from results(measure, tasks, jobs or usable_cores(), stopped)
        return
    # Workers read by the same names, but not from the same place.
    there = [replace(task, path=task.path.absolute()) for task in tasks]
    for task, (_, result) in zip(
        tasks, results_on(scheduler, measure, there, stopped), strict=False
    ):
        yield task, result


def _keep(log: TrainingLog, task: Task, measured: Measured, outcome: Outcome) -> None:
    workout, known = measured.workout, task.known
    outcome.lines += [f"{task.path}: {warning.text}" for warning in workout.warnings]
    workout = replace(workout, facts=replace(workout.facts, path=str(task.path)))
    if known is None and not workout.sets and not workout.facts.samples:
        log.leave_out(measured.sha256)
        outcome.empty += 1
        return
    duration_s = workout.facts.duration_s or 0.0
    if known is not None and duration_s < (known.duration_s or 0.0) - _SHORTER_S:
        outcome.fail(
            f"{task.path}: has {duration_s:.1f} s of the {known.duration_s:.1f} s that were "
            f"logged as session {known.id}, which is left as it was"
        )
        return
    newest_before = log.newest_id()
    session_id = log.add(
        workout,
        version=measured.version,
        recording=str(task.path.absolute()),
        sha256=measured.sha256,
        counted_as=measured.counted_as,
    )
    summary = log.kept(session_id).summary
    if known is None and session_id > newest_before:
        outcome.added += 1
        click.echo(f"{session_id}  {task.path.name}: {counted(summary.reps_done, 'rep')}")
        return
    outcome.done += 1
    if known is not None and known.reps != summary.reps_done:
        reps = counted(summary.reps_done, "rep")
        click.echo(f"{session_id}  {task.path.name}: {known.reps} → {reps}")


def _sum(outcome: Outcome, work: Work, left: int) -> str:
    parts = [f"{outcome.done} rescored", f"{outcome.added} added"]
    if outcome.empty:
        parts.append(f"{outcome.empty} without a sample left out")
    if work.done_before:
        parts.append(f"{work.done_before} done before by tracker {__version__}")
    if outcome.failed or work.without_recording:
        parts.append(f"{outcome.failed + len(work.without_recording)} failed")
    if left:
        parts.append(f"{left} still to do")
    return ", ".join(parts)


ALL: Final = "all"
"""What stands for every session of the log."""


@dataclass(frozen=True, slots=True)
class Task:
    """One recording to be measured."""

    path: Path
    exercise: str | None
    """What to look for; None for what the recording says."""
    known: RescoreCandidate | None
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
    from tracker.app.training import not_logged

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


def _tasks(
    log: TrainingLog, target: str, known: Sequence[RescoreCandidate], work: Work
) -> Iterator[Task]:
    from tracker.app.training import recordings_in
    from tracker.recording import sha256_of

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


def _task(path: Path, known: RescoreCandidate | None) -> Task:
    # An exercise that was edited is what to look for.
    return Task(path, None if known is None else known.exercise, known)


def _where(known: RescoreCandidate) -> Path | None:
    """Return where a recording is: where it was, or in the folder for recordings."""
    moved = tracker_paths().recordings / known.recording_name
    return next((path for path in (Path(known.recording), moved) if path.is_file()), None)


def _is_done(known: RescoreCandidate) -> bool:
    return known.tracker_version == __version__ and known.counted_as == known.exercise
