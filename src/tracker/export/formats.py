"""The table of formats: one entry each; the module that writes it is loaded when asked for.

A writer is a function of the training and of the binary stream that takes the file,
`write_x(workout, out)`; one that needs every sample is `write_x(workout, samples, out)`, one that
compares with earlier trainings `write_x(workout, out, history)`. A writer of folders gets
everything at once, `write_x_folder(sessions, folder, beside)`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from tracker.domain import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from tracker.domain import TimedFrame, Workout


class Needs(Enum):
    """What a format is made of."""

    WORKOUT = "workout"
    """What was found; a session of the log is enough."""
    SAMPLES = "samples"
    """Every sample as well; only a file of them has those."""
    HISTORY = "history"
    """What was found, and earlier trainings to compare it with, where the log has some."""


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One training on its way out."""

    workout: Workout
    """What was found, planned and entered."""
    samples: TimedFrame | None = None
    """Every sample, where the format needs them; None otherwise."""
    subject: str = "01"
    """Label of the person, for formats of studies."""
    history: tuple[Workout, ...] = ()
    """Other trainings of the same person, where the format compares."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format."""

    name: str
    """What a user types."""
    title: str
    """One line for people."""
    suffix: str
    """Ending of a file's name, with the dot; empty for a folder."""
    text: bool
    """Whether it is text that can be printed."""
    writer: str | None
    """`module:function` that writes one training to one file; None where only folders are."""
    folder_writer: str | None = None
    """`module:function` that writes any number of trainings into one folder."""
    needs: Needs = Needs.WORKOUT
    """What it is made of."""

    def write(self, session: Session, out: BinaryIO) -> None:
        """Write one training to one file."""
        if self.writer is None:
            raise ValueError(f"{self.name} is a folder")
        write = _loaded(self.writer)
        match self.needs:
            case Needs.WORKOUT:
                write(session.workout, out)
            case Needs.SAMPLES:
                write(session.workout, session.samples, out)
            case Needs.HISTORY:
                write(session.workout, out, session.history)

    def write_folder(self, sessions: Sequence[Session], folder: Path, beside: Path) -> None:
        """Write trainings into an empty folder, whose files will stand beside others.

        Parameters
        ----------
        sessions
            At least one.
        folder
            It is there, and empty.
        beside
            Where the files go afterwards; it need not exist.
        """
        if self.folder_writer is None:
            raise ValueError(f"{self.name} is one file")
        _loaded(self.folder_writer)(sessions, folder, beside)


_ALL: Final = (
    Format(
        "csv",
        "one row per rep, units in the header",
        ".csv",
        text=True,
        writer="tracker.export.csv_files:write_reps",
    ),
    Format(
        "csv-sets",
        "one row per set",
        ".csv",
        text=True,
        writer="tracker.export.csv_files:write_sets",
    ),
    Format(
        "json",
        "everything, as analyze --format json prints it",
        ".json",
        text=True,
        writer="tracker.export.session_json:write_session",
    ),
    Format(
        "html",
        "a report for a phone, for paper and for a clinician, one page that loads nothing",
        ".html",
        text=True,
        writer="tracker.export.report:write_report",
        needs=Needs.HISTORY,
    ),
    Format(
        "parquet",
        "one row per rep with types and units; of several sessions a folder, parted by day",
        ".parquet",
        text=False,
        writer="tracker.export.parquet_files:write_reps",
        folder_writer="tracker.export.parquet_files:write_history",
    ),
    Format(
        "raw-csv",
        "every sample, as analyze reads it",
        ".csv",
        text=True,
        writer="tracker.export.csv_files:write_samples",
        needs=Needs.SAMPLES,
    ),
    Format(
        "raw-parquet",
        "every sample with types and units",
        ".parquet",
        text=False,
        writer="tracker.export.parquet_files:write_samples",
        needs=Needs.SAMPLES,
    ),
    Format(
        "bids",
        "every sample and rep as a BIDS motion dataset, a folder",
        "",
        text=False,
        writer=None,
        folder_writer="tracker.export.bids:write_dataset",
        needs=Needs.SAMPLES,
    ),
    Format(
        "fit",
        "a strength activity for Garmin Connect, Strava and others",
        ".fit",
        text=False,
        writer="tracker.export.fit:write_fit",
    ),
    Format(
        "strava",
        "sets for Strava's upload, as JSON",
        ".json",
        text=True,
        writer="tracker.export.strava:write_strava",
    ),
    Format(
        "hevy",
        "one row per set, as Hevy exports them",
        ".csv",
        text=True,
        writer="tracker.export.hevy:write_hevy",
    ),
    Format(
        "strong",
        "one row per set, as Strong exports them; Hevy and others import it",
        ".csv",
        text=True,
        writer="tracker.export.strong:write_strong",
    ),
)

FORMATS: Final = {each.name: each for each in _ALL}
"""Every format by its name."""


def format_named(name: str) -> Format:
    """Return the format called `name`.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    """
    try:
        return FORMATS[name]
    except KeyError:
        raise UnknownNameError("format", name, tuple(FORMATS)) from None


def _loaded(place: str) -> Callable[..., Any]:
    module, function = place.split(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return loaded
