"""`tracker push`: sessions of the log to other services and folders; and how they are set up."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

from tracker.app.paths import own_command, tracker_paths
from tracker.cli.completion import logged_sessions, offered
from tracker.cli.export import FormatName
from tracker.cli.options import examples
from tracker.cli.terminal import print_text, say
from tracker.language import _, counted, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.app.push import Pushed, PushService, TargetState
    from tracker.push import PushTarget


@offered
def targets(_context: click.Context) -> Iterator[CompletionItem]:
    """Offer the targets in the configuration."""
    from tracker.app.config import load_config

    for name, target in load_config(tracker_paths().config_file).push.items():
        yield CompletionItem(name, help=target.shown)


def targets_or_sessions(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer targets for the first word, sessions for the others."""
    only_sessions = bool(context.params.get("to") or context.params.get("words"))
    complete = logged_sessions if only_sessions else targets
    return complete(context, parameter, incomplete)


@offered
def services(_context: click.Context) -> Iterator[CompletionItem]:
    """Offer what can be added."""
    from tracker.push import SERVICES

    return (CompletionItem(each.name, help=each.title) for each in SERVICES.values())


@click.command(
    epilog=examples(
        ("tracker push --add hevy", _("add a target; its key is asked for")),
        (
            "tracker push --add folder:/media/stick/training --format fit",
            _("a folder as a target"),
        ),
        ("tracker push hevy", _("the newest session")),
        ("tracker push hevy 12 13", _("two of them; the same as: tracker push 12 13 --to hevy")),
        ("tracker push --missing", _("all that is missing, to every target")),
        ("tracker push --missing --dry-run", _("what that would be")),
        ("tracker push hevy --auto on", _("from now on by itself, after each training")),
        ("tracker push --list", _("targets, and what is outstanding")),
    )
)
@click.argument(
    "words", nargs=-1, metavar="[TARGET] [SESSION]...", shell_complete=targets_or_sessions
)
@click.option(
    "--to",
    multiple=True,
    metavar="TARGET",
    shell_complete=targets,
    help=_("A target; then all other words are sessions. Repeatable."),
)
@click.option(
    "--missing",
    is_flag=True,
    help=_("Push what a target lacks; without a target, to all of them."),
)
@click.option("--dry-run", is_flag=True, help=_("Only say what would be pushed; asks no service."))
@click.option(
    "--again", is_flag=True, help=_("Push also what is there already, or was deleted there.")
)
@click.option(
    "--list", "listing", is_flag=True, help=_("List the targets and what is outstanding.")
)
@click.option(
    "--add",
    metavar="SERVICE[:PLACE]",
    shell_complete=services,
    help=_(
        "Add a target: intervals, hevy, wger:URL, webdav:URL, folder:PATH or webhook. A secret "
        "is asked for, or read from stdin."
    ),
)
@click.option("--name", metavar="NAME", help=_("What to call it.  [default: the service]"))
@click.option(
    "--format",
    "form",
    type=FormatName(),
    help=_("Export format of the files in folders and WebDAV."),
)
@click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="EXERCISE=ID",
    help=_(
        "The id that an exercise has at Hevy or wger; repeatable. Others are looked up by name."
    ),
)
@click.option(
    "--secret", is_flag=True, help=_("Enter the key or password of a target anew, or from stdin.")
)
@click.option(
    "--auto",
    type=click.Choice(["on", "off"]),
    help=_("Whether sessions go to a target by themselves, from now on."),
)
@click.option("--remove", is_flag=True, help=_("Remove a target; nothing is deleted there."))
@click.option("--background", is_flag=True, hidden=True)
def push(
    words: tuple[str, ...],
    to: tuple[str, ...],
    missing: bool,
    dry_run: bool,
    again: bool,
    listing: bool,
    add: str | None,
    name: str | None,
    form: str | None,
    exercises: tuple[str, ...],
    secret: bool,
    auto: str | None,
    remove: bool,
    background: bool,
) -> None:
    """Push sessions to other services.

    TARGET is one that you added with --add. SESSION is a number of `tracker history`, last, or
    all; without one, it is the newest. Simulated ones go only by their numbers.

    A session goes to a target at most once, also if a push was cut short; once edited, it is
    brought up to date where the service can. Services differ in what they can take: see
    docs/push.md.

    Keys and passwords are kept in the keyring of this computer, else in a file that only you can
    read.
    """
    # The log costs SQLAlchemy (0.2 s).
    from tracker.app.push import PushService

    service = PushService(tracker_paths(), say)
    changes = bool(exercises or secret or auto or remove)
    if sum((missing, listing, background, add is not None, changes and add is None)) > 1:
        raise click.UsageError(
            _("--missing, --list, --add and changes of a target exclude each other")
        )
    if add is None and (name or form):
        raise click.UsageError(_("--name and --format are for --add"))
    if background:
        service.push_automatic()
    elif add is not None:
        if words or to or remove or secret:
            raise click.UsageError(_("--add takes the target alone, as in --add hevy"))
        _add(service, add, name, form, exercises, auto)
    elif listing:
        _list(service, (*words, *to))
    elif changes:
        _change(service, _named(words, to), exercises, secret, auto, remove)
    elif missing:
        _push_missing(service, (*words, *to), dry_run)
    else:
        if not to and not words:
            raise click.UsageError(_("name a target; tracker push --list shows them"))
        sessions = words if to else words[1:]
        _push_named(service, to or words[:1], sessions, dry_run, again)


