from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detect.motions import BOTTOM_DEG, RATE_HZ, TOP_DEG, legs, movement
from tests.signal.hips import rotations
from tests.stages import cut_at, motion_rows, said, same
from tracker.detect import Detector
from tracker.detect.calibration import (
    GAP,
    NOT_HELD,
    SAGGED,
    SATURATED,
    SHORT,
    TILTED,
    UNLIKE,
    ReferenceReps,
)
from tracker.detect.lockout import LOW_REPS
from tracker.detect.open_set import CountedRep, OpenSet
from tracker.detect.pairing import RepCandidate
from tracker.domain import (
    EXERCISES,
    HIP_THRUST,
    MARK_CHANNEL,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    CalibrationWay,
    Flag,
    MarkKind,
    MotionBlock,
    Notification,
    ReferenceRep,
    Rep,
    RepCompleted,
    RepRevised,
    SessionState,
)
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.sim import (
    Activity,
    ActivityPlan,
    Mounting,
    Posture,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    simulate,
)
from tracker.sim.sensor import LSM6DSOX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tracker.domain import Event, Exercise

Leg = tuple[float, float]
RANGE_DEG = TOP_DEG - BOTTOM_DEG
MARK_S = 1.0
"""The key is pressed while the lifter lies under the bar."""
KINDS = (ReferenceRep, Calibrated, CalibrationFailed, CalibrationLost)
COUNTS = [(1, None), (2, None), (3, None)]


def lift(
    top_deg: float = TOP_DEG, bottom_deg: float = BOTTOM_DEG, hold_s: float = 1.0
) -> list[Leg]:
    """Return a rep that ends, and leaves the hips, at a bottom."""
    hold = [(hold_s, top_deg)] if hold_s else []
    return [(1.0, top_deg), *hold, (1.5, bottom_deg), (0.6, bottom_deg)]


def lifting(*parts: list[Leg], rest_s: float = 14.0, start_s: float = 0.0) -> MotionBlock:
    steps = [leg for part in parts for leg in part]
    return legs((2.0, BOTTOM_DEG), *steps, (rest_s, BOTTOM_DEG), start_s=start_s).motion


def told(
    motion: MotionBlock,
    *more: MotionBlock,
    keys: Sequence[tuple[float, MarkKind]] = ((MARK_S, MarkKind.REFERENCE_REPS),),
    exercise: Exercise = HIP_THRUST,
) -> list[Event]:
    """Return what a detector says when keys are pressed during the first block."""
    detector = Detector(exercise, RATE_HZ)
    events: list[Event] = []
    first = 0
    for at_s, kind in keys:
        rows = round(at_s * RATE_HZ)
        events += detector.process(motion_rows(motion, slice(first, rows)))
        events += detector.mark(kind, at_s)
        first = rows
    events += detector.process(motion_rows(motion, slice(first, len(motion.up))))
    events += [event for block in more for event in detector.process(block)]
    return [*events, *detector.finish()]


def verdicts(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, KINDS)]


def counts(events: Sequence[Event]) -> list[tuple[int, str | None]]:
    """Return how far the reference had come after each rep, and why one does not count."""
    return [(event.index, event.refusal) for event in events if isinstance(event, ReferenceRep)]


def reasons(events: Sequence[Event]) -> list[str]:
    failures = (CalibrationFailed, CalibrationLost)
    return [event.reason for event in events if isinstance(event, failures)]


def reps_of(events: Sequence[Event]) -> list[Rep]:
    ledger = SessionState()
    ledger.accept(events)
    return [rep for record in ledger.sets for rep in record.reps]


def tops_deg(events: Sequence[Event]) -> list[float | None]:
    return [rep.top_deg for rep in reps_of(events)]


# --- three that are alike ----------------------------------------------------------------------


