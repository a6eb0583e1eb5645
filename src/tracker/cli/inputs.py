"""What the commands read: recordings and foreign CSV files, both as notifications."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from tracker.domain import HIP_THRUST, InputError, SessionInfo
from tracker.recording import (
    AccUnit,
    GyroUnit,
    notifications_from_samples,
    open_recording,
    read_sample_csv,
)
from tracker.recording.file_errors import reading
from tracker.runtime.paths import RECORDING_SUFFIX
from tracker.sensors import SAMPLES, SAMPLES_CHANNEL, encode_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.domain import Notification
    from tracker.recording import SampleTable

CSV: Final = "csv"
"""What a foreign file is called where the kind of a sensor is asked for."""

CSV_SUFFIXES: Final = (".csv", ".csv.gz")

# Every message of an Arrow stream starts with it; a recording that was renamed is still one.
_ARROW_STREAM_MAGIC: Final = b"\xff\xff\xff\xff"

# As a radio would deliver them, so that a replayed CSV moves as smoothly as a sensor does.
_RADIO_LIKE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A file on its way to the engine."""

    path: str
    """The file as the user named it."""
    sensor: str
    """Kind of the sensor, or `csv` for a foreign file."""
    info: SessionInfo
    """The head of the recording, or what is assumed for a foreign file."""
    notifications: Callable[[], Iterator[Notification]]
    """Starts over at the first notification."""
    amount: int
    """How many notifications there are."""
    duration_s: float | None
    """From the first sample or notification to the last, s; None without any."""
    end_s: float | None
    """Session time of the last sample or notification, s; None without any."""


def open_session_file(
    path: Path,
    *,
    exercise: str | None = None,
    acc_unit: AccUnit = AccUnit.MPS2,
    gyro_unit: GyroUnit = GyroUnit.RADPS,
    block_samples: int | None = None,
) -> SessionFile:
    """Open a recording or a sample CSV.

    Parameters
    ----------
    path
        The file; its name or its first bytes say which of both it is.
    exercise
        Beats what the file says.
    acc_unit
        Unit of the acc columns of a CSV.
    gyro_unit
        Unit of the gyro columns of a CSV.
    block_samples
        Samples of a CSV that make one notification; None makes about ten notifications a second.

    Raises
    ------
    InputError
        If the file cannot be read or is neither of both.
    """
    if _is_csv(path):
        table = read_sample_csv(path, acc_unit, gyro_unit)
        return _from_table(path, table, exercise or HIP_THRUST.name, block_samples)
    recording = open_recording(path)
    for damage in recording.damage:
        click.echo(f"{path}: {damage}", err=True)
    info = recording.info if exercise is None else replace(recording.info, exercise=exercise)
    return SessionFile(
        path=str(path),
        sensor=info.sensor,
        info=info,
        notifications=lambda: iter(recording),
        amount=recording.rows,
        duration_s=recording.duration_s if recording.rows else None,
        end_s=recording.end_s,
    )


def _is_csv(path: Path) -> bool:
    """Decide by the name, and by the first bytes where the name says nothing."""
    name = path.name.lower()
    if name.endswith(CSV_SUFFIXES):
        return True
    if name.endswith(RECORDING_SUFFIX):
        return False
    with reading(path), path.open("rb") as file:
        start = file.read(len(_ARROW_STREAM_MAGIC))
    if start == _ARROW_STREAM_MAGIC:
        return False
    raise InputError(
        str(path),
        "expected a recording (.arrows) or a CSV of samples (.csv, .csv.gz)",
        "If it is one of them, give it that ending.",
    )


def _from_table(
    path: Path, table: SampleTable, exercise: str, block_samples: int | None
) -> SessionFile:
    samples = len(table.time_s)
    duration_s = float(table.time_s[-1] - table.time_s[0])
    block = block_samples or max(1, round(samples / duration_s * _RADIO_LIKE_S))
    return SessionFile(
        path=str(path),
        sensor=CSV,
        info=SessionInfo(
            sensor=SAMPLES.kind,
            exercise=exercise,
            origin="imported",
            note=f"Imported from {path.name}",
        ),
        notifications=lambda: notifications_from_samples(
            table, block, encode_samples, SAMPLES_CHANNEL
        ),
        amount=-(-samples // block),
        duration_s=duration_s,
        end_s=float(table.time_s[-1]),
    )
