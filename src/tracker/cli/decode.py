"""`tracker decode`: how an owner of an odd sensor shows what it sends."""

from __future__ import annotations

import json

import click

from tracker.cli.completion import sensor_kinds
from tracker.cli.examples import examples


@click.command(
    epilog=examples(
        ("tracker decode --kind profile --setting acc_range_g=8 HEX", "one packet"),
        ("tracker decode --kind profile --channel config HEX", "another characteristic"),
        ("tracker decode --kind polar --setting sample_rate=52 HEX", "a sensor of a maker"),
        ("tracker decode --kind profile config=HEX HEX HEX", "the configuration, then samples"),
    )
)
@click.option(
    "--kind",
    required=True,
    metavar="KIND",
    shell_complete=sensor_kinds,
    help="Kind of the sensor, such as profile, witmotion, movesense or polar.",
)
@click.option(
    "--channel",
    metavar="UUID_OR_NAME",
    help="Characteristic of the notifications.  [default: the one that carries samples]",
)
@click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Something that the bytes do not say, such as a range; may be given again.",
)
@click.argument("notifications", nargs=-1, required=True, metavar="HEX...")
def command(
    kind: str, channel: str | None, settings: tuple[str, ...], notifications: tuple[str, ...]
) -> None:
    """Decode notifications given as hex, to check a sensor's format.

    They go through one decoder in the order given, and JSON is printed. Colons, dashes and blanks
    between the bytes are fine. CHANNEL=HEX puts one notification on a channel of its own.
    """
    from tracker.sensors import as_document, decode_transcript, family, parse_settings

    results = decode_transcript(
        family(kind), notifications, channel=channel, settings=parse_settings(settings)
    )
    click.echo(json.dumps(as_document(results)))
