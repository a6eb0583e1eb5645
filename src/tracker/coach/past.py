"""What the rules of the programme need to know of a training that is over."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from tracker.coach.calendar import day_of
from tracker.coach.checks import RepContext, check_lowering, check_tempo
from tracker.coach.pain import judge_pain
from tracker.coach.progression import PastSession, PastSet
from tracker.coach.velocity import velocity_loss
from tracker.domain import NO_PLAN, CueKind, Flag, Side, exercise_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from tracker.domain import Rep, SetRecord, Workout

FORM_FLAGS: Final = frozenset(
    {
        Flag.SHORT_OF_LOCKOUT,
        Flag.PAST_LOCKOUT,
        Flag.FAR_PAST_LOCKOUT,
        Flag.SAGGED,
        Flag.DROPPED_ECCENTRIC,
        Flag.TILTED,
    }
)
"""Remarks on form; a rest at the bottom is not one."""

UNSEEN_FLAGS: Final = frozenset({Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN})
"""Remarks on the data after which a rep's form and numbers are uncertain."""


def past_sessions(
    workout: Workout, zone: tzinfo | None = UTC, limit: int | None = None
) -> tuple[PastSession, ...]:
    """Return what the rules need to know of a training: a session for each exercise in it.

    Warm-up sets are left out. The wearer's clock decides the day; `zone` is for a session that
    only has its time in UTC, None is the zone of this computer. `limit` is the wearer's for pain.
    """
    day = day_of(workout.info.started_utc, zone)
    pain = judge_pain(workout.pain) if limit is None else judge_pain(workout.pain, limit)
    records: dict[str, list[SetRecord]] = {workout.info.exercise: []}
    for record in workout.working_sets:
        if record.done > 0:
            records.setdefault(workout.exercise_of(record), []).append(record)
    return tuple(
        PastSession(
            day, exercise, _rounds(each, exercise), pain, each[-1].plan if each else NO_PLAN
        )
        for exercise, each in records.items()
    )


def _rounds(records: Sequence[SetRecord], exercise: str) -> tuple[PastSet, ...]:
    """Return sets in order; of the two sides of a round, the weaker one."""
    by_side: dict[Side | None, list[PastSet]] = {}
    for record in records:
        by_side.setdefault(record.side, []).append(_past_set(record, exercise))
    sides = [by_side[side] for side in Side if side in by_side]
    rounds = [min(each, key=lambda one: one.reps) for each in zip(*sides, strict=False)]
    return (*rounds, *by_side.get(None, ()))


def _past_set(record: SetRecord, exercise: str) -> PastSet:
    loss = velocity_loss(record.reps)
    return PastSet(
        record.done,
        record.plan.target_reps,
        record.load_kg,
        _good_share(record.reps),
        _paced_share(record, exercise),
        record.entries.rpe,
        None if loss is None else loss.share,
        sensed=bool(record.reps),
    )


def _good_share(reps: Iterable[Rep]) -> float | None:
    seen = [rep for rep in reps if not UNSEEN_FLAGS.intersection(rep.flags)]
    good = [rep for rep in seen if not FORM_FLAGS.intersection(rep.flags)]
    return len(good) / len(seen) if seen else None


_TOO_FAST: Final = frozenset({CueKind.DROPPED, CueKind.LOWER_SLOWER, CueKind.TOO_FAST})
"""Cues that ask for less speed."""


def _paced_share(record: SetRecord, exercise: str) -> float | None:
    """Return the share of reps of which no check says that they were too fast."""
    fast: list[bool] = []
    for place, rep in enumerate(record.reps):
        context = RepContext(exercise_named(exercise), record.plan, record.reps[:place])
        seen = [*check_lowering(rep, context), *check_tempo(rep, context)]
        judged = [each.wrong for each in seen if each.kind in _TOO_FAST]
        if judged:
            fast.append(any(judged))
    return 1.0 - sum(fast) / len(fast) if fast else None
