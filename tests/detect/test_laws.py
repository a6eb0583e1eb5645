"""Laws of the whole detection: whatever is drawn, these hold."""

from __future__ import annotations

import itertools
import math
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, TOP_DEG, legs
from tests.heavy import tries
from tests.stages import cut_at, motion_rows
from tracker.detect import Detector
from tracker.detect.features import Known
from tracker.detect.upright import UprightWatch
from tracker.domain import (
    EXERCISES,
    HIP_THRUST,
    ImuBlock,
    LoweringStarted,
    Phase,
    RepCompleted,
    RepCounted,
    RepRevised,
    SessionState,
    SetEnded,
    TimedFrame,
)
from tracker.signal import GRID_RATE_HZ, MotionStage, Resampler

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tests.detect.motions import Lift
    from tracker.domain import Event, Exercise, MotionBlock, Rep, SetRecord

STREAMS: Final = int(os.environ.get("TRACKER_FUZZ_STREAMS", "150"))
"""Legal streams that are drawn; `TRACKER_FUZZ_STREAMS` asks for more."""

MOST_RISE_M: Final = 2.0


def detected(lift: Lift, exercise: Exercise = HIP_THRUST) -> list[Event]:
    detector = Detector(exercise, GRID_RATE_HZ)
    return [*detector.process(lift.motion), *detector.finish()]


def sets_of(events: Sequence[Event]) -> tuple[SetRecord, ...]:
    ledger = SessionState()
    ledger.accept(iter(events))
    return ledger.sets


def reps_of(events: Sequence[Event]) -> list[Rep]:
    return [rep for record in sets_of(events) for rep in record.reps]


def a_set(reps: int, up_s: float, hold_s: float, down_s: float) -> Lift:
    swing = [(up_s, TOP_DEG), (hold_s, TOP_DEG), (down_s, BOTTOM_DEG), (1.0, BOTTOM_DEG)]
    return legs((3.0, BOTTOM_DEG), *swing * reps, (2.0, BOTTOM_DEG))


@settings(deadline=None, max_examples=25)
@given(
    reps=st.integers(2, 6),
    up_s=st.floats(0.6, 4.5),
    hold_s=st.floats(0.3, 3.0),
    down_s=st.floats(0.7, 4.5),
)
def test_every_tempo_counts(reps: int, up_s: float, hold_s: float, down_s: float) -> None:
    assert len(reps_of(detected(a_set(reps, up_s, hold_s, down_s)))) == reps


@pytest.mark.parametrize("hold_s", [10.0, 35.0, 60.0, 120.0])
def test_a_hold_of_any_length_is_a_rep_with_its_hold(hold_s: float) -> None:
    reps = reps_of(detected(a_set(2, 1.2, hold_s, 1.5)))
    assert [rep.lockout_s for rep in reps] == pytest.approx([hold_s] * 2, abs=0.5)


@settings(deadline=None, max_examples=10)
@given(sunk_deg=st.floats(8.0, 13.0), crept_deg=st.floats(4.0, 6.0), wait_s=st.floats(0.2, 0.35))
def test_what_hips_do_at_the_top_is_of_the_hold(
    sunk_deg: float, crept_deg: float, wait_s: float
) -> None:
    reached = TOP_DEG - crept_deg
    rep = [
        (1.2, reached),
        (wait_s, reached),
        (0.5, TOP_DEG),
        (0.8, TOP_DEG - sunk_deg),
        (0.8, TOP_DEG),
        (1.6, BOTTOM_DEG),
        (1.0, BOTTOM_DEG),
    ]
    lift = legs((3.0, BOTTOM_DEG), *rep * 3)
    found = reps_of(detected(lift))
    assert len(found) == 3
    for number, each in enumerate(found):
        up, *_, down = lift.boundaries_s[5 * number : 5 * number + 5]
        hold = next(span for span in each.phases if span.phase is Phase.LOCKOUT)
        assert (hold.start_s, hold.end_s) == pytest.approx((up[1], down[0]), abs=0.05)