def test_three_reps_alike_are_the_own_lockout_and_range() -> None:
    events = told(lifting(lift(10.0), lift(11.0), lift(12.0), lift(14.0), lift(9.0)))
    assert counts(events) == COUNTS
    *_, calibrated = verdicts(events)
    assert isinstance(calibrated, Calibrated)
    assert calibrated.way is CalibrationWay.REPS
    assert calibrated.wander_deg == pytest.approx(1.0, abs=0.1)
    assert calibrated.range_deg == pytest.approx(RANGE_DEG, abs=0.3)
    assert tops_deg(events)[3:] == pytest.approx([3.0, -2.0], abs=0.2)


def test_it_is_known_when_the_third_rep_is_over() -> None:
    events = told(lifting(lift(), lift(), lift()))
    completed = [event.at_s for event in events if isinstance(event, RepCompleted)]
    told_at_s = [event.at_s for event in verdicts(events)]
    assert told_at_s == [*completed, completed[-1]]


def test_the_reps_that_show_it_are_measured_against_it_when_their_set_is_over() -> None:
    events = told(lifting(*[lift()] * 3, *[lift(TOP_DEG + 13.0)] * 4))
    first = [event.rep for event in events if isinstance(event, RepCompleted)][:3]
    assert [rep.top_deg for rep in first] == [None] * 3
    assert tops_deg(events)[:3] == pytest.approx([0.0] * 3, abs=0.1)
    # And reps that went too far do not make them short.
    assert [rep.flags for rep in reps_of(events)[:3]] == [()] * 3


def test_without_the_key_nothing_of_it_is_published() -> None:
    events = told(lifting(*[lift()] * 5), keys=())
    assert verdicts(events) == []
    assert set(tops_deg(events)) == {None}


@pytest.mark.parametrize(
    ("past_deg", "flag"),
    [(7.5, None), (8.5, Flag.PAST_LOCKOUT), (12.5, Flag.FAR_PAST_LOCKOUT)],
)
def test_tops_beyond_it_are_past_lockout(past_deg: float, flag: Flag | None) -> None:
    events = told(lifting(*[lift()] * 3, lift(TOP_DEG + past_deg)))
    assert reps_of(events)[3].flags == (() if flag is None else (flag,))


@pytest.mark.parametrize(
    ("share", "bottom_deg", "short"),
    [
        (0.84, BOTTOM_DEG, True),
        (0.86, BOTTOM_DEG, False),
        # Tension that is kept at the bottom takes nothing from the lockout.
        (1.0, BOTTOM_DEG + 10.0, False),
        # A deeper bottom adds nothing to it.
        (0.83, BOTTOM_DEG - 4.5, True),
    ],
)
def test_a_top_that_is_lower_by_15_percent_of_the_range_is_short(
    share: float, bottom_deg: float, short: bool
) -> None:
    to_deg = BOTTOM_DEG + share * RANGE_DEG
    events = told(lifting(lift(), lift(), lift(TOP_DEG, bottom_deg), lift(to_deg), rest_s=13.0))
    assert counts(events) == COUNTS
    assert (Flag.SHORT_OF_LOCKOUT in reps_of(events)[3].flags) is short


def test_a_whole_set_of_less_range_is_short_of_it() -> None:
    """Its own first reps would be its reference otherwise."""
    less = lift(BOTTOM_DEG + 0.8 * RANGE_DEG)
    events = told(lifting(*[lift()] * 3), lifting(*[less] * 4, start_s=25.0))
    assert [rep.flags for rep in reps_of(events)[3:]] == [(Flag.SHORT_OF_LOCKOUT,)] * 4
    assert set(tops_deg(events)) != {None}


def test_it_survives_the_end_of_sets() -> None:
    more = [lifting(*[lift(TOP_DEG + 10.0)] * 2, start_s=at_s) for at_s in (30.0, 60.0)]
    events = told(lifting(*[lift()] * 3), *more)
    assert [rep.flags for rep in reps_of(events)[3:]] == [(Flag.PAST_LOCKOUT,)] * 4


# --- reps that do not count --------------------------------------------------------------------


