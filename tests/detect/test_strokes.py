from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.motions import (
    BOTTOM_DEG,
    LEFT,
    RATE_HZ,
    TOP_DEG,
    Lift,
    by_arc,
    legs,
    remembered,
    swung,
)
from tracker.detect.arc_track import TREMBLE_RAD, ArcTrack
from tracker.detect.strokes import Stroke, StrokeFinder, StrokeSettings, StrokeState
from tracker.detect.track import SLOW_RADPS, RotationTrack
from tracker.signal.motion import SMOOTHING_HALF_WIDTH_S
from tracker.sim.trajectories import MIN_JERK, Channel, Move

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTINGS = StrokeSettings(float(np.radians(6.0)))
CLOSE_S = 0.004
"""A sample lasts 0.01 s; between two, the crossing is on a straight line."""


def strokes(lift: Lift, steps: Sequence[int] = ()) -> list[Stroke]:
    """Return all news; `steps` are the samples up to which the finder looks, one after another."""
    history = remembered(lift.motion)
    rotation = RotationTrack(history)
    rotation.learn(LEFT)
    track = rotation if lift.motion.gyroscope else ArcTrack(history)
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


def arc(lift: Lift, tremble_deg: float = 0.0, tremble_hz: float = 5.0) -> Lift:
    """Return a lift as an accelerometer alone shows it."""
    return replace(lift, motion=by_arc(lift.motion, tremble_deg, tremble_hz))


def states(news: list[Stroke], number: int = 1) -> list[StrokeState]:
    return [stroke.state for stroke in news if stroke.number == number]


def jerked(first_s: float, second_after_s: float, second_s: float) -> Lift:
    """Return a way up in two pulls, the second before the first is over."""
    pitch = Channel(float(np.radians(BOTTOM_DEG)))
    pitch.moves.append(Move(2.0, first_s, float(np.radians(24.0))))
    pitch.moves.append(Move(2.0 + second_after_s, second_s, float(np.radians(23.0))))
    pitch_rad, rate, accel = pitch.evaluate(np.arange(0.0, 5.0, 1.0 / RATE_HZ))
    return Lift(swung(pitch_rad, rate, accel), pitch_rad, ())


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


# --- the end, foreseen -------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(up_s=st.floats(0.5, 2.8), down_s=st.floats(0.5, 2.8))
def test_a_foreseen_end_is_near_the_true_one_and_has_happened(up_s: float, down_s: float) -> None:
    lift = rep(up_s, 1.0, down_s)
    foreseen = [each for each in strokes(lift) if each.state is StrokeState.ENDING]
    for stroke, (_, true_s) in zip(foreseen, lift.boundaries_s, strict=True):
        assert stroke.end is not None
        said_s, end_s = stroke.now / RATE_HZ, stroke.end / RATE_HZ
        # What is known now was felt this much later: smoothing holds that back.
        assert said_s < end_s <= said_s + SMOOTHING_HALF_WIDTH_S + 1e-9
        # Half a packet more than smoothing takes: soon enough to say it as it happens.
        assert true_s - said_s > 0.06
        assert true_s - 0.05 < end_s < true_s + CLOSE_S


@settings(max_examples=25, deadline=None)
@given(up_s=st.floats(0.4, 4.0), hold_s=st.floats(0.0, 2.0), tremor_dps=st.floats(0.0, 3.0))
def test_an_end_is_foreseen_once_and_before_it_comes(
    up_s: float, hold_s: float, tremor_dps: float
) -> None:
    lift = rep(up_s, hold_s)
    time_s = np.arange(len(lift.pitch_rad)) / RATE_HZ
    lift.motion.rate_radps[:, 0] += np.radians(tremor_dps) * np.sin(2.0 * np.pi * 9.0 * time_s)
    news = strokes(lift)
    for number in {stroke.number for stroke in news}:
        foreseen = False
        for state in states(news, number):
            if state is StrokeState.ENDING:
                assert not foreseen
            foreseen = state is StrokeState.ENDING


def test_what_has_just_begun_is_not_about_to_end() -> None:
    """A movement of less than twice what is looked at may be the first push of a larger one."""
    small = strokes(legs((2.0, BOTTOM_DEG), (0.6, BOTTOM_DEG + 11.0), (2.0, BOTTOM_DEG + 11.0)))
    assert StrokeState.ENDING not in states(small)
    larger = strokes(legs((2.0, BOTTOM_DEG), (0.6, BOTTOM_DEG + 15.0), (2.0, BOTTOM_DEG + 15.0)))
    assert StrokeState.ENDING in states(larger)


