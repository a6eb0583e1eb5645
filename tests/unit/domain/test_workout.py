from __future__ import annotations

from tracker.domain import (
    Calibrated,
    Entered,
    Fault,
    FaultReason,
    Gap,
    Ledger,
    NoteEntered,
    PainEntered,
    PainMoment,
    SessionInfo,
    SourceFacts,
    workout_of,
)

FACTS = SourceFacts("x.csv", "csv", 100.0, 1.0, 100)


def test_a_workout_is_everything_that_a_ledger_knows() -> None:
    ledger = Ledger()
    ledger.accept(
        (
            Gap(1.0, 2.0),
            Fault(2.0, FaultReason.LOST, "", 3),
            Entered(3.0, PainEntered(2, PainMoment.BEFORE)),
            Entered(4.0, NoteEntered("stiff")),
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
