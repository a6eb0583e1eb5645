"""Velocity loss within a set, and an estimate of the one-rep max.

The load-velocity line of the hip thrust goes through 0.25 ± 0.03 m/s at 1RM (de Hoyo et al. 2021,
102 men, standard error 7 % of 1RM) and through the velocity at 80 % of it (Zabaleta-Korta and
Fernández-Peña 2024). It holds for barbell hip thrusts meant to be as fast as possible; whether
they were, no sensor can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coach.checks import Measure, knows
from tracker.domain import Flag
from tracker.language import _, decimal, localized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Exercise, Plan, Rep

BARBELL_EXERCISE: Final = "hip_thrust"
"""The only exercise for which the line was measured."""

ONE_REP_MAX_MPS: Final = 0.25
"""Mean velocity at 1RM, m/s."""

SLOPE_MPS: Final = 0.978
"""Velocity gained between 1RM and no load, m/s."""

STANDARD_ERROR: Final = 0.07
"""Of a load's share of 1RM, read from its velocity."""

LEAST_SHARE: Final = 0.3
"""Nobody has measured the line below this share of 1RM."""

PHASE_TO_MOVEMENT: Final = 1.196
"""Mean velocity of a phase, which ends at a tenth of the peak speed, over that of the whole
movement, which the line is about: for minimum jerk, which the hip thrust resembles (peak over mean
1.87, Loturco et al. 2020)."""

LEAST_REPS: Final = 2
"""A single fast rep may be a fluke of the sensor."""

AGREE_SHARE: Final = 0.12
"""How much slower the second-fastest rep may be: three times the 4 % by which reps vary."""

ROUNDING: Final = 1e-9
"""A loss of exactly the planned share reaches it, in spite of binary fractions."""


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
    """An estimate of the one-rep max."""

    load_kg: float
    """Best guess, kg."""
    least_kg: float
    """One standard error below, kg."""
    most_kg: float
    """One standard error above, kg."""
    share: float
    """The lifted load as a share of 1RM."""
    velocity_mps: float
    """Mean velocity over the whole concentric of the fastest rep, m/s."""
    rep_index: int
    """Number of the fastest rep."""


@dataclass(frozen=True, slots=True)
class NoEstimate:
    """Why 1RM cannot be estimated."""

    reason: str
    """In words for the wearer."""


def velocity_loss(reps: Sequence[Rep]) -> VelocityLoss | None:
    """Return the loss of a set's last rep against its best; None if unknown."""
    if not reps or not knows(reps[-1], Measure.VELOCITY):
        return None
    known = _velocities(reps)
    if len(known) < LEAST_REPS:
        return None
    return VelocityLoss(max(each for each, _ in known), known[-1][0])


SINGLE_LOSS: Final = 0.15
"""A loss this large in a single rep ends a set: nearly four times the 4 % by which reps vary."""


def loss_reached(reps: Sequence[Rep], plan: Plan) -> VelocityLoss | None:
    """Return the loss if it has reached the planned one; None if not, or without a plan.

    One slow rep may be chance: it takes two in a row, or a loss of 15 %. They are compared with
    the second-fastest rep, because the fastest may be a fluke as well. Reps that are short of
    lockout, or not finished, are left out: half a rep has another velocity.
    """
    if plan.velocity_loss is None or not reps or not _whole(reps[-1]):
        return None
    loss = velocity_loss(reps)
    whole = [velocity for velocity, _ in _velocities([each for each in reps if _whole(each)])]
    if loss is None or len(whole) < LEAST_REPS:
        return None
    second_mps = sorted(whole)[-2]
    losses = [1.0 - velocity / second_mps for velocity in whole[-2:]]
    reached = all(each >= plan.velocity_loss - ROUNDING for each in losses)
    alone = losses[-1] >= max(plan.velocity_loss, SINGLE_LOSS) - ROUNDING
    return loss if reached or alone else None


def _whole(rep: Rep) -> bool:
    return rep.complete and Flag.SHORT_OF_LOCKOUT not in rep.flags


def one_rep_max(
    exercise: Exercise, load_kg: float | None, reps: Sequence[Rep], plan: Plan | None = None
) -> OneRepMax | NoEstimate:
    """Return an estimate of 1RM from one set, or why there is none.

    A concentric planned in seconds is not meant to be fast.
    """
    if exercise.name != BARBELL_EXERCISE:
        other = _("the load-velocity line is of the barbell hip thrust, not of this: {exercise}")
        return NoEstimate(other.format(exercise=exercise.title))
    if load_kg is None or load_kg <= 0.0:
        return NoEstimate(_("the load is unknown: enter it"))
    if is_paced(plan):
        return NoEstimate(_("the concentric was paced: lift as fast as you can, or plan X for it"))
    known = sorted(_velocities(reps), reverse=True)
    if len(known) < LEAST_REPS:
        return NoEstimate(
            _("fewer than {least} reps have a certain velocity").format(least=LEAST_REPS)
        )
    (fastest_mps, rep_index), (second_mps, __) = known[:2]
    if second_mps < (1.0 - AGREE_SHARE) * fastest_mps:
        return NoEstimate(_("the fastest rep stands alone: no other comes close"))
    velocity_mps = fastest_mps / PHASE_TO_MOVEMENT
    share = load_share(velocity_mps)
    if not LEAST_SHARE <= share <= 1.0:
        outside = _("{velocity} m/s is outside what the line covers, {least} to {most} m/s")
        return NoEstimate(
            outside.format(
                velocity=decimal(velocity_mps, 2),
                least=localized(f"{ONE_REP_MAX_MPS:g}"),
                most=decimal(line_velocity_mps(LEAST_SHARE), 2),
            )
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
    """Return the share of 1RM that belongs to a mean velocity."""
    return 1.0 - (velocity_mps - ONE_REP_MAX_MPS) / SLOPE_MPS


def line_velocity_mps(share: float) -> float:
    """Return the mean velocity that belongs to a share of 1RM, m/s."""
    return ONE_REP_MAX_MPS + SLOPE_MPS * (1.0 - share)


def best_velocity_mps(reps: Sequence[Rep]) -> float | None:
    """Return the mean velocity of a set's fastest rep over the whole movement, m/s.

    None if fewer than two reps have a certain velocity, or no other comes close to the fastest.
    """
    known = sorted(_velocities(reps), reverse=True)
    if len(known) < LEAST_REPS or known[1][0] < (1.0 - AGREE_SHARE) * known[0][0]:
        return None
    return known[0][0] / PHASE_TO_MOVEMENT


def is_paced(plan: Plan | None) -> bool:
    """Return whether a concentric is planned in seconds, and so not meant to be fast."""
    return plan is not None and plan.tempo is not None and plan.tempo.concentric_s is not None


def _velocities(reps: Sequence[Rep]) -> list[tuple[float, int]]:
    """Return the certain mean velocities with their rep numbers, in order."""
    return [
        (rep.mean_velocity_mps, rep.index)
        for rep in reps
        if rep.mean_velocity_mps is not None and knows(rep, Measure.VELOCITY)
    ]
