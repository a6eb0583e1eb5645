"""Commands on the training log: `history`, `show`, `edit`, `delete` and `backup`.

The log costs SQLAlchemy (0.2 s), so each command imports it in its body.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import click

from tracker.app.paths import own_command, tracker_paths
from tracker.cli.completion import logged_sessions
from tracker.cli.options import (
    FILE,
    SESSION,
    DecimalNumber,
    ExerciseName,
    Load,
    day,
    examples,
    force_option,
    format_option,
    help_on_sessions,
    one_load,
)
from tracker.cli.terminal import print_json, print_text, say, table_width
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from tracker.store import Edit

Item = TypeVar("Item")

TABLE_LINES: Final = 20
"""Lines of a table by default: they fit on a screen."""


@click.command(
    epilog=examples(
        ("tracker history", _("the newest sessions")),
        ("tracker history --exercise hip_thrust --since 2026-09-01", _("some of them")),
        ("tracker history --trend", _("weekly reps, volume, range, speed, hold and pain")),
        ("tracker history --calendar", _("what is done, due and missed")),
        ("tracker history --format json", _("all sessions, for a program")),
    )
)
@click.option("--exercise", type=ExerciseName(), help=_("Only sessions of this exercise."))
@click.option("--since", type=day, metavar="DAY", help=_("Only from this day on, as 2026-11-25."))
@click.option("--until", type=day, metavar="DAY", help=_("Only up to and including this day."))
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=_("At most the newest N.  [default: {amount} in a table, else all]").format(
        amount=TABLE_LINES
    ),
)
@click.option(
    "--trend", is_flag=True, help=_("Show weekly totals instead of sessions, and pain over time.")
)
@click.option(
    "--calendar", is_flag=True, help=_("Show days that are done, due or missed instead.")
)
@click.option("--trash", is_flag=True, help=_("Show deleted sessions, which can be restored."))
@format_option("table", "json", explained=_("A table, or a list of JSON objects."))
def history(
    exercise: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    trend: bool,
    calendar: bool,
    trash: bool,
    output_format: str,
) -> None:
    """List past sessions, or weekly trends."""
    from tracker.app.advice import calendar_lines, pain_lines_of
    from tracker.app.clock import local_now
    from tracker.app.push import automatic_problems
    from tracker.app.training_log import not_logged, open_training_log, still_growing
    from tracker.cli.programme import advisor_of
    from tracker.cli.tables import (
        growing_line,
        history_table,
        summary_object,
        trend_table,
        week_object,
    )
    from tracker.store import SessionQuery, weeks

    if until is not None:
        # A day lasts 23 to 25 hours; it ends where the next one begins.
        until = (until.replace(tzinfo=None) + timedelta(days=1)).astimezone()
    with open_training_log() as log:
        summaries = log.list(SessionQuery(exercise, since, until, trash=trash))
        recordings = tracker_paths().recordings
        missing = () if trash else not_logged(log, recordings)
        growing = () if trash else still_growing(log, recordings)
        advisor = advisor_of(log, None, None) if trend or calendar else None
    if growing:
        say(growing_line(len(growing)))
    if missing:
        # A training must have crashed.
        say(
            ngettext(
                "{amount} recording not in the log; to add them: tracker rescore --missing",
                "{amount} recordings not in the log; to add them: tracker rescore --missing",
                len(missing),
            ).format(amount=len(missing))
        )
    for problem in automatic_problems(tracker_paths()):
        say(_("! not pushed to {problem} See: tracker push --list").format(problem=problem))
    most = limit or (TABLE_LINES if output_format == "table" else None)
    if calendar and advisor is not None:
        if output_format == "json":
            raise click.UsageError(_("--calendar is for people: leave --format json out"))
        print_text("\n".join(calendar_lines(advisor, local_now())))
    elif trend:
        # Weeks come oldest first.
        every_week = weeks(summaries, None)
        shown_weeks = every_week[-(most or 0) :]
        _print_list(
            shown_weeks,
            len(every_week),
            _("the newest {amount} of {all} weeks; more with --limit {all}"),
            output_format,
            trend_table,
            week_object,
        )
        if advisor is not None and output_format == "table":
            now = local_now()
            below = pain_lines_of(advisor.history.pain, now)
            below += advisor.strength_lines(now, exercise)
            if below:
                print_text("\n".join(["", *below]))
    else:
        _print_list(
            summaries[:most],
            len(summaries),
            _("the newest {amount} of {all} sessions; more with --limit {all}"),
            output_format,
            history_table,
            summary_object,
        )


def _print_list(
    items: Sequence[Item],
    there: int,
    left_out: str,
    output_format: str,
    table: Callable[[Sequence[Item], int | None], str],
    as_object: Callable[[Item], dict[str, object]],
) -> None:
    if output_format == "table":
        print_text(table(items, table_width()))
    else:
        print_json([as_object(each) for each in items], indent=2)
    if len(items) < there:
        say(left_out.format(amount=len(items), all=there))


@click.command(
    epilog=examples(
        ("tracker show last", _("the newest session")),
        ("tracker show 12 --format json", _("a session as an object, for a program")),
        ("tracker show 2026-11-25", _("by the beginning of its recording's name")),
    ),
    help=help_on_sessions(
        _("Show a logged session, rep by rep."),
        _(
            "This is the table of `tracker analyze`, plus what you entered, with edited values "
            "marked."
        ),
    ),
)
@click.argument("session", metavar=SESSION, shell_complete=logged_sessions)
@format_option("text", "json", explained=_("A table, or one JSON object (tracker.session/1)."))
def show(session: str, output_format: str) -> None:
    """Show a logged session, rep by rep."""
    from tracker.app.training_log import open_training_log
    from tracker.cli.tables import detail_lines, log_object, session_table
    from tracker.export import session_object

    with open_training_log() as log:
        detail = log.detail(log.find(session))
    workout = detail.current.workout
    if output_format == "json":
        print_json({**session_object(workout), "log": log_object(detail)}, indent=2)
        return
    edited = frozenset((number, field.value) for number, field in detail.current.edited)
    print_text("\n".join(detail_lines(detail)))
    print_text(f"\n{session_table(workout, edited, table_width())}")


_CLEARABLE: Final = {"load": "LOAD", "rpe": "RPE", "reps": "REPS", "note": "SET_NOTE"}
"""What `--clear` takes, and the names of the log's fields, whose import costs SQLAlchemy."""


