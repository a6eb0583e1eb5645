"""What there is to say of a rep against the planned tempo, beside holding and lowering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.coach.finding import Finding, Measure, knows, seconds
from tracker.coach.pacing import PaceVerdict, phase_errors
from tracker.coach.rules import RULES
from tracker.domain import CueKind, Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.coach.finding import Around
    from tracker.domain import Rep


def tempo_findings(rep: Rep, around: Around) -> Iterator[Finding]:
    """Yield which phases of a rep were faster or slower than planned.

    A hold that is too short and a way down that is too fast have cues of their own, and a hold
    with a goal may last longer. Without a gyroscope times are off by more than any tolerance.
    """
    tempo = around.plan.tempo
    if tempo is None or not rep.gyroscope or not knows(rep, Measure.TIMES):
        return
    known = tuple(each for each in around.earlier if knows(each, Measure.TIMES))
    for error in phase_errors(rep, tempo, known):
        if error.phase is Phase.LOCKOUT and around.plan.lockout_goal_s is not None:
            continue
        amount = "" if error.planned_s is None else seconds(error.planned_s)
        for kind, verdict in (
            (CueKind.TOO_FAST, PaceVerdict.TOO_FAST),
            (CueKind.TOO_SLOW, PaceVerdict.TOO_SLOW),
        ):
            if (kind, error.phase) in RULES:
                yield Finding(kind, error.verdict is verdict, amount, error.phase)
