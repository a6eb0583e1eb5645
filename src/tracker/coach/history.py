"""Past trainings in as many words as the next one needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tracker.coach.pain import PainVerdict, judge_pain
from tracker.domain import Flag

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, tzinfo

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
"""Remarks that are about how a rep was done, and not about the data."""

UNSEEN_FLAGS: Final = frozenset({Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN})
"""Remarks after which nothing can be said about form."""


@dataclass(frozen=True, slots=True)
class PastSet:
    """One set that was done."""

    reps: int
    """Reps that count for the wearer."""
    target_reps: int | None = None
    """Reps that were planned; None if none were."""
    load_kg: float | None = None
    """Load, kg; 0 is bodyweight, None is not said."""
    good_share: float | None = None
    """Share of the reps without a remark on form, of those that were seen well; None of none."""


@dataclass(frozen=True, slots=True)
class PastSession:
    """One training that was done."""

    day: date | None
    """When, in the wearer's own time zone; None if unknown."""
    exercise: str
    sets: tuple[PastSet, ...]
    """In order; those without a rep are left out."""
    pain: PainVerdict | None = None
    """What its pain scores mean; None without any."""

    @property
    def load_kg(self) -> float | None:
        """Heaviest load of a set, kg; None where none was said."""
        return max((each.load_kg for each in self.sets if each.load_kg is not None), default=None)

    @property
    def good_share(self) -> float | None:
        """Share of good reps over all sets; None if none was seen well."""
        known = [(each.good_share, each.reps) for each in self.sets]
        seen = [(share, reps) for share, reps in known if share is not None and reps > 0]
        amount = sum(reps for _, reps in seen)
        return sum(share * reps for share, reps in seen) / amount if amount else None


def past_session(workout: Workout, zone: tzinfo = UTC) -> PastSession:
    """Return what there is to remember of a training.

    Parameters
    ----------
    workout
        The training.
    zone
        Time zone of the wearer: a training late in the evening is of another day elsewhere.
    """
    started = workout.info.started_utc
    return PastSession(
        day=None if started is None else _day(started, zone),
        exercise=workout.info.exercise,
        sets=tuple(_past_set(record) for record in workout.sets if record.done > 0),
        pain=judge_pain(workout.pain),
    )


def _past_set(record: SetRecord) -> PastSet:
    return PastSet(
        reps=record.done,
        target_reps=record.plan.target_reps,
        load_kg=record.load_kg,
        good_share=_good_share(record.reps),
    )


def _good_share(reps: Iterable[Rep]) -> float | None:
    seen = [rep for rep in reps if not UNSEEN_FLAGS.intersection(rep.flags)]
    good = [rep for rep in seen if not FORM_FLAGS.intersection(rep.flags)]
    return len(good) / len(seen) if seen else None


def _day(started_utc: str, zone: tzinfo) -> date | None:
    try:
        started = datetime.fromisoformat(started_utc)
    except ValueError:
        return None
    return (started.astimezone(zone) if started.tzinfo is not None else started).date()
