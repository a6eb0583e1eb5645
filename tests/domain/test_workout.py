from __future__ import annotations

from tracker.domain import (
    Calibrated,
    Fault,
    FaultReason,
    Gap,
    NoteEntered,
    PainEntered,
    PainMoment,
    SessionInfo,
    SessionState,
    SourceFacts,
    UserInput,
    workout_of,
)

FACTS = SourceFacts("x.csv", "csv", 100.0, 1.0, 100)


def test_a_workout_is_everything_that_a_ledger_knows() -> None:
    ledger = SessionState()
    ledger.accept(
        (
            Gap(1.0, 2.0),
            Fault(2.0, FaultReason.LOST, "", 3),
            UserInput(3.0, PainEntered(2, PainMoment.BEFORE)),
            UserInput(4.0, NoteEntered("stiff")),
            Calibrated(9.0, 0.4),
        )
    )
    workout = workout_of(SessionInfo("samples"), ledger, FACTS)
    assert workout.facts is FACTS
    assert workout.gaps == (Gap(1.0, 2.0),)
    assert workout.faults == {FaultReason.LOST: 3}
    assert workout.pain == (PainEntered(2, PainMoment.BEFORE),)
    assert workout.note == "stiff"
    assert workout.calibrations == (Calibrated(9.0, 0.4),)
