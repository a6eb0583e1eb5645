from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from unit.detect.motions import BOTTOM_DEG, TOP_DEG, movement

from tracker.detect.reps import Pairing
from tracker.detect.sets import SetKeeper
from tracker.domain import (
    HIP_THRUST,
    Flag,
    Ledger,
    MarkKind,
    PhaseStarted,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.detect.movement import Movement
    from tracker.domain import Event, SetRecord


class Training:
    """What a lifter does, in words; what is said about it adds up in a ledger."""

    def __init__(self) -> None:
        pairing = Pairing(HIP_THRUST)
        self.keeper = SetKeeper(HIP_THRUST, pairing)
        self._pairing = pairing
        self._ledger = Ledger()
        self._number = 0
        self.said: list[Event] = []

    def up(self, start_s: float, to_deg: float = TOP_DEG, from_deg: float = BOTTOM_DEG) -> None:
        self._move(start_s, start_s + 1.0, from_deg, to_deg)

    def down(self, start_s: float, from_deg: float = TOP_DEG, to_deg: float = BOTTOM_DEG) -> None:
        self._move(start_s, start_s + 1.5, from_deg, to_deg)

    def rep(self, start_s: float, to_deg: float = TOP_DEG, from_deg: float = BOTTOM_DEG) -> None:
        """Go up for 1 s, hold for 1 s, come down for 1.5 s."""
        self.up(start_s, to_deg, from_deg)
        self.down(start_s + 2.0, to_deg, from_deg)

    def mark(self, kind: MarkKind, at_s: float) -> None:
        self._say(self.keeper.mark(kind, at_s))

    def hole(self, lost_s: float, resumed_s: float = 0.0) -> None:
        self._pairing.restart()
        self._say(self.keeper.gap(lost_s, resumed_s))

    def rest(self) -> None:
        """Rest until the set is over."""
        self._say(self.keeper.end())

    @property
    def sets(self) -> tuple[SetRecord, ...]:
        return self._ledger.sets

    @property
    def reps(self) -> list[int]:
        """Reps of each set."""
        return [len(record.reps) for record in self.sets]

    def words(self) -> list[str]:
        """Return what was said, without phases and news of reps."""
        told = []
        for event in self.said:
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

    def _move(self, start_s: float, end_s: float, from_deg: float, to_deg: float) -> None:
        self._number += 1
        self._take(movement(self._number, start_s, end_s, from_deg, to_deg))

    def _take(self, each: Movement) -> None:
        for news in self._pairing.feed(each):
            self._say(self.keeper.feed(news))

    def _say(self, events: Iterable[Event]) -> None:
        told = tuple(events)
        self.said += told
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
    (counted,) = [event for event in training.said if isinstance(event, RepCounted)]
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
    assert training.said == []


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
    assert training.keeper.deadline_s == math.inf
    training.rep(3.0)
    assert training.keeper.deadline_s == pytest.approx(6.5 + HIP_THRUST.set_gap_s)
    training.up(8.0)
    # A lockout may be held for longer than one rests.
    assert training.keeper.deadline_s > 9.0 + HIP_THRUST.set_gap_s
    training.rest()
    assert training.keeper.deadline_s == math.inf


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
    training.keeper.saturated(8.4, 8.5)
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
    phases = [event.phase.value for event in training.said if isinstance(event, PhaseStarted)]
    assert phases == ["lockout", "bottom"]
