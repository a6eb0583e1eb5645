"""Sets as the detection emits them, written down as reps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests import workouts
from tracker.coach import Coach
from tracker.coach.checks import RepContext
from tracker.domain import (
    HIP_THRUST,
    Cue,
    Flag,
    Phase,
    PhaseSpan,
    PhaseStarted,
    Plan,
    PlanChosen,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
    UserInput,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.coach.rules import Observation
    from tracker.domain import CueKind, Event, Exercise

QUIET = Plan(breathing=False)
"""A plan without reminders, so that every cue is about a rep."""


def rep(
    index: int = 1,
    *flags: Flag,
    bottom_s: float | None = 0.5,
    rom_deg: float | None = 45.0,
    velocity_mps: float | None = 0.5,
    **more: Any,
) -> Rep:
    """Return a good rep, except for what is given."""
    return workouts.rep(
        index,
        **{"down_s": 2.0, **more},
        flags=flags,
        bottom_s=bottom_s,
        rom_deg=rom_deg,
        mean_velocity_mps=velocity_mps,
    )


def in_a_row(reps: Sequence[Rep], start_s: float = 10.0) -> list[Rep]:
    """Return reps one after the other in time, numbered from 1."""
    placed: list[Rep] = []
    for number, each in enumerate(reps, 1):
        shift_s = start_s - each.start_s
        phases = tuple(
            PhaseSpan(span.phase, span.start_s + shift_s, span.end_s + shift_s)
            for span in each.phases
        )
        moved = replace(each, index=number, phases=phases, start_s=start_s, end_s=phases[-1].end_s)
        placed.append(moved)
        start_s = moved.end_s + (each.bottom_s or 0.0)
    return placed


def told(
    reps: Sequence[Rep], *, plan: Plan | None = QUIET, set_index: int = 1, start_s: float = 10.0
) -> list[Event]:
    """Return the events of a set: what the bottom was is known once the next rep is counted."""
    events: list[Event] = [] if plan is None else [UserInput(start_s - 1.0, PlanChosen(plan))]
    before: Rep | None = None
    placed = in_a_row(reps, start_s)
    for each in placed:
        top_s = each.phases[0].end_s
        if before is None:
            events.append(SetStarted(each.start_s, set_index))
        else:
            events.append(PhaseStarted(each.start_s, set_index, Phase.CONCENTRIC))
            counted_s = before.phases[0].end_s
            events.append(
                RepRevised(counted_s, set_index, before.index, before, "the next rep has begun")
            )
        events.append(RepCounted(top_s, set_index, each.index))
        events.append(PhaseStarted(top_s, set_index, Phase.LOCKOUT))
        late = {Flag.RESTED_AT_BOTTOM}
        early = tuple(flag for flag in each.flags if flag not in late)
        if each.complete:
            events.append(PhaseStarted(each.phases[1].end_s, set_index, Phase.ECCENTRIC))
        events.append(
            RepCompleted(each.end_s, set_index, replace(each, bottom_s=None, flags=early))
        )
        if each.complete:
            events.append(PhaseStarted(each.end_s, set_index, Phase.BOTTOM))
        before = each
    if placed:
        events.append(SetEnded(placed[-1].end_s, set_index, len(placed)))
    return events


def cues_in(events: Iterable[Event]) -> list[Cue]:
    return [event for event in events if isinstance(event, Cue)]


def coached(
    reps: Sequence[Rep], plan: Plan | None = QUIET, exercise: Exercise = HIP_THRUST
) -> list[Cue]:
    """Return what is said of a set."""
    return cues_in(Coach(exercise).process(told(reps, plan=plan)))


def kinds(cues: Iterable[Cue]) -> list[tuple[CueKind, int | None]]:
    return [(cue.kind, cue.rep_index) for cue in cues]


def context(*earlier: Rep, plan: Plan = QUIET, exercise: Exercise = HIP_THRUST) -> RepContext:
    return RepContext(exercise, plan, earlier)


def verdicts(observations: Iterable[Observation]) -> dict[object, bool]:
    """Return whether something is wrong, by kind, and by phase where a kind has several."""
    return {
        each.kind if each.phase is None else (each.kind, each.phase): each.wrong
        for each in observations
    }
