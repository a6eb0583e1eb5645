"""A whole training as it was measured, with what the wearer says of it; kept and exported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain.entries import PainEntered
    from tracker.domain.events import CalibrationEvent, FaultReason, Gap
    from tracker.domain.session import Ledger, SessionInfo, SetRecord


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What was read, besides what was found in it."""

    path: str
    """The file as the user named it."""
    sensor: str
    """Kind of the sensor, or the format of a foreign file."""
    rate_hz: float | None
    """Measured samples per second; None if there were too few to tell."""
    duration_s: float | None
    """From the first sample to the last, s; None if there was no sample."""
    samples: int
    """Samples that could be used."""


@dataclass(frozen=True, slots=True)
class Workout:
    """One training of one exercise."""

    info: SessionInfo
    """The head of its recording; names the exercise and the time of second 0."""
    facts: SourceFacts
    """What was read."""
    sets: tuple[SetRecord, ...]
    """Sets in order, with what was planned and entered."""
    gaps: tuple[Gap, ...]
    """Every reported gap, in order."""
    faults: Mapping[FaultReason, int]
    """How often each kind of fault was reported."""
    pain: tuple[PainEntered, ...] = ()
    """How much it hurt, in the order in which it was said."""
    note: str = ""
    """What the wearer says of the whole session."""
    calibrations: tuple[CalibrationEvent, ...] = ()
    """When the wearer's own level became known or was lost, in order."""


def workout_of(info: SessionInfo, ledger: Ledger, facts: SourceFacts) -> Workout:
    """Return the training that a ledger adds up to.

    Parameters
    ----------
    info
        The head of the recording, or what was assumed for a foreign file.
    ledger
        Everything that the engine said, added up.
    facts
        What was read.
    """
    return Workout(
        info,
        facts,
        ledger.sets,
        ledger.gaps,
        ledger.faults,
        ledger.pain,
        ledger.note,
        ledger.calibrations,
    )
