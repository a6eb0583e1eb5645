from __future__ import annotations

import pytest

from tracker.sim.plan import LifterPlan, RepPlan


@pytest.mark.parametrize(("concentric_s", "eccentric_s"), [(0.0, 1.0), (1.0, -1.0)])
def test_a_movement_takes_time(concentric_s: float, eccentric_s: float) -> None:
    with pytest.raises(ValueError, match="must take time"):
        RepPlan(concentric_s=concentric_s, eccentric_s=eccentric_s)


def test_dips_need_room_in_the_hold() -> None:
    assert RepPlan(hold_s=2.3, dips=2).dips == 2
    with pytest.raises(ValueError, match="no room for 2 dips"):
        RepPlan(hold_s=2.0, dips=2)


def test_the_swing_is_the_whole_range() -> None:
    assert LifterPlan(bottom_deg=-36.0, top_deg=9.0).swing_deg == 45.0


def test_a_rep_lasts_as_long_as_its_parts() -> None:
    rep = RepPlan(concentric_s=1.0, hold_s=0.5, eccentric_s=2.0, bottom_s=0.25)
    assert rep.duration_s == 3.75
