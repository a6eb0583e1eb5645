"""The sensor, how it is worn, and the radio: everything between the hips and the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Mounting:
    """How the sensor sits on the hips."""

    quaternion: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    """Unit quaternion (w, x, y, z) that turns trunk axes into sensor axes."""
    lever_arm_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Place of the sensor from the hip axis, trunk axes, m."""

    @classmethod
    def drawn(cls, rng: np.random.Generator, reach_m: float = 0.05) -> Mounting:
        """Return a mounting that is any way round, uniformly over all rotations."""
        w, x, y, z = (float(part) for part in _unit(rng.standard_normal(4)))
        left, belly, along = rng.uniform(-reach_m, reach_m, 3)
        return cls((w, x, y, z), (float(along), float(left), float(belly)))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The rotation from trunk axes to sensor axes, shape (3, 3)."""
        w, x, y, z = _unit(np.array(self.quaternion))
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )


@dataclass(frozen=True, slots=True)
class MemsNoise:
    """How far a sensor's samples are from what it feels; zeros make it perfect."""

    acc_density_ug_rthz: float = 0.0
    """White noise of the accelerometer, µg/√Hz."""
    gyro_density_mdps_rthz: float = 0.0
    """White noise of the gyroscope, mdps/√Hz."""
    acc_bias_mg: float = 0.0
    """Largest constant error of an accelerometer axis, mg; drawn within ± this."""
    gyro_bias_dps: float = 0.0
    """Largest constant error of a gyroscope axis, dps; drawn within ± this."""
    gyro_drift_dps: float = 0.0
    """Largest further error that a gyroscope axis gains while it warms up, dps."""
    scale_error: float = 0.0
    """Largest relative error of an axis' scale."""
    cross_axis: float = 0.0
    """Largest share of one axis that leaks into another."""


@dataclass(frozen=True, slots=True)
class SensorPlan:
    """The sensor that is worn."""

    rate_hz: int = 100
    """Nominal samples per second, as the configuration says."""
    acc_range_g: int = 8
    """Full scale of the accelerometer, g."""
    gyro_range_dps: int | None = 1000
    """Full scale of the gyroscope, dps; None for an accelerometer alone."""
    noise: MemsNoise = field(default_factory=MemsNoise)
    """Errors of the samples."""
    rate_error: float = 0.0
    """Relative error of the sample rate; up to ±0.01 where an internal oscillator makes it."""
    crystal_ppm: float = 0.0
    """Error of the clock behind the stamps, ppm; usually within ±50."""
    first_stamp_us: int = 0
    """Reading of the device clock at session second 0, µs; a large value brings its wrap near."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A time without a connection."""

    start_s: float
    """When the radio goes silent, s."""
    duration_s: float
    """Until samples come again, s."""
    reboots: bool = False
    """True where the sensor started anew: its packet counter and clock begin again at 0."""


@dataclass(frozen=True, slots=True)
class RadioPlan:
    """The way from the sensor to the host."""

    samples_per_packet: int = 4
    """Samples in one notification."""
    interval_s: float = 0.03
    """Connection interval: packets wait for its next tick, s."""
    jitter_s: float = 0.005
    """Mean of the exponential delay that the host adds, s."""
    stall_share: float = 0.02
    """Share of the packets at which the host stalls for 0.1 to 0.3 s; those behind wait."""
    loss_share: float = 0.0
    """Share of the packets that never arrive, in bursts of 1 to 5."""
    disconnects: tuple[Disconnect, ...] = ()
    """Longer times without a connection, in order."""
    first_sequence: int = 0
    """Counter of the first packet; a large value brings its wrap near."""


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)
