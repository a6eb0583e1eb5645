from __future__ import annotations

import numpy as np
import pytest

from tracker.sim.body import Body, Incident, ideal_readings
from tracker.sim.lifter import Lift, perform, perform_activity, perform_set
from tracker.sim.plan import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Mounting,
    Posture,
    RepPlan,
    SessionPlan,
    SetPlan,
    Touch,
)

LIFTER = LifterPlan(bottom_deg=-36.0, top_deg=10.0)


def performed(*reps: RepPlan) -> tuple[Body, tuple[Lift, ...]]:
    body = Body(LIFTER, Posture.LYING, np.random.default_rng(8))
    return body, perform_set(body, SetPlan(reps))


def test_times_and_angles_are_those_of_the_plan() -> None:
    body, lifts = performed(
        RepPlan(1.0, 2.0, 1.5, 0.5, sink=0.9), RepPlan(1.2, 0.5, 1.0, 0.7, reach=0.6)
    )
    first, second = lifts
    assert (first.concentric.start_s, first.eccentric.start_s, second.concentric.start_s) == (
        0.0,
        3.0,
        5.0,
    )
    assert body.now_s == pytest.approx(5.0 + 1.2 + 0.5 + 1.0 + 0.7)
    assert (first.concentric.from_deg, first.concentric.to_deg) == (-36.0, 10.0)
    assert first.eccentric.to_deg == second.concentric.from_deg == pytest.approx(-31.4)
    assert second.concentric.to_deg == pytest.approx(-36.0 + 0.6 * 46.0)


def test_the_last_rep_comes_all_the_way_down() -> None:
    _, lifts = performed(RepPlan(sink=0.8), RepPlan(sink=0.8))
    assert lifts[-1].eccentric.to_deg == LIFTER.bottom_deg


def test_a_reversal_without_rest_keeps_its_acceleration() -> None:
    body, lifts = performed(
        *[RepPlan(0.6, 0.0, 0.5, 0.0), RepPlan(0.7, 0.0, 0.6, 0.0)],
    )
    for reversal_s in (lifts[0].eccentric.start_s, lifts[1].concentric.start_s):
        around = np.array([reversal_s - 1e-9, reversal_s + 1e-9])
        _, rate, accel = body.pose.pitch.evaluate(around)
        np.testing.assert_allclose(rate, 0.0, atol=1e-6)
        assert accel[0] == pytest.approx(accel[1], rel=1e-5)
        assert abs(accel[0]) > 1.0


def test_dips_stay_inside_the_hold_and_come_back() -> None:
    body, (lift,) = performed(RepPlan(hold_s=3.0, dips=2, dip_share=0.2))
    dips = [note for note in body.episodes if note.kind is Incident.DIP]
    assert len(dips) == 2
    assert dips[0].start_s > lift.concentric.start_s + lift.concentric.duration_s
    assert dips[-1].end_s < lift.eccentric.start_s
    time_s = np.linspace(dips[0].start_s, dips[0].end_s, 101)
    pitch_deg = np.degrees(body.pose.pitch.evaluate(time_s)[0])
    assert pitch_deg.min() == pytest.approx(10.0 - 0.2 * 46.0, abs=0.2)
    assert pitch_deg[-1] == pytest.approx(10.0, abs=0.2)


def test_a_floor_knocks_and_a_strap_slips() -> None:
    body, (lift, _) = performed(RepPlan(touch=Touch.FLOOR, knock_g=6.0, slip_deg=5.0), RepPlan())
    down_s = lift.eccentric.start_s + lift.eccentric.duration_s
    assert {note.kind for note in body.episodes} == {Incident.KNOCK, Incident.SLIP}
    assert body.pose.upward.evaluate(np.array([down_s]))[2] == pytest.approx([6.0 * 9.80665])
    assert lift.eccentric.profile.end_brake > 0.0


def test_a_movement_under_half_is_labelled_as_an_attempt() -> None:
    body, _ = performed(RepPlan(reach=0.3))
    assert [note.kind for note in body.episodes] == [Incident.ATTEMPT]


def test_one_side_of_the_pelvis_drops_with_the_lift() -> None:
    lifter = LifterPlan(roll_deg=5.0)
    body = Body(lifter, Posture.LYING, np.random.default_rng(1))
    (lift,) = perform_set(body, SetPlan((RepPlan(),)))
    roll_deg = np.degrees(
        body.pose.roll.evaluate(np.array([lift.eccentric.start_s, body.now_s]))[0]
    )
    np.testing.assert_allclose(roll_deg, [5.0, 0.0], atol=1e-9)


def test_a_set_starts_lying_and_has_reps() -> None:
    standing = Body(LIFTER, Posture.STANDING, np.random.default_rng(0))
    with pytest.raises(ValueError, match="starts lying, not standing"):
        perform_set(standing, SetPlan((RepPlan(),)))
    with pytest.raises(ValueError, match="at least one rep"):
        performed()


