"""What pain scores mean for training, over a day and over weeks, and when to see somebody.

Scores use the numeric rating scale, 0 to 10: before the first set, between sets and after the
last, and on the next morning. Physiotherapists explain scores with three lights; they differ on
where to put the limits, and ours are the stricter ones. A professional may set another limit.
Sources are in `docs/coaching.md`; no clinician has reviewed the rules. Limits and wording are
stated here; screens, docs and the report import them. No diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.domain import PainMoment
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tracker.domain import PainEntered

RISE_THAT_STOPS: Final = 2
"""Points above the score before training. Our choice: people with back pain call two points a
change, but that was found over weeks of treatment, not over an hour."""

SCORE_THAT_STOPS: Final = 5
"""The limit until a professional sets another. Pain monitoring after Silbernagel lets pain reach
5 and not pass it; that was for tendons, and stopping at 5 is our stricter reading."""

LIMITS: Final = (2, 8)
"""The limits that can be set; none lets somebody train through the worst pain."""

SCORE_THAT_WAITS: Final = 3
"""From here on, nothing gets harder; with another limit, from two points below that."""


def score_that_waits(limit: int) -> int:
    """Return the score from which on nothing gets harder."""
    return min(limit, max(SCORE_THAT_WAITS, limit - (SCORE_THAT_STOPS - SCORE_THAT_WAITS)))


class PainLight(Enum):
    """What pain allows."""

    GREEN = "green"
    """Go on, and progress."""
    AMBER = "amber"
    """Go on as before, without making it harder."""
    RED = "red"
    """Stop, and ask a professional."""


@dataclass(frozen=True, slots=True)
class PainVerdict:
    """What the scores of a training mean for the next one."""

    light: PainLight
    worst: int
    """Highest score of all, 0 to 10."""
    rise: int | None
    """Points between the score before and the worst after it; None without both."""
    reason: str
    """What the scores show, in a sentence."""

    @property
    def stops(self) -> bool:
        """Whether the plan stops until the wearer has asked a professional."""
        return self.light is PainLight.RED

    @property
    def words(self) -> str:
        """The reason, and what to do about it."""
        return f"{self.reason} {_ADVICE[self.light]}".rstrip()


URGENT_RED_FLAGS: Final = (
    _("pain, tingling or numbness down both legs, or down one leg and getting worse"),
    _("weakness in one leg or both, or a foot that drags, new or getting worse"),
    _(
        "numbness or altered feeling between the legs, around the genitals or the bottom, where a "
        "saddle would touch"
    ),
    _("you cannot pass urine, cannot hold it, or do not feel that the bladder is full"),
    _("you cannot control your bowels, or do not feel them move"),
    _("sexual function has changed: numbness, or no erection or orgasm as before"),
)
"""Signs of an emergency, today, that a training program must not judge."""

OTHER_RED_FLAGS: Final = (
    _("pain down one leg, below the knee, that is new"),
    _("pain after a fall, a crash or another injury"),
    _("pain that wakes you at night and does not ease in any position"),
    _("fever, or feeling ill, together with the pain"),
    _("losing weight without trying"),
    _("cancer, weak bones, long use of steroids, or a weak immune system, now or earlier"),
)
"""Signs for a doctor, soon."""

_ADVICE: Final = {
    PainLight.GREEN: "",
    PainLight.AMBER: _("Train as before, and watch how it is tomorrow."),
    PainLight.RED: _(
        "Stop for today and ask a doctor or physiotherapist before you go on. "
        "This program cannot tell where pain comes from."
    ),
}


def red_flag_lines() -> tuple[str, ...]:
    """Return the red flags with their headings, line by line."""
    return (
        _("Before you start: if one of these is true for you, do not train, and ask first."),
        _("Get emergency help at once:"),
        *(f"• {sign}" for sign in URGENT_RED_FLAGS),
        _("See a doctor first:"),
        *(f"• {sign}" for sign in OTHER_RED_FLAGS),
    )


def judge_pain(
    entries: Sequence[PainEntered], limit: int = SCORE_THAT_STOPS
) -> PainVerdict | None:
    """Return what the scores of a training mean, given in the order in which they were entered.

    The rise is from the first score before training to the worst one after it started. None
    without scores.
    """
    before = [each.score for each in entries if each.moment is PainMoment.BEFORE]
    morning = [each.score for each in entries if each.moment is PainMoment.NEXT_MORNING]
    during = [each.score for each in entries if each.moment in _IN_TRAINING]
    return judge_scores(
        before[0] if before else None,
        max(during, default=None),
        morning[-1] if morning else None,
        limit,
    )


_IN_TRAINING: Final = (PainMoment.BETWEEN, PainMoment.AFTER)


def judge_scores(
    before: int | None,
    during: int | None,
    next_morning: int | None,
    limit: int = SCORE_THAT_STOPS,
) -> PainVerdict | None:
    """Return what three scores mean: before, the worst from the first set on, and the morning.

    What training brought must have settled by the next morning (Silbernagel). None without scores.
    """
    known = [each for each in (before, during, next_morning) if each is not None]
    if not known:
        return None
    worst = max(known)
    rise = None if before is None or during is None else during - before
    left = None if before is None or next_morning is None else next_morning - before
    light = PainLight.GREEN
    reason = _("Pain is low and did not go up.")
    if rise is not None and rise > 0:
        light = PainLight.RED if rise >= RISE_THAT_STOPS else PainLight.AMBER
        reason = _("Pain went up from {before} to {during}.").format(before=before, during=during)
    if left is not None and left > 0 and light is not PainLight.RED:
        light = PainLight.RED if left >= RISE_THAT_STOPS else PainLight.AMBER
        reason = _(
            "Pain had not settled by the next morning: {before} before, {morning} then."
        ).format(before=before, morning=next_morning)
    if worst >= limit and light is not PainLight.RED:
        light = PainLight.RED
        reason = _("Pain of {worst} is too much to train on.").format(worst=worst)
    if worst >= score_that_waits(limit) and light is PainLight.GREEN:
        light, reason = PainLight.AMBER, _("Pain reached {worst}.").format(worst=worst)
    return PainVerdict(light, worst, rise, reason)


@dataclass(frozen=True, slots=True)
class PainRecord:
    """The scores of one training, and when it was."""

    at: datetime
    """When the training began, with its offset."""
    before: int | None = None
    during: int | None = None
    """Worst score from the first set to the end."""
    next_morning: int | None = None

    @property
    def level(self) -> int | None:
        """The worst score of the training and of the next morning; None without any."""
        scores = (self.before, self.during, self.next_morning)
        return max((each for each in scores if each is not None), default=None)

    def verdict(self, limit: int = SCORE_THAT_STOPS) -> PainVerdict | None:
        """Return what its scores mean; None without any."""
        return judge_scores(self.before, self.during, self.next_morning, limit)


MORNING_AFTER: Final = timedelta(hours=6)
"""A score of the next morning is at least this much later than the training."""


def unresolved_red(
    records: Iterable[PainRecord], asked: Iterable[datetime], limit: int = SCORE_THAT_STOPS
) -> PainRecord | None:
    """Return the newest red training that nobody was asked about since; None without one.

    Trainings without scores, and green ones, end nothing.
    """
    last_asked = max(asked, default=None)
    newest: PainRecord | None = None
    for record in records:
        verdict = record.verdict(limit)
        if verdict is None or not verdict.stops:
            continue
        told = judge_scores(record.before, record.during, None, limit)
        late = told is None or not told.stops
        known_at = record.at + MORNING_AFTER if late else record.at
        if last_asked is not None and last_asked >= known_at:
            continue
        if newest is None or record.at > newest.at:
            newest = record
    return newest


TREND_DAYS: Final = 42
"""A trend is looked for over six weeks."""

TREND_LEAST_DAYS: Final = 14
"""A week or so is a bad week, not a trend."""

TREND_LEAST_RECORDS: Final = 4
"""Fewer points lie on a line by chance."""

TREND_RISE: Final = 2.0
"""Points over the trainings looked at: the smallest change that people with back pain notice
over weeks (Ostelo 2008)."""

TREND_AGREEMENT: Final = 0.5
"""Goodman and Kruskal's gamma: three of four pairs of trainings that differ must point up."""


