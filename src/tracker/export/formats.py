"""The export formats: name, title, file suffix, what each is made of, and its writer.

`tracker export --help` prints this table, so what is costly to import is imported when it writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError, UnknownNameError
from tracker.domain.plugins import merged
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from tracker.domain import TimedFrame, Workout
    from tracker.export.csv_files import Dialect


class Needs(Enum):
    """What a format is made of."""

    WORKOUT = "workout"
    """The results; a session of the log is enough."""
    SAMPLES = "samples"
    """The results and every sample, which only a recording or a CSV has."""
    HISTORY = "history"
    """The results, and earlier sessions to compare them with where the log has some."""


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One session to export."""

    workout: Workout
    """What was measured, planned and entered."""
    samples: TimedFrame | None = None
    """Every sample, for formats that need them."""
    subject: str = "01"
    """Label of the person, for research formats."""
    history: tuple[Workout, ...] = ()
    """Other sessions of the same person, for formats that compare."""


_TEXT_SUFFIXES: Final = {".csv", ".json", ".html"}


@dataclass(frozen=True, slots=True)
class Format:
    """One format; it writes a file, a folder or either."""

    name: str
    """What a user types."""
    title: str
    """One line for people."""
    suffix: str
    """File name suffix, with the dot; empty for a folder."""
    writer: Callable[[Session, BinaryIO], None] | None = None
    """Writes one session to one file."""
    joined_writer: Callable[[Sequence[Session], BinaryIO, Dialect | None], None] | None = None
    """Writes any number of sessions to one file; a format with neither is always a folder."""
    takes_locale: bool = False
    """Whether its numbers can be written as a spreadsheet of some country wants them."""
    folder_writer: Callable[[Sequence[Session], Path, Path], None] | None = None
    """Writes sessions into an empty folder. The last argument is where the files are moved to
    afterwards; it may hold others already."""
    needs: Needs = Needs.WORKOUT
    """What it is made of."""

    @property
    def text(self) -> bool:
        """Whether it is text that can be printed."""
        return self.suffix in _TEXT_SUFFIXES

    @property
    def is_file(self) -> bool:
        """Whether a session can be written to one file."""
        return self.writer is not None or self.joined_writer is not None

    def write(self, session: Session, out: BinaryIO, dialect: Dialect | None = None) -> None:
        """Write one session to one file."""
        if self.writer is None:
            self.write_joined((session,), out, dialect)
        else:
            self.writer(session, out)

    def write_joined(
        self, sessions: Sequence[Session], out: BinaryIO, dialect: Dialect | None = None
    ) -> None:
        """Write any number of sessions to one file."""
        if self.joined_writer is None:
            raise ValueError(f"{self.name} is a folder, or a file of one session")
        self.joined_writer(sessions, out, dialect)

    def write_folder(self, sessions: Sequence[Session], folder: Path, target: Path) -> None:
        """Write one or more sessions into the empty `folder`, to be moved to `target`."""
        if self.folder_writer is None:
            raise ValueError(f"{self.name} is one file")
        self.folder_writer(sessions, folder, target)


def _samples(session: Session) -> TimedFrame:
    if session.samples is None:
        raise InputError(session.workout.facts.path, _("has no samples to export"))
    return session.samples


def _results(sessions: Sequence[Session]) -> list[Workout]:
    return [each.workout for each in sessions]


def _csv_reps(sessions: Sequence[Session], out: BinaryIO, dialect: Dialect | None) -> None:
    from tracker.export.csv_files import PLAIN, write_reps

    write_reps(_results(sessions), out, dialect or PLAIN)


def _csv_sets(sessions: Sequence[Session], out: BinaryIO, dialect: Dialect | None) -> None:
    from tracker.export.csv_files import PLAIN, write_sets

    write_sets(_results(sessions), out, dialect or PLAIN)


def _xlsx(sessions: Sequence[Session], out: BinaryIO, _dialect: Dialect | None) -> None:
    from tracker.export.xlsx_files import write_workbook

    write_workbook(_results(sessions), out)


def _hevy(sessions: Sequence[Session], out: BinaryIO, _dialect: Dialect | None) -> None:
    from tracker.export.app_files import write_hevy

    write_hevy(_results(sessions), out)


def _strong(sessions: Sequence[Session], out: BinaryIO, _dialect: Dialect | None) -> None:
    from tracker.export.app_files import write_strong

    write_strong(_results(sessions), out)


def _fitnotes(sessions: Sequence[Session], out: BinaryIO, _dialect: Dialect | None) -> None:
    from tracker.export.app_files import write_fitnotes

    write_fitnotes(_results(sessions), out)


