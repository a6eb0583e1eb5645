"""`tracker export`: sessions in the formats of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.completion import sessions_or_files
from tracker.cli.examples import examples
from tracker.cli.options import (
    FILE,
    MomentOfDay,
    acc_points_option,
    acc_unit_option,
    exercise_option,
    force_option,
    gyro_unit_option,
)
from tracker.export.formats import FORMATS

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@click.command(
    epilog=examples(
        ("tracker export session.arrows --format csv -o reps.csv", "one row per rep"),
        ("tracker export session.arrows --format csv-sets -o -", "one row per set, to stdout"),
        (
            "tracker export session.arrows --format html -o report.html",
            "a report to read or print",
        ),
        ("tracker export recordings --format parquet -o history", "a folder, parted by day"),
        ("tracker export session.arrows --format raw-csv -o samples.csv", "every sample"),
        ("tracker export session.arrows --format fit -o session.fit", "for Garmin and Strava"),
    )
)
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    metavar="FILE_OR_SESSION...",
    shell_complete=sessions_or_files,
)
@click.option(
    "--format",
    "name",
    type=click.Choice(list(FORMATS)),
    required=True,
    help="; ".join(f"{each.name}: {each.title}" for each in FORMATS.values()) + ".",
)
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    metavar="OUT",
    help="The file to write; - is stdout, for text. A folder for several sessions.",
)
@click.option(
    "--partition",
    is_flag=True,
    help="Write a folder, parted by day, for a single session too; for parquet.",
)
@click.option(
    "--history",
    multiple=True,
    metavar="FILE_OR_SESSION",
    help="An earlier session, or a folder of them, for the trends of html in place of the log's; "
    "can be given several times. Those of the same exercise with a date count.",
)
@exercise_option
@click.option(
    "--started",
    type=MomentOfDay(),
    metavar="TIME",
    help="When second 0 was, as 2026-03-01T18:30:00+01:00, for a session that does not say, or "
    "says it wrong; without an offset it is in the time zone of this computer.",
)
@click.option(
    "--subject",
    metavar="LABEL",
    default="01",
    show_default=True,
    help="Who it was, in letters and digits, for bids.",
)
@acc_unit_option
@gyro_unit_option
@acc_points_option
@force_option
def command(
    sources: tuple[str, ...],
    name: str,
    output: Path,
    partition: bool,
    history: tuple[str, ...],
    exercise: str | None,
    started: datetime | None,
    subject: str,
    acc_unit: str | None,
    gyro_unit: str | None,
    acc_points: str | None,
    force: bool,
) -> None:
    """Write sessions in the formats of other programs.

    FILE_OR_SESSION is a recording (.arrows), a CSV of samples (.csv, .csv.gz), what phyphox,
    Sensor Logger or MetaBase saved, a folder of any number of these, or a session of the log: its
    number, or last.
    """
    # The engine costs SciPy (0.6 s), Arrow 0.1 s.
    from tracker.cli.exporting import Reading, export_file, export_folder
    from tracker.cli.inputs import sayings_of
    from tracker.cli.places import is_collection, sessions_in
    from tracker.export.formats import Needs, format_named

    form = format_named(name)
    if history and form.needs is not Needs.HISTORY:
        raise click.UsageError(f"--history is for formats with trends, and {name} has none")
    reading = Reading(
        exercise,
        started,
        subject,
        sayings_of(acc_unit, gyro_unit, acc_points),
        history=tuple(sessions_in(history)) if history else (),
    )
    one = len(sources) == 1 and not is_collection(sources[0])
    if started is not None and not one:
        raise click.UsageError("--started is of one session; export them one by one")
    if form.writer is not None and one and not partition:
        export_file(sources[0], form, reading, output, force)
    elif form.folder_writer is not None:
        export_folder(sessions_in(sources), form, reading, output, force)
    elif one:
        raise click.UsageError(f"{name} is one file and has no parts")
    else:
        raise click.UsageError(f"{name} holds one session; export them one by one")