USUAL = LifterPlan()


def after(activity: Activity, duration_s: float = 12.0, seed: int = 2) -> Body:
    body = Body(USUAL, Posture.LYING, np.random.default_rng(seed))
    perform_activity(body, ActivityPlan(activity, duration_s))
    return body


@pytest.mark.parametrize("activity", Activity)
@pytest.mark.parametrize("duration_s", [1.0, 12.0])
def test_every_activity_takes_its_time_and_is_labelled(
    activity: Activity, duration_s: float
) -> None:
    body = after(activity, duration_s)
    assert body.now_s == duration_s
    (episode,) = body.episodes
    assert (episode.kind, episode.start_s, episode.end_s) == (activity, 0.0, duration_s)


@pytest.mark.parametrize("activity", Activity)
def test_every_activity_ends_in_its_posture_and_at_rest(activity: Activity) -> None:
    body = after(activity)
    expected_deg = {
        Posture.LYING: USUAL.bottom_deg,
        Posture.SITTING: -62.0,
        Posture.STANDING: -88.0,
    }[body.posture]
    readings = ideal_readings(body.pose, Mounting(), np.array([body.now_s + 0.1]))
    assert np.degrees(body.pose.pitch.evaluate(np.array([13.0]))[0]) == pytest.approx(
        [expected_deg]
    )
    np.testing.assert_allclose(readings.rate_radps, 0.0, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("activity", [Activity.SHUFFLE, Activity.ADJUST, Activity.REST])
def test_a_lying_lifter_never_does_half_a_rep_by_accident(activity: Activity, seed: int) -> None:
    body = after(activity, seed=seed)
    pitch_deg = np.degrees(body.pose.pitch.evaluate(np.linspace(0.0, 12.0, 2400))[0])
    assert np.ptp(pitch_deg) < 0.5 * USUAL.swing_deg


def test_walking_shows_every_step() -> None:
    body = after(Activity.WALK)
    time_s = np.arange(4.0, 11.0, 0.001)
    force = np.linalg.norm(
        ideal_readings(body.pose, Mounting(), time_s).specific_force_mps2, axis=1
    )
    steps_s = np.array([knock.start_s for knock in body.pose.upward.knocks])
    np.testing.assert_allclose(np.diff(steps_s), 1.0 / 1.8, rtol=0.12)
    assert force.std() > 0.5


PLAN = SessionPlan(
    "hip_thrust",
    (
        ActivityPlan(Activity.WALK, 5.0),
        ActivityPlan(Activity.LIE_BACK, 3.0),
        SetPlan((RepPlan(), RepPlan(reach=0.3))),
        ActivityPlan(Activity.REST, 15.0),
        SetPlan((RepPlan(),)),
    ),
)


def test_blocks_follow_each_other_without_a_break() -> None:
    performance = perform(PLAN, np.random.default_rng(1))
    assert [len(lifts) for lifts in performance.sets] == [2, 1]
    assert performance.sets[0][0].concentric.start_s == 8.0
    assert performance.sets[1][0].concentric.start_s == 8.0 + 2 * 4.0 + 15.0
    assert performance.duration_s == pytest.approx(8.0 + 8.0 + 15.0 + 4.0)


def test_episodes_are_in_order_of_their_start() -> None:
    episodes = perform(PLAN, np.random.default_rng(1)).episodes
    assert [episode.kind for episode in episodes] == [
        Activity.WALK,
        Activity.LIE_BACK,
        Incident.ATTEMPT,
        Activity.REST,
    ]


def test_the_seed_decides_the_fidgets_only() -> None:
    one, same, other = (perform(PLAN, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.pose == same.pose
    assert one.pose != other.pose
    assert one.sets == other.sets


@pytest.mark.parametrize(("concentric_s", "eccentric_s"), [(0.0, 1.0), (1.0, -1.0)])
def test_a_movement_must_take_time(concentric_s: float, eccentric_s: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        RepPlan(concentric_s=concentric_s, eccentric_s=eccentric_s)


def test_dips_need_room_in_the_hold() -> None:
    assert RepPlan(hold_s=2.3, dips=2).dips == 2
    with pytest.raises(ValueError, match="too short for 2 dips"):
        RepPlan(hold_s=2.0, dips=2)


def test_the_swing_is_the_whole_range() -> None:
    assert LifterPlan(bottom_deg=-36.0, top_deg=9.0).swing_deg == 45.0


def test_a_rep_lasts_as_long_as_its_parts() -> None:
    rep = RepPlan(concentric_s=1.0, hold_s=0.5, eccentric_s=2.0, bottom_s=0.25)
    assert rep.duration_s == 3.75