def _named(words: Sequence[str], to: Sequence[str]) -> tuple[str, ...]:
    names = (*words, *to)
    if not names:
        raise click.UsageError(_("name the target to change; tracker push --list shows them"))
    return names


# Set-up


def _add(
    service: PushService,
    text: str,
    name: str | None,
    form: str | None,
    exercises: tuple[str, ...],
    auto: str | None,
) -> None:
    from tracker.push import SERVICES, read_target

    if text == "webhook":
        # Its address is often a secret of its own, and everybody can see what is typed.
        text = f"webhook:{_asked(_('Address of the webhook'))}"
    target = read_target(text)
    if form is not None:
        target = replace(target, format=form)
    if exercises:
        target = replace(target, exercises=" ".join(exercises))
    name = target.service if name is None else name
    kind = SERVICES[target.service]
    service.add(name, target)
    say(_("{name}: added, {target}.").format(name=name, target=target.shown))
    if target.place.startswith("http://"):
        say(_("! The address begins with http: everybody on the way can read what goes there."))
    if kind.secret is not None and (
        kind.secret_needed or target.service != "webdav" or target.user is not None
    ):
        _enter_secret(service, name, target)
    if auto == "on":
        service.switch_automatic(name, True)
        say(_("Sessions from now on go there by themselves."))
    if kind.default_format is None:
        say(kind.left_out)
    command = own_command(f"push {name}")
    say(_("To push the newest session: {command}").format(command=command))


def _enter_secret(service: PushService, name: str, target: PushTarget) -> None:
    from tracker.push import SERVICES, secret_variable
    from tracker.push.secrets import checked_secret

    kind = SERVICES[target.service]
    secret = kind.secret or ""
    # Translators: {secret} is "API key" or "password", {target} is a name.
    what = _("{secret} of {target}").format(
        secret=f"{secret[:1].upper()}{secret[1:]}", target=name
    )
    question = what if kind.secret_needed else _("{what} (empty for none)").format(what=what)
    entered = _asked(question, hidden=True)
    if not entered:
        if kind.secret_needed:
            say(
                _("None entered. Later: {command}, or {variable}").format(
                    command=f"tracker push --secret {name}", variable=secret_variable(name)
                )
            )
        return
    place = service.keep_secret(name, checked_secret(entered, what))
    say(_("{what}: kept in {place}.").format(what=what, place=place))


