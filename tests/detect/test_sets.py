from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.detect.motions import BOTTOM_DEG, RATE_HZ, TOP_DEG, legs, movement, up_at
from tracker.detect.detector import Detector
from tracker.detect.lockout import LockoutReference
from tracker.detect.pairing import RepPairer
from tracker.detect.segmentation import SegmentState
from tracker.detect.sets import (
    ALONE,
    CUT_BY_END,
    CUT_BY_KEY,
    NEVER_DOWN,
    NO_SET,
    UNLIKE,
    WENT_ON,
    SetTracker,
)
from tracker.domain import (
    HIP_THRUST,
    Flag,
    MarkKind,
    PhaseStarted,
    RepCompleted,
    RepCounted,
    RepRevised,
    SessionState,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.detect.features import Movement
    from tracker.domain import Event, SetRecord


class Training:
    """What a lifter does, in words; what is published about it adds up in a ledger."""

    def __init__(self) -> None:
        pairer = RepPairer(HIP_THRUST)
        self.tracker = SetTracker(HIP_THRUST, pairer)
        self._pairer = pairer
        self._ledger = SessionState()
        self._number = 0
        self.published: list[Event] = []

    def up(self, start_s: float, to_deg: float = TOP_DEG, from_deg: float = BOTTOM_DEG) -> None:
        self._move(start_s, start_s + 1.0, from_deg, to_deg)

    def move(self, *news: Movement) -> None:
        """Do one movement of which the news are given."""
        self._number += 1
        for each in news:
            self._take(replace(each, number=self._number))

    def move_on(self, *news: Movement) -> None:
        """Go on with the latest movement."""
        self._number -= 1
        self.move(*news)

    def down(self, start_s: float, from_deg: float = TOP_DEG, to_deg: float = BOTTOM_DEG) -> None:
        self._move(start_s, start_s + 1.5, from_deg, to_deg)

    def rep(self, start_s: float, to_deg: float = TOP_DEG, from_deg: float = BOTTOM_DEG) -> None:
        """Go up for 1 s, hold for 1 s, come down for 1.5 s."""
        self.up(start_s, to_deg, from_deg)
        self.down(start_s + 2.0, to_deg, from_deg)

    def mark(self, kind: MarkKind, at_s: float) -> None:
        self._say(self.tracker.mark(kind, at_s))

    def hole(self, lost_s: float, resumed_s: float = 0.0) -> None:
        self._pairer.restart()
        self._say(self.tracker.gap(lost_s, resumed_s))

    def know(self, level: LockoutReference) -> None:
        """Take a calibration."""
        self._pairer.level = level

    def rest(self) -> None:
        """Rest until the set is over."""
        self._say(self.tracker.end())

    @property
    def sets(self) -> tuple[SetRecord, ...]:
        return self._ledger.sets

    @property
    def reps(self) -> list[int]:
        """Reps of each set."""
        return [len(record.reps) for record in self.sets]

    def words(self) -> list[str]:
        """Return what was published, without phases and news of reps."""
        told = []
        for event in self.published:
            match event:
                case SetStarted(set_index=index):
                    told.append(f"set {index}")
                case RepCounted(index=index):
                    told.append(f"count {index}")
                case RepCompleted(rep=rep):
                    told.append(f"complete {rep.index}")
                case RepRevised(index=index, rep=None):
                    told.append(f"withdraw {index}")
                case SetEnded(reps=reps):
                    told.append(f"end with {reps}")
        return told

    def withdrawals(self) -> list[tuple[int, str]]:
        """Return which reps were withdrawn, and why."""
        return [
            (event.index, event.reason)
            for event in self.published
            if isinstance(event, RepRevised) and event.rep is None
        ]

    def _move(self, start_s: float, end_s: float, from_deg: float, to_deg: float) -> None:
        self._number += 1
        self._take(movement(self._number, start_s, end_s, from_deg, to_deg))

    def _take(self, each: Movement) -> None:
        for news in self._pairer.feed(each):
            self._say(self.tracker.feed(news))

    def _say(self, events: Iterable[Event]) -> None:
        told = tuple(events)
        self.published += told
        self._ledger.accept(told)


def test_the_first_rep_counts_at_once_and_like_any_other() -> None:
    training = Training()
    training.up(3.0)
    assert training.words() == ["set 1", "count 1"]
    training.down(5.0)
    assert training.words() == ["set 1", "count 1", "complete 1"]
    training.rep(7.0)
    training.rest()
    assert training.words()[3:] == ["count 2", "complete 2", "end with 2"]
    assert training.reps == [2]


def test_a_rep_is_counted_where_its_lockout_starts() -> None:
    training = Training()
    training.rep(3.0)
    (counted,) = [event for event in training.published if isinstance(event, RepCounted)]
    assert counted.at_s == 4.0


def test_a_single_lift_was_none_and_is_withdrawn() -> None:
    training = Training()
    training.rep(3.0)
    training.rest()
    assert training.words()[-2:] == ["withdraw 1", "end with 0"]
    assert training.sets == ()


def test_a_withdrawn_set_gives_its_number_back() -> None:
    training = Training()
    training.rep(3.0)
    training.rest()
    training.rep(30.0)
    training.rep(34.0)
    training.rest()
    assert [record.index for record in training.sets] == [1]


def test_a_single_rep_counts_if_the_wearer_says_so() -> None:
    training = Training()
    training.mark(MarkKind.SET_START, 2.0)
    training.rep(3.0)
    training.mark(MarkKind.SET_STOP, 8.0)
    assert training.words() == ["set 1", "count 1", "complete 1", "end with 1"]
    (record,) = training.sets
    assert record.ended


def test_a_key_ends_the_set_before_it() -> None:
    training = Training()
    for start_s in (3.0, 7.0):
        training.rep(start_s)
    training.mark(MarkKind.SET_START, 12.0)
    for start_s in (13.0, 17.0, 21.0):
        training.rep(start_s)
    training.rest()
    assert training.reps == [2, 3]


def test_a_hand_started_set_without_a_rep_is_not_one() -> None:
    training = Training()
    training.mark(MarkKind.SET_START, 2.0)
    training.mark(MarkKind.SET_STOP, 9.0)
    assert training.words() == ["set 1", "end with 0"]
    assert training.sets == ()


def test_stopping_what_never_started_says_nothing() -> None:
    training = Training()
    training.mark(MarkKind.SET_STOP, 2.0)
    assert training.published == []


@pytest.mark.parametrize(("rest_s", "expected"), [(11.9, [4]), (12.1, [2, 2])])
def test_a_rest_longer_than_the_gap_makes_two_sets(rest_s: float, expected: list[int]) -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)  # ends at 10.5 s
    training.rep(10.5 + rest_s)
    training.rep(14.5 + rest_s)
    training.rest()
    assert training.reps == expected


