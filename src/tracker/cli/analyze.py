"""`tracker analyze`: whole files through the engine, as fast as it goes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.completion import files
from tracker.cli.examples import examples
from tracker.cli.exit_codes import ExitCode
from tracker.cli.options import (
    acc_points_option,
    acc_unit_option,
    exercise_option,
    gyro_unit_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.cli.analyzing import Order, Outcome
    from tracker.domain import Workout

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
@click.argument("files", nargs=-1, required=True, metavar="FILE...", shell_complete=files)
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
def command(
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
    from tracker.cli.analyzing import (
        Order,
        outcomes,
        outcomes_on,
        usual_jobs,
        workout_of_source,
    )
    from tracker.cli.inputs import sayings_of
    from tracker.cli.places import is_collection, sessions_in

    sayings = sayings_of(acc_unit, gyro_unit, acc_points)
    # One file on a cluster is as good as many.
    several = len(files) > 1 or scheduler is not None or is_collection(files[0])
    if output_format == "events":
        if several:
            raise click.UsageError("events are of one file; give one FILE, or use --format json")
        order = Order(block_samples or LIVE_BLOCK_SAMPLES, exercise, sayings)
        _print_events(files[0], order, block_samples or 1)
        return ExitCode.OK
    order = Order(block_samples or BIG_BLOCK_SAMPLES, exercise, sayings)
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


def _print_events(name: str, order: Order, batch: int) -> None:
    from tracker.cli.analysis import events_of
    from tracker.cli.inputs import CSV, open_session_file
    from tracker.cli.places import at_hand
    from tracker.export import event_object

    with at_hand(name) as path:
        file = open_session_file(
            path, exercise=order.exercise, sayings=order.sayings, block_samples=order.block
        )
        # A foreign file comes in blocks already.
        for event, emitted_s in events_of(file, 1 if file.sensor == CSV else batch):
            click.echo(json.dumps(event_object(event, emitted_s)))
