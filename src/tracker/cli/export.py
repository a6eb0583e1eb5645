"""`tracker export`: sessions in the formats of other programs.

Sessions of the training log, for the commands that take one beside files.

From what a user names to a file or a folder of another format.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker.app.paths import (
    RECORDING_SUFFIX,
    atomic_write,
    refuse_existing,
    refuse_filled,
    tracker_paths,
    whole_folder,
)
from tracker.cli.analyze import BIG_BLOCK_SAMPLES, broken, workout_in
from tracker.cli.inputs import open_session_file
from tracker.cli.options import (
    FILE,
    MomentOfDay,
    acc_points_option,
    acc_unit_option,
    examples,
    exercise_option,
    force_option,
    gyro_unit_option,
)
from tracker.domain import InputError, OutputError, TrackerError
from tracker.export.formats import FORMATS, Needs, Session
from tracker.importers import ImportOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Workout
    from tracker.export.formats import Format
    from tracker.store import TrainingLog


@click.command(
    epilog=examples(
        ("tracker export session.arrows --format csv -o reps.csv", "one row per rep"),
        ("tracker export session.arrows --format csv-sets -o -", "one row per set, to stdout"),
        (
            "tracker export session.arrows --format html -o report.html",
            "a report to read or print",
        ),
        ("tracker export recordings --format parquet -o history", "a folder, parted by day"),
        ("tracker export session.arrows --format raw-csv -o samples.csv", "every sample"),
        ("tracker export session.arrows --format fit -o session.fit", "for Garmin and Strava"),
    )
)
@click.argument("sources", nargs=-1, required=True, metavar="FILE_OR_SESSION...")
@click.option(
    "--format",
    "name",
    type=click.Choice(list(FORMATS)),
    required=True,
    help="; ".join(f"{each.name}: {each.title}" for each in FORMATS.values()) + ".",
)
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    metavar="OUT",
    help="The file to write; - is stdout, for text. A folder for several sessions.",
)
@click.option(
    "--partition",
    is_flag=True,
    help="Write a folder, parted by day, for a single session too; for parquet.",
)
@click.option(
    "--history",
    multiple=True,
    metavar="FILE_OR_SESSION",
    help="An earlier session, or a folder of them, for the trends of html in place of the log's; "
    "can be given several times. Those of the same exercise with a date count.",
)
@exercise_option
@click.option(
    "--started",
    type=MomentOfDay(),
    metavar="TIME",
    help="When second 0 was, as 2026-03-01T18:30:00+01:00, for a session that does not say, or "
    "says it wrong; without an offset it is in the time zone of this computer.",
)
@click.option(
    "--subject",
    metavar="LABEL",
    default="01",
    show_default=True,
    help="Who it was, in letters and digits, for bids.",
)
@acc_unit_option
@gyro_unit_option
@acc_points_option
@force_option
def export(
    sources: tuple[str, ...],
    name: str,
    output: Path,
    partition: bool,
    history: tuple[str, ...],
    exercise: str | None,
    started: datetime | None,
    subject: str,
    acc_unit: str | None,
    gyro_unit: str | None,
    acc_points: str | None,
    force: bool,
) -> None:
    """Write sessions in the formats of other programs.

    FILE_OR_SESSION is a recording (.arrows), a CSV of samples (.csv, .csv.gz), what phyphox,
    Sensor Logger or MetaBase saved, a folder of any number of these, or a session of the log: its
    number, or last.
    """
    # The engine costs SciPy (0.6 s), Arrow 0.1 s.
    from tracker.cli.inputs import is_collection, sayings_of, sessions_in
    from tracker.export.formats import Needs, format_named

    form = format_named(name)
    if history and form.needs is not Needs.HISTORY:
        raise click.UsageError(f"--history is for formats with trends, and {name} has none")
    reading = Reading(
        exercise,
        started,
        subject,
        sayings_of(acc_unit, gyro_unit, acc_points),
        history=tuple(sessions_in(history)) if history else (),
    )
    one = len(sources) == 1 and not is_collection(sources[0])
    if started is not None and not one:
        raise click.UsageError("--started is of one session; export them one by one")
    if form.writer is not None and one and not partition:
        export_file(sources[0], form, reading, output, force)
    elif form.folder_writer is not None:
        export_folder(sessions_in(sources), form, reading, output, force)
    elif one:
        raise click.UsageError(f"{name} is one file and has no parts")
    else:
        raise click.UsageError(f"{name} holds one session; export them one by one")


LAST: Final = "last"
"""Stands for the newest session of the log."""

LOOKED_BACK: Final = 50
"""Sessions that one is compared with: half a year of training."""


def names_session(word: str) -> bool:
    """Say whether a word is the number of a session, or the word for the newest."""
    return word == LAST or (word.isascii() and word.isdigit())


def logged_workout(word: str) -> Workout:
    """Return a session of the log, with what was edited.

    Parameters
    ----------
    word
        The number of the session, or `last`.

    Raises
    ------
    TrackerError
        If there is no such session.
    """
    with _opened(word) as log:
        return log.workout(log.find(word))


def logged_recording(word: str) -> Path:
    """Return the recording of a session of the log.

    Raises
    ------
    TrackerError
        If there is no such session, or its recording is not where it was.
    """
    with _opened(word) as log:
        recording = log.kept(log.find(word)).recording
    if recording is None or not Path(recording).exists():
        raise InputError(
            f"session {word}",
            "its recording is not there any more" if recording else "it has no recording",
            "What was measured is in the log all the same: choose a format that needs no samples.",
        )
    return Path(recording)


def logged_before(workout: Workout) -> tuple[Workout, ...]:
    """Return sessions of the same exercise before this one, oldest first; none without a log."""
    from tracker.app.training import log_is_there, log_place, open_training_log
    from tracker.store import SessionQuery

    started = workout.info.started_utc
    try:
        if not log_is_there(log_place(tracker_paths())):
            return ()
        with open_training_log() as log:
            found = log.list(SessionQuery(exercise=workout.info.exercise, limit=LOOKED_BACK))
            earlier = [
                each
                for each in reversed(found)
                if each.started_utc is not None
                and each.origin == workout.info.origin
                and (started is None or _moment(each.started_utc) < _moment(started))
            ]
            return tuple(log.workout(each.id) for each in earlier)
    except TrackerError:
        # A report without trends is better than none.
        return ()


def _opened(word: str) -> TrainingLog:
    """Open the log, unless there is none: asking for a session does not make one."""
    from tracker.app.training import log_is_there, log_place, open_training_log

    if not log_is_there(log_place(tracker_paths())):
        raise InputError(
            f"session {word}",
            "there is no training log yet",
            "Name a recording or a CSV of samples.",
        )
    return open_training_log()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
    sayings: ImportOptions = field(default_factory=ImportOptions)
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
    with atomic_write(target, force) as path, path.open("wb") as out:
        form.write(session, out)
    click.echo(f"{target}: written as {form.name}.", err=True)


def export_folder(
    sources: Sequence[str], form: Format, reading: Reading, target: Path, force: bool
) -> None:
    """Write sessions into one folder; those that cannot be read are named and left out.

    Raises
    ------
    TrackerError
        If the folder cannot be written, or there is no session to write.
    ClickException
        Once the others are written, if a session was left out.
    """
    if target == STDOUT:
        raise OutputError("-", f"{form.name} is a folder", "Name one: -o FOLDER")
    _refuse_loss(target, sources)
    refuse_filled(target, force)
    sessions: list[Session] = []
    for source in sources:
        try:
            sessions.append(session_of(source, form, reading))
        except TrackerError as error:
            if len(sources) == 1:
                raise
            click.echo(f"tracker: {error.message}", err=True)
        except Exception as error:  # a defect of ours in one file must not cost the others
            if len(sources) == 1:
                raise
            click.echo(f"tracker: {broken(source, error)}", err=True)
    left_out = len(sources) - len(sessions)
    if not sessions:
        raise click.ClickException("none of the files could be read, so nothing was written.")
    with whole_folder(target, force) as folder:
        form.write_folder(sessions, folder, target)
    click.echo(f"{target}: written as {form.name}.", err=True)
    if left_out:
        raise click.ClickException(f"{left_out} of {len(sources)} files could not be read.")


def session_of(source: str, form: Format, reading: Reading) -> Session:
    """Return what `form` is made of.

    Raises
    ------
    TrackerError
        If the session cannot be read, or the log does not have the samples that are needed.
    """
    from tracker.decoding import timed_samples

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
    for warning in workout.warnings:
        click.echo(f"{source}: {warning.text}", err=True)
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
