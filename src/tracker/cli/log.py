"""`tracker history`: the training log in lines, and how it went over the weeks.

`tracker show`: one session of the training log, rep by rep.

`tracker edit`: what was otherwise than it was measured or entered.

`tracker delete`: sessions into the trash, out of it again, or away for good.

`tracker backup`: the whole training log in one file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.options import (
    FILE,
    SESSION,
    SESSION_HELP,
    Day,
    ExerciseName,
    examples,
    force_option,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

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
def history(
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

    from tracker.app.training import open_training_log
    from tracker.cli.tables import history_table, summary_object, trend_table, week_object
    from tracker.store import SessionQuery, weeks

    wanted = SessionQuery(
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
    from tracker.app.paths import tracker_paths
    from tracker.app.text import counted
    from tracker.app.training import not_logged

    missing = not_logged(log, tracker_paths().recordings)
    if missing:
        click.echo(
            f"{counted(len(missing), 'recording')} not in the log; "
            "add what is missing: tracker rescore --missing",
            err=True,
        )


@click.command(
    epilog=examples(
        ("tracker show last", "the newest session"),
        ("tracker show 12 --format json", "one as an object, for a program"),
        ("tracker show 2026-11-25", "the one whose recording's name begins so"),
    ),
    help=f"""Show one session of the log, rep by rep.

    It is the table of `tracker analyze`, with what was entered and edited marked. {SESSION_HELP}
    """,
)
@click.argument("session", metavar=SESSION)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table, or one JSON object (tracker.session/1).",
)
def show(session: str, output_format: str) -> None:
    """Show one session of the log, rep by rep."""
    # SQLAlchemy costs 0.2 s.
    from tracker.app.training import open_training_log
    from tracker.cli.tables import kept_lines, log_object, session_table
    from tracker.export import session_object

    with open_training_log() as log:
        kept = log.detail(log.find(session))
    workout = kept.current.workout
    if output_format == "json":
        click.echo(json.dumps({**session_object(workout), "log": log_object(kept)}, indent=2))
        return
    edited = frozenset((number, field.value) for number, field in kept.current.edited)
    click.echo("\n".join(kept_lines(kept)))
    click.echo(f"\n{session_table(workout, edited)}")


_FIELDS: Final = {"load": "LOAD", "rpe": "RPE", "reps": "REPS", "note": "SET_NOTE"}
"""What can be cleared, and the fields of that; the log's own names cost SQLAlchemy, 0.2 s."""


