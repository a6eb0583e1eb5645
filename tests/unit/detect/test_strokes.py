from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.detect.motions import BOTTOM_DEG, LEFT, RATE_HZ, TOP_DEG, legs, remembered

from tracker.detect.strokes import Stroke, StrokeFinder, StrokeSettings, StrokeState
from tracker.detect.track import SLOW_RADPS, RotationTrack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unit.detect.motions import Lift

SETTINGS = StrokeSettings(float(np.radians(6.0)))
CLOSE_S = 0.004
"""A sample lasts 0.01 s; between two, the crossing is on a straight line."""


def strokes(lift: Lift, steps: Sequence[int] = ()) -> list[Stroke]:
    """Return all news; `steps` are the samples up to which the finder looks, one after another."""
    history = remembered(lift.motion)
    track = RotationTrack(history)
    track.learn(LEFT)
    finder = StrokeFinder(history, track, SETTINGS)
    return [
        stroke
        for until in (*sorted(min(step, history.stop) for step in steps), history.stop)
        for stroke in finder.scan(until)
    ]


def finished(news: list[Stroke]) -> list[Stroke]:
    return [stroke for stroke in news if stroke.state is StrokeState.FINISHED]


def boundaries_s(stroke: Stroke) -> tuple[float, float]:
    assert stroke.end is not None
    return stroke.start / RATE_HZ, stroke.end / RATE_HZ


def rep(up_s: float = 1.0, hold_s: float = 1.0, down_s: float = 1.5) -> Lift:
    return legs(
        (2.0, BOTTOM_DEG),
        (up_s, TOP_DEG),
        (hold_s, TOP_DEG),
        (down_s, BOTTOM_DEG),
        (2.0, BOTTOM_DEG),
    )


def test_a_rep_is_a_stroke_there_and_a_stroke_back() -> None:
    there, back = finished(strokes(rep()))
    assert there.direction == -back.direction
    assert there.number != back.number
    for stroke in (there, back):
        assert stroke.travel == pytest.approx(np.radians(TOP_DEG - BOTTOM_DEG), abs=0.01)


def test_news_of_a_stroke_come_in_order() -> None:
    news = strokes(rep())
    for number in {stroke.number for stroke in news}:
        states = [stroke.state for stroke in news if stroke.number == number]
        assert states == [
            StrokeState.BEGUN,
            StrokeState.ENDING,
            StrokeState.ENDED,
            StrokeState.SETTLED,
            StrokeState.FINISHED,
        ]
    assert [stroke.now for stroke in news] == sorted(stroke.now for stroke in news)


@settings(max_examples=40, deadline=None)
@given(
    up_s=st.floats(0.5, 2.8),
    hold_s=st.floats(0.3, 3.0),
    down_s=st.floats(0.5, 2.8),
)
def test_boundaries_are_a_tenth_of_each_movements_own_peak(
    up_s: float, hold_s: float, down_s: float
) -> None:
    lift = rep(up_s, hold_s, down_s)
    for stroke, expected_s in zip(finished(strokes(lift)), lift.boundaries_s, strict=True):
        assert boundaries_s(stroke) == pytest.approx(expected_s, abs=CLOSE_S)


@pytest.mark.parametrize("down_s", [3.0, 4.0, 6.0])
def test_a_slow_movement_starts_at_the_latest_where_it_leaves_stillness(down_s: float) -> None:
    """Where a tenth of the peak counts as still, the start is not seen earlier."""
    lift = rep(1.0, 1.5, down_s)
    _, back = finished(strokes(lift))
    start_s, end_s = boundaries_s(back)
    expected_start_s, expected_end_s = lift.boundaries_s[1]
    leaves_s = np.flatnonzero(np.abs(lift.motion.rate_radps[:, 0]) > SLOW_RADPS)
    first_fast_s = leaves_s[leaves_s > RATE_HZ * (expected_start_s - 0.5)][0] / RATE_HZ
    assert expected_start_s - CLOSE_S <= start_s <= max(first_fast_s, expected_start_s) + CLOSE_S
    assert end_s == pytest.approx(expected_end_s, abs=CLOSE_S)


def test_the_end_is_said_a_moment_after_it_happened() -> None:
    for stroke in strokes(rep()):
        if stroke.state is StrokeState.ENDED:
            assert stroke.end is not None
            assert 0.0 <= stroke.now - stroke.end <= 1.0


def test_touch_and_go_ends_and_begins_where_it_turns() -> None:
    lift = legs((2.0, BOTTOM_DEG), (0.7, TOP_DEG), (0.7, BOTTOM_DEG), (2.0, BOTTOM_DEG))
    there, back = finished(strokes(lift))
    assert boundaries_s(there) == pytest.approx(lift.boundaries_s[0], abs=CLOSE_S)
    assert boundaries_s(back) == pytest.approx(lift.boundaries_s[1], abs=CLOSE_S)
    assert there.furthest == pytest.approx(270, abs=2)


def test_reps_without_a_stop_at_the_bottom_are_all_seen() -> None:
    swing = [(0.6, TOP_DEG), (0.7, BOTTOM_DEG)] * 6
    lift = legs((2.0, BOTTOM_DEG), *swing, (2.0, BOTTOM_DEG))
    found = finished(strokes(lift))
    assert [stroke.direction for stroke in found] == [found[0].direction, -found[0].direction] * 6
    for stroke, expected_s in zip(found, lift.boundaries_s, strict=True):
        assert boundaries_s(stroke) == pytest.approx(expected_s, abs=CLOSE_S)


