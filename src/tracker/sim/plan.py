"""Everything that a simulated session is made of, said before it happens.

A plan is explicit: two simulations of one plan differ only in what the seed decides (fidgets,
tremor, noise, radio). Movements are given from standstill to standstill; the phases of the truth
are a little different, because a phase starts and ends at 10 % of the movement's peak speed.

The sensor, how it is worn, and the radio: everything between the hips and the host.
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


class Posture(Enum):
    """How the lifter rests between movements."""

    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"
    """Shoulder blades on the bench (or floor), hips at the bottom: where a set starts."""


class Activity(Enum):
    """What a lifter does besides reps."""

    SIT_DOWN = "sit_down"
    ROLL_BAR = "roll_bar"
    """Sitting, the bar is rolled over the thighs."""
    LIE_BACK = "lie_back"
    SHUFFLE = "shuffle"
    """Lying, the hips are lifted a little and put down elsewhere."""
    ADJUST = "adjust"
    """Lying, small turns until everything sits."""
    REST = "rest"
    """Lying, breathing, with a small movement now and then."""
    SIT_UP = "sit_up"
    STAND_UP = "stand_up"
    STAND = "stand"
    WALK = "walk"


class Touch(Enum):
    """What happens at the bottom of a rep."""

    NONE = "none"
    """The hips stop or turn in mid-air."""
    FLOOR = "floor"
    """The plates or the hips hit the floor."""


DIP_S: Final = 0.9
"""A dip during the hold lasts this long, s: half down, half up."""

DIP_PAUSE_S: Final = 0.2
"""Least stillness that goes with each dip, s."""


@dataclass(frozen=True, slots=True)
class RepPlan:
    """One movement up, what happens at the top, and the movement down."""

    concentric_s: float = 1.0
    """Way up, from standstill to standstill, s."""
    hold_s: float = 1.0
    """Standstill at the top, s; below 0.02 the movement just turns."""
    eccentric_s: float = 1.5
    """Way down, from standstill to standstill, s."""
    bottom_s: float = 0.5
    """Standstill at the bottom before the next rep, s; below 0.02 the movement just turns."""
    reach: float = 1.0
    """Share of the swing at which the way up ends: under 0.85 no lockout, under 0.5 no rep."""
    sink: float = 1.0
    """How far the way down goes: 1 back to the bottom, 0.9 leaves a tenth of the swing."""
    skew: float = 0.0
    """Early (> 0) or late (< 0) peak speed on the way up, within ±0.5."""
    sticking: float = 0.0
    """Loss of speed at the sticking point of the way up, 0 to 0.7."""
    sticking_at: float = 0.3
    """Where it sticks, share of the time, 0.25 to 0.75: early with a bar, late with a band."""
    touch: Touch = Touch.NONE
    """What happens at the bottom."""
    knock_g: float = 0.0
    """Peak of the spike when plates hit the floor, g; 3 to 10 with a bar."""
    dips: int = 0
    """How often the hips sag and come back during the hold; each takes `DIP_S` of it."""
    dip_share: float = 0.15
    """Depth of a dip, share of the swing."""
    slip_deg: float = 0.0
    """How far the strap slides at the bottom after this rep, degrees."""

    def __post_init__(self) -> None:
        if min(self.concentric_s, self.eccentric_s) <= 0.0:
            raise ValueError("a movement must take time: concentric_s and eccentric_s above 0")
        if self.dips and self.hold_s < self.dips * (DIP_S + DIP_PAUSE_S):
            raise ValueError(f"a hold of {self.hold_s} s has no room for {self.dips} dips")

    @property
    def duration_s(self) -> float:
        """Time from its start to the next rep's, s."""
        return self.concentric_s + self.hold_s + self.eccentric_s + self.bottom_s


@dataclass(frozen=True, slots=True)
class SetPlan:
    """Reps in a row."""

    reps: tuple[RepPlan, ...]
    """In the order in which they are done."""


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """Something else for a while."""

    activity: Activity
    """What is done."""
    duration_s: float
    """How long, s; the change of posture that it needs is part of it."""


@dataclass(frozen=True, slots=True)
class LifterPlan:
    """A body and the way it moves."""

    trunk_length_m: float = 0.45
    """From the shoulder blades on the bench to the hips, m."""
    bottom_deg: float = -36.0
    """Pitch of the trunk at the bottom, degrees above level."""
    top_deg: float = 11.0
    """Pitch at a full lockout, degrees above level."""
    roll_deg: float = 1.0
    """Drop of one side of the pelvis at the top, degrees; 3 to 8 on a single leg."""
    sway_deg: float = 0.5
    """Sideways wander of the hips during a rep, degrees."""
    tremor_deg: float = 0.03
    """Amplitude of the tremor during holds, degrees."""
    breath_deg: float = 0.2
    """Amplitude of the breath while lying still, degrees."""

    @property
    def swing_deg(self) -> float:
        """Full range of the lift, degrees."""
        return self.top_deg - self.bottom_deg


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One session from the first second to the last."""

    exercise: str
    """Name of the exercise, as in the domain."""
    blocks: tuple[SetPlan | ActivityPlan, ...]
    """What the lifter does, in order."""
    lifter: LifterPlan = field(default_factory=LifterPlan)
    """Who does it."""
    mounting: Mounting = field(default_factory=Mounting)
    """How the sensor is worn."""
    sensor: SensorPlan = field(default_factory=SensorPlan)
    """What is worn."""
    radio: RadioPlan = field(default_factory=RadioPlan)
    """How it is heard."""
    starts: Posture = Posture.STANDING
    """Posture at session second 0."""
    note: str = ""
    """What is special about this session, for people."""
