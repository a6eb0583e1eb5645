"""`tracker import`: samples of another program or app become a recording like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.examples import examples
from tracker.cli.options import (
    FILE,
    acc_points_option,
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
        ("tracker import 2026-03-01.zip -o phone.arrows", "a zip of phyphox or Sensor Logger"),
        ("tracker import acc.csv gyro.csv -o hip.arrows", "a file for each sensor"),
        ("tracker import squat.csv.gz -o squat.arrows --exercise squat", "another exercise"),
    ),
)
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@output_option
@acc_unit_option
@gyro_unit_option
@acc_points_option
@exercise_option
@force_option
def command(
    files: tuple[Path, ...],
    output: Path,
    acc_unit: str | None,
    gyro_unit: str | None,
    acc_points: str | None,
    exercise: str | None,
    force: bool,
) -> None:
    """Turn the samples of another program into a recording.

    FILE is a CSV of samples, or what phyphox, Sensor Logger or MetaBase saved of one session: a
    file, the files of its sensors, their folder, or a zip.

    The header of a CSV of samples is time_s,acc_x,acc_y,acc_z and, if there is a gyroscope,
    gyro_x,gyro_y,gyro_z. Gravity is included in acc; time_s increases; uneven steps and gaps are
    fine.
    """
    # Arrow costs 0.1 s.
    from tracker.cli.inputs import open_session_file, refuse_recording, sayings_of
    from tracker.cli.outputs import refuse_existing, refuse_other_names, whole_file
    from tracker.recording import RecordingWriter

    refuse_other_names(output)
    refuse_existing(output, force)
    refuse_recording(files[0])
    session = open_session_file(
        *files, exercise=exercise, sayings=sayings_of(acc_unit, gyro_unit, acc_points)
    )
    with whole_file(output, force) as path, RecordingWriter(path, session.info) as writer:
        for notification in session.notifications():
            writer.write(notification)
    click.echo(f"{output}: {session.amount} notifications written.", err=True)
