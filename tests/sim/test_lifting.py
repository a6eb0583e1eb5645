from __future__ import annotations

import numpy as np
import pytest

from tracker.sim.body import Body, Incident
from tracker.sim.lifting import Lift, perform_set
from tracker.sim.plan import LifterPlan, Posture, RepPlan, SetPlan, Touch

LIFTER = LifterPlan(bottom_deg=-36.0, top_deg=10.0)


def performed(*reps: RepPlan) -> tuple[Body, tuple[Lift, ...]]:
    body = Body(LIFTER, Posture.LYING, np.random.default_rng(8))
    return body, perform_set(body, SetPlan(reps))


def test_times_and_angles_are_those_of_the_plan() -> None:
    body, lifts = performed(
        RepPlan(1.0, 2.0, 1.5, 0.5, sink=0.9), RepPlan(1.2, 0.5, 1.0, 0.7, reach=0.6)
    )
    first, second = lifts
    assert (first.up.start_s, first.down.start_s, second.up.start_s) == (0.0, 3.0, 5.0)
    assert body.now_s == pytest.approx(5.0 + 1.2 + 0.5 + 1.0 + 0.7)
    assert (first.up.from_deg, first.up.to_deg) == (-36.0, 10.0)
    assert first.down.to_deg == second.up.from_deg == pytest.approx(-31.4)
    assert second.up.to_deg == pytest.approx(-36.0 + 0.6 * 46.0)


def test_the_last_rep_comes_all_the_way_down() -> None:
    _, lifts = performed(RepPlan(sink=0.8), RepPlan(sink=0.8))
    assert lifts[-1].down.to_deg == LIFTER.bottom_deg


def test_a_turn_without_rest_keeps_its_acceleration() -> None:
    body, lifts = performed(
        *[RepPlan(0.6, 0.0, 0.5, 0.0), RepPlan(0.7, 0.0, 0.6, 0.0)],
    )
    for turn_s in (lifts[0].down.start_s, lifts[1].up.start_s):
        around = np.array([turn_s - 1e-9, turn_s + 1e-9])
        _, rate, accel = body.pose.pitch.evaluate(around)
        np.testing.assert_allclose(rate, 0.0, atol=1e-6)
        assert accel[0] == pytest.approx(accel[1], rel=1e-5)
        assert abs(accel[0]) > 1.0


def test_dips_stay_inside_the_hold_and_come_back() -> None:
    body, (lift,) = performed(RepPlan(hold_s=3.0, dips=2, dip_share=0.2))
    dips = [note for note in body.episodes if note.kind is Incident.DIP]
    assert len(dips) == 2
    assert dips[0].start_s > lift.up.start_s + lift.up.duration_s
    assert dips[-1].end_s < lift.down.start_s
    time_s = np.linspace(dips[0].start_s, dips[0].end_s, 101)
    pitch_deg = np.degrees(body.pose.pitch.evaluate(time_s)[0])
    assert pitch_deg.min() == pytest.approx(10.0 - 0.2 * 46.0, abs=0.2)
    assert pitch_deg[-1] == pytest.approx(10.0, abs=0.2)


def test_a_floor_knocks_and_a_strap_slips() -> None:
    body, (lift, _) = performed(RepPlan(touch=Touch.FLOOR, knock_g=6.0, slip_deg=5.0), RepPlan())
    down_s = lift.down.start_s + lift.down.duration_s
    assert {note.kind for note in body.episodes} == {Incident.KNOCK, Incident.SLIP}
    assert body.pose.upward.evaluate(np.array([down_s]))[2] == pytest.approx([6.0 * 9.80665])
    assert lift.down.profile.end_brake > 0.0


def test_a_movement_under_half_is_written_down_as_an_attempt() -> None:
    body, _ = performed(RepPlan(reach=0.3))
    assert [note.kind for note in body.episodes] == [Incident.ATTEMPT]


def test_one_side_of_the_pelvis_drops_with_the_lift() -> None:
    lifter = LifterPlan(roll_deg=5.0)
    body = Body(lifter, Posture.LYING, np.random.default_rng(1))
    (lift,) = perform_set(body, SetPlan((RepPlan(),)))
    roll_deg = np.degrees(body.pose.roll.evaluate(np.array([lift.down.start_s, body.now_s]))[0])
    np.testing.assert_allclose(roll_deg, [5.0, 0.0], atol=1e-9)


def test_a_set_starts_lying_back_and_has_reps() -> None:
    standing = Body(LIFTER, Posture.STANDING, np.random.default_rng(0))
    with pytest.raises(ValueError, match="starts lying back, not standing"):
        perform_set(standing, SetPlan((RepPlan(),)))
    with pytest.raises(ValueError, match="at least one rep"):
        performed()