def test_a_rep_whose_lockout_is_not_held_does_not_count() -> None:
    events = told(lifting(lift(), lift(hold_s=0.2), lift(), lift()))
    assert counts(events) == [(1, None), (1, NOT_HELD), (2, None), (3, None)]


def test_a_short_rep_does_not_count() -> None:
    events = told(lifting(lift(), lift(BOTTOM_DEG + 0.7 * RANGE_DEG), lift(), lift()))
    assert counts(events) == [(1, None), (1, SHORT), (2, None), (3, None)]


def test_a_rep_of_less_range_is_not_like_the_others_whatever_its_top() -> None:
    tense = lift(TOP_DEG, BOTTOM_DEG + 10.0)
    events = told(lifting(tense, lift(), lift(), lift()))
    assert counts(events) == [(1, None), (1, UNLIKE), (2, None), (3, None)]


def test_the_odd_one_out_may_be_the_first() -> None:
    events = told(lifting(lift(TOP_DEG + 7.0), lift(), lift(), lift()))
    assert counts(events) == [(1, None), (1, UNLIKE), (2, None), (3, None)]
    assert tops_deg(events) == pytest.approx([7.0, 0.0, 0.0, 0.0], abs=0.1)


def test_a_first_rep_that_later_ones_show_to_be_short_is_given_up() -> None:
    events = told(lifting(lift(BOTTOM_DEG + 0.6 * RANGE_DEG), lift(), lift(), lift()))
    assert counts(events) == [(1, None), (1, None), (2, None), (3, None)]
    assert tops_deg(events)[1:] == pytest.approx([0.0] * 3, abs=0.1)


def test_hips_that_sink_in_the_hold_are_no_lockout() -> None:
    dip = [(0.8, TOP_DEG), (0.5, TOP_DEG - 8.5), (0.5, TOP_DEG), (0.8, TOP_DEG)]
    sinking = [(1.0, TOP_DEG), *dip, (1.5, BOTTOM_DEG), (0.6, BOTTOM_DEG)]
    assert counts(told(lifting(lift(), sinking, lift(), lift())))[1] == (1, SAGGED)


def test_a_rep_that_hit_the_end_of_the_range_does_not_count() -> None:
    motion = lifting(*[lift()] * 4)
    detector = Detector(HIP_THRUST, RATE_HZ)
    events = list(detector.mark(MarkKind.REFERENCE_REPS, 0.0))
    detector.saturated(7.0, 7.1)
    events += detector.process(motion)
    assert counts(events) == [(1, None), (1, SATURATED), (2, None), (3, None)]


def test_a_rep_with_a_hole_does_not_count() -> None:
    before = lifting(lift(), [(1.0, TOP_DEG)], rest_s=0.0)
    resumed_s = len(before.up) / RATE_HZ + 2.0
    events = told(before, lifting(*[lift()] * 2, start_s=resumed_s))
    assert counts(events)[:2] == [(1, None), (1, GAP)]
    assert counts(events)[-1] == (3, None)


REFUSED = {
    Flag.GAP: GAP,
    Flag.SATURATED: SATURATED,
    Flag.SAGGED: SAGGED,
    Flag.TILTED: TILTED,
}


def judged(*flags_in_turn: tuple[Flag, ...]) -> list[Event]:
    """Return what is said of a set with one rep that is completed and revised."""
    rep, *_ = reps_of(told(lifting(*[lift()] * 2)))
    counted = CountedRep(RepCandidate(1, movement(1, rep.start_s, rep.start_s + 1.0), None), 1)
    open_set = OpenSet(1, by_hand=False, start_s=2.0, exercise=HIP_THRUST, reps=[counted])
    reference = ReferenceReps(HIP_THRUST, 0.0)
    events: list[Event] = []
    for number, flags in enumerate(flags_in_turn):
        counted.published = replace(rep, flags=flags)
        news = (
            RepRevised(2.5, 1, 1, counted.published, "measured again")
            if number
            else RepCompleted(6.0, 1, counted.published)
        )
        events += reference.follow(news, open_set)
    return events