def test_a_sticking_point_that_stays_fast_is_not_foreseen_as_an_end() -> None:
    """It brakes as hard as an end does, but from a speed that no end is near to."""
    lift = jerked(0.15, 0.105, 0.12)
    rate = lift.motion.rate_radps[:, 0]
    fastest = int(np.argmax(rate[:210]))
    stuck = fastest + int(np.argmin(rate[fastest:217]))
    assert 0.6 < rate[stuck] / rate[fastest] < 0.7
    (foreseen,) = [each for each in strokes(lift) if each.state is StrokeState.ENDING]
    assert foreseen.now > stuck + 5
    assert foreseen.end == pytest.approx(222.5, abs=3.0)


def test_an_end_that_was_none_is_foreseen_again() -> None:
    """The way up sticks below a tenth of its speed and goes on, so the end is still to come."""
    assert states(strokes(jerked(0.4, 0.35, 0.5))) == [
        StrokeState.BEGUN,
        StrokeState.ENDING,
        StrokeState.ENDED,
        StrokeState.ENDING,
        StrokeState.ENDED,
        StrokeState.SETTLED,
        StrokeState.FINISHED,
    ]


# --- along gravity's arc -----------------------------------------------------------------------

_SHARES = np.linspace(0.0, 1.0, 10_001)
EDGES = np.interp((0.15, 0.85), MIN_JERK.evaluate(_SHARES)[0], _SHARES)
"""Shares of its time at which a movement has come 15 % and 85 % of its way: 0.29 and 0.71."""


def edges_s(start_s: float, duration_s: float) -> tuple[float, float]:
    """Return where a movement from standstill to standstill has come 15 % and 85 % of its way."""
    return start_s + float(EDGES[0]) * duration_s, start_s + float(EDGES[1]) * duration_s


@settings(max_examples=40, deadline=None)
@given(
    up_s=st.floats(0.4, 8.0),
    hold_s=st.floats(0.8, 3.0),
    down_s=st.floats(0.4, 8.0),
    tremble_deg=st.sampled_from((0.0, 0.3)),
    tremble_hz=st.floats(4.0, 10.0),
)
def test_without_a_gyroscope_boundaries_are_at_15_and_85_percent_of_the_way(
    up_s: float, hold_s: float, down_s: float, tremble_deg: float, tremble_hz: float
) -> None:
    found = finished(strokes(arc(rep(up_s, hold_s, down_s), tremble_deg, tremble_hz)))
    starts_s = (2.0, 2.0 + up_s + hold_s)
    for stroke, start_s, duration_s in zip(found, starts_s, (up_s, down_s), strict=True):
        # A slow movement has come a degree before it is told from stillness.
        close_s = 0.01 + (0.022 if tremble_deg == 0.0 else 0.035) * duration_s
        assert boundaries_s(stroke) == pytest.approx(edges_s(start_s, duration_s), abs=close_s)


def test_the_way_of_an_arc_is_up_to_where_it_is_held() -> None:
    """Somebody who overshoots and settles has not come further than where they settled."""
    lift = legs(
        (2.0, BOTTOM_DEG), (1.0, TOP_DEG + 5.0), (0.1, TOP_DEG), (1.5, TOP_DEG), (1.0, BOTTOM_DEG)
    )
    there = finished(strokes(arc(lift)))[0]
    for share, found_s in zip((0.15, 0.85), boundaries_s(there), strict=True):
        reached_rad = np.radians(BOTTOM_DEG + share * (TOP_DEG - BOTTOM_DEG))
        reached_s = float(np.argmax(lift.pitch_rad >= reached_rad)) / RATE_HZ
        assert found_s == pytest.approx(reached_s, abs=0.015)


@pytest.mark.parametrize("tremble_deg", [0.0, 0.5])
@pytest.mark.parametrize("up_s", [0.5, 1.0, 2.0, 4.0])
def test_an_arc_is_told_while_it_happens(up_s: float, tremble_deg: float) -> None:
    """Known soon after 85 % of the way are done, and hardly corrected later."""
    news = strokes(arc(rep(up_s), tremble_deg))
    (ended, *_) = [each for each in news if each.state is StrokeState.ENDED]
    (there, _) = finished(news)
    assert boundaries_s(ended) == pytest.approx(boundaries_s(there), abs=0.01 + 0.03 * up_s)
    assert ended.now / RATE_HZ <= 2.0 + up_s + 0.1