def way(
    to_deg: float, seconds: float, stop: tuple[float, float] | None
) -> list[tuple[float, float]]:
    """Return a way up or down that stops at a share of it, for so long."""
    if stop is None:
        return [(seconds, to_deg)]
    share, stops_s = stop
    from_deg = BOTTOM_DEG + TOP_DEG - to_deg
    half_deg = from_deg + share * (to_deg - from_deg)
    return [(share * seconds, half_deg), (stops_s, half_deg), ((1.0 - share) * seconds, to_deg)]


stops = st.one_of(st.none(), st.tuples(st.floats(0.42, 0.58), st.floats(0.6, 4.0)))


@settings(deadline=None, max_examples=tries(25))
@given(ways=st.lists(st.tuples(stops, stops), min_size=2, max_size=6))
def test_who_stops_half_way_up_or_down_does_no_other_rep(
    ways: list[tuple[tuple[float, float] | None, tuple[float, float] | None]],
) -> None:
    swings = [
        [*way(TOP_DEG, 1.2, up), (1.0, TOP_DEG), *way(BOTTOM_DEG, 1.6, down), (1.0, BOTTOM_DEG)]
        for up, down in ways
    ]
    lift = legs((3.0, BOTTOM_DEG), *itertools.chain(*swings), (2.0, BOTTOM_DEG))
    assert len(reps_of(detected(lift))) == len(ways)


@settings(deadline=None, max_examples=10)
@given(below_deg=st.floats(20.0, 45.0), settles_s=st.floats(0.7, 1.5), hold_s=st.floats(0.5, 2.0))
def test_who_settles_in_and_lifts_at_once_has_every_rep_counted(
    below_deg: float, settles_s: float, hold_s: float
) -> None:
    swing = [(1.1, TOP_DEG), (hold_s, TOP_DEG), (1.4, BOTTOM_DEG), (1.0, BOTTOM_DEG)]
    start_deg = BOTTOM_DEG - below_deg
    settling = [(3.0, start_deg), (settles_s, BOTTOM_DEG)]
    lift = legs(*settling, *swing * 6, (2.0, BOTTOM_DEG), start_deg=start_deg)
    assert len(reps_of(detected(lift))) == 6


@settings(deadline=None, max_examples=10)
@given(hz=st.floats(7.0, 9.0), most_radps=st.floats(1.5, 2.5), axis=st.sampled_from((1, 2)))
def test_a_pocket_that_vibrates_hides_no_rep(hz: float, most_radps: float, axis: int) -> None:
    motion = a_set(5, 1.2, 1.0, 1.6).motion
    time_s = np.arange(len(motion.up)) / motion.rate_hz
    moving = np.abs(motion.rate_radps).sum(axis=1) / np.abs(motion.rate_radps).max()
    rates = motion.rate_radps.copy()
    rates[:, axis] += most_radps * moving * np.sin(2.0 * np.pi * hz * time_s)
    detector = Detector(HIP_THRUST, GRID_RATE_HZ)
    shaken = replace(motion, rate_radps=rates)
    assert len(reps_of([*detector.process(shaken), *detector.finish()])) == 5


def test_partials_after_full_reps_take_nothing_back() -> None:
    full = [(1.0, TOP_DEG), (1.0, TOP_DEG), (1.5, BOTTOM_DEG), (1.0, BOTTOM_DEG)]
    small_deg = BOTTOM_DEG + 0.4 * (TOP_DEG - BOTTOM_DEG)
    small = [(0.8, small_deg), (0.5, small_deg), (0.8, BOTTOM_DEG), (1.0, BOTTOM_DEG)]
    events = detected(legs((3.0, BOTTOM_DEG), *full * 3, *small * 3, (2.0, BOTTOM_DEG)))
    assert len(reps_of(events)) == 3
    assert not [each for each in events if isinstance(each, RepRevised) and each.rep is None]


