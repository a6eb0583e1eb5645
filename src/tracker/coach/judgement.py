"""Before the first rep: go, the same, easier, rest or stop; why; and the plan.

One pure function of the past, the present and the calendar. It advises and forbids nothing: the
set-up starts from its plan, and what the wearer then does is recorded beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.coach.calendar import ANY_DAY, next_day, why_rest
from tracker.coach.pain import (
    RISE_THAT_STOPS,
    SCORE_THAT_STOPS,
    pain_trend,
    score_that_waits,
    unresolved_red,
)
from tracker.coach.progression import FIRST_PLAN, Step, Suggestion, easier, held, suggest
from tracker.language import _, day_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from tracker.coach.pain import PainRecord
    from tracker.coach.progression import PastSession
    from tracker.domain import Plan


class Verdict(Enum):
    """What to do now."""

    GO = "go"
    SAME = "same"
    EASIER = "easier"
    REST = "rest"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class LayOff:
    """How much lighter to begin again after a pause."""

    days: int
    """From this many days without the exercise on."""
    share: float
    """Of the last load that is left."""


LAY_OFFS: Final = (LayOff(56, 0.8), LayOff(28, 0.9), LayOff(14, 0.95))
"""Longest first. Our choice: a few weeks off cost a trained person little strength, but a back
that was not loaded for a month is not given a month's load."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the judgement looks at."""

    now: datetime
    """In the wearer's time zone."""
    exercise: str
    sessions: Sequence[PastSession]
    """Of all exercises, oldest first."""
    pain: Sequence[PainRecord] = ()
    """The scores of every training in the log, oldest first."""
    asked: Sequence[datetime] = ()
    """When the wearer asked somebody about pain."""
    pain_now: int | None = None
    """0 to 10; None if it was not said."""
    training_days: frozenset[int] = ANY_DAY
    """Chosen weekdays, 0 is Monday; none chosen leaves it open."""
    pain_limit: int = SCORE_THAT_STOPS
    """Score from which on there is no training."""
    base: Plan = FIRST_PLAN
    """What is not progressed, where no earlier plan says it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The advice before the first rep."""

    verdict: Verdict
    reasons: tuple[str, ...]
    """In words for the wearer, the decisive one first."""
    exercise: str
    plan: Plan | None
    """What to do, today or after the rest; None after a stop."""
    not_before: date | None = None
    """The next training day, when today is a day of rest."""


ASKED_HOW: Final = _(
    'Once somebody has been asked: tick it in the set-up, or tracker next --asked "whom, when".'
)


def judge(situation: Situation) -> Judgement:
    """Return the advice for now."""
    stop = _stop(situation)
    if stop is not None:
        return Judgement(Verdict.STOP, stop, situation.exercise, None)
    suggestion, reasons = _dose(situation)
    trained = frozenset(each.day for each in situation.sessions if each.day is not None)
    today = situation.now.date()
    rest = why_rest(today, trained, situation.training_days)
    if rest is not None:
        day = next_day(today, trained, situation.training_days)
        return Judgement(
            Verdict.REST, (rest, *reasons), suggestion.exercise, suggestion.plan, not_before=day
        )
    return Judgement(_VERDICTS[suggestion.step], reasons, suggestion.exercise, suggestion.plan)


_VERDICTS: Final = {
    Step.BEGIN: Verdict.GO,
    Step.REPS: Verdict.GO,
    Step.SETS: Verdict.GO,
    Step.EXERCISE: Verdict.GO,
    Step.LOAD: Verdict.GO,
    Step.SAME: Verdict.SAME,
    Step.LIGHTER: Verdict.EASIER,
}


def _stop(situation: Situation) -> tuple[str, ...] | None:
    """Return why there is no training, if there is none."""
    limit, now = situation.pain_limit, situation.pain_now
    if now is not None and now >= limit:
        reason = _(
            "Pain of {score} now: your limit is {limit}. Do not train today, and ask a doctor "
            "or physiotherapist. This program cannot tell where pain comes from."
        )
        return (reason.format(score=now, limit=limit),)
    red = unresolved_red(situation.pain, situation.asked, limit)
    if red is None:
        return None
    verdict = red.verdict(limit)
    assert verdict is not None
    day = red.at.astimezone(situation.now.tzinfo)
    return (f"{day_text(day, 'MMMMd')}: {verdict.words}", ASKED_HOW)


def _dose(situation: Situation) -> tuple[Suggestion, tuple[str, ...]]:
    """Return the plan with its reasons, the decisive one first."""
    sessions, exercise, base = situation.sessions, situation.exercise, situation.base
    suggestion = suggest(sessions, exercise, base)
    if suggestion.step is Step.BEGIN:
        return suggestion, (suggestion.reason,)
    lighter = _easier_because(situation, suggestion)
    if lighter is not None:
        return lighter, (lighter.reason,)
    waits = situation.pain_now is not None and situation.pain_now >= score_that_waits(
        situation.pain_limit
    )
    if waits and suggestion.step not in (Step.SAME, Step.LIGHTER):
        reason = _("Pain of {score} now: nothing gets harder today.").format(
            score=situation.pain_now
        )
        suggestion = held(sessions, exercise, reason, base)
    trend = pain_trend(situation.pain, situation.now)
    good_news = () if trend is None or not trend.falls else (trend.words,)
    return suggestion, (suggestion.reason, *good_news)


def _easier_because(situation: Situation, suggestion: Suggestion) -> Suggestion | None:
    """Return a lighter session, if the pause, the pain or its trend asks for one."""
    sessions, exercise, base = situation.sessions, situation.exercise, situation.base
    same = [each for each in sessions if each.exercise == exercise and each.sets]
    days = None if same[-1].day is None else (situation.now.date() - same[-1].day).days
    for pause in LAY_OFFS:
        if days is not None and days >= pause.days:
            reason = _("{weeks} weeks without it: begin lighter, and build up again.")
            reason = reason.format(weeks=days // 7)
            return easier(sessions, exercise, reason, base, pause.share)
    if suggestion.step is Step.LIGHTER:
        return None
    trend = pain_trend(situation.pain, situation.now)
    if trend is not None and trend.rises:
        what = _("Make it easier, and ask a doctor or physiotherapist.")
        reason = f"{trend.words} {what}"
        # The trend lasts for weeks; making it easier once is the answer to it.
        done = len(same) > 1 and _dose_of(same[-1]) < _dose_of(same[-2])
        return (held if done else easier)(sessions, exercise, reason, base)
    scored = [each for each in situation.pain if each.before is not None]
    usual = scored[-1].before if scored else None
    if (
        situation.pain_now is not None
        and usual is not None
        and situation.pain_now - usual >= RISE_THAT_STOPS
    ):
        reason = _("Pain is {now} now, and was {usual} before the last training. Make it easier.")
        reason = reason.format(now=situation.pain_now, usual=usual)
        return easier(sessions, exercise, reason, base)
    stopped = situation.pain[-1].verdict(situation.pain_limit) if situation.pain else None
    if stopped is not None and stopped.stops:
        reason = _("You have asked about the pain of the last training: begin lighter.")
        return easier(sessions, exercise, reason, base)
    return None


def _dose_of(session: PastSession) -> tuple[float, int, int]:
    return session.load_kg or 0.0, session.target, len(session.sets)