@pytest.mark.parametrize("flag", Flag)
def test_remarks_on_the_lockout_and_on_the_data_refuse_a_rep(flag: Flag) -> None:
    refusal = REFUSED.get(flag)
    assert judged((flag,)) == [ReferenceRep(6.0, 0 if refusal else 1, 3, refusal)]


def test_a_rep_that_is_measured_again_is_judged_again() -> None:
    refused, counts_now = ReferenceRep(6.0, 0, 3, SAGGED), ReferenceRep(2.5, 1, 3)
    assert judged((Flag.SAGGED,), ()) == [refused, counts_now]
    assert judged((), (Flag.SAGGED,)) == [ReferenceRep(6.0, 1, 3), replace(refused, at_s=2.5)]
    assert judged((), (Flag.RESTED_AT_BOTTOM,)) == [ReferenceRep(6.0, 1, 3)]


def test_a_rep_that_never_came_down_is_no_reference() -> None:
    held = [(1.0, TOP_DEG), (30.0, TOP_DEG)]
    events = told(legs((2.0, BOTTOM_DEG), *lift(), *lift(), *held).motion)
    assert counts(events) == [(1, None), (2, None)]
    assert reasons(events) == [
        "the session ended before there were enough reps: 2 of 3 reference reps"
    ]


def test_a_set_up_move_that_stays_alone_is_taken_out_and_the_wait_goes_on() -> None:
    events = told(lifting(lift()), lifting(*[lift(8.0)] * 4, start_s=22.0))
    assert counts(events)[0] == (1, None)
    index, refusal = counts(events)[1]
    assert (index, refusal) == (0, "no second whole rep like it followed")
    assert counts(events)[2:] == COUNTS
    assert reasons(events) == []
    assert tops_deg(events)[-1] == pytest.approx(0.0, abs=0.1)


def test_what_is_under_way_when_the_key_is_pressed_is_none_of_them() -> None:
    keys = ((2.5, MarkKind.REFERENCE_REPS),)
    events = told(lifting(*[lift()] * 4), keys=keys)
    assert counts(events) == COUNTS
    assert len(reps_of(events)) == 3


# --- how it is given up ------------------------------------------------------------------------


def test_a_set_that_ends_before_there_are_three_ends_the_wait() -> None:
    events = told(lifting(*[lift()] * 2), lifting(*[lift()] * 3, start_s=25.0))
    assert reasons(events) == ["the set ended: 2 of 3 reference reps"]
    assert set(tops_deg(events)) == {None}


def test_patience_has_an_end() -> None:
    (failed,) = verdicts(told(legs((70.0, BOTTOM_DEG)).motion))
    assert isinstance(failed, CalibrationFailed)
    assert failed.at_s == pytest.approx(MARK_S + 60.0, abs=0.02)
    assert failed.reason == "it took too long: 0 of 3 reference reps"


def test_each_rep_that_counts_renews_the_patience() -> None:
    slow: list[Leg] = [(8.0, TOP_DEG), (9.0, TOP_DEG), (8.0, BOTTOM_DEG), (5.0, BOTTOM_DEG)]
    assert counts(told(lifting(slow, slow, slow))) == COUNTS
    touched = lift(hold_s=0.0)
    events = told(lifting(lift(), *[touched] * 20))
    (failed,) = [event for event in events if isinstance(event, CalibrationFailed)]
    first = next(event for event in events if isinstance(event, RepCompleted))
    assert failed.at_s == pytest.approx(first.at_s + 60.0, abs=0.02)
    assert failed.reason == "it took too long: 1 of 3 reference reps"


def test_a_hole_that_outlasts_the_patience_ends_it() -> None:
    events = told(lifting(lift(), rest_s=1.0), lifting(*[lift()] * 3, start_s=90.0))
    # One rep alone is no set, and a hole of more than a minute ends one.
    assert reasons(events) == ["it took too long: 0 of 3 reference reps"]


