"""Recordings through the engine on all cores, and what comes out into the training log.

Workers measure, one process writes: a session is in the log once it and those before it are
measured, so whatever ends the work costs what is under way and nothing else.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import click

from tracker import __version__
from tracker.cli.analysis import workout_in
from tracker.cli.analyze import BIG_BLOCK_SAMPLES
from tracker.cli.cluster import ClusterGoneError, results_on
from tracker.cli.inputs import open_session_file
from tracker.cli.workers import WorkerLostError, results, usable_cores
from tracker.domain import TrackerError, Workout
from tracker.recording import sha256_of
from tracker.runtime.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from tracker.cli.interruption import Interruption
    from tracker.cli.rescore_work import Task, Work
    from tracker.store import TrainingLog

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
