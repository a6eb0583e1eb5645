"""A training as steps: a guided warm-up, the main exercise, others, core holds and stretches.

A step is one set, which the sensor counts with the detector of its exercise, or an activity that
is only timed. What is in a routine, and for how long, is our choice after the usual advice: warm
up dynamically, train, and make it part of a balanced routine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Final

from tracker.coach.checks import Measure, knows
from tracker.coach.progression import LIGHTER_SHARE
from tracker.coach.texts import reps_words
from tracker.domain import (
    ONE_LEGGED,
    ActivityKind,
    Flag,
    Plan,
    Side,
    activity_named,
    exercise_named,
    mean_of_known,
    parse_tempo,
    title_of,
)
from tracker.domain.loads import whole_steps_kg
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain import SetRecord

WARM_UP_ROUTINE: Final = "warm_up"
"""The warm-up, then the main exercise."""

FULL_ROUTINE: Final = "full"
"""Warm-up, main exercise, two others, core and stretches."""

ROUTINES: Final = {
    "": _("the exercise alone"),
    WARM_UP_ROUTINE: _("warm-up first"),
    FULL_ROUTINE: _("whole routine"),
}
"""Routines by name, with what they are for people."""

EASY_TEMPO: Final = parse_tempo("3-1-2-1")
"""Easy sets are slow."""

HALF_LOAD_FROM_KG: Final = 20.0
"""From this working load on, a second easy set has half of it."""


@dataclass(frozen=True, slots=True)
class RoutineStep:
    """One set, or one activity that is timed."""

    name: str
    """An exercise, or an activity."""
    plan: Plan | None = None
    """The plan of the set; None for an activity."""
    duration_s: float = 0.0
    """How long an activity takes, s."""
    side: Side | None = None
    warm_up: bool = False

    @property
    def words(self) -> str:
        """What to do, in words to show and to speak."""
        head = ", ".join([title_of(self.name), *([self.side.word] if self.side else [])])
        if self.warm_up:
            head = _("{what}, warm-up").format(what=head)
        if self.plan is None:
            return _("{what}: {seconds} seconds.").format(
                what=head, seconds=f"{self.duration_s:.0f}"
            )
        reps = self.plan.target_reps
        return f"{head}." if reps is None else f"{head}: {reps_words(reps)}."


def steps_of(routine: str, exercise: str, plan: Plan) -> tuple[RoutineStep, ...]:
    """Return the steps of a routine around the main exercise and its plan.

    Without a routine there are steps only for an exercise with two sides.
    """
    steps: list[RoutineStep] = []
    if routine in (WARM_UP_ROUTINE, FULL_ROUTINE):
        steps += _timed("hip_circles", "leg_swings")
        steps += _easy_sets(exercise, plan)
    if routine or exercise in ONE_LEGGED:
        steps += _sets(exercise, plan, main=True)
    if routine == FULL_ROUTINE:
        light = Plan(load_kg=0.0, tempo=EASY_TEMPO, rest_s=plan.rest_s)
        for name, reps in (("glute_bridge", 12), ("single_leg_hip_thrust", 8)):
            if name != exercise:
                steps += _sets(name, replace(light, target_reps=reps, sets=2))
        steps += _timed("plank", "side_plank", "dead_bug")
        steps += _timed("hip_flexor_stretch", "figure_four_stretch")
    return tuple(steps)


def _timed(*names: str) -> Iterator[RoutineStep]:
    for name in names:
        activity = activity_named(name)
        warm_up = activity.kind is ActivityKind.WARM_UP
        for side in tuple(Side) if activity.sided else (None,):
            yield RoutineStep(name, None, activity.usual_s, side, warm_up)


def _easy_sets(exercise: str, plan: Plan) -> Iterator[RoutineStep]:
    """Yield one easy set with bodyweight, and for a heavy plan another with half the load."""
    easy = Plan(load_kg=0.0, target_reps=10, tempo=EASY_TEMPO, rest_s=60.0, warm_up=True)
    yield RoutineStep(exercise, easy, warm_up=True)
    if plan.load_kg is not None and plan.load_kg >= HALF_LOAD_FROM_KG:
        half_kg = whole_steps_kg(plan.load_kg / 2.0)
        yield RoutineStep(exercise, replace(easy, load_kg=half_kg, target_reps=8), warm_up=True)


def _sets(exercise: str, plan: Plan, *, main: bool = False) -> Iterator[RoutineStep]:
    """Yield the sets of an exercise; with two sides, left and right in turn."""
    named = None if main else exercise_named(exercise).name
    sides = tuple(Side) if exercise in ONE_LEGGED else (None,)
    for __ in range(plan.sets or 1):
        for side in sides:
            yield RoutineStep(exercise, replace(plan, exercise=named, side=side), side=side)


SIDE_SETS: Final = 2
"""Sets a side from which on sides are compared: one set is a mood."""

NOTABLE_DIFFERENCE: Final = 1.0 - LIGHTER_SHARE
"""A tenth: reps and range differ by a few percent anyway. Our choice."""


@dataclass(frozen=True, slots=True)
class SideDifference:
    """How the sides of a training differ: right less left, as a share of their mean."""

    reps: float | None
    range: float | None
    velocity: float | None

    @property
    def words(self) -> str:
        """The differences that are worth a word; empty if there are none."""
        each = (
            (self.reps, _("{percent}% more reps"), _("{percent}% less reps")),
            (self.range, _("{percent}% more range"), _("{percent}% less range")),
            (self.velocity, _("{percent}% more velocity"), _("{percent}% less velocity")),
        )
        parts = [
            (more if share > 0 else less).format(percent=f"{100.0 * abs(share):.0f}")
            for share, more, less in each
            if share is not None and abs(share) >= NOTABLE_DIFFERENCE
        ]
        if not parts:
            return ""
        return _("right against left: {differences}").format(differences=", ".join(parts))


def side_difference(records: Sequence[SetRecord]) -> SideDifference | None:
    """Return how the sides differ over the working sets of one exercise.

    None before there are two sets a side. A sensor on the pelvis sees both sides move together:
    it compares sets done on one leg with those on the other, not the legs within a set.
    """
    sides = {
        side: [each for each in records if each.side is side and not each.warm_up] for side in Side
    }
    left, right = sides[Side.LEFT], sides[Side.RIGHT]
    if min(len(left), len(right)) < SIDE_SETS:
        return None
    return SideDifference(
        _share(fmean(each.done for each in left), fmean(each.done for each in right)),
        _share(_measured(left, "rom_deg"), _measured(right, "rom_deg")),
        _share(_measured(left, "mean_velocity_mps"), _measured(right, "mean_velocity_mps")),
    )


def _measured(records: Sequence[SetRecord], name: str) -> float | None:
    measure = Measure.ANGLES if name == "rom_deg" else Measure.VELOCITY
    return mean_of_known(
        getattr(rep, name)
        for record in records
        for rep in record.reps
        if knows(rep, measure) and Flag.SHORT_OF_LOCKOUT not in rep.flags
    )


def _share(left: float | None, right: float | None) -> float | None:
    if left is None or right is None or left + right <= 0.0:
        return None
    return 2.0 * (right - left) / (left + right)