def test_folding_without_a_rise_ends_a_set_and_is_no_rep() -> None:
    """Who sits up after a set turns as much as in a rep, and leaves the hips on the floor."""
    lift = a_set(5, 1.0, 1.0, 1.5)
    fold = legs((2.0, BOTTOM_DEG), (1.2, TOP_DEG), (2.0, TOP_DEG), (1.2, BOTTOM_DEG), (1.0, -36.0))
    flat = np.zeros_like(fold.motion.vertical_mps2)
    parts = lift.motion, replace(fold.motion, vertical_mps2=flat)

    def both(name: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(part, name) for part in parts])

    joined = replace(
        lift.motion,
        up=both("up"),
        rate_radps=both("rate_radps"),
        vertical_mps2=both("vertical_mps2"),
        velocity_mps=both("velocity_mps"),
        height_m=both("height_m"),
    )
    assert len(reps_of(detected(replace(lift, motion=joined)))) == 5


def test_confidence_is_a_probability_and_high_for_clean_sets() -> None:
    events = detected(a_set(6, 1.0, 1.0, 1.5))
    (ended,) = [each for each in events if isinstance(each, SetEnded)]
    assert ended.count_confidence is not None
    assert 0.9 < ended.count_confidence <= 1.0
    for rep in reps_of(events):
        assert rep.confidence is not None
        assert 0.0 <= rep.confidence <= 1.0
        assert (rep.confidence_reason is None) == (rep.confidence >= 0.95)


@settings(deadline=None, max_examples=15)
@given(hold_s=st.floats(0.5, 20.0), down_s=st.floats(0.8, 4.0))
def test_the_end_of_every_hold_is_said_before_its_way_down_is_over(
    hold_s: float, down_s: float
) -> None:
    events = detected(a_set(3, 1.0, hold_s, down_s))
    lowered: set[int] = set()
    for event in events:
        match event:
            case LoweringStarted(index=index):
                lowered.add(index)
            case RepCompleted(rep=rep):
                assert rep.index in lowered
            case _:
                pass
    said = {each.index: each.at_s for each in events if isinstance(each, LoweringStarted)}
    for rep in reps_of(events):
        assert said[rep.index] == pytest.approx(rep.phases[2].start_s, abs=0.3)


def test_the_cost_of_a_rep_does_not_grow_with_its_set() -> None:
    """What a set keeps for its next decision has a bound, however many reps there were."""
    events = detected(a_set(60, 0.7, 0.3, 0.7))
    assert len(reps_of(events)) == 60
    told = [sum(isinstance(each, RepCompleted | RepRevised) for each in events)]
    assert max(told) <= 8 * 60