@dataclass(frozen=True, slots=True)
class PainTrend:
    """How pain developed over weeks."""

    first: float
    """Level at the beginning, on the fitted line."""
    last: float
    """Level at the end, on the fitted line."""
    days: int
    """From the first training that was looked at to the last."""
    records: int
    agreement: float
    """From -1 to 1: how much pairs of trainings with different scores agree on the direction."""

    @property
    def rises(self) -> bool:
        """Whether it rises by more than a change that can be noticed, and steadily."""
        return self.last - self.first >= TREND_RISE and self.agreement >= TREND_AGREEMENT

    @property
    def falls(self) -> bool:
        """Whether it falls by as much."""
        return self.first - self.last >= TREND_RISE and self.agreement <= -TREND_AGREEMENT

    @property
    def words(self) -> str:
        """The trend in a sentence; empty while it is steady."""
        weeks = max(1, round(self.days / 7))
        text = ""
        if self.rises:
            text = ngettext(
                "Pain has risen over the last week, from about {first} to {last}.",
                "Pain has risen over the last {weeks} weeks, from about {first} to {last}.",
                weeks,
            )
        elif self.falls:
            text = ngettext(
                "Pain has fallen over the last week, from about {first} to {last}.",
                "Pain has fallen over the last {weeks} weeks, from about {first} to {last}.",
                weeks,
            )
        return text.format(weeks=weeks, first=round(self.first), last=round(self.last))


def pain_trend(records: Sequence[PainRecord], now: datetime) -> PainTrend | None:
    """Return the trend of the last six weeks; None if there are too few trainings with scores.

    The line is that of Theil and Sen, which one bad day does not tilt: the median of the slopes
    between every two trainings.
    """
    points = [
        ((record.at - now) / timedelta(days=1), float(level))
        for record in records
        if (level := record.level) is not None
        and timedelta(0) <= now - record.at <= timedelta(days=TREND_DAYS)
    ]
    points.sort()
    if len(points) < TREND_LEAST_RECORDS:
        return None
    days = points[-1][0] - points[0][0]
    if days < TREND_LEAST_DAYS:
        return None
    pairs = [(late, early) for early, late in combinations(points, 2) if late[0] > early[0]]
    slope = median((late[1] - early[1]) / (late[0] - early[0]) for late, early in pairs)
    offset = median(level - slope * day for day, level in points)
    up = sum(late[1] > early[1] for late, early in pairs)
    down = sum(late[1] < early[1] for late, early in pairs)
    # Trainings with the same score say nothing of the direction.
    agreement = (up - down) / (up + down) if up + down else 0.0
    first, last = (offset + slope * day for day in (points[0][0], points[-1][0]))
    return PainTrend(
        min(max(first, 0.0), 10.0), min(max(last, 0.0), 10.0), round(days), len(points), agreement
    )
