from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, LEFT, RATE_HZ, TOP_DEG, by_arc, legs, remembered
from tests.signal.hips import rotations
from tracker.detect.segmentation import Segmenter, SegmenterSettings, SegmentState
from tracker.detect.tracks import ArcTrack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tracker.detect.tracks import Onset

LEAST_RAD = float(np.radians(6.0))
LIFT = legs((1.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG))
REP = legs((2.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG), (1.5, BOTTOM_DEG), (2.0, BOTTOM_DEG))
AHEAD = np.array([0.0, 1.0, 0.0])
"""An axis across that of the lift."""


def ramp(rate_dps: float, duration_s: float = 4.0) -> ArcTrack:
    """Return the track of hips that turn at one speed from the first sample on."""
    motion = legs((duration_s, BOTTOM_DEG)).motion
    pitch_rad = np.radians(BOTTOM_DEG + rate_dps * np.arange(len(motion.up)) / RATE_HZ)
    motion.up[:] = np.column_stack((0.0 * pitch_rad, np.sin(pitch_rad), np.cos(pitch_rad)))
    return ArcTrack(remembered(by_arc(motion)))


def first_onset(track: ArcTrack, edges: Sequence[int], least: float = LEAST_RAD) -> Onset | None:
    """Return what the track finds if it is asked piece by piece."""
    pieces = ((first, last) for first, last in pairwise(edges) if last > first)
    found = (track.onset(first, last, least) for first, last in pieces)
    return next((onset for onset in found if onset is not None), None)


# --- where a movement begins -------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(rotation=rotations(), start_deg=st.floats(-70.0, 40.0), turn_deg=st.sampled_from((40, -40)))
def test_a_movement_begins_about_whatever_axis(
    rotation: NDArray[np.float64], start_deg: float, turn_deg: float
) -> None:
    lift = legs(
        (1.0, start_deg), (1.0, start_deg + turn_deg), start_deg=start_deg, mounting=rotation
    )
    track = ArcTrack(remembered(by_arc(lift.motion)))
    onset = track.onset(0, 200, LEAST_RAD)
    assert onset is not None
    angle, _ = track.coordinate(0, 200)
    assert angle[onset.anchor] < np.radians(1.2)
    assert angle[onset.sample] > LEAST_RAD
    # The posture is still that of half a second ago until the first degree is over.
    assert 100 <= onset.anchor <= 120
    turned_rad = abs(lift.pitch_rad[onset.sample] - lift.pitch_rad[0])
    assert LEAST_RAD < turned_rad < LEAST_RAD + 0.03
    assert onset.direction == 1


def test_stillness_and_small_turns_begin_nothing() -> None:
    small = legs((1.0, BOTTOM_DEG), (1.0, BOTTOM_DEG + 5.0), (1.0, BOTTOM_DEG + 5.0))
    assert ArcTrack(remembered(by_arc(small.motion))).onset(0, 300, LEAST_RAD) is None


@pytest.mark.parametrize("tremble_hz", [2.0, 5.0, 10.0])
@pytest.mark.parametrize("axis", [LEFT, AHEAD], ids=["along", "across"])
def test_a_tremble_of_a_degree_is_no_movement(
    tremble_hz: float, axis: NDArray[np.float64]
) -> None:
    """From peak to peak it is two; it is the mean posture that it does not leave."""
    motion = by_arc(legs((5.0, BOTTOM_DEG)).motion, 1.0, tremble_hz, axis)
    track = ArcTrack(remembered(motion))
    assert track.onset(0, 500, float(np.radians(1.9))) is None
    assert ArcTrack(remembered(motion)).onset(0, 500, float(np.radians(0.6))) is not None


def test_a_lift_is_found_beneath_a_tremble() -> None:
    shaken = by_arc(legs((2.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG)).motion, 0.5, 5.0)
    onset = ArcTrack(remembered(shaken)).onset(0, 400, LEAST_RAD)
    assert onset is not None
    assert 195 <= onset.anchor <= 225
    assert 215 <= onset.sample <= 235


def test_no_stillness_before_the_latest_movement_is_an_anchor() -> None:
    """A segment that was given up half-way leaves no rest to measure the next one from."""
    track = ArcTrack(remembered(by_arc(LIFT.motion)))
    assert track.onset(0, 150, LEAST_RAD) is not None
    onset = track.onset(150, 300, LEAST_RAD)
    assert onset is not None
    assert onset.anchor == 150


