"""`tracker rescore`: recordings through the current engine, into the training log.

Workers measure and one process writes. A session is logged once it and those before it are
measured, so ending the command early loses only what is in flight.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker.app.paths import RECORDING_SUFFIX, recording_place, tracker_paths
from tracker.cli.completion import sessions_or_files
from tracker.cli.exits import file_problem, interruption
from tracker.cli.options import SESSION, examples
from tracker.cli.terminal import print_text, say
from tracker.domain import InputError
from tracker.language import _, counted, decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from tracker.cli.exits import Interruption
    from tracker.domain import Workout
    from tracker.store import RescoreCandidate, TrainingLog

ALL: Final = "all"
"""Names every session of the log."""

_MAX_SHORTFALL_S: Final = 1.0
"""A recording may be so much shorter than what was logged, s: a crash loses the last second."""


@click.command(
    epilog=examples(
        ("tracker rescore all", _("every session, after an update")),
        ("tracker rescore 12", _("one, after its exercise was edited")),
        ("tracker rescore /media/old/recordings", _("a folder of recordings; new ones are added")),
        ("tracker rescore --missing", _("only add recordings that are not in the log")),
    )
)
@click.argument(
    "targets",
    nargs=-1,
    metavar=f"[all|{SESSION}|FILE|FOLDER]...",
    shell_complete=sessions_or_files,
)
@click.option(
    "--missing",
    is_flag=True,
    help=_(
        "Only add recordings that are not in the log, from the named folders or else from "
        "tracker's own: after a crash, or to rebuild a lost log."
    ),
)
@click.option(
    "--again", is_flag=True, help=_("Repeat what this version of tracker has analysed already.")
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help=_("Analyse N recordings at once.  [default: one per core]"),
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help=_(
        "Analyse on the workers of a Dask cluster, which must be able to read the recordings by "
        "the same names; the log is written here."
    ),
)
def rescore(
    targets: tuple[str, ...],
    missing: bool,
    again: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Re-analyse recordings with the current detector.

    Measurements are replaced; your edits stay. Sessions that this version of tracker has analysed
    are skipped, so an interrupted command can simply be run again. stdout has a line for each
    session whose count changed.
    """
    if not targets and not missing:
        raise click.UsageError(
            _("name what to analyse: all, an ID, a FILE, a FOLDER, or --missing")
        )
    with interruption() as interrupted:
        from tracker.app.training_log import open_training_log

        with open_training_log() as log:
            work = work_for(log, targets, missing=missing, again=again)
            outcome = rescore_all(log, work, jobs, interrupted, scheduler)
        for line in outcome.lines:
            say(line)
    if outcome.failed:
        raise click.ClickException(_("not everything could be analysed; see above"))


@dataclass(frozen=True, slots=True)
class Task:
    """One recording to be analysed."""

    path: Path
    exercise: str | None
    """Which exercise to detect, as edited; None for the one in the recording."""
    known: RescoreCandidate | None
    """Its session in the log."""
    named: bool = False
    """Whether the user named the very file, and so wants it logged even without a set."""


@dataclass(slots=True)
class Work:
    """What to analyse, and what not."""

    tasks: list[Task] = field(default_factory=list)
    done_before: int = 0
    growing: int = 0
    """Recordings left out because they may still be written to."""
    without_recording: list[str] = field(default_factory=list)
    """Messages about sessions that cannot be analysed again."""


def work_for(log: TrainingLog, targets: Sequence[str], *, missing: bool, again: bool) -> Work:
    """Return what to analyse: `all`, ids, files and folders, or what is missing from the log.

    `again` repeats what this version has analysed already.
    """
    from tracker.app.training_log import not_logged, still_growing
    from tracker.version import VERSION

    known = log.recordings()
    work = Work()
    if missing:
        folders = [Path(target) for target in targets] or [tracker_paths().recordings]
        for folder in folders:
            if targets and not folder.is_dir():
                raise InputError(str(folder), _("expected a folder of recordings"))
            work.growing += len(still_growing(log, folder))
            work.tasks += [Task(path, None, None) for path in not_logged(log, folder)]
        return work
    for target in targets:
        for task in _tasks(log, target, known, work):
            session = task.known
            if session is None or again:
                work.tasks.append(task)
            elif (session.tracker_version, session.counted_as) == (
                VERSION,
                session.shown_exercise,
            ):
                work.done_before += 1
            else:
                work.tasks.append(task)
    return work


def _tasks(
    log: TrainingLog, target: str, known: Sequence[RescoreCandidate], work: Work
) -> Iterator[Task]:
    from tracker.app.training_log import recordings_in
    from tracker.recording import sha256_of

    path = Path(target)
    if path.is_dir() or path.suffix == RECORDING_SUFFIX:
        by_sha256 = {each.sha256: each for each in known if each.sha256 is not None}
        for found in recordings_in(path) if path.is_dir() else (path,):
            known_one = by_sha256.get(sha256_of(found))
            exercise = None if known_one is None else known_one.shown_exercise
            yield Task(found, exercise, known_one, named=not path.is_dir())
        return
    wanted = list(known)
    if target != ALL:
        session_id = log.find(target)
        wanted = [each for each in known if each.id == session_id]
        if not wanted:
            raise InputError(
                _("session {number}").format(number=session_id),
                _("has no recording to analyse"),
            )
    for each in wanted:
        found_at = recording_place(each.recording, tracker_paths())
        if not found_at.is_file():
            work.without_recording.append(
                _("session {number}: its recording is gone: {file}").format(
                    number=each.id, file=each.recording
                )
            )
        else:
            yield Task(found_at, each.shown_exercise, each)


