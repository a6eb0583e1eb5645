"""How people do each exercise, and ready-made sessions of one.

Bodies, tempos and fatigue are drawn at random within measured limits. The path of the hips comes
from Zabaleta-Korta and Fernández-Peña (2024): the net displacement is 36.7 ± 3.5 cm at 102 ± 6°
for the hip thrust and 17.8 ± 5.4 cm at 62 ± 11° for the floor bridge (90° is up). For a
rigid trunk of length R the displacement is a chord c: the swing is 2 asin(c / 2R), and its middle
is perpendicular to the chord. The variations' shares and all tempos are assumptions; the table is
in `docs/simulator.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import UnknownNameError
from tracker.language import _
from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Mounting,
    Posture,
    RadioPlan,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
)
from tracker.sim.sensor import LSM6DSOX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Range = tuple[float, float]
"""Lowest and highest value."""

_TRUNK_M: Final = (0.42, 0.54)
"""From shoulder blades to hips, m; within these limits three estimates of the swing agree."""

_SPREAD: Final = 1.0
"""Largest deviation of a body, in standard deviations: beyond it a bridge could cross level."""

_ROM_LOSS: Final = 0.06
"""Largest share by which fatigue reduces the range: too little to make a rep short."""

LEAST_SETS: Final = 3
"""Usual number of sets of one exercise."""

_REPS: Final = (6, 11)
"""Fewest reps in a set, and one more than the most."""

_REST_S: Final = (20.0, 30.0)
"""Shortest and longest rest, s: short for training, but longer than a pause within a set."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """The four times of a rep, from standstill to standstill, s."""

    concentric_s: float
    hold_s: float
    eccentric_s: float
    bottom_s: float


@dataclass(frozen=True, slots=True)
class TempoRange:
    """Limits of a random tempo."""

    concentric_s: Range
    hold_s: Range
    eccentric_s: Range
    bottom_s: Range

    def drawn(self, rng: np.random.Generator) -> Tempo:
        """Return a random tempo."""
        return Tempo(*(_between(getattr(self, each.name), rng) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Style:
    """How people usually do one exercise."""

    chord_m: Range
    """Net displacement of the hips: mean and standard deviation, m."""
    direction_deg: Range
    """Direction of the displacement, 90 is straight up: mean and standard deviation, degrees."""
    tempo: TempoRange
    roll_deg: Range
    """Drop of one side of the pelvis at the top, degrees."""
    duration_cv: Range
    """Coefficient of variation of durations within a set."""
    sticking_at: float
    """Sticking point of a hard rep, share of the concentric's time."""

    def drawn_lifter(self, rng: np.random.Generator) -> LifterPlan:
        """Return a random lifter."""
        trunk_length_m = _between(_TRUNK_M, rng)
        chord_m = _normal(self.chord_m, rng)
        middle_deg = 90.0 - _normal(self.direction_deg, rng)
        half_deg = float(np.degrees(np.arcsin(0.5 * chord_m / trunk_length_m)))
        return LifterPlan(
            trunk_length_m=trunk_length_m,
            bottom_deg=middle_deg - half_deg,
            top_deg=middle_deg + half_deg,
            roll_deg=float(rng.choice((-1.0, 1.0))) * _between(self.roll_deg, rng),
            sway_deg=_between((0.2, 0.4 + 0.15 * self.roll_deg[1]), rng),
            tremor_deg=_between((0.01, 0.06), rng),
            breath_deg=_between((0.1, 0.4), rng),
        )

    def drawn_set(
        self,
        rng: np.random.Generator,
        reps: int,
        tempo: Tempo | None = None,
        fatigue: float = 0.1,
    ) -> SetPlan:
        """Return a set whose reps vary and slow down.

        The tempo is that of the first rep; None draws a usual one. Durations grow by a share of
        `fatigue` from the first rep to the last.
        """
        first = tempo or self.tempo.drawn(rng)
        cv = _between(self.duration_cv, rng)
        skew = _between((-0.15, 0.15), rng)
        plans = []
        for number in range(reps):
            tired = number / max(1, reps - 1)
            slower = 1.0 + fatigue * tired
            vary = np.exp(cv * np.clip(rng.standard_normal(4), -2.0, 2.0))
            plans.append(
                RepPlan(
                    concentric_s=float(first.concentric_s * slower * vary[0]),
                    hold_s=float(first.hold_s * vary[1]),
                    eccentric_s=float(first.eccentric_s * vary[2]),
                    bottom_s=float(first.bottom_s * slower * vary[3]),
                    reach=1.0 - _ROM_LOSS * min(1.0, 2.0 * fatigue) * tired,
                    sink=_between((0.97, 1.0), rng),
                    skew=skew,
                    sticking=min(0.6, 1.2 * fatigue * tired),
                    sticking_at=self.sticking_at,
                )
            )
        return SetPlan(tuple(plans))


