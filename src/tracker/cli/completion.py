"""What the shell offers when somebody presses tab: logged sessions and sensors.

Everything heavy is imported in the function that needs it, so that a plain command pays for none
of it. A shell in the middle of a line cannot show an error: whatever is wrong, nothing is offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click

MOST_SESSIONS: Final = 50
"""The newest ones; a longer list helps nobody to choose."""

NEWEST: Final = "last"
"""What the newest session is called on the command line."""


def logged_sessions(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer `last` and the ids of the newest sessions, each with its day, exercise and reps.

    With `--restore` or `--purge` the sessions in the trash are meant.
    """
    from tracker.domain import TrackerError

    trash = bool(context.params.get("restore") or context.params.get("purge"))
    try:
        offered = _sessions(trash)
    except TrackerError:
        return []
    return [item for item in offered if item.value.startswith(incomplete)]


def sessions_or_files(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer logged sessions, and files where no session begins like that."""
    sessions = logged_sessions(context, parameter, incomplete)
    return sessions or [CompletionItem(incomplete, type="file")]


def files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Let the shell offer files, for an argument that may also be an address."""
    return [CompletionItem(incomplete, type="file")]


def sensors(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the paired sensor, by its name if it has one."""
    from tracker.domain import TrackerError
    from tracker.runtime.config import config_path, load_config
    from tracker.runtime.paths import tracker_paths

    try:
        saved = load_config(config_path(tracker_paths().config)).sensor
    except TrackerError:
        return []
    if saved is None:
        return []
    item = CompletionItem(saved.name or saved.address, help=f"paired {saved.kind}")
    return [item] if item.value.startswith(incomplete) else []


def sensors_or_simulated(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the paired sensor and the simulated lifter."""
    paired = sensors(context, parameter, incomplete)
    simulated = CompletionItem("sim", help="simulated lifter")
    return [*paired, simulated] if simulated.value.startswith(incomplete) else paired


def sensor_kinds(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the kinds of sensors that can be decoded."""
    from tracker.sensors import families

    return [
        CompletionItem(name, help=each.title)
        for name, each in families().items()
        if name.startswith(incomplete)
    ]


def _sessions(trash: bool) -> list[CompletionItem]:
    from tracker.runtime.paths import tracker_paths
    from tracker.runtime.training_log import log_is_there, log_place, open_training_log
    from tracker.store import Wanted

    paths = tracker_paths()
    if not log_is_there(log_place(paths)):
        return []
    with open_training_log(paths) as log:
        newest = log.list(Wanted(trash=trash))[:MOST_SESSIONS]
    offered = [
        CompletionItem(
            str(each.id),
            help=f"{each.at_utc[:10]} {each.shown_exercise} {each.reps_done} reps",
        )
        for each in newest
    ]
    if newest and not trash:
        offered.insert(0, CompletionItem(NEWEST, help="the newest session"))
    return offered
