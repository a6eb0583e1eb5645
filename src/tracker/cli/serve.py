"""`tracker serve`: the training screen in a browser, for a phone or tablet beside the bench.

It needs the packages of the extra `serve`, so everything of `tracker.web` and segno is imported
in the functions that use it, once `_require_packages` has found them.
"""

from __future__ import annotations

import io
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.completion import sensors_or_simulated
from tracker.cli.events import STDOUT
from tracker.cli.exits import interruption
from tracker.cli.options import PositiveNumber, examples
from tracker.cli.terminal import say, say_drawing
from tracker.domain import TrackerError
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.cli.exits import Interruption
    from tracker.web import Link

LOOPBACK: Final = "127.0.0.1"
EVERY_INTERFACE: Final = "0.0.0.0"

DEFAULT_UNSEEN_MIN: Final = 15.0
"""Outlasts a rest with a locked phone, but not the battery of a sensor that was forgotten, min."""


@click.command(
    epilog=examples(
        ("tracker serve", _("in a browser on this computer, from the list of sensors")),
        ("tracker serve --lan", _("for a phone in the same network")),
        ("tracker serve --lan --sensor WT901BLE67", _("with this sensor, without the list")),
        ("tracker serve --lan --demo", _("a simulated lifter; nothing is stored")),
        (
            "tracker serve --lan -- --exercise glute_bridge",
            _("tracker train gets what follows --"),
        ),
    )
)
@click.option(
    "--lan",
    is_flag=True,
    help=_(
        "Accept connections from the local network, from anyone with the link. They are not "
        "encrypted without --tls: only for networks that you trust."
    ),
)
@click.option(
    "--host",
    metavar="HOST",
    help=_(
        "Name or address of this computer to listen on; any but its loopback addresses needs "
        "--lan.  [default: {loopback}; with --lan {every}, which is all of them]"
    ).format(loopback=LOOPBACK, every=EVERY_INTERFACE),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    metavar="P",
    help=_("Port to listen on; 0 picks a free one."),
)
@click.option(
    "--tls",
    is_flag=True,
    help=_(
        "Encrypt, with a certificate of its own: the browser warns once, and what it shows can "
        "be compared with the fingerprint printed here. A phone then keeps its screen on."
    ),
)
@click.option(
    "--sensor",
    shell_complete=sensors_or_simulated,
    metavar="ADDRESS_OR_NAME|sim",
    help=_("Which sensor, as for tracker train.  [default: chosen from the list in the browser]"),
)
@click.option(
    "--demo", is_flag=True, help=_("Show tracker demo: no sensor, and nothing is stored.")
)
@click.option(
    "--unseen",
    "unseen_min",
    type=PositiveNumber(),
    default=DEFAULT_UNSEEN_MIN,
    show_default=True,
    metavar="MINUTES",
    help=_("End a training that no browser has shown for so long."),
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGUMENTS...]")
@click.pass_context
def serve(
    context: click.Context,
    lan: bool,
    host: str | None,
    port: int,
    tls: bool,
    sensor: str | None,
    demo: bool,
    unseen_min: float,
    arguments: tuple[str, ...],
) -> None:
    """Show the training screen in a browser, for example on a phone.

    The link and its QR code are printed on stderr; anyone with the link can watch and control the
    training. The first visit starts it. It goes on when the phone locks its screen or the page is
    closed, and opening the page again returns to it. Ctrl-C ends the training and its recording.

    Sound comes from this computer, not from the phone; --no-sound after -- turns it off.
    """
    if demo and sensor is not None:
        raise click.UsageError(_("--demo simulates its sensor; leave out --sensor or --demo."))
    with interruption() as interrupted:
        _require_packages()
        target = serve_target(host or (EVERY_INTERFACE if lan else LOOPBACK), lan=lan)
        command = (
            "demo" if demo else "train",
            *(() if sensor is None else ("--sensor", sensor)),
            *arguments,
        )
        check_served_command(command, context)
        serve_until_interrupted(
            command, target, port, tls=tls, unseen_s=unseen_min * 60.0, interrupted=interrupted
        )


def _require_packages() -> None:
    """Raise `TrackerError` with an install hint if a package of the extra is missing."""
    try:
        import segno  # noqa: F401

        import tracker.web  # noqa: F401
    except ModuleNotFoundError as missing:
        if missing.name not in ("aiohttp", "cryptography", "segno", "textual_serve"):
            raise
        raise TrackerError(
            _("tracker serve needs the package {package}, which is not installed.").format(
                package=missing.name
            ),
            _("Install the extra: {command}").format(
                command='pip install "hip-thrust-tracker[serve]"'
            ),
        ) from missing


@dataclass(frozen=True, slots=True)
class ServeTarget:
    """Where to listen, and what browsers call it."""

    host: str
    name: str
    shared: bool
    """Whether other devices can connect."""
    others: tuple[str, ...] = ()
    """Further addresses of this computer, one of which may be in the phone's network."""


