"""`tracker export`: sessions in the formats of other programs.

A session is a file, or one of the training log.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

from tracker.app.paths import (
    RECORDING_SUFFIX,
    atomic_write,
    refuse_filled,
    whole_folder,
)
from tracker.cli.completion import NEWEST, sessions_or_files
from tracker.cli.exits import file_problem
from tracker.cli.options import (
    FILE,
    examples,
    exercise_option,
    force_option,
    import_options,
    moment_of_day,
)
from tracker.cli.terminal import print_file, say
from tracker.domain import InputError, OutputError, TrackerError
from tracker.domain.errors import refuse_existing, writing
from tracker.export.formats import FORMATS, Needs, Session, format_named, formats
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import BinaryIO

    from tracker.domain import Workout
    from tracker.export.csv_files import Dialect
    from tracker.export.formats import Format
    from tracker.importers import ImportOptions

STDOUT: Final = Path("-")
"""Stands for stdout instead of a file."""


class FormatName(click.ParamType[str]):
    """One of the formats, of ours or of an installed package."""

    name = "format"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; a wrong one is answered with the nearest right one."""
        return format_named(value).name

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the formats to the shell."""
        return [
            CompletionItem(each.name, help=each.title)
            for each in formats().values()
            if each.name.startswith(incomplete)
        ]


@click.command(
    epilog=examples(
        ("tracker export session.arrows --format csv -o reps.csv", _("one row per rep")),
        ("tracker export session.arrows --format csv-sets -o -", _("one row per set, to stdout")),
        ("tracker export session.arrows --format html -o report.html", _("a report to read")),
        ("tracker export recordings --format parquet -o history", _("a folder, by day")),
        ("tracker export session.arrows --format raw-csv -o samples.csv", _("every sample")),
        ("tracker export session.arrows --format fit -o session.fit", _("for Garmin and Strava")),
        (
            "tracker export all --format hevy -o history.csv",
            _("every session of the log, for Hevy"),
        ),
        ("tracker export all --format csv-sets --locale de -o sets.csv", _("for a spreadsheet")),
    )
)
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    metavar="FILE_OR_SESSION...",
    shell_complete=sessions_or_files,
)
@click.option(
    "--format",
    "name",
    type=FormatName(),
    required=True,
    metavar="FORMAT",
    help="; ".join(f"{each.name}: {each.title}" for each in FORMATS.values())
    # Translators: after a list.
    + _(".  Packages can add others."),
)
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    metavar="OUT",
    help=_(
        "The file to write, or - for stdout if it is text; for several sessions in a format that "
        "keeps them apart, a folder."
    ),
)
@click.option(
    "--locale",
    metavar="LOCALE",
    help=_(
        "Write numbers as spreadsheets in a language or country want them, such as de or fr_CA: "
        "with decimal commas and semicolons where they use those; for csv and csv-sets."
    ),
)
@click.option(
    "--partition",
    is_flag=True,
    help=_("Write a folder partitioned by day even for one session; for parquet."),
)
@click.option(
    "--history",
    multiple=True,
    metavar="FILE_OR_SESSION",
    help=_(
        "An earlier session, or a folder of them, for the trends of html instead of the log's; "
        "repeatable. Only dated sessions of the same exercise count."
    ),
)
@exercise_option
@click.option(
    "--started",
    type=moment_of_day,
    metavar="TIME",
    help=_(
        "When the session started, such as 2026-03-01T18:30:00+01:00, if the file does not say "
        "or is wrong; without an offset, in the time zone of this computer."
    ),
)
@click.option(
    "--all-people",
    is_flag=True,
    help=_(
        "Export everybody's sessions, each to a file or folder of their own in the folder OUT; "
        "for all and last."
    ),
)
@click.option(
    "--subject",
    metavar="LABEL",
    default="01",
    show_default=True,
    help=_("Label of the person, in letters and digits; for bids."),
)
@import_options
@force_option
def export(
    sources: tuple[str, ...],
    name: str,
    output: Path,
    locale: str | None,
    partition: bool,
    history: tuple[str, ...],
    exercise: str | None,
    started: datetime | None,
    all_people: bool,
    subject: str,
    options: ImportOptions,
    force: bool,
) -> None:
    """Export sessions to the formats of other programs.

    FILE_OR_SESSION is a recording (.arrows), a CSV of samples (.csv, .csv.gz), a session that an
    app for a phone or a sensor saved (docs/imports.md), a folder with any number of these, or a
    session of the log: its number, last, or all for every one of them. csv, csv-sets, xlsx, hevy,
    strong and fitnotes hold several sessions in one file.
    """
    from tracker.cli.sources import is_collection, sessions_in

    form = format_named(name)
    if locale is not None and not form.takes_locale:
        raise click.UsageError(
            _("--locale is for csv and csv-sets, not for {format}").format(format=name)
        )
    dialect = None
    if locale is not None:
        from tracker.export.csv_files import dialect_of

        dialect = dialect_of(locale)
    if history and form.needs is not Needs.HISTORY:
        raise click.UsageError(
            _("--history is for formats with trends, which {format} does not have").format(
                format=name
            )
        )
    reading = ReadOptions(
        options,
        exercise,
        started,
        subject,
        history=sessions_in(history) if history else (),
    )
    one = len(sources) == 1 and not is_collection(sources[0]) and not _means_all(sources[0])
    if started is not None and not one:
        raise click.UsageError(_("--started is for one session; export them one by one"))
    if all_people:
        if sources not in ((ALL,), (NEWEST,)) or partition:
            raise click.UsageError(_("--all-people is for all, or for last, without --partition"))
        export_for_all(sources[0], form, reading, output, force, dialect)
        return
    named = tuple(each for word in sources for each in _logged_or_named(word))
    if form.is_file and one and not partition:
        export_file(sources[0], form, reading, output, force, dialect)
    elif form.folder_writer is not None:
        export_folder(sessions_in(named), form, reading, output, force)
    elif form.joined_writer is not None and not partition:
        export_joined(sessions_in(named), form, reading, output, force, dialect)
    elif one:
        raise click.UsageError(
            _("{format} is one file and cannot be partitioned").format(format=name)
        )
    else:
        raise click.UsageError(
            _("{format} holds one session; export them one by one").format(format=name)
        )


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about the sessions that are read."""

    options: ImportOptions
    exercise: str | None = None
    """Overrides what the file says."""
    started: datetime | None = None
    """Time of session second 0; overrides what the file or the log says."""
    subject: str = "01"
    """Label of the person."""
    history: tuple[str, ...] = ()
    """Earlier sessions, for formats that show them."""


