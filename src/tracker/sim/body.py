"""The lifter's body: where its trunk is over time, and what an ideal sensor on it reads.

The trunk is a rigid rod that turns about the shoulder blades. World axes: x forward, y to the
wearer's left, z up. Trunk axes: x from the shoulders to the hips, y to the left, z out of the
belly; the two coincide when the wearer lies supine with the trunk level.

Rates and accelerations are passed outward from joint to joint, as along a robot arm, so gyroscope
and accelerometer agree to rounding error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sim.plan import Activity, Posture
from tracker.sim.trajectories import MIN_JERK, Channel, Knock, Move, Wave

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.sim.plan import LifterPlan, Mounting
    from tracker.sim.trajectories import SpeedProfile

_UP: Final = (0.0, 0.0, 1.0)
_LEFT: Final = (0.0, 1.0, 0.0)
_RIGHT: Final = (0.0, -1.0, 0.0)
_LENGTHWISE: Final = (1.0, 0.0, 0.0)

_PITCH_DEG: Final = {Posture.STANDING: -88.0, Posture.SITTING: -62.0}
"""Pitch of the trunk: hips below shoulders, sitting on the floor and leaning against the bench;
lying, it is the lifter's own."""

_HIP_HEIGHT_M: Final = {Posture.STANDING: 0.95, Posture.SITTING: 0.12, Posture.LYING: 0.16}
"""Height of the hips above the floor, m; lying, they are just off it."""

_SLIP_S: Final = 0.25
"""How long one slip of the strap takes, s."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A lasting rotation of the sensor on the body, as when the strap slides."""

    axis: tuple[float, float, float]
    """Unit vector in trunk axes."""
    angle: Channel
    """Angle over time, rad."""


@dataclass(slots=True)
class Pose:
    """The body's coordinates over time."""

    trunk_length_m: float
    """From the shoulder blades to the hips, m."""
    pitch: Channel
    """Trunk above horizontal, rad: positive with the hips above the shoulders."""
    heading: Channel = field(default_factory=Channel)
    """Rotation about the vertical, rad."""
    sway: Channel = field(default_factory=Channel)
    """Rotation about the trunk's z axis, rad: the hips move sideways."""
    roll: Channel = field(default_factory=Channel)
    """Rotation about the trunk's long axis, rad: one side of the pelvis drops."""
    forward: Channel = field(default_factory=Channel)
    """Shoulder blades along x, m."""
    leftward: Channel = field(default_factory=Channel)
    """Shoulder blades along y, m."""
    upward: Channel = field(default_factory=Channel)
    """Shoulder blades along z, m."""
    slips: list[Slip] = field(default_factory=list)
    """Rotations of the sensor on the body, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinematics:
    """Readings of an ideal sensor on the hips, and its inclination."""

    specific_force_mps2: NDArray[np.float64]
    """Acceleration minus gravity, sensor axes, m/s², shape (n, 3)."""
    rate_radps: NDArray[np.float64]
    """Angular rate, sensor axes, rad/s, shape (n, 3)."""
    up_sensor: NDArray[np.float64]
    """Unit vector upwards, sensor axes, shape (n, 3)."""
    tilt_rad: NDArray[np.float64]
    """Angle of the pelvis' left–right axis above horizontal, rad, shape (n,)."""