def test_a_sticking_point_does_not_end_a_stroke() -> None:
    """Half-way up the speed falls below a tenth of the peak for a moment, then it goes on."""
    lift = legs(
        (2.0, BOTTOM_DEG),
        (0.7, -14.0),
        (0.05, -14.0),
        (0.7, TOP_DEG),
        (1.0, TOP_DEG),
        (1.5, BOTTOM_DEG),
        (2.0, BOTTOM_DEG),
    )
    there, _ = finished(strokes(lift))
    start_s, end_s = boundaries_s(there)
    assert start_s == pytest.approx(lift.boundaries_s[0][0], abs=0.01)
    assert end_s == pytest.approx(lift.boundaries_s[1][1], abs=0.01)


@pytest.mark.parametrize("depth", [0.05, 0.1, 0.2])
def test_a_dip_in_the_hold_is_no_stroke(depth: float) -> None:
    sag_deg = TOP_DEG - depth * (TOP_DEG - BOTTOM_DEG)
    lift = legs(
        (2.0, BOTTOM_DEG),
        (1.0, TOP_DEG),
        (0.3, TOP_DEG),
        (0.45, sag_deg),
        (0.45, TOP_DEG),
        (0.3, TOP_DEG),
        (1.5, BOTTOM_DEG),
        (2.0, BOTTOM_DEG),
    )
    found = finished(strokes(lift))
    large = [stroke for stroke in found if stroke.travel > np.radians(30.0)]
    assert [stroke.direction for stroke in large] == [large[0].direction, -large[0].direction]
    assert boundaries_s(large[0]) == pytest.approx(lift.boundaries_s[0], abs=0.01)
    assert boundaries_s(large[1])[1] == pytest.approx(lift.boundaries_s[-1][1], abs=0.01)


def test_half_a_way_back_is_a_reversal() -> None:
    lift = legs(
        (2.0, BOTTOM_DEG),
        (1.0, TOP_DEG),
        (1.0, -12.0),
        (1.0, TOP_DEG),
        (1.5, BOTTOM_DEG),
        (2.0, BOTTOM_DEG),
    )
    directions = [stroke.direction for stroke in finished(strokes(lift))]
    assert directions == [directions[0], -directions[0]] * 2


@pytest.mark.parametrize("turn_deg", [1.0, 3.0, 5.5])
def test_what_is_smaller_than_the_least_travel_is_not_looked_at(turn_deg: float) -> None:
    little = legs(
        (1.0, BOTTOM_DEG), (0.5, BOTTOM_DEG + turn_deg), (0.5, BOTTOM_DEG), (1.0, BOTTOM_DEG)
    )
    assert strokes(little) == []


def test_stillness_is_not_looked_at() -> None:
    assert strokes(legs((20.0, BOTTOM_DEG))) == []


def test_tremor_and_noise_move_boundaries_by_some_milliseconds() -> None:
    lift = rep()
    rng = np.random.default_rng(6)
    time_s = np.arange(len(lift.pitch_rad)) / RATE_HZ
    tremor_radps = np.radians(1.5) * np.sin(2.0 * np.pi * 9.0 * time_s)
    noise_radps = np.radians(0.3) * rng.standard_normal(lift.motion.rate_radps.shape)
    rate_radps = lift.motion.rate_radps + noise_radps
    rate_radps[:, 0] += tremor_radps
    noisy = replace(lift, motion=replace(lift.motion, rate_radps=rate_radps))
    found = finished(strokes(noisy))
    assert len(found) == 2
    for stroke, expected_s in zip(found, lift.boundaries_s, strict=True):
        assert boundaries_s(stroke) == pytest.approx(expected_s, abs=0.05)


def test_a_stroke_that_never_ends_is_given_up() -> None:
    lift = legs((1.0, BOTTOM_DEG), (40.0, 80.0), (5.0, 80.0))
    found = finished(strokes(lift))
    assert found
    assert all(stroke.now - stroke.turn <= 31.0 * RATE_HZ for stroke in found)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.integers(0, 900), max_size=8))
def test_how_far_the_finder_looks_at_a_time_does_not_matter(steps: list[int]) -> None:
    assert strokes(rep(), steps) == strokes(rep())


def test_a_hole_drops_the_stroke_that_it_cut() -> None:
    lift = rep()
    history = remembered(lift.motion)
    finder = StrokeFinder(history, RotationTrack(history), SETTINGS)
    begun = list(finder.scan(260))
    assert [stroke.state for stroke in begun] == [StrokeState.BEGUN]
    history.restart(60.0)
    finder.restart()
    assert finder.position == history.stop
    later = legs((2.0, BOTTOM_DEG), (1.0, TOP_DEG), (2.0, TOP_DEG))
    history.append(later.motion, 0, len(later.motion.up))
    after = list(finder.scan(history.stop))
    assert {stroke.number for stroke in after}.isdisjoint({stroke.number for stroke in begun})
    (found,) = finished(after)
    assert history.time_s(found.start) == pytest.approx(
        60.0 + later.boundaries_s[0][0], abs=CLOSE_S
    )
