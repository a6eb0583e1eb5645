from __future__ import annotations

import numpy as np

from tracker.domain import LoweringStarted, Phase, PhaseStarted, RepCompleted
from tracker.engine import build_engine
from tracker.sim import simulate, training_plan


def test_the_hold_timer_overshoots_by_less_than_it_is_judged_by() -> None:
    """What is seen of the simulated lifter's holds, against what they turn out to be."""
    simulated = simulate(training_plan("hip_thrust", 2), 2)
    engine = build_engine(simulated.info)
    start_s, sinking_s, longest_s, over_s = None, None, 0.0, []
    for notification in simulated.notifications():
        for event in engine.feed(notification):
            match event:
                case PhaseStarted(phase=Phase.LOCKOUT, at_s=at_s):
                    start_s, sinking_s, longest_s = at_s, None, 0.0
                case PhaseStarted(phase=Phase.ECCENTRIC, at_s=at_s) if start_s is not None:
                    over_s.append(longest_s - (at_s - start_s))
                    start_s = None
                case LoweringStarted(at_s=at_s):
                    sinking_s = at_s
                case RepCompleted():
                    sinking_s = None
                case _:
                    pass
        if start_s is not None and engine.newest_s is not None:
            until_s = engine.newest_s if sinking_s is None else sinking_s
            longest_s = max(longest_s, until_s - start_s)
    assert len(over_s) > 15
    assert np.median(over_s) < 0.25
    assert max(over_s) < 0.4
