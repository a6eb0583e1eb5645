from __future__ import annotations

import numpy as np
import pytest

from tracker.sim.body import Body, feel
from tracker.sim.lifting import perform_activity
from tracker.sim.plan import Activity, ActivityPlan, LifterPlan, Mounting, Posture

LIFTER = LifterPlan()


def performed(activity: Activity, duration_s: float = 12.0, seed: int = 2) -> Body:
    body = Body(LIFTER, Posture.LYING, np.random.default_rng(seed))
    perform_activity(body, ActivityPlan(activity, duration_s))
    return body


@pytest.mark.parametrize("activity", Activity)
@pytest.mark.parametrize("duration_s", [1.0, 12.0])
def test_every_activity_takes_its_time_and_is_written_down(
    activity: Activity, duration_s: float
) -> None:
    body = performed(activity, duration_s)
    assert body.now_s == duration_s
    (episode,) = body.episodes
    assert (episode.kind, episode.start_s, episode.end_s) == (activity, 0.0, duration_s)


@pytest.mark.parametrize("activity", Activity)
def test_every_activity_ends_in_its_posture_and_at_rest(activity: Activity) -> None:
    body = performed(activity)
    expected_deg = {
        Posture.LYING: LIFTER.bottom_deg,
        Posture.SITTING: -62.0,
        Posture.STANDING: -88.0,
    }[body.posture]
    felt = feel(body.pose, Mounting(), np.array([body.now_s + 0.1]))
    assert np.degrees(body.pose.pitch.evaluate(np.array([13.0]))[0]) == pytest.approx(
        [expected_deg]
    )
    np.testing.assert_allclose(felt.rate_radps, 0.0, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("activity", [Activity.SHUFFLE, Activity.ADJUST, Activity.REST])
def test_a_lying_lifter_never_does_half_a_rep_by_accident(activity: Activity, seed: int) -> None:
    body = performed(activity, seed=seed)
    pitch_deg = np.degrees(body.pose.pitch.evaluate(np.linspace(0.0, 12.0, 2400))[0])
    assert np.ptp(pitch_deg) < 0.5 * LIFTER.swing_deg


def test_walking_is_felt_with_every_step() -> None:
    body = performed(Activity.WALK)
    time_s = np.arange(4.0, 11.0, 0.001)
    force = np.linalg.norm(feel(body.pose, Mounting(), time_s).specific_force_mps2, axis=1)
    steps_s = np.array([knock.start_s for knock in body.pose.upward.knocks])
    np.testing.assert_allclose(np.diff(steps_s), 1.0 / 1.8, rtol=0.12)
    assert force.std() > 0.5
