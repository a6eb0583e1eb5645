from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, RATE_HZ, TOP_DEG, by_arc, legs, squats
from tests.signal.hips import rotations
from tests.stages import figures, motion_rows, words
from tracker.detect import Detector
from tracker.detect.segmentation import KNOWN_AHEAD_S
from tracker.domain import (
    EXERCISES,
    HIP_THRUST,
    Flag,
    MarkKind,
    Phase,
    PhaseStarted,
    RepCompleted,
    RepCounted,
    RepRevised,
    SessionState,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tracker.domain import Event, Exercise, MotionBlock, SetRecord

Leg = tuple[float, float]
STILL: Leg = (3.0, BOTTOM_DEG)
REP: tuple[Leg, ...] = ((1.0, TOP_DEG), (1.0, TOP_DEG), (1.5, BOTTOM_DEG), (0.6, BOTTOM_DEG))
REST: Leg = (14.0, BOTTOM_DEG)


def detected(*blocks: MotionBlock, exercise: Exercise = HIP_THRUST) -> list[Event]:
    detector = Detector(exercise, RATE_HZ)
    return [
        *(event for block in blocks for event in detector.process(block)),
        *detector.finish(),
    ]


def sets_of(events: Sequence[Event]) -> tuple[SetRecord, ...]:
    ledger = SessionState()
    ledger.accept(events)
    return ledger.sets


def from_sample(motion: MotionBlock, first: int) -> MotionBlock:
    """Return motion as it is without the samples before `first`."""
    arrays = ("up", "rate_radps", "vertical_mps2", "velocity_mps", "height_m")
    return replace(
        motion,
        start_s=motion.start_s + first / motion.rate_hz,
        **{name: getattr(motion, name)[first:] for name in arrays},
    )


def counts(*parts: Leg, exercise: Exercise = HIP_THRUST) -> list[int]:
    """Return the reps of each set in a motion."""
    events = detected(legs(*parts).motion, exercise=exercise)
    return [len(record.reps) for record in sets_of(events)]


def reach(share: float) -> tuple[Leg, ...]:
    """Return a rep that goes up by a share of the usual way."""
    top_deg = BOTTOM_DEG + share * (TOP_DEG - BOTTOM_DEG)
    return ((0.8, top_deg), (0.6, top_deg), (1.0, BOTTOM_DEG), (0.6, BOTTOM_DEG))


@pytest.mark.parametrize("reps", [2, 3, 8])
def test_all_reps_of_a_set_are_counted_once(reps: int) -> None:
    assert counts(STILL, *REP * reps, REST) == [reps]


def test_phases_are_where_the_definition_says() -> None:
    lift = legs(STILL, *REP * 3, REST)
    (record,) = sets_of(detected(lift.motion))
    for number, rep in enumerate(record.reps):
        concentric, eccentric = lift.boundaries_s[2 * number : 2 * number + 2]
        assert [span.phase for span in rep.phases] == [
            Phase.CONCENTRIC,
            Phase.LOCKOUT,
            Phase.ECCENTRIC,
        ]
        assert (rep.phases[0].start_s, rep.phases[0].end_s) == pytest.approx(concentric, abs=0.006)
        assert (rep.phases[2].start_s, rep.phases[2].end_s) == pytest.approx(eccentric, abs=0.006)
        assert rep.rom_deg == pytest.approx(47.0, abs=0.5)
        assert rep.flags == ()


@settings(max_examples=15, deadline=None)
@given(rotation=rotations(), start_s=st.floats(0.0, 5000.0))
def test_mounting_and_start_do_not_matter(rotation: NDArray[np.float64], start_s: float) -> None:
    parts = (STILL, *REP * 2, *reach(0.7), REST)
    plain = sets_of(detected(legs(*parts).motion))
    other = sets_of(detected(legs(*parts, start_s=start_s, mounting=rotation).motion))
    for one, turned in zip(plain, other, strict=True):
        assert words(one.reps) == words(turned.reps)
        for rep, turned_rep in zip(one.reps, turned.reps, strict=True):
            assert turned_rep.start_s - start_s == pytest.approx(rep.start_s, abs=1e-6)
            assert turned_rep.rom_deg == pytest.approx(rep.rom_deg, abs=1e-6)
            assert turned_rep.rise_m == pytest.approx(rep.rise_m, abs=1e-6)


def test_touch_and_go_is_counted() -> None:
    swing: tuple[Leg, ...] = ((0.6, TOP_DEG), (0.7, BOTTOM_DEG))
    assert counts(STILL, *swing * 8, REST) == [8]


@pytest.mark.parametrize("pace", [2.5, 4.0])
def test_slow_reps_are_counted_and_their_velocity_is_not_claimed(pace: float) -> None:
    slow: tuple[Leg, ...] = (
        (pace, TOP_DEG),
        (2.0, TOP_DEG),
        (pace, BOTTOM_DEG),
        (1.0, BOTTOM_DEG),
    )
    (record,) = sets_of(detected(legs(STILL, *slow * 3, REST).motion))
    assert len(record.reps) == 3
    for rep in record.reps:
        assert rep.mean_velocity_mps is None
        assert Flag.LOW_CONFIDENCE_VELOCITY in rep.flags


@pytest.mark.parametrize("pace_s", [0.6, 1.0, 2.5, 3.5, 4.5, 6.0])
def test_without_a_gyroscope_reps_of_any_pace_are_counted(pace_s: float) -> None:
    steady: tuple[Leg, ...] = (
        (pace_s, TOP_DEG),
        (1.0, TOP_DEG),
        (pace_s, BOTTOM_DEG),
        (1.0, BOTTOM_DEG),
    )
    (record,) = sets_of(detected(by_arc(legs(STILL, *steady * 3, REST).motion)))
    assert len(record.reps) == 3
    for rep in record.reps:
        assert rep.mean_velocity_mps is None
        assert Flag.LOW_CONFIDENCE_VELOCITY in rep.flags


def test_long_holds_are_one_rep_each() -> None:
    held: tuple[Leg, ...] = ((1.0, TOP_DEG), (9.0, TOP_DEG), (1.5, BOTTOM_DEG), (0.6, BOTTOM_DEG))
    assert counts(STILL, *held * 3, REST) == [3]


def test_a_way_down_of_twelve_seconds_is_seen_from_its_start() -> None:
    slow: tuple[Leg, ...] = ((3.0, -10.0), (3.0, -10.0), (12.0, BOTTOM_DEG), (2.0, BOTTOM_DEG))
    (record,) = sets_of(detected(legs(STILL, *slow * 3, REST).motion))
    assert len(record.reps) == 3
    for rep in record.reps:
        assert rep.lockout_s == pytest.approx(3.0 + 0.086 * 15.0, abs=0.3)


def test_sway_that_never_stands_still_does_not_resume_the_way_up() -> None:
    swaying = tuple((0.5, TOP_DEG + 0.1 * step + (-1) ** step * 3.0) for step in range(1, 30))
    held: tuple[Leg, ...] = ((1.0, TOP_DEG), *swaying, (1.2, BOTTOM_DEG), (0.6, BOTTOM_DEG))
    (record,) = sets_of(detected(legs(STILL, *held * 3, REST).motion))
    assert [rep.lockout_s for rep in record.reps] == pytest.approx([14.7] * 3, abs=0.05)


def test_a_dip_in_the_hold_is_no_rep() -> None:
    dipped: tuple[Leg, ...] = (
        (1.0, TOP_DEG),
        (0.4, TOP_DEG),
        (0.45, TOP_DEG - 9.0),
        (0.45, TOP_DEG),
        (0.4, TOP_DEG),
        (1.5, BOTTOM_DEG),
        (0.6, BOTTOM_DEG),
    )
    (record,) = sets_of(detected(legs(STILL, *dipped * 3, REST).motion))
    assert len(record.reps) == 3
    for rep in record.reps:
        assert rep.lockout_s == pytest.approx(1.7 + 0.086 * 2.5, abs=0.05)


def test_partial_and_failed_reps_are_told_apart() -> None:
    parts = (STILL, *REP * 2, *reach(0.7), *REP, *reach(0.3), *REP, REST)
    (record,) = sets_of(detected(legs(*parts).motion))
    assert [Flag.SHORT_OF_LOCKOUT in rep.flags for rep in record.reps] == [
        False,
        False,
        True,
        False,
        False,
    ]


def test_a_set_that_the_stream_cuts_short_keeps_its_last_rep() -> None:
    assert counts(STILL, *REP, *REP[:2]) == [2]


def test_a_hold_that_the_end_of_the_stream_cuts_counts() -> None:
    assert counts(STILL, *REP, *REP[:1], (40.0, TOP_DEG)) == [2]


def test_a_rep_at_the_start_of_the_stream_is_not_published_to_have_a_gap() -> None:
    (record,) = sets_of(detected(legs((0.1, BOTTOM_DEG), *REP * 3, REST).motion))
    assert [rep.flags for rep in record.reps] == [()] * 3
    assert all(rep.rise_m is not None and rep.concentric_s is not None for rep in record.reps)


def test_a_rep_under_way_when_the_stream_begins_has_no_size() -> None:
    motion = legs((0.4, BOTTOM_DEG), *REP * 3, REST).motion
    (record,) = sets_of(detected(from_sample(motion, 65)))
    first, *others = record.reps
    assert first.concentric_s is first.rom_deg is first.rise_m is None
    assert all(rep.rise_m is not None for rep in others)


def test_no_phase_is_announced_for_a_way_down_after_the_rep() -> None:
    lower_deg = BOTTOM_DEG - 40.0
    lift = legs(STILL, *REP * 2, (2.0, lower_deg), (14.0, lower_deg))
    events = detected(lift.motion)
    phases = [event.phase for event in events if isinstance(event, PhaseStarted)]
    assert phases[-1] is Phase.BOTTOM


def test_two_sets_with_a_rest_between_them() -> None:
    assert counts(STILL, *REP * 3, REST, *REP * 2, REST) == [3, 2]


def test_one_lift_alone_is_no_set() -> None:
    events = detected(legs(STILL, *REP, REST).motion)
    assert sets_of(events) == ()
    assert [event.rep for event in events if isinstance(event, RepRevised)][-1] is None


def test_small_movements_are_no_reps() -> None:
    fidget: tuple[Leg, ...] = ((0.7, BOTTOM_DEG + 9.0), (0.7, BOTTOM_DEG), (1.0, BOTTOM_DEG))
    assert counts(STILL, *fidget * 5, REST) == []
    assert counts(STILL, *fidget * 2, *REP * 3, *fidget, REST) == [3]


def test_the_wearer_can_start_a_set_of_one() -> None:
    detector = Detector(HIP_THRUST, RATE_HZ)
    events = list(detector.process(legs(STILL).motion))
    events += detector.mark(MarkKind.SET_START, 2.9)
    lift = legs(*REP, (2.0, BOTTOM_DEG), start_s=3.0).motion
    events += detector.process(replace(lift, restart=False))
    events += detector.mark(MarkKind.SET_STOP, 9.0)
    (record,) = sets_of(events)
    assert len(record.reps) == 1
    assert record.ended


def test_a_hole_in_a_lockout_cuts_one_rep_and_invents_none() -> None:
    before = legs(STILL, *REP * 2, (1.0, TOP_DEG), (0.8, TOP_DEG))
    after_s = len(before.pitch_rad) / RATE_HZ + 2.0
    after = legs(
        (1.5, BOTTOM_DEG), (1.0, BOTTOM_DEG), *REP, REST, start_deg=TOP_DEG, start_s=after_s
    )
    (record,) = sets_of(detected(before.motion, after.motion))
    assert [rep.complete for rep in record.reps] == [True, True, False, True]
    cut = record.reps[2]
    assert Flag.GAP in cut.flags
    assert cut.eccentric_s is None
    assert cut.end_s < after_s


def test_a_set_outlasts_holes_that_take_half_of_each_rep() -> None:
    blocks, at_s = [legs(STILL, *REP * 2).motion], 0.0
    for _ in range(3):
        at_s += len(blocks[-1].up) / RATE_HZ + 1.0
        half = legs((5.0, TOP_DEG), (1.5, BOTTOM_DEG), (2.0, BOTTOM_DEG), start_deg=TOP_DEG)
        blocks.append(replace(half.motion, start_s=at_s))
    at_s += len(blocks[-1].up) / RATE_HZ + 1.0
    blocks.append(legs(STILL, *REP * 2, REST, start_s=at_s).motion)
    (record,) = sets_of(detected(*blocks))
    assert len(record.reps) == 4


def test_reps_right_after_lying_down_are_counted_although_nothing_stood_still() -> None:
    reps = ((1.0, TOP_DEG), (1.2, BOTTOM_DEG)) * 5
    lift = legs((1.6, BOTTOM_DEG), *reps, REST, start_deg=BOTTOM_DEG - 114.0)
    (record,) = sets_of(detected(lift.motion))
    assert len(record.reps) in (4, 5), "the first may be taken for the end of lying down"


@pytest.mark.parametrize(("hole_s", "expected"), [(20.0, [6]), (600.0, [3, 3])])
def test_a_set_outlasts_a_hole_of_seconds_but_not_of_minutes(
    hole_s: float, expected: list[int]
) -> None:
    before = legs(STILL, *REP * 3)
    after_s = len(before.pitch_rad) / RATE_HZ + hole_s
    after = legs(STILL, *REP * 3, REST, start_s=after_s)
    sets = sets_of(detected(before.motion, after.motion))
    assert [len(record.reps) for record in sets] == expected


def test_a_hole_in_a_way_up_hides_the_rep() -> None:
    before = legs(STILL, *REP * 2, (0.3, BOTTOM_DEG + 4.0))
    after_s = len(before.pitch_rad) / RATE_HZ + 3.0
    after = legs(
        (0.8, TOP_DEG),
        (1.5, BOTTOM_DEG),
        (1.0, BOTTOM_DEG),
        *REP,
        REST,
        start_deg=TOP_DEG,
        start_s=after_s,
    )
    (record,) = sets_of(detected(before.motion, after.motion))
    assert len(record.reps) == 3
    assert all(rep.complete for rep in record.reps)


def test_squats_start_at_the_top() -> None:
    squat: tuple[Leg, ...] = ((1.2, -0.45), (0.4, -0.45), (1.0, 0.0), (1.0, 0.0))
    lift = squats((3.0, 0.0), *squat * 4, (15.0, 0.0))
    (record,) = sets_of(detected(lift.motion, exercise=EXERCISES["squat"]))
    assert len(record.reps) == 4
    for rep in record.reps[:-1]:
        assert [span.phase for span in rep.phases] == [
            Phase.ECCENTRIC,
            Phase.BOTTOM,
            Phase.CONCENTRIC,
            Phase.LOCKOUT,
        ]
        assert rep.rise_m == pytest.approx(0.45, rel=0.1)
    assert record.reps[-1].lockout_s is None


def test_standing_up_starts_at_the_bottom() -> None:
    stand: tuple[Leg, ...] = ((1.2, 0.4), (0.8, 0.4), (1.3, 0.0), (0.8, 0.0))
    lift = squats((3.0, 0.0), *stand * 4, (15.0, 0.0))
    (record,) = sets_of(detected(lift.motion, exercise=EXERCISES["sit_to_stand"]))
    assert [rep.phases[0].phase for rep in record.reps] == [Phase.CONCENTRIC] * 4


def test_the_trace_is_the_pitch_above_the_bottom() -> None:
    detector = Detector(HIP_THRUST, RATE_HZ)
    lift = legs(STILL, *REP * 2, (1.0, TOP_DEG), (1.0, TOP_DEG))
    list(detector.process(lift.motion))
    trace = detector.trace()
    assert trace.pitch_deg[-1] == pytest.approx(47.0, abs=1.0)
    assert trace.time_s[-1] == pytest.approx((len(lift.pitch_rad) - 1) / RATE_HZ)


shares = st.one_of(st.floats(0.15, 0.4), st.floats(0.6, 0.8), st.just(1.0))
moves = st.lists(
    st.tuples(
        st.floats(0.5, 2.5),
        st.one_of(st.just(0.0), st.floats(0.05, 4.0)),
        st.floats(0.5, 2.5),
        st.floats(0.0, 5.0),
        shares,
    ),
    max_size=7,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(moves=moves, cuts=st.lists(st.integers(0, 4000), max_size=4))
def test_events_make_sense_whatever_is_done(
    moves: list[tuple[float, float, float, float, float]], cuts: list[int]
) -> None:
    parts: list[Leg] = [STILL]
    for up_s, hold_s, down_s, floor_s, share in moves:
        top_deg = BOTTOM_DEG + share * (TOP_DEG - BOTTOM_DEG)
        parts += [(up_s, top_deg), (hold_s, top_deg), (down_s, BOTTOM_DEG), (floor_s, BOTTOM_DEG)]
    motion = legs(*parts, REST).motion
    size = len(motion.up)
    edges = sorted({0, *(cut for cut in cuts if cut < size), size})
    detector = Detector(HIP_THRUST, RATE_HZ)
    events: list[Event] = []
    for first, last in pairwise(edges):
        told = list(detector.process(motion_rows(motion, slice(first, last))))
        newest_s = (last - 1) / RATE_HZ
        for event in told:
            # A foreseen end lies among the samples that smoothing still holds.
            assert event.at_s <= newest_s + KNOWN_AHEAD_S + 1e-9
        events += told
    events += detector.finish()
    assert all(np.isfinite(figures(event)).all() for event in events)
    check_order(events)
    check_reps(sets_of(events))


def check_order(events: Sequence[Event]) -> None:
    """Sets start and end once and one after the other, and reps are counted before they end."""
    open_set: int | None = None
    counted: list[int] = []
    for event in events:
        match event:
            case SetStarted(set_index=index):
                assert open_set is None
                open_set, counted = index, []
            case RepCounted(set_index=index, index=number):
                assert index == open_set
                assert number == len(counted) + 1
                counted.append(number)
            case RepCompleted(set_index=index, rep=rep):
                assert index == open_set
                assert rep.index in counted
            case RepRevised(set_index=index, index=number, rep=None):
                assert index == open_set
                assert counted.pop() == number
            case RepRevised(set_index=index, index=number):
                assert index == open_set
                assert number in counted
            case PhaseStarted(set_index=index):
                assert index == open_set
            case SetEnded(set_index=index, reps=reps):
                assert index == open_set
                assert reps == len(counted)
                open_set = None
            case _:
                pass
    assert open_set is None


def check_reps(records: Sequence[SetRecord]) -> None:
    """Reps are numbered from 1, follow each other, and their phases have no hole."""
    for record in records:
        assert [rep.index for rep in record.reps] == list(range(1, len(record.reps) + 1))
        for rep in record.reps:
            assert rep.start_s == rep.phases[0].start_s
            assert rep.end_s == rep.phases[-1].end_s
            for span in rep.phases:
                assert span.start_s <= span.end_s
            for earlier, later in zip(rep.phases[:-1], rep.phases[1:], strict=True):
                assert earlier.end_s == later.start_s
        for before, after in zip(record.reps[:-1], record.reps[1:], strict=True):
            assert before.end_s <= after.start_s + 1e-9
            if before.bottom_s is not None:
                assert before.end_s + before.bottom_s == pytest.approx(after.start_s)
