"""`tracker people`: who trains here, how they are doing, and a plan for one of them.

The log costs SQLAlchemy (0.2 s), so each command imports it in its body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.app.paths import shared_paths
from tracker.cli.completion import names_of_people
from tracker.cli.options import FILE, examples, format_option
from tracker.cli.terminal import print_json, print_text, say

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.app.people import Line, Triage


@click.group(
    invoke_without_command=True,
    epilog=examples(
        ("tracker people", "who trains here"),
        ("tracker people --triage", "who needs to be looked at, for a coach"),
        ("tracker people add Anna", "somebody new"),
        ("tracker people rename me Bea", "give yourself a name"),
        ("tracker people plan Anna anna.toml", "take in a plan that you wrote"),
        ("tracker --person Anna train", "train, or do anything else, as Anna"),
    ),
)
@click.option(
    "--triage",
    is_flag=True,
    help="How everybody is doing: pain, pauses, what is due; those first who need a look.",
)
@format_option("table", "json", explained="A table, or a list of JSON objects.")
@click.pass_context
def people(context: click.Context, triage: bool, output_format: str) -> None:
    """List the people who train here, and keep them apart.

    Everybody has a log, recordings, plan, limits and options of their own. --person NAME before or
    after a command, or TRACKER_PERSON, says whose are meant; without it, it is the first person.
    """
    if context.invoked_subcommand is not None:
        if triage:
            raise click.UsageError("--triage is about everybody: leave the command out")
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
            say("There is nobody else yet: tracker people add NAME")


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

    rows: list[tuple[str, ...]] = [("name", "sessions", "last session")]
    for each in lines:
        last = "–" if each.last is None else f"{each.last.at(None):%Y-%m-%d %H:%M}"
        rows.append((each.name, str(each.sessions), f"! {each.trouble}" if each.trouble else last))
    return aligned(rows, frozenset({"name", "last session"}))


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

    rows: list[tuple[str, ...]] = [("", "name", "now", "pain", "last", "due", "4 weeks", "why")]
    rows += [_triage_row(each) for each in found]
    legend = (
        "! stop, or it hurts more   ◌ has not trained for two weeks   4 weeks: days trained, "
        "of those chosen"
    )
    return [*aligned(rows, frozenset({"", "name", "now", "why"})), legend]


def _triage_row(each: Triage) -> tuple[str, ...]:
    alarm = each.hurts_more or (each.verdict is not None and each.verdict.value == "stop")
    pain = "–" if each.pain is None else str(each.pain)
    if each.hurts_more:
        pain += " ↑"
    days = each.days_ago
    due = "–"
    if each.due is not None:
        due = f"{each.overdue_days} d ago" if each.overdue_days else f"{each.due:%a %d %b}"
    of = f" of {each.planned}" if each.planned else ""
    return (
        "!" if alarm or each.verdict is None else "◌" if each.stopped else "",
        each.name,
        "?" if each.verdict is None else each.verdict.value,
        pain,
        "–" if days is None else "today" if days == 0 else f"{days} d ago",
        due,
        f"{each.done}{of}",
        each.reason,
    )


@people.command(epilog=examples(("tracker people add 'Anna B.'", "a name with a blank")))
@click.argument("name", metavar="NAME")
def add(name: str) -> None:
    """Add somebody, with an empty log.

    What was trained here before is the first person's, who is called "me" until renamed.
    """
    from tracker.app.people import add_person

    paths = add_person(shared_paths(), name)
    assert paths.person is not None
    say(f"added {paths.person.name}: their recordings will be in {paths.recordings}")


@people.command(epilog=examples(("tracker people rename me Bea", "give yourself a name")))
@click.argument("name", metavar="NAME", shell_complete=names_of_people)
@click.argument("new_name", metavar="NEW_NAME")
def rename(name: str, new_name: str) -> None:
    """Give somebody another name.

    Nothing else changes; recordings that carry the old name are still theirs.
    """
    from tracker.app.people import rename_person

    rename_person(shared_paths(), name, new_name)
    say(f"{name} is {new_name} now")


@people.command(epilog=examples(("tracker people remove Anna", "after a question")))
@click.argument("name", metavar="NAME", shell_complete=names_of_people)
@click.option("--yes", is_flag=True, help="Do not ask.")
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
            f"This deletes {line.sessions} sessions and {recordings} recordings of {line.name}, "
            f"for good.\nTo keep a copy of the log: tracker --person {line.name!r} backup FILE"
        )
        click.confirm(f"Remove {line.name}?", abort=True, err=True)
    remove_person(shared, name)
    say(f"removed {line.name}")


@people.command(
    epilog=examples(
        ("tracker people plan Anna", "their plan as a file, to change it"),
        ("tracker people plan Anna anna.toml", "take that file in"),
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
        say(f"{name}: took in {', '.join(take_plan(path, file))}")