def test_no_stillness_before_a_hole_is_an_anchor() -> None:
    buffer = remembered(by_arc(LIFT.motion))
    track = ArcTrack(buffer)
    track.onset(0, 90, LEAST_RAD)
    buffer.restart(9.0)
    track.restart()
    later = by_arc(legs((0.2, -20.0), (1.0, TOP_DEG), start_deg=-20.0).motion)
    buffer.append(later, 0, len(later.up))
    onset = track.onset(buffer.first, buffer.stop, LEAST_RAD)
    assert onset is not None
    assert onset.anchor >= 300


# --- stillness ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate_dps", "still"), [(2.2, True), (2.6, False), (-2.6, False)])
def test_still_is_a_posture_of_half_a_second_ago(rate_dps: float, still: bool) -> None:
    slow = ramp(rate_dps).slow(60, 400)
    assert slow.all() if still else not slow.any()


def test_the_first_samples_are_compared_with_the_oldest() -> None:
    slow = ramp(4.0).slow(0, 400)
    # 1.2° are turned in 0.3 s.
    assert slow[:30].all()
    assert not slow[31:].any()


def test_lifting_is_no_stillness_until_half_a_second_after() -> None:
    slow = ArcTrack(remembered(by_arc(LIFT.motion))).slow(0, 300)
    assert slow[:100].all()
    assert not slow[120:230].any()
    assert slow[250:].all()


# --- angle and speed ---------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(rotation=rotations(), start_deg=st.floats(-70.0, 40.0))
def test_the_angle_is_the_pelvis_own_and_has_no_sign(
    rotation: NDArray[np.float64], start_deg: float
) -> None:
    for turn_deg in (40.0, -40.0):
        lift = legs(
            (1.0, start_deg), (1.0, start_deg + turn_deg), start_deg=start_deg, mounting=rotation
        )
        track = ArcTrack(remembered(by_arc(lift.motion)))
        track.turned(50)
        angle, _ = track.coordinate(0, 200)
        np.testing.assert_allclose(angle, np.abs(lift.pitch_rad - lift.pitch_rad[0]), atol=1e-6)


def test_a_posture_is_the_mean_of_the_moment_before() -> None:
    """Measured from a sample at the peak of a tremble, all angles would be wrong by it."""
    time_s = np.arange(400) / RATE_HZ
    motion = legs((1.0, BOTTOM_DEG), (1.0, TOP_DEG), (2.0, TOP_DEG)).motion
    shaken = by_arc(motion, 1.0, 5.0)
    shaken.up[200:] = motion.up[200:]
    track = ArcTrack(remembered(shaken))
    peak = 85
    assert np.sin(2.0 * np.pi * 5.0 * time_s[peak]) == pytest.approx(1.0)
    track.turned(peak)
    angle, _ = track.coordinate(300, 400)
    np.testing.assert_allclose(np.degrees(angle), TOP_DEG - BOTTOM_DEG, atol=0.05)


def test_the_posture_at_the_start_of_the_stream_is_what_is_known_of_it() -> None:
    track = ArcTrack(remembered(by_arc(LIFT.motion)))
    track.turned(0)
    angle, speed = track.coordinate(0, 50)
    np.testing.assert_allclose(angle, 0.0, atol=1e-9)
    np.testing.assert_allclose(speed, 0.0, atol=1e-9)


def test_a_steady_turn_has_its_speed() -> None:
    track = ramp(10.0)
    track.turned(0)
    angle, speed = track.coordinate(100, 200)
    np.testing.assert_allclose(speed, np.radians(10.0), rtol=1e-6)
    np.testing.assert_allclose(np.diff(angle), np.radians(10.0) / RATE_HZ, rtol=1e-6)


def test_the_speed_is_behind_by_half_of_its_span() -> None:
    track = ArcTrack(remembered(by_arc(LIFT.motion)))
    track.turned(50)
    _, speed = track.coordinate(0, 300)
    # The lift is fastest in its middle, after 1.5 s.
    assert np.argmax(speed) / RATE_HZ - track.lag_s == pytest.approx(1.5, abs=0.011)
    assert speed.max() == pytest.approx(np.ptp(LIFT.pitch_rad[140:161]) / 0.2, rel=1e-6)


def test_tremor_turns_back_within_the_span_of_the_speed() -> None:
    lift = legs((1.0, BOTTOM_DEG), (2.0, TOP_DEG))
    plain, shaken = (ArcTrack(remembered(by_arc(lift.motion, deg))) for deg in (0.0, 1.0))
    for track in (plain, shaken):
        track.turned(60)
    # Near the posture that it is measured from, an angle without a sign cannot show a tremble.
    (angle, speed), (shaken_angle, shaken_speed) = (
        track.coordinate(170, 300) for track in (plain, shaken)
    )
    assert np.degrees(np.abs(shaken_angle - angle).max()) == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(shaken_speed, speed, atol=np.radians(0.5))


