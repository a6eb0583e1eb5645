"""What the figures have to reach, each with where the number comes from.

Those of simulated sessions come from what is published about other devices. Those of recordings of
people are a choice: what their labels can tell, and what somebody who trains would put up with.
"""

from __future__ import annotations

from typing import Final

EXACT_SHARE: Final = 0.99
"""Simulated sets that are counted exactly; devices on the market are within one in 93 %."""

WITHIN_ONE_SHARE: Final = 1.0
"""Simulated sets with at most one rep too many or too few."""

BOUNDARY_MEDIAN_S: Final = 0.025
"""Two and a half samples of a sensor at 100 Hz."""

BOUNDARY_P95_S: Final = 0.09
"""A phase lies between two boundaries; published phases are within 0.22 s."""

ARC_BOUNDARY_MEDIAN_SHARE: Final = 0.2
"""Without a gyroscope a phase is read at 15 and 85 % of the travel, by design: that is 0.2 of the
movement after its start and before its end, if the hips move as people's do."""

ARC_BOUNDARY_P95_SHARE: Final = 0.3
"""The same, with half as much again for the noise of an accelerometer."""

LOCKOUT_P95_S: Final = 0.10
"""A hold is read to a tenth of a second by whoever coaches."""

LATENCY_MEDIAN_S: Final = 0.10
"""The number is there with the lockout, as far as anybody on a bench can tell."""

LATENCY_P95_S: Final = 0.15
"""A phase is known this long after the reversal."""

LOWERING_MEDIAN_S: Final = 0.25
LOWERING_P95_S: Final = 0.4
"""The screen's hold stops before anybody would call the hips down."""

CONFIDENT_SHARE: Final = 0.85
"""Sets whose count is told as sure: unsure ones are the exception."""

CONFIDENT_EXACT_SHARE: Final = 0.98
"""Such sets whose count is exact: what a confidence of 0.95 and more has to mean."""

HARD_EXACT_SHARE: Final = 0.97
"""Sets of another simulator's corners that are counted exactly."""

GHOSTS_PER_HOUR: Final = 0.5
GHOSTS_PER_HOUR_OF_BRIDGES: Final = 1.0
"""Reps that nobody did, in daily life with stairs; a bridge is a small movement."""

LIVE_SHARE: Final = 0.95
"""A number that comes while the hips are on their way down already is late; but of a rep that
turns at the top without a pause nobody can know sooner."""

LIVE_HOLD_SHARE: Final = 0.98
"""The same of reps that are held at all: as many as are to be counted exactly."""

ROM_SD_DEG: Final = 2.0
"""Published orientation is off by 2.7 to 8.9°."""

RISE_SD_M: Final = 0.03
"""Published vertical travel is off by 0.3 ± 3.3 cm."""

VELOCITY_BIAS_MPS: Final = 0.01
"""Published devices: 0.01 ± 0.05 m/s."""

VELOCITY_SD_MPS: Final = 0.04

SLOW_CONCENTRIC_S: Final = 2.0
"""A slower concentric has no velocity that an accelerometer could tell; it has to be flagged."""

SQUATS_EXACT_SHARE: Final = 0.95
"""Real squats: more files than the 93 % that devices on the market count within one."""

BRIDGES_EXACT_SHARE: Final = 14 / 15
"""Real bridges on a thigh that turns by as little as 6°: all but one."""

HOLD_S: Final = 0.3
"""Labels of holds were set by eye, at a share of the tilt, to 0.2 s."""

SEAT_S: Final = 0.15
"""Pelvis and seat are not the same: hips start before the seat is free and rest after."""

WITHDRAWN_PER_HOUR: Final = 12.0
"""A wrong number on the screen, even one that is taken back, at most every five minutes."""
