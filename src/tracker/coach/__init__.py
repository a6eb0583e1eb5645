"""Events to cues, plans to beats, past sessions to the next one. Pure: no clock, no I/O."""

from tracker.coach.cues import Coach
from tracker.coach.pacing import (
    VERDICT_WORDS,
    Interval,
    LastPoll,
    Moment,
    MomentKind,
    PaceVerdict,
    PhaseError,
    judge_pace,
    phase_errors,
    planned_s,
    poll,
    taken_s,
    tolerance_s,
)
from tracker.coach.pain import (
    PainLight,
    PainVerdict,
    judge_pain,
    red_flag_lines,
)
from tracker.coach.progression import (
    UNSEEN_FLAGS,
    PastSession,
    PastSet,
    Step,
    Suggestion,
    past_session,
    suggest,
)
from tracker.coach.rules import RULES, Rule
from tracker.coach.texts import (
    ASK_FIRST,
    FLAG_WORDS,
    FOR_EVERYBODY,
    HOW_TO,
    NO_DIAGNOSIS,
    WARM_UP,
)
from tracker.coach.velocity import NoEstimate, OneRepMax, VelocityLoss, one_rep_max, velocity_loss

__all__ = [
    "ASK_FIRST",
    "FLAG_WORDS",
    "FOR_EVERYBODY",
    "HOW_TO",
    "NO_DIAGNOSIS",
    "RULES",
    "UNSEEN_FLAGS",
    "VERDICT_WORDS",
    "WARM_UP",
    "Coach",
    "Interval",
    "LastPoll",
    "Moment",
    "MomentKind",
    "NoEstimate",
    "OneRepMax",
    "PaceVerdict",
    "PainLight",
    "PainVerdict",
    "PastSession",
    "PastSet",
    "PhaseError",
    "Rule",
    "Step",
    "Suggestion",
    "VelocityLoss",
    "judge_pace",
    "judge_pain",
    "one_rep_max",
    "past_session",
    "phase_errors",
    "planned_s",
    "poll",
    "red_flag_lines",
    "suggest",
    "taken_s",
    "tolerance_s",
    "velocity_loss",
]
