from __future__ import annotations

import numpy as np
import pytest

from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sim.body import Body, Incident, feel
from tracker.sim.plan import LifterPlan, Mounting, Posture

LIFTER = LifterPlan()


def body_at(posture: Posture) -> Body:
    return Body(LIFTER, posture, np.random.default_rng(4))


def test_turning_and_waiting_take_time() -> None:
    body = body_at(Posture.LYING)
    body.pitch_to(5.0, 1.5)
    body.wait(0.5)
    assert body.now_s == 2.0
    pitch_rad = body.pose.pitch.evaluate(np.array([0.0, 2.0]))[0]
    np.testing.assert_allclose(np.degrees(pitch_rad), [LIFTER.bottom_deg, 5.0])


@pytest.mark.parametrize(
    ("posture", "hip_m", "pitch_deg"),
    [(Posture.SITTING, 0.12, -62.0), (Posture.LYING, 0.16, LIFTER.bottom_deg)],
)
def test_settling_brings_the_hips_where_they_belong(
    posture: Posture, hip_m: float, pitch_deg: float
) -> None:
    body = body_at(Posture.STANDING)
    body.settle(posture, 2.0)
    time_s = np.arange(0.0, 2.5, 0.001)
    felt = feel(body.pose, Mounting(), time_s)
    vertical = np.sum(felt.specific_force_mps2 * felt.up_sensor, axis=1) - STANDARD_GRAVITY_MPS2
    assert np.cumsum(vertical).sum() * 1e-6 == pytest.approx(hip_m - 0.95, abs=1e-3)
    assert body.posture is posture
    assert np.degrees(body.pose.pitch.evaluate(time_s[-1:])[0]) == pytest.approx([pitch_deg])


def test_a_slip_is_as_large_as_it_was_told_and_written_down() -> None:
    body = body_at(Posture.LYING)
    body.wait(3.0)
    body.slip(7.0)
    (slip,) = body.pose.slips
    assert np.linalg.norm(slip.axis) == pytest.approx(1.0)
    assert np.degrees(slip.angle.evaluate(np.array([9.0]))[0]) == pytest.approx([7.0])
    assert [(note.kind, note.start_s) for note in body.episodes] == [(Incident.SLIP, 3.0)]


def test_a_knock_is_centred_on_its_time() -> None:
    body = body_at(Posture.LYING)
    body.knock(body.pose.upward, 40.0, 0.04, 1.0)
    assert body.pose.upward.evaluate(np.array([1.0]))[2] == pytest.approx([40.0])
