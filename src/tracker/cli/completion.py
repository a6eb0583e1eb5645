"""Tab completion: logged sessions, sensors and their kinds.

Heavy imports stay inside the functions, so that other commands don't pay for them. Completion must
not print errors into a half-typed line: when something fails, it offers nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click

MOST_SESSIONS: Final = 50
"""Only the newest: nobody picks from a longer list."""

NEWEST: Final = "last"
"""Names the newest session on the command line."""


def logged_sessions(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer `last` and the ids of the newest sessions, each with its day, exercise and reps.

    With `--restore` or `--purge`, offer the sessions in the trash instead.
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
    """Offer logged sessions; if none matches, files."""
    sessions = logged_sessions(context, parameter, incomplete)
    return sessions or [CompletionItem(incomplete, type="file")]


def files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer files, for an argument that may also be a URL."""
    return [CompletionItem(incomplete, type="file")]


def sensors(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the paired sensor: its name, or its address if it has none."""
    from tracker.app.config import config_path, load_config
    from tracker.app.paths import tracker_paths
    from tracker.domain import TrackerError

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
    """Offer the kinds of sensor that have a decoder."""
    from tracker.sensors import families

    return [
        CompletionItem(name, help=each.title)
        for name, each in families().items()
        if name.startswith(incomplete)
    ]


def _sessions(trash: bool) -> list[CompletionItem]:
    from tracker.app.paths import tracker_paths
    from tracker.app.training import log_is_there, log_place, open_training_log
    from tracker.store import SessionQuery

    paths = tracker_paths()
    if not log_is_there(log_place(paths)):
        return []
    with open_training_log(paths) as log:
        newest = log.list(SessionQuery(trash=trash))[:MOST_SESSIONS]
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
