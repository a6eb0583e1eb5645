"""`tracker import`: samples of another program or app become a recording like any other.

`tracker recover`: what a crash or a bad disk has left of a recording.

`tracker decode`: how an owner of an odd sensor shows what it sends.

Names of the files that the commands write.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from tracker.app.paths import RECORDING_SUFFIX, atomic_write, refuse_existing
from tracker.cli.options import (
    FILE,
    acc_points_option,
    acc_unit_option,
    examples,
    exercise_option,
    force_option,
    gyro_unit_option,
    output_option,
)
from tracker.domain import OutputError

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
def import_samples(
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
    from tracker.recording import RecordingWriter

    refuse_other_names(output)
    refuse_existing(output, force)
    refuse_recording(files[0])
    session = open_session_file(
        *files, exercise=exercise, sayings=sayings_of(acc_unit, gyro_unit, acc_points)
    )
    with atomic_write(output, force) as path, RecordingWriter(path, session.info) as writer:
        for notification in session.notifications():
            writer.write(notification)
    click.echo(f"{output}: {session.amount} notifications written.", err=True)


@click.command(
    epilog=examples(
        ("tracker recover broken.arrows -o whole.arrows", "save what is whole"),
        ("tracker recover broken.arrows -o whole.arrows --force", "replace an older attempt"),
    )
)
@click.argument("file", type=FILE)
@output_option
@force_option
def recover_recording(file: Path, output: Path, force: bool) -> None:
    """Save everything that is whole in a damaged recording.

    It goes to a clean one; the damaged file is not changed. What is lost is listed on stderr.
    """
    # Arrow costs 0.1 s.
    from tracker.recording import recover

    refuse_other_names(output)
    report = recover(file, output, force=force)
    for damage in report.damage:
        click.echo(f"{file}: {damage}", err=True)
    lost = f"{report.rows_lost} lost" if report.rows_lost else "none known to be lost"
    click.echo(f"{report.target}: {report.rows_kept} notifications kept, {lost}.", err=True)


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
def decode(
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


__all__ = ["atomic_write", "refuse_existing", "refuse_other_names"]


def refuse_other_names(target: Path) -> None:
    """Raise `OutputError` if `target` does not have the name of a recording.

    Its name is how other commands know it, and `-o session.csv` would replace the samples by it.
    """
    if target.suffix.lower() != RECORDING_SUFFIX:
        raise OutputError(
            str(target),
            f"a recording has a name that ends in {RECORDING_SUFFIX}",
            f"Write for example -o {(target.stem or 'session') + RECORDING_SUFFIX}",
        )
