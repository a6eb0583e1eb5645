"""`tracker pair`: check a sensor, and make it the one to train with."""

from __future__ import annotations

import click

from tracker.cli.examples import examples
from tracker.cli.interruption import interruption
from tracker.cli.sensor_options import kind_option, setting_option


@click.command(
    epilog=examples(
        ("tracker pair WT901BLE67", "by its name, if nobody else near has the same"),
        ("tracker pair C0:FF:EE:00:1A:2B", "by its address, as tracker scan prints it"),
        ("tracker pair C0:FF:EE:00:1A:2B --kind witmotion", "one that does not tell its kind"),
    )
)
@click.argument("sensor", metavar="ADDRESS_OR_NAME")
@kind_option
@setting_option
def command(sensor: str, kind: str | None, settings: tuple[str, ...]) -> None:
    """Check a sensor and make it the one to train with.

    Lay it on a table first: for five seconds it is looked at how fast it sends, how quiet it is at
    rest and whether gravity is 1 g. Nothing is paired in the sense of Bluetooth: the address is
    remembered, and every other program can use the sensor as before.
    """
    with interruption() as interrupted:
        # The engine costs SciPy (0.6 s), Bleak 0.1 s.
        from tracker.cli.pairing import pair_with

        pair_with(sensor, kind, settings, interrupted)
