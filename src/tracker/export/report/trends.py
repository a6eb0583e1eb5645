"""The same exercise over sessions: range, hold, velocity at a similar load, volume and pain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import PainMoment
from tracker.export.report.measures import (
    is_synthetic,
    main_load_kg,
    pain_at,
    size_of,
    velocity_at_mps,
    volume_kg,
)
from tracker.export.report.overview import load_text
from tracker.export.report.plots import DotPlot, Quantity, Series, dot_plot
from tracker.export.report.wording import (
    UNKNOWN,
    counted,
    day,
    listed,
    median,
    moment,
    number,
    short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Exercise, Workout
    from tracker.export.report.measures import Size

LEGEND: Final = (
    ("round", "earlier session"),
    ("ring", "this session"),
)
PAIN_LEGEND: Final = (("round", "before training"), ("square", "after training"))


@dataclass(frozen=True, slots=True)
class Point:
    """One session in the trends."""

    date: str
    size: float | None
    """Median range or rise of the reps."""
    hold_s: float | None
    velocity_mps: float | None
    """Median over the sets with about the load of this session."""
    volume_kg: float | None
    pain_before: int | None
    pain_after: int | None


@dataclass(frozen=True, slots=True)
class Trends:
    """A session compared with those before it."""

    size_head: str
    compared: str
    """A sentence on the load at which velocities are compared."""
    plots: tuple[tuple[str, DotPlot | None], ...]
    """Titles and plots; None where no value is known."""
    rows: tuple[tuple[str, ...], ...]
    """Date, size, hold, velocity, volume and pain of each session, latest first."""
    left_out: str
    """A sentence on sessions that cannot be compared; empty without any."""


def trends_of(
    workout: Workout, history: Iterable[Workout], exercise: Exercise | None
) -> Trends | None:
    """Return the trends, or None if nothing in the history can be compared with this session.

    Parameters
    ----------
    workout
        This session; the history may contain it too.
    history
        Sessions in any order, of any exercise.
    exercise
        The exercise of this session.
    """
    earlier, left_out = _comparable(workout, history)
    if not earlier:
        return None
    size = size_of(exercise)
    load_kg = main_load_kg(workout.sets)
    points = [_point(each, size, load_kg) for each in (*earlier, workout)]
    return Trends(
        size_head=f"{size.title.split()[0]} {size.unit}",
        compared=_compared(load_kg),
        plots=_plots(points, size, load_kg),
        rows=tuple(_row(point, size) for point in reversed(points)),
        left_out=left_out,
    )


def _comparable(workout: Workout, history: Iterable[Workout]) -> tuple[list[Workout], str]:
    """Return the earlier sessions in order, and a sentence on those left out."""
    now = moment(workout.info.started_utc)
    reasons = {
        "of another exercise": 0,
        "measured on people" if is_synthetic(workout) else "simulated": 0,
        "later than this one": 0,
        "without a date": 0,
    }
    other_exercise, other_origin, later, undated = reasons
    kept: list[tuple[float, Workout]] = []
    for each in history:
        time = moment(each.info.started_utc)
        # Nobody starts two sessions at once: this is the same one, read from elsewhere.
        if each == workout or (now is not None and time == now):
            continue
        if each.info.exercise != workout.info.exercise:
            reasons[other_exercise] += 1
        elif is_synthetic(each) is not is_synthetic(workout):
            reasons[other_origin] += 1
        elif time is None:
            reasons[undated] += 1
        elif now is not None and time > now:
            reasons[later] += 1
        else:
            kept.append((time.timestamp(), each))
    kept.sort(key=lambda pair: pair[0])
    words = [f"{amount} {reason}" for reason, amount in reasons.items() if amount]
    total = sum(reasons.values())
    left_out = f"Left out: {counted(total, 'session')} ({listed(words)})." if words else ""
    return [each for _, each in kept], left_out


def _compared(load_kg: float | None) -> str:
    if load_kg is None:
        return "The load of this session is unknown, so velocities are not compared."
    return (
        "Velocities are compared only between sets with about the load of this session, "
        f"{load_text(load_kg)}."
    )


def _point(workout: Workout, size: Size, load_kg: float | None) -> Point:
    time = moment(workout.info.started_utc)
    reps = [rep for record in workout.sets for rep in record.reps]
    return Point(
        date="this one" if time is None else day(time),
        size=median(map(size.of, reps)),
        hold_s=median(rep.lockout_s for rep in reps),
        velocity_mps=velocity_at_mps(workout.sets, load_kg),
        volume_kg=volume_kg(workout.sets),
        pain_before=pain_at(workout, PainMoment.BEFORE),
        pain_after=pain_at(workout, PainMoment.AFTER),
    )


def _plots(
    points: Sequence[Point], size: Size, load_kg: float | None
) -> tuple[tuple[str, DotPlot | None], ...]:
    shapes = ["round"] * (len(points) - 1) + ["ring"]
    like = "a similar load" if load_kg is None else f"about {load_text(load_kg)}"
    singles = (
        (
            Quantity(size.title, size.unit, size.decimals, size.least_span),
            [point.size for point in points],
        ),
        (Quantity("Hold at the top", "s", 1, 1.0, from_zero=True), [p.hold_s for p in points]),
        (
            Quantity(f"Mean velocity at {like}", "m/s", 2, 0.2),
            [point.velocity_mps for point in points],
        ),
        (Quantity("Volume", "kg", 0, 100.0, from_zero=True), [p.volume_kg for p in points]),
    )
    dates = [point.date for point in points]
    plots = [
        (
            quantity.title,
            dot_plot(
                f"trend-{place}",
                quantity,
                [Series(values, shapes)],
                dates,
                x_title="Session",
                legend=LEGEND,
            ),
        )
        for place, (quantity, values) in enumerate(singles)
    ]
    pain = dot_plot(
        "trend-pain",
        Quantity("Pain", "of 10", 0, 10.0, from_zero=True),
        [
            Series([point.pain_before for point in points], ["round"] * len(points), "before"),
            Series([point.pain_after for point in points], ["square"] * len(points), "after"),
        ],
        dates,
        x_title="Session",
        legend=PAIN_LEGEND,
    )
    return (*plots, ("Pain", pain))


def _row(point: Point, size: Size) -> tuple[str, ...]:
    scores = (point.pain_before, point.pain_after)
    before, after = (UNKNOWN if score is None else str(score) for score in scores)
    return (
        point.date,
        number(point.size, size.decimals),
        number(point.hold_s, 1),
        number(point.velocity_mps, 2),
        short(point.volume_kg),
        f"{before} → {after}",
    )
