"""Samples in, motion of the pelvis out: bias, orientation, smoothing and height in one stage.

Vertical velocity and travel come from integration, which drifts, so everything slower than a few
reps is filtered out: what remains is travel about a slowly following middle. It serves to find the
movements; the rise of a rep is measured between its own two standstills.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import signal

from tracker.domain import AccErrors, ImuBlock, MotionBlock
from tracker.signal.bias import AccelBiasEstimator, GyroBiasEstimator
from tracker.signal.orientation import (
    AccelBiasCompensator,
    AccelOnlyInclination,
    InclinationFilter,
    lengths,
)
from tracker.signal.smoothing import Smoother

if TYPE_CHECKING:
    from numpy.typing import NDArray

CORNER_HZ: Final = 0.08
"""Below this, travel is drift: a rep takes 1 to 8 s."""


class HeightFilter:
    """Leaky double integration of vertical acceleration."""

    def __init__(self, rate_hz: float) -> None:
        corner = 2.0 * np.pi * CORNER_HZ
        # s / (s + w)² from acceleration to velocity, and once more from velocity to travel.
        self._taps = signal.bilinear([1.0, 0.0], [1.0, 2.0 * corner, corner**2], fs=rate_hz)
        # It begins at a standstill in the middle.
        self._velocity_state = np.zeros(2)
        self._height_state = np.zeros(2)

    def process(
        self, vertical_mps2: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return velocity, m/s, and height, m, each of shape (n,)."""
        if not len(vertical_mps2):
            return vertical_mps2, vertical_mps2
        numerator, denominator = self._taps
        velocity, self._velocity_state = signal.lfilter(
            numerator, denominator, vertical_mps2, zi=self._velocity_state
        )
        height, self._height_state = signal.lfilter(
            numerator, denominator, velocity, zi=self._height_state
        )
        return velocity, height


SMOOTHING_HALF_WIDTH_S: Final = 0.05
"""Keeps the edges of a 0.5 s concentric, takes out impacts and tremor above 10 Hz; the delay."""

UNKNOWN: Final = AccelBiasEstimator().known
"""What is known of the accelerometer's errors where nothing was learnt."""


class MotionStage:
    """Turns uniform sensor samples into motion; works with and without a gyroscope."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._bias = GyroBiasEstimator()
        self._last: ImuBlock | None = None
        self._restart(0.0)

    def _restart(self, start_s: float) -> None:
        """Begin anew: of what was known, only the sensor's errors outlive a gap."""
        rate_hz = self._rate_hz
        self._bias.restart()
        self._upright = InclinationFilter(rate_hz)
        self._lean = AccelBiasCompensator(rate_hz)
        self._arc = AccelOnlyInclination(rate_hz)
        self._smoother = Smoother(round(SMOOTHING_HALF_WIDTH_S * rate_hz))
        self._rough = np.empty(0)
        """Upward accelerations that are still in the smoother."""
        self._height = HeightFilter(rate_hz)
        self._pending_restart = True
        self._start_s = start_s
        self._samples = 0
        """Since `_start_s`."""

    def process(self, block: ImuBlock) -> MotionBlock:
        """Return the motion that `block` completes, at the times of the samples, delay removed."""
        if block.restart:
            self._restart(block.start_s)
        if len(block.acc_mps2):
            self._last = block
        if block.gyro_radps is None:
            up, rate, vertical = self._arc.process(block.acc_mps2)
            return self._block(up, rate, vertical, np.zeros(len(up)), ((0, UNKNOWN),))
        rate_raw, known = self._bias.process(block.acc_mps2, block.gyro_radps)
        up, vertical = self._upright.process(block.acc_mps2, rate_raw)
        stacked = np.concatenate((up.T, rate_raw.T, vertical[None]))
        smooth = self._smoother.process(stacked.T).T
        length = np.maximum(lengths(smooth[:3]), 1e-9)
        rough = np.concatenate((self._rough, vertical))
        knock, self._rough = rough[: smooth.shape[1]] - smooth[6], rough[smooth.shape[1] :]
        # The first samples of a stream are still in the smoother.
        held = len(block.acc_mps2) - smooth.shape[1]
        since = tuple((max(sample - held, 0), errors) for sample, errors in known)
        return self._block((smooth[:3] / length).T, smooth[3:6].T, smooth[6], knock, since)

    def finish(self) -> MotionBlock:
        """Return the samples that the delay still holds, with the last one held still."""
        last = self._last
        if last is None:
            return self._block(
                np.empty((0, 3)), np.empty((0, 3)), np.empty(0), np.empty(0), ((0, UNKNOWN),)
            )
        delay = (self._arc if last.gyro_radps is None else self._smoother).delay_samples
        gyro = None if last.gyro_radps is None else np.repeat(last.gyro_radps[-1:], delay, axis=0)
        held = ImuBlock(0.0, self._rate_hz, np.repeat(last.acc_mps2[-1:], delay, axis=0), gyro)
        return self.process(held)

    def _block(
        self,
        up: NDArray[np.float64],
        rate: NDArray[np.float64],
        vertical: NDArray[np.float64],
        knock: NDArray[np.float64],
        known: tuple[tuple[int, AccErrors], ...],
    ) -> MotionBlock:
        offset = np.zeros((3, len(up)))
        ends = [sample for sample, _ in known[1:]] + [len(up)]
        for (sample, errors), end in zip(known, ends, strict=True):
            offset[:, sample:end] = errors.mean[:3, None]
        velocity, height = self._height.process(vertical - self._lean.process(up, offset.T))
        restart = self._pending_restart and bool(len(up))
        block = MotionBlock(
            start_s=self._start_s + self._samples / self._rate_hz,
            rate_hz=self._rate_hz,
            up=up,
            rate_radps=rate,
            vertical_mps2=vertical,
            knock_mps2=knock,
            velocity_mps=velocity,
            height_m=height,
            acc_errors=known,
            restart=restart,
            gyroscope=self._last is None or self._last.gyro_radps is not None,
        )
        self._pending_restart = self._pending_restart and not restart
        self._samples += len(up)
        return block
