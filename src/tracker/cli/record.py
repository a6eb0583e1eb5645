"""`tracker record`: what sensors send, into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.completion import sensors
from tracker.cli.examples import examples
from tracker.cli.interruption import interruption
from tracker.cli.options import ExerciseName, PositiveNumber, force_option, output_option
from tracker.cli.sensor_options import kind_option, second_option, setting_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog=examples(
        ("tracker record --seconds 60 -o hips.arrows", "a minute from the paired sensor"),
        ("tracker record --sensor WT901BLE67 --seconds 60 -o a.arrows", "from another one"),
        ("tracker record --second C0:FF:EE:00:00:02 --seconds 60 -o b.arrows", "from two"),
    )
)
@click.option(
    "--sensor",
    metavar="ADDRESS_OR_NAME",
    shell_complete=sensors,
    help="Which sensor.  [default: the paired one]",
)
@second_option
@kind_option
@setting_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    required=True,
    metavar="N",
    help="How long, from when the sensor streams.",
)
@output_option
@force_option
@click.option(
    "--exercise",
    type=ExerciseName(),
    default="hip_thrust",
    show_default=True,
    help="What the recording says is trained.",
)
def command(
    sensor: str | None,
    second: str | None,
    kind: str | None,
    settings: tuple[str, ...],
    seconds: float,
    output: Path,
    force: bool,
    exercise: str,
) -> None:
    """Record what a sensor sends, without a screen.

    The recording holds the bytes as they came, so anything can be found in it later. A sensor
    that is lost meanwhile is looked for until the time is over.
    """
    with interruption() as interrupted:
        # The engine costs SciPy (0.6 s), Bleak 0.1 s.
        from tracker.cli.chosen import another_sensor, chosen_sensor
        from tracker.cli.outputs import refuse_existing, refuse_other_names
        from tracker.cli.radio_session import record_with

        refuse_other_names(output)
        refuse_existing(output, force)
        chosen = [chosen_sensor(sensor, kind, settings)]
        if second is not None:
            chosen.append(another_sensor(second, chosen[0]))
        record_with(
            chosen,
            interrupted,
            exercise=exercise,
            seconds=seconds,
            output=output,
            force=force,
        )
