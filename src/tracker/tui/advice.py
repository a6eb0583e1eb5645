"""Advice after a set or a training, in lines: effort, strength, pain, and the next session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coach import (
    NO_DIAGNOSIS,
    OneRepMax,
    PainLight,
    judge_pain,
    one_rep_max,
    past_session,
    suggest,
    velocity_loss,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from tracker.coach import Suggestion
    from tracker.domain import Exercise, PainEntered, SetRecord, Workout


def effort_lines(exercise: Exercise, record: SetRecord) -> Iterator[str]:
    """Yield the velocity loss of a set, and an estimate of the one-rep maximum."""
    loss = velocity_loss(record.reps)
    if loss is not None:
        planned = record.plan.velocity_loss
        limit = "" if planned is None else f", the set ends at {planned * 100:.0f} %"
        yield f"velocity loss {loss.share * 100:.0f} %{limit}"
    best = one_rep_max(exercise, record.load_kg, record.reps, record.plan)
    if isinstance(best, OneRepMax):
        yield (
            f"estimated 1RM {best.load_kg:.0f} kg ({best.least_kg:.0f} to {best.most_kg:.0f} kg), "
            f"from {best.velocity_mps:.2f} m/s"
        )


def pain_lines(pain: Sequence[PainEntered]) -> Iterator[str]:
    """Yield what to do about pain; nothing while it is low and does not grow."""
    verdict = judge_pain(pain)
    if verdict is None or verdict.light is PainLight.GREEN:
        return
    yield f"{'! ' if verdict.stops else ''}{verdict.words}"
    if verdict.stops:
        yield NO_DIAGNOSIS


def best_line(workout: Workout) -> str:
    """Return the longest hold and the fastest rep of a training; empty without reps."""
    reps = [(record.index, rep) for record in workout.sets for rep in record.reps]
    parts = []
    held = [(rep.lockout_s, index, rep.index) for index, rep in reps if rep.lockout_s is not None]
    if held:
        hold_s, set_index, rep_index = max(held, key=lambda each: each[0])
        parts.append(f"hold {hold_s:.1f} s (set {set_index}, rep {rep_index})")
    fast = [
        (rep.mean_velocity_mps, index, rep.index)
        for index, rep in reps
        if rep.mean_velocity_mps is not None
    ]
    if fast:
        speed_mps, set_index, rep_index = max(fast, key=lambda each: each[0])
        parts.append(f"velocity {speed_mps:.2f} m/s (set {set_index}, rep {rep_index})")
    return f"best: {' · '.join(parts)}" if parts else ""


def record_lines(workout: Workout, earlier: Iterable[Workout]) -> Iterator[str]:
    """Yield what no earlier training of the exercise reached; nothing without one.

    A simulated training sets no record, and none stands against it.
    """
    if workout.info.origin == "synthetic":
        return
    same = [
        each
        for each in earlier
        if each.info.exercise == workout.info.exercise and each.info.origin != "synthetic"
    ]
    for title, unit, measure in _RECORDS:
        now = measure(workout)
        before = max((value for each in same if (value := measure(each))), default=None)
        if now is not None and before is not None and now > before:
            yield f"★ {title}: {now:.6g}{unit}, before {before:.6g}{unit}"


def _heaviest_kg(workout: Workout) -> float | None:
    return max((record.load_kg or 0.0 for record in workout.sets if record.done), default=None)


def _most_reps(workout: Workout) -> float | None:
    return max((float(record.done) for record in workout.sets), default=None)


def _lifted_kg(workout: Workout) -> float | None:
    return sum((record.load_kg or 0.0) * record.done for record in workout.sets)


_RECORDS: Final = (
    ("heaviest set", " kg", _heaviest_kg),
    ("most reps in a set", "", _most_reps),
    ("most lifted", " kg", _lifted_kg),
)


def next_lines(workout: Workout, earlier: Iterable[Workout], soonest: date) -> Iterator[str]:
    """Yield a suggestion for the session after `workout`, and its reason.

    The earlier trainings are given oldest first; the next one may take place from `soonest` on.
    """
    sessions = [past_session(each) for each in (*earlier, workout)]
    suggestion = suggest(sessions, workout.info.exercise, soonest)
    if suggestion.sets:
        yield f"next time: {_plan_words(suggestion)}"
    yield suggestion.reason


@dataclass(frozen=True, slots=True)
class Today:
    """What to do today, and why."""

    plan: str
    """Sets, reps and load; empty on a day without a training."""
    why: str


def today(earlier: Iterable[Workout], exercise: str, day: date) -> Today:
    """Return what to do on a day; the trainings before it are given oldest first."""
    suggestion = suggest([past_session(each) for each in earlier], exercise, day)
    return Today(_plan_words(suggestion) if suggestion.sets else "", suggestion.reason)


def _plan_words(suggestion: Suggestion) -> str:
    load_kg = suggestion.load_kg
    load = "" if load_kg is None else f", {load_kg:g} kg" if load_kg else ", bodyweight"
    return f"{suggestion.sets} × {suggestion.reps}{load}"
