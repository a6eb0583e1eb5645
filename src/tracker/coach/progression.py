"""The next session of an exercise: form first, then reps, then sets, then load.

This is how coaches teach the exercise: a bridge on the floor, the hip thrust with bodyweight until
the form is right, more reps, more sets, then a band, a dumbbell or a bar, light first, and lighter
again when form breaks. `PROGRAMME` holds the rules as data, each with its source; the first that
applies decides. `PastSession` is what the rules need to know of an earlier session. What today
itself says, pain, rest and lay-offs, is in `judgement`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from statistics import fmean
from typing import TYPE_CHECKING, Final

from tracker.coach.pain import PainLight, PainVerdict
from tracker.domain import (
    NO_PLAN,
    ONE_LEGGED,
    Plan,
    exercise_named,
    parse_tempo,
)
from tracker.domain.loads import heavier_kg, lighter_kg, load_words, whole_steps_kg
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date


FIRST_REPS: Final = 10
"""Reps of the first bodyweight sets."""

MOST_REPS: Final = 12
"""Reps of a set before sets or load are added: three sets of twelve (Contreras)."""

LEAST_REPS: Final = 5
"""Fewer reps than this are no easier: the exercise is too hard."""

FIRST_SETS: Final = 2
"""Sets of the first session."""

MOST_SETS: Final = 3
"""Sets before load is added."""

REPS_STEP: Final = 2
"""Reps added at once."""

FIRST_LOAD_KG: Final = 10.0
"""Light first: a dumbbell, or a light bar without plates."""

FIRST_LOAD_ONE_LEG_KG: Final = 5.0
"""One leg carries what two did."""

LOAD_STEP_SHARE: Final = 0.05
"""The lower end of the usual 5 to 10 %."""

EASY_STEP_SHARE: Final = 0.10
"""The upper end, for sets that were easy."""

LIGHTER_SHARE: Final = 0.9
"""A tenth less when form breaks, or when three sessions in a row fell short."""

TWO: Final = 2
"""Reps over the plan, and sessions in a row, in the rule of two for two."""

THREE: Final = 3
"""Full sessions in a row that add load without extra reps, and failed ones that take it off."""

GOOD_SHARE: Final = 0.8
"""Form is right when four of five reps are without a remark."""

BROKEN_SHARE: Final = 0.5
"""Form breaks when more than every second rep has one."""

HARD_RPE: Final = 9.5
"""From here on no rep was left, or perhaps one: nothing is added."""

EASY_RPE: Final = 6.0
"""Up to here four reps or more were left: a larger step is safe to take."""

HARD_LOSS: Final = 0.4
"""A set that lost this share of its velocity ended close to failure."""

FIRST_PLAN: Final = Plan(tempo=parse_tempo("3-0-1-2"))
"""What is not progressed, without a plan yet: a controlled eccentric, a real hold."""

LADDER: Final = ("glute_bridge", "hip_thrust")
"""From beginner on: the floor bridge, the hip thrust with bodyweight, and then with a load."""

BRANCHES: Final[dict[str, str]] = {
    "banded_hip_thrust": _("resistance that is largest at the top, without a bar"),
    "feet_elevated_hip_thrust": _("a longer way up, for more range without more load"),
    "b_stance_hip_thrust": _("one leg does most of the work: the step before a single leg"),
    "single_leg_hip_thrust": _("each side on its own, without a bar; the weaker side leads"),
}
"""What each branch off the ladder is for; they open once three sets of twelve are clean."""


class Step(Enum):
    """What changes."""

    BEGIN = "begin"
    """Nothing yet: this is the first session."""
    SAME = "same"
    """Nothing."""
    REPS = "reps"
    """More reps."""
    SETS = "sets"
    """Another set."""
    EXERCISE = "exercise"
    """The next exercise of the ladder."""
    LOAD = "load"
    """More load."""
    LIGHTER = "lighter"
    """Less load or fewer reps, because form broke, sessions fell short, or time has passed."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The next session of an exercise."""

    step: Step
    reason: str
    """Why, in words for the wearer."""
    exercise: str
    plan: Plan
    """Sets, reps and load, and whatever else the last plan said."""
    source: str = ""
    """Where the rule is from."""


