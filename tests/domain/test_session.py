from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.domain import (
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Cue,
    CueKind,
    DataWarned,
    DataWarning,
    Fault,
    FaultReason,
    Gap,
    LoadEntered,
    NoteEntered,
    PainEntered,
    PainMoment,
    Plan,
    PlanChosen,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    RepsAdjusted,
    RpeEntered,
    SessionInfo,
    SessionState,
    SetEnded,
    SetStarted,
    SourceFacts,
    UserInput,
    WarningKind,
    workout_of,
)

if TYPE_CHECKING:
    from tracker.domain import Event


def rep(index: int, start_s: float) -> Rep:
    return Rep(index=index, start_s=start_s, end_s=start_s + 3.0, complete=True, phases=())


def added_up(*events: Event) -> SessionState:
    state = SessionState()
    for event in events:
        state.accept((event,))
    return state


def test_counted_reps_become_known_reps() -> None:
    state = added_up(SetStarted(1.0, 1), RepCounted(2.0, 1, 1))
    (under_way,) = state.sets
    assert (under_way.reps, under_way.counted, under_way.ended) == ((), 1, False)
    assert (under_way.start_s, under_way.end_s) == (1.0, 1.0)

    state.accept((RepCompleted(4.0, 1, rep(1, 1.0)), RepCounted(6.0, 1, 2)))
    (record,) = state.sets
    assert record.reps == (rep(1, 1.0),)
    assert (record.counted, record.start_s, record.end_s) == (2, 1.0, 4.0)


def test_a_revision_replaces_and_a_withdrawal_removes() -> None:
    better = replace(rep(1, 1.0), bottom_s=0.5)
    state = added_up(
        SetStarted(1.0, 1),
        RepCounted(2.0, 1, 1),
        RepCompleted(4.0, 1, rep(1, 1.0)),
        RepRevised(2.0, 1, 1, better, "the next rep has begun"),
        RepCounted(6.0, 1, 2),
        RepCompleted(8.0, 1, rep(2, 5.0)),
        RepRevised(6.0, 1, 2, None, "nothing alike followed"),
    )
    (record,) = state.sets
    assert record.reps == (better,)
    assert record.counted == 1


def test_a_rep_that_was_counted_and_never_completed_can_be_withdrawn() -> None:
    state = added_up(
        SetStarted(1.0, 1), RepCounted(2.0, 1, 1), RepRevised(2.0, 1, 1, None, "none")
    )
    (record,) = state.sets
    assert (record.reps, record.counted) == ((), 0)


def test_a_set_that_came_to_nothing_is_none() -> None:
    state = added_up(
        SetStarted(1.0, 1),
        RepCounted(2.0, 1, 1),
        RepRevised(2.0, 1, 1, None, "nothing alike followed"),
        SetEnded(4.0, 1, 0),
    )
    assert state.sets == ()


def test_the_number_of_a_withdrawn_set_is_used_again() -> None:
    state = added_up(SetStarted(1.0, 1), SetEnded(4.0, 1, 0), SetStarted(9.0, 1))
    state.accept((RepCounted(10.0, 1, 1), RepCompleted(12.0, 1, rep(1, 9.0))))
    (record,) = state.sets
    assert (record.index, record.start_s, record.ended) == (1, 9.0, False)


def test_reps_are_in_order_whatever_came_late() -> None:
    state = added_up(
        SetStarted(1.0, 1),
        RepCounted(2.0, 1, 1),
        RepCounted(6.0, 1, 2),
        RepCompleted(8.0, 1, rep(2, 5.0)),
        RepCompleted(8.0, 1, rep(1, 1.0)),
        SetEnded(8.0, 1, 2),
    )
    (record,) = state.sets
    assert [each.index for each in record.reps] == [1, 2]
    assert (record.start_s, record.end_s, record.ended) == (1.0, 8.0, True)


def test_gaps_are_kept_and_faults_are_added_up() -> None:
    state = added_up(
        Gap(1.0, 2.0),
        Fault(2.0, FaultReason.LOST, "3 packets", 3),
        Fault(3.0, FaultReason.LOST, "2 packets", 2),
        Fault(3.0, FaultReason.LENGTH, "short"),
        Cue(3.0, "Up", CueKind.HOLD_LONGER, 1),
    )
    assert state.gaps == (Gap(1.0, 2.0),)
    assert state.faults == {FaultReason.LOST: 5, FaultReason.LENGTH: 1}
    assert state.sets == ()


