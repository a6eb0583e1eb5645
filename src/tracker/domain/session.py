"""What is known about a session besides its bytes, and what the events of it add up to.

A whole training as it was measured, with what the wearer says of it; kept and exported.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tracker.domain.events import (
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Fault,
    FaultReason,
    Gap,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
    UserInput,
)
from tracker.domain.plan import (
    LoadEntered,
    NoteEntered,
    PainEntered,
    Plan,
    PlanChosen,
    RepsAdjusted,
    RpeEntered,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.domain.events import CalibrationEvent, Event, Rep
    from tracker.domain.plan import Entry


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """The head of a recording."""

    sensor: str
    """Kind of the sensor, which names the decoder."""
    exercise: str = "hip_thrust"
    """Name of the exercise that was trained."""
    started_utc: str | None = None
    """Wall-clock time of session second 0, ISO 8601 with offset; None if unknown."""
    device_name: str | None = None
    """What the sensor calls itself."""
    firmware: str | None = None
    """Version of the sensor's firmware, as it says itself."""
    origin: str = "live"
    """Where the bytes come from: live, imported or synthetic."""
    settings: str | None = None
    """Settings of the decoder as `key=value` words, should the sensor's own configuration be lost
    from the recording; None where there are none."""
    second_sensor: str | None = None
    """Kind of the sensor that is device 1 of the recording; None without one."""
    second_device_name: str | None = None
    """What that one calls itself."""
    second_settings: str | None = None
    """Settings of its decoder, as above."""
    note: str = ""
    """Free text; synthetic sessions say here that they are."""


@dataclass(frozen=True, slots=True)
class SetEntries:
    """What the wearer says of a set, beside what was measured of it."""

    load_kg: float | None = None
    """Load that it was done with, kg; None leaves the plan's."""
    rpe: float | None = None
    """Perceived exertion, 0 to 10."""
    note: str = ""
    reps_by: int = 0
    """Reps to add to what was counted; below 0 takes away."""
    reps: int | None = None
    """Reps as corrected afterwards, whatever was or will be counted; None leaves the count."""


NO_PLAN: Final = Plan()
"""The plan of a session in which none was made."""

NO_ENTRIES: Final = SetEntries()
"""What is said of a set of which nothing is said."""


@dataclass(frozen=True, slots=True)
class SetRecord:
    """One set as it is known now."""

    index: int
    """Number in the session, from 1."""
    start_s: float
    """Start of its first rep, s."""
    end_s: float
    """End of its last rep so far, s."""
    reps: tuple[Rep, ...]
    """Reps that count and whose end was seen, in order."""
    counted: int
    """Reps announced so far; one more than `reps` while a rep is under way."""
    ended: bool
    """True once no further rep can belong to it."""
    plan: Plan = NO_PLAN
    """What was planned when it started."""
    entries: SetEntries = NO_ENTRIES
    """What the wearer says of it."""

    @property
    def done(self) -> int:
        """Reps that count for the wearer: as counted, corrected by what was entered."""
        if self.entries.reps is not None:
            return self.entries.reps
        return max(0, self.counted + self.entries.reps_by)

    @property
    def load_kg(self) -> float | None:
        """Load on the hips, kg: as entered for the set, else as planned; None is not said."""
        return self.plan.load_kg if self.entries.load_kg is None else self.entries.load_kg


MOST_WARNINGS: Final = 20
"""More different warnings than this tell nothing new."""


@dataclass(frozen=True, slots=True)
class DataWarning:
    """Something to know about the data or the analysis as a whole."""

    kind: str
    """What for programs, as `detector_restarted`."""
    text: str
    """What for people, a line."""


@dataclass(slots=True)
class _OpenSet:
    start_s: float
    plan: Plan
    counted: set[int] = field(default_factory=set)
    reps: dict[int, Rep] = field(default_factory=dict)
    ended: bool = False