def test_the_deadline_is_the_rest_gap_after_the_last_movement() -> None:
    training = Training()
    assert training.tracker.deadline_s == math.inf
    training.rep(3.0)
    assert training.tracker.deadline_s == pytest.approx(6.5 + HIP_THRUST.set_gap_s)
    training.up(8.0)
    # A lockout may be held for longer than one rests.
    assert training.tracker.deadline_s > 9.0 + HIP_THRUST.set_gap_s
    training.rest()
    assert training.tracker.deadline_s == math.inf


def test_a_set_waits_for_a_way_down_whose_start_was_read_from_the_sway_before_it() -> None:
    training = Training()
    training.rep(0.0)
    training.up(5.0)
    begun = movement(0, 15.0, 32.0, TOP_DEG, 0.0, SegmentState.BEGUN)
    training.move(replace(begun, known_s=32.0))
    assert training.tracker.deadline_s > 40.0


def test_a_way_between_the_ends_of_the_reps_goes_on_with_the_set() -> None:
    training = Training()
    down = movement(9, 9.0, 15.0, TOP_DEG, BOTTOM_DEG)
    assert not training.tracker.goes_on_with(down), "there is no set"
    training.rep(0.0)
    training.rep(5.0)
    assert training.tracker.goes_on_with(down)
    assert training.tracker.goes_on_with(movement(9, 9.0, 15.0))
    assert not training.tracker.goes_on_with(movement(9, 9.0, 10.0, BOTTOM_DEG, BOTTOM_DEG + 15.0))
    assert not training.tracker.goes_on_with(movement(9, 9.0, 10.0, 60.0, 100.0))


