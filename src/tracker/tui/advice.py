"""Advice after a set or a training, in lines: effort, strength, pain, and the next session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
from tracker.domain.loads import load_number, load_text, load_words
from tracker.language import _, decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tracker.app.advice import Advisor
    from tracker.domain import Exercise, PainEntered, SetRecord, Workout


def effort_lines(exercise: Exercise, record: SetRecord) -> Iterator[str]:
    """Yield the velocity loss of a set, and an estimate of the one-rep maximum."""
    loss = velocity_loss(record.reps)
    if loss is not None:
        planned = record.plan.velocity_loss
        percent = f"{loss.share * 100:.0f}"
        if planned is None:
            yield _("velocity loss {percent} %").format(percent=percent)
        else:
            yield _("velocity loss {percent} %, the set ends at {limit} %").format(
                percent=percent, limit=f"{planned * 100:.0f}"
            )
    best = one_rep_max(exercise, record.load_kg, record.reps, record.plan)
    if isinstance(best, OneRepMax):
        yield _("estimated 1RM {load} ({least} to {most}), from {velocity} m/s").format(
            load=load_text(best.load_kg, 0),
            least=load_number(best.least_kg, 0),
            most=load_text(best.most_kg, 0),
            velocity=decimal(best.velocity_mps, 2),
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
        plan = plan_words(judgement.plan, judgement.exercise)
        if judgement.not_before is None:
            yield _("next time: {plan}").format(plan=plan)
        else:
            day = day_words(judgement.not_before)
            yield _("next time ({day}): {plan}").format(day=day, plan=plan)
    if judgement.verdict is Verdict.STOP:
        yield _("next time: not before you have asked somebody about the pain")
    # Why there is a rest or a stop is known: the wearer has just trained, and said how it hurts.
    known = judgement.verdict in (Verdict.REST, Verdict.STOP)
    yield from judgement.reasons[1 if known else 0 :]


def best_line(workout: Workout) -> str:
    """Return the longest hold and the fastest rep of a training; empty without reps."""
    reps = [(record.index, rep) for record in workout.working_sets for rep in record.reps]
    parts = []
    held = [(rep.lockout_s, index, rep.index) for index, rep in reps if rep.lockout_s is not None]
    if held:
        hold_s, set_index, rep_index = max(held, key=lambda each: each[0])
        parts.append(
            _("hold {seconds} s (set {set}, rep {rep})").format(
                seconds=decimal(hold_s, 1), set=set_index, rep=rep_index
            )
        )
    fast = [
        (rep.mean_velocity_mps, index, rep.index)
        for index, rep in reps
        if rep.mean_velocity_mps is not None
    ]
    if fast:
        speed_mps, set_index, rep_index = max(fast, key=lambda each: each[0])
        parts.append(
            _("velocity {velocity} m/s (set {set}, rep {rep})").format(
                velocity=decimal(speed_mps, 2), set=set_index, rep=rep_index
            )
        )
    # Translators: the longest hold and the fastest rep of a training.
    return _("best: {measures}").format(measures=" · ".join(parts)) if parts else ""


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
    for title, shown, measure in _RECORDS:
        now = measure(workout)
        before = max((value for each in same if (value := measure(each))), default=None)
        if now is not None and before is not None and now > before:
            yield _("★ {record}: {now}, before {before}").format(
                record=title, now=shown(now), before=shown(before)
            )


def _heaviest_kg(workout: Workout) -> float | None:
    return max(
        (record.load_kg or 0.0 for record in workout.working_sets if record.done), default=None
    )


def _most_reps(workout: Workout) -> float | None:
    return max((float(record.done) for record in workout.working_sets), default=None)


def _lifted_kg(workout: Workout) -> float | None:
    return sum((record.load_kg or 0.0) * record.done for record in workout.working_sets)


_RECORDS: Final = (
    (_("heaviest set"), load_text, _heaviest_kg),
    (_("most reps in a set"), "{:g}".format, _most_reps),
    (_("most lifted"), load_text, _lifted_kg),
)


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
    reps = "" if plan.target_reps is None else f" × {plan.target_reps}"
    parts = (f"{plan.sets or 1}{reps}", load_words(plan.load_kg))
    return Today(", ".join(filter(None, parts)), why)
