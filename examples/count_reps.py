"""Count the reps of a CSV of samples.

python examples/count_reps.py hips.csv

The header is `time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z`: seconds, m/s² with gravity, rad/s.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np

from tracker.domain import Notification, RepCounted, RepRevised, exercise_named
from tracker.engine import Engine
from tracker.sensors import SAMPLES, SAMPLES_CHANNEL, encode_samples


def main(path: str) -> None:
    """Print how many reps each set has."""
    try:
        rows = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: not a CSV of samples: {str(error).splitlines()[0]}")
    if rows.shape[1] < 7:
        sys.exit(f"{path}: expected seven columns, got {rows.shape[1]}")
    time_s, acc_mps2, gyro_radps = rows[:, 0], rows[:, 1:4], rows[:, 4:7]

    engine = Engine(SAMPLES, exercise_named("hip_thrust"))
    packet = encode_samples(time_s, acc_mps2, gyro_radps)
    received_ns = round(time_s[-1] * 1e9)
    events = [*engine.feed(Notification(received_ns, SAMPLES_CHANNEL, packet)), *engine.finish()]

    reps: Counter[int] = Counter()
    for event in events:
        if isinstance(event, RepCounted):
            reps[event.set_index] += 1
        elif isinstance(event, RepRevised) and event.rep is None:
            # A set-up move that looked like a rep.
            reps[event.set_index] -= 1
    for number, count in sorted(reps.items()):
        print(f"set {number}: {count} reps")


if __name__ == "__main__":
    main(sys.argv[1])
