"""Every sample as the CSV that `tracker analyze` reads; numbers keep all of their digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from pyarrow import csv

from tracker.domain import InputError
from tracker.export.raw_parquet import samples_table

if TYPE_CHECKING:
    from tracker.domain import TimedFrame, Workout


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
    csv.write_csv(table, out, csv.WriteOptions(include_header=False))
