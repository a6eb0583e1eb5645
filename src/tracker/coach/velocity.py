"""Velocity loss within a set, and the load that could be lifted once.

The load-velocity line of the hip thrust goes through the velocity of a single greatest lift,
0.25 ± 0.03 m/s (de Hoyo et al. 2021, 102 men, standard error 7 % of the greatest load), and
through 80 % of it (Zabaleta-Korta and Fernández-Peña 2024). It is of barbell hip thrusts that were
meant to be as fast as possible; whether they were, no sensor can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coach.checks import Measure, knows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Exercise, Plan, Rep

BARBELL_EXERCISE: Final = "hip_thrust"
"""The only exercise that the line was measured with."""

GREATEST_LIFT_MPS: Final = 0.25
"""Mean velocity of the greatest load that can be lifted once, m/s."""

SLOPE_MPS: Final = 0.978
"""Velocity gained from the greatest load to none, m/s."""

STANDARD_ERROR: Final = 0.07
"""Of the share of the greatest load that a velocity tells."""

LEAST_SHARE: Final = 0.3
"""The line was looked at from here on; lighter loads are also ever less certain."""

WHOLE_WAY: Final = 1.196
"""Mean velocity between a phase's ends, at a tenth of the peak speed, over that of the whole way,
which the line is about: of a movement of least jerk, which the hip thrust resembles (peak over
mean 1.87, Loturco et al. 2020)."""

LEAST_REPS: Final = 2
"""A fastest rep that no other comes near to is a slip of the sensor."""

AGREE_SHARE: Final = 0.12
"""The second-fastest rep is at most so much slower: three times what reps vary by, 4 %."""

ROUNDING: Final = 1e-9
"""A loss of exactly what was planned reaches it, whatever binary fractions make of it."""


@dataclass(frozen=True, slots=True)
class VelocityLoss:
    """How much slower the last rep of a set was than its best."""

    best_mps: float
    """Fastest mean velocity of the set, m/s."""
    last_mps: float
    """Mean velocity of its last rep, m/s."""

    @property
    def share(self) -> float:
        """Loss as a share of the best, 0 to 1."""
        return 1.0 - self.last_mps / self.best_mps


@dataclass(frozen=True, slots=True)
class OneRepMax:
    """The load that could be lifted once, as far as a velocity tells."""

    load_kg: float
    """Best guess, kg."""
    least_kg: float
    """One standard error below, kg."""
    most_kg: float
    """One standard error above, kg."""
    share: float
    """The lifted load as a share of it."""
    velocity_mps: float
    """Mean velocity over the whole way up of the fastest rep, m/s."""
    rep_index: int
    """Which rep that was."""


@dataclass(frozen=True, slots=True)
class NoEstimate:
    """Why no greatest load can be told."""

    reason: str
    """In words for the wearer."""


def velocity_loss(reps: Sequence[Rep]) -> VelocityLoss | None:
    """Return the loss of the last rep of a set against its best; None if it is not known."""
    if not reps or not knows(reps[-1], Measure.VELOCITY):
        return None
    known = _velocities(reps)
    if len(known) < LEAST_REPS:
        return None
    return VelocityLoss(max(each for each, _ in known), known[-1][0])


def loss_reached(reps: Sequence[Rep], plan: Plan) -> VelocityLoss | None:
    """Return the loss if it is as large as the plan allows; None if not, or without a plan."""
    if plan.velocity_loss is None:
        return None
    loss = velocity_loss(reps)
    if loss is None or loss.share < plan.velocity_loss - ROUNDING:
        return None
    return loss


def one_rep_max(
    exercise: Exercise, load_kg: float | None, reps: Sequence[Rep], plan: Plan | None = None
) -> OneRepMax | NoEstimate:
    """Return the greatest load that a set tells of, or why it tells none.

    Parameters
    ----------
    exercise
        What was done.
    load_kg
        The load on the hips, kg; None is not said.
    reps
        The reps of the set.
    plan
        Its plan; a way up that is planned in seconds was not meant to be fast.
    """
    if exercise.name != BARBELL_EXERCISE:
        return NoEstimate(
            f"the load-velocity line is of the barbell hip thrust, not of this: {exercise.title}"
        )
    if load_kg is None or load_kg <= 0.0:
        return NoEstimate("the load is not known: enter it")
    if plan is not None and plan.tempo is not None and plan.tempo.concentric_s is not None:
        return NoEstimate("the way up was paced: lift as fast as you can, or plan X for it")
    known = sorted(_velocities(reps), reverse=True)
    if len(known) < LEAST_REPS:
        return NoEstimate(f"fewer than {LEAST_REPS} reps have a certain velocity")
    (fastest_mps, rep_index), (second_mps, _) = known[:2]
    if second_mps < (1.0 - AGREE_SHARE) * fastest_mps:
        return NoEstimate("the fastest rep stands alone: no other comes near to it")
    velocity_mps = fastest_mps / WHOLE_WAY
    share = load_share(velocity_mps)
    if not LEAST_SHARE <= share <= 1.0:
        return NoEstimate(
            f"{velocity_mps:.2f} m/s is outside what the line covers, {GREATEST_LIFT_MPS:g} to "
            f"{line_velocity_mps(LEAST_SHARE):.2f} m/s"
        )
    return OneRepMax(
        load_kg=load_kg / share,
        least_kg=load_kg / (share + STANDARD_ERROR),
        most_kg=load_kg / (share - STANDARD_ERROR),
        share=share,
        velocity_mps=velocity_mps,
        rep_index=rep_index,
    )


def load_share(velocity_mps: float) -> float:
    """Return the share of the greatest load that a mean velocity belongs to."""
    return 1.0 - (velocity_mps - GREATEST_LIFT_MPS) / SLOPE_MPS


def line_velocity_mps(share: float) -> float:
    """Return the mean velocity that belongs to a share of the greatest load, m/s."""
    return GREATEST_LIFT_MPS + SLOPE_MPS * (1.0 - share)


def _velocities(reps: Sequence[Rep]) -> list[tuple[float, int]]:
    """Return the certain mean velocities with the numbers of their reps, in order."""
    return [
        (rep.mean_velocity_mps, rep.index)
        for rep in reps
        if rep.mean_velocity_mps is not None and knows(rep, Measure.VELOCITY)
    ]
