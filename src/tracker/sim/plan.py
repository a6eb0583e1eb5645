"""The plan of a simulated session: lifter, movements, sensor and radio.

A plan is explicit: two simulations of one plan differ only in what the seed decides (fidgets,
tremor, noise, radio). Movements are timed from standstill to standstill. Phases in the truth are
slightly different, because a phase starts and ends at 10 % of the movement's peak speed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Mounting:
    """How the sensor sits on the hips."""

    quaternion: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    """Unit quaternion (w, x, y, z) from trunk axes to sensor axes."""
    lever_arm_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Position of the sensor relative to the hip axis, trunk axes, m."""

    @classmethod
    def drawn(cls, rng: np.random.Generator, reach_m: float = 0.05) -> Mounting:
        """Return a random mounting, uniform over all rotations."""
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
    """Errors of a sensor's samples; with all zeros the sensor is ideal."""

    acc_density_ug_rthz: float = 0.0
    """White noise of the accelerometer, µg/√Hz."""
    gyro_density_mdps_rthz: float = 0.0
    """White noise of the gyroscope, mdps/√Hz."""
    acc_bias_mg: float = 0.0
    """Largest constant offset of an accelerometer axis, mg."""
    gyro_bias_dps: float = 0.0
    """Largest constant offset of a gyroscope axis, dps."""
    gyro_drift_dps: float = 0.0
    """Largest further offset that a gyroscope axis gains while it warms up, dps."""
    scale_error: float = 0.0
    """Largest relative scale error of an axis."""
    cross_axis: float = 0.0
    """Largest share of one axis that leaks into another."""


@dataclass(frozen=True, slots=True)
class SensorPlan:
    """The sensor."""

    rate_hz: int = 100
    """Configured sample rate."""
    acc_range_g: int = 8
    """Full scale of the accelerometer, g."""
    gyro_range_dps: int | None = 1000
    """Full scale of the gyroscope, dps; None without a gyroscope."""
    noise: MemsNoise = field(default_factory=MemsNoise)
    rate_error: float = 0.0
    """Relative error of the sample rate; up to ±0.01 with an internal oscillator."""
    crystal_ppm: float = 0.0
    """Error of the timestamp clock, ppm; usually within ±50."""
    first_stamp_us: int = 0
    """Device clock at session second 0, µs; a large value makes it wrap during the session."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A period without a connection."""

    start_s: float
    duration_s: float
    """Until samples arrive again, s."""
    reboots: bool = False
    """Whether the sensor restarts: its packet counter and clock begin again at 0."""


@dataclass(frozen=True, slots=True)
class RadioPlan:
    """The radio link from the sensor to the host."""

    samples_per_packet: int = 4
    interval_s: float = 0.03
    """Connection interval, s: packets wait for the next connection event."""
    jitter_s: float = 0.005
    """Mean of the exponential delay that the host adds, s."""
    stall_share: float = 0.02
    """Share of packets at which the host stalls for 0.1 to 0.3 s, holding up later ones."""
    loss_share: float = 0.0
    """Share of packets that never arrive, in bursts of 1 to 5."""
    disconnects: tuple[Disconnect, ...] = ()
    """In order."""
    first_sequence: int = 0
    """Counter of the first packet; a large value makes it wrap during the session."""


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)


class Posture(Enum):
    """The lifter's posture between movements."""

    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"
    """Shoulder blades on the bench or floor, hips at the bottom: where a set starts."""


class Activity(Enum):
    """What a lifter does between sets."""

    SIT_DOWN = "sit_down"
    ROLL_BAR = "roll_bar"
    """Sitting, rolling the bar over the thighs."""
    LIE_BACK = "lie_back"
    SHUFFLE = "shuffle"
    """Lying, lifting the hips a little and putting them down elsewhere."""
    ADJUST = "adjust"
    """Lying, getting comfortable with small turns."""
    REST = "rest"
    """Lying, breathing, with an occasional small movement."""
    SIT_UP = "sit_up"
    STAND_UP = "stand_up"
    STAND = "stand"
    WALK = "walk"