@dataclass(frozen=True, slots=True)
class PastSet:
    """One working set of an earlier session; on one leg, the weaker of the two sides."""

    reps: int
    """Reps done, as counted or corrected."""
    target_reps: int | None = None
    """Planned reps; None without a plan."""
    load_kg: float | None = None
    """Load, kg; 0 is bodyweight, None is unknown."""
    good_share: float | None = None
    """Share of the well-seen reps without a remark on form; None if none was well seen."""
    paced_share: float | None = None
    """Share of the reps that were not too fast, for the plan or for an unhurried descent; None if
    no rep tells."""
    rpe: float | None = None
    """Perceived exertion, 0 to 10; None if not entered."""
    loss: float | None = None
    """Velocity lost in the set, as a share of its best; None if unknown."""
    sensed: bool = True
    """Whether a sensor saw it."""


@dataclass(frozen=True, slots=True)
class PastSession:
    """One exercise of an earlier session."""

    day: date | None
    """Its date on the wearer's clock; None if unknown."""
    exercise: str
    sets: tuple[PastSet, ...]
    """Working sets in order, without those that have no rep."""
    pain: PainVerdict | None = None
    """What the session's pain scores mean; None without scores."""
    plan: Plan = NO_PLAN
    """The plan of its last set."""

    @property
    def load_kg(self) -> float | None:
        """Heaviest load of a set, kg; None if unknown."""
        return max((each.load_kg for each in self.sets if each.load_kg is not None), default=None)

    @property
    def good_share(self) -> float | None:
        """Share of good reps over all sets; None if none was well seen."""
        return _weighted((each.good_share, each.reps) for each in self.sets)

    @property
    def paced_share(self) -> float | None:
        """Share of reps that were not too fast; None if no rep tells."""
        return _weighted((each.paced_share, each.reps) for each in self.sets)

    @property
    def sensed(self) -> bool:
        """Whether a sensor saw any of it; what was entered by hand is taken at its word."""
        return any(each.sensed for each in self.sets)

    @property
    def clean(self) -> bool:
        """Whether four of five reps were without a remark on form, and as many not too fast."""
        share = self.good_share
        return (not self.sensed if share is None else share >= GOOD_SHARE) and not self.hurried

    @property
    def hurried(self) -> bool:
        """Whether fewer than four of five reps kept to the tempo."""
        share = self.paced_share
        return share is not None and share < GOOD_SHARE

    @property
    def target(self) -> int:
        """Planned reps of a set, or without a plan those of the smallest set."""
        planned = [each.target_reps for each in self.sets if each.target_reps is not None]
        return max(planned) if planned else min(each.reps for each in self.sets)

    @property
    def full(self) -> bool:
        """Whether every set had its reps, and no planned set is missing."""
        return len(self.sets) >= self.sets_planned and all(
            each.reps >= self.target for each in self.sets
        )

    @property
    def sets_planned(self) -> int:
        """Sets that were planned, or without a plan those that were done."""
        return self.plan.sets or len(self.sets)

    @property
    def dose(self) -> tuple[float | None, int, int]:
        """What was asked: load, reps and sets."""
        return self.load_kg, self.target, self.sets_planned

    @property
    def before_the_last(self) -> tuple[PastSet, ...]:
        """The sets whose effort counts: an open last set is meant to be hard."""
        return self.sets[:-1] if len(self.sets) > 1 else self.sets

    @property
    def hard(self) -> bool:
        """Whether the sets were close to failure, by exertion or by lost velocity."""
        efforts = [each.rpe for each in self.before_the_last if each.rpe is not None]
        losses = (each.loss or 0.0 for each in self.before_the_last)
        return bool(efforts and fmean(efforts) >= HARD_RPE) or max(losses) >= HARD_LOSS

    @property
    def easy(self) -> bool:
        """Whether every set left at least four reps."""
        efforts = [each.rpe for each in self.sets]
        return all(each is not None and each <= EASY_RPE for each in efforts)


def _weighted(shares: Iterable[tuple[float | None, int]]) -> float | None:
    """Return the mean of the known shares by reps; None without any."""
    known = [(share, reps) for share, reps in shares if share is not None and reps > 0]
    amount = sum(reps for _, reps in known)
    return sum(share * reps for share, reps in known) / amount if amount else None


