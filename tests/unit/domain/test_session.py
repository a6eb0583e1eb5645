from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.domain import (
    Cue,
    Fault,
    FaultReason,
    Gap,
    Ledger,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from tracker.domain import Event


def rep(index: int, start_s: float) -> Rep:
    return Rep(index=index, start_s=start_s, end_s=start_s + 3.0, complete=True, phases=())


def told(*events: Event) -> Ledger:
    ledger = Ledger()
    for event in events:
        ledger.accept((event,))
    return ledger


def test_counted_reps_become_known_reps() -> None:
    ledger = told(SetStarted(1.0, 1), RepCounted(2.0, 1, 1))
    (under_way,) = ledger.sets
    assert (under_way.reps, under_way.counted, under_way.ended) == ((), 1, False)
    assert (under_way.start_s, under_way.end_s) == (1.0, 1.0)

    ledger.accept((RepCompleted(4.0, 1, rep(1, 1.0)), RepCounted(6.0, 1, 2)))
    (record,) = ledger.sets
    assert record.reps == (rep(1, 1.0),)
    assert (record.counted, record.start_s, record.end_s) == (2, 1.0, 4.0)


def test_a_revision_replaces_and_a_withdrawal_removes() -> None:
    better = replace(rep(1, 1.0), bottom_s=0.5)
    ledger = told(
        SetStarted(1.0, 1),
        RepCounted(2.0, 1, 1),
        RepCompleted(4.0, 1, rep(1, 1.0)),
        RepRevised(2.0, 1, 1, better, "the next rep has begun"),
        RepCounted(6.0, 1, 2),
        RepCompleted(8.0, 1, rep(2, 5.0)),
        RepRevised(6.0, 1, 2, None, "nothing alike followed"),
    )
    (record,) = ledger.sets
    assert record.reps == (better,)
    assert record.counted == 1


def test_a_rep_that_was_counted_and_never_completed_can_be_withdrawn() -> None:
    ledger = told(SetStarted(1.0, 1), RepCounted(2.0, 1, 1), RepRevised(2.0, 1, 1, None, "none"))
    (record,) = ledger.sets
    assert (record.reps, record.counted) == ((), 0)


def test_a_set_that_came_to_nothing_is_none() -> None:
    ledger = told(
        SetStarted(1.0, 1),
        RepCounted(2.0, 1, 1),
        RepRevised(2.0, 1, 1, None, "nothing alike followed"),
        SetEnded(4.0, 1, 0),
    )
    assert ledger.sets == ()


def test_the_number_of_a_withdrawn_set_is_used_again() -> None:
    ledger = told(SetStarted(1.0, 1), SetEnded(4.0, 1, 0), SetStarted(9.0, 1))
    ledger.accept((RepCounted(10.0, 1, 1), RepCompleted(12.0, 1, rep(1, 9.0))))
    (record,) = ledger.sets
    assert (record.index, record.start_s, record.ended) == (1, 9.0, False)


def test_reps_are_in_order_whatever_came_late() -> None:
    ledger = told(
        SetStarted(1.0, 1),
        RepCounted(2.0, 1, 1),
        RepCounted(6.0, 1, 2),
        RepCompleted(8.0, 1, rep(2, 5.0)),
        RepCompleted(8.0, 1, rep(1, 1.0)),
        SetEnded(8.0, 1, 2),
    )
    (record,) = ledger.sets
    assert [each.index for each in record.reps] == [1, 2]
    assert (record.start_s, record.end_s, record.ended) == (1.0, 8.0, True)


def test_gaps_are_kept_and_faults_are_added_up() -> None:
    ledger = told(
        Gap(1.0, 2.0),
        Fault(2.0, FaultReason.LOST, "3 packets", 3),
        Fault(3.0, FaultReason.LOST, "2 packets", 2),
        Fault(3.0, FaultReason.LENGTH, "short"),
        Cue(3.0, "Up"),
    )
    assert ledger.gaps == (Gap(1.0, 2.0),)
    assert ledger.faults == {FaultReason.LOST: 5, FaultReason.LENGTH: 1}
    assert ledger.sets == ()
