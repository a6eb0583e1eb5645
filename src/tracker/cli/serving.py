"""Serves a command's screen until Ctrl-C, and says on stderr where it is."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click
import segno

from tracker.cli.exits import soon
from tracker.domain import TrackerError
from tracker.web import Link, SessionHost, is_local, new_token, reachable_host, serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.cli.exits import Interruption

EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})
"""What stands for all addresses of this computer, and is none that a browser could use."""


@dataclass(frozen=True, slots=True)
class ServeTarget:
    """Where to listen, and what others call it."""

    host: str
    """Name or address to listen at."""
    name: str
    """What a browser reaches it by."""
    shared: bool
    """Whether other devices can reach it."""


def spread(host: str, *, lan: bool) -> ServeTarget:
    """Return where to listen.

    Raises
    ------
    TrackerError
        If others could reach it, and nobody said that they may.
    """
    if host in EVERY_ADDRESS:
        name, shared = reachable_host(), True
    else:
        name, shared = host, not is_local(host)
    if shared and not lan:
        raise TrackerError(
            f"At {host}, other devices in the network could reach the training.",
            "If they may, say so with --lan. For this computer alone, leave --host out.",
        )
    return ServeTarget(host, name, shared)


def refuse_what_fails(line: Sequence[str], context: click.Context) -> None:
    """Raise now what every visit would fail with.

    Parameters
    ----------
    line
        Name of a command and its arguments.
    context
        Of the command that serves it, beside which it is.
    """
    from tracker.app.config import config_path, load_config
    from tracker.app.paths import tracker_paths
    from tracker.cli.radio import chosen_sensor
    from tracker.cli.train import SIMULATED, begins_with_the_list

    assert context.parent is not None
    group = context.parent.command
    assert isinstance(group, click.Group)
    name, *arguments = line
    served = group.get_command(context.parent, name)
    assert served is not None
    parsed = served.make_context(name, arguments, parent=context.parent).params
    if parsed["headless"]:
        raise click.UsageError("--headless has no screen to show; see tracker train.", context)
    if name != "train" or parsed["sensor"] == SIMULATED:
        return
    named = ("sensor", "second", "kind", "settings", "seconds")
    if begins_with_the_list(*(parsed[each] for each in named)):
        load_config(config_path(tracker_paths().config))
    else:
        chosen_sensor(parsed["sensor"], parsed["kind"], parsed["settings"])


def keep_serving(
    line: Sequence[str],
    place: ServeTarget,
    port: int,
    *,
    unseen_s: float,
    interrupted: Interruption,
) -> None:
    """Serve until Ctrl-C; the training has ended when this returns.

    Parameters
    ----------
    line
        Name of a command and its arguments.
    place
        Where to listen.
    port
        0 takes a free one.
    unseen_s
        How long a training goes on that nobody looks at, s.
    interrupted
        Tells of Ctrl-C.
    """

    async def run() -> None:
        # Whatever lies where it is called from, it is this very program.
        program = [sys.executable, "-P", "-m", "tracker.cli.parent_watchdog", str(os.getpid())]
        showing = SessionHost([*program, *line], unseen_s=unseen_s, report=_say)
        token = new_token()
        over = asyncio.Event()
        async with serve(showing, place.host, port, token) as taken:
            _announce(Link(place.name, taken, token), shared=place.shared)
            with interrupted.ending(lambda: soon(over.set)):
                await over.wait()

    asyncio.run(run())


def _announce(link: Link, *, shared: bool) -> None:
    _say(f"the training screen is at {link}")
    if shared:
        _say("for every device in this network; whoever has the link can steer the training")
        if sys.stderr.isatty():
            _say(qr_code(str(link)))
    else:
        _say("for this computer alone; for a phone in the same network: tracker serve --lan")
    _say("Ctrl-C ends it")


def qr_code(text: str) -> str:
    """Return a code for a camera, as lines of half blocks."""
    drawn = io.StringIO()
    segno.make(text, error="l").terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def _say(line: str) -> None:
    # Who read it may be gone; that is no reason to end a training.
    with suppress(OSError):
        click.echo(line, err=True)
