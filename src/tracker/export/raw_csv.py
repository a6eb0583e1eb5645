"""Every sample as the CSV that `tracker analyze` reads; numbers keep all of their digits."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
from pyarrow import csv

from tracker.domain import InputError
from tracker.export.raw_parquet import samples_table

if TYPE_CHECKING:
    from tracker.domain import TimedFrame, Workout

_ROWS: Final = 1 << 16
"""Rows that are in memory as text at once: some megabytes."""


def write_samples(workout: Workout, samples: TimedFrame, out: BinaryIO) -> None:
    """Write `time_s,acc_x,acc_y,acc_z[,gyro_x,gyro_y,gyro_z]`, in s, m/s² and rad/s.

    Raises
    ------
    InputError
        If only some samples have an angular rate: this CSV has no empty cells.
    """
    gyro = samples.gyro_radps
    if gyro is not None and np.isnan(gyro).any():
        raise InputError(
            workout.facts.path,
            "only some samples have an angular rate, and a CSV of samples has no empty cells",
            "Export it as raw-parquet or bids.",
        )
    table = samples_table(workout, samples)
    # Arrow would put the names into quotation marks.
    out.write((",".join(table.column_names) + "\r\n").encode())
    for rows in table.to_batches(max_chunksize=_ROWS):
        text = io.BytesIO()
        csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
        # It ends lines with a line feed alone, and readers refuse a file of both kinds.
        out.write(text.getvalue().replace(b"\n", b"\r\n"))