def test_a_set_has_the_plan_that_held_when_it_started() -> None:
    state = added_up(
        UserInput(0.0, PlanChosen(Plan(load_kg=60.0))),
        SetStarted(1.0, 1),
        UserInput(1.5, PlanChosen(Plan(load_kg=70.0))),
        RepCounted(2.0, 1, 1),
        SetEnded(4.0, 1, 1),
        SetStarted(9.0, 2),
        RepCounted(10.0, 2, 1),
    )
    assert [record.load_kg for record in state.sets] == [60.0, 70.0]
    assert state.plan == Plan(load_kg=70.0)


def test_what_the_wearer_says_stands_beside_what_was_counted() -> None:
    state = added_up(
        SetStarted(1.0, 1),
        RepCounted(2.0, 1, 1),
        UserInput(2.5, RepsAdjusted(1, 1)),
        UserInput(2.6, RepsAdjusted(1, 1)),
        UserInput(2.7, RepsAdjusted(1, -1)),
        RepCounted(6.0, 1, 2),
        UserInput(7.0, LoadEntered(1, 62.5)),
        UserInput(7.0, RpeEntered(1, 8.0)),
        UserInput(7.0, NoteEntered("left hip", 1)),
        UserInput(7.0, NoteEntered("tired")),
        UserInput(8.0, PainEntered(3, PainMoment.BETWEEN, 1)),
    )
    (record,) = state.sets
    assert (record.counted, record.done) == (2, 3)
    assert (record.load_kg, record.entries.rpe, record.entries.note) == (62.5, 8.0, "left hip")
    assert state.note == "tired"
    assert state.pain == (PainEntered(3, PainMoment.BETWEEN, 1),)


def test_a_correction_stays_with_the_number_of_its_set_and_never_goes_below_nothing() -> None:
    state = added_up(
        SetStarted(1.0, 1), RepCounted(2.0, 1, 1), UserInput(2.5, RepsAdjusted(1, -3))
    )
    assert state.sets[0].done == 0
    assert state.sets[0].counted == 1


def test_reps_that_were_put_right_afterwards_hold_whatever_is_counted() -> None:
    (record,) = added_up(SetStarted(1.0, 1), RepCounted(2.0, 1, 1)).sets
    assert replace(record, entries=replace(record.entries, reps=9, reps_by=2)).done == 9


def test_the_history_of_the_own_level_is_kept() -> None:
    history = (
        Calibrated(9.0, 0.4),
        CalibrationLost(60.0, "slipped"),
        CalibrationFailed(70.0, "x"),
    )
    assert added_up(*history).calibrations == history


def test_what_did_not_change_is_the_same_object() -> None:
    state = added_up(SetStarted(1.0, 1), RepCounted(2.0, 1, 1), SetEnded(4.0, 1, 1))
    (first,) = state.sets
    state.accept((SetStarted(20.0, 2), RepCounted(21.0, 2, 1)))
    assert state.sets[0] is first
    second = state.sets[1]
    state.accept((RepCounted(25.0, 2, 2),))
    assert state.sets[1] is not second
    state.accept((UserInput(30.0, RpeEntered(1, 7.0)),))
    assert state.sets[0] is not first
    assert state.sets[0].entries.rpe == 7.0


FACTS = SourceFacts("x.csv", "csv", 100.0, 1.0, 100)


def test_a_workout_is_everything_that_a_ledger_knows() -> None:
    state = SessionState()
    state.accept(
        (
            Gap(1.0, 2.0),
            Fault(2.0, FaultReason.LOST, "", 3),
            UserInput(3.0, PainEntered(2, PainMoment.BEFORE)),
            UserInput(4.0, NoteEntered("stiff")),
            Calibrated(9.0, 0.4),
        )
    )
    workout = workout_of(SessionInfo("samples"), state, FACTS)
    assert workout.facts is FACTS
    assert workout.gaps == (Gap(1.0, 2.0),)
    assert workout.faults == {FaultReason.LOST: 3}
    assert workout.pain == (PainEntered(2, PainMoment.BEFORE),)
    assert workout.note == "stiff"
    assert workout.calibrations == (Calibrated(9.0, 0.4),)


def test_a_warning_is_told_once_wherever_it_comes_from() -> None:
    spread = DataWarning(WarningKind.SAMPLES_SPREAD, "27 stamps stand for 972 samples")
    failed = Fault(3.0, FaultReason.DETECTOR_RESTARTED, "Counting restarted")
    state = added_up(DataWarned(0.0, spread), DataWarned(9.0, spread), failed, failed)
    assert state.warnings == (
        spread,
        DataWarning(WarningKind.DETECTOR_RESTARTED, "Counting restarted"),
    )