class Words(click.ParamType[tuple[str, ...]]):
    """Words with commas between them."""

    name = "list"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the words, each once."""
        if isinstance(value, tuple):
            return value
        words = tuple(dict.fromkeys(word.strip() for word in str(value).split(",")))
        for word in words:
            if word not in _FIELDS:
                self.fail(f"expected some of {','.join(_FIELDS)}, got {word!r}", param, ctx)
        return words


@click.command(
    epilog=examples(
        ("tracker edit last --set 2 --reps 12 --rpe 8.5", "put a set right"),
        ("tracker edit 12 --exercise glute_bridge", "it was another exercise"),
        ("tracker edit 12 --note 'new belt' --pain-after 2", "of the whole session"),
        ("tracker edit 12 --set 1 --clear load,rpe", "nothing is said of these any more"),
        ("tracker edit 12 --undo", "take the newest change back"),
    ),
    help=f"""Say what was otherwise than it was measured or entered.

    What is said stands beside what was measured, with when it was said, and stays when the
    recording is run through a better detection. {SESSION_HELP}
    """,
)
@click.argument("session", metavar=SESSION)
@click.option("--set", "set_index", type=click.IntRange(min=1), metavar="N", help="Which set.")
@click.option("--reps", type=int, metavar="N", help="Reps of the set that count.")
@click.option("--load-kg", type=float, metavar="X", help="Load of the set, kg.")
@click.option("--rpe", type=float, metavar="X", help="Exertion of the set, 0 to 10.")
@click.option("--note", metavar="TEXT", help="Words on the set, or without --set on the session.")
@click.option("--exercise", type=ExerciseName(), help="What was trained.")
@click.option("--pain-before", type=int, metavar="N", help="Pain before training, 0 to 10.")
@click.option("--pain-after", type=int, metavar="N", help="Pain after training, 0 to 10.")
@click.option(
    "--clear",
    type=Words(),
    default=(),
    metavar="LIST",
    help="What is not to be said of the set any more, of load,rpe,reps,note: reps are those that "
    "were counted, the load is the planned one.",
)
@click.option("--undo", is_flag=True, help="Take the newest change back.")
def edit(
    session: str,
    set_index: int | None,
    reps: int | None,
    load_kg: float | None,
    rpe: float | None,
    note: str | None,
    exercise: str | None,
    pain_before: int | None,
    pain_after: int | None,
    clear: tuple[str, ...],
    undo: bool,
) -> None:
    """Say what was otherwise than it was measured or entered."""
    # SQLAlchemy costs 0.2 s.
    from tracker.app.training import open_training_log
    from tracker.cli.tables import edit_words
    from tracker.store import Edit, Field

    of_the_set = {Field.REPS: reps, Field.LOAD: load_kg, Field.RPE: rpe}
    of_the_session: dict[Field, int | str | None] = {
        Field.EXERCISE: exercise,
        Field.PAIN_BEFORE: pain_before,
        Field.PAIN_AFTER: pain_after,
    }
    edits = [
        Edit(field, value, set_index) for field, value in of_the_set.items() if value is not None
    ]
    if (edits or clear) and set_index is None:
        raise click.UsageError("reps, load and RPE are of a set: say which with --set N")
    if note is not None:
        edits.append(Edit(Field.NOTE if set_index is None else Field.SET_NOTE, note, set_index))
    said = {edit.field for edit in edits}
    for field in (Field[_FIELDS[word]] for word in clear):
        if field in said:
            raise click.UsageError("either say something of a value, or clear it")
        edits.append(Edit(field, None, set_index))
    if set_index is not None and not edits:
        raise click.UsageError("say what of the set: --reps, --load-kg, --rpe, --note or --clear")
    edits += [Edit(field, value) for field, value in of_the_session.items() if value is not None]
    if undo and edits:
        raise click.UsageError("either say something new, or take something back with --undo")
    if not undo and not edits:
        raise click.UsageError("nothing is said; see --help for what can be")
    with open_training_log() as log:
        session_id = log.find(session)
        if undo:
            for edit in log.undo(session_id):
                click.echo(f"session {session_id}: taken back: {edit_words(edit)}", err=True)
            return
        log.edit(session_id, edits)
        for edit in edits:
            click.echo(f"session {session_id}: {edit_words(edit)}", err=True)
        if exercise is not None:
            click.echo(
                f"The reps are those of before; look for them anew: tracker rescore {session_id}",
                err=True,
            )


@click.command(
    epilog=examples(
        ("tracker delete 12", "put it into the trash"),
        ("tracker delete --restore 12", "take it out again"),
        ("tracker history --trash", "what is in there"),
        ("tracker delete --purge", "empty it, for good"),
    ),
    help=f"""Put sessions of the log into the trash.

    They stay there, edits included, until they are restored or purged. Recordings are never
    touched. {SESSION_HELP}
    """,
)
@click.argument("sessions", nargs=-1, metavar=f"[{SESSION}]...")
@click.option("--restore", is_flag=True, help="Take them out of the trash instead.")
@click.option(
    "--purge",
    is_flag=True,
    help="Remove what is in the trash for good: the sessions named, or without any, all.",
)
def delete(sessions: tuple[str, ...], restore: bool, purge: bool) -> None:
    """Put sessions of the log into the trash."""
    # SQLAlchemy costs 0.2 s.
    from tracker.app.text import counted
    from tracker.app.training import open_training_log
    from tracker.store import SessionQuery

    if restore and purge:
        raise click.UsageError("--restore and --purge are opposites")
    if not sessions and not purge:
        raise click.UsageError("name the sessions, as `tracker history` numbers them")
    with open_training_log() as log:
        ids = [log.find(each) for each in sessions]
        if purge:
            gone = ids or [each.id for each in log.list(SessionQuery(trash=True))]
            log.purge(gone)
            click.echo(
                f"{counted(len(gone), 'session')} removed for good; the recordings are where they "
                "were.",
                err=True,
            )
        elif restore:
            log.restore(ids)
            click.echo(f"{counted(len(ids), 'session')} back in the log.", err=True)
        else:
            log.delete(ids)
            again = " ".join(str(each) for each in ids)
            click.echo(
                f"{counted(len(ids), 'session')} in the trash; "
                f"back with: tracker delete --restore {again}",
                err=True,
            )


@click.command(
    epilog=examples(
        ("tracker backup /media/stick/training.sqlite", "a copy somewhere else"),
        ("tracker backup training.sqlite --force", "replace an older one"),
    )
)
@click.argument("file", type=FILE)
@force_option
def backup(file: Path, force: bool) -> None:
    """Copy the training log into one file, also while it is in use.

    The copy is complete or not there. To go back to it, put it where `tracker doctor` says the
    log is. Recordings are not in it: they are files already.
    """
    # SQLAlchemy costs 0.2 s.
    from tracker.app.text import counted
    from tracker.app.training import open_training_log

    with open_training_log() as log:
        log.back_up(file, force=force)
        sessions = len(log.list())
    click.echo(f"{file}: {counted(sessions, 'session')} of {log.location}", err=True)