class Touch(Enum):
    """What happens at the bottom of a rep."""

    NONE = "none"
    """The hips stop or reverse in mid-air."""
    FLOOR = "floor"
    """The plates or the hips hit the floor."""


DIP_S: Final = 0.9
"""Duration of a dip during the lockout, s: half down, half up."""

DIP_PAUSE_S: Final = 0.2
"""Least pause with each dip, s."""


@dataclass(frozen=True, slots=True)
class RepPlan:
    """Concentric, lockout, eccentric and bottom, each timed from standstill to standstill."""

    concentric_s: float = 1.0
    hold_s: float = 1.0
    """Standstill at the top, s; below 0.02 the movement simply reverses."""
    eccentric_s: float = 1.5
    bottom_s: float = 0.5
    """Standstill before the next rep, s; below 0.02 the movement simply reverses."""
    reach: float = 1.0
    """Share of the swing at which the concentric ends: under 0.85 no lockout, under 0.5 no rep."""
    sink: float = 1.0
    """Share of the swing that the eccentric comes down: 1 is back to the bottom."""
    skew: float = 0.0
    """Early (> 0) or late (< 0) peak speed in the concentric, within ±0.5."""
    sticking: float = 0.0
    """Share of speed lost at the sticking point of the concentric, 0 to 0.7."""
    sticking_at: float = 0.3
    """Sticking point, share of the time, 0.25 to 0.75: early with a bar, late with a band."""
    touch: Touch = Touch.NONE
    knock_g: float = 0.0
    """Peak acceleration when plates hit the floor, g; 3 to 10 with a bar."""
    dips: int = 0
    """Times the hips sag during the lockout; each takes `DIP_S` of it."""
    dip_share: float = 0.15
    """Depth of a dip as a share of the swing."""
    slip_deg: float = 0.0
    """Angle by which the strap slides at the bottom after this rep, degrees."""

    def __post_init__(self) -> None:
        if min(self.concentric_s, self.eccentric_s) <= 0.0:
            raise ValueError("concentric_s and eccentric_s must be above 0")
        if self.dips and self.hold_s < self.dips * (DIP_S + DIP_PAUSE_S):
            raise ValueError(f"a hold of {self.hold_s} s is too short for {self.dips} dips")

    @property
    def duration_s(self) -> float:
        """Time from this rep's start to the next rep's, s."""
        return self.concentric_s + self.hold_s + self.eccentric_s + self.bottom_s


@dataclass(frozen=True, slots=True)
class SetPlan:
    """Consecutive reps."""

    reps: tuple[RepPlan, ...]


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """Something other than a set."""

    activity: Activity
    duration_s: float
    """Including the change of posture that it needs, s."""


@dataclass(frozen=True, slots=True)
class LifterPlan:
    """A body and how it moves."""

    trunk_length_m: float = 0.45
    """From the shoulder blades on the bench to the hips, m."""
    bottom_deg: float = -36.0
    """Pitch of the trunk at the bottom, degrees above horizontal."""
    top_deg: float = 11.0
    """Pitch at a full lockout, degrees above horizontal."""
    roll_deg: float = 1.0
    """Drop of one side of the pelvis at the top, degrees; 3 to 8 on a single leg."""
    sway_deg: float = 0.5
    """Sideways sway of the hips during a rep, degrees."""
    tremor_deg: float = 0.03
    """Amplitude of tremor during lockouts, degrees."""
    breath_deg: float = 0.2
    """Amplitude of breathing while lying still, degrees."""

    @property
    def swing_deg(self) -> float:
        """Full range of the lift, degrees."""
        return self.top_deg - self.bottom_deg


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One whole session."""

    exercise: str
    """Name of the exercise, as in the domain."""
    blocks: tuple[SetPlan | ActivityPlan, ...]
    """What the lifter does, in order."""
    lifter: LifterPlan = field(default_factory=LifterPlan)
    mounting: Mounting = field(default_factory=Mounting)
    sensor: SensorPlan = field(default_factory=SensorPlan)
    radio: RadioPlan = field(default_factory=RadioPlan)
    starts: Posture = Posture.STANDING
    """Posture at session second 0."""
    note: str = ""
    """A remark for the recording's header."""
