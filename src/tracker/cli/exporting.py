"""From what a user names to a file or a folder of another format."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.analysis import workout_in
from tracker.cli.analyze import BIG_BLOCK_SAMPLES
from tracker.cli.inputs import open_session_file
from tracker.cli.logged import logged_before, logged_recording, logged_workout, names_session
from tracker.domain import OutputError
from tracker.engine import timed_samples
from tracker.export.formats import Needs, Session
from tracker.recording import Sayings
from tracker.runtime.paths import RECORDING_SUFFIX
from tracker.runtime.whole_file import refuse_existing, refuse_filled, whole_file, whole_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tracker.domain import Workout
    from tracker.export.formats import Format

STDOUT: Final = Path("-")
"""Stands for stdout where a file to write is asked for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a user says about the files that are read."""

    exercise: str | None = None
    """Beats what the file says."""
    started: datetime | None = None
    """When second 0 was; beats what the file or the log says."""
    subject: str = "01"
    """Label of the person."""
    sayings: Sayings = field(default_factory=Sayings)
    """What the user says of foreign files."""
    history: tuple[str, ...] = ()
    """Earlier sessions, for formats that show them."""


def export_file(source: str, form: Format, reading: Reading, target: Path, force: bool) -> None:
    """Write one session to one file, or to stdout.

    Raises
    ------
    TrackerError
        If the session cannot be read, does not have what the format needs, or the file cannot be
        written.
    """
    if target == STDOUT:
        _refuse_binary(form)
        written = io.BytesIO()
        form.write(session_of(source, form, reading), written)
        click.echo(written.getvalue(), nl=False)
        return
    _refuse_loss(target, [source])
    refuse_existing(target, force)
    session = session_of(source, form, reading)
    with whole_file(target, force) as path, path.open("wb") as out:
        form.write(session, out)
    click.echo(f"{target}: written as {form.name}.", err=True)


def export_folder(
    sources: Sequence[str], form: Format, reading: Reading, target: Path, force: bool
) -> None:
    """Write sessions into one folder.

    Raises
    ------
    TrackerError
        As above; then nothing is written.
    """
    if target == STDOUT:
        raise OutputError("-", f"{form.name} is a folder", "Name one: -o FOLDER")
    _refuse_loss(target, sources)
    refuse_filled(target, force)
    sessions = [session_of(source, form, reading) for source in sources]
    with whole_folder(target, force) as folder:
        form.write_folder(sessions, folder, target)
    click.echo(f"{target}: written as {form.name}.", err=True)


def session_of(source: str, form: Format, reading: Reading) -> Session:
    """Return what `form` is made of.

    Raises
    ------
    TrackerError
        If the session cannot be read, or the log does not have the samples that are needed.
    """
    # A file that is called like a number is still the file that was named.
    logged: Workout | None = None
    if names_session(source) and not Path(source).exists():
        logged = _dated(logged_workout(source), reading)
        if form.needs is not Needs.SAMPLES:
            return _of(logged, form, reading)
        source = str(logged_recording(source))
    file = open_session_file(
        Path(source),
        exercise=reading.exercise,
        sayings=reading.sayings,
        block_samples=BIG_BLOCK_SAMPLES,
    )
    # A sample CSV comes in blocks already, a recording in thousands of notifications.
    workout = logged or _dated(workout_in(file, BIG_BLOCK_SAMPLES), reading)
    if form.needs is not Needs.SAMPLES:
        return _of(workout, form, reading)
    return Session(workout, timed_samples(file.info, file.notifications()), reading.subject)


def _of(workout: Workout, form: Format, reading: Reading) -> Session:
    """Return a session for a format that needs no samples."""
    history = _history(workout, form, reading) if form.needs is Needs.HISTORY else ()
    return Session(workout, subject=reading.subject, history=history)


def _history(workout: Workout, form: Format, reading: Reading) -> tuple[Workout, ...]:
    """Return the earlier sessions that are named; without any, those of the log."""
    if not reading.history:
        return tuple(logged_before(workout))
    # What is said of when this one was says nothing of the others, which need none of theirs.
    each = replace(reading, started=None, history=())
    without = replace(form, needs=Needs.WORKOUT)
    return tuple(session_of(source, without, each).workout for source in reading.history)


def _dated(workout: Workout, reading: Reading) -> Workout:
    if reading.started is None:
        return workout
    return replace(workout, info=replace(workout.info, started_utc=reading.started.isoformat()))


def _refuse_binary(form: Format) -> None:
    if not form.text:
        raise OutputError("-", f"{form.name} is no text", f"Name a file: -o session{form.suffix}")


def _refuse_loss(target: Path, sources: Sequence[str]) -> None:
    """Keep what was recorded from being replaced by what was made of it, even with --force."""
    if target.suffix.lower() == RECORDING_SUFFIX:
        raise OutputError(
            str(target),
            f"names that end in {RECORDING_SUFFIX} are of recordings",
            "Choose another ending.",
        )
    for source in sources:
        if target.exists() and Path(source).exists() and os.path.samefile(target, source):
            raise OutputError(str(target), "is what is to be read", "Choose another name.")