def export_for_all(
    word: str,
    form: Format,
    reading: ReadOptions,
    target: Path,
    force: bool,
    dialect: Dialect | None,
) -> None:
    """Write the sessions of everybody, or the newest one of each, apart.

    Whoever has no session is named and left out. Raises `ClickException`, once the others are
    written, if somebody's sessions can't be.
    """
    from tracker.app.paths import shared_paths
    from tracker.app.people import acting_as, people_lines

    if target == STDOUT:
        raise OutputError(
            "-", _("everybody gets a file of their own"), _("Name a folder: -o FOLDER")
        )
    if word == ALL and form.joined_writer is None and form.folder_writer is None:
        raise click.UsageError(
            _("{format} holds one session; export the newest: last").format(format=form.name)
        )
    if word == NEWEST and not form.is_file:
        raise click.UsageError(
            _("{format} is a folder of sessions; export all").format(format=form.name)
        )
    refuse_filled(target, force)
    with writing(target):
        target.mkdir(parents=True, exist_ok=True)
    left_out = 0
    for number, line in enumerate(people_lines(shared_paths()), start=1):
        if line.trouble or not line.sessions:
            say(
                _("{name}: left out, {reason}").format(
                    name=line.name, reason=line.trouble or _("there is no session yet")
                )
            )
            left_out += bool(line.trouble)
            continue
        # The number keeps two names apart that look the same to a file system.
        plain = "".join(each if each.isalnum() else "_" for each in line.name)
        place = target / f"{number:02}_{plain}"
        with acting_as(line.paths):
            try:
                if word == NEWEST:
                    file = place.with_name(place.name + form.suffix)
                    export_file(word, form, reading, file, force, dialect)
                elif form.joined_writer is not None:
                    file = place.with_name(place.name + form.suffix)
                    named = _logged_or_named(word)
                    export_joined(named, form, reading, file, force, dialect)
                else:
                    export_folder(_logged_or_named(word), form, reading, place, force)
            except (TrackerError, click.ClickException) as error:
                say(f"{line.name}: {error}")
                left_out += 1
    if left_out:
        raise click.ClickException(
            ngettext(
                "{number} log left out, see above.", "{number} logs left out, see above.", left_out
            ).format(number=left_out)
        )


def export_file(
    source: str,
    form: Format,
    reading: ReadOptions,
    target: Path,
    force: bool,
    dialect: Dialect | None = None,
) -> None:
    """Write one session to one file, or to stdout."""
    _refuse_target([source], form, target, force)
    session = session_of(source, form, reading)
    _write_file(form, target, force, lambda out: form.write(session, out, dialect))


