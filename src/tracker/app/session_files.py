"""Files on their way to the engine: recordings, sample CSVs and other apps' files.

Importing this module costs Arrow (0.1 s).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from tracker.app.paths import RECORDING_SUFFIX
from tracker.app.playback import analyze_notifications
from tracker.domain import (
    HIP_THRUST,
    DataWarning,
    InputError,
    SessionInfo,
    SessionState,
    SourceFacts,
    WarningKind,
    start_problem,
    warning_message,
    workout_of,
)
from tracker.domain.errors import reading
from tracker.domain.units import ns_from_s
from tracker.importers import (
    TEXT_SUFFIXES,
    ZIP_SUFFIX,
    ImportOptions,
    has_motion,
    is_sample_csv,
    is_session_folder,
    notifications_from_samples,
    read_foreign,
    read_sample_csv,
)
from tracker.language import _
from tracker.recording import open_recording
from tracker.sensors import (
    SAMPLES,
    SAMPLES_CHANNEL,
    encode_samples,
    family,
    parse_settings,
    recorded_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tracker.domain import Event, Notification, Workout
    from tracker.importers import SampleTable

CSV: Final = "csv"
"""Stands for the kind of sensor where a file of samples was read."""

# Every message of an Arrow stream starts with it: a renamed recording is still recognised.
_ARROW_STREAM_MAGIC: Final = b"\xff\xff\xff\xff"
_OPENING_BYTES: Final = 4096
# Gzip and zip; text in UTF-16; and what the importers know by its first bytes.
_PACKED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"ARROW1", b"SQLite")

# As often as a radio delivers, so that a replayed CSV moves as smoothly as a live sensor.
_RADIO_LIKE_S: Final = 0.1

BIG_BLOCK_SAMPLES: Final = 20_000
"""Large enough to hide the few µs that each array call costs, small enough for the CPU cache."""


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A file on its way to the engine."""

    path: str
    """The file as the user named it."""
    sensor: str
    """Kind of the sensor, or `csv` for a file of samples."""
    info: SessionInfo
    """The head of the recording, or what is assumed for other files."""
    notifications: Callable[[], Iterator[Notification]]
    """Starts over at the first notification."""
    amount: int
    """How many notifications there are."""
    duration_s: float | None
    """From the first sample or notification to the last, s; None without any."""
    end_s: float | None
    """Session time of the last sample or notification, s; None without any."""
    warnings: tuple[DataWarning, ...] = ()
    """What opening it showed; the notifications begin with these."""
    samples: int | None = None
    """How many samples a file of samples has; None for a recording, which is not yet decoded."""

    def events(self, batch: int) -> Iterator[tuple[Event, float | None]]:
        """Yield the engine's events, each with the time of the newest sample it had then, s.

        The engine gets `batch` notifications of a recording at once; samples of other files are
        already in blocks.
        """
        # The engine costs SciPy (0.6 s), which `tracker import` does without.
        from tracker.engine import build_engine

        batch = 1 if self.sensor == CSV else batch
        return analyze_notifications(build_engine(self.info), self.notifications(), batch)

    def workout(
        self,
        batch: int = BIG_BLOCK_SAMPLES,
        on_progress: Callable[[Sequence[Notification]], object] | None = None,
    ) -> Workout:
        """Return what the events add up to; `on_progress` gets what the engine has been given."""
        from tracker.engine import build_engine

        batch = 1 if self.sensor == CSV else batch
        engine = build_engine(self.info)
        state = SessionState()
        for event, __ in analyze_notifications(engine, self.notifications(), batch, on_progress):
            state.accept((event,))
        facts = SourceFacts(
            path=self.path,
            sensor=self.sensor,
            rate_hz=engine.rate_hz,
            duration_s=self.duration_s,
            samples=engine.samples,
        )
        return workout_of(self.info, state, facts)


def open_session_file(
    path: Path,
    *more: Path,
    exercise: str | None = None,
    options: ImportOptions = ImportOptions(),  # noqa: B008 - it is frozen
    block_samples: int | None = None,
) -> SessionFile:
    """Open a recording, a sample CSV, or what another app saved.

    `more` are files of other sensors of the same session. `exercise` overrides what the file says,
    and `options` override the units and direction of samples, and the settings of the decoder.
    `block_samples` of them make one notification; by default there are about ten notifications a
    second. Raises `InputError` for a file that cannot be read or is of no known kind, and another
    `TrackerError` for a setting that makes no sense.
    """
    file = _opened((path, *more), exercise, options, block_samples)
    if not options.settings:
        return file
    settings = {**recorded_settings(file.info), **parse_settings(options.settings)}
    # To refuse it before anything is read.
    family(file.info.sensor).decoder(settings)
    words = " ".join(f"{key}={value}" for key, value in settings.items())
    return replace(file, info=replace(file.info, settings=words))


