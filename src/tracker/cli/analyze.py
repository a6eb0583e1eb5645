"""`tracker analyze`: whole files through the engine, as fast as it goes.

A file through a fresh engine, with a progress bar where somebody can see it.

Files one after the other, or several at once in processes of their own, with the same results.

A process gets a name and gives back what was found, so that it does not matter where it runs.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.exits import ExitCode
from tracker.cli.inputs import CSV, at_hand, is_url, open_session_file
from tracker.cli.options import (
    acc_points_option,
    acc_unit_option,
    examples,
    exercise_option,
    gyro_unit_option,
)
from tracker.cli.workers import WorkerLostError, results, results_on, usable_cores
from tracker.domain import SessionState, SourceFacts, TrackerError, workout_of
from tracker.importers import ImportOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.cli.inputs import SessionFile
    from tracker.domain import Event, Workout

# The few µs that an array call costs whatever its length no longer show, and what the samples
# become still stays in the processor's cache.
BIG_BLOCK_SAMPLES: Final = 20_000

# What a radio delivers at once, so that `emitted_s` is what a live session would have had.
LIVE_BLOCK_SAMPLES: Final = 5


@click.command(
    epilog=examples(
        ("tracker analyze session.arrows", "a table for every set"),
        ("tracker analyze phone.csv --acc-unit g", "a CSV with acceleration in g"),
        ("tracker analyze phone.zip", "what an app on a phone saved"),
        ("tracker analyze recordings --format json", "every session of a folder, for a program"),
        ("tracker analyze live.csv --format events", "what a live session would have said"),
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@exercise_option
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "events"]),
    default="text",
    show_default=True,
    help="A table, one JSON object (a list for several files), or one JSON object per event.",
)
@click.option(
    "--block-samples",
    type=click.IntRange(min=1),
    metavar="N",
    help="Give the engine N samples of a CSV, or N notifications of a recording, at a time. What "
    f"is found does not depend on it.  [default: {LIVE_BLOCK_SAMPLES} for events (one "
    f"notification of a recording), else {BIG_BLOCK_SAMPLES}]",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Analyze N files at once.  [default: as many as there are cores, for large files]",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Analyze the files on the workers of a Dask cluster, which read them by the same names "
    "or URLs.",
)
@acc_unit_option
@gyro_unit_option
@acc_points_option
def analyze(
    files: tuple[str, ...],
    exercise: str | None,
    output_format: str,
    block_samples: int | None,
    jobs: int | None,
    scheduler: str | None,
    acc_unit: str | None,
    gyro_unit: str | None,
    acc_points: str | None,
) -> int:
    """Run whole files through the detection and print what was found.

    FILE is a recording (.arrows), a CSV of samples (.csv, .csv.gz), the file, folder or zip that
    phyphox, Sensor Logger or MetaBase saved, or a folder with any number of these; or a URL such
    as s3://bucket/session.arrows.
    """
    # Arrow and SciPy cost 0.8 s together.
    from tracker.cli.inputs import is_collection, sayings_of, sessions_in

    sayings = sayings_of(acc_unit, gyro_unit, acc_points)
    # One file on a cluster is as good as many.
    several = len(files) > 1 or scheduler is not None or is_collection(files[0])
    if output_format == "events":
        if several:
            raise click.UsageError("events are of one file; give one FILE, or use --format json")
        order = AnalysisOrder(block_samples or LIVE_BLOCK_SAMPLES, exercise, sayings)
        _print_events(files[0], order, block_samples or 1)
        return ExitCode.OK
    order = AnalysisOrder(block_samples or BIG_BLOCK_SAMPLES, exercise, sayings)
    if not several:
        workout = workout_of_source(files[0], order, tell=_say, quiet=False)
        _print_workouts([workout], output_format, several=False)
        return ExitCode.OK
    sessions = sessions_in(files)
    if scheduler is None:
        found = _Sorted(outcomes(sessions, order, jobs or usual_jobs(sessions)), len(sessions))
    else:
        found = _Sorted(outcomes_on(scheduler, sessions, order), len(sessions))
    _print_workouts(found, output_format, several=True)
    return found.tell()


def _say(line: str) -> None:
    click.echo(line, err=True)


class _Sorted:
    """Passes on what was found, and keeps what could not be read for the end."""

    def __init__(self, outcomes: Iterable[Outcome], amount: int) -> None:
        self._outcomes = outcomes
        self._failed: list[Outcome] = []
        self._amount = amount

    def __iter__(self) -> Iterator[Workout]:
        # Tables on the same terminal show the progress themselves.
        hidden = not sys.stderr.isatty() or sys.stdout.isatty()
        with click.progressbar(
            self._outcomes, length=self._amount, file=sys.stderr, hidden=hidden
        ) as shown:
            for outcome in shown:
                for line in outcome.said:
                    _say(line)
                if outcome.workout is None:
                    self._failed.append(outcome)
                else:
                    yield outcome.workout

    def tell(self) -> int:
        """Name every file that could not be read, and return the exit code."""
        for outcome in self._failed:
            _say(f"tracker: {outcome.problem}")
            if outcome.advice is not None:
                _say(outcome.advice)
        if not self._failed:
            return ExitCode.OK
        _say(f"tracker: {len(self._failed)} of {self._amount} files could not be read.")
        return ExitCode.USAGE_OR_INPUT


def _print_workouts(workouts: Iterable[Workout], output_format: str, *, several: bool) -> None:
    from tracker.cli.tables import session_table
    from tracker.export import session_object

    if output_format == "json":
        sessions = [session_object(workout) for workout in workouts]
        click.echo(json.dumps(sessions if several else sessions[0], indent=2))
        return
    for number, workout in enumerate(workouts):
        if number:
            click.echo()
        click.echo(session_table(workout))


def _print_events(name: str, order: AnalysisOrder, batch: int) -> None:
    from tracker.cli.inputs import CSV, at_hand, open_session_file
    from tracker.domain import Fault, FaultReason
    from tracker.export import event_object

    with at_hand(name) as path:
        file = open_session_file(
            path, exercise=order.exercise, sayings=order.sayings, block_samples=order.block
        )
        # A foreign file comes in blocks already.
        for event, emitted_s in events_of(file, 1 if file.sensor == CSV else batch):
            click.echo(json.dumps(event_object(event, emitted_s)))
            if isinstance(event, Fault) and event.reason is FaultReason.DETECTOR_RESTARTED:
                _say(f"{name}: {event.detail}")


def events_of(file: SessionFile, batch: int) -> Iterator[tuple[Event, float | None]]:
    """Yield what the engine says, and the time of the newest sample that it had then, s.

    Parameters
    ----------
    file
        What to analyze.
    batch
        Notifications given to the engine at once.
    """
    from tracker.app.playback import analyze_notifications
    from tracker.engine import build_engine

    # No bar: the events themselves show the progress.
    yield from analyze_notifications(build_engine(file.info), file.notifications(), batch)


def broken(source: str, error: Exception) -> str:
    """Return what to say of a file whose analysis failed through no fault of the user's."""
    return f"{source}: the analysis failed ({type(error).__name__}: {error})"


