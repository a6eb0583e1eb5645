"""How a command line names a sensor."""

from __future__ import annotations

from typing import Final

import click

from tracker.cli.completion import sensor_kinds

kind_option: Final = click.option(
    "--kind",
    metavar="KIND",
    shell_complete=sensor_kinds,
    help="Kind of the sensor, where it does not tell by itself.",
)

setting_option: Final = click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Something about the sensor that its bytes do not say; may be given again.",
)

second_option: Final = click.option(
    "--second",
    metavar="ADDRESS",
    help="Another sensor, recorded beside the first; reps are counted from the first.",
)