def clearable_values(text: str) -> tuple[str, ...]:
    """Read the comma-separated list of `--clear`; each word counts once."""
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for word in words:
        if word not in _CLEARABLE:
            raise click.BadParameter(
                _("expected some of {words}, got {word!r}.").format(
                    words=",".join(_CLEARABLE), word=word
                )
            )
    return words


@click.command(
    epilog=examples(
        ("tracker edit last --set 2 --reps 12 --rpe 8.5", _("correct a set")),
        ("tracker edit 12 --exercise glute_bridge", _("it was another exercise")),
        (_("tracker edit 12 --note 'new belt' --pain-after 2"), _("about the whole session")),
        ("tracker edit 12 --add 'reps=10 load=60kg'", _("a set that the sensor missed")),
        ("tracker edit 12 --set 1 --clear load,rpe", _("clear values that you entered for a set")),
        ("tracker edit 12 --undo", _("undo the newest change")),
    ),
    help=help_on_sessions(
        _("Correct a logged session."),
        _(
            "Corrections are stored beside the measurements, with their time, and survive when "
            "the recording is analysed again."
        ),
    ),
)
@click.argument("session", metavar=SESSION, shell_complete=logged_sessions)
@click.option("--set", "set_index", type=click.IntRange(min=1), metavar="N", help=_("Which set."))
@click.option("--reps", type=int, metavar="N", help=_("Reps of the set."))
@click.option(
    "--load", type=Load(), metavar="LOAD", help=_("Load of the set, as 60kg, 62,5kg or 135lb.")
)
@click.option("--load-kg", type=DecimalNumber(), metavar="X", help=_("The same in kilograms."))
@click.option("--rpe", type=DecimalNumber(), metavar="X", help=_("Exertion of the set, 0 to 10."))
@click.option(
    "--note", metavar="TEXT", help=_("Note on the set, or without --set on the session.")
)
@click.option(
    "--exercise",
    type=ExerciseName(),
    help=_("The exercise of the session, or with --set of the set."),
)
@click.option(
    "--warm-up/--working", default=None, help=_("Whether the set was a warm-up, or a working set.")
)
@click.option(
    "--side", type=click.Choice(["left", "right"]), help=_("The working leg of the set.")
)
@click.option(
    "--add",
    "added",
    metavar="WORDS",
    help=_("Add a set that the sensor missed, as reps=10 load=60kg rpe=8; see tracker add."),
)
@click.option("--pain-before", type=int, metavar="N", help=_("Pain before training, 0 to 10."))
@click.option("--pain-after", type=int, metavar="N", help=_("Pain after training, 0 to 10."))
@click.option(
    "--pain-next-morning", type=int, metavar="N", help=_("Pain on the next morning, 0 to 10.")
)
@click.option(
    "--clear",
    type=clearable_values,
    metavar="LIST",
    help=_(
        "Clear values you entered for the set, from load,rpe,reps,note: the counted reps and the "
        "planned load apply again."
    ),
)
@click.option("--undo", is_flag=True, help=_("Undo the newest change."))
def edit(
    session: str,
    set_index: int | None,
    note: str | None,
    clear: tuple[str, ...] | None,
    undo: bool,
    load: float | None,
    load_kg: float | None,
    added: str | None,
    **values: str | float | None,
) -> None:
    """Correct a logged session."""
    from tracker.app.training_log import open_training_log
    from tracker.cli.tables import edit_words
    from tracker.domain import parse_set, set_words
    from tracker.domain.loads import load_unit

    values["load_kg"] = one_load(load, load_kg)
    # The log keeps the unit, so that the wearer's next one does not change what was meant.
    values["added"] = None if added is None else set_words(parse_set(added, load_unit()))
    edits = _edits(set_index, note, clear or (), values)
    if undo and edits:
        raise click.UsageError(_("either change something, or undo the newest change with --undo"))
    if not undo and not edits:
        raise click.UsageError(_("nothing to change; see --help for what can be edited"))
    with open_training_log() as log:
        session_id = log.find(session)
        if undo:
            for each in log.undo(session_id):
                say(
                    _("session {number}: undone: {change}").format(
                        number=session_id, change=edit_words(each)
                    )
                )
            return
        log.edit(session_id, edits)
    for each in edits:
        say(_("session {number}: {change}").format(number=session_id, change=edit_words(each)))
    if values["exercise"] is not None and set_index is None:
        say(
            _("The reps have not changed; to count them again: tracker rescore {number}").format(
                number=session_id
            )
        )


