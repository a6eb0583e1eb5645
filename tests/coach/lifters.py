"""Simulated lifters with a plan, and what the coach says to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.coach.sets import cues_in
from tracker.domain import (
    Plan,
    PlanChosen,
    RepCounted,
    SessionState,
    entry_message,
    exercise_named,
)
from tracker.engine import build_engine
from tracker.sim import Mounting, RepPlan, SensorPlan, SessionPlan, SetPlan, simulate
from tracker.sim.plan import Activity, ActivityPlan, LifterPlan, Posture
from tracker.sim.sensor import LSM6DSOX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Cue, Event, Tempo

STANDSTILL = 1.0 / 0.8269
"""From a phase to its movement: of least jerk, it is slower than a tenth of its peak outside."""

EDGE = 0.5 * (STANDSTILL - 1.0)
"""What of a phase's time belongs to the pause beside it, on one side."""


def on_tempo(tempo: Tempo, **changed: float) -> RepPlan:
    """Return a rep whose phases, as they are defined, take what the tempo says."""
    up_s, down_s = tempo.concentric_s or 0.7, tempo.eccentric_s or 0.7
    ends_s = EDGE * (up_s + down_s)
    times: dict[str, float] = {
        "concentric_s": STANDSTILL * up_s,
        "hold_s": max(0.0, tempo.lockout_s - ends_s),
        "eccentric_s": STANDSTILL * down_s,
        "bottom_s": max(0.0, tempo.bottom_s - ends_s),
    }
    return RepPlan(**(times | changed))  # type: ignore[arg-type] # all of these are numbers


def session(
    reps: Sequence[RepPlan],
    lifter: LifterPlan | None = None,
    exercise: str = "hip_thrust",
) -> SessionPlan:
    """Return one set after a still moment."""
    exercise_named(exercise)
    return SessionPlan(
        exercise=exercise,
        blocks=(
            ActivityPlan(Activity.REST, 3.0),
            SetPlan(tuple(reps)),
            ActivityPlan(Activity.REST, 2.0),
        ),
        lifter=lifter or LifterPlan(),
        mounting=Mounting(),
        sensor=SensorPlan(noise=LSM6DSOX),
        starts=Posture.LYING,
    )


def events_of(plan: SessionPlan, goal: Plan | None = None, seed: int = 1) -> list[Event]:
    """Return everything that the engine says of a session with a plan."""
    simulated = simulate(plan, seed)
    engine = build_engine(simulated.info)
    first = () if goal is None else (entry_message(0, PlanChosen(goal)),)
    said: list[Event] = []
    for notification in (*first, *simulated.notifications()):
        said += engine.feed(notification)
    return [*said, *engine.finish()]


def cues_of(plan: SessionPlan, goal: Plan | None = None, seed: int = 1) -> list[Cue]:
    return cues_in(events_of(plan, goal, seed))


def counted(events: Sequence[Event]) -> int:
    ledger = SessionState()
    ledger.accept(events)
    return sum(record.counted for record in ledger.sets)


def next_count_s(events: Sequence[Event], cue: Cue) -> float:
    """Return when the rep after the one that a cue is about was counted, infinity without one."""
    later = (
        event.at_s
        for event in events
        if isinstance(event, RepCounted)
        and event.set_index == cue.set_index
        and cue.rep_index is not None
        and event.index == cue.rep_index + 1
    )
    return next(later, float("inf"))
