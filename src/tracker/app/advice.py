"""The coach's judgement of the next training, from the training log, and its words.

The history is read once; judging it again, for another exercise or as pain is typed, reads
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from tracker.app.config import CoachingChoice
from tracker.coach import (
    FIRST_PLAN,
    WEEKDAYS,
    DayKind,
    Judgement,
    PainRecord,
    Situation,
    Verdict,
    calendar,
    day_of,
    judge,
    pain_trend,
    parse_days,
    past_sessions,
    points_of,
    profile_lines,
)
from tracker.domain import HIP_THRUST, AdviceGiven, PainMoment, exercise_named
from tracker.domain.loads import load_words
from tracker.language import _, counted, day_text
from tracker.store import SessionQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, tzinfo

    from tracker.coach import PastSession
    from tracker.domain import Plan, Workout
    from tracker.store import SessionSummary, TrainingLog

LOOKED_BACK: Final = 24
"""Sessions that the next one is planned from: two months of training."""


@dataclass(frozen=True, slots=True)
class History:
    """The past, as far as the next training depends on it."""

    workouts: tuple[Workout, ...] = ()
    """The last trainings, oldest first."""
    pain: tuple[PainRecord, ...] = ()
    """The scores of every training, oldest first; empty ones included."""
    asked: tuple[datetime, ...] = ()
    """When somebody was asked about pain."""
    unanswered: int | None = None
    """The last session, while its pain on the morning after can still be asked for."""


def read_history(log: TrainingLog, before: datetime | None = None) -> History:
    """Return the history in a log; of what came before a time, if one is given.

    Simulated trainings count only where there are no others: nobody did them.
    """
    summaries = log.list(SessionQuery(until=before))
    real = [each for each in summaries if each.origin != "synthetic"] or summaries
    return History(
        log.workouts(each.id for each in reversed(real[:LOOKED_BACK])),
        tuple(_pain_record(each) for each in reversed(real)),
        tuple(datetime.fromisoformat(each.at_utc) for each in log.asked()),
        real[0].id if real and real[0].pain_next_morning is None else None,
    )


def _pain_record(summary: SessionSummary) -> PainRecord:
    return PainRecord(
        datetime.fromisoformat(summary.at_utc),
        summary.pain_before,
        summary.pain_worst,
        summary.pain_next_morning,
    )


@dataclass(frozen=True, slots=True)
class Advisor:
    """Judges what to do next, from a history and the wearer's choices."""

    history: History = History()
    coaching: CoachingChoice = field(default_factory=CoachingChoice)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    """The last plan that was set up for each exercise."""
    zone: tzinfo | None = None
    """The wearer's time zone; None is that of this computer."""

    @property
    def exercise(self) -> str:
        """What was trained last; hip thrusts before the first training."""
        workouts = self.history.workouts
        return workouts[-1].info.exercise if workouts else HIP_THRUST.name

    def judge(
        self,
        now: datetime,
        exercise: str | None = None,
        *,
        pain_now: int | None = None,
        asked: bool = False,
    ) -> Judgement:
        """Return the advice for `now`; `asked` is whether somebody was asked about pain just now.

        Without an exercise it is about the one trained last, or the next on the way up from it.
        """
        exercise = exercise or self.exercise
        now = now.astimezone(self.zone)
        limit = self.coaching.pain_limit
        return judge(
            Situation(
                now,
                exercise,
                self._sessions(limit),
                self.history.pain,
                (*self.history.asked, now) if asked else self.history.asked,
                pain_now,
                parse_days(self.coaching.training_days),
                limit,
                self.plans.get(exercise, FIRST_PLAN),
            )
        )

    def strength_lines(self, now: datetime, exercise: str | None = None) -> list[str]:
        """Return the wearer's own load-velocity line, its trend, and today against usual."""
        exercise = exercise or self.exercise
        points = [
            point
            for workout in self.history.workouts
            if (day := day_of(workout.info.started_utc, self.zone)) is not None
            for point in points_of(workout, exercise, day)
        ]
        return profile_lines(points, exercise, now.astimezone(self.zone).date())

    def after(self, workout: Workout) -> Advisor:
        """Return an advisor that knows of one more training, which has just ended."""
        record = pain_of(workout)
        history = replace(
            self.history,
            workouts=(*self.history.workouts, workout),
            pain=self.history.pain if record is None else (*self.history.pain, record),
        )
        return replace(self, history=history)

    def _sessions(self, limit: int) -> list[PastSession]:
        return [
            session
            for workout in self.history.workouts
            for session in past_sessions(workout, self.zone, limit)
        ]