def export_joined(
    sources: Sequence[str],
    form: Format,
    reading: ReadOptions,
    target: Path,
    force: bool,
    dialect: Dialect | None,
) -> None:
    """Write any number of sessions to one file, or to stdout, oldest first.

    Those that cannot be read or written are named and left out, and so are those without a set.
    Raises as `export_folder` does.
    """
    _refuse_target(sources, form, target, force)
    sessions = _sessions_of(sources, form, reading)
    writable: list[Session] = []
    for session in sessions:
        try:
            form.write(session, io.BytesIO(), dialect)
        except TrackerError as error:
            say(f"tracker: {error.message}")
        else:
            writable.append(session)
    if not writable:
        raise click.ClickException(_("none of the sessions could be written, so nothing was."))
    writable.sort(key=lambda session: _started(session.workout))
    _write_file(form, target, force, lambda out: form.write_joined(writable, out, dialect))
    _tell_left_out(len(sources), len(writable), _("{number} of {all} sessions were left out."))


def _started(workout: Workout) -> float:
    """Return a key by which sessions sort; those without a date come first."""
    text = workout.info.started_utc
    return 0.0 if text is None else datetime.fromisoformat(text).timestamp()


def _refuse_target(sources: Sequence[str], form: Format, target: Path, force: bool) -> None:
    if target != STDOUT:
        _refuse_loss(target, sources)
        refuse_existing(target, force)
    elif not form.text:
        problem, advice = (
            _("{format} is not text").format(format=form.name),
            _("Name a file: -o session{suffix}").format(suffix=form.suffix),
        )
        raise OutputError("-", problem, advice)


def _write_file(
    form: Format, target: Path, force: bool, write: Callable[[BinaryIO], None]
) -> None:
    if target == STDOUT:
        written = io.BytesIO()
        write(written)
        print_file(written.getvalue())
        return
    with atomic_write(target, force) as path, path.open("wb") as out:
        write(out)
    say(_("{target}: written as {format}.").format(target=target, format=form.name))


def export_folder(
    sources: Sequence[str], form: Format, reading: ReadOptions, target: Path, force: bool
) -> None:
    """Write sessions into one folder; those that cannot be read are named and left out.

    Raises `TrackerError` if there is nothing to write, and `ClickException`, once the others are
    written, if a session was left out.
    """
    if target == STDOUT:
        raise OutputError(
            "-", _("{format} is a folder").format(format=form.name), _("Name one: -o FOLDER")
        )
    _refuse_loss(target, sources)
    refuse_filled(target, force)
    sessions = _sessions_of(sources, form, reading)
    with whole_folder(target, force) as folder:
        form.write_folder(sessions, folder, target)
    say(_("{target}: written as {format}.").format(target=target, format=form.name))
    _tell_left_out(len(sources), len(sessions), _("{number} of {all} files could not be read."))


def _sessions_of(sources: Sequence[str], form: Format, reading: ReadOptions) -> list[Session]:
    """Return the sessions that can be read; the others are named. Raises if none can."""
    sessions: list[Session] = []
    for source in sources:
        try:
            sessions.append(session_of(source, form, reading))
        except Exception as error:  # a defect of ours in one file must not cost the others
            if len(sources) == 1:
                raise
            problem = file_problem(source, error)[0]
            say(f"tracker: {problem}")
    if not sessions:
        raise click.ClickException(_("none of the files could be read, so nothing was written."))
    _refuse_mixture(session.workout for session in sessions)
    return sessions


def _refuse_mixture(workouts: Iterable[Workout]) -> None:
    """Refuse sessions of several people: nothing that is written may mix them."""
    # A file that is no recording says nothing of people.
    whose = {each.info.person or "" for each in workouts} - {""}
    if len(whose) > 1:
        names = ", ".join(sorted(whose))
        raise InputError(
            _("the sessions"),
            _("belong to several people: {names}").format(names=names),
            _("Export them apart, or everybody's at once: tracker export all … --all-people"),
        )


def _owned(workout: Workout, *, logged: bool) -> Workout:
    """Return a session with the present name of whoever it belongs to."""
    from tracker.app.paths import tracker_paths
    from tracker.app.register import name_of, owner_of, read_register

    paths, info = tracker_paths(), workout.info
    name = name_of(paths.person)
    if not logged:
        recorded = info.person is not None or (name is not None and info.origin == "live")
        name = owner_of(info.person, read_register(paths.register)) if recorded else None
    return replace(workout, info=replace(info, person=name))