def serve_target(host: str, *, lan: bool) -> ServeTarget:
    """Return where to listen; raises `TrackerError` if others could connect without `--lan`."""
    from tracker.web import is_local, private_addresses, reachable_host

    if host in (EVERY_INTERFACE, "::"):
        name = reachable_host()
        others = tuple(each for each in private_addresses() if each != name)
        target = ServeTarget(host, name, shared=True, others=others)
    else:
        target = ServeTarget(host, host, shared=not is_local(host))
    if target.shared and not lan:
        raise TrackerError(
            _("At {host}, other devices in the network could connect to the training.").format(
                host=host
            ),
            _("To allow that, add --lan. For this computer alone, leave out --host."),
        )
    return target


def check_served_command(command: Sequence[str], context: click.Context) -> None:
    """Raise now the usage or configuration error that every visit would end with."""
    from tracker.app.config import config_of
    from tracker.app.paths import tracker_paths
    from tracker.cli.radio import chosen_sensor
    from tracker.cli.train import SIMULATED, begins_with_the_list

    assert context.parent is not None
    group = context.parent.command
    assert isinstance(group, click.Group)
    name, *arguments = command
    served = group.get_command(context.parent, name)
    assert served is not None
    parsed = served.make_context(name, arguments, parent=context.parent).params
    if parsed["headless"] or STDOUT in parsed["events"]:
        raise click.UsageError(
            _("--headless and --events - have no screen to show; see tracker train."), context
        )
    if name != "train" or parsed["sensor"] == SIMULATED:
        return
    named = ("sensor", "second", "kind", "settings", "seconds")
    if begins_with_the_list(*(parsed[each] for each in named)):
        config_of(tracker_paths())
    else:
        chosen_sensor(parsed["sensor"], parsed["kind"], parsed["settings"])


def serve_until_interrupted(
    command: Sequence[str],
    target: ServeTarget,
    port: int,
    *,
    tls: bool = False,
    unseen_s: float,
    interrupted: Interruption,
) -> None:
    """Serve a command's screen until Ctrl-C; the training has ended when this returns."""
    import asyncio
    import tempfile

    from tracker.web import EventFiles, Link, SessionHost, new_token, own_certificate, serve

    names = (target.name, *target.others, socket.gethostname(), f"{socket.gethostname()}.local")
    certificate = None
    if tls:
        from tracker.app.clock import local_now
        from tracker.app.paths import tracker_paths

        known = dict.fromkeys((*names, LOOPBACK, "localhost"))
        certificate = own_certificate(tracker_paths().shared.config, list(known), local_now())

    async def run() -> None:
        # `-P`: a `tracker` folder in the working directory must not shadow this program.
        program = [sys.executable, "-P", "-m", "tracker.cli.parent_watchdog"]
        events = EventFiles(Path(folder))
        host = SessionHost([*program, *command], unseen_s=unseen_s, report=say, events=events)
        token, watch_token = new_token(), new_token()
        over = asyncio.Event()
        context = None if certificate is None else certificate.context
        serving = serve(
            host, target.host, port, token, names=names, context=context, watch_token=watch_token
        )
        async with serving as used_port:
            link = Link(target.name, used_port, token, encrypted=tls)
            others = [replace(link, host=each) for each in target.others]
            watch = replace(link, token=watch_token)
            _announce_link(link, watch, shared=target.shared, others=others)
            if certificate is not None:
                say(
                    _("SHA-256 fingerprint of its certificate: {fingerprint}").format(
                        fingerprint=certificate.fingerprint
                    )
                )
            with interrupted.ending(over.set):
                await over.wait()

    # Readable by this user alone, and gone with the server.
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        asyncio.run(run())


def _announce_link(link: Link, watch: Link, *, shared: bool, others: Sequence[Link] = ()) -> None:
    say(_("the training screen is at {link}").format(link=link))
    for other in others:
        say(_("or, in another network of this computer, at {link}").format(link=other))
    say(
        _("the terminal is at {link}, and to watch only, there is {watch}").format(
            link=f"{link}terminal", watch=watch
        )
    )
    if shared:
        say(
            _(
                "if a phone finds nothing there, let Python in at port {port} in the firewall "
                "of this computer, and keep the phone out of a network for guests"
            ).format(port=link.port)
        )
        say(_("any device in this network can open it and control the training"))
        if sys.stderr.isatty():
            say_drawing(qr_code(str(link)))
    else:
        say(_("for this computer only; for a phone in the same network: tracker serve --lan"))
    say(_("Ctrl-C ends it"))


def qr_code(text: str) -> str:
    """Return the QR code of `text`, drawn with half blocks."""
    import segno

    drawn = io.StringIO()
    segno.make(text, error="l").terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")