def _asked(what: str, *, hidden: bool = False) -> str:
    """Return what the user types, unseen if it is a secret; from a pipe, the next line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(click.prompt(what, default="", hide_input=hidden, show_default=False, err=True))


def _change(
    service: PushService,
    names: Sequence[str],
    exercises: tuple[str, ...],
    secret: bool,
    auto: str | None,
    remove: bool,
) -> None:
    for name in names:
        target = service.target(name)
        if remove:
            service.remove(name)
            say(_("{name}: removed. What was pushed is still there.").format(name=name))
            continue
        if exercises:
            ids = dict(word.split("=", 1) for word in exercises if "=" in word)
            chosen = {**target.chosen_exercises, **ids}
            wrong = [word for word in exercises if "=" not in word]
            words = [*wrong, *(f"{exercise}={number}" for exercise, number in chosen.items())]
            service.change(name, exercises=" ".join(words))
            say(f"{name}: " + ", ".join(exercises))
        if secret:
            _enter_secret(service, name, target)
        if auto is not None:
            service.switch_automatic(name, auto == "on")
            line = _("{name}: sessions wait for you again.")
            if auto == "on":
                line = _("{name}: sessions go there by themselves from now on.")
            say(line.format(name=name))


def _list(service: PushService, names: Sequence[str]) -> None:
    chosen = names or tuple(service.targets)
    if not chosen:
        say(_("There is no target yet. Add one: tracker push --add hevy"))
    for name in chosen:
        for line in _state_lines(service.state(name)):
            print_text(line)


def _state_lines(state: TargetState) -> Iterator[str]:
    from tracker.push import SERVICES

    kind = SERVICES[state.target.service]
    line = _("{name}: {target}, when you push")
    if state.target.auto_since:
        line = _("{name}: {target}, by itself")
    yield line.format(name=state.name, target=state.target.shown)
    if kind.secret and kind.secret_needed and not state.has_secret:
        command = f"tracker push --secret {state.name}"
        yield _("  no {secret}: {command}").format(secret=kind.secret, command=command)
    waiting: dict[str, list[str]] = {}
    for due in state.due:
        waiting.setdefault(due.reason.words, []).append(str(due.session.id))
    outstanding = "; ".join(
        ngettext("{reason}: session {ids}", "{reason}: sessions {ids}", len(ids)).format(
            reason=reason, ids=_brief(ids)
        )
        for reason, ids in waiting.items()
    )
    there = counted(state.there, "session", "sessions")
    line = _("  {sessions} there, none outstanding")
    if outstanding:
        line = _("  {sessions} there; outstanding: {number} ({which})")
    yield line.format(sessions=there, number=len(state.due), which=outstanding)
    problems = {due.known.problem for due in state.due if due.known and due.known.problem}
    yield from (f"  ! {problem}" for problem in sorted(problems))


MOST_NUMBERS: Final = 8
"""Numbers of sessions in a line."""


def _brief(ids: Sequence[str]) -> str:
    more = len(ids) - MOST_NUMBERS
    listed = " ".join(ids[:MOST_NUMBERS])
    # Translators: {ids} are numbers.
    return _("{ids} and {more} more").format(ids=listed, more=more) if more > 0 else listed


# Pushing


def _push_missing(service: PushService, names: Sequence[str], dry_run: bool) -> None:
    chosen = names or tuple(service.targets)
    if not chosen:
        raise click.UsageError(_("there is no target yet; add one: tracker push --add hevy"))
    _for_each(service, chosen, None, dry_run=dry_run, again=False)


def _push_named(
    service: PushService,
    names: Sequence[str],
    sessions: Sequence[str],
    dry_run: bool,
    again: bool,
) -> None:
    _for_each(service, names, sessions, dry_run=dry_run, again=again)


def _for_each(
    service: PushService,
    names: Sequence[str],
    sessions: Sequence[str] | None,
    *,
    dry_run: bool,
    again: bool,
) -> None:
    """Push to each target; one that takes nothing does not keep the others from theirs."""
    from tracker.domain import TrackerError

    failures: list[TrackerError] = []
    failed = 0
    for name in dict.fromkeys(names):
        service.target(name)
    for name in dict.fromkeys(names):
        if dry_run:
            _say_what_would_go(service, name, sessions, again=again)
            continue
        try:
            done = service.push(name, sessions, again=again)
        except TrackerError as error:
            failures.append(error)
            if len(names) > 1:
                say(f"{name}: {error.message}")
        else:
            _sum_up(service, name, done)
            failed += done.failed
    if len(failures) == 1 and len(names) == 1:
        raise failures[0]
    if failures:
        raise click.ClickException(
            ngettext(
                "{number} of {all} target failed.", "{number} of {all} targets failed.", len(names)
            ).format(number=len(failures), all=len(names))
        )
    if failed:
        raise click.ClickException(
            ngettext(
                "{number} session could not be pushed.",
                "{number} sessions could not be pushed.",
                failed,
            ).format(number=failed)
        )


def _sum_up(service: PushService, name: str, done: Pushed) -> None:
    from tracker.push import SERVICES

    kind = SERVICES[service.target(name).service]
    # What a file holds is up to its format.
    if done.new and kind.default_format is None:
        say(kind.left_out)
    # Translators: how many sessions, in a list.
    parts = [
        line.format(number=number)
        for number, line in (
            (done.new, _("{number} new")),
            (done.updated, _("{number} brought up to date")),
            (done.unchanged, _("{number} there already")),
            (done.failed, _("{number} failed")),
        )
        if number
    ]
    say(f"{name}: {', '.join(parts) or _('nothing to push')}.")


def _say_what_would_go(
    service: PushService, name: str, sessions: Sequence[str] | None, *, again: bool
) -> None:
    due = service.preview(name, sessions, again=again)
    for each in due:
        known = each.known is not None and each.known.remote_id is not None
        line = _("session {number}: would send to {target} ({reason})")
        if known:
            line = _("session {number}: would bring up to date at {target} ({reason})")
        print_text(line.format(number=each.session.id, target=name, reason=each.reason.words))
    if not due:
        print_text(f"{name}: {_('nothing to push')}")