_HIP_THRUST: Final = Style(
    chord_m=(0.3668, 0.0351),
    direction_deg=(102.2, 6.3),
    tempo=TempoRange((0.8, 1.2), (0.3, 2.0), (0.8, 2.5), (0.3, 1.2)),
    roll_deg=(0.2, 2.5),
    duration_cv=(0.06, 0.10),
    sticking_at=0.3,
)


def _variation(share: float, tempo: TempoRange, roll_deg: Range, cv: Range) -> Style:
    mean_m, deviation_m = _HIP_THRUST.chord_m
    return replace(
        _HIP_THRUST,
        chord_m=(share * mean_m, share * deviation_m),
        tempo=tempo,
        roll_deg=roll_deg,
        duration_cv=cv,
    )


STYLES: Final[Mapping[str, Style]] = MappingProxyType(
    {
        "hip_thrust": _HIP_THRUST,
        "glute_bridge": replace(
            _HIP_THRUST,
            chord_m=(0.1784, 0.0542),
            direction_deg=(61.8, 11.1),
            tempo=TempoRange((0.58, 0.9), (1.0, 4.0), (1.0, 2.5), (0.2, 1.0)),
        ),
        "single_leg_hip_thrust": _variation(
            0.8,
            TempoRange((1.0, 1.6), (0.5, 2.0), (1.0, 2.0), (0.1, 1.0)),
            (3.0, 8.0),
            (0.10, 0.15),
        ),
        "b_stance_hip_thrust": _variation(
            0.9,
            TempoRange((0.9, 1.4), (0.5, 2.0), (1.0, 2.0), (0.1, 1.0)),
            (2.0, 5.0),
            (0.08, 0.12),
        ),
        "banded_hip_thrust": replace(
            _variation(
                0.95,
                TempoRange((0.8, 1.3), (1.0, 3.0), (1.0, 2.0), (0.1, 1.0)),
                (0.2, 2.5),
                (0.08, 0.12),
            ),
            sticking_at=0.7,
        ),
        "feet_elevated_hip_thrust": replace(
            _variation(
                1.07,
                TempoRange((0.8, 1.2), (1.0, 3.0), (1.0, 3.0), (0.1, 1.0)),
                (0.2, 2.5),
                (0.08, 0.12),
            ),
            # With the feet up, the hips start lower and end no higher.
            direction_deg=(104.0, 5.0),
        ),
    }
)
"""Styles by the exercise's name."""


def style_of(exercise: str) -> Style:
    """Return the style of an exercise; raise UnknownNameError if it cannot be simulated."""
    try:
        return STYLES[exercise]
    except KeyError:
        raise UnknownNameError(_("simulated exercise"), exercise, tuple(STYLES)) from None


def _between(limits: Range, rng: np.random.Generator) -> float:
    return float(rng.uniform(*limits))


def _normal(moments: Range, rng: np.random.Generator) -> float:
    mean, deviation = moments
    return mean + deviation * float(np.clip(rng.standard_normal(), -_SPREAD, _SPREAD))


def training_plan(exercise: str, seed: int, least_s: float = 0.0) -> SessionPlan:
    """Return a session of one exercise whose first rep starts within 4 s.

    The seed decides the lifter, the tempo and the sensor's mounting. Sets are added until the
    session lasts at least `least_s`, s. Raises `UnknownNameError` if the exercise cannot be
    simulated.
    """
    style = style_of(exercise)
    rng = np.random.default_rng(seed)
    lifter = style.drawn_lifter(rng)
    mounting = Mounting.drawn(rng)
    tempo = style.tempo.drawn(rng)

    blocks: list[SetPlan | ActivityPlan] = []
    sets = 0
    planned_s = 0.0
    while sets < LEAST_SETS or planned_s < least_s:
        lifts = style.drawn_set(rng, int(rng.integers(*_REPS)), tempo)
        rest = ActivityPlan(Activity.REST, float(rng.uniform(*_REST_S)))
        blocks += [lifts, rest]
        sets += 1
        planned_s += sum(rep.duration_s for rep in lifts.reps) + rest.duration_s
    note = _("A simulated training; nobody trained.")
    return _session(exercise, blocks, lifter, mounting, note)


