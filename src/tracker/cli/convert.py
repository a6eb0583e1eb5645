"""`tracker import`, `recover` and `compact`: from other, damaged and large files to recordings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.app.paths import atomic_write, tracker_paths
from tracker.app.register import name_of
from tracker.cli.completion import files as complete_files
from tracker.cli.exits import ExitCode
from tracker.cli.options import (
    FILE,
    examples,
    exercise_option,
    force_option,
    import_options,
    recording_output_option,
)
from tracker.cli.terminal import say
from tracker.domain import TrackerError
from tracker.domain.errors import refuse_existing
from tracker.language import _, decimal, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.importers import ImportOptions


@click.command(
    "import",
    epilog=examples(
        ("tracker import phone.csv -o phone.arrows", _("m/s² and rad/s")),
        (
            "tracker import phone.csv -o phone.arrows --acc-unit g --gyro-unit deg/s",
            _("other units"),
        ),
        ("tracker import 2026-03-01.zip -o phone.arrows", _("a zip of phyphox or Sensor Logger")),
        ("tracker import acc.csv gyro.csv -o hip.arrows", _("a file for each sensor")),
        ("tracker import squat.csv.gz -o squat.arrows --exercise squat", _("another exercise")),
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
    from tracker.cli.sources import refuse_recording
    from tracker.recording import RecordingWriter

    refuse_existing(output, force)
    refuse_recording(files[0])
    session = open_session_file(*files, exercise=exercise, options=options)
    info = replace(session.info, person=name_of(tracker_paths().person))
    with atomic_write(output, force) as path, RecordingWriter(path, info) as writer:
        for notification in session.notifications():
            writer.write(notification)
    samples = session.samples or 0
    for warning in session.warnings:
        say(f"{files[0]}: {warning.text}")
    say(
        ngettext(
            "{file}: {amount} sample written.", "{file}: {amount} samples written.", samples
        ).format(file=output, amount=samples)
    )


@click.command(
    "recover",
    epilog=examples(
        ("tracker recover broken.arrows -o whole.arrows", _("rescue what is intact")),
        ("tracker recover broken.arrows -o whole.arrows --force", _("replace an earlier attempt")),
    ),
)
@click.argument("file", type=FILE)
@recording_output_option
@force_option
def recover_recording(file: Path, output: Path, force: bool) -> None:
    """Rescue what is intact in a damaged recording.

    It goes to a new recording; the damaged file is not changed. What is lost is listed on stderr.
    """
    from tracker.recording import recover

    report = recover(file, output, force=force)
    for damage in report.damage:
        say(f"{file}: {damage}")
    if report.dropped is not None:
        say(_("{file}: left out: {what}").format(file=file, what=report.dropped))
    text = (
        ngettext(
            "{file}: {kept} notification kept, {lost} lost, perhaps more at the end.",
            "{file}: {kept} notifications kept, {lost} lost, perhaps more at the end.",
            report.rows_kept,
        )
        if report.end_lost
        else ngettext(
            "{file}: {kept} notification kept, {lost} lost.",
            "{file}: {kept} notifications kept, {lost} lost.",
            report.rows_kept,
        )
    )
    say(text.format(file=report.target, kept=report.rows_kept, lost=report.rows_lost))


@click.command(
    "compact",
    epilog=examples(
        ("tracker compact old.arrows", _("make one smaller")),
        ("tracker compact recordings/2026", _("every recording of a folder")),
    ),
)
@click.argument(
    "places",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE_OR_FOLDER...",
    shell_complete=complete_files,
)
def compact_recordings(places: tuple[Path, ...]) -> int:
    """Make closed recordings smaller, without losing anything.

    About a third is left. Each is replaced, all at once, by a compact copy that was read again and
    compared. It stays the same recording: every command reads it, and the training log knows it.
    A recording that is damaged or still being written is named and left as it is.
    """
    from tracker.app.training_log import recordings_in
    from tracker.recording import compact

    before_bytes = after_bytes = left = failed = done = 0
    recordings = (each for place in places for each in _recordings_at(place, recordings_in))
    for path in recordings:
        try:
            report = compact(path)
        except TrackerError as error:
            failed += 1
            say(f"tracker: {error}")
            continue
        if not report.is_changed:
            left += 1
            continue
        done += 1
        before_bytes += report.before_bytes
        after_bytes += report.after_bytes
        say(f"{path}: {_megabytes(report.before_bytes)} → {_megabytes(report.after_bytes)}")
    sizes = ngettext(
        # Translators: recordings are counted.
        "{amount} made smaller from {before} to {after}",
        "{amount} made smaller from {before} to {after}",
        done,
    ).format(amount=done, before=_megabytes(before_bytes), after=_megabytes(after_bytes))
    parts = [sizes if done else _("0 made smaller")]
    if left:
        parts.append(
            ngettext("{amount} left as they are", "{amount} left as they are", left).format(
                amount=left
            )
        )
    if failed:
        parts.append(ngettext("{amount} failed", "{amount} failed", failed).format(amount=failed))
    say(", ".join(parts))
    return ExitCode.USAGE_OR_INPUT if failed else ExitCode.OK


def _recordings_at(
    place: Path, recordings_in: Callable[[Path], tuple[Path, ...]]
) -> tuple[Path, ...]:
    return recordings_in(place) if place.is_dir() else (place,)


def _megabytes(size: int) -> str:
    return f"{decimal(size / 1e6, 2)} MB"