def test_noise_and_tremble_are_what_a_hundredth_of_g_makes_of_rest() -> None:
    """Shaken across gravity at 2 Hz, as somebody who strains at lockout is."""
    shaken = by_arc(legs((4.0, BOTTOM_DEG)).motion, float(np.degrees(0.01)), 2.0)
    still = legs((4.0, TOP_DEG), start_deg=TOP_DEG).motion
    shaken.up[:50] = still.up[:50]
    track = ArcTrack(remembered(shaken))
    track.turned(40)
    angle, speed = track.coordinate(100, 400)
    assert 0.7 * track.noise < np.abs(speed).max() <= track.noise
    assert 0.9 * track.tremble < np.ptp(angle) <= track.tremble


def test_there_is_no_way_off_an_angle_without_an_axis() -> None:
    track = ArcTrack(remembered(by_arc(REP.motion)))
    assert track.onset(0, 400, LEAST_RAD) is not None
    assert track.strayed(200, 400, LEAST_RAD) is None


# --- however it is asked -----------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 300), max_size=12),
    tremble_deg=st.floats(0.0, 1.5),
    tremble_hz=st.floats(1.0, 12.0),
)
def test_any_cut_gives_the_same_onset_and_the_same_angles(
    cuts: list[int], tremble_deg: float, tremble_hz: float
) -> None:
    buffer = remembered(by_arc(LIFT.motion, tremble_deg, tremble_hz))
    edges = [0, *sorted(cuts), 300]
    at_once, piecewise = ArcTrack(buffer), ArcTrack(buffer)
    onset = first_onset(at_once, (0, 300))
    assert onset is not None
    assert first_onset(piecewise, edges) == onset
    spans = [(first, last) for first, last in pairwise(edges) if last > first]
    np.testing.assert_array_equal(
        np.concatenate([piecewise.slow(*span) for span in spans]), at_once.slow(0, 300)
    )
    parts = [piecewise.coordinate(*span) for span in spans]
    for column, whole in enumerate(at_once.coordinate(0, 300)):
        np.testing.assert_allclose(
            np.concatenate([part[column] for part in parts]), whole, rtol=0.0, atol=1e-12
        )


def test_every_segment_leaves_its_own_zero_in_its_own_direction() -> None:
    buffer = remembered(by_arc(REP.motion))
    finder = Segmenter(buffer, ArcTrack(buffer), SegmenterSettings(LEAST_RAD))
    found = [each for each in finder.scan(buffer.stop) if each.state is SegmentState.FINISHED]
    assert [each.direction for each in found] == [1, 1]
    for each in found:
        assert each.travel == pytest.approx(np.radians(TOP_DEG - BOTTOM_DEG), abs=0.03)


@pytest.mark.parametrize("rest_s", [0.4, 0.6])
def test_a_short_rest_ends_a_movement(rest_s: float) -> None:
    """Lying down and lifting turn the pelvis the same way: without a rest they are one."""
    parts = ((2.0, -90.0), (1.0, BOTTOM_DEG), (rest_s, BOTTOM_DEG), (1.0, TOP_DEG), (2.0, TOP_DEG))
    buffer = remembered(by_arc(legs(*parts, start_deg=-90.0).motion))
    finder = Segmenter(buffer, ArcTrack(buffer), SegmenterSettings(LEAST_RAD))
    found = [each for each in finder.scan(buffer.stop) if each.state is SegmentState.FINISHED]
    turned_deg = [np.degrees(each.travel) for each in found]
    assert turned_deg == pytest.approx([BOTTOM_DEG + 90.0, TOP_DEG - BOTTOM_DEG], abs=2.0)


def test_a_brisk_way_back_is_measured_from_where_it_turned() -> None:
    """The mean of the moment before a turn is of where the hips were, not of where they turned."""
    motion = legs((1.0, BOTTOM_DEG), (0.4, TOP_DEG), (0.4, BOTTOM_DEG)).motion
    track = ArcTrack(remembered(by_arc(motion)))
    track.turned(140)
    angle, _ = track.coordinate(140, 180)
    assert np.degrees(angle[0]) == pytest.approx(0.0, abs=0.1)
    assert np.all(np.diff(angle) > -1e-9)