def test_the_bottom_is_known_when_the_next_rep_is() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.2)
    training.rest()
    (record,) = training.sets
    first, last = record.reps
    assert first.bottom_s == pytest.approx(0.7)
    assert last.bottom_s is None


def test_a_movement_under_half_of_the_range_is_no_rep() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.rep(11.0, to_deg=BOTTOM_DEG + 0.4 * 47.0)
    training.rep(15.0)
    training.rest()
    assert training.reps == [3]


def test_a_partial_rep_counts_and_is_flagged() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.rep(11.0, to_deg=BOTTOM_DEG + 0.7 * 47.0)
    training.rep(15.0)
    training.rest()
    (record,) = training.sets
    assert [rep.flags for rep in record.reps] == [(), (), (Flag.SHORT_OF_LOCKOUT,), ()]


def test_small_lifts_while_setting_up_are_withdrawn_when_the_set_starts() -> None:
    training = Training()
    training.rep(1.0, to_deg=BOTTOM_DEG + 18.0)
    training.rep(6.0)
    training.rep(10.0)
    training.rest()
    assert training.reps == [2]
    (record,) = training.sets
    assert record.start_s == 6.0


def test_a_lift_in_another_posture_is_no_rep() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.rep(11.0, from_deg=20.0, to_deg=67.0)
    training.rep(15.0)
    training.rest()
    assert training.reps == [3]


def test_a_rep_that_a_hole_cut_keeps_its_count_and_a_flag() -> None:
    training = Training()
    training.rep(3.0)
    training.up(7.0)
    training.hole(3.0)
    training.rep(14.0)
    training.rest()
    (record,) = training.sets
    cut = record.reps[1]
    assert not cut.complete
    assert cut.flags == (Flag.GAP,)
    assert (cut.lockout_s, cut.eccentric_s) == (None, None)
    assert [rep.index for rep in record.reps] == [1, 2, 3]


def test_a_hole_is_no_rest() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.hole(20.0)
    training.rep(31.0)
    training.rest()
    assert training.reps == [3]


def test_a_hole_between_reps_says_nothing_about_them() -> None:
    training = Training()
    training.rep(3.0)
    training.hole(2.0)
    training.rep(9.0)
    training.rest()
    (record,) = training.sets
    assert [rep.flags for rep in record.reps] == [(), ()]


def test_the_end_of_the_range_is_told_where_it_was_hit() -> None:
    training = Training()
    training.rep(3.0)
    training.tracker.saturated(8.4, 8.5)
    training.rep(8.0)
    training.rep(12.0)
    training.rest()
    (record,) = training.sets
    assert [rep.flags for rep in record.reps] == [(), (Flag.SATURATED,), ()]


def test_every_count_is_completed_or_withdrawn_before_its_set_ends() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.up(11.0)
    training.rest()
    words = training.words()
    assert words[-1] == "end with 3"
    assert words.index("complete 3") < words.index("end with 3")
    assert not training.sets[0].reps[-1].complete


def test_phases_are_told_for_screens() -> None:
    training = Training()
    training.rep(3.0)
    phases = [event.phase.value for event in training.published if isinstance(event, PhaseStarted)]
    assert phases == ["lockout", "bottom"]


# --- movements that are not like the reps before them ------------------------------------------


@pytest.mark.parametrize("reps", [2, 3])
def test_getting_up_after_a_few_reps_does_not_undo_them(reps: int) -> None:
    """A large movement that is alone says nothing about the alike ones before it."""
    training = Training()
    for number in range(reps):
        training.rep(3.0 + 4.0 * number, to_deg=BOTTOM_DEG + 35.0)
    training.up(4.0 + 4.0 * reps, to_deg=BOTTOM_DEG + 80.0)
    training.rest()
    assert training.reps == [reps]
    assert not [word for word in training.words() if word.startswith("withdraw")]


@pytest.mark.parametrize("small", [2, 3, 4])
def test_small_reps_that_were_clear_stay_whatever_follows(small: int) -> None:
    training = Training()
    for number in range(small):
        training.rep(3.0 + 4.0 * number, to_deg=BOTTOM_DEG + 20.0)
    for number in range(3):
        training.rep(4.0 * (small + number) + 4.0)
    training.rest()
    assert training.reps == [small, 3]
    assert training.withdrawals() == []


