"""`tracker scan`: what is around."""

from __future__ import annotations

import click

from tracker.cli.examples import examples
from tracker.cli.options import PositiveNumber


@click.command(
    epilog=examples(
        ("tracker scan", "what is heard in a few seconds"),
        ("tracker scan --seconds 20", "a sensor that hardly ever advertises"),
        ("tracker scan --format json", "the same for a program"),
    )
)
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help="How long to listen.  [default: 5]",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table, or a list of JSON objects.",
)
def command(seconds: float | None, output_format: str) -> None:
    """List the sensors that are around.

    Each has its address, its name, how strong it is heard, and its kind if the tracker knows it.
    Those come first, then the strongest. On a terminal the table is
    shown while the scan goes on.
    """
    # Bleak costs 0.1 s.
    from tracker.ble import SCAN_S
    from tracker.cli.sightings import show_json, show_table

    seconds = SCAN_S if seconds is None else seconds
    if output_format == "json":
        show_json(seconds)
    else:
        show_table(seconds)
