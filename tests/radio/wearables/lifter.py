"""What a sensor on the simulated hips feels, in true time from the moment it is first asked."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Phase
from tracker.sensors.profile.packets import LOWEST_RATE_HZ
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
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tracker.sim import SessionTruth

ORDER: Final = (Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC)

QUICK_REP: Final = RepPlan(concentric_s=0.7, hold_s=0.4, eccentric_s=0.8, bottom_s=0.2)
"""As fast as people do them with good form: six take 12.6 s."""

LEAD_S: Final = 1.0
"""Rest before the first rep, s; a start script that streams meanwhile may want more."""

REST_S: Final = 120.0
"""The lifter lies there until the test is over, s."""

_RATE_ERROR: Final = 0.004
"""The oscillator in a motion chip is off by about this much."""

_WIDE_RANGE_G: Final = 16
_WIDE_RANGE_DPS: Final = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """What one sensor measures of a session, before it is packed."""

    time_s: NDArray[np.float64]
    """Lifter's time of each sample, s, shape (n,)."""
    acc_mps2: NDArray[np.float64]
    """Specific force, m/s², shape (n, 3)."""
    gyro_radps: NDArray[np.float64]
    """Angular rate, rad/s, shape (n, 3)."""
    truth: SessionTruth
    """What is in it."""


@lru_cache(maxsize=32)
def motion_of(
    sets: tuple[int, ...], lead_s: float, rest_s: float, rate_hz: int, seed: int, rep: RepPlan
) -> Motion:
    """Return sets of one rep with a rest between them, as a sensor at that rate feels them."""
    blocks: list[SetPlan | ActivityPlan] = [ActivityPlan(Activity.REST, lead_s)]
    for number, reps in enumerate(sets):
        if number:
            blocks.append(ActivityPlan(Activity.REST, rest_s))
        blocks.append(SetPlan((rep,) * reps))
    blocks.append(ActivityPlan(Activity.REST, REST_S))
    plan = SessionPlan(
        exercise="hip_thrust",
        blocks=tuple(blocks),
        mounting=Mounting.drawn(np.random.default_rng(seed)),
        sensor=SensorPlan(
            rate_hz=rate_hz,
            acc_range_g=_WIDE_RANGE_G,
            gyro_range_dps=_WIDE_RANGE_DPS,
            noise=LSM6DSOX,
            rate_error=_RATE_ERROR,
        ),
        starts=Posture.LYING,
    )
    simulated = simulate(plan, seed)
    time_s, acc_mps2, gyro_radps = simulated.samples()
    assert gyro_radps is not None
    return Motion(time_s, acc_mps2, gyro_radps, simulated.truth)


class Lifter:
    """Somebody who trains in real time once the first sample is asked for.

    Parameters
    ----------
    sets
        Reps of each set.
    lead_s
        Rest before the first rep, s.
    rest_s
        Rest between two sets, s.
    seed
        Another seed is another lifter.
    first_data_s
        From the start of the sensor to its first packet, s; the lifter waits for it.
    rep
        Each of the reps.
    """

    def __init__(
        self,
        *sets: int,
        lead_s: float = LEAD_S,
        rest_s: float = 14.0,
        seed: int = 1,
        first_data_s: float = 0.0,
        rep: RepPlan = QUICK_REP,
    ) -> None:
        self.first_data_s = first_data_s
        self._rep = rep
        self._sets = sets or (6,)
        self._lead_s = lead_s
        self._rest_s = rest_s
        self._seed = seed
        self._began_s: float | None = None
        self.began_utc_s = 0.0
        """Time of day of the lifter's second 0, s since 1970; 0 before it."""
        self._beginning = threading.Event()

    def motion(self, rate_hz: int) -> Motion:
        """Return what a sensor measures at a rate, or at the lowest that can be had."""
        rate_hz = max(LOWEST_RATE_HZ, rate_hz)
        return motion_of(self._sets, self._lead_s, self._rest_s, rate_hz, self._seed, self._rep)

    @property
    def truth(self) -> SessionTruth:
        """What the lifter does; times are the lifter's."""
        return self.motion(100).truth

    def now_s(self) -> float:
        """Return the lifter's time, s; asking the first time makes it begin."""
        loop_s = asyncio.get_running_loop().time()
        if self._began_s is None:
            self._began_s = loop_s
            self.began_utc_s = time.time()
            self._beginning.set()
        return loop_s - self._began_s

    def wait_for(self, at_s: float, timeout_s: float = 60.0) -> None:
        """Return when the lifter has come so far; for a thread other than the bench's.

        Raises
        ------
        TimeoutError
            If nobody asks for the first sample.
        """
        if not self._beginning.wait(timeout_s):
            raise TimeoutError(f"no sensor was started within {timeout_s} s")
        assert self._began_s is not None
        # The loop's clock is this one.
        time.sleep(max(0.0, self._began_s + at_s - time.monotonic()))

    def phase(self, rep: int, phase: Phase, share: float = 0.5, in_set: int = 1) -> float:
        """Return the lifter's time at a share of a phase of a rep, s; both are counted from 1."""
        span = self.truth.sets[in_set - 1].reps[rep - 1].phases[ORDER.index(phase)]
        return span.start_s + share * (span.end_s - span.start_s)

    @property
    def end_s(self) -> float:
        """Lifter's time at which the last set ends, s."""
        return self.truth.sets[-1].end_s


class Stream:
    """Hands out blocks of samples, each when its last sample has been taken.

    Parameters
    ----------
    lifter
        Who wears the sensor.
    motion
        What the sensor measures.
    block
        Samples in a block.
    send
        Takes the block's place in the motion.
    """

    def __init__(
        self, lifter: Lifter, motion: Motion, block: int, send: Callable[[slice], None]
    ) -> None:
        self._lifter = lifter
        self._motion = motion
        self._block = block
        self._send = send
        self._playing = asyncio.get_running_loop().create_task(self._play())

    def stop(self) -> None:
        """Send no more."""
        self._playing.cancel()

    async def _play(self) -> None:
        await asyncio.sleep(self._lifter.first_data_s)
        time_s = self._motion.time_s
        # Time goes on while nobody listens.
        start = int(np.searchsorted(time_s, self._lifter.now_s()))
        while start + self._block <= len(time_s):
            last_s = float(time_s[start + self._block - 1])
            await asyncio.sleep(last_s - self._lifter.now_s())
            self._send(slice(start, start + self._block))
            start += self._block