@pytest.mark.parametrize("scoots", [2, 3])
def test_quick_small_movements_are_set_up_once_a_set_follows_however_alike(scoots: int) -> None:
    training = Training()
    for number in range(scoots):
        start_s = 3.0 + 3.0 * number
        training.move(
            movement(1, start_s, start_s + 0.3, to_deg=BOTTOM_DEG + 16.0),
            movement(
                1, start_s, start_s + 0.3, BOTTOM_DEG, BOTTOM_DEG + 16.0, SegmentState.FINISHED
            ),
        )
        training.down(start_s + 0.5, from_deg=BOTTOM_DEG + 16.0)
    for number in range(3):
        training.rep(14.0 + 4.0 * number)
    training.rest()
    assert training.reps == [3]


def test_one_larger_movement_makes_a_single_small_one_before_it_a_set_up_move() -> None:
    training = Training()
    training.rep(3.0, to_deg=BOTTOM_DEG + 20.0)
    training.up(8.0)
    assert training.words()[-2:] == ["withdraw 1", "count 1"]


def test_a_first_rep_that_never_came_down_gives_way_even_to_a_smaller_one() -> None:
    training = Training()
    training.up(3.0)
    training.rep(8.0, to_deg=BOTTOM_DEG + 35.0)
    training.rep(12.0, to_deg=BOTTOM_DEG + 35.0)
    training.rest()
    (record,) = training.sets
    assert [rep.start_s for rep in record.reps] == [8.0, 12.0]
    assert training.words()[2:4] == ["withdraw 1", "count 1"]


def test_a_smaller_movement_counts_with_company_only() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(8.0, to_deg=BOTTOM_DEG + 20.0)
    assert training.words() == ["set 1", "count 1", "complete 1"]
    training.rep(12.0, to_deg=BOTTOM_DEG + 20.0)
    training.rest()
    (record,) = training.sets
    assert [rep.start_s for rep in record.reps] == [8.0, 12.0]


# --- counted early -----------------------------------------------------------------------------


def early(start_s: float, state: SegmentState, share: float = 1.0) -> Movement:
    """Return a concentric that is over, or nearly, after a second and a share of the usual way."""
    to_deg = BOTTOM_DEG + share * (TOP_DEG - BOTTOM_DEG)
    return movement(0, start_s, start_s + 1.0, BOTTOM_DEG, to_deg, state=state)


@pytest.mark.parametrize("state", [SegmentState.ENDING, SegmentState.ENDED])
def test_a_rep_counts_when_its_way_up_is_about_to_end(state: SegmentState) -> None:
    training = Training()
    training.move(early(3.0, state))
    assert training.words() == ["set 1", "count 1"]
    training.down(5.0)
    training.move(early(7.0, state))
    assert training.words() == ["set 1", "count 1", "complete 1", "count 2"]


@pytest.mark.parametrize(
    ("state", "share", "at_once"),
    [
        (SegmentState.ENDING, 0.86, True),
        (SegmentState.ENDED, 0.86, True),
        (SegmentState.ENDING, 0.84, False),
        (SegmentState.ENDED, 0.84, True),
    ],
)
def test_a_shorter_way_up_of_a_known_set_may_only_have_stuck(
    state: SegmentState, share: float, at_once: bool
) -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.move(early(11.0, state, share))
    assert (training.words()[-1] == "count 3") is at_once
    training.move_on(early(11.0, SegmentState.SETTLED, share))
    assert training.words()[-1] == "count 3"


def test_a_rep_completes_when_its_measures_are_final() -> None:
    training = Training()
    training.up(3.0)
    lowered = movement(0, 5.0, 6.5, TOP_DEG, BOTTOM_DEG)
    soon = [replace(lowered, state=state) for state in (SegmentState.ENDING, SegmentState.ENDED)]
    training.move(*soon)
    assert training.words()[-1] == "count 1"
    training = Training()
    training.up(3.0)
    training.move(*soon, lowered)
    assert training.words()[-1] == "complete 1"


