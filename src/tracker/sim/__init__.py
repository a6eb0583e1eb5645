"""A lifter with exact truth, who sends real packets; nobody trained for it."""

from tracker.sim.body import Episode, Incident
from tracker.sim.corpus import SCENARIO_NAMES, SCENARIOS, corpus
from tracker.sim.demo import demo_plan
from tracker.sim.equipment import Disconnect, MemsNoise, Mounting, RadioPlan, SensorPlan
from tracker.sim.lifter import SimulatedSession, simulate
from tracker.sim.mems import PRESETS
from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Posture,
    RepPlan,
    SessionPlan,
    SetPlan,
    Touch,
)
from tracker.sim.repertoire import STYLES, style_of
from tracker.sim.training import training_plan
from tracker.sim.truth import SessionTruth, SetTruth

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
