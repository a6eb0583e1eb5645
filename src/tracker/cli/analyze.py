"""`tracker analyze`: whole files through the engine, as fast as it goes.

Several files are analysed one after the other, in processes of their own, or on a Dask cluster,
with the same results. A process gets names and settings and gives back a `FileResult`.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.completion import files as complete_files
from tracker.cli.exits import ExitCode, file_problem
from tracker.cli.options import (
    LIVE_BLOCK_SAMPLES,
    examples,
    exercise_option,
    format_option,
    import_options,
)
from tracker.cli.terminal import print_json, print_json_list, print_text, say, table_width
from tracker.domain import TrackerError
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.domain import Workout
    from tracker.importers import ImportOptions

WORTH_A_PROCESS_BYTES: Final = 16 << 20
"""The engine gets through so much in the second that it takes to start a process."""


@click.command(
    epilog=examples(
        ("tracker analyze session.arrows", _("a table for every set")),
        ("tracker analyze phone.csv --acc-unit g", _("a CSV with acceleration in g")),
        ("tracker analyze phone.zip", _("a session that a phone app saved")),
        (
            "tracker analyze recordings --format json",
            _("every session of a folder, for a program"),
        ),
        ("tracker analyze live.csv --format events", _("the events of a live session")),
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", shell_complete=complete_files)
@exercise_option
@format_option(
    "text",
    "json",
    "events",
    explained=_(
        "A table, one JSON object (a list for several files), or one JSON object per event."
    ),
)
@click.option(
    "--block-samples",
    type=click.IntRange(min=1),
    metavar="N",
    help=_(
        "Feed the engine N samples of a CSV, or N notifications of a recording, at a time. The "
        "results do not depend on it.  [default: {amount} samples or 1 notification for "
        "events, else large blocks]"
    ).format(amount=LIVE_BLOCK_SAMPLES),
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help=_("Analyse N files at once.  [default: one per core, for large files]"),
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help=_(
        "Analyse the files on the workers of a Dask cluster, which must be able to read them by "
        "the same names or URLs."
    ),
)
@click.option(
    "--follow-redirects",
    is_flag=True,
    help=_("Let the server of a URL send on to another host or scheme."),
)
@import_options
def analyze(
    files: tuple[str, ...],
    exercise: str | None,
    output_format: str,
    block_samples: int | None,
    jobs: int | None,
    scheduler: str | None,
    follow_redirects: bool,
    options: ImportOptions,
) -> int:
    """Find the sets and reps in recordings and other files.

    FILE is a recording (.arrows), a CSV of samples (.csv, .csv.gz), a file, folder or zip saved by
    an app for a phone or a sensor (docs/imports.md), or a folder with any number of these; or a
    URL such as https://host/session.arrows or s3://bucket/session.arrows.
    """
    from tracker.app.session_files import BIG_BLOCK_SAMPLES
    from tracker.cli.sources import is_collection, sessions_in

    # A cluster may get a single file.
    several = len(files) > 1 or scheduler is not None or is_collection(files[0])
    if output_format == "events":
        if several:
            raise click.UsageError(_("events are for one FILE; for several, use --format json"))
        settings = AnalysisSettings(
            block_samples or LIVE_BLOCK_SAMPLES, exercise, options, follow_redirects
        )
        _print_events(files[0], settings, block_samples or 1)
        return ExitCode.OK
    settings = AnalysisSettings(
        block_samples or BIG_BLOCK_SAMPLES, exercise, options, follow_redirects
    )
    if not several:
        workout = workout_of_source(files[0], settings, warn=say, quiet=False)
        _print_workouts([workout], output_format, several=False)
        return ExitCode.OK
    sessions = sessions_in(files)
    if scheduler is None:
        found = file_results(sessions, settings, jobs or default_jobs(sessions))
    else:
        found = file_results_on(scheduler, sessions, settings)
    failures: list[FileResult] = []
    _print_workouts(_readable(found, len(sessions), failures), output_format, several=True)
    for failure in failures:
        say(f"tracker: {failure.problem}")
        if failure.advice is not None:
            say(failure.advice)
    if not failures:
        return ExitCode.OK
    say(
        ngettext(
            "tracker: {amount} of {files} files could not be read.",
            "tracker: {amount} of {files} files could not be read.",
            len(failures),
        ).format(amount=len(failures), files=len(sessions))
    )
    return ExitCode.USAGE_OR_INPUT


def _readable(
    found: Iterable[FileResult], amount: int, failures: list[FileResult]
) -> Iterator[Workout]:
    """Yield the workouts of the files that could be read, and keep the failures."""
    # On a terminal, the tables themselves show the progress.
    hidden = not sys.stderr.isatty() or sys.stdout.isatty()
    with click.progressbar(found, length=amount, file=sys.stderr, hidden=hidden) as shown:
        for result in shown:
            for line in result.warnings:
                say(line)
            if result.workout is None:
                failures.append(result)
            else:
                yield result.workout


def _print_workouts(workouts: Iterable[Workout], output_format: str, *, several: bool) -> None:
    from tracker.cli.tables import session_table
    from tracker.export import session_object

    if output_format == "json":
        sessions = map(session_object, workouts)
        if several:
            print_json_list(sessions, indent=2)
        else:
            print_json(next(sessions), indent=2)
        return
    for number, workout in enumerate(workouts):
        if number:
            print_text()
        print_text(session_table(workout, width=table_width()))


def _print_events(name: str, settings: AnalysisSettings, batch: int) -> None:
    from tracker.app.session_files import open_session_file
    from tracker.cli.download import local_copy
    from tracker.domain import warning_in
    from tracker.export import event_object

    with local_copy(name, settings.follow_redirects) as path:
        file = open_session_file(
            path,
            exercise=settings.exercise,
            options=settings.options,
            block_samples=settings.block,
        )
        for event, emitted_s in file.events(batch):
            print_json(event_object(event, emitted_s))
            if (warning := warning_in(event)) is not None:
                say(f"{name}: {warning.text}")


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """How to analyse each file."""

    block: int
    """Samples of a CSV, or notifications of a recording, that the engine gets at once."""
    exercise: str | None
    """Overrides what the file says."""
    options: ImportOptions
    """Units and direction of files of samples."""
    follow_redirects: bool = False
    """Whether a server may send one on to another host."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came out of one file."""

    workout: Workout | None
    """What was found; None if the file cannot be read."""
    problem: str = ""
    advice: str | None = None
    warnings: tuple[str, ...] = ()