@dataclass(slots=True)
class SessionState:
    """Adds events up to sets and reps; revisions replace, withdrawals remove."""

    _sets: dict[int, _OpenSet] = field(default_factory=dict)
    # What did not change since it was last asked for is the same object: a screen asks often.
    _records: dict[int, SetRecord] = field(default_factory=dict)
    _gaps: list[Gap] = field(default_factory=list)
    _faults: Counter[FaultReason] = field(default_factory=Counter)
    _warnings: dict[DataWarning, None] = field(default_factory=dict)
    _calibrations: list[CalibrationEvent] = field(default_factory=list)
    # By the number of the set, and not in it: a set can be withdrawn and come again.
    _entries: dict[int, SetEntries] = field(default_factory=dict)
    _pain: list[PainEntered] = field(default_factory=list)
    plan: Plan = NO_PLAN
    """The plan that holds now."""
    note: str = ""
    """What the wearer says of the whole session."""

    def accept(self, events: Iterable[Event]) -> None:
        """Take what the engine said."""
        for event in events:
            match event:
                case SetStarted(at_s=start_s, set_index=index):
                    self._sets[index] = _OpenSet(start_s, self.plan)
                    self._records.pop(index, None)
                case RepCounted() | RepCompleted() | RepRevised() | SetEnded():
                    self._progress(self._sets[event.set_index], event)
                    self._records.pop(event.set_index, None)
                case UserInput(entry=entry):
                    self._enter(entry)
                case Gap():
                    self._gaps.append(event)
                case Fault(reason=reason, count=count):
                    self._faults[reason] += count
                    if reason is FaultReason.DETECTOR_RESTARTED:
                        self._warn(DataWarning(reason.value, event.detail))
                case Calibrated() | CalibrationFailed() | CalibrationLost():
                    self._calibrations.append(event)
                case _:
                    pass

    def _warn(self, warning: DataWarning) -> None:
        if len(self._warnings) < MOST_WARNINGS:
            self._warnings[warning] = None

    def _progress(
        self, open_set: _OpenSet, event: RepCounted | RepCompleted | RepRevised | SetEnded
    ) -> None:
        match event:
            case RepCounted(index=number):
                open_set.counted.add(number)
            case RepCompleted(rep=rep):
                open_set.reps[rep.index] = rep
            case RepRevised(index=number, rep=None):
                open_set.counted.discard(number)
                open_set.reps.pop(number, None)
            case RepRevised(index=number, rep=rep) if rep is not None:
                open_set.reps[number] = rep
            case SetEnded():
                open_set.ended = True

    def _enter(self, entry: Entry) -> None:
        match entry:
            case PlanChosen(plan=plan):
                self.plan = plan
            case PainEntered():
                self._pain.append(entry)
            case NoteEntered(text=text, set_index=None):
                self.note = text
            case _:
                before = self._entries.get(entry.set_index or 0, NO_ENTRIES)
                self._entries[entry.set_index or 0] = with_entry(before, entry)
                self._records.pop(entry.set_index or 0, None)

    @property
    def pain(self) -> tuple[PainEntered, ...]:
        """How much it hurt, in the order in which it was said."""
        return tuple(self._pain)

    @property
    def sets(self) -> tuple[SetRecord, ...]:
        """The sets that have at least one rep, in order; an ended set without any is not one."""
        return tuple(
            self._record(index, open_set)
            for index, open_set in self._sets.items()
            if open_set.counted or not open_set.ended
        )

    def _record(self, index: int, open_set: _OpenSet) -> SetRecord:
        if index not in self._records:
            reps = _in_order(open_set)
            self._records[index] = SetRecord(
                index=index,
                start_s=reps[0].start_s if reps else open_set.start_s,
                end_s=reps[-1].end_s if reps else open_set.start_s,
                reps=reps,
                counted=len(open_set.counted),
                ended=open_set.ended,
                plan=open_set.plan,
                entries=self._entries.get(index, NO_ENTRIES),
            )
        return self._records[index]

    @property
    def newest_set(self) -> int:
        """Highest number that a set has had, also one that was withdrawn; 0 before the first."""
        return max(self._sets, default=0)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every reported gap, in order."""
        return tuple(self._gaps)

    @property
    def faults(self) -> dict[FaultReason, int]:
        """How often each kind of fault was reported."""
        return dict(self._faults)

    @property
    def warnings(self) -> tuple[DataWarning, ...]:
        """What is to be known of the analysis as a whole, each once, in order."""
        return tuple(self._warnings)

    @property
    def calibrations(self) -> tuple[CalibrationEvent, ...]:
        """When the wearer's own level became known or was lost, in order."""
        return tuple(self._calibrations)


def with_entry(
    entries: SetEntries, entry: RepsAdjusted | LoadEntered | RpeEntered | NoteEntered
) -> SetEntries:
    """Return what is said of a set once `entry` is said, too."""
    match entry:
        case RepsAdjusted(by=by):
            return replace(entries, reps_by=entries.reps_by + by)
        case LoadEntered(load_kg=load_kg):
            return replace(entries, load_kg=load_kg)
        case RpeEntered(rpe=rpe):
            return replace(entries, rpe=rpe)
        case NoteEntered(text=text):
            return replace(entries, note=text)


def _in_order(open_set: _OpenSet) -> tuple[Rep, ...]:
    return tuple(open_set.reps[number] for number in sorted(open_set.reps))


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
    warnings: tuple[DataWarning, ...] = ()
    """What is to be known of the analysis as a whole."""


def workout_of(info: SessionInfo, ledger: SessionState, facts: SourceFacts) -> Workout:
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
        ledger.warnings,
    )
