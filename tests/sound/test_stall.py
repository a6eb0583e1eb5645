from __future__ import annotations

from tracker.sound.devices import STALLED_S, StallWatch


def test_a_device_that_asks_is_not_stalled() -> None:
    watch = StallWatch(0.0)
    for second in range(1, 10):
        assert not watch.is_stalled(asked=second, now_s=float(second))


def test_a_device_that_asks_no_more_is_stalled_after_a_while() -> None:
    watch = StallWatch(0.0)
    assert not watch.is_stalled(7, 1.0)
    assert not watch.is_stalled(7, 1.0 + STALLED_S)
    assert watch.is_stalled(7, 1.1 + STALLED_S)
    assert not watch.is_stalled(8, 1.2 + STALLED_S)


def test_one_that_never_asks_is_stalled_as_well() -> None:
    assert StallWatch(5.0).is_stalled(0, 5.1 + STALLED_S)