def _strava(session: Session, out: BinaryIO) -> None:
    from tracker.export.app_files import write_strava

    write_strava(session.workout, out)


def _json(session: Session, out: BinaryIO) -> None:
    from tracker.export.session_json import write_session

    write_session(session.workout, out)


def _html(session: Session, out: BinaryIO) -> None:
    from tracker.export.report import write_report

    write_report(session.workout, out, session.history)


def _parquet(session: Session, out: BinaryIO) -> None:
    from tracker.export import parquet_files

    parquet_files.write_reps(session.workout, out)


def _parquet_folder(sessions: Sequence[Session], folder: Path, _target: Path) -> None:
    from tracker.export import parquet_files

    parquet_files.write_history([session.workout for session in sessions], folder)


def _raw_csv(session: Session, out: BinaryIO) -> None:
    from tracker.export.csv_files import write_samples

    write_samples(session.workout, _samples(session), out)


def _raw_parquet(session: Session, out: BinaryIO) -> None:
    from tracker.export import parquet_files

    parquet_files.write_samples(session.workout, _samples(session), out)


def _bids(sessions: Sequence[Session], folder: Path, target: Path) -> None:
    from tracker.export.bids import write_dataset

    runs = [(session.workout, session.samples) for session in sessions]
    write_dataset(runs, sessions[0].subject, folder, target)


def _fit(session: Session, out: BinaryIO) -> None:
    from tracker.export.fit import write_fit

    write_fit(session.workout, out)


_ALL: Final = (
    Format(
        "csv",
        _("one row per rep, units in the header"),
        ".csv",
        joined_writer=_csv_reps,
        takes_locale=True,
    ),
    Format("csv-sets", _("one row per set"), ".csv", joined_writer=_csv_sets, takes_locale=True),
    Format("xlsx", _("sets and reps as an Excel workbook"), ".xlsx", joined_writer=_xlsx),
    Format(
        "json",
        _("everything, as analyze --format json prints it"),
        ".json",
        writer=_json,
    ),
    Format(
        "html",
        _("a report for a phone, for paper and for a clinician, one page that loads nothing"),
        ".html",
        writer=_html,
        needs=Needs.HISTORY,
    ),
    Format(
        "parquet",
        _("one row per rep with types and units; several sessions become a folder, split by day"),
        ".parquet",
        writer=_parquet,
        folder_writer=_parquet_folder,
    ),
    Format(
        "raw-csv",
        _("every sample, as analyze reads it"),
        ".csv",
        writer=_raw_csv,
        needs=Needs.SAMPLES,
    ),
    Format(
        "raw-parquet",
        _("every sample with types and units"),
        ".parquet",
        writer=_raw_parquet,
        needs=Needs.SAMPLES,
    ),
    Format(
        "bids",
        _("every sample and rep as a BIDS motion dataset, a folder"),
        "",
        folder_writer=_bids,
        needs=Needs.SAMPLES,
    ),
    Format(
        "fit",
        _("a strength activity for Garmin Connect, Strava and others"),
        ".fit",
        writer=_fit,
    ),
    Format("strava", _("sets for Strava's upload, as JSON"), ".json", writer=_strava),
    Format(
        "hevy",
        _("one row per set, as Hevy exports them"),
        ".csv",
        joined_writer=_hevy,
    ),
    Format(
        "strong",
        _("one row per set, as Strong exports them; Hevy and others import it"),
        ".csv",
        joined_writer=_strong,
    ),
    Format(
        "fitnotes",
        _("one row per set with its unit, as FitNotes exports them; LiftLog imports it"),
        ".csv",
        joined_writer=_fitnotes,
    ),
)

FORMATS: Final = {each.name: each for each in _ALL}
"""Every format of ours by its name."""


PLUGIN_GROUP: Final = "tracker.exports"
"""Entry points of formats in other packages."""


def formats() -> Mapping[str, Format]:
    """Return every format by its name, those of installed packages first."""
    return _known()[0]


def format_problems() -> tuple[str, ...]:
    """Return what is wrong with formats of installed packages, a line each."""
    return _known()[1]


@cache
def _known() -> tuple[Mapping[str, Format], tuple[str, ...]]:
    known, problems = merged(FORMATS, PLUGIN_GROUP, Format, "name")
    return MappingProxyType(known), problems


def format_named(name: str) -> Format:
    """Return the format called `name`; raise `UnknownNameError` for an unknown one."""
    # Those of packages are looked for only if it is none of ours.
    known = FORMATS if name in FORMATS else formats()
    try:
        return known[name]
    except KeyError:
        raise UnknownNameError(_("format"), name, tuple(known)) from None