class _Joints:
    """Orientation, rate and angular acceleration of the outermost link, in its own axes."""

    def __init__(self, samples: int) -> None:
        self.attitude = np.broadcast_to(np.eye(3), (samples, 3, 3))
        """Link axes to world axes, shape (n, 3, 3)."""
        self.rate = np.zeros((samples, 3))
        self.accel = np.zeros((samples, 3))

    def turn(
        self,
        axis: tuple[float, float, float],
        angle: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Add a hinge; return the rotation from the new link's axes to the previous link's."""
        value, rate, accel = angle
        direction = np.array(axis)
        rotation = _about(direction, value)
        carried = _into(rotation, self.rate)
        own = rate[:, None] * direction
        self.accel = (
            _into(rotation, self.accel) + accel[:, None] * direction + np.cross(carried, own)
        )
        self.rate = carried + own
        self.attitude = self.attitude @ rotation
        return rotation


def ideal_readings(pose: Pose, mounting: Mounting, time_s: NDArray[np.float64]) -> Kinematics:
    """Return what an ideal sensor, mounted like this, reads at increasing times, s, shape (n,)."""
    trunk = _Joints(time_s.size)
    trunk.turn(_UP, pose.heading.evaluate(time_s))
    trunk.turn(_RIGHT, pose.pitch.evaluate(time_s))
    trunk.turn(_UP, pose.sway.evaluate(time_s))
    trunk.turn(_LENGTHWISE, pose.roll.evaluate(time_s))
    tilt_rad = np.arcsin(np.clip(trunk.attitude[:, 2, 1], -1.0, 1.0))

    arm = np.array([pose.trunk_length_m, 0.0, 0.0]) + np.array(mounting.lever_arm_m)
    pivot = (pose.forward, pose.leftward, pose.upward)
    push = np.stack([channel.evaluate(time_s)[2] for channel in pivot], axis=1)
    push[:, 2] += STANDARD_GRAVITY_MPS2
    force = _into(trunk.attitude, push)
    force = force + np.cross(trunk.accel, arm)
    force = force + np.cross(trunk.rate, np.cross(trunk.rate, arm))

    # A strap slides about the sensor itself: its axes rotate, its path stays the same.
    for slip in pose.slips:
        rotation = trunk.turn(slip.axis, slip.angle.evaluate(time_s))
        force = _into(rotation, force)

    to_sensor = mounting.matrix
    return Kinematics(
        specific_force_mps2=force @ to_sensor.T,
        rate_radps=trunk.rate @ to_sensor.T,
        up_sensor=trunk.attitude[:, 2, :] @ to_sensor.T,
        tilt_rad=tilt_rad,
    )


def _into(rotation: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors in the axes that `rotation` maps from."""
    turned: NDArray[np.float64] = np.einsum("nji,nj->ni", rotation, vectors)
    return turned


def _about(axis: NDArray[np.float64], angle_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rotations about a constant unit axis (Rodrigues), shape (n, 3, 3)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sine = np.sin(angle_rad)[:, None, None]
    rest = (1.0 - np.cos(angle_rad))[:, None, None]
    rotation: NDArray[np.float64] = np.eye(3) + sine * cross + rest * (cross @ cross)
    return rotation


class Incident(Enum):
    """Something other than a rep that happens during a set."""

    ATTEMPT = "attempt"
    """A movement of less than half the range: not a rep."""
    DIP = "dip"
    """The hips sag and recover during a lockout."""
    SLIP = "slip"
    """The strap slides."""
    KNOCK = "knock"
    """Plates hit the floor."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A labelled stretch of time that is not a rep."""

    kind: Activity | Incident
    start_s: float
    end_s: float


class Body:
    """A body that moves on command and records its coordinates; `now_s` is the current time.

    `rng` decides whatever the plan leaves open.
    """

    def __init__(self, lifter: LifterPlan, starts: Posture, rng: np.random.Generator) -> None:
        self.lifter = lifter
        self.rng = rng
        self.now_s = 0.0
        self.posture = starts
        self.pitch_deg = self._pitch_deg(starts)
        self.pose = Pose(
            trunk_length_m=lifter.trunk_length_m,
            pitch=Channel(float(np.radians(self.pitch_deg))),
            heading=Channel(float(rng.uniform(-np.pi, np.pi))),
        )
        self.episodes: list[Episode] = []

    def wait(self, duration_s: float) -> None:
        """Let time pass."""
        self.now_s += duration_s

    def pitch_to(
        self, pitch_deg: float, duration_s: float, profile: SpeedProfile = MIN_JERK
    ) -> None:
        """Rotate the trunk to a pitch, starting now; afterwards now is the end of the movement."""
        self.push(self.pose.pitch, np.radians(pitch_deg - self.pitch_deg), duration_s, profile)
        self.pitch_deg = pitch_deg
        self.now_s += duration_s

    def settle(self, posture: Posture, duration_s: float) -> None:
        """Change posture; hips and trunk move together."""
        pitch_deg = self._pitch_deg(posture)
        sines = np.sin(np.radians([self.pitch_deg, pitch_deg]))
        hip_rise_m = _HIP_HEIGHT_M[posture] - _HIP_HEIGHT_M[self.posture]
        shoulder_rise_m = hip_rise_m - self.lifter.trunk_length_m * float(sines[1] - sines[0])
        self.push(self.pose.upward, shoulder_rise_m, duration_s)
        self.posture = posture
        self.pitch_to(pitch_deg, duration_s)

    def push(
        self,
        channel: Channel,
        delta: float,
        duration_s: float,
        profile: SpeedProfile = MIN_JERK,
        after_s: float = 0.0,
    ) -> None:
        """Move one coordinate, starting `after_s` from now; time does not advance."""
        channel.moves.append(Move(self.now_s + after_s, duration_s, float(delta), profile))

    def wave(
        self, channel: Channel, amplitude: float, frequency_hz: float, duration_s: float
    ) -> None:
        """Oscillate one coordinate from now on, with a random phase."""
        phase_rad = float(self.rng.uniform(-np.pi, np.pi))
        wave = Wave(self.now_s, duration_s, float(amplitude), float(frequency_hz), phase_rad)
        channel.waves.append(wave)

    def knock(self, channel: Channel, peak_mps2: float, duration_s: float, at_s: float) -> None:
        """Add an impact centred at `at_s`."""
        channel.knocks.append(Knock(at_s - 0.5 * duration_s, duration_s, peak_mps2))

    def slip(self, angle_deg: float) -> None:
        """Let the strap slide, starting now, about a random axis."""
        x, y, z = (float(part) for part in self.rng.standard_normal(3))
        norm = float(np.sqrt(x * x + y * y + z * z))
        angle = Channel(moves=[Move(self.now_s, _SLIP_S, float(np.radians(angle_deg)))])
        self.pose.slips.append(Slip((x / norm, y / norm, z / norm), angle))
        self.note(Incident.SLIP, self.now_s, self.now_s + _SLIP_S)

    def note(self, kind: Activity | Incident, start_s: float, end_s: float) -> None:
        """Label a stretch of time."""
        self.episodes.append(Episode(kind, start_s, end_s))

    def _pitch_deg(self, posture: Posture) -> float:
        return _PITCH_DEG.get(posture, self.lifter.bottom_deg)
