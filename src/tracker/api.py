"""The Python API: sessions as objects and tables, and the engine for arrays.

What `import tracker` offers (`docs/python.md`). It reads files and the training log and knows
neither screen nor radio.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, overload

import numpy as np

from tracker.domain import (
    HIP_THRUST,
    MARK_CHANNEL,
    InputError,
    Notification,
    PlanChosen,
    SessionInfo,
    SessionState,
    entry_message,
    exercise_named,
)
from tracker.domain.units import ns_from_s
from tracker.engine import Engine as NotificationEngine
from tracker.language import _
from tracker.sensors import SAMPLES, SAMPLES_CHANNEL, encode_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

    from tracker.app.paths import Paths
    from tracker.app.session_files import SessionFile
    from tracker.domain import (
        DataWarning,
        Event,
        HeartRate,
        MarkKind,
        Plan,
        Rep,
        SetRecord,
        TimedFrame,
        Workout,
    )

__all__ = ["Engine", "Reps", "Samples", "Session", "Sets", "analyze", "open_session"]


def open_session(
    path_or_id: str | os.PathLike[str] | int,
    exercise: str | None = None,
    *,
    person: str | None = None,
) -> Session:
    """Open a session; this is `tracker.open`.

    Parameters
    ----------
    path_or_id
        A recording (`.arrows`), a CSV of samples, or a file, folder or zip that an app saved. Or a
        session of the training log, by its number or as `"last"`; its reps are then as logged,
        corrections included. A file whose name is a number is still a file.
    exercise
        Overrides what the file says; hip_thrust if nobody says anything.
    person
        Whose log, where several people train; None is whom `TRACKER_PERSON` names, else the first
        person.

    Returns
    -------
    Session
        Analysed when something is first asked of it.

    Raises
    ------
    TrackerError
        Says what was expected, what came and what to try.
    """
    if isinstance(path_or_id, int) or _names_logged(path_or_id):
        return _logged_session(str(path_or_id), exercise, person)
    from tracker.app.session_files import open_session_file

    return Session(_FromFile(open_session_file(Path(path_or_id), exercise=exercise)))


def analyze(
    time_s: ArrayLike,
    acc_mps2: ArrayLike,
    gyro_radps: ArrayLike | None = None,
    exercise: str = HIP_THRUST.name,
) -> Session:
    """Find the sets and reps in arrays that hold a whole session.

    Parameters
    ----------
    time_s
        Time of each sample, s, shape (n,). Never falls; 10 to 1000 samples a second; uneven steps
        and gaps are allowed.
    acc_mps2
        Specific force, gravity included, in axes of any orientation, m/s², shape (n, 3).
    gyro_radps
        Angular rate in the same axes, rad/s, shape (n, 3); None without a gyroscope.
    exercise
        What was trained, by the names in `tracker.domain.EXERCISES`.

    Returns
    -------
    Session
        Its samples are copies.

    Raises
    ------
    TrackerError
        If there is no such exercise, or no worn sensor can have measured this: a value that is not
        finite, time that runs backwards, acceleration in g, rates in degrees.
    ValueError
        If the shapes do not fit together.
    """
    from tracker.app.session_files import BIG_BLOCK_SAMPLES, file_of_table
    from tracker.importers import AccUnit, GyroUnit, SampleTable, problems_of

    info = SessionInfo(SAMPLES.kind, exercise_named(exercise).name, origin="imported")
    table = SampleTable(*_samples(time_s, acc_mps2, gyro_radps))
    for problem in problems_of(table, AccUnit.MPS2, GyroUnit.RADPS):
        where = "" if problem.row is None else _("row {row}: ").format(row=problem.row)
        advice = _("Give seconds, m/s² with gravity in it, and rad/s.")
        raise InputError("arrays", where + problem.text, advice)
    return Session(_FromFile(file_of_table("arrays", table, info, BIG_BLOCK_SAMPLES)))


class Session:
    """One training; made by `tracker.open` and `tracker.analyze`.

    Nothing changes it, and what it takes long to work out is worked out when it is first used.
    """

    def __init__(self, source: _Source) -> None:
        self._source = source

    def __repr__(self) -> str:
        return f"<tracker.Session {self._source.name!r}>"

    @cached_property
    def workout(self) -> Workout:
        """Everything that was measured and entered, as the rooms of the package pass it around."""
        return self._source.workout()

    @property
    def exercise(self) -> str:
        """Name of the exercise."""
        return self.workout.info.exercise

    @property
    def started_utc(self) -> str | None:
        """Time of second 0, ISO 8601 with offset; None if unknown."""
        return self.workout.info.started_utc

    @property
    def warnings(self) -> tuple[DataWarning, ...]:
        """What to know about the data as a whole; empty if nothing is wrong."""
        return self.workout.warnings

    @property
    def heart_rates(self) -> tuple[HeartRate, ...]:
        """Every known reading of the heart rate, in order; empty if no sensor sent it."""
        return self.workout.heart_rates

    @property
    def sets(self) -> Sets:
        """The sets, in order."""
        return Sets(self.workout)

    @property
    def reps(self) -> Reps:
        """The reps of all sets, in order."""
        return Reps(self.workout)

    @cached_property
    def samples(self) -> Samples:
        """Every sample with its time; raises `InputError` if the recording is gone."""
        timed = self._source.samples()
        return Samples(self.workout, timed.time_s, timed.acc_mps2, timed.gyro_radps)

    def to_dict(self) -> dict[str, object]:
        """Return the `tracker.session/1` object, which `tracker analyze --format json` prints."""
        from tracker.export import session_object

        return session_object(self.workout)


@dataclass(frozen=True, slots=True)
class Reps(Sequence["Rep"]):
    """The reps of a session, as a sequence and as a table."""

    workout: Workout
    """The session."""

    def __len__(self) -> int:
        return sum(len(record.reps) for record in self.workout.sets)

    @overload
    def __getitem__(self, index: int) -> Rep: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Rep, ...]: ...
    def __getitem__(self, index: int | slice) -> Rep | tuple[Rep, ...]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Rep]:
        return (rep for record in self.workout.sets for rep in record.reps)

    def to_arrow(self) -> pa.Table:
        """Return one row per rep, with units and meanings in the schema (`docs/exports.md`)."""
        from tracker.export.parquet_files import reps_table

        return reps_table(self.workout)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per rep; unknown is `<NA>` or NaN. Needs the extra `pandas`."""
        return _to_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """Return one row per rep; unknown is null. Needs the extra `polars`."""
        return _to_polars(self.to_arrow())


