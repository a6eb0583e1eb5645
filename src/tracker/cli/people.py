"""`tracker people`: who trains here, how they are doing, and a plan for one of them.

The log costs SQLAlchemy (0.2 s), so each command imports it in its body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from tracker.app.paths import shared_paths
from tracker.cli.completion import names_of_people
from tracker.cli.options import FILE, examples, format_option
from tracker.cli.terminal import agreed, print_json, print_text, say
from tracker.language import _, day_text

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.app.people import Line, Triage


@click.group(
    invoke_without_command=True,
    epilog=examples(
        ("tracker people", _("who trains here")),
        ("tracker people --triage", _("who needs to be looked at, for a coach")),
        ("tracker people add Anna", _("somebody new")),
        ("tracker people rename me Bea", _("give yourself a name")),
        ("tracker people plan Anna anna.toml", _("take in a plan that you wrote")),
        ("tracker --person Anna train", _("train, or do anything else, as Anna")),
    ),
)
@click.option(
    "--triage",
    is_flag=True,
    help=_("How everybody is doing: pain, pauses, what is due; those first who need a look."),
)
@format_option("table", "json", explained=_("A table, or a list of JSON objects."))
@click.pass_context
def people(context: click.Context, triage: bool, output_format: str) -> None:
    """List the people who train here, and keep them apart.

    Everybody has a log, recordings, plan, limits and options of their own. --person NAME before or
    after a command, or TRACKER_PERSON, says whose are meant; without it, it is the first person.
    """
    if context.invoked_subcommand is not None:
        if triage:
            raise click.UsageError(_("--triage is about everybody: leave the command out"))
        return
    from tracker.app.clock import local_now
    from tracker.app.people import people_lines
    from tracker.app.people import triage as looked_at

    shared = shared_paths()
    if triage:
        found = looked_at(shared, local_now())
        if output_format == "json":
            print_json([triage_object(each) for each in found], indent=2)
        else:
            print_text("\n".join(triage_table(found)))
        return
    lines = people_lines(shared)
    if output_format == "json":
        print_json([_line_object(each) for each in lines], indent=2)
    else:
        print_text("\n".join(people_table(lines)))
        if len(lines) == 1:
            say(_("There is nobody else yet: tracker people add NAME"))


def _line_object(line: Line) -> dict[str, object]:
    return {
        "name": line.name,
        "sessions": line.sessions,
        "last_utc": None if line.last is None else line.last.at_utc,
        "trouble": line.trouble or None,
    }


def people_table(lines: tuple[Line, ...]) -> list[str]:
    """Return the list of people with aligned columns."""
    from tracker.cli.tables import aligned

    rows: list[tuple[str, ...]] = [(_("name"), _("sessions"), _("last session"))]
    for each in lines:
        last = "–" if each.last is None else f"{each.last.at(None):%Y-%m-%d %H:%M}"
        rows.append((each.name, str(each.sessions), f"! {each.trouble}" if each.trouble else last))
    return aligned(rows, frozenset({_("name"), _("last session")}))


def triage_object(each: Triage) -> dict[str, object]:
    """Return how somebody is doing as an object, with null for what is unknown."""
    return {
        "name": each.name,
        "verdict": None if each.verdict is None else each.verdict.value,
        "reason": each.reason or None,
        "pain": each.pain,
        "pain_change": each.pain_change,
        "hurts_more": each.hurts_more,
        "stopped": each.stopped,
        "last": None if each.last is None else each.last.isoformat(),
        "days_ago": each.days_ago,
        "due": None if each.due is None else each.due.isoformat(),
        "overdue_days": each.overdue_days,
        "sessions_4_weeks": each.done,
        "planned_4_weeks": each.planned,
    }


def triage_table(found: tuple[Triage, ...]) -> list[str]:
    """Return how everybody is doing, with aligned columns and signs for what stands out."""
    from tracker.cli.tables import aligned

    titles = (
        "",
        _("name"),
        # Translators: heading of a column, whether to train now: yes, rest or stop.
        _("now"),
        _("pain"),
        # Translators: heading of a column, when the last training was.
        _("last"),
        # Translators: heading of a column, when the next training is due.
        _("due"),
        _("4 weeks"),
        # Translators: heading of a column, the reason for the advice.
        _("why"),
    )
    rows: list[tuple[str, ...]] = [titles, *map(_triage_row, found)]
    legend = _(
        "! stop, or it hurts more   ◌ has not trained for two weeks   4 weeks: days trained, "
        "of those chosen"
    )
    return [*aligned(rows, frozenset({"", _("name"), _("now"), _("why")})), legend]


_VERDICTS: Final = {
    # Translators: advice in one word, to train.
    "go": _("go"),
    # Translators: advice in one word, to train as the last time.
    "same": _("same"),
    # Translators: advice in one word, to train with less load.
    "easier": _("easier"),
    # Translators: advice in one word, not to train today.
    "rest": _("rest"),
    # Translators: advice in one word, not to train before a professional was asked.
    "stop": _("stop"),
}
"""Verdicts of the coach, in the column of a table."""


def _triage_row(each: Triage) -> tuple[str, ...]:
    alarm = each.hurts_more or (each.verdict is not None and each.verdict.value == "stop")
    pain = "–" if each.pain is None else str(each.pain)
    if each.hurts_more:
        pain += " ↑"
    days = each.days_ago
    due = "–"
    if each.due is not None:
        due = _ago(each.overdue_days) if each.overdue_days else day_text(each.due, "MMMEd")
    # Translators: days trained, of those planned.
    trained = _("{done} of {planned}") if each.planned else "{done}"
    return (
        "!" if alarm or each.verdict is None else "◌" if each.stopped else "",
        each.name,
        "?" if each.verdict is None else _VERDICTS[each.verdict.value],
        pain,
        "–" if days is None else _("today") if days == 0 else _ago(days),
        due,
        trained.format(done=each.done, planned=each.planned),
        each.reason,
    )


def _ago(days: int) -> str:
    # Translators: so many days ago, as short as possible.
    return _("{days} d ago").format(days=days)


@people.command(epilog=examples(("tracker people add 'Anna B.'", _("a name with a blank"))))
@click.argument("name", metavar="NAME")
def add(name: str) -> None:
    """Add somebody, with an empty log.

    What was trained here before is the first person's, who is called "me" until renamed.
    """
    from tracker.app.people import add_person

    paths = add_person(shared_paths(), name)
    assert paths.person is not None
    say(
        _("added {name}: their recordings will be in {folder}").format(
            name=paths.person.name, folder=paths.recordings
        )
    )


@people.command(epilog=examples(("tracker people rename me Bea", _("give yourself a name"))))
@click.argument("name", metavar="NAME", shell_complete=names_of_people)
@click.argument("new_name", metavar="NEW_NAME")
def rename(name: str, new_name: str) -> None:
    """Give somebody another name.

    Nothing else changes; recordings that carry the old name are still theirs.
    """
    from tracker.app.people import rename_person

    rename_person(shared_paths(), name, new_name)
    say(_("{name} is {new_name} now").format(name=name, new_name=new_name))


@people.command(epilog=examples(("tracker people remove Anna", _("after a question"))))
@click.argument("name", metavar="NAME", shell_complete=names_of_people)
@click.option("--yes", is_flag=True, help=_("Do not ask."))
def remove(name: str, yes: bool) -> None:
    """Remove somebody for good.

    Their log, recordings, plan and options are deleted.
    """
    from tracker.app.paths import paths_of
    from tracker.app.people import people_lines, remove_person
    from tracker.app.register import same_name
    from tracker.app.training_log import recordings_in

    shared = shared_paths()
    paths = paths_of(name, shared)
    (line,) = (each for each in people_lines(shared) if same_name(name, each.name))
    recordings = len(recordings_in(paths.recordings))
    if not yes:
        say(
            _(
                "This deletes {sessions} sessions and {recordings} recordings of {name}, for good."
            ).format(sessions=line.sessions, recordings=recordings, name=line.name)
        )
        say(
            _("To keep a copy of the log: tracker --person {name!r} backup FILE").format(
                name=line.name
            )
        )
        if not agreed(_("Remove {name}?").format(name=line.name)):
            raise click.Abort
    remove_person(shared, name)
    say(_("removed {name}").format(name=line.name))


@people.command(
    epilog=examples(
        ("tracker people plan Anna", _("their plan as a file, to change it")),
        ("tracker people plan Anna anna.toml", _("take that file in")),
    )
)
@click.argument("name", metavar="NAME", shell_complete=names_of_people)
@click.argument("file", required=False, type=FILE, metavar="[FILE]")
def plan(name: str, file: Path | None) -> None:
    """Print somebody's plan and limits, or take them in from a file.

    The file has a table [plan.EXERCISE] for each exercise, and perhaps [coaching] with pain_limit
    and training_days. What it does not name stays as it is.
    """
    from tracker.app.config import load_config, plan_text, take_plan
    from tracker.app.paths import paths_of

    path = paths_of(name, shared_paths()).config_file
    if file is None:
        print_text(plan_text(load_config(path)).rstrip())
    else:
        say(
            _("{name}: took in {tables}").format(
                name=name, tables=", ".join(take_plan(path, file))
            )
        )