SAT_UP_RAD = float(np.radians(80.0))
NO_LIFT: list[dict[str, Any]] = [
    {"planarity": 0.4, "coherence": 0.3, "rise_m": 0.05},
    {"size": SAT_UP_RAD, "rotation_rad": SAT_UP_RAD, "rise_m": 0.1, "coherence": 0.5},
    {"coherence": 0.1, "rise_m": 0.1},
    {"rise_m": -0.35},
    {"rise_m": 0.0, "coherence": 0.3},
]
ROLLED_OVER, *_ = NO_LIFT
NO_LIFT_IDS = ["rolled over", "sat up", "bent and rose later", "went down", "did not rise"]


@pytest.mark.parametrize("change", NO_LIFT, ids=NO_LIFT_IDS)
def test_a_provisional_rep_that_turns_out_to_be_none_goes_with_its_set(
    change: dict[str, Any],
) -> None:
    training = Training()
    training.move(early(3.0, SegmentState.ENDING))
    assert training.words() == ["set 1", "count 1"]
    training.move_on(replace(early(3.0, SegmentState.FINISHED), **change))
    assert training.words()[2:] == ["withdraw 1", "end with 0"]
    # And what comes down after it ends no rep.
    training.down(5.0)
    assert training.words()[-1] == "end with 0"


@pytest.mark.parametrize("state", [SegmentState.ENDED, SegmentState.SETTLED])
def test_a_movement_is_judged_again_when_it_is_over(state: SegmentState) -> None:
    training = Training()
    training.move(early(3.0, SegmentState.ENDING))
    training.move_on(replace(early(3.0, state), **ROLLED_OVER))
    assert training.words() == ["set 1", "count 1"]


def test_a_good_lift_stays_when_it_is_over() -> None:
    training = Training()
    training.move(early(3.0, SegmentState.ENDING), early(3.0, SegmentState.FINISHED))
    assert training.words() == ["set 1", "count 1"]


@pytest.mark.parametrize(("since_s", "kept"), [(0.25, True), (0.35, False)])
def test_a_way_up_that_was_under_way_when_the_stream_began_is_not_judged_again(
    since_s: float, kept: bool
) -> None:
    training = Training()
    training.tracker.begin(3.0 - since_s)
    training.move(early(3.0, SegmentState.ENDING))
    training.move_on(replace(early(3.0, SegmentState.FINISHED), **ROLLED_OVER))
    assert ("withdraw 1" in training.words()) is not kept


def test_in_a_set_a_movement_that_went_on_to_more_than_a_lift_is_withdrawn_alone() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.move(early(11.0, SegmentState.ENDED))
    training.move_on(movement(0, 11.0, 13.0, BOTTOM_DEG, 52.0, state=SegmentState.FINISHED))
    assert training.words()[-2:] == ["count 3", "withdraw 3"]
    training.down(14.0)
    training.rep(17.0)
    training.rest()
    (record,) = training.sets
    assert [rep.start_s for rep in record.reps] == [3.0, 7.0, 17.0]


@pytest.mark.parametrize("jolt_s", [8.0, 9.0, 10.1])
def test_in_a_set_a_jolt_takes_nothing_back(jolt_s: float) -> None:
    """Plates that hit the floor spoil the integral of acceleration."""
    rep = [(1.0, TOP_DEG), (1.0, TOP_DEG), (1.5, BOTTOM_DEG), (1.0, BOTTOM_DEG)]
    motion = legs((3.0, BOTTOM_DEG), *rep * 4, (14.0, BOTTOM_DEG)).motion
    vertical_mps2 = motion.vertical_mps2.copy()
    hit = round(jolt_s * RATE_HZ)
    vertical_mps2[hit : hit + 3] += 25.0
    vertical_mps2[hit + 3 : hit + 9] -= 12.0
    detector = Detector(HIP_THRUST, RATE_HZ)
    ledger = SessionState()
    ledger.accept(detector.process(replace(motion, vertical_mps2=vertical_mps2)))
    assert [len(record.reps) for record in ledger.sets] == [4]


# --- why a rep is withdrawn --------------------------------------------------------------------


def test_a_lift_that_stays_alone_says_so() -> None:
    training = Training()
    training.rep(3.0)
    training.rest()
    assert training.withdrawals() == [(1, ALONE)]


def test_hips_that_never_came_down_are_the_reason() -> None:
    training = Training()
    training.up(3.0)
    training.rest()
    assert training.withdrawals() == [(1, NEVER_DOWN)]


