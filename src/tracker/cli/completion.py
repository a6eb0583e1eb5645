"""Tab completion: logged sessions, sensors and their kinds.

Heavy imports stay inside the functions, so that other commands don't pay for them. Completion must
not print errors into a half-typed line: when something fails, it offers nothing.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import click

MOST_SESSIONS: Final = 50
"""Only the newest: nobody picks from a longer list."""

NEWEST: Final = "last"
"""Names the newest session on the command line."""


def offered(
    items: Callable[[click.Context], Iterator[CompletionItem]],
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Make a completion of a function that yields all items; nothing if it fails."""

    @wraps(items)
    def complete(
        context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from tracker.domain import TrackerError

        try:
            return [item for item in items(context) if item.value.startswith(incomplete)]
        except TrackerError:
            return []

    return complete


@offered
def logged_sessions(context: click.Context) -> Iterator[CompletionItem]:
    """Offer `last` and the ids of the newest sessions, each with its day, exercise and reps.

    With `--restore` or `--purge`, offer the sessions in the trash instead.
    """
    from tracker.app.training_log import existing_log
    from tracker.language import counted
    from tracker.store import SessionQuery

    trash = bool(context.params.get("restore") or context.params.get("purge"))
    log = existing_log()
    if log is None:
        return
    with log:
        newest = log.list(SessionQuery(trash=trash, limit=MOST_SESSIONS))
    if newest and not trash:
        yield CompletionItem(NEWEST, help=_("the newest session"))
    for each in newest:
        reps = counted(each.reps_done, "rep", "reps")
        help_text = f"{each.at(None):%Y-%m-%d} {each.shown_exercise} {reps}"
        yield CompletionItem(str(each.id), help=help_text)


@offered
def names_of_people(_context: click.Context) -> Iterator[CompletionItem]:
    """Offer the names of the people who train here."""
    from tracker.app.paths import shared_paths
    from tracker.app.people import everyone, name_in

    return (CompletionItem(name_in(each)) for each in everyone(shared_paths()))


def sessions_or_files(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer logged sessions; if none matches, files."""
    sessions = logged_sessions(context, parameter, incomplete)
    return sessions or [CompletionItem(incomplete, type="file")]


def files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer files, for an argument that may also be a URL."""
    return [CompletionItem(incomplete, type="file")]


@offered
def sensors(_context: click.Context) -> Iterator[CompletionItem]:
    """Offer the paired sensor: its name, or its address if it has none."""
    from tracker.app.config import config_of
    from tracker.app.paths import tracker_paths

    saved = config_of(tracker_paths()).sensor
    if saved is not None:
        yield CompletionItem(
            saved.name or saved.address, help=_("paired {kind}").format(kind=saved.kind)
        )


def sensors_or_simulated(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the paired sensor and the simulated lifter."""
    paired = sensors(context, parameter, incomplete)
    simulated = CompletionItem("sim", help=_("simulated lifter"))
    return [*paired, simulated] if simulated.value.startswith(incomplete) else paired


@offered
def sensor_kinds(_context: click.Context) -> Iterator[CompletionItem]:
    """Offer the kinds of sensor that have a decoder."""
    from tracker.sensors import families

    return (CompletionItem(name, help=each.title) for name, each in families().items())