def _opened(
    paths: tuple[Path, ...],
    exercise: str | None,
    options: ImportOptions,
    block_samples: int | None,
) -> SessionFile:
    path, *more = paths
    if more or not is_recording(path):
        return _from_samples(paths, exercise, options, block_samples)
    recording = open_recording(path)
    if (problem := start_problem(recording.info)) is not None:
        raise InputError(
            str(path),
            problem,
            _("Its samples may be whole: tracker recover keeps everything but that."),
        )
    info = recording.info if exercise is None else replace(recording.info, exercise=exercise)
    warnings = tuple(
        DataWarning(WarningKind.RECORDING_DAMAGED, str(damage)) for damage in recording.damage
    )
    return SessionFile(
        path=str(path),
        sensor=info.sensor,
        info=info,
        notifications=lambda: chain(_told(warnings, recording.start_s), recording),
        amount=len(warnings) + recording.rows,
        duration_s=recording.duration_s if recording.rows else None,
        end_s=recording.end_s,
        warnings=warnings,
    )


def _from_samples(
    paths: tuple[Path, ...],
    exercise: str | None,
    options: ImportOptions,
    block_samples: int | None,
) -> SessionFile:
    """Open samples: a sample CSV of ours, or what another app saved."""
    path, *more = paths
    if not more and is_sample_csv(path):
        samples = read_sample_csv(path, options)
    else:
        _check_one_session(paths)
        samples = read_foreign(paths, options)
    info = SessionInfo(
        sensor=SAMPLES.kind,
        exercise=exercise or HIP_THRUST.name,
        started_utc=samples.started_utc,
        origin="imported",
        note=_("Imported from {file}").format(file=path.name),
    )
    return file_of_table(str(path), samples.table, info, block_samples, samples.warnings)


def _told(warnings: Sequence[DataWarning], start_s: float | None) -> Iterator[Notification]:
    """Yield warnings as the first notifications of a session, so that they travel with it."""
    start_ns = ns_from_s(start_s or 0.0)
    return (warning_message(start_ns, warning) for warning in warnings)


def file_of_table(
    path: str,
    table: SampleTable,
    info: SessionInfo,
    block_samples: int | None,
    warnings: tuple[DataWarning, ...] = (),
) -> SessionFile:
    """Return samples that were read already, as a file; `path` is what to call it."""
    samples = len(table.time_s)
    duration_s = float(table.time_s[-1] - table.time_s[0])
    block = block_samples or max(1, round(samples / duration_s * _RADIO_LIKE_S))
    return SessionFile(
        path=path,
        sensor=CSV,
        info=info,
        notifications=lambda: chain(
            _told(warnings, float(table.time_s[0])),
            notifications_from_samples(table, block, encode_samples, SAMPLES_CHANNEL),
        ),
        amount=len(warnings) - (-samples // block),
        duration_s=duration_s,
        end_s=float(table.time_s[-1]),
        warnings=warnings,
        samples=samples,
    )


def is_foreign(path: Path) -> bool:
    """Say whether `path` is a session of another app: its file, its zip, or its folder."""
    if path.is_dir():
        return is_session_folder(path)
    return path.name.lower().endswith(ZIP_SUFFIX) or has_motion(path)


def is_recording(path: Path) -> bool:
    """Say whether a file is meant as a recording, by its first bytes and, if need be, its name.

    Text with a header of samples is none, whatever its name; what is no text may be one that has
    lost its head and its name. Raises `InputError` if there is no such file.
    """
    if path.is_dir():
        if is_foreign(path):
            return False
        raise InputError(str(path), _("is a folder"), _("Name one of the files in it."))
    with reading(path), path.open("rb") as file:
        start = file.read(_OPENING_BYTES)
    if start.startswith(_ARROW_STREAM_MAGIC):
        return True
    name = path.name.lower()
    if name.endswith(RECORDING_SUFFIX):
        return not has_motion(path)
    packed = start.startswith(_PACKED) or name.endswith((*TEXT_SUFFIXES, ZIP_SUFFIX))
    return b"\x00" in start and not packed


def _check_one_session(paths: Sequence[Path]) -> None:
    """Raise `InputError` if one of several files is not a single sensor's file."""
    for path in paths:
        if len(paths) > 1 and not is_foreign(path):
            raise InputError(
                str(path),
                _("several files must be the sensors of one session, and this is not one of them"),
                _("Import it by itself; each file needs the header that its app writes."),
            )