def test_a_last_rep_that_never_came_down_leaves_the_first_alone() -> None:
    training = Training()
    training.rep(3.0)
    training.up(7.0)
    training.rest()
    assert training.withdrawals() == [(2, NEVER_DOWN), (1, ALONE)]


def test_a_rep_that_a_hole_cut_may_have_come_down() -> None:
    training = Training()
    training.up(3.0)
    training.hole(3.0, 7.0)
    training.rest()
    assert training.withdrawals() == [(1, ALONE)]


@pytest.mark.parametrize("kind", MarkKind)
def test_a_key_that_cuts_a_set_short_is_the_reason(kind: MarkKind) -> None:
    training = Training()
    training.rep(3.0)
    training.mark(kind, 8.0)
    assert training.withdrawals() == [(1, CUT_BY_KEY)]


def test_an_end_that_cuts_a_set_short_is_the_reason() -> None:
    detector = Detector(HIP_THRUST, RATE_HZ)
    motion = legs((2.0, BOTTOM_DEG), (1.0, TOP_DEG), (1.0, TOP_DEG), (1.5, BOTTOM_DEG)).motion
    published = [*detector.process(motion), *detector.finish()]
    revised = [event for event in published if isinstance(event, RepRevised)]
    assert [(event.rep, event.reason) for event in revised] == [(None, CUT_BY_END)]


@pytest.mark.parametrize("before", [0, 2])
def test_a_movement_that_went_on_is_the_reason_first_or_later(before: int) -> None:
    training = Training()
    for number in range(before):
        training.rep(3.0 + 4.0 * number)
    training.move(early(20.0, SegmentState.ENDED))
    sat_up = movement(0, 20.0, 22.0, BOTTOM_DEG, 52.0, state=SegmentState.FINISHED)
    training.move_on(replace(sat_up, rise_m=0.1, coherence=0.5))
    assert training.withdrawals() == [(before + 1, WENT_ON)]


def test_a_set_up_move_is_unlike_what_follows() -> None:
    training = Training()
    training.rep(1.0, to_deg=BOTTOM_DEG + 18.0)
    training.rep(6.0)
    assert training.withdrawals() == [(1, UNLIKE)]


def test_a_hand_started_set_survives_the_withdrawal_of_its_first_rep() -> None:
    training = Training()
    training.mark(MarkKind.SET_START, 2.0)
    training.move(early(3.0, SegmentState.ENDING))
    training.move_on(replace(early(3.0, SegmentState.FINISHED), **ROLLED_OVER))
    assert training.words() == ["set 1", "count 1", "withdraw 1"]
    training.rep(7.0)
    training.mark(MarkKind.SET_STOP, 12.0)
    assert training.reps == [1]


def test_a_way_up_that_began_in_a_hole_has_no_size_and_the_one_after_it_has() -> None:
    training = Training()
    training.rep(3.0)
    training.hole(0.4, 7.9)
    training.rep(8.0)
    training.rep(12.0)
    training.rest()
    (record,) = training.sets
    before, cut, after = record.reps
    assert Flag.GAP in cut.flags
    assert cut.concentric_s is cut.rom_deg is cut.rise_m is cut.mean_velocity_mps is None
    assert (cut.start_s, cut.lockout_s, cut.eccentric_s, cut.bottom_s) == (8.0, 1.0, 1.5, 0.5)
    assert before.bottom_s is None
    for rep in (before, after):
        assert rep.flags == ()
        assert None not in (rep.concentric_s, rep.rom_deg, rep.rise_m, rep.mean_velocity_mps)


def test_a_pause_with_a_hole_in_it_has_no_length_although_the_rep_after_it_is_whole() -> None:
    training = Training()
    training.rep(3.0)
    training.hole(0.4, 7.0)
    training.rep(8.0)
    training.rest()
    (record,) = training.sets
    assert [rep.flags for rep in record.reps] == [(), ()]
    assert record.reps[0].bottom_s is None
    assert None not in (record.reps[1].concentric_s, record.reps[1].rise_m)


def test_a_movement_from_before_a_hole_did_not_begin_in_it() -> None:
    training = Training()
    training.rep(3.0)
    training.rep(7.0)
    training.rep(11.0, BOTTOM_DEG + 12.0)
    training.hole(0.4, 16.0)
    training.rep(17.0, BOTTOM_DEG + 12.0)
    training.rest()
    assert [Flag.GAP in rep.flags for each in training.sets for rep in each.reps] == [False] * 2