def drawn(rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    """Return times, accelerations and perhaps rates of a stream that a sensor may send."""
    rate_hz = math.exp(rng.uniform(math.log(10.0), math.log(1000.0)))
    count = int(min(rng.uniform(2.0, 20.0) * rate_hz, 4000))
    steps = np.full(count, 1.0 / rate_hz)
    if rng.random() < 0.3:
        steps *= np.maximum(1.0 + 0.2 * rng.standard_normal(count), 0.01)
    time_s = np.cumsum(steps)
    amplitude = rng.uniform(0.05, 2.5)
    angle = amplitude * np.sin(2.0 * np.pi * rng.uniform(0.1, 8.0) * time_s)
    if rng.random() < 0.4:
        angle = np.cumsum(rng.standard_normal(count)) * amplitude / math.sqrt(rate_hz)
    up = np.stack((np.sin(angle), np.zeros(count), np.cos(angle)), axis=1)
    noise = rng.choice([0.0, 0.05, 1.0, 8.0])
    acc = 9.81 * rng.uniform(0.5, 1.5) * up + noise * rng.standard_normal((count, 3))
    gyro = np.outer(np.gradient(angle, time_s), [0.0, float(rng.choice([1, -1, 0])), 0.0])
    gyro += rng.choice([0.0, 0.01, 0.5]) * rng.standard_normal((count, 3))
    at = int(rng.integers(count))
    match int(rng.integers(8)):
        case 0:
            acc[at : at + 100] = rng.choice([0.0, 157.0, 9.81])
        case 1:
            acc[at], gyro[at] = 100.0 * acc[at], 50.0 * gyro[at]
        case 2:
            time_s[at:] += rng.uniform(0.05, 3.0)
        case 3:
            acc, gyro = np.clip(acc, -20.0, 20.0), np.clip(gyro, -4.0, 4.0)
        case 4:
            acc[at:] *= -1.0
        case 5:
            acc[:] = rng.choice([0.0, 5.0, 9.81])
        case _:
            pass
    return (time_s, acc) if rng.random() < 0.35 else (time_s, acc, gyro)


def run(stream: tuple[NDArray[np.float64], ...], cuts: Sequence[int], exercise: Exercise) -> str:
    """Return everything that is said of a stream in pieces, after a look at what is possible."""
    grid, motion, detector = (
        Resampler(),
        MotionStage(GRID_RATE_HZ),
        Detector(exercise, GRID_RATE_HZ),
    )
    events: list[Event] = []
    edges = [0, *cuts, len(stream[0])]
    for first, last in itertools.pairwise(edges):
        if first == last:
            continue
        time_s, acc, *gyro = (each[first:last] for each in stream)
        for block in grid.process(TimedFrame(time_s, acc, gyro[0] if gyro else None)):
            if isinstance(block, ImuBlock):
                events += detector.process(motion.process(block))
    events += detector.process(motion.finish())
    events += detector.finish()
    for record in sets_of(events):
        for rep in record.reps:
            check(rep)
    assert all(math.isfinite(event.at_s) for event in events)
    return repr(events)


def check(rep: Rep) -> None:
    """Check that a rep is one that hips can do."""
    reached_s = rep.start_s
    for span in rep.phases:
        assert span.start_s >= reached_s - 1e-9
        assert span.end_s >= span.start_s
        reached_s = span.end_s
    for value in (rep.rise_m, rep.mean_velocity_mps, rep.peak_velocity_mps, rep.rom_deg):
        assert value is None or math.isfinite(value)
    assert rep.rise_m is None or abs(rep.rise_m) <= MOST_RISE_M


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_any_legal_stream_says_the_same_in_any_pieces_and_nothing_impossible(part: int) -> None:
    exercises = list(EXERCISES.values())
    for seed in range(part, STREAMS, 5):
        rng = np.random.default_rng(seed)
        stream = drawn(rng)
        exercise = exercises[int(rng.integers(len(exercises)))]
        cuts = sorted(rng.integers(0, len(stream[0]), int(rng.integers(1, 30))).tolist())
        assert run(stream, cuts, exercise) == run(stream, (), exercise), f"stream {seed}"


def test_a_rep_is_announced_within_a_tenth_of_a_second_of_its_lockout() -> None:
    lift = a_set(4, 1.0, 1.0, 1.5)
    detector = Detector(HIP_THRUST, GRID_RATE_HZ)
    late_s = []
    for sample in range(len(lift.motion.up)):
        rows = slice(sample, sample + 1)
        piece = replace(
            lift.motion,
            start_s=lift.motion.start_s + sample / GRID_RATE_HZ,
            restart=sample == 0,
            **{
                name: getattr(lift.motion, name)[rows]
                for name in ("up", "rate_radps", "vertical_mps2", "velocity_mps", "height_m")
            },
        )
        now_s = piece.start_s
        late_s += [now_s - e.at_s for e in detector.process(piece) if isinstance(e, RepCounted)]
    assert len(late_s) == 4
    assert max(late_s) <= 0.1


# --- what is learnt from one movement to the next, in any cut ------------------------------------

UPRIGHT_DEG: Final = TOP_DEG - 50.0
"""Hips that end a rep bent more than most: neither the posture nor the jolts are so clear that a
criterion says all that it may, so whatever they are taken for shows in a rep's confidence."""

REST_JOLT_MPS2: Final = 0.5


def trained(seed: int, walks_s: tuple[float, ...], pause_s: float) -> MotionBlock:
    """Return a brisk set after each walk, with hips that are jolted a little all the time."""
    rng = np.random.default_rng(seed)
    rep = [(0.7, TOP_DEG), (0.4, TOP_DEG), (0.8, BOTTOM_DEG), (pause_s, BOTTOM_DEG)]
    parts = [(0.5, BOTTOM_DEG)]
    walked_s: list[tuple[float, float]] = []
    for walk_s in walks_s:
        if walk_s:
            parts.append((1.3, UPRIGHT_DEG))
            began_s = math.fsum(seconds for seconds, _ in parts)
            walked_s.append((began_s, began_s + walk_s))
            # Nobody holds the hips the same all the way.
            halves_deg = UPRIGHT_DEG + rng.uniform(-12.0, 12.0, 2)
            parts += [(0.5 * walk_s, float(deg)) for deg in halves_deg]
            parts.append((1.3, BOTTOM_DEG))
        parts += [(2.5, BOTTOM_DEG), *rep * 3]
    motion = legs(*parts, (14.0, BOTTOM_DEG)).motion
    time_s = np.arange(len(motion.up)) / GRID_RATE_HZ
    vertical = motion.vertical_mps2 + REST_JOLT_MPS2 * rng.standard_normal(len(time_s))
    for first_s, last_s in walked_s:
        walks = (time_s >= first_s) & (time_s < last_s)
        vertical[walks] += 2.0 * np.sin(2.0 * np.pi * 1.8 * time_s[walks])
    return replace(motion, vertical_mps2=vertical)


def told(motion: MotionBlock, pieces: Iterable[slice]) -> list[Event]:
    detector = Detector(HIP_THRUST, GRID_RATE_HZ)
    events = [event for piece in pieces for event in detector.process(motion_rows(motion, piece))]
    return [*events, *detector.finish()]


def pieces_of(data: st.DataObject, size: int) -> Iterable[slice]:
    """Draw blocks of one size, or cuts anywhere."""
    if data.draw(st.booleans()):
        return cut_at(size, range(0, size, data.draw(st.integers(1, 700))))
    return cut_at(size, data.draw(st.lists(st.integers(0, size), max_size=30)))


def confidences(events: Sequence[Event]) -> list[float | None]:
    return [rep.confidence for rep in reps_of(events)]


@settings(deadline=None, max_examples=tries(120))
@given(data=st.data(), seed=st.integers(0, 99), pause_s=st.floats(0.3, 2.5))
def test_what_a_row_of_movements_began_with_is_the_same_in_any_cut(
    data: st.DataObject, seed: int, pause_s: float
) -> None:
    motion = trained(seed, (0.0,), pause_s)
    size = len(motion.up)
    assert told(motion, pieces_of(data, size)) == told(motion, [slice(0, size)])


@settings(deadline=None, max_examples=tries(120))
@given(
    data=st.data(),
    seed=st.integers(0, 99),
    # The second one often lasts until the set before it is over, and then shows something again.
    walks_s=st.tuples(st.floats(5.0, 8.0), st.floats(3.0, 10.0) | st.floats(16.0, 24.0)),
)
def test_what_walking_and_sets_show_of_upright_is_the_same_in_any_cut(
    data: st.DataObject, seed: int, walks_s: tuple[float, float]
) -> None:
    motion = trained(seed, walks_s, 1.0)
    size = len(motion.up)
    assert told(motion, pieces_of(data, size)) == told(motion, [slice(0, size)])


def test_the_cuts_above_are_of_what_shows_in_a_confidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise they would hold whatever became of it."""
    row, walk = (trained(1, walks_s, 0.5) for walks_s in ((0.0,), (6.0, 20.0)))
    plain = [confidences(told(motion, [slice(0, len(motion.up))])) for motion in (row, walk)]
    assert [len(each) for each in plain] == [3, 6]
    with monkeypatch.context() as patch:
        patch.setattr(Known, "row_jolt_mps2", lambda *_: math.inf)
        without_row = confidences(told(row, [slice(0, len(row.up))]))
    with monkeypatch.context() as patch:
        patch.setattr(UprightWatch, "look", lambda *_: None)
        without_looks = confidences(told(walk, [slice(0, len(walk.up))]))
    assert without_row != plain[0]
    assert without_looks != plain[1]
