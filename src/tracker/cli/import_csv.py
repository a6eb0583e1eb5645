"""`tracker import`: a foreign CSV becomes a recording like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.examples import examples
from tracker.cli.options import (
    FILE,
    acc_unit_option,
    exercise_option,
    force_option,
    gyro_unit_option,
    output_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    "import",
    epilog=examples(
        ("tracker import phone.csv -o phone.arrows", "m/s² and rad/s"),
        (
            "tracker import phone.csv -o phone.arrows --acc-unit g --gyro-unit deg/s",
            "other units",
        ),
        ("tracker import squat.csv.gz -o squat.arrows --exercise squat", "another exercise"),
    ),
)
@click.argument("file", type=FILE)
@output_option
@acc_unit_option
@gyro_unit_option
@exercise_option
@force_option
def command(
    file: Path, output: Path, acc_unit: str, gyro_unit: str, exercise: str | None, force: bool
) -> None:
    """Turn a CSV of samples into a recording.

    The header is time_s,acc_x,acc_y,acc_z and, if there is a gyroscope, gyro_x,gyro_y,gyro_z.
    Gravity is included in acc; time_s increases; uneven steps and gaps are fine.
    """
    # Arrow costs 0.1 s.
    from tracker.cli.inputs import CSV_SUFFIXES, open_session_file
    from tracker.cli.outputs import refuse_existing, refuse_other_names, whole_file
    from tracker.domain import InputError
    from tracker.recording import AccUnit, GyroUnit, RecordingWriter

    refuse_other_names(output)
    refuse_existing(output, force)
    if not file.name.lower().endswith(CSV_SUFFIXES):
        raise InputError(
            str(file),
            f"expected a name that ends in {' or '.join(CSV_SUFFIXES)}",
            "If it is a CSV of samples, give it that ending.",
        )
    session = open_session_file(
        file, exercise=exercise, acc_unit=AccUnit(acc_unit), gyro_unit=GyroUnit(gyro_unit)
    )
    with whole_file(output, force) as path, RecordingWriter(path, session.info) as writer:
        for notification in session.notifications():
            writer.write(notification)
    click.echo(f"{output}: {session.amount} notifications written.", err=True)
