"""A lifter's own load-velocity line, with its error, and the one-rep max that follows from it.

Lines differ more between people than the general one admits (its standard error is 7 % of 1RM),
while one person's line is stable over weeks. From three loads on, the wearer's own sets of the
last weeks give a line of their own; below a stated fit there is none, and the reason instead. The
velocity at 1RM is the general 0.25 ± 0.03 m/s: nobody is asked to find their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING, Final

from tracker.coach.velocity import (
    BARBELL_EXERCISE,
    ONE_REP_MAX_MPS,
    NoEstimate,
    best_velocity_mps,
    is_paced,
)
from tracker.domain.loads import load_number, load_text
from tracker.language import _, decimal, localized

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from tracker.domain import Workout

DAYS: Final = 56
"""Points of the last eight weeks make the line; older ones are of another strength."""

LEAST_LOADS: Final = 3
"""Two loads are a line whatever they are."""

LEAST_SPREAD: Final = 1.3
"""The heaviest load over the lightest: close together, noise tilts the line."""

LEAST_R2: Final = 0.9
"""Of the fit; published lines of one person have 0.94 and more (de Hoyo 2021)."""

MOST_BEYOND: Final = 1.6
"""1RM over the heaviest load: further out, the line is a guess."""

ONE_REP_MAX_SD_MPS: Final = 0.03
"""How much the velocity at 1RM differs between people, m/s (de Hoyo 2021)."""


@dataclass(frozen=True, slots=True)
class Point:
    """The fastest rep of one set."""

    day: date
    load_kg: float
    velocity_mps: float
    """Mean velocity over the whole concentric, m/s."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A lifter's own load-velocity line: velocity = intercept - slope × load."""

    intercept_mps: float
    slope_mps_per_kg: float
    r2: float
    error_mps: float
    """Standard deviation of the points around the line, m/s."""
    points: tuple[Point, ...]

    @property
    def loads(self) -> int:
        """How many different loads it rests on."""
        return len({point.load_kg for point in self.points})

    def velocity_mps(self, load_kg: float) -> float:
        """Return the usual velocity at a load, m/s."""
        return self.intercept_mps - self.slope_mps_per_kg * load_kg

    @property
    def one_rep_max_kg(self) -> float:
        """The load that moves at the velocity of 1RM, kg."""
        return (self.intercept_mps - ONE_REP_MAX_MPS) / self.slope_mps_per_kg

    @property
    def one_rep_max_error_kg(self) -> float:
        """Standard error of 1RM, kg: of the line there, and of the velocity at 1RM."""
        loads = [point.load_kg for point in self.points]
        mean_kg = fmean(loads)
        spread = sum((load - mean_kg) ** 2 for load in loads)
        far = (self.one_rep_max_kg - mean_kg) ** 2 / spread
        line_mps = self.error_mps * math.sqrt(1.0 / len(loads) + far)
        return math.hypot(line_mps, ONE_REP_MAX_SD_MPS) / self.slope_mps_per_kg


def points_of(workout: Workout, exercise: str, day: date) -> tuple[Point, ...]:
    """Return the points of a training: working sets with a load, meant to be fast."""
    return tuple(
        Point(day, record.load_kg, velocity_mps)
        for record in workout.working_sets
        if workout.exercise_of(record) == exercise
        and record.load_kg
        and not is_paced(record.plan)
        and (velocity_mps := best_velocity_mps(record.reps)) is not None
    )


def profile(points: Iterable[Point], today: date) -> Profile | NoEstimate:
    """Return the line through the points of the last weeks, or why there is none."""
    recent = tuple(each for each in points if timedelta(0) <= today - each.day <= _WINDOW)
    loads = sorted({each.load_kg for each in recent})
    if len(loads) < LEAST_LOADS:
        few = _(
            "your own load-velocity line needs {least} loads in {weeks} weeks, lifted "
            "as fast as you can; there are {loads}"
        )
        return NoEstimate(few.format(least=LEAST_LOADS, weeks=DAYS // 7, loads=len(loads)))
    if loads[-1] < LEAST_SPREAD * loads[0]:
        close = _(
            "the loads are too close together: {lightest} to {heaviest}, "
            "expected the heaviest {times} times the lightest"
        )
        lightest, heaviest = load_number(loads[0]), load_text(loads[-1])
        times = localized(f"{LEAST_SPREAD:g}")
        return NoEstimate(close.format(lightest=lightest, heaviest=heaviest, times=times))
    mean_kg = fmean(each.load_kg for each in recent)
    mean_mps = fmean(each.velocity_mps for each in recent)
    spread = sum((each.load_kg - mean_kg) ** 2 for each in recent)
    slope = sum((each.load_kg - mean_kg) * (each.velocity_mps - mean_mps) for each in recent)
    slope /= spread
    rest = sum(
        (each.velocity_mps - mean_mps - slope * (each.load_kg - mean_kg)) ** 2 for each in recent
    )
    whole = sum((each.velocity_mps - mean_mps) ** 2 for each in recent)
    r2 = 1.0 - rest / whole if whole > 0.0 else 0.0
    if slope >= 0.0 or r2 < LEAST_R2:
        stray = _("the sets do not lie on a line: r² {r2}, expected {least}")
        least = localized(f"{LEAST_R2:g}")
        return NoEstimate(stray.format(r2=decimal(max(r2, 0.0), 2), least=least))
    free = max(1, len(recent) - 2)
    line = Profile(mean_mps - slope * mean_kg, -slope, r2, math.sqrt(rest / free), recent)
    if not loads[-1] <= line.one_rep_max_kg <= MOST_BEYOND * loads[-1]:
        far = _("the line meets 1RM at {load}, too far from the heaviest load, {heaviest}")
        load = load_text(line.one_rep_max_kg, 0)
        return NoEstimate(far.format(load=load, heaviest=load_text(loads[-1])))
    return line


_WINDOW: Final = timedelta(days=DAYS)


def profile_lines(points: Sequence[Point], exercise: str, today: date) -> list[str]:
    """Return the line's 1RM with its error and trend, and today's sets against it, for people."""
    now = profile(points, today)
    if isinstance(now, NoEstimate):
        return []
    lines = []
    if exercise == BARBELL_EXERCISE:
        lines.append(
            _(
                "your own line: 1RM {load} ± {error}, from {sets} sets at {loads} loads, r² {r2}"
            ).format(
                load=load_number(now.one_rep_max_kg, 0),
                error=load_text(now.one_rep_max_error_kg, 0),
                sets=len(now.points),
                loads=now.loads,
                r2=decimal(now.r2, 2),
            )
        )
        before = profile(points, today - timedelta(days=28))
        if isinstance(before, Profile):
            change_kg = now.one_rep_max_kg - before.one_rep_max_kg
            sign = "+" if change_kg >= 0.0 else ""
            change = f"{sign}{load_text(change_kg, 0)}"
            lines.append(
                _("four weeks ago: {load} ({change})").format(
                    load=load_text(before.one_rep_max_kg, 0), change=change
                )
            )
    against = today_against_usual(points, today)
    if against is not None:
        change = f"{100.0 * against:+.0f}"
        lines.append(
            _("today against usual: {change} % velocity at the same loads").format(change=change)
        )
    return lines


def today_against_usual(points: Sequence[Point], today: date) -> float | None:
    """Return how much faster today's sets were than the line of the days before, as a share."""
    usual = profile([each for each in points if each.day < today], today)
    done = [each for each in points if each.day == today]
    if isinstance(usual, NoEstimate) or not done:
        return None
    return fmean(each.velocity_mps / usual.velocity_mps(each.load_kg) - 1.0 for each in done)