def workout_in(file: SessionFile, batch: int, *, quiet: bool = False) -> Workout:
    """Return what the events of a file add up to; `quiet` without a progress bar."""
    from tracker.app.playback import analyze_notifications
    from tracker.engine import build_engine

    engine = build_engine(file.info)
    ledger = SessionState()
    with click.progressbar(
        length=file.amount,
        label=file.path,
        file=sys.stderr,
        hidden=quiet or not sys.stderr.isatty(),
    ) as bar:
        events = analyze_notifications(
            engine, file.notifications(), batch, lambda together: bar.update(len(together))
        )
        for event, _ in events:
            ledger.accept((event,))
    facts = SourceFacts(
        path=file.path,
        sensor=file.sensor,
        rate_hz=engine.rate_hz,
        duration_s=file.duration_s,
        samples=engine.samples,
    )
    return workout_of(file.info, ledger, facts)


WORTH_A_PROCESS_BYTES: Final = 16 << 20
"""A process takes about a second to start, in which the engine gets through that much."""


DEFECT_ADVICE: Final = "This is a defect of the tracker: please report it with the file."


@dataclass(frozen=True, slots=True)
class AnalysisOrder:
    """What is to be done with each file."""

    block: int
    """Samples of a foreign file, or notifications of a recording, that the engine gets at once."""
    exercise: str | None = None
    """Beats what the file says."""
    sayings: ImportOptions = field(default_factory=ImportOptions)
    """What the user says of foreign files."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    source: str
    """As the user named it."""
    workout: Workout | None
    """What was found; None if the file cannot be read."""
    problem: str = ""
    """Why it cannot be read."""
    advice: str | None = None
    """What to try then."""
    said: tuple[str, ...] = ()
    """What there was to tell the user meanwhile."""


def outcome_of(source: str, order: AnalysisOrder) -> Outcome:
    """Analyze one file; what is wrong with it is a value, because it travels between processes."""
    said: list[str] = []
    try:
        workout = workout_of_source(source, order, tell=said.append, quiet=True)
    except TrackerError as error:
        return Outcome(source, None, error.message, error.advice, tuple(said))
    except Exception as error:  # a defect of ours in one file must not cost the others
        return Outcome(source, None, broken(source, error), DEFECT_ADVICE, tuple(said))
    return Outcome(source, workout, said=tuple(said))


def outcomes(sources: Sequence[str], order: AnalysisOrder, jobs: int) -> Iterator[Outcome]:
    """Yield what became of each file, in the order of the files.

    Parameters
    ----------
    sources
        Names of the files.
    order
        What is to be done with each.
    jobs
        How many to do at once; 1 does them in this process.
    """
    found = results(partial(outcome_of, order=order), sources, jobs, _never)
    for source, result in found:
        yield _settled(source, result)


def outcomes_on(scheduler: str, sources: Sequence[str], order: AnalysisOrder) -> Iterator[Outcome]:
    """Yield what became of each file, in the order of the files, on the workers of a cluster.

    Parameters
    ----------
    scheduler
        Address of the scheduler.
    sources, order
        As above; the workers read the files by the same names.

    Raises
    ------
    TrackerError
        If the cluster cannot be reached.
    """
    seen = [source if is_url(source) else os.path.abspath(source) for source in sources]
    found = results_on(scheduler, partial(outcome_of, order=order), seen, _never)
    for source, (_, result) in zip(sources, found, strict=True):
        yield _named(source, _settled(source, result))


def _settled(source: str, result: Callable[[], Outcome]) -> Outcome:
    """Return what became of a file, also if its worker was ended."""
    try:
        return result()
    except WorkerLostError:
        return Outcome(
            source,
            None,
            f"{source}: every worker that began with it was ended",
            "It may need more memory than there is; do fewer at once: --jobs 1.",
        )
    except TrackerError as error:
        return Outcome(source, None, f"{source}: {error.message}", error.advice)


def _named(source: str, outcome: Outcome) -> Outcome:
    """Return an outcome with the name that the user gave."""
    workout = outcome.workout
    if workout is not None:
        workout = replace(workout, facts=replace(workout.facts, path=source))
    return replace(outcome, source=source, workout=workout)


def _never() -> bool:
    """Ctrl-C ends this where it is: there is nothing to be kept."""
    return False


def usual_jobs(sources: Sequence[str]) -> int:
    """Return how many files to do at once: all cores, if that is worth starting processes for."""
    size = sum(os.path.getsize(source) for source in sources if os.path.isfile(source))
    return max(1, min(usable_cores(), len(sources), size // WORTH_A_PROCESS_BYTES))


def workout_of_source(
    source: str, order: AnalysisOrder, tell: Callable[[str], object], *, quiet: bool
) -> Workout:
    """Return what is in one file.

    Parameters
    ----------
    source
        Its name.
    order
        What is to be done with it.
    tell
        Takes what the user should know of it.
    quiet
        Whether to show no progress bar.

    Raises
    ------
    TrackerError
        If it cannot be read.
    """
    with at_hand(source) as path:
        file = open_session_file(
            path,
            exercise=order.exercise,
            sayings=order.sayings,
            block_samples=order.block,
            tell=tell,
        )
        file = replace(file, path=source)
        # A foreign file comes in blocks already.
        workout = workout_in(file, 1 if file.sensor == CSV else order.block, quiet=quiet)
    for warning in workout.warnings:
        tell(f"{source}: {warning.text}")
    return workout
