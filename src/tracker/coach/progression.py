"""The next session: form first, then reps, then sets, then load; never through pain.

This is how coaches teach the exercise: bodyweight until the form is right, more reps, more sets,
then a band, a dumbbell or a bar, light first, and lighter again when form breaks. Load is added by
the rule of two for two: two reps over the plan in the last set of two sessions in a row. Sources
are in `docs/coaching.md`. `PastSession` is what the advice needs to know of an earlier session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.coach.pain import PainLight, PainVerdict, judge_pain
from tracker.domain import Flag, Plan
from tracker.domain.plan import MOST_LOAD_KG

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, tzinfo

    from tracker.domain import Rep, Workout

FIRST_REPS: Final = 10
"""Reps of the first bodyweight sets: 8 to 12 for novices (ACSM 2009)."""

MOST_REPS: Final = 12
"""Reps of a set before sets or load are added: three sets of twelve (Contreras)."""

FIRST_SETS: Final = 2
"""Sets of the first session."""

MOST_SETS: Final = 3
"""Sets before load is added."""

REPS_STEP: Final = 2
"""Reps added at once."""

FIRST_LOAD_KG: Final = 10.0
"""Light first: a dumbbell, or a light bar without plates."""

LOAD_STEP_SHARE: Final = 0.05
"""The lower end of the usual 5 to 10 %."""

LIGHTER_SHARE: Final = 0.9
"""A tenth less when form breaks."""

PLATE_KG: Final = 2.5
"""Loads come in steps of the two smallest plates that every gym has."""

TWO: Final = 2
"""Reps over the plan, and sessions in a row, in the rule of two for two."""

GOOD_SHARE: Final = 0.8
"""Form is right when four of five reps are without a remark."""

BROKEN_SHARE: Final = 0.5
"""Form breaks when more than every second rep has one."""

MOST_SESSIONS_A_WEEK: Final = 3
"""Two or three sessions a week, with a day of rest between."""

WEEK_DAYS: Final = 7


class Step(Enum):
    """What changes."""

    BEGIN = "begin"
    """Nothing yet: this is the first session."""
    STOP = "stop"
    """Pain stops the plan until the wearer has asked a professional."""
    REST = "rest"
    """Today is a day of rest."""
    SAME = "same"
    """Nothing."""
    REPS = "reps"
    """More reps."""
    SETS = "sets"
    """Another set."""
    LOAD = "load"
    """More load."""
    LIGHTER = "lighter"
    """Less load or fewer reps, because form broke."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Advice for the next session."""

    step: Step
    reason: str
    """Why, in words for the wearer."""
    sets: int = 0
    """Sets to do; 0 where there is nothing to do."""
    reps: int = 0
    """Reps in each; 0 where there is nothing to do."""
    load_kg: float | None = None
    """Load, kg; 0 is bodyweight, None is whatever the wearer used and did not enter."""

    @property
    def plan(self) -> Plan | None:
        """The plan of each set; None where there is nothing to do."""
        if not self.sets:
            return None
        return Plan(load_kg=self.load_kg, target_reps=self.reps)


def suggest(sessions: Sequence[PastSession], exercise: str, today: date) -> Suggestion:
    """Return what to do today, given the past sessions of all exercises, oldest first."""
    if sessions and sessions[-1].pain is not None and sessions[-1].pain.stops:
        return Suggestion(Step.STOP, sessions[-1].pain.words)
    rest = _rest(sessions, today)
    if rest is not None:
        return Suggestion(Step.REST, rest)
    same = [each for each in sessions if each.exercise == exercise and each.sets]
    if not same:
        reason = "Start with bodyweight until your form is right."
        return Suggestion(Step.BEGIN, reason, FIRST_SETS, FIRST_REPS, 0.0)
    return _after(same)


def _rest(sessions: Sequence[PastSession], today: date) -> str | None:
    """Return why today is a day of rest; None if it is not."""
    ago = [(today - each.day).days for each in sessions if each.day is not None]
    days = {each for each in ago if each >= 0}
    if 0 in days:
        return "You have trained today: rest, and go on the day after tomorrow."
    if 1 in days:
        return "Your last session was yesterday: rest today."
    if len([each for each in days if each < WEEK_DAYS]) >= MOST_SESSIONS_A_WEEK:
        return "Three sessions in seven days are enough: rest today."
    return None


