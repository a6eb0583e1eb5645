"""`tracker serve`: the training screen in a browser, for a phone or tablet beside the bench."""

from __future__ import annotations

from typing import Final

import click

from tracker.cli.completion import sensors_or_simulated
from tracker.cli.examples import examples
from tracker.cli.interruption import interruption
from tracker.cli.options import PositiveNumber
from tracker.domain import TrackerError

HERE: Final = "127.0.0.1"
EVERYWHERE: Final = "0.0.0.0"
DEFAULT_PORT: Final = 8000

DEFAULT_UNSEEN_MIN: Final = 15.0
"""A long rest with a locked phone is no end, min; a sensor that is forgotten runs empty."""

PACKAGES: Final = frozenset({"aiohttp", "segno", "textual_serve"})
INSTALL: Final = "pip install 'hip-thrust-tracker[serve]'"


@click.command(
    epilog=examples(
        ("tracker serve", "in a browser on this computer, from the list of sensors"),
        ("tracker serve --lan", "for a phone in the same network"),
        ("tracker serve --lan --sensor WT901BLE67", "with this one at once, without the list"),
        ("tracker serve --lan --demo", "a simulated lifter, and nothing is stored"),
        ("tracker serve --lan -- --exercise glute_bridge", "what follows -- is for tracker train"),
    )
)
@click.option(
    "--lan",
    is_flag=True,
    help="Let other devices in the network in, if they have the link. It is not encrypted: for "
    "networks that you trust.",
)
@click.option(
    "--host",
    metavar="HOST",
    help="Name or address of this computer to listen at; all but its loopback addresses need "
    f"--lan.  [default: {HERE}; with --lan {EVERYWHERE}, which is all of them]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    metavar="P",
    help="Port to listen at; 0 takes a free one.",
)
@click.option(
    "--sensor",
    metavar="ADDRESS_OR_NAME|sim",
    shell_complete=sensors_or_simulated,
    help="Which sensor, as for tracker train.  [default: chosen from the list, on the phone]",
)
@click.option("--demo", is_flag=True, help="Show tracker demo: no sensor, and nothing is stored.")
@click.option(
    "--unseen",
    "unseen_min",
    type=PositiveNumber(),
    default=DEFAULT_UNSEEN_MIN,
    show_default=True,
    metavar="MINUTES",
    help="How long a training goes on that no browser shows.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGUMENTS...]")
@click.pass_context
def command(
    context: click.Context,
    lan: bool,
    host: str | None,
    port: int,
    sensor: str | None,
    demo: bool,
    unseen_min: float,
    arguments: tuple[str, ...],
) -> None:
    """Show the training in a browser, on a phone beside the bench.

    The link and its QR code are printed on stderr; whoever has the link can see and steer the
    training. The first visit begins it. It goes on when the phone locks its screen or closes the
    page, and is there again when the page is opened again. Ctrl-C ends it and its recording.

    What is to be heard comes from this computer, not from the phone; --no-sound after -- keeps it
    silent.
    """
    if demo and sensor is not None:
        raise click.UsageError("--demo has a simulated sensor; leave --sensor out, or --demo.")
    with interruption() as interrupted:
        try:
            from tracker.cli.serving import keep_serving, refuse_what_fails, spread
        except ModuleNotFoundError as missing:
            if missing.name not in PACKAGES:
                raise
            raise TrackerError(
                f"tracker serve needs the package {missing.name}, which is not installed.",
                f"Install it with what belongs to it: {INSTALL}",
            ) from missing

        place = spread(host or (EVERYWHERE if lan else HERE), lan=lan)
        line = (
            "demo" if demo else "train",
            *(() if sensor is None else ("--sensor", sensor)),
            *arguments,
        )
        refuse_what_fails(line, context)
        keep_serving(line, place, port, unseen_s=unseen_min * 60.0, interrupted=interrupted)