def pain_of(workout: Workout) -> PainRecord | None:
    """Return the scores of a training; None if its time is unknown."""
    if workout.info.started_utc is None:
        return None
    at = datetime.fromisoformat(workout.info.started_utc).astimezone()
    scores = {
        moment: [each.score for each in workout.pain if each.moment is moment]
        for moment in PainMoment
    }
    before, morning = scores[PainMoment.BEFORE], scores[PainMoment.NEXT_MORNING]
    during = scores[PainMoment.BETWEEN] + scores[PainMoment.AFTER]
    return PainRecord(
        at,
        before[0] if before else None,
        max(during, default=None),
        morning[-1] if morning else None,
    )


def plan_words(plan: Plan, exercise: str) -> str:
    """Return a plan in a line: `hip thrust: 3 × 12, the last set 12 or more, 12.5 kg`."""
    sets = plan.sets or 1
    parts = [f"{sets} × {plan.target_reps}" if plan.target_reps else counted(sets, "set", "sets")]
    if plan.or_more:
        parts.append(_("the last set {reps} or more").format(reps=plan.target_reps))
    parts.append(load_words(plan.load_kg))
    return f"{exercise_named(exercise).title}: {', '.join(filter(None, parts))}"


def advice_lines(judgement: Judgement) -> tuple[str, ...]:
    """Return a judgement for people: the verdict with the plan, then the reasons."""
    head = _VERDICT_WORDS[judgement.verdict]
    plan = "" if judgement.plan is None else plan_words(judgement.plan, judgement.exercise)
    if judgement.not_before is not None:
        # Translators: {verdict} is "Rest" or another verdict.
        until = _("{verdict} until {day}; then {plan}") if plan else _("{verdict} until {day}")
        head = until.format(verdict=head, day=day_words(judgement.not_before), plan=plan)
    elif plan:
        head = f"{head}: {plan}"
    return (head, *judgement.reasons)


_VERDICT_WORDS: Final = {
    # Translators: advice for the next training: add to it as planned.
    Verdict.GO: _("Go"),
    Verdict.SAME: _("The same again"),
    # Translators: advice for the next training: do less.
    Verdict.EASIER: _("Easier"),
    # Translators: advice for today: no training.
    Verdict.REST: _("Rest"),
    # Translators: advice for today: end the training.
    Verdict.STOP: _("Stop"),
}


def day_words(day: date) -> str:
    """Return a date as `Wed 4 March`."""
    return day_text(day, "MMMMEd")


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """Return when a day begins on the wearer's clock, with its offset."""
    start = datetime.combine(day, time.min)
    return start.astimezone() if zone is None else start.replace(tzinfo=zone)


def advice_given(judgement: Judgement, exercise: str, plan: Plan) -> AdviceGiven:
    """Return what to record: the advice, and whether what is started goes along with it."""
    followed = judgement.plan is not None and judgement.verdict is not Verdict.REST
    if followed and exercise == judgement.exercise:
        assert judgement.plan is not None
        followed = not _harder(plan, judgement.plan)
    return AdviceGiven(judgement.verdict.value, followed, judgement.reasons)


def _harder(plan: Plan, advised: Plan) -> bool:
    """Return whether a plan asks for more load, reps or sets than another."""
    pairs = (
        (plan.load_kg, advised.load_kg),
        (plan.target_reps, advised.target_reps),
        (plan.sets, advised.sets),
    )
    return any(mine is not None and theirs is not None and mine > theirs for mine, theirs in pairs)