def test_a_session_that_ends_too_early_says_so() -> None:
    events = told(lifting(*[lift()] * 2, rest_s=2.0))
    assert reasons(events) == [
        "the session ended before there were enough reps: 2 of 3 reference reps"
    ]


@pytest.mark.parametrize("kind", [MarkKind.SET_START, MarkKind.SET_STOP, MarkKind.CALIBRATION])
def test_another_key_gives_it_up(kind: MarkKind) -> None:
    keys = ((MARK_S, MarkKind.REFERENCE_REPS), (6.2, kind))
    events = told(lifting(*[lift()] * 4, rest_s=0.5), keys=keys)
    assert reasons(events)[0] == "another key was pressed: 1 of 3 reference reps"
    assert not any(isinstance(event, Calibrated) for event in events)


def test_the_key_again_starts_anew() -> None:
    keys = ((MARK_S, MarkKind.REFERENCE_REPS), (6.2, MarkKind.REFERENCE_REPS))
    events = told(lifting(lift(0.0), *[lift()] * 4), keys=keys)
    assert reasons(events) == ["another key was pressed: 1 of 3 reference reps"]
    assert counts(events) == [(1, None), *COUNTS]
    assert tops_deg(events)[-1] == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("name", ["squat", "sit_to_stand"])
def test_an_exercise_by_height_has_no_such_reps(name: str) -> None:
    exercise = EXERCISES[name]
    (failed,) = verdicts(told(lifting(*[lift()] * 3), exercise=exercise))
    why = f"{exercise.title} has no lockout for reference reps to show"
    assert failed == CalibrationFailed(MARK_S, why)


# --- what replaces and what ends it ------------------------------------------------------------


def test_a_hold_replaces_it_and_its_range() -> None:
    low_deg = BOTTOM_DEG + 0.8 * RANGE_DEG
    hold: list[Leg] = [(1.0, low_deg), (4.0, low_deg), (1.5, BOTTOM_DEG), (1.0, BOTTOM_DEG)]
    keys = ((MARK_S, MarkKind.REFERENCE_REPS), (17.0, MarkKind.CALIBRATION))
    events = told(
        lifting(*[lift()] * 3, [(1.0, BOTTOM_DEG)], hold, *[lift(low_deg)] * 2), keys=keys
    )
    ways = [event.way for event in events if isinstance(event, Calibrated)]
    assert ways == [CalibrationWay.REPS, CalibrationWay.HOLD]
    # The concentric to the hold is still a rep of the set before it.
    assert reps_of(events)[3].flags == (Flag.SHORT_OF_LOCKOUT,)
    assert tops_deg(events)[4:] == pytest.approx([0.0] * 2, abs=0.3)
    assert [rep.flags for rep in reps_of(events)[4:]] == [()] * 2


def test_it_replaces_a_hold_and_an_older_reference() -> None:
    hold: list[Leg] = [(1.0, 0.0), (4.0, 0.0), (1.5, BOTTOM_DEG), (4.5, BOTTOM_DEG)]
    keys = (
        (3.2, MarkKind.CALIBRATION),
        (11.0, MarkKind.REFERENCE_REPS),
        (26.0, MarkKind.REFERENCE_REPS),
    )
    low_deg = BOTTOM_DEG + 0.8 * RANGE_DEG
    again: list[Leg] = [(1.0, BOTTOM_DEG)]
    events = told(lifting(hold, *[lift()] * 3, again, *[lift(low_deg)] * 4), keys=keys)
    ways = [event.way for event in events if isinstance(event, Calibrated)]
    assert ways == [CalibrationWay.HOLD, CalibrationWay.REPS, CalibrationWay.REPS]
    assert reasons(events) == []
    # The older reference does not make the new one short, in the end.
    assert [rep.flags for rep in reps_of(events)] == [()] * 7
    assert tops_deg(events)[-1] == pytest.approx(0.0, abs=0.1)


