"""A lifter with exact truth, who sends real packets; nobody trained for it."""

from tracker.sim.body import Episode, Incident
from tracker.sim.corpus import SCENARIO_NAMES, SCENARIOS, corpus
from tracker.sim.lifter import SessionTruth, SetTruth, SimulatedSession, simulate
from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    Disconnect,
    LifterPlan,
    MemsNoise,
    Mounting,
    Posture,
    RadioPlan,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
)
from tracker.sim.repertoire import STYLES, style_of
from tracker.sim.sensor import PRESETS
from tracker.sim.sessions import demo_plan, training_plan

__all__ = [
    "PRESETS",
    "SCENARIOS",
    "SCENARIO_NAMES",
    "STYLES",
    "Activity",
    "ActivityPlan",
    "Disconnect",
    "Episode",
    "Incident",
    "LifterPlan",
    "MemsNoise",
    "Mounting",
    "Posture",
    "RadioPlan",
    "RepPlan",
    "SensorPlan",
    "SessionPlan",
    "SessionTruth",
    "SetPlan",
    "SetTruth",
    "SimulatedSession",
    "Touch",
    "corpus",
    "demo_plan",
    "simulate",
    "style_of",
    "training_plan",
]
