"""Write hip_set.h: a whole set as raw counts of an LSM6DS3TR-C, to be played back on the chip.

    .venv/bin/python firmware_notes/reference/make_set.py

It comes from the simulated lifter, not from a person. A firmware that sends it shows the tracker
the same set again and again, without a motion chip and without anybody who lifts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sensors.profile.packets import ProfileConfig
from tracker.sim import (
    Activity,
    ActivityPlan,
    Mounting,
    Posture,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    simulate,
)
from tracker.sim.sensor import LSM6DSOX

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTPUT: Final = Path(__file__).with_name("hip_set.h")

REPS: Final = 8
REST_S: Final = 8.0
"""Before and after the set, s: when it is played in a loop, sixteen seconds lie between two."""
REP: Final = RepPlan(concentric_s=0.9, hold_s=0.6, eccentric_s=1.0, bottom_s=0.3)
SEED: Final = 16

CONFIG: Final = ProfileConfig(104, 8, 1000, 0.000244, 0.035)
"""What the tracker selects on this chip, with the LSBs of its data sheet."""

HEAD: Final = """\
/* {reps} hip thrusts of the tracker's simulated lifter, as an LSM6DS3TR-C would count
 * them at {rate} Hz, ±{acc} g and ±{gyro} degrees/s: accelerometer x y z, then gyroscope x y z.
 * Nobody lifted this. Made by make_set.py. */
#ifndef HIP_SET_H
#define HIP_SET_H

#include <stdint.h>

#define HIP_SET_REPS {reps}
#define HIP_SET_RATE_HZ {rate}
#define HIP_SET_SAMPLES {samples}

static const int16_t hip_set[HIP_SET_SAMPLES][6] = {{
"""
TAIL: Final = """};

#endif
"""


def counts() -> NDArray[np.int16]:
    """Return accelerometer and gyroscope of every sample, shape (n, 6)."""
    plan = SessionPlan(
        exercise="hip_thrust",
        blocks=(
            ActivityPlan(Activity.REST, REST_S),
            SetPlan((REP,) * REPS),
            ActivityPlan(Activity.REST, REST_S),
        ),
        mounting=Mounting.drawn(np.random.default_rng(SEED)),
        # It is measured over wider ranges than it is counted in, so that it clips only once.
        sensor=SensorPlan(CONFIG.rate_hz, 16, 2000, LSM6DSOX),
        starts=Posture.LYING,
    )
    _, acc_mps2, gyro_radps = simulate(plan, SEED).samples()
    if gyro_radps is None:
        raise ValueError("expected a plan with a gyroscope")
    return np.hstack([CONFIG.acc_counts(acc_mps2), CONFIG.gyro_counts(gyro_radps)])


def header() -> str:
    """Return the text of hip_set.h."""
    rows = counts()
    head = HEAD.format(
        reps=REPS,
        rate=CONFIG.rate_hz,
        acc=CONFIG.acc_range_g,
        gyro=CONFIG.gyro_range_dps,
        samples=len(rows),
    )
    lines = [f"{{{','.join(map(str, row))}}},\n" for row in rows.tolist()]
    return head + "".join(lines) + TAIL


def main() -> None:
    """Write the file, or what would be in it to stdout with `-`."""
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(header())
    else:
        OUTPUT.write_text(header(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
