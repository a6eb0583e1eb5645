from __future__ import annotations

import pytest

from tracker.sound.devices import LOOK_S, LOOKS, wait_until_idle


@pytest.mark.parametrize(
    ("busy_looks", "slept"), [(0, 0), (3, 3), (LOOKS - 1, LOOKS - 1), (LOOKS + 50, LOOKS)]
)
def test_it_waits_for_silence_but_not_for_ever(busy_looks: int, slept: int) -> None:
    looks: list[bool] = []
    sleeps_s: list[float] = []

    def is_idle() -> bool:
        looks.append(True)
        return len(looks) > busy_looks

    wait_until_idle(is_idle, 0.3, sleeps_s.append)
    assert sleeps_s == [LOOK_S] * slept + [0.3]