@dataclass(frozen=True, slots=True)
class Course:
    """The past sessions of one exercise, as the rules look at them."""

    past: tuple[PastSession, ...]
    """Oldest first; at least one."""

    @property
    def last(self) -> PastSession:
        """The newest session."""
        return self.past[-1]

    @property
    def loaded(self) -> bool:
        """Whether there is a known load besides the body."""
        return bool(self.last.load_kg)

    @property
    def form_broke(self) -> bool:
        """Whether more than every second rep of the last session had a remark."""
        share = self.last.good_share
        return share is not None and share < BROKEN_SHARE

    @property
    def at_this_dose(self) -> tuple[PastSession, ...]:
        """The newest sessions in a row with the load, reps and sets of the last."""
        number = len(self.past)
        while number and self.past[number - 1].dose == self.last.dose:
            number -= 1
        return self.past[number:]

    @property
    def failed_in_a_row(self) -> int:
        """How many sessions in a row fell short at this dose, up to now."""
        return _run(self.at_this_dose, lambda each: not (each.full and each.clean))

    @property
    def full_in_a_row(self) -> int:
        """How many sessions in a row were full, clean and not too hard at this dose."""
        return _run(self.at_this_dose, lambda each: each.full and each.clean and not each.hard)

    @property
    def over_in_a_row(self) -> int:
        """How many sessions in a row at this load had two clean reps over the plan at the end.

        A set without a plan counts as planned for twelve reps.
        """
        load_kg = self.last.load_kg
        return _run(
            self.past,
            lambda each: (
                each.load_kg == load_kg
                and each.clean
                and each.sets[-1].reps >= (each.sets[-1].target_reps or MOST_REPS) + TWO
            ),
        )

    @property
    def first_load_kg(self) -> float:
        """The first load of the exercise, kg."""
        one_leg = self.last.exercise in ONE_LEGGED
        return whole_steps_kg(FIRST_LOAD_ONE_LEG_KG if one_leg else FIRST_LOAD_KG)


def _run(sessions: Sequence[PastSession], holds: Callable[[PastSession], bool]) -> int:
    """Return for how many of the newest sessions in a row something holds."""
    number = 0
    while number < len(sessions) and holds(sessions[-1 - number]):
        number += 1
    return number


@dataclass(frozen=True, slots=True)
class ProgrammeRule:
    """When and how the next session differs from the last; the first rule that applies decides."""

    name: str
    """As `docs/coaching.md` lists it."""
    step: Step
    applies: Callable[[Course], bool]
    reason: str
    """In words for the wearer; `{reps}`, `{sets}`, `{load}`, `{exercise}` are of the next plan,
    `{over}` two more reps than planned, `{full}` a sentence on what full sets are."""
    source: str
    change: Callable[[Course], dict[str, object]] = lambda _: {}
    """The fields of the plan that change, and `exercise`."""


def _lighter(course: Course) -> dict[str, object]:
    """Return a tenth less, or two reps fewer; then the exercise below, or a set fewer."""
    last = course.last
    if last.load_kg:
        return {"load_kg": lighter_kg(last.load_kg, LIGHTER_SHARE)}
    reps = last.target
    if reps > LEAST_REPS:
        return {"target_reps": max(reps - REPS_STEP, LEAST_REPS)}
    place = LADDER.index(last.exercise) if last.exercise in LADDER else 0
    if place and course.failed_in_a_row >= THREE:
        return {**_BEGINNING, "exercise": LADDER[place - 1]}
    return {"sets": max(1, len(last.sets) - 1)}


_BEGINNING: Final[dict[str, object]] = {
    "sets": FIRST_SETS,
    "target_reps": FIRST_REPS,
    "load_kg": 0.0,
}


def _more_reps(course: Course) -> dict[str, object]:
    step = MOST_REPS if course.last.easy else REPS_STEP
    return {"target_reps": min(course.last.target + step, MOST_REPS)}


def _more_load(course: Course) -> dict[str, object]:
    load_kg = course.last.load_kg or 0.0
    if load_kg <= 0.0:
        return {"load_kg": course.first_load_kg}
    share = EASY_STEP_SHARE if course.last.easy else LOAD_STEP_SHARE
    return {"load_kg": heavier_kg(load_kg, share)}


