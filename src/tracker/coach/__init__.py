"""Events to cues, plans to beats, and sessions to what comes next. Pure: no clock, no I/O."""

from tracker.coach.cues import Coach
from tracker.coach.pacing import (
    Heard,
    Moment,
    MomentKind,
    Pace,
    PaceVerdict,
    PhaseError,
    Stretch,
    beats,
    listen,
    moments,
    pace,
    phase_errors,
)
from tracker.coach.pain import (
    RED_FLAGS,
    PainLight,
    PainVerdict,
    RedFlag,
    judge_pain,
    red_flag_lines,
)
from tracker.coach.progression import PastSession, PastSet, Step, Suggestion, past_session, suggest
from tracker.coach.rules import RULES, Rule
from tracker.coach.texts import ASK_FIRST, FOR_EVERYBODY, HOW_TO, NO_DIAGNOSIS, WARM_UP
from tracker.coach.velocity import NoEstimate, OneRepMax, VelocityLoss, one_rep_max, velocity_loss

__all__ = [
    "ASK_FIRST",
    "FOR_EVERYBODY",
    "HOW_TO",
    "NO_DIAGNOSIS",
    "RED_FLAGS",
    "RULES",
    "WARM_UP",
    "Coach",
    "Heard",
    "Moment",
    "MomentKind",
    "NoEstimate",
    "OneRepMax",
    "Pace",
    "PaceVerdict",
    "PainLight",
    "PainVerdict",
    "PastSession",
    "PastSet",
    "PhaseError",
    "RedFlag",
    "Rule",
    "Step",
    "Stretch",
    "Suggestion",
    "VelocityLoss",
    "beats",
    "judge_pain",
    "listen",
    "moments",
    "one_rep_max",
    "pace",
    "past_session",
    "phase_errors",
    "red_flag_lines",
    "suggest",
    "velocity_loss",
]
