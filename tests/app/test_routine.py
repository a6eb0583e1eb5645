"""The lead through a routine, on a scripted stream."""

from __future__ import annotations

import math

from tests.app.doubles import GatedSource, ListRecorder, ManualClock, ScriptedEngine, samples_every
from tracker.app.routine import DONE, RoutineLead
from tracker.app.session import Session
from tracker.coach import RoutineStep
from tracker.domain import (
    Plan,
    PlanChosen,
    RepCounted,
    RepRevised,
    SessionInfo,
    SetEnded,
    SetStarted,
    Side,
    TimedDone,
    UserInput,
    read_control_message,
)

INFO = SessionInfo(sensor="scripted")
BRIDGE = Plan(target_reps=2, exercise="glute_bridge", rest_s=30.0)
STEPS = (
    RoutineStep("leg_swings", None, 10.0, Side.LEFT, warm_up=True),
    RoutineStep("hip_thrust", Plan(target_reps=2, rest_s=30.0)),
    RoutineStep("glute_bridge", BRIDGE),
    RoutineStep("plank", None, 5.0),
)
SETS = (
    (20.0, SetStarted(20.0, 1)),
    (21.0, RepCounted(21.0, 1, 1)),
    # Nothing like it followed, so it was none.
    (25.0, RepRevised(25.0, 1, 1, None, "alone")),
    (25.0, SetEnded(25.0, 1, 0)),
    (30.0, SetStarted(30.0, 2)),
    (31.0, RepCounted(31.0, 2, 1)),
    (33.0, RepCounted(33.0, 2, 2)),
    (45.0, SetEnded(45.0, 2, 2)),
    (60.0, SetStarted(60.0, 3)),
    (61.0, RepCounted(61.0, 3, 1)),
    (75.0, SetEnded(75.0, 3, 1)),
)


def led(steps: tuple[RoutineStep, ...]) -> tuple[Session, list[str], list[str], ListRecorder]:
    recorder = ListRecorder()
    session = Session(
        GatedSource(samples_every(0.1, 200.0), open_until_s=math.inf),
        ScriptedEngine(SETS),
        info=INFO,
        recorder=recorder,
        clock=ManualClock(),
        max_waiting=1,
    )
    told: list[str] = []
    said: list[str] = []
    RoutineLead(session, steps, told.append, said.append)
    return session, told, said, recorder


async def test_each_part_is_told_spoken_and_recorded_when_it_is_due() -> None:
    session, told, said, recorder = led(STEPS)
    await session.run()
    assert told == [f"▸ {words}" for words in said]
    assert said[0] == "Leg swings, left, warm-up: 10 seconds."
    assert said[1] == "Hip thrust: 2 reps."
    assert said[2].startswith("Rest ")
    assert said[2].endswith(" seconds, then: Glute bridge: 2 reps.")
    assert said[3:] == ["Plank: 5 seconds.", DONE]
    entered = [
        (message.at_s, message.entry)
        for each in recorder.written
        if isinstance(message := read_control_message(each), UserInput)
    ]
    plans = [(at_s, each.plan) for at_s, each in entered if isinstance(each, PlanChosen)]
    assert plans[0][1].warm_up, "what is seen while one swings is a warm-up"
    (changed_s,) = (at_s for at_s, plan in plans if plan == BRIDGE)
    assert 45.0 <= changed_s < 46.0, "the detector changes before the next set begins"
    done = [(at_s, each) for at_s, each in entered if isinstance(each, TimedDone)]
    assert [each.activity for _, each in done] == ["leg_swings", "plank"]
    assert done[0][1] == TimedDone("leg_swings", 10.0, Side.LEFT, warm_up=True)
    assert 10.0 <= done[0][0] < 11.0
    assert 80.0 <= done[1][0] < 81.0
    assert session.reached_s < 82.0, "it ends after the last part"


async def test_a_set_that_was_none_is_not_the_one_of_the_plan() -> None:
    session, _, said, _ = led((RoutineStep("hip_thrust", Plan(target_reps=2)),))
    await session.run()
    assert said[-1] == DONE
    assert 45.0 <= session.reached_s < 46.0