def workout_of_source(
    source: str, settings: AnalysisSettings, warn: Callable[[str], object], *, quiet: bool
) -> Workout:
    """Return what was found in a file; raises `TrackerError` if it cannot be read."""
    from tracker.app.session_files import open_session_file
    from tracker.cli.download import local_copy
    from tracker.cli.sources import watched_workout

    with local_copy(source, settings.follow_redirects) as path:
        file = open_session_file(
            path,
            exercise=settings.exercise,
            options=settings.options,
            block_samples=settings.block,
        )
        workout = watched_workout(replace(file, path=source), settings.block, quiet=quiet)
    for warning in workout.warnings:
        warn(f"{source}: {warning.text}")
    return workout


def file_result(source: str, settings: AnalysisSettings) -> FileResult:
    """Analyse one file; a problem is a value, because it travels between processes."""
    warnings: list[str] = []
    try:
        workout = workout_of_source(source, settings, warn=warnings.append, quiet=True)
    except Exception as error:  # a defect of ours in one file must not cost the others
        return FileResult(None, *file_problem(source, error), tuple(warnings))
    return FileResult(workout, warnings=tuple(warnings))


def file_results(
    sources: Sequence[str], settings: AnalysisSettings, jobs: int
) -> Iterator[FileResult]:
    """Yield the result of each file, in the order of the files; `jobs` run at once."""
    from tracker.cli.workers import results

    for source, result in results(partial(file_result, settings=settings), sources, jobs):
        yield _settled(source, result)


def file_results_on(
    scheduler: str, sources: Sequence[str], settings: AnalysisSettings
) -> Iterator[FileResult]:
    """Do the same on the workers of a cluster, which can read the files by the same names."""
    from tracker.cli.download import is_url
    from tracker.cli.workers import results_on

    names = [source if is_url(source) else os.path.abspath(source) for source in sources]
    found = results_on(scheduler, partial(file_result, settings=settings), names)
    for source, (__, result) in zip(sources, found, strict=True):
        settled = _settled(source, result)
        if settled.workout is not None:
            facts = replace(settled.workout.facts, path=source)
            settled = replace(settled, workout=replace(settled.workout, facts=facts))
        yield settled


def _settled(source: str, result: Callable[[], FileResult]) -> FileResult:
    """Return the result of a file, also if its worker was lost."""
    from tracker.cli.workers import WorkerLostError

    try:
        return result()
    except WorkerLostError:
        return FileResult(
            None,
            _("{file}: every worker that started it was killed").format(file=source),
            _("It may need more memory than there is; analyse fewer at once: --jobs 1."),
        )
    except TrackerError as error:
        return FileResult(None, f"{source}: {error.message}", error.advice)


def default_jobs(sources: Sequence[str]) -> int:
    """Return how many files to analyse at once: at most one per core, if they are large."""
    from tracker.cli.workers import usable_cores

    size = sum(os.path.getsize(source) for source in sources if os.path.isfile(source))
    return max(1, min(usable_cores(), len(sources), size // WORTH_A_PROCESS_BYTES))