def slipped(motion: MotionBlock, slip_deg: float, at_s: float = 0.0) -> MotionBlock:
    """Return motion of a sensor that turns on its strap, about the lift's axis, at a time."""
    angle = np.radians(slip_deg)
    rest, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, rest, -sine], [0.0, sine, rest]])
    up = motion.up.copy()
    first = round(at_s * RATE_HZ)
    up[first:] = up[first:] @ turn.T
    return replace(motion, up=up)


@pytest.mark.parametrize("slip_deg", [8.0, -8.0])
def test_a_slipped_strap_ends_it(slip_deg: float) -> None:
    # In the pause after the fourth of six reps.
    events = told(slipped(lifting(*[lift()] * 6), slip_deg, at_s=18.2))
    assert reasons(events) == ["the sensor has slipped since the calibration"]
    known = [top_deg is not None for top_deg in tops_deg(events)]
    assert known == [True, True, True, True, False, False]


def test_a_strap_that_slips_before_the_next_set_is_found_out_by_its_first_reps() -> None:
    events = told(lifting(*[lift()] * 3), slipped(lifting(*[lift()] * 3, start_s=40.0), 8.0))
    assert reasons(events) == ["the sensor has slipped since the calibration"]
    assert tops_deg(events)[3:] == [None] * 3


def test_reps_before_a_slip_are_not_measured_against_it() -> None:
    motion = slipped(lifting(*[lift()] * 5), 8.0, at_s=9.9)
    events = told(motion)
    assert counts(events)[-1] == (3, None)
    known = [top_deg is not None for top_deg in tops_deg(events)]
    assert known == [False, False, True, True, True]


def test_reps_that_turn_out_to_be_none_take_it_with_them() -> None:
    small = lift(BOTTOM_DEG + 17.0)
    events = told(lifting(*[small] * 3, *[lift()] * 3))
    assert counts(events) == COUNTS
    assert reasons(events) == [LOW_REPS]
    assert tops_deg(events)[-3:] == [None] * 3


# --- laws --------------------------------------------------------------------------------------

WHOLE = lifting(
    lift(9.0), lift(hold_s=0.0), lift(), lift(10.0), lift(TOP_DEG + 9.0), lift(0.0), rest_s=13.0
)


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, len(WHOLE.up)), max_size=9))
def test_any_cut_says_the_same(cuts: list[int]) -> None:
    rows = round(MARK_S * RATE_HZ)
    detector = Detector(HIP_THRUST, RATE_HZ)
    events: list[Event] = []
    for piece in cut_at(len(WHOLE.up), [*cuts, rows]):
        if piece.start == rows and piece.stop > rows:
            events += detector.mark(MarkKind.REFERENCE_REPS, MARK_S)
        events += detector.process(motion_rows(WHOLE, piece))
    same(said([*events, *detector.finish()]), said(told(WHOLE)))


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(101, 6800), max_size=6))
def test_patience_ends_at_one_sample_however_the_stream_is_cut(cuts: list[int]) -> None:
    motion = legs((68.0, BOTTOM_DEG)).motion
    detector = Detector(HIP_THRUST, RATE_HZ)
    events: list[Event] = list(detector.process(motion_rows(motion, slice(0, 100))))
    events += detector.mark(MarkKind.REFERENCE_REPS, MARK_S)
    for piece in cut_at(len(motion.up), [100, *cuts])[1:]:
        events += detector.process(motion_rows(motion, piece))
    same(said([*events, *detector.finish()]), said(told(motion)))


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(turn=rotations())
def test_how_the_sensor_is_worn_does_not_matter(turn: NDArray[np.float64]) -> None:
    turned = replace(WHOLE, up=WHOLE.up @ turn.T, rate_radps=WHOLE.rate_radps @ turn.T)
    one, other = said(told(WHOLE)), said(told(turned))
    np.testing.assert_array_equal(one["words"], other["words"])
    np.testing.assert_allclose(one["figures"], other["figures"], atol=1e-6)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    tops_deg=st.lists(st.sampled_from([0.0, 9.0, 11.0, 13.0, 20.0]), min_size=1, max_size=6),
    holds=st.lists(st.sampled_from([0.0, 1.0]), min_size=6, max_size=6),
)
def test_every_wait_has_one_outcome_and_every_rep_a_verdict(
    tops_deg: list[float], holds: list[float]
) -> None:
    reps = [lift(top_deg, hold_s=hold_s) for top_deg, hold_s in zip(tops_deg, holds, strict=False)]
    events = told(lifting(*reps))
    outcomes = [event for event in events if isinstance(event, Calibrated | CalibrationFailed)]
    assert len(outcomes) == 1
    steps = [event.index for event in events if isinstance(event, ReferenceRep)]
    assert all(0 <= index <= 3 for index in steps)
    if isinstance(outcomes[0], Calibrated):
        assert steps[-1] == 3
        assert outcomes[0].wander_deg < 5.0
    else:
        assert 3 not in steps
    until_s = outcomes[0].at_s
    completed = [e for e in events if isinstance(e, RepCompleted) and e.at_s <= until_s]
    assert len(steps) >= len(completed)