def _tell_left_out(asked: int, written: int, line: str) -> None:
    if written < asked:
        raise click.ClickException(line.format(number=asked - written, all=asked))


def session_of(source: str, form: Format, reading: ReadOptions) -> Session:
    """Return a session with what `form` needs of it."""
    from tracker.app.session_files import BIG_BLOCK_SAMPLES, open_session_file
    from tracker.cli.sources import watched_workout
    from tracker.decoding import timed_samples

    logged: Workout | None = None
    # A file whose name is a number is still a file.
    if names_session(source) and not Path(source).exists():
        logged = _owned(_dated(logged_workout(source), reading), logged=True)
        if form.needs is not Needs.SAMPLES:
            return _without_samples(logged, form, reading)
        source = str(logged_recording(source))
    file = open_session_file(
        Path(source),
        exercise=reading.exercise,
        options=reading.options,
        block_samples=BIG_BLOCK_SAMPLES,
    )
    workout = logged or _owned(_dated(watched_workout(file), reading), logged=False)
    for warning in workout.warnings:
        say(f"{source}: {warning.text}")
    if form.needs is not Needs.SAMPLES:
        return _without_samples(workout, form, reading)
    return Session(workout, timed_samples(file.info, file.notifications()), reading.subject)


def _without_samples(workout: Workout, form: Format, reading: ReadOptions) -> Session:
    """Return a session with the earlier ones, if needed: named by the user, or of the log."""
    history: tuple[Workout, ...] = ()
    if form.needs is Needs.HISTORY and reading.history:
        # `--started` is about this session alone, and earlier ones need no history of their own.
        each = replace(reading, started=None, history=())
        without = replace(form, needs=Needs.WORKOUT)
        history = tuple(session_of(source, without, each).workout for source in reading.history)
        _refuse_mixture((workout, *history))
    elif form.needs is Needs.HISTORY:
        history = logged_before(workout)
    return Session(workout, subject=reading.subject, history=history)


def _dated(workout: Workout, reading: ReadOptions) -> Workout:
    started = reading.started
    if started is None:
        return workout
    return replace(workout, info=replace(workout.info, started_utc=started.isoformat()))


def _refuse_loss(target: Path, sources: Sequence[str]) -> None:
    """Refuse to replace a recording or a source with something made from it, even with --force."""
    if target.suffix.lower() == RECORDING_SUFFIX:
        raise OutputError(
            str(target),
            _("names that end in {suffix} are reserved for recordings").format(
                suffix=RECORDING_SUFFIX
            ),
            _("Choose another ending."),
        )
    for source in sources:
        if target.exists() and Path(source).exists() and os.path.samefile(target, source):
            raise OutputError(str(target), _("is also the source"), _("Choose another name."))


ALL: Final = "all"
"""Stands for every session of the log."""


def _means_all(word: str) -> bool:
    # A file of that name is still a file.
    return word == ALL and not Path(word).exists()


def _logged_or_named(word: str) -> tuple[str, ...]:
    """Return a word, or for `all` the numbers of the log's sessions."""
    if not _means_all(word):
        return (word,)
    from tracker.app.training_log import log_with

    with log_with(_("session {number}").format(number=word)) as log:
        numbers = tuple(str(each.id) for each in reversed(log.list()))
    if not numbers:
        raise InputError(_("the training log"), _("has no session yet"))
    return numbers


def names_session(word: str) -> bool:
    """Say whether a word is the number of a session, or `last`."""
    return word == NEWEST or (word.isascii() and word.isdigit())


def logged_workout(word: str) -> Workout:
    """Return a session of the log, edits included."""
    from tracker.app.training_log import log_with

    with log_with(_("session {number}").format(number=word)) as log:
        return log.workout(log.find(word))


def logged_recording(word: str) -> Path:
    """Return the recording of a session of the log."""
    from tracker.app.training_log import log_with, recording_of

    with log_with(_("session {number}").format(number=word)) as log:
        return recording_of(log, log.find(word))


def logged_before(workout: Workout) -> tuple[Workout, ...]:
    """Return earlier sessions of the same exercise, oldest first; none without a log."""
    from tracker.app.paths import tracker_paths
    from tracker.app.register import name_of
    from tracker.app.training_log import earlier_sessions, existing_log

    if workout.info.person not in (None, name_of(tracker_paths().person)):
        # A file of somebody else.
        return ()
    try:
        log = existing_log()
        if log is None:
            return ()
        with log:
            return earlier_sessions(log, workout)
    except TrackerError:
        # A report without trends is better than none.
        return ()