def _next_exercise(course: Course) -> dict[str, object]:
    following = LADDER[LADDER.index(course.last.exercise) + 1]
    return {**_BEGINNING, "exercise": following}


def _ready_to_climb(course: Course) -> bool:
    below_the_top = course.last.exercise in LADDER[:-1]
    return below_the_top and not course.loaded and course.full_in_a_row >= TWO


PROGRAMME: Final[tuple[ProgrammeRule, ...]] = (
    ProgrammeRule(
        "form broke",
        Step.LIGHTER,
        lambda course: course.form_broke,
        _("Form broke in more than half of the reps: make it easier."),
        "coaching practice",
        _lighter,
    ),
    ProgrammeRule(
        "three sessions fell short",
        Step.LIGHTER,
        lambda course: course.failed_in_a_row >= THREE,
        _("Three sessions in a row fell short: make it easier, and build up again."),
        "our choice; coaches call it a deload",
        _lighter,
    ),
    ProgrammeRule(
        "not seen well",
        Step.SAME,
        lambda course: course.last.sensed and course.last.good_share is None,
        _("Too few reps were seen well: do the same again."),
        "our choice",
    ),
    ProgrammeRule(
        "too fast",
        Step.SAME,
        lambda course: course.last.hurried,
        _("Slow down: do the same until four of five reps keep to the tempo."),
        "coaching practice",
    ),
    ProgrammeRule(
        "not clean",
        Step.SAME,
        lambda course: not course.last.clean,
        _("Do the same until four of five reps are clean."),
        "coaching practice",
    ),
    ProgrammeRule(
        "amber pain",
        Step.SAME,
        lambda course: course.last.pain is not None and course.last.pain.light is PainLight.AMBER,
        "{pain}",
        "pain, below",
    ),
    ProgrammeRule(
        "not full",
        Step.SAME,
        lambda course: not course.last.full,
        "{full}",
        "coaching practice",
    ),
    ProgrammeRule(
        "too hard",
        Step.SAME,
        lambda course: course.last.hard,
        _("The sets left nothing in reserve: do the same until they do."),
        "effort as reps in reserve: Hackett 2017; the limits are our choice",
    ),
    ProgrammeRule(
        "more reps",
        Step.REPS,
        lambda course: not course.loaded and course.last.target < MOST_REPS,
        _("Every set was full and clean: {reps} reps."),
        "coaching practice",
        _more_reps,
    ),
    ProgrammeRule(
        "more sets",
        Step.SETS,
        lambda course: len(course.last.sets) < MOST_SETS,
        _("Every set was full and clean: {sets} sets."),
        "3 × 12: Contreras",
        lambda course: {"sets": len(course.last.sets) + 1},
    ),
    ProgrammeRule(
        "next exercise",
        Step.EXERCISE,
        _ready_to_climb,
        _("Two full, clean sessions in a row: go on to the {exercise}."),
        "coaching practice",
        _next_exercise,
    ),
    ProgrammeRule(
        "load unknown",
        Step.SAME,
        lambda course: course.last.load_kg is None,
        _("Enter your load to be told when to add to it."),
        "our choice",
    ),
    ProgrammeRule(
        "two for two",
        Step.LOAD,
        lambda course: course.over_in_a_row >= TWO,
        _("Two reps over the plan, twice in a row: {load}."),
        "the rule of two for two; versions of it differ",
        _more_load,
    ),
    ProgrammeRule(
        "three full sessions",
        Step.LOAD,
        lambda course: course.full_in_a_row >= THREE,
        _("Three full, clean sessions in a row, and not too hard: {load}."),
        "load once 3 × 12 is reached: Contreras; three times in a row is our stricter choice",
        _more_load,
    ),
    ProgrammeRule(
        "otherwise",
        Step.SAME,
        lambda _: True,
        _("Do the same; add load after {over} clean reps in the last set twice in a row."),
        "the rule of two for two",
    ),
)
"""The rules, the most important first."""