# --- a simulated lifter ------------------------------------------------------------------------

LATER = (1.0 + 10.0 / RANGE_DEG, 1.0 + 14.0 / RANGE_DEG, 0.8, 1.0)
LATER_FLAGS = (Flag.PAST_LOCKOUT, Flag.FAR_PAST_LOCKOUT, Flag.SHORT_OF_LOCKOUT, None)
OF_TOPS = {Flag.PAST_LOCKOUT, Flag.FAR_PAST_LOCKOUT, Flag.SHORT_OF_LOCKOUT}


@pytest.mark.slow
@pytest.mark.parametrize("gyro_range_dps", [1000, None], ids=["gyroscope", "accelerometer alone"])
@pytest.mark.parametrize("seed", range(5))
def test_a_lifter_with_any_mounting_gets_the_own_lockout(
    gyro_range_dps: int | None, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    reaches = (*rng.uniform(0.98, 1.02, 3), *LATER)
    reps = tuple(
        RepPlan(rng.uniform(0.8, 1.4), rng.uniform(0.7, 2.0), 1.5, 0.6, reach=float(reach))
        for reach in reaches
    )
    rest = ActivityPlan(Activity.REST, 16.0)
    plan = SessionPlan(
        exercise=HIP_THRUST.name,
        blocks=(rest, SetPlan(reps), rest, SetPlan(reps[3:]), rest),
        starts=Posture.LYING,
        mounting=Mounting.drawn(rng),
        sensor=SensorPlan(gyro_range_dps=gyro_range_dps, noise=LSM6DSOX),
    )
    session = simulate(plan, seed=seed)
    key = Notification(ns_from_s(8.0), MARK_CHANNEL, MarkKind.REFERENCE_REPS.value.encode())
    stream = sorted((*session.notifications(), key), key=lambda each: each.received_ns)
    engine = build_engine(session.info)
    events = [*engine.feed_many(stream), *engine.finish()]

    assert counts(events) == COUNTS
    truth = [rep for each in session.truth.sets for rep in each.reps]
    found = reps_of(events)
    assert len(found) == len(truth)
    level_deg = np.mean([_known(rep.top_deg) for rep in truth[:3]])
    for rep, true in zip(found, truth, strict=True):
        # The level that was found is off by what this top is off by.
        assert _known(rep.top_deg) == pytest.approx(_known(true.top_deg) - level_deg, abs=1.5)
    for later in (found[3:7], found[7:]):
        flags = [OF_TOPS.intersection(rep.flags) for rep in later]
        assert flags == [set() if flag is None else {flag} for flag in LATER_FLAGS]


def _known(value: float | None) -> float:
    assert value is not None
    return value
