"""What a few seconds of a sensor's data show, in numbers.

Nothing here touches a radio: decoded samples in, figures out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Fault, FaultReason
from tracker.domain.units import RADPS_PER_DPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tracker.domain import Frame

STILL_WINDOW_S: Final = 1.0
"""Long enough for a mean, short enough to lie between two touches."""

STILL_ACC_MPS2: Final = 0.4
"""Standard deviation of a sensor that lies on a table, m/s²: the noisiest chip has half of it."""

STILL_GYRO_DPS: Final = 2.0
"""The same of its gyroscope, degrees/s."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What a few seconds of data show; None means unknown."""

    samples: int
    """Samples that were decoded."""
    rate_hz: float | None
    """Samples per second, by their arrival."""
    still: bool
    """Whether the sensor lay still for a second, without which the rest is not judged."""
    gravity_mps2: float | None = None
    """Length of the mean acceleration at rest, m/s²."""
    acc_noise_mps2: float | None = None
    """Standard deviation of the noisiest axis at rest, m/s²."""
    has_gyroscope: bool = False
    gyro_bias_dps: float | None = None
    """Length of the mean angular rate at rest, degrees/s."""
    gyro_noise_dps: float | None = None
    """Standard deviation of the noisiest axis at rest, degrees/s."""
    lost: int = 0
    """Packets or samples that the decoder missed."""
    refused: int = 0
    """Packets that the decoder could not read."""
    battery_percent: int | None = None


def examine(results: Iterable[Frame | Fault], battery_percent: int | None = None) -> Checkup:
    """Return what decoded data show.

    Parameters
    ----------
    results
        What the sensor's decoder gave, in order.
    battery_percent
        Charge, if the sensor told it.
    """
    frames: list[Frame] = []
    faults: Counter[bool] = Counter()
    for result in results:
        if isinstance(result, Fault):
            faults[result.reason is FaultReason.LOST] += result.count
        else:
            frames.append(result)
    samples = sum(len(frame.acc_mps2) for frame in frames)
    rate_hz = _rate_hz(frames)
    known = Checkup(
        samples=samples,
        rate_hz=rate_hz,
        still=False,
        has_gyroscope=any(frame.gyro_radps is not None for frame in frames),
        lost=faults[True],
        refused=faults[False],
        battery_percent=battery_percent,
    )
    return known if rate_hz is None else _at_rest(known, frames, rate_hz)


def _rate_hz(frames: Sequence[Frame]) -> float | None:
    """Return samples per second; the first packet's were gathered before it arrived."""
    if len(frames) < 2:
        return None
    span_s = frames[-1].received_s - frames[0].received_s
    return sum(len(frame.acc_mps2) for frame in frames[1:]) / span_s if span_s > 0.0 else None


def _at_rest(known: Checkup, frames: Sequence[Frame], rate_hz: float) -> Checkup:
    """Add what the quietest second shows."""
    acc = np.concatenate([frame.acc_mps2 for frame in frames])
    gyro_dps = None
    if all(frame.gyro_radps is not None for frame in frames):
        turns = [frame.gyro_radps for frame in frames if frame.gyro_radps is not None]
        gyro_dps = np.concatenate(turns) / RADPS_PER_DPS
    window = max(2, round(rate_hz * STILL_WINDOW_S))
    if len(acc) < window:
        return known
    starts = range(0, len(acc) - window + 1, max(1, window // 4))
    quietest = min(starts, key=lambda start: _spread(acc[start : start + window]))
    quiet = slice(quietest, quietest + window)
    noise = _spread(acc[quiet])
    gyro_noise = None if gyro_dps is None else _spread(gyro_dps[quiet])
    still = noise < STILL_ACC_MPS2 and (gyro_noise is None or gyro_noise < STILL_GYRO_DPS)
    if not still:
        return known
    bias_dps = None if gyro_dps is None else float(np.linalg.norm(gyro_dps[quiet].mean(axis=0)))
    return replace(
        known,
        still=True,
        gravity_mps2=float(np.linalg.norm(acc[quiet].mean(axis=0))),
        acc_noise_mps2=noise,
        gyro_bias_dps=bias_dps,
        gyro_noise_dps=gyro_noise,
    )


def _spread(values: NDArray[np.float64]) -> float:
    return float(values.std(axis=0).max())
