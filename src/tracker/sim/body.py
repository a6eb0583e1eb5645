"""A body that is told what to do next and keeps account of its coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sim.channels import Channel, Knock, Move, Wave
from tracker.sim.kinematics import Pose, Slip
from tracker.sim.plan import Activity, Posture
from tracker.sim.profiles import MIN_JERK

if TYPE_CHECKING:
    from tracker.sim.plan import LifterPlan
    from tracker.sim.profiles import SpeedProfile

_STANDING_DEG: Final = -88.0
"""Trunk of somebody who stands: hips below shoulders."""

_SITTING_DEG: Final = -62.0
"""Trunk of somebody who sits on the floor and leans against the bench."""

_HIP_HEIGHT_M: Final = {Posture.STANDING: 0.95, Posture.SITTING: 0.12, Posture.LYING: 0.16}
"""Hips above the floor; a lying lifter's are just off it."""

_SLIP_S: Final = 0.25
"""A strap slides in a jerk of this length, s."""


class Incident(Enum):
    """What happens during a set besides its reps."""

    ATTEMPT = "attempt"
    """A movement under half of the range: not a rep."""
    DIP = "dip"
    """The hips sag and come back during a hold."""
    SLIP = "slip"
    """The strap slides."""
    KNOCK = "knock"
    """Plates hit the floor."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A labelled stretch that is no rep."""

    kind: Activity | Incident
    """What it is."""
    start_s: float
    """When it starts, s."""
    end_s: float
    """When it ends, s."""


class Body:
    """Coordinates up to now, and where now is.

    Parameters
    ----------
    lifter
        The body and its habits.
    starts
        Posture at second 0.
    rng
        Decides what the plan leaves open.
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
        """Turn the trunk, starting now, and be there when it is done."""
        self.push(self.pose.pitch, np.radians(pitch_deg - self.pitch_deg), duration_s, profile)
        self.pitch_deg = pitch_deg
        self.now_s += duration_s

    def settle(self, posture: Posture, duration_s: float) -> None:
        """Change the posture; hips and trunk move together."""
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
        """Move one coordinate, starting `after_s` from now, without waiting for it."""
        channel.moves.append(Move(self.now_s + after_s, duration_s, float(delta), profile))

    def wave(
        self, channel: Channel, amplitude: float, frequency_hz: float, duration_s: float
    ) -> None:
        """Let one coordinate swing from now on, with a phase that the seed decides."""
        phase_rad = float(self.rng.uniform(-np.pi, np.pi))
        wave = Wave(self.now_s, duration_s, float(amplitude), float(frequency_hz), phase_rad)
        channel.waves.append(wave)

    def knock(self, channel: Channel, peak_mps2: float, duration_s: float, at_s: float) -> None:
        """Add an impact whose middle is at `at_s`."""
        channel.knocks.append(Knock(at_s - 0.5 * duration_s, duration_s, peak_mps2))

    def slip(self, angle_deg: float) -> None:
        """Let the strap slide, starting now, about an axis that the seed decides."""
        x, y, z = (float(part) for part in self.rng.standard_normal(3))
        norm = float(np.sqrt(x * x + y * y + z * z))
        angle = Channel(moves=[Move(self.now_s, _SLIP_S, float(np.radians(angle_deg)))])
        self.pose.slips.append(Slip((x / norm, y / norm, z / norm), angle))
        self.note(Incident.SLIP, self.now_s, self.now_s + _SLIP_S)

    def note(self, kind: Activity | Incident, start_s: float, end_s: float) -> None:
        """Write a labelled stretch down."""
        self.episodes.append(Episode(kind, start_s, end_s))

    def _pitch_deg(self, posture: Posture) -> float:
        match posture:
            case Posture.STANDING:
                return _STANDING_DEG
            case Posture.SITTING:
                return _SITTING_DEG
            case Posture.LYING:
                return self.lifter.bottom_deg
