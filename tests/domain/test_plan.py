from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_tempo import tempos
from tracker.domain import InputError, Plan, parse_tempo, plan_from_json

plans = st.builds(
    Plan,
    load_kg=st.none() | st.floats(0.0, 1000.0),
    target_reps=st.none() | st.integers(1, 200),
    tempo=st.none() | tempos,
    lockout_goal_s=st.none() | st.floats(0.0, 60.0),
    velocity_loss=st.none() | st.floats(0.05, 0.6),
    rest_s=st.floats(0.0, 900.0),
    keep_tension=st.booleans(),
    breathing=st.booleans(),
)


@given(plans)
def test_a_plan_survives_json(plan: Plan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan.to_json(), allow_nan=False))) == plan


def test_keys_of_later_versions_are_passed_over() -> None:
    assert plan_from_json({"target_reps": 10, "music": "loud"}) == Plan(target_reps=10)


@pytest.mark.parametrize(
    ("goal_s", "tempo", "hold_s"),
    [(None, None, None), (None, "3-0-1-2", 2.0), (1.0, "3-0-1-2", 1.0), (0.0, "3-0-1-2", 0.0)],
)
def test_the_goal_comes_before_the_tempo(
    goal_s: float | None, tempo: str | None, hold_s: float | None
) -> None:
    plan = Plan(lockout_goal_s=goal_s, tempo=None if tempo is None else parse_tempo(tempo))
    assert plan.hold_s == hold_s


@pytest.mark.parametrize(
    "values",
    [
        {"load_kg": -1.0},
        {"load_kg": math.nan},
        {"load_kg": math.inf},
        {"load_kg": "60"},
        {"load_kg": True},
        {"target_reps": 0},
        {"target_reps": 10.5},
        {"tempo": "311"},
        {"tempo": 3012},
        {"lockout_goal_s": 61},
        {"velocity_loss": 20},
        {"rest_s": -1},
        {"keep_tension": 1},
        {"breathing": "no"},
    ],
)
def test_what_cannot_be_meant_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        plan_from_json(values)