def routine_plan(exercise: str, parts: Sequence[int | float], seed: int) -> SessionPlan:
    """Return a session of sets and of what is done for a time, in order.

    A whole number is the reps of a set, any other the seconds of something that the sensor cannot
    count, here keeping still. Every set is moved as that exercise is: one body has one movement.
    Raises `UnknownNameError` if the exercise cannot be simulated.
    """
    style = style_of(exercise)
    rng = np.random.default_rng(seed)
    lifter, mounting = style.drawn_lifter(rng), Mounting.drawn(rng)
    tempo = style.tempo.drawn(rng)
    blocks: list[SetPlan | ActivityPlan] = []
    for part in parts:
        if isinstance(part, int):
            blocks += [
                style.drawn_set(rng, part, tempo),
                ActivityPlan(Activity.REST, ROUTINE_REST_S),
            ]
        else:
            blocks.append(ActivityPlan(Activity.REST, part + ROUTINE_SLACK_S))
    note = _("A simulated routine; nobody trained.")
    return _session(exercise, blocks, lifter, mounting, note)


ROUTINE_REST_S: Final = 25.0
"""After a set, s: its end is known after half of it, and what comes next begins in the rest."""

ROUTINE_SLACK_S: Final = 2.0
"""After what is done for a time, s."""


def _session(
    exercise: str,
    blocks: Sequence[SetPlan | ActivityPlan],
    lifter: LifterPlan,
    mounting: Mounting,
    note: str,
) -> SessionPlan:
    """Return a session that begins by lying back and ends by walking away."""
    return SessionPlan(
        exercise=exercise,
        blocks=(
            ActivityPlan(Activity.LIE_BACK, 2.4),
            ActivityPlan(Activity.REST, 1.3),
            *blocks,
            ActivityPlan(Activity.SIT_UP, 3.0),
            ActivityPlan(Activity.STAND_UP, 3.0),
            ActivityPlan(Activity.WALK, 6.0),
        ),
        lifter=lifter,
        mounting=mounting,
        sensor=SensorPlan(noise=LSM6DSOX, rate_error=0.004, crystal_ppm=20.0),
        radio=RadioPlan(samples_per_packet=5),
        starts=Posture.SITTING,
        note=note,
    )


def demo_plan(seed: int) -> SessionPlan:
    """Return the session of `tracker demo`: two sets in about 80 s, each with something to coach.

    The first rep starts within 4 s. The first set has six good reps, held for about 1.5 s. In the
    second the lockouts are brief, rep 3 is short of lockout and rep 4 is dropped.
    """
    rng = np.random.default_rng(seed)

    def about(value: float) -> float:
        return value * float(rng.uniform(0.93, 1.07))

    good, hasty = _good_set(about), _hasty_set(about)
    blocks = (good, ActivityPlan(Activity.REST, 16.0), hasty, ActivityPlan(Activity.REST, 3.0))
    lifter, mounting = LifterPlan(roll_deg=1.2), Mounting.drawn(rng)
    return _session("hip_thrust", blocks, lifter, mounting, _("A simulated demo; nobody trained."))


def _good_set(about: Callable[[float], float]) -> SetPlan:
    reps = tuple(
        RepPlan(
            concentric_s=about(1.0 + 0.03 * number),
            # The slow ends of the movements, below 10 % of peak speed, add a quarter second.
            hold_s=about(1.25),
            eccentric_s=about(1.7),
            bottom_s=about(0.4),
        )
        for number in range(6)
    )
    return SetPlan(reps)


def _hasty_set(about: Callable[[float], float]) -> SetPlan:
    def hasty(reach: float = 1.0) -> RepPlan:
        return RepPlan(about(1.1), about(0.3), about(1.3), about(0.4), reach)

    times_s = (about(1.15), about(0.3), about(0.6), about(0.9))
    dropped = RepPlan(*times_s, touch=Touch.FLOOR, knock_g=4.0)
    return SetPlan((hasty(), hasty(), hasty(reach=0.72), dropped, hasty()))