def _after(same: Sequence[PastSession]) -> Suggestion:
    last = same[-1]
    sets, reps, load_kg = len(last.sets), _target(last), last.load_kg

    def suggestion(
        step: Step,
        reason: str,
        sets: int = sets,
        reps: int = reps,
        load_kg: float | None = load_kg,
    ) -> Suggestion:
        return Suggestion(step, reason, sets, reps, load_kg)

    good = last.good_share
    if good is not None and good < BROKEN_SHARE:
        reason = "Form broke in more than half of the reps: make it easier."
        if load_kg:
            return suggestion(Step.LIGHTER, reason, load_kg=_lighter_kg(load_kg))
        return suggestion(Step.LIGHTER, reason, reps=max(reps - REPS_STEP, min(reps, 5)))
    if good is None:
        return suggestion(Step.SAME, "Too few reps were seen well: do the same again.")
    if good < GOOD_SHARE:
        return suggestion(Step.SAME, "Do the same until four of five reps are clean.")
    if last.pain is not None and last.pain.light is PainLight.AMBER:
        return suggestion(Step.SAME, last.pain.words)
    if any(each.reps < reps for each in last.sets):
        return suggestion(Step.SAME, f"Do the same until every set has its {reps} reps.")
    if not load_kg and reps < MOST_REPS:
        more = min(reps + REPS_STEP, MOST_REPS)
        return suggestion(Step.REPS, f"Every set was full and clean: {more} reps.", reps=more)
    if sets < MOST_SETS:
        reason = f"Every set was full and clean: {sets + 1} sets."
        return suggestion(Step.SETS, reason, sets=sets + 1)
    if load_kg is None:
        return suggestion(Step.SAME, "Enter your load to be told when to add to it.")
    if not _two_for_two(same):
        reason = (
            f"Do the same; add load after {reps + TWO} clean reps in the last set of two sessions "
            "in a row."
        )
        return suggestion(Step.SAME, reason)
    heavier_kg = _heavier_kg(load_kg)
    reason = f"Two reps over the plan, twice in a row: {heavier_kg:g} kg."
    return suggestion(Step.LOAD, reason, load_kg=heavier_kg)


def _target(session: PastSession) -> int:
    """Return the planned reps, or without a plan those of the smallest set."""
    planned = [each.target_reps for each in session.sets if each.target_reps is not None]
    return max(planned) if planned else min(each.reps for each in session.sets)


def _two_for_two(same: Sequence[PastSession]) -> bool:
    """Return whether the last two sessions, at one load, ended with a set two reps over the plan.

    A set without a plan counts as planned for twelve reps.
    """
    latest = same[-TWO:]
    if len(latest) < TWO or len({each.load_kg for each in latest}) > 1:
        return False
    return all(
        (good := each.good_share) is not None
        and good >= GOOD_SHARE
        and each.sets[-1].reps >= (each.sets[-1].target_reps or MOST_REPS) + TWO
        for each in latest
    )


def _heavier_kg(load_kg: float) -> float:
    if load_kg <= 0.0:
        return FIRST_LOAD_KG
    steps = max(1, round(LOAD_STEP_SHARE * load_kg / PLATE_KG))
    return min(load_kg + steps * PLATE_KG, MOST_LOAD_KG)


def _lighter_kg(load_kg: float) -> float:
    """Return a tenth less in steps of plates, and at least one step."""
    lighter_kg = min(load_kg - PLATE_KG, PLATE_KG * (LIGHTER_SHARE * load_kg // PLATE_KG))
    return lighter_kg if lighter_kg >= PLATE_KG else 0.0


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


@dataclass(frozen=True, slots=True)
class PastSet:
    """One set of an earlier session."""

    reps: int
    """Reps done, as counted or corrected."""
    target_reps: int | None = None
    """Planned reps; None without a plan."""
    load_kg: float | None = None
    """Load, kg; 0 is bodyweight, None is unknown."""
    good_share: float | None = None
    """Share of the well-seen reps without a remark on form; None if none was well seen."""


@dataclass(frozen=True, slots=True)
class PastSession:
    """One earlier session."""

    day: date | None
    """Its date in the wearer's time zone; None if unknown."""
    exercise: str
    sets: tuple[PastSet, ...]
    """In order, without those that have no rep."""
    pain: PainVerdict | None = None
    """What its pain scores mean; None without scores."""

    @property
    def load_kg(self) -> float | None:
        """Heaviest load of a set, kg; None if unknown."""
        return max((each.load_kg for each in self.sets if each.load_kg is not None), default=None)

    @property
    def good_share(self) -> float | None:
        """Share of good reps over all sets; None if none was well seen."""
        known = [(each.good_share, each.reps) for each in self.sets]
        seen = [(share, reps) for share, reps in known if share is not None and reps > 0]
        amount = sum(reps for _, reps in seen)
        return sum(share * reps for share, reps in seen) / amount if amount else None


def past_session(workout: Workout, zone: tzinfo = UTC) -> PastSession:
    """Return what the advice needs to know of a training.

    The time zone of the wearer decides the day of a session late in the evening.
    """
    started = workout.info.started_utc
    return PastSession(
        day=None if started is None else _day(started, zone),
        exercise=workout.info.exercise,
        sets=tuple(
            PastSet(record.done, record.plan.target_reps, record.load_kg, _good_share(record.reps))
            for record in workout.sets
            if record.done > 0
        ),
        pain=judge_pain(workout.pain),
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
