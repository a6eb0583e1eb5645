"""A simulated lifter with exact truth, whose sensor sends real packets."""

from tracker.sim.body import Episode, Incident
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
from tracker.sim.repertoire import STYLES, demo_plan, routine_plan, style_of, training_plan
from tracker.sim.sensor import PRESETS
from tracker.sim.session import SessionTruth, SetTruth, SimulatedSession, simulate

__all__ = [
    "PRESETS",
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
    "demo_plan",
    "routine_plan",
    "simulate",
    "style_of",
    "training_plan",
]