def suggest(sessions: Sequence[PastSession], exercise: str, base: Plan = FIRST_PLAN) -> Suggestion:
    """Return the next session of an exercise, given the past ones of all exercises, oldest first.

    What is not progressed, as the tempo, is as in the last plan, or without one as in `base`.
    """
    same = tuple(each for each in sessions if each.exercise == exercise and each.sets)
    if not same:
        plan = replace(
            _carried(base),
            sets=base.sets or FIRST_SETS,
            target_reps=base.target_reps or FIRST_REPS,
            load_kg=base.load_kg or 0.0,
        )
        reason = _("Start with bodyweight until your form is right.")
        if base.load_kg:
            reason = _("This is the plan that you set up; lighter until your form is right.")
        return Suggestion(Step.BEGIN, reason, exercise, plan, "coaching practice")
    course = Course(same)
    rule = next(each for each in PROGRAMME if each.applies(course))
    return changed(course, rule.step, rule.reason, rule.change(course), rule.source, base)


def easier(
    sessions: Sequence[PastSession],
    exercise: str,
    reason: str,
    base: Plan = FIRST_PLAN,
    share: float = LIGHTER_SHARE,
) -> Suggestion:
    """Return a session lighter than the last one, by a share of the load or by reps."""
    same = tuple(each for each in sessions if each.exercise == exercise and each.sets)
    if not same:
        return suggest(sessions, exercise, base)
    course = Course(same)
    load_kg = course.last.load_kg
    if load_kg:
        change: dict[str, object] = {"load_kg": lighter_kg(load_kg, share)}
    else:
        change = _lighter(course)
    return changed(course, Step.LIGHTER, reason, change, "", base)


def held(
    sessions: Sequence[PastSession], exercise: str, reason: str, base: Plan = FIRST_PLAN
) -> Suggestion:
    """Return the last session of an exercise again."""
    same = tuple(each for each in sessions if each.exercise == exercise and each.sets)
    if not same:
        return suggest(sessions, exercise, base)
    return changed(Course(same), Step.SAME, reason, {}, "", base)


def changed(
    course: Course,
    step: Step,
    reason: str,
    change: dict[str, object],
    source: str,
    base: Plan,
) -> Suggestion:
    """Return the last session of a course with what changes in it."""
    last = course.last
    carried = _carried(base if last.plan == NO_PLAN else last.plan)
    values: dict[str, object] = {
        "sets": max(len(last.sets), last.sets_planned if last.plan.sets else 0),
        "target_reps": last.target,
        "load_kg": last.load_kg,
    }
    values |= {name: value for name, value in change.items() if name != "exercise"}
    exercise = str(change.get("exercise", last.exercise))
    plan = replace(carried, **values)  # type: ignore[arg-type]
    open_ended = step is not Step.LIGHTER and (
        bool(plan.load_kg)
        or ((plan.target_reps or 0) >= MOST_REPS and (plan.sets or 0) >= MOST_SETS)
    )
    plan = replace(plan, or_more=open_ended)
    words = reason.format(
        full=_full_words(plan.sets or 1, plan.target_reps or last.target),
        reps=plan.target_reps,
        sets=plan.sets,
        load=load_words(plan.load_kg),
        exercise=exercise_named(exercise).noun,
        over=(plan.target_reps or 0) + TWO,
        pain="" if last.pain is None else last.pain.words,
    )
    return Suggestion(step, words, exercise, plan, source)


def _full_words(sets: int, reps: int) -> str:
    """Return what has to be full before anything is added."""
    if sets == 1:
        text = ngettext(
            "Do the same until the set has its {reps} rep.",
            "Do the same until the set has its {reps} reps.",
            reps,
        )
    elif sets == 2:
        text = ngettext(
            "Do the same until both sets have their {reps} rep.",
            "Do the same until both sets have their {reps} reps.",
            reps,
        )
    else:
        text = ngettext(
            "Do the same until all {sets} sets have their {reps} rep.",
            "Do the same until all {sets} sets have their {reps} reps.",
            reps,
        )
    return text.format(sets=sets, reps=reps)


def _carried(plan: Plan) -> Plan:
    """Return what a plan keeps from session to session: all but the dose."""
    return replace(
        plan, exercise=None, side=None, warm_up=False, or_more=False, sets=None, target_reps=None
    )