@dataclass(frozen=True, slots=True)
class Measured:
    """The result for one recording."""

    workout: Workout
    counted_as: str
    sha256: str
    version: str
    """Version of tracker that measured; on a cluster it may be another one."""


@dataclass(slots=True)
class Outcome:
    """Counts of what was done, and lines for stderr."""

    done: int = 0
    added: int = 0
    empty: int = 0
    failed: int = 0
    lines: list[str] = field(default_factory=list)

    def fail(self, line: str) -> None:
        """Note that a recording could not be analysed, and why."""
        self.failed += 1
        self.lines.append(line)


def measure(task: Task) -> Measured:
    """Return what the current engine finds in a recording."""
    from tracker.app.session_files import open_session_file
    from tracker.recording import sha256_of
    from tracker.version import VERSION

    sha256 = sha256_of(task.path)
    file = open_session_file(task.path)
    exercise = task.exercise or file.info.exercise
    # Quiet: one progress bar shows all recordings together.
    workout = replace(file, info=replace(file.info, exercise=exercise)).workout()
    return Measured(replace(workout, info=file.info), exercise, sha256, VERSION)


def rescore_all(
    log: TrainingLog,
    work: Work,
    jobs: int | None,
    interrupted: Interruption,
    scheduler: str | None = None,
) -> Outcome:
    """Analyse everything in `work` and log it, until it is done or interrupted.

    After Ctrl-C, what is in flight is finished and nothing new is started. Raises `TrackerError`
    if the log cannot be written, or the cluster is lost; everything logged by then stays.
    """
    from tracker.cli.workers import ClusterGoneError, WorkerLostError

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
            except WorkerLostError:
                outcome.fail(
                    _("{file}: every worker that started it was killed").format(file=task.path)
                )
            except Exception as error:  # a defect of ours in one file must not cost the others
                outcome.fail(file_problem(str(task.path), error)[0])
            else:
                # An error here ends the work: if the log cannot be written, nothing can be kept.
                _log(log, task, measured, outcome)
            bar.update(1)
    done = outcome.done + outcome.added + outcome.empty + outcome.failed
    outcome.lines.append(_totals(outcome, work, left=len(work.tasks) - done))
    outcome.failed += len(work.without_recording)
    return outcome


def _results(
    tasks: Sequence[Task], jobs: int | None, scheduler: str | None, interrupted: Interruption
) -> Generator[tuple[Task, Callable[[], Measured]]]:
    """Yield each task with a function that gives its result, in order, so that ids follow time."""
    from tracker.cli.workers import results, results_on, usable_cores

    if scheduler is None:
        yield from results(measure, tasks, jobs or usable_cores(), lambda: interrupted.happened)
        return
    # Workers have another working directory.
    there = [replace(task, path=task.path.absolute()) for task in tasks]
    found = results_on(scheduler, measure, there, lambda: interrupted.happened)
    for task, (__, result) in zip(tasks, found, strict=False):
        yield task, result


def _log(log: TrainingLog, task: Task, measured: Measured, outcome: Outcome) -> None:
    # The log costs SQLAlchemy (0.2 s).
    from tracker.app.training_log import why_not_mine

    workout, known = measured.workout, task.known
    outcome.lines += [f"{task.path}: {warning.text}" for warning in workout.warnings]
    workout = replace(workout, facts=replace(workout.facts, path=str(task.path)))
    others = why_not_mine(workout, tracker_paths(), task.path, named=task.named)
    if known is None and others is not None:
        outcome.fail(str(others))
        return
    if known is None and workout.empty and not (task.named and workout.facts.samples):
        log.ignore(measured.sha256)
        outcome.empty += 1
        return
    duration_s = workout.facts.duration_s or 0.0
    if known is not None and duration_s < (known.duration_s or 0.0) - _MAX_SHORTFALL_S:
        outcome.fail(
            _(
                "{file}: has only {seconds} s of the {logged} s that were logged as session "
                "{number}; the session is left unchanged"
            ).format(
                file=task.path,
                seconds=decimal(duration_s, 1),
                logged=decimal(known.duration_s or 0.0, 1),
                number=known.id,
            )
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
    summary = log.detail(session_id).summary
    if known is None and session_id > newest_before:
        outcome.added += 1
        print_text(f"{session_id}  {task.path.name}: {counted(summary.reps_done, 'rep', 'reps')}")
        return
    outcome.done += 1
    if known is not None and known.reps_done != summary.reps_done:
        reps = counted(summary.reps_done, "rep", "reps")
        print_text(f"{session_id}  {task.path.name}: {known.reps_done} → {reps}")


def _totals(outcome: Outcome, work: Work, left: int) -> str:
    from tracker.version import VERSION

    amounts = (
        (_("{number} rescored"), outcome.done),
        (_("{number} added"), outcome.added),
        (_("{number} without a set left out"), outcome.empty),
        (_("{number} possibly still recording (run again in a minute)"), work.growing),
        (_("{number} already done by tracker {version}"), work.done_before),
        (_("{number} failed"), outcome.failed + len(work.without_recording)),
        (_("{number} still to do"), left),
    )
    return ", ".join(
        text.format(number=amount, version=VERSION)
        for place, (text, amount) in enumerate(amounts)
        # How many were done is told even if none were.
        if amount or place < 2
    )