@pytest.mark.parametrize("pace_s", [0.6, 1.0, 2.0])
@pytest.mark.parametrize("hold_s", [0.0, 0.3])
def test_the_way_back_of_an_arc_begins_at_the_last_point_as_good_as_the_furthest(
    pace_s: float, hold_s: float
) -> None:
    lift = rep(pace_s, hold_s, pace_s)
    _, back = finished(strokes(arc(lift)))
    from_top_rad = np.abs(lift.pitch_rad - lift.pitch_rad.max())
    assert from_top_rad[back.turn - 1] <= TREMBLE_RAD
    assert from_top_rad[back.turn + 1] >= TREMBLE_RAD - 0.01
    assert back.turn / RATE_HZ > 2.0 + pace_s + hold_s
    start_s = 2.0 + pace_s + hold_s
    assert boundaries_s(back) == pytest.approx(edges_s(start_s, pace_s), abs=0.01 + 0.022 * pace_s)


@pytest.mark.parametrize("pace_s", [0.6, 1.0, 2.0, 4.0])
def test_an_arc_is_measured_from_rest_to_rest(pace_s: float) -> None:
    """The rise is an integral of acceleration, which needs more than the middle of the way."""
    there, back = finished(strokes(arc(rep(pace_s, 1.5, pace_s))))
    for stroke, start_s in ((there, 2.0), (back, 3.5 + pace_s)):
        first_s, last_s = edges_s(start_s, pace_s)
        leaves_s = min(start_s, first_s - 0.3)
        arrives_s = max(start_s + pace_s, last_s + 0.3)
        assert (stroke.leaves / RATE_HZ, stroke.arrives / RATE_HZ) == pytest.approx(
            (leaves_s, arrives_s), abs=0.02 + 0.03 * pace_s
        )


def test_strokes_along_an_arc_have_one_direction() -> None:
    swing = [(0.8, TOP_DEG), (0.8, BOTTOM_DEG)] * 4
    found = finished(strokes(arc(legs((2.0, BOTTOM_DEG), *swing, (2.0, BOTTOM_DEG)))))
    assert [stroke.direction for stroke in found] == [1] * 8
    for number, stroke in enumerate(found):
        assert stroke.travel == pytest.approx(np.radians(TOP_DEG - BOTTOM_DEG), abs=0.04)
        assert boundaries_s(stroke) == pytest.approx(edges_s(2.0 + 0.8 * number, 0.8), abs=0.03)


@pytest.mark.parametrize("tremble_hz", [2.0, 5.0, 9.0])
def test_hips_that_tremble_by_a_degree_do_not_move(tremble_hz: float) -> None:
    assert strokes(arc(legs((10.0, BOTTOM_DEG)), 1.0, tremble_hz)) == []


def test_an_arc_ends_at_half_of_its_peak_at_the_latest() -> None:
    """Ten degrees in four seconds are no faster than the noise of the track at rest."""
    slow = arc(legs((2.0, BOTTOM_DEG), (3.0, BOTTOM_DEG + 10.0), (3.0, BOTTOM_DEG + 10.0)))
    news = strokes(slow)
    (ended, *_) = [each for each in news if each.state is StrokeState.ENDED]
    # Its speed is half of the peak after 0.77 of the time, and known a tenth of a second later.
    assert ended.now / RATE_HZ == pytest.approx(2.0 + 0.77 * 3.0 + 0.1, abs=0.1)
    (there,) = finished(news)
    assert there.travel == pytest.approx(np.radians(10.0), abs=0.03)
    assert boundaries_s(there) == pytest.approx(edges_s(2.0, 3.0), abs=0.25)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.integers(0, 900), max_size=8), tremble_deg=st.floats(0.0, 1.0))
def test_how_far_an_arc_is_looked_at_a_time_does_not_matter(
    steps: list[int], tremble_deg: float
) -> None:
    shaken = arc(rep(), tremble_deg)
    assert strokes(shaken, steps) == strokes(shaken)


def test_after_a_hole_another_track_may_tell_the_movements() -> None:
    lift = rep(1.0, 0.0)
    history = remembered(lift.motion)
    finder = StrokeFinder(history, RotationTrack(history), SETTINGS)
    assert {stroke.direction for stroke in finished(list(finder.scan(history.stop)))} == {1, -1}
    history.restart(60.0)
    finder.restart(ArcTrack(history))
    history.append(by_arc(lift.motion), 0, len(lift.motion.up))
    found = finished(list(finder.scan(history.stop)))
    assert [stroke.direction for stroke in found] == [1, 1]
    alone = finished(strokes(arc(lift)))
    for one, other in zip(found, alone, strict=True):
        assert other.end is not None
        assert one.end is not None
        assert history.time_s(one.start) - 60.0 == pytest.approx(other.start / RATE_HZ)
        assert history.time_s(one.end) - 60.0 == pytest.approx(other.end / RATE_HZ)
