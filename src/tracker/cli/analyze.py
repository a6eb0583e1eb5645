"""`tracker analyze`: whole files through the engine, as fast as it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.examples import examples
from tracker.cli.options import FILE, acc_unit_option, exercise_option, gyro_unit_option

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.cli.inputs import SessionFile

# The few µs that an array call costs whatever its length no longer show, and what the samples
# become still stays in the processor's cache.
BIG_BLOCK_SAMPLES: Final = 20_000

# What a radio delivers at once, so that `emitted_s` is what a live session would have had.
LIVE_BLOCK_SAMPLES: Final = 5


@click.command(
    epilog=examples(
        ("tracker analyze session.arrows", "a table for every set"),
        ("tracker analyze phone.csv --acc-unit g", "a CSV with acceleration in g"),
        ("tracker analyze *.arrows --format json", "everything, for a program"),
        ("tracker analyze live.csv --format events", "what a live session would have said"),
    )
)
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
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
@acc_unit_option
@gyro_unit_option
def command(
    files: tuple[Path, ...],
    exercise: str | None,
    output_format: str,
    block_samples: int | None,
    acc_unit: str,
    gyro_unit: str,
) -> None:
    """Run whole files through the detection and print what was found.

    FILE is a recording (.arrows) or a CSV of samples (.csv, .csv.gz).
    """
    # Arrow and SciPy cost 0.8 s together.
    from tracker.cli.analysis import events_of, workout_in
    from tracker.cli.inputs import open_session_file
    from tracker.cli.tables import session_table
    from tracker.export import event_object, session_object
    from tracker.recording import AccUnit, GyroUnit

    live = output_format == "events"
    if live and len(files) > 1:
        raise click.UsageError("events are of one file; give one FILE, or use --format json")
    block = block_samples or (LIVE_BLOCK_SAMPLES if live else BIG_BLOCK_SAMPLES)
    opened = (
        open_session_file(
            path,
            exercise=exercise,
            acc_unit=AccUnit(acc_unit),
            gyro_unit=GyroUnit(gyro_unit),
            block_samples=block,
        )
        for path in files
    )
    if live:
        for file in opened:
            for event, emitted_s in events_of(file, _batch(file, block_samples or 1)):
                click.echo(json.dumps(event_object(event, emitted_s)))
        return
    workouts = (workout_in(file, _batch(file, block)) for file in opened)
    if output_format == "json":
        sessions = [session_object(workout) for workout in workouts]
        click.echo(json.dumps(sessions[0] if len(sessions) == 1 else sessions, indent=2))
        return
    for number, workout in enumerate(workouts):
        if number:
            click.echo()
        click.echo(session_table(workout))


def _batch(file: SessionFile, notifications: int) -> int:
    """Return how many notifications go in together; those of a CSV are blocks already."""
    from tracker.cli.inputs import CSV

    return 1 if file.sensor == CSV else notifications
