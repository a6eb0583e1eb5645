from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hunt
import numpy as np
import pytest
from hunt import Verdict, judge, replay, save, shrink, wilson
from hunt_activities import perform
from hunt_lifter import BOUNDARY_SHARE, GRID_HZ, UnclearCaseError
from hunt_priors import FACTORS, PLAIN, draw
from hunt_sensor import GRAVITY_MPS2, render
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ON_THE_FLOOR = {"sit-lie", "lie-sit", "sit-bench", "bench-sit", "prop_up", "pelvic_tilts"}

WINDOW = 1500
"""Samples that a strapdown runs over: three seconds."""

some_session = st.builds(draw, st.just(11), st.integers(0, 400))


def ideal(case: dict[str, Any]) -> dict[str, Any]:
    """Return the case with a perfect sensor in the pelvis that samples on the grid of the path."""
    sensor = {
        "rate_hz": GRID_HZ,
        "filtered": False,
        "mount": [0.3, -1.2, 2.0],
        "spot_m": [0.0, 0.0, 0.0],
    }
    return {**case, "sensor": sensor}


def about(place: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the rotations that lead to an attitude of the path, the innermost first."""
    pitch, roll, yaw = np.radians(place[:3])
    zero = 0.0
    return [
        np.radians(place[6:9]),
        np.array([roll, zero, zero]),
        np.array([zero, -pitch, zero]),
        np.array([zero, zero, yaw]),
    ]


@settings(max_examples=4, deadline=None)
@given(case=some_session, where=st.floats(0.1, 0.8))
def test_rate_and_force_belong_to_one_movement_of_a_rigid_body(
    case: dict[str, Any], where: float
) -> None:
    case = ideal(case)
    rendered, path = render(case), perform(case).path()
    assert rendered.gyro_radps is not None
    first = round(where * len(path))
    # Strapdown: from an attitude and a velocity on, rate and force alone must find the path.
    attitude = Rotation.from_rotvec(case["sensor"]["mount"])
    for turn in about(path[first]):
        attitude = Rotation.from_rotvec(turn) * attitude
    step_s = 1.0 / GRID_HZ
    height_m = path[first, 5]
    speed_mps = (path[first + 1, 5] - path[first - 1, 5]) / (2.0 * step_s)
    for at in range(first, first + WINDOW):
        height_m += speed_mps * step_s
        pull = attitude.apply(rendered.acc_mps2[at])[2] - GRAVITY_MPS2
        speed_mps += pull * step_s
        rate = 0.5 * (rendered.gyro_radps[at] + rendered.gyro_radps[at + 1])
        attitude *= Rotation.from_rotvec(rate * step_s)
    assert height_m == pytest.approx(path[first + WINDOW, 5], abs=0.02)


@settings(max_examples=5, deadline=None)
@given(some_session)
def test_hips_that_stay_on_the_floor_do_not_rise(case: dict[str, Any]) -> None:
    body = perform(case)
    height_m = body.path()[:, 5]
    for what, start_s, end_s in body.spans:
        if what in ON_THE_FLOOR:
            inside = height_m[round(start_s * GRID_HZ) + 50 : round(end_s * GRID_HZ) - 50]
            assert len(inside) == 0 or np.ptp(inside) < 1e-3


@settings(max_examples=5, deadline=None)
@given(some_session)
def test_boundaries_are_where_the_speed_is_a_tenth_of_the_peak(case: dict[str, Any]) -> None:
    case = {**case, "body": {**case["body"], "peel_deg": 0.0}}
    body = perform(case)
    speed = np.abs(np.diff(body.path()[:, 0]))
    for one in body.sets:
        for rep in one.reps:
            first, last = round(rep.start_s * GRID_HZ), round(rep.lockout_s * GRID_HZ)
            peak = speed[first:last].max()
            assert speed[first + 5 : last - 5].size
            assert speed[[first, last]].max() < (BOUNDARY_SHARE + 0.1) * peak
            assert rep.start_s < rep.lockout_s <= rep.unlock_s < rep.end_s


@settings(max_examples=2, deadline=None)
@given(some_session)
def test_a_case_is_plain_data_and_means_the_same_samples(case: dict[str, Any]) -> None:
    again = json.loads(json.dumps(case))
    one, other = render(case), render(again)
    assert one.sets == other.sets
    np.testing.assert_array_equal(one.acc_mps2, other.acc_mps2)


def test_every_level_can_be_drawn_alone() -> None:
    for factor, levels in FACTORS.items():
        for level in levels:
            assert draw(1, 1, {**PLAIN, factor: level})["levels"][factor] == level
    with pytest.raises(ValueError, match="no factor tempo has the level"):
        draw(1, 1, {"tempo": "presto"})


def test_two_sets_that_touch_are_unclear() -> None:
    case = draw(2, 0, {**PLAIN, "between": "resting"})
    sets = [block for block in case["blocks"] if block["do"] == "set"][:1]
    with pytest.raises(UnclearCaseError, match="too near"):
        render({**case, "blocks": sets * 2})


def test_a_plain_session_is_counted_and_an_empty_one_has_no_ghosts() -> None:
    case = draw(3, 0, PLAIN)
    assert judge(case).failures == frozenset()
    rests = [block for block in case["blocks"] if block["do"] == "rest"]
    assert judge({**case, "blocks": rests}).sets == ()


def test_what_raises_is_a_failure_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(hunt, "build_engine", broken)
    verdict = judge(draw(3, 0, PLAIN))
    assert verdict.error == "ZeroDivisionError in test_hunt.broken"
    assert verdict.failures >= {"exception ZeroDivisionError in test_hunt.broken", "set"}


def test_shrinking_leaves_what_makes_it_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(case: Mapping[str, Any], _rendered: object = None) -> Verdict:
        foam = any(block["do"] == "foam" for block in case["blocks"])
        coarse = case["sensor"].get("bits") == 8
        return Verdict({}, (), ("foam",) if foam and coarse else (), ())

    monkeypatch.setattr(hunt, "judge", judged)
    case = draw(4, 1, {"between": "floor", "bits": "8"})
    foam = {"do": "foam", "seed": 1, "s": 6.0}
    small = shrink({**case, "blocks": [*case["blocks"], foam]})
    assert [block["do"] for block in small["blocks"]] == ["foam"]
    assert small["sensor"]["bits"] == 8
    assert small["sensor"]["acc_bias"] == [0.0, 0.0, 0.0]


def test_what_is_saved_can_be_run_again(tmp_path: Path) -> None:
    case = draw(5, 0, {**PLAIN, "gyroscope": "no"})
    save(case, tmp_path, "x")
    assert (tmp_path / "x.csv.gz").stat().st_size > 1000
    from_file = list(replay(str(tmp_path / "x.json")))
    assert from_file == list(replay(json.dumps(case)))
    assert from_file[0].startswith("SIMULATED set of ")


@pytest.mark.parametrize(
    ("failed", "of", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(failed: int, of: int, low: float, high: float) -> None:
    assert wilson(failed, of) == pytest.approx((low, high), abs=5e-4)


def test_the_command_says_its_seed_and_that_all_is_simulated() -> None:
    command = [sys.executable, "benchmarks/hunt.py", "--plain", "--sessions=2", "--jobs=1"]
    done = subprocess.run(
        [*command, "--shrink=0"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("seed ")
    assert "SIMULATED: 2 sessions" in done.stdout
    wrong = subprocess.run(
        [*command, "--factor=a=b"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert wrong.returncode == 2
    assert "choose from" in wrong.stderr
