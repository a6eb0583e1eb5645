"""Advice after a set or a training, in lines: effort, strength, pain, and the next session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.app.advice import day_words, plan_words
from tracker.coach import (
    NO_DIAGNOSIS,
    OneRepMax,
    PainLight,
    Verdict,
    judge_pain,
    one_rep_max,
    side_difference,
    velocity_loss,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tracker.app.advice import Advisor
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


def next_lines(workout: Workout, advisor: Advisor, now: datetime) -> Iterator[str]:
    """Yield what to do after `workout`, which has just ended, and why."""
    difference = side_difference(workout.sets)
    if difference is not None and difference.words:
        yield difference.words
    advisor = advisor.after(workout)
    yield from advisor.strength_lines(now, workout.info.exercise)
    judgement = advisor.judge(now, workout.info.exercise)
    if judgement.plan is not None:
        day = "" if judgement.not_before is None else f" ({day_words(judgement.not_before)})"
        yield f"next time{day}: {plan_words(judgement.plan, judgement.exercise)}"
    if judgement.verdict is Verdict.STOP:
        yield "next time: not before you have asked somebody about the pain"
    # Why there is a rest or a stop is known: the wearer has just trained, and said how it hurts.
    known = judgement.verdict in (Verdict.REST, Verdict.STOP)
    yield from judgement.reasons[1 if known else 0 :]


@dataclass(frozen=True, slots=True)
class Today:
    """What to do today, and why."""

    plan: str
    """Sets, reps and load; empty on a day without a training."""
    why: str


def today(advisor: Advisor, exercise: str, now: datetime) -> Today:
    """Return what to do on a day."""
    judgement = advisor.judge(now, exercise)
    plan, why = judgement.plan, " ".join(judgement.reasons)
    if plan is None or judgement.verdict in (Verdict.REST, Verdict.STOP):
        return Today("", why)
    load_kg = plan.load_kg
    load = "" if load_kg is None else f", {load_kg:g} kg" if load_kg else ", bodyweight"
    reps = "" if plan.target_reps is None else f" × {plan.target_reps}"
    return Today(f"{plan.sets or 1}{reps}{load}", why)