def test_a_way_up_cut_at_its_end_has_no_size_and_no_top() -> None:
    training = Training()
    training.know(LockoutReference(up_at(TOP_DEG)))
    training.rep(3.0)
    up = movement(3, 7.0, 7.9)
    training.move(replace(up, state=SegmentState.ENDING))
    training.hole(0.4, 8.3)
    training.rep(12.0)
    training.rest()
    (record,) = training.sets
    cut = record.reps[1]
    assert cut.flags == (Flag.GAP,)
    assert cut.concentric_s is cut.rom_deg is cut.rise_m is cut.top_deg is None
    assert record.reps[2].top_deg is not None


def test_a_young_set_that_is_none_taken_together_is_withdrawn() -> None:
    training = Training()
    for index, sd_m in enumerate((0.3, 0.1, 0.05)):
        start_s = 5.0 * index
        rolls = movement(1, start_s, start_s + 1.0, state=SegmentState.FINISHED)
        training.move(replace(rolls, rise_m=0.05, rise_sd_m=sd_m))
        training.down(start_s + 2.0)
    assert training.reps == []
    assert {why for _, why in training.withdrawals()} <= {NO_SET, ALONE}


def test_a_rep_that_begins_half_way_up_is_a_dip_that_was_made_good() -> None:
    training = Training()
    for start_s in (0.0, 5.0, 10.0):
        training.rep(start_s)
    half_deg = 0.45 * TOP_DEG + 0.55 * BOTTOM_DEG
    training.up(15.0)
    training.down(17.0, to_deg=half_deg)
    training.up(19.0, from_deg=half_deg)
    training.down(21.0)
    training.rest()
    assert training.reps == [4]


@pytest.mark.parametrize(("aside_deg", "elsewhere"), [(30.0, False), (75.0, True)])
def test_a_set_is_over_where_a_movement_begins_elsewhere(
    aside_deg: float, elsewhere: bool
) -> None:
    training = Training()
    assert not training.tracker.is_elsewhere(movement(9, 0.0, 1.0))
    training.rep(0.0)
    training.rep(5.0)
    there = movement(9, 10.0, 11.0, TOP_DEG + aside_deg, TOP_DEG + aside_deg + 40.0)
    assert training.tracker.is_elsewhere(there) is elsewhere
    assert not training.tracker.is_elsewhere(movement(9, 10.0, 11.0, -10.0, 5.0))


def test_half_a_rep_behind_a_hole_shows_that_the_set_goes_on() -> None:
    training = Training()
    training.rep(0.0)
    training.rep(5.0)
    before_s = training.tracker.deadline_s
    down = movement(9, 14.0, 15.5, TOP_DEG, BOTTOM_DEG)
    training.tracker.saw(down)
    assert training.tracker.deadline_s == before_s, "nothing was missed"
    training.hole(1.0, resumed_s=12.0)
    training.tracker.saw(movement(9, 12.5, 13.5, 60.0, 100.0))
    assert training.tracker.deadline_s == pytest.approx(before_s + 1.0), "that was no rep"
    training.tracker.saw(down)
    assert training.tracker.deadline_s == pytest.approx(15.5 + HIP_THRUST.set_gap_s)
    training.rep(24.0)
    training.rest()
    assert training.reps == [3]


def test_a_short_movement_that_is_not_clearly_a_rep_may_only_have_stuck() -> None:
    training = Training()
    for start_s in (0.0, 5.0, 10.0):
        training.rep(start_s)
    stopped = replace(early(15.0, SegmentState.ENDED, 0.75), planarity=0.8, coherence=0.85)
    training.move(stopped)
    assert training.words()[-1] != "count 4"
    training.move_on(replace(stopped, state=SegmentState.SETTLED))
    assert training.words()[-1] == "count 4"


def test_a_doubtful_first_rep_is_announced_once_it_is_over() -> None:
    training = Training()
    doubtful = replace(early(3.0, SegmentState.ENDING), planarity=0.8, coherence=0.8)
    training.move(doubtful)
    assert training.words() == []
    training.move_on(replace(doubtful, state=SegmentState.FINISHED))
    assert training.words() == ["set 1", "count 1"]