def _edits(
    set_index: int | None,
    note: str | None,
    clear: tuple[str, ...],
    values: Mapping[str, str | float | None],
) -> list[Edit]:
    """Return what is to be edited in a set, then in the session; `values` are by their fields."""
    from tracker.store import Edit, Field

    given = {Field(name): value for name, value in values.items() if value is not None}
    if set_index is not None and Field.EXERCISE in given:
        given[Field.SET_EXERCISE] = given.pop(Field.EXERCISE)
    edits = [Edit(each, value, set_index) for each, value in given.items() if each.of_a_set]
    if (edits or clear) and set_index is None:
        raise click.UsageError(
            _("reps, load, RPE, warm-up and side belong to a set: say which with --set N")
        )
    if note is not None:
        edits.append(Edit(Field.NOTE if set_index is None else Field.SET_NOTE, note, set_index))
    entered = {edit.field for edit in edits}
    for field in (Field[_CLEARABLE[word]] for word in clear):
        if field in entered:
            raise click.UsageError(_("either give a value, or clear it"))
        edits.append(Edit(field, None, set_index))
    if set_index is not None and not edits:
        raise click.UsageError(
            _(
                "say what to change in the set: --reps, --load, --rpe, --warm-up, --side, "
                "--exercise, --note or --clear"
            )
        )
    return edits + [Edit(each, value) for each, value in given.items() if not each.of_a_set]


@click.command(
    epilog=examples(
        ("tracker delete 12", _("move it to the trash")),
        ("tracker delete --restore 12", _("take it out again")),
        ("tracker history --trash", _("list the trash")),
        ("tracker delete --purge", _("empty the trash, for good")),
    ),
    help=help_on_sessions(
        _("Move logged sessions to the trash."),
        _(
            "They stay there, with their edits, until you restore or purge them. Recordings are "
            "never touched."
        ),
    ),
)
@click.argument("sessions", nargs=-1, metavar=f"[{SESSION}]...", shell_complete=logged_sessions)
@click.option("--restore", is_flag=True, help=_("Take them out of the trash instead."))
@click.option(
    "--purge",
    is_flag=True,
    help=_("Remove sessions in the trash for good: the named ones, or all of them."),
)
def delete(sessions: tuple[str, ...], restore: bool, purge: bool) -> None:
    """Move logged sessions to the trash."""
    from tracker.app.training_log import open_training_log
    from tracker.store import SessionQuery

    if restore and purge:
        raise click.UsageError(_("--restore and --purge exclude each other"))
    if not sessions and not purge:
        raise click.UsageError(_("name the sessions by their numbers in `tracker history`"))
    with open_training_log() as log:
        ids = [log.find(each) for each in sessions]
        if purge:
            ids = ids or [each.id for each in log.list(SessionQuery(trash=True))]
            log.purge(ids)
            outcome = ngettext(
                "{amount} session removed for good; the recordings are still there.",
                "{amount} sessions removed for good; the recordings are still there.",
                len(ids),
            ).format(amount=len(ids))
        elif restore:
            log.restore(ids)
            outcome = ngettext(
                "{amount} session back in the log.",
                "{amount} sessions back in the log.",
                len(ids),
            ).format(amount=len(ids))
        else:
            log.delete(ids)
            names = " ".join(map(str, ids))
            outcome = ngettext(
                "{amount} session in the trash; to restore: {command}",
                "{amount} sessions in the trash; to restore: {command}",
                len(ids),
            ).format(amount=len(ids), command=own_command(f"delete --restore {names}"))
    say(outcome)


@click.command(
    epilog=examples(
        ("tracker backup /media/stick/training.sqlite", _("a copy somewhere else")),
        ("tracker backup training.sqlite --force", _("replace an older one")),
    )
)
@click.argument("file", type=FILE)
@force_option
def backup(file: Path, force: bool) -> None:
    """Copy the training log to a file.

    This is safe while the log is in use: the copy is complete, or not there at all. To restore it,
    copy it to where `tracker doctor` says the log is. Recordings are separate files and not
    included.
    """
    from tracker.app.training_log import open_training_log

    with open_training_log() as log:
        log.back_up(file, force=force)
        sessions = len(log.list())
    say(
        # Translators: a copy of the training log was written to a file.
        ngettext(
            "{file}: {amount} session of {log}", "{file}: {amount} sessions of {log}", sessions
        ).format(file=file, amount=sessions, log=log.location)
    )