@dataclass(frozen=True, slots=True)
class Sets(Sequence["SetRecord"]):
    """The sets of a session, as a sequence and as a table."""

    workout: Workout
    """The session."""

    def __len__(self) -> int:
        return len(self.workout.sets)

    @overload
    def __getitem__(self, index: int) -> SetRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SetRecord, ...]: ...
    def __getitem__(self, index: int | slice) -> SetRecord | tuple[SetRecord, ...]:
        return self.workout.sets[index]

    def to_arrow(self) -> pa.Table:
        """Return one row per set, with units and meanings in the schema (`docs/exports.md`)."""
        from tracker.export.parquet_files import sets_table

        return sets_table(self.workout)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per set; unknown is `<NA>` or NaN. Needs the extra `pandas`."""
        return _to_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """Return one row per set; unknown is null. Needs the extra `polars`."""
        return _to_polars(self.to_arrow())


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Every sample of a session, as arrays and as a table with the columns of a sample CSV."""

    workout: Workout
    """The session."""
    time_s: NDArray[np.float64]
    """Time since second 0 of the session, s, shape (n,)."""
    acc_mps2: NDArray[np.float64]
    """Specific force, sensor axes, gravity included, m/s², shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Angular rate, sensor axes, rad/s, shape (n, 3), NaN where it was not measured; None without
    a gyroscope."""

    def __len__(self) -> int:
        return len(self.time_s)

    def to_arrow(self) -> pa.Table:
        """Return one row per sample: `time_s`, `acc_x` …, `gyro_x` …."""
        from tracker.domain import TimedFrame
        from tracker.export.parquet_files import samples_table

        timed = TimedFrame(self.time_s, self.acc_mps2, self.gyro_radps)
        return samples_table(self.workout, timed)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per sample. Needs the extra `pandas`."""
        return _to_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """Return one row per sample. Needs the extra `polars`."""
        return _to_polars(self.to_arrow())


class Engine:
    """Counts, times and coaches while samples come in; for a sensor of your own.

    `tracker.engine.Engine` for arrays instead of a sensor's bytes. It does no I/O, reads no clock
    and keeps a bounded stretch of the past; any cut of the samples into blocks gives the same
    events.

    Parameters
    ----------
    exercise
        What is trained, by the names in `tracker.domain.EXERCISES`; raises `TrackerError` for
        another.
    plan
        What the coach holds the lifter to: tempo, reps, load; None for its defaults.
    """

    def __init__(self, exercise: str = HIP_THRUST.name, plan: Plan | None = None) -> None:
        self._engine = NotificationEngine(SAMPLES, exercise_named(exercise))
        self._state = SessionState()
        self._waiting: tuple[Event, ...] = ()
        if plan is not None:
            self._waiting = self._engine.feed(entry_message(0, PlanChosen(plan)))
            self._state.accept(self._waiting)

    @property
    def newest_s(self) -> float | None:
        """Time of the newest sample given, s; None before the first."""
        return self._engine.newest_s

    @property
    def sets(self) -> tuple[SetRecord, ...]:
        """The sets so far, the open one included, with revisions applied."""
        return self._state.sets

    def feed(
        self,
        time_s: ArrayLike,
        acc_mps2: ArrayLike,
        gyro_radps: ArrayLike | None = None,
    ) -> tuple[Event, ...]:
        """Take the next samples and return what they tell.

        Parameters
        ----------
        time_s
            Time of each sample on one clock, s, shape (n,), or a number for a single sample.
        acc_mps2
            Specific force, gravity included, m/s², shape (n, 3), or (3,) for a single sample.
        gyro_radps
            Angular rate, rad/s, of the same shape; None without a gyroscope.

        Returns
        -------
        tuple of Event
            Of `tracker.domain`; empty for most blocks. A sample that is not finite, or not newer
            than the last, is left out and reported as a `Fault`.

        Raises
        ------
        ValueError
            If the shapes do not fit together.
        """
        times_s, acc, gyro = _samples(time_s, acc_mps2, gyro_radps)
        if not len(times_s):
            return ()
        finite_s = times_s[np.isfinite(times_s)]
        newest_s = float(finite_s[-1]) if len(finite_s) else self.newest_s or 0.0
        packet = encode_samples(times_s, acc, gyro)
        return self._told(Notification(ns_from_s(newest_s), SAMPLES_CHANNEL, packet))

    def mark(self, kind: MarkKind) -> tuple[Event, ...]:
        """Do what the wearer's key does: begin or end a set, or a calibration."""
        now_ns = ns_from_s(self.newest_s or 0.0)
        return self._told(Notification(now_ns, MARK_CHANNEL, kind.value.encode()))

    def finish(self) -> tuple[Event, ...]:
        """Return what the end of the stream settles; nothing can be fed after it."""
        return self._noted(self._engine.finish())

    def _told(self, notification: Notification) -> tuple[Event, ...]:
        return self._noted(self._engine.feed(notification))

    def _noted(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        self._state.accept(events)
        waiting, self._waiting = self._waiting, ()
        return (*waiting, *events)


class _Source(Protocol):
    """Where a session comes from."""

    @property
    def name(self) -> str:
        """What to call it."""

    def workout(self) -> Workout:
        """Return what was measured and entered."""

    def samples(self) -> TimedFrame:
        """Return every sample with its time."""


@dataclass(frozen=True, slots=True)
class _FromFile:
    file: SessionFile

    @property
    def name(self) -> str:
        return self.file.path

    def workout(self) -> Workout:
        return self.file.workout()

    def samples(self) -> TimedFrame:
        from tracker.decoding import timed_samples

        return timed_samples(self.file.info, self.file.notifications())


@dataclass(frozen=True, slots=True)
class _FromLog:
    session_id: int
    paths: Paths
    """Of whoever it is, whoever is meant when it is asked for."""

    @property
    def name(self) -> str:
        return _("session {number}").format(number=self.session_id)

    def workout(self) -> Workout:
        from tracker.app.training_log import log_with

        with log_with(self.name, self.paths) as log:
            return log.workout(self.session_id)

    def samples(self) -> TimedFrame:
        from tracker.app.session_files import open_session_file
        from tracker.app.training_log import log_with, recording_of

        with log_with(self.name, self.paths) as log:
            recording = recording_of(log, self.session_id, self.paths)
        return _FromFile(open_session_file(recording)).samples()


def _names_logged(word: str | os.PathLike[str]) -> bool:
    """Return whether a word names a session of the log, as the commands read it."""
    from tracker.store import NEWEST

    text = os.fspath(word)
    return (text == NEWEST or (text.isascii() and text.isdigit())) and not Path(word).exists()


def _logged_session(word: str, exercise: str | None, person: str | None) -> Session:
    from tracker.app.paths import paths_of, shared_paths, tracker_paths
    from tracker.app.training_log import log_with

    name = _("session {number}").format(number=word)
    if exercise is not None:
        advice = _("Open its recording to analyse it as another exercise.")
        raise InputError(name, _("the log says what was trained"), advice)
    paths = tracker_paths() if person is None else paths_of(person, shared_paths())
    with log_with(name, paths) as log:
        return Session(_FromLog(log.find(word), paths))


def _samples(
    time_s: ArrayLike, acc_mps2: ArrayLike, gyro_radps: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]:
    """Return copies of shape (n,), (n, 3) and (n, 3); raises `ValueError` for other shapes."""
    given = np.array(time_s, np.float64)
    if given.ndim > 1:
        raise ValueError(f"expected times of shape (n,), got {given.shape}")
    acc = _signal("acc_mps2", acc_mps2, (*given.shape, 3))
    gyro = None if gyro_radps is None else _signal("gyro_radps", gyro_radps, (*given.shape, 3))
    return np.atleast_1d(given), acc, gyro


def _signal(name: str, given: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    values = np.array(given, np.float64)
    if values.shape != shape and not values.size == shape[0] == 0:
        raise ValueError(f"expected {name} of shape {shape}, got {values.shape}")
    return values.reshape(-1, 3)


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    with _extra("pandas"):
        import pandas as pd
    import pyarrow as pa

    # Whole numbers and truths that are not known must not turn into other types.
    nullable = {
        pa.int32(): pd.Int32Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(),
    }
    return table.to_pandas(types_mapper=nullable.get)


def _to_polars(table: pa.Table) -> pl.DataFrame:
    with _extra("polars"):
        import polars as pl
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Say how to get a library that is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        how = f'{name} is not installed: pip install "hip-thrust-tracker[{name}]"'
        raise ModuleNotFoundError(how, name=name) from error
