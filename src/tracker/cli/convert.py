"""`tracker import` and `tracker recover`: from other files and damaged ones to recordings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tracker.app.paths import atomic_write, tracker_paths
from tracker.app.register import name_of
from tracker.cli.options import (
    FILE,
    examples,
    exercise_option,
    force_option,
    import_options,
    recording_output_option,
)
from tracker.cli.terminal import say
from tracker.domain.errors import refuse_existing

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.importers import ImportOptions
    from tracker.recording import RecoveryReport


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
@recording_output_option
@import_options
@exercise_option
@force_option
def import_samples(
    files: tuple[Path, ...],
    output: Path,
    options: ImportOptions,
    exercise: str | None,
    force: bool,
) -> None:
    """Turn another program's samples into a recording.

    FILE is a CSV of samples, or one session that an app for a phone or a sensor saved: a file, the
    files of its sensors, their folder, or a zip. docs/imports.md lists the apps.

    The header of a CSV of samples is time_s,acc_x,acc_y,acc_z and, with a gyroscope,
    gyro_x,gyro_y,gyro_z. The acceleration includes gravity and time_s increases; uneven steps and
    gaps are fine.
    """
    from tracker.app.session_files import open_session_file
    from tracker.app.text import counted
    from tracker.cli.sources import refuse_recording
    from tracker.recording import RecordingWriter

    refuse_existing(output, force)
    refuse_recording(files[0])
    session = open_session_file(*files, exercise=exercise, options=options)
    info = replace(session.info, person=name_of(tracker_paths().person))
    with atomic_write(output, force) as path, RecordingWriter(path, info) as writer:
        for notification in session.notifications():
            writer.write(notification)
    for warning in session.warnings:
        say(f"{files[0]}: {warning.text}")
    say(f"{output}: {counted(session.amount, 'notification')} written.")


@click.command(
    "recover",
    epilog=examples(
        ("tracker recover broken.arrows -o whole.arrows", "rescue what is intact"),
        ("tracker recover broken.arrows -o whole.arrows --force", "replace an earlier attempt"),
    ),
)
@click.argument("file", type=FILE)
@recording_output_option
@force_option
def recover_recording(file: Path, output: Path, force: bool) -> None:
    """Rescue what is intact in a damaged recording.

    It goes to a new recording; the damaged file is not changed. What is lost is listed on stderr.
    """
    from tracker.app.text import counted
    from tracker.recording import recover

    report = recover(file, output, force=force)
    for damage in report.damage:
        say(f"{file}: {damage}")
    if report.dropped is not None:
        say(f"{file}: left out: {report.dropped}")
    kept = counted(report.rows_kept, "notification")
    say(f"{report.target}: {kept} kept, {_lost(report)}.")


def _lost(report: RecoveryReport) -> str:
    if report.end_lost:
        return f"{report.rows_lost} lost, perhaps more at the end"
    return f"{report.rows_lost} lost"
