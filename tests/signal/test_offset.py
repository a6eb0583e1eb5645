from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.signal.clocks import DELAY_WINDOW_S, MAX_SLEW, ClockOffsetEstimator


def one_by_one(
    offset: ClockOffsetEstimator, device_s: list[float], delay_s: list[float]
) -> list[float]:
    followed = []
    for at_s, late_s in zip(device_s, delay_s, strict=True):
        offset.note(at_s, late_s)
        followed.append(offset.follow(at_s))
    return followed


def test_the_first_delay_is_the_offset() -> None:
    assert one_by_one(ClockOffsetEstimator(), [5.0], [0.25]) == [0.25]


def test_a_larger_delay_changes_nothing_while_a_smaller_one_is_remembered() -> None:
    device_s = [0.0, 1.0, DELAY_WINDOW_S]
    assert one_by_one(ClockOffsetEstimator(), device_s, [0.1, 0.9, 0.4]) == [0.1] * 3


def test_a_delay_is_forgotten_after_the_window() -> None:
    device_s = [0.0, 1.0, DELAY_WINDOW_S + 0.5]
    followed = one_by_one(ClockOffsetEstimator(), device_s, [0.10, 0.13, 0.4])
    assert followed == [0.10, 0.10, 0.13]


def test_the_offset_moves_no_faster_than_the_slew() -> None:
    followed = one_by_one(
        ClockOffsetEstimator(), [0.0, 1.0, 2.0, 3.0, 4.0], [0.025, 0.0, 0.0, 0.0, 0.0]
    )
    np.testing.assert_allclose(followed, [0.025, 0.015, 0.005, 0.0, 0.0], atol=1e-15)


def test_after_a_restart_the_next_delay_is_the_offset() -> None:
    offset = ClockOffsetEstimator()
    one_by_one(offset, [0.0, 1.0], [0.1, 0.1])
    offset.restart()
    assert one_by_one(offset, [-40.0], [3.0]) == [3.0]


def test_a_run_may_be_asked_once_there_is_an_offset_and_while_times_rise() -> None:
    offset = ClockOffsetEstimator()
    assert not offset.can_run(np.array([1.0, 2.0]))
    one_by_one(offset, [1.0], [0.1])
    assert offset.can_run(np.array([2.0, 3.0]))
    assert not offset.can_run(np.array([1.0, 2.0]))
    assert not offset.can_run(np.array([2.0, 2.0]))
    # A clock that has stepped back a little: the times that are kept are out of order.
    one_by_one(offset, [0.9, 1.1], [0.2, 0.3])
    assert not offset.can_run(np.array([2.0, 3.0]))


steps_s = st.sampled_from([0.05, 0.05, 0.049_999, 0.2, 3.0, DELAY_WINDOW_S, 40.0])
delays_s = st.sampled_from([0.02, 0.0201, 0.03, 0.08, 0.3, 2.0, -0.1])


@given(st.lists(st.tuples(steps_s, delays_s), min_size=2, max_size=120), st.data())
@example([(0.05, 0.3)] * 3 + [(0.05, 0.02)] * 100, None)
def test_a_run_is_the_same_as_one_by_one_to_the_last_bit(
    packets: list[tuple[float, float]], data: st.DataObject | None
) -> None:
    device_s = np.cumsum([step_s for step_s, _ in packets])
    delay_s = np.array([late_s for _, late_s in packets])
    expected = one_by_one(ClockOffsetEstimator(), device_s.tolist(), delay_s.tolist())
    cuts = [] if data is None else data.draw(st.lists(st.integers(1, len(packets)), max_size=3))
    offset = ClockOffsetEstimator()
    followed = one_by_one(offset, device_s[:1].tolist(), delay_s[:1].tolist())
    for first, last in zip([1, *sorted(cuts)], [*sorted(cuts), len(packets)], strict=True):
        if first < last:
            assert offset.can_run(device_s[first:last])
            followed += offset.run(device_s[first:last], delay_s[first:last]).tolist()
    # Packets that come alone after a run find everything as they would have left it.
    assert followed == expected
    later = [float(device_s[-1]) + 0.05 * k for k in range(1, 260)]
    after = one_by_one(offset, later, [0.5] * len(later))
    alone = ClockOffsetEstimator()
    one_by_one(alone, device_s.tolist(), delay_s.tolist())
    assert after == one_by_one(alone, later, [0.5] * len(later))


def test_the_slew_is_what_the_worst_oscillator_needs() -> None:
    """A clock 1 % too fast loses 0.01 s a second, and the offset keeps up with it."""
    device_s = np.arange(1.0, 200.0)
    delay_s = -MAX_SLEW * 0.999 * device_s
    followed = one_by_one(ClockOffsetEstimator(), device_s.tolist(), delay_s.tolist())
    np.testing.assert_allclose(followed, delay_s, atol=1e-12)
