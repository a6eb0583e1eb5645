"""The calibration hold: a few seconds of a coached lockout give the wearer's own level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.detect.posture import mean_posture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.detect.history import History


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """What counts as holding still."""

    hold_s: float = 3.0
    """As long a hold as people can be asked for with a bar on the hips."""
    mean_s: float = 2.0
    """The end of the hold, over which its posture is the mean: before it, the hips settle."""
    wander_deg: float = 2.5
    """A posture further from where the hold began starts it anew. A trembling hold without a
    gyroscope seems to turn by 1.2° either way."""
    patience_s: float = 15.0
    """Who has not held still by now is not going to: a lockout is seldom held for so long."""


DEFAULT_SETTINGS = CalibrationSettings()
"""The settings of every session."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A hold that was long and still enough."""

    sample: int
    """Where this became known."""
    up: NDArray[np.float64]
    """Mean of up in sensor axes, a unit vector, shape (3,)."""
    wander_deg: float
    """Largest angle from that mean, degrees."""


class CalibrationHold:
    """Waits for a hold, sample by sample, however the samples come."""

    def __init__(
        self, history: History, at_s: float, settings: CalibrationSettings = DEFAULT_SETTINGS
    ) -> None:
        self._history = history
        self._at_s = at_s
        self._patience_s = settings.patience_s
        self._hold = round(settings.hold_s * history.rate_hz)
        self._mean = round(settings.mean_s * history.rate_hz)
        self._least_cosine = math.cos(math.radians(settings.wander_deg))
        self.restart()

    def restart(self) -> None:
        """Start anew with the samples to come, as after a hole in the stream."""
        history = self._history
        self._began = self._next = max(history.sample_at(self._at_s), history.stop)
        self.deadline = history.sample_at(self._at_s + self._patience_s)
        """Sample at which it is given up."""

    def scan(self, until: int) -> Held | None:
        """Take the samples before `until` and return the hold once there is one."""
        while self._next < until:
            # The posture is looked at from where the hold began up to where it may be complete.
            last = min(until, self._began + self._hold)
            up = self._history.up(self._next, last)
            there = self._history.up(self._began, self._began + 1)[0]
            wandered = np.flatnonzero(up @ there < self._least_cosine)
            if len(wandered):
                self._began = self._next + int(wandered[0])
                self._next = self._began
                last = min(until, self._began + 1)
            self._next = last
            if self._next - self._began == self._hold:
                return self._held()
        return None

    def _held(self) -> Held:
        up, wander_rad = mean_posture(self._history.up(self._next - self._mean, self._next))
        return Held(self._next, up, math.degrees(wander_rad))
