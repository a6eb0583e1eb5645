"""Who walks shows how the sensor hangs, and what that says about the movements after it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, LEFT, RATE_HZ, TOP_DEG, movement
from tests.signal.hips import rotations
from tracker.detect.buffer import MotionBuffer
from tracker.detect.plausibility import evidence, lying
from tracker.detect.upright import UprightWatch
from tracker.domain import HIP_THRUST, MotionBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

UP = np.array([0.0, 0.6, 0.8])


def steps(
    seconds: float, hz: float = 1.8, size_mps2: float = 2.0, sway_deg: float = 4.0
) -> MotionBlock:
    """Return hips that bob and sway with every step."""
    time_s = np.arange(0.0, seconds, 1.0 / RATE_HZ)
    phase = 2.0 * np.pi * hz * time_s
    sway = np.radians(sway_deg) * np.sin(phase / 2.0)
    up = np.cos(sway)[:, None] * UP + np.sin(sway)[:, None] * LEFT
    still = np.zeros(len(time_s))
    return MotionBlock(
        start_s=0.0,
        rate_hz=RATE_HZ,
        up=up,
        rate_radps=np.zeros((len(time_s), 3)),
        vertical_mps2=size_mps2 * np.sin(phase),
        velocity_mps=still,
        height_m=still,
    )


def shown(motion: MotionBlock) -> NDArray[np.float64] | None:
    buffer = MotionBuffer(RATE_HZ)
    watch = UprightWatch(buffer, HIP_THRUST)
    buffer.append(motion, 0, len(motion.up))
    watch.look(buffer.stop)
    return watch.upright


@given(hz=st.floats(1.2, 2.8), size_mps2=st.floats(1.2, 8.0))
def test_steps_show_it(hz: float, size_mps2: float) -> None:
    upright = shown(steps(6.0, hz, size_mps2))
    assert upright is not None
    assert upright @ UP > np.cos(np.radians(3.0))


@pytest.mark.parametrize(
    "motion",
    [
        steps(2.2),
        steps(10.0, size_mps2=0.5),
        steps(10.0, hz=0.4),
        steps(10.0, sway_deg=25.0),
    ],
    ids=["too few steps", "somebody who lies", "reps", "hips that turn"],
)
def test_nothing_else_does(motion: MotionBlock) -> None:
    assert shown(motion) is None


@pytest.mark.parametrize(("seconds", "moves"), [(3.0, False), (8.0, True)])
def test_it_takes_more_than_a_few_steps_to_move(seconds: float, *, moves: bool) -> None:
    """A few scoots on a bench look like steps; a sensor that was put on anew is walked with."""
    before, after = steps(6.0), steps(seconds)
    elsewhere = after.up * np.array([1.0, -1.0, 1.0])
    both = replace(
        before,
        up=np.concatenate((before.up, elsewhere)),
        rate_radps=np.concatenate((before.rate_radps, after.rate_radps)),
        vertical_mps2=np.concatenate((before.vertical_mps2, after.vertical_mps2)),
        velocity_mps=np.concatenate((before.velocity_mps, after.velocity_mps)),
        height_m=np.concatenate((before.height_m, after.height_m)),
    )
    upright = shown(both)
    assert upright is not None
    assert bool(upright @ UP < np.cos(np.radians(20.0))) is moves


def test_a_sensor_that_turns_over_within_a_look_shows_nothing() -> None:
    """What it shows before and after adds up to no posture at all."""
    motion = steps(6.0, sway_deg=0.0)
    over = np.where(np.arange(len(motion.up)) % 200 < 100, 1.0, -1.0)
    assert shown(replace(motion, up=over[:, None] * motion.up)) is None


def test_a_set_shows_it_until_somebody_walks() -> None:
    buffer = MotionBuffer(RATE_HZ)
    watch = UprightWatch(buffer, HIP_THRUST)
    lift = movement(1, 2.0, 3.0, BOTTOM_DEG, TOP_DEG)
    watch.lay(lift)
    assert watch.upright is not None
    apart = np.degrees(np.arccos(watch.upright @ lift.to_up))
    assert apart == pytest.approx(95.0)
    assert watch.upright @ lift.from_up > watch.upright @ lift.to_up
    motion = steps(6.0)
    buffer.append(motion, 0, len(motion.up))
    watch.look(buffer.stop)
    assert watch.upright @ UP > np.cos(np.radians(3.0))
    watch.lay(lift)
    assert watch.upright @ UP > np.cos(np.radians(3.0)), "steps show it better"


@pytest.mark.parametrize(("top_deg", "fits"), [(95.0, True), (120.0, True), (10.0, False)])
def test_a_set_that_ends_where_steps_say_confirms_them(top_deg: float, fits: bool) -> None:
    buffer = MotionBuffer(RATE_HZ)
    watch = UprightWatch(buffer, HIP_THRUST)
    motion = steps(6.0)
    buffer.append(motion, 0, len(motion.up))
    watch.look(buffer.stop)
    assert watch.upright is not None
    before = watch.doubt
    turn = np.radians(top_deg)
    ends = np.cos(turn) * UP + np.sin(turn) * np.cross(LEFT, UP)
    watch.lay(replace(movement(1, 2.0, 3.0), to_up=ends))
    assert (watch.doubt < 0.2 * before) is fits


def test_a_lift_ends_lying_and_what_ends_upright_is_none() -> None:
    lift = movement(1, 2.0, 3.0, BOTTOM_DEG, TOP_DEG)
    across = np.cross(LEFT, lift.to_up)
    lies = replace(lift, upright=across if across @ lift.from_up > 0 else -across)
    stands = replace(lift, upright=lift.to_up)
    rolls = replace(lift, upright=LEFT)
    unknown = evidence(HIP_THRUST, lift)
    assert lying(HIP_THRUST, lift) == ()
    assert unknown < evidence(HIP_THRUST, lies) < unknown + 1.0
    assert evidence(HIP_THRUST, stands) < unknown - 3.0
    assert evidence(HIP_THRUST, rolls) < unknown - 2.0


@given(mounting=rotations())
def test_it_does_not_matter_how_the_sensor_is_worn(mounting: NDArray[np.float64]) -> None:
    plain = replace(movement(1, 2.0, 3.0, BOTTOM_DEG, TOP_DEG), upright=UP)
    worn = replace(
        plain,
        upright=mounting @ UP,
        from_up=mounting @ plain.from_up,
        to_up=mounting @ plain.to_up,
        axis=mounting @ plain.axis,
    )
    for one, other in zip(lying(HIP_THRUST, plain), lying(HIP_THRUST, worn), strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-4)


@given(
    cuts=st.lists(st.integers(0, 1500), max_size=30),
    skipped=st.tuples(st.integers(0, 1500), st.integers(0, 1500)),
)
def test_looks_in_any_cut_show_the_same_to_the_last_bit(
    cuts: list[int], skipped: tuple[int, int]
) -> None:
    first, last = sorted(skipped)
    one, other = (walked_through(each, first, last) for each in ([], cuts))
    assert (one.upright is None) == (other.upright is None)
    if one.upright is not None and other.upright is not None:
        assert one.upright.tolist() == other.upright.tolist()
    assert one.doubt == other.doubt


def walked_through(cuts: list[int], first: int, last: int) -> UprightWatch:
    """Return what has watched fifteen seconds of uneven steps, but not while a set was open."""
    motion = steps(15.0)
    noise = np.random.default_rng(1).standard_normal((len(motion.up), 3))
    up = motion.up + 0.05 * noise
    motion = replace(motion, up=up / np.sqrt((up * up).sum(axis=1))[:, None])
    buffer = MotionBuffer(RATE_HZ)
    watch = UprightWatch(buffer, HIP_THRUST)
    size = len(motion.up)
    for begin, end in pairwise(sorted({0, first, last, size, *(min(cut, size) for cut in cuts)})):
        buffer.append(motion, begin, end)
        if first <= begin and end <= last:
            watch.skip(buffer.stop)
        else:
            watch.look(buffer.stop)
    return watch
