from __future__ import annotations

from tracker.domain import mean_of_known


def test_the_unknown_weighs_nothing_and_is_never_zero() -> None:
    assert mean_of_known([1.0, None, 2.0]) == 1.5
    assert mean_of_known([0.0]) == 0.0
    assert mean_of_known([None, None]) is None
    assert mean_of_known(iter(())) is None