def judgement_object(judgement: Judgement, zone: tzinfo | None) -> dict[str, object]:
    """Return a judgement as the object of `tracker next --format json`."""
    plan = judgement.plan
    return {
        "verdict": judgement.verdict.value,
        "reasons": list(judgement.reasons),
        "plan": None
        if plan is None
        else {
            "exercise": judgement.exercise,
            "sets": plan.sets,
            "reps": plan.target_reps,
            "last_set": "or_more" if plan.or_more else "target",
            "load_kg": plan.load_kg,
            "tempo": None if plan.tempo is None else plan.tempo.code,
            "rest_s": plan.rest_s,
        },
        "not_before": None
        if judgement.not_before is None
        else midnight(judgement.not_before, zone).isoformat(),
    }


WEEKS_BACK: Final = 4
"""Weeks of the calendar before this one: a month."""

_DAY_SIGNS: Final = {DayKind.DONE: "●", DayKind.DUE: "○", DayKind.MISSED: "×", None: "·"}


def calendar_lines(advisor: Advisor, now: datetime) -> list[str]:
    """Return the last weeks, this one and the next as a calendar: done, due and missed."""
    today = now.astimezone(advisor.zone).date()
    monday = today - timedelta(days=today.weekday())
    first, last = monday - timedelta(weeks=WEEKS_BACK), monday + timedelta(days=13)
    trained = frozenset(
        record.at.astimezone(advisor.zone).date() for record in advisor.history.pain
    )
    chosen = parse_days(advisor.coaching.training_days)
    days = list(calendar(first, last, today, trained, chosen))
    weeks = [days[place : place + len(WEEKDAYS)] for place in range(0, len(days), len(WEEKDAYS))]
    labels = [day_text(week[0][0], "MMMd") for week in weeks]
    width = max(6, *map(len, labels)) + 3
    names = [f"{day_text(day, 'E'):<3}" for day, _kind in weeks[0]]
    lines = [" " * (width - 1) + " ".join(names).rstrip()]
    for label, week in zip(labels, weeks, strict=True):
        signs = (_DAY_SIGNS[kind] + ("<" if day == today else " ") for day, kind in week)
        lines.append(label.ljust(width) + "  ".join(signs).rstrip())
    return [*lines, _("● done   ○ due   × missed   < today")]


_LEVELS: Final = " ▁▂▃▄▅▆▇█"
_PLOTTED: Final = 60
"""Trainings in the plot of pain: as many as a line of the smallest terminal holds."""


def pain_lines_of(records: Sequence[PainRecord], now: datetime) -> list[str]:
    """Return pain over the last trainings, a column each, and its trend; empty without scores."""
    shown = [each for each in records if each.level is not None][-_PLOTTED:]
    if not shown:
        return []
    rows = (
        (_("before"), [each.before for each in shown]),
        (_("during, after"), [each.during for each in shown]),
        (_("next morning"), [each.next_morning for each in shown]),
    )
    width = max(len(name) for name, _scores in rows) + 1
    lines = [
        f"{name:<{width}}{''.join(map(_bar, scores))}"
        for name, scores in rows
        if any(score is not None for score in scores)
    ]
    first, last = (
        day_text(each.at.astimezone(now.tzinfo), "MMMd") for each in (shown[0], shown[-1])
    )
    dates = first if first == last else _("{first} to {last}").format(first=first, last=last)
    title = _("pain, 0 to 10, {dates}; · is not known").format(dates=dates)
    trend = pain_trend(records, now)
    words = "" if trend is None else trend.words or _("Pain is steady.")
    return [title, *lines, *([words] if words else [])]


def _bar(score: int | None) -> str:
    """Return a score as a bar of eighths; 0 has the lowest one, unknown a dot."""
    return "·" if score is None else _LEVELS[max(1, round(score * 8 / 10))]
