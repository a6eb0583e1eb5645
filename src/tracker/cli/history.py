"""`tracker history`: the training log in lines, and how it went over the weeks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.examples import examples
from tracker.cli.log_options import Day
from tracker.cli.options import ExerciseName

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.store import TrainingLog

TABLE_LINES: Final = 20
"""Lines of a table unless more are asked for: they fit on a screen."""


@click.command(
    epilog=examples(
        ("tracker history", "the newest sessions"),
        ("tracker history --exercise hip_thrust --since 2026-09-01", "some of them"),
        ("tracker history --trend", "week by week: reps, volume, range, speed, hold, pain"),
        ("tracker history --format json", "all of them, for a program"),
    )
)
@click.option("--exercise", type=ExerciseName(), help="Only sessions of this exercise.")
@click.option("--since", type=Day(), metavar="DAY", help="Only from this day on, as 2026-11-25.")
@click.option("--until", type=Day(), metavar="DAY", help="Only up to this day, with it.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"At most the newest N.  [default: {TABLE_LINES} in a table, else all]",
)
@click.option("--trend", is_flag=True, help="Add the sessions of each week up.")
@click.option("--trash", is_flag=True, help="What was deleted, and can be restored.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="For people or for a program.",
)
def command(
    exercise: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    trend: bool,
    trash: bool,
    output_format: str,
) -> None:
    """List the trainings of the log, or how they went week by week."""
    # SQLAlchemy costs 0.2 s.
    from datetime import timedelta

    from tracker.cli.log_tables import history_table, summary_object, trend_table, week_object
    from tracker.runtime.training_log import open_training_log
    from tracker.store import Wanted, weeks

    wanted = Wanted(
        exercise,
        since,
        # A day lasts 23 to 25 hours; where it ends is where the next begins.
        None if until is None else (until.replace(tzinfo=None) + timedelta(days=1)).astimezone(),
        trash=trash,
    )
    with open_training_log() as log:
        summaries = log.list(wanted)
        if not trash:
            _tell_of_missing(log)
    as_table = output_format == "table"
    most = limit or (TABLE_LINES if as_table else None)
    if trend:
        each_week = weeks(summaries, None)
        shown_weeks = each_week if most is None else each_week[-most:]
        if as_table:
            click.echo(trend_table(shown_weeks))
        else:
            click.echo(json.dumps([week_object(week) for week in shown_weeks], indent=2))
        _tell_of_more(len(shown_weeks), len(each_week), "weeks")
        return
    shown = summaries if most is None else summaries[:most]
    if as_table:
        click.echo(history_table(shown))
    else:
        click.echo(json.dumps([summary_object(each) for each in shown], indent=2))
    _tell_of_more(len(shown), len(summaries), "sessions")


def _tell_of_more(shown: int, there: int, noun: str) -> None:
    if shown < there:
        click.echo(f"the newest {shown} of {there} {noun}; more with --limit {there}", err=True)


def _tell_of_missing(log: TrainingLog) -> None:
    """Say that there are recordings that nobody logged: something went wrong while training."""
    from tracker.runtime.paths import tracker_paths
    from tracker.runtime.training_log import not_logged
    from tracker.runtime.wording import counted

    missing = not_logged(log, tracker_paths().recordings)
    if missing:
        click.echo(
            f"{counted(len(missing), 'recording')} not in the log; "
            "add what is missing: tracker rescore --missing",
            err=True,
        )
