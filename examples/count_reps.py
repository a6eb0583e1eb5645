"""Count the reps of a CSV of samples.

python examples/count_reps.py hips.csv

The header is `time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z`: seconds, m/s² with gravity, rad/s.
`tracker.open` reads such a file by itself; here the arrays could come from anywhere.
"""

from __future__ import annotations

import sys

import numpy as np

import tracker


def main(path: str) -> None:
    """Print how many reps each set has."""
    try:
        rows = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: not a CSV of samples: {str(error).splitlines()[0]}")
    if rows.shape[1] < 7:
        sys.exit(f"{path}: expected seven columns, got {rows.shape[1]}")
    session = tracker.analyze(rows[:, 0], rows[:, 1:4], rows[:, 4:7])
    for each in session.sets:
        print(f"set {each.index}: {each.counted} reps")


if __name__ == "__main__":
    main(sys.argv[1])
