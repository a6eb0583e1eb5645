"""A session: the head of its recording, its sets as events add them up, and the whole training.

`SessionState` turns events into `SetRecord`s; a `Workout` is the finished training with what the
wearer entered, as the log keeps it and exports write it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from tracker.domain.errors import InputError
from tracker.domain.events import (
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    DataWarned,
    DataWarning,
    Fault,
    FaultReason,
    Gap,
    HeartRateRead,
    LinkChanged,
    LinkState,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
    UserInput,
    WarningKind,
)
from tracker.domain.exercises import exercise_named
from tracker.domain.heart_rate import HeartRate, HeartRateLog
from tracker.domain.loads import LoadUnit, parse_load_kg
from tracker.domain.plan import (
    MOST_REPS,
    MOST_RPE,
    NO_PLAN,
    AdviceGiven,
    LoadEntered,
    NoteEntered,
    PainEntered,
    Plan,
    PlanChosen,
    RepsAdjusted,
    RpeEntered,
    SetMarked,
    Side,
    TimedDone,
    side_named,
)
from tracker.domain.units import decimal_number
from tracker.language import _, localized

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    """Name of the sensor, as it reports it."""
    firmware: str | None = None
    """Version of the sensor's firmware, as it reports it."""
    origin: str = "live"
    """Where the bytes come from: live, imported or synthetic."""
    settings: str | None = None
    """Settings of the decoder as `key=value` words, in case the recording lacks the sensor's own
    configuration; None without any."""
    second_sensor: str | None = None
    """Kind of the sensor that is device 1 of the recording; None without one."""
    second_device_name: str | None = None
    """Its name, as it reports it."""
    second_settings: str | None = None
    """Settings of its decoder, as above."""
    note: str = ""
    """Free text; it marks synthetic sessions as such."""
    person: str | None = None
    """Name of whoever trained, where several people do; None where it is always the same one."""


YEARS: Final = range(1970, 2200)
"""Years in which a session may start: farther dates overflow in some time zone or format."""


def start_problem(info: SessionInfo) -> str | None:
    """Return what is wrong with the time at which a session started, or None."""
    text = info.started_utc
    if text is None:
        return None
    try:
        year = datetime.fromisoformat(text).year
    except ValueError:
        return _("started_utc is {text!r}, which is not a date and time").format(text=text[:40])
    if year not in YEARS:
        return _("started_utc is {text!r}, expected {first} to {last}").format(
            text=text[:40], first=YEARS[0], last=YEARS[-1]
        )
    return None


@dataclass(frozen=True, slots=True)
class SetEntries:
    """What the wearer entered about a set, beside what was measured."""

    load_kg: float | None = None
    """Actual load, kg; None leaves the planned one."""
    rpe: float | None = None
    """Perceived exertion, 0 to 10."""
    note: str = ""
    reps_by: int = 0
    """Reps to add to the count; negative to subtract."""
    reps: int | None = None
    """Reps as corrected afterwards, which replace any count; None leaves the count."""
    warm_up: bool | None = None
    """Whether it was a warm-up; None leaves what was planned."""
    side: Side | None = None
    """Which leg worked; None leaves what was planned."""
    exercise: str | None = None
    """What was trained; None leaves what was planned."""


NO_ENTRIES: Final = SetEntries()
"""The entries of a set without any."""


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
    """Counted reps whose end was seen, in order."""
    counted: int
    """Reps counted so far; one more than `reps` while a rep is under way."""
    ended: bool
    """True once no further rep can belong to it."""
    plan: Plan = NO_PLAN
    """The plan when it started."""
    entries: SetEntries = NO_ENTRIES
    """What the wearer entered about it."""
    count_confidence: float | None = None
    """Probability that the number of reps is exact, 0 to 1; None until it has ended."""

    @property
    def sensed(self) -> bool:
        """Whether a sensor saw any of it; the times of any other set only put it in order."""
        return bool(self.reps) or self.counted > 0

    @property
    def length_s(self) -> float | None:
        """From its first rep to the end of its last, s; None if no sensor saw it."""
        return self.end_s - self.start_s if self.sensed else None

    @property
    def done(self) -> int:
        """Reps done: the count, corrected by what the wearer entered."""
        if self.entries.reps is not None:
            return self.entries.reps
        return max(0, self.counted + self.entries.reps_by)

    @property
    def load_kg(self) -> float | None:
        """Load on the hips, kg: as entered for the set, else as planned; None is unknown."""
        return self.plan.load_kg if self.entries.load_kg is None else self.entries.load_kg

    @property
    def warm_up(self) -> bool:
        """Whether it was a warm-up set."""
        return self.plan.warm_up if self.entries.warm_up is None else self.entries.warm_up

    @property
    def side(self) -> Side | None:
        """Which leg worked; None is both."""
        return self.plan.side if self.entries.side is None else self.entries.side

    @property
    def exercise(self) -> str | None:
        """What was trained; None is the exercise of the session."""
        return self.plan.exercise if self.entries.exercise is None else self.entries.exercise


@dataclass(frozen=True, slots=True)
class TimedRecord:
    """Something that was done for a time and that the sensor cannot count: a plank, a stretch."""

    activity: str
    start_s: float
    """Session time of its start, s."""
    duration_s: float
    side: Side | None = None
    """Which side; None is both."""
    warm_up: bool = False

    @property
    def end_s(self) -> float:
        """Session time of its end, s."""
        return self.start_s + self.duration_s


MOST_WARNINGS: Final = 20
"""More different warnings than this tell nothing new."""


def warning_in(event: Event) -> DataWarning | None:
    """Return what an event tells about the data or the analysis as a whole, or None."""
    match event:
        case DataWarned(warning=warning):
            return warning
        case Fault(reason=FaultReason.DETECTOR_RESTARTED, detail=detail):
            return DataWarning(WarningKind.DETECTOR_RESTARTED, detail)
        case _:
            return None


class Sink(Protocol):
    """Whatever takes the events of a session: a screen, a file, the audio, the log."""

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        """Take events, emitted when the newest sample given to the engine was of `newest_s`.

        None before the first sample.
        """


@dataclass(slots=True)
class _OpenSet:
    start_s: float
    plan: Plan
    counted: set[int] = field(default_factory=set)
    reps: dict[int, Rep] = field(default_factory=dict)
    ended: bool = False
    count_confidence: float | None = None


@dataclass(slots=True)
class SessionState:
    """Adds events up to sets and reps; a revision replaces a rep, a withdrawal removes it."""

    _sets: dict[int, _OpenSet] = field(default_factory=dict)
    # A set that did not change stays the same object: a screen reads it often.
    _records: dict[int, SetRecord] = field(default_factory=dict)
    _gaps: list[Gap] = field(default_factory=list)
    _faults: Counter[FaultReason] = field(default_factory=Counter)
    _warnings: dict[DataWarning, None] = field(default_factory=dict)
    _calibrations: list[CalibrationEvent] = field(default_factory=list)
    # By set number, not in the set: a set can be withdrawn and start again.
    _entries: dict[int, SetEntries] = field(default_factory=dict)
    _pain: list[PainEntered] = field(default_factory=list)
    _timed: list[TimedRecord] = field(default_factory=list)
    plan: Plan = NO_PLAN
    """The current plan."""
    heart_rate: HeartRateLog = field(default_factory=HeartRateLog)
    """What the sensors sent of the heart."""
    note: str = ""
    """The wearer's note on the whole session."""
    advice: AdviceGiven | None = None
    """What was advised before the first rep."""

    def accept(self, events: Iterable[Event]) -> None:
        """Take events of the engine, in order."""
        for event in events:
            if (warning := warning_in(event)) is not None:
                self._warn(warning)
            match event:
                case SetStarted(at_s=start_s, set_index=index):
                    self._sets[index] = _OpenSet(start_s, self.plan)
                    self._records.pop(index, None)
                case RepCounted() | RepCompleted() | RepRevised() | SetEnded():
                    self._progress(self._sets[event.set_index], event)
                    self._records.pop(event.set_index, None)
                case UserInput(at_s=at_s, entry=entry):
                    self._enter(entry, at_s)
                case HeartRateRead():
                    self.heart_rate.accept(event)
                case LinkChanged(state=state) if state is not LinkState.STREAMING:
                    self.heart_rate.forget(event.device)
                case Gap():
                    self._gaps.append(event)
                case Fault(reason=reason, count=count):
                    self._faults[reason] += count
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
            case SetEnded(count_confidence=confidence):
                open_set.ended = True
                open_set.count_confidence = confidence

    def _enter(self, entry: Entry, at_s: float) -> None:
        match entry:
            case TimedDone():
                self._timed.append(_timed(at_s, entry))
            case PlanChosen(plan=plan):
                self.plan = plan
            case PainEntered():
                self._pain.append(entry)
            case AdviceGiven():
                self.advice = entry
            case NoteEntered(text=text, set_index=None):
                self.note = text
            case _:
                before = self._entries.get(entry.set_index or 0, NO_ENTRIES)
                self._entries[entry.set_index or 0] = _with_entry(before, entry)
                self._records.pop(entry.set_index or 0, None)

    @property
    def pain(self) -> tuple[PainEntered, ...]:
        """Pain scores in the order in which they were entered."""
        return tuple(self._pain)

    @property
    def timed(self) -> tuple[TimedRecord, ...]:
        """What was done for a time, in order."""
        return tuple(self._timed)

    @property
    def sets(self) -> tuple[SetRecord, ...]:
        """The sets in order; one that ended without a rep is left out."""
        return tuple(
            self._record(index, open_set)
            for index, open_set in self._sets.items()
            if open_set.counted or not open_set.ended
        )

    def _record(self, index: int, open_set: _OpenSet) -> SetRecord:
        if index not in self._records:
            reps = tuple(open_set.reps[number] for number in sorted(open_set.reps))
            self._records[index] = SetRecord(
                index=index,
                start_s=reps[0].start_s if reps else open_set.start_s,
                end_s=reps[-1].end_s if reps else open_set.start_s,
                reps=reps,
                counted=len(open_set.counted),
                ended=open_set.ended,
                plan=open_set.plan,
                entries=self._entries.get(index, NO_ENTRIES),
                count_confidence=open_set.count_confidence,
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
        """How many packets or samples each kind of fault concerned."""
        return dict(self._faults)

    @property
    def warnings(self) -> tuple[DataWarning, ...]:
        """What is to be known of the analysis as a whole, each once, in order."""
        return tuple(self._warnings)

    @property
    def calibrations(self) -> tuple[CalibrationEvent, ...]:
        """When the wearer's lockout was calibrated or lost, in order."""
        return tuple(self._calibrations)


def _timed(at_s: float, done: TimedDone) -> TimedRecord:
    """Return the record of what ended at `at_s`."""
    return TimedRecord(
        done.activity, at_s - done.duration_s, done.duration_s, done.side, done.warm_up
    )


def _with_entry(
    entries: SetEntries, entry: RepsAdjusted | LoadEntered | RpeEntered | NoteEntered | SetMarked
) -> SetEntries:
    """Return the entries of a set with one more."""
    match entry:
        case RepsAdjusted(by=by):
            return replace(entries, reps_by=entries.reps_by + by)
        case LoadEntered(load_kg=load_kg):
            return replace(entries, load_kg=load_kg)
        case RpeEntered(rpe=rpe):
            return replace(entries, rpe=rpe)
        case NoteEntered(text=text):
            return replace(entries, note=text)
        case SetMarked():
            said = {name: getattr(entry, name) for name in ("warm_up", "side", "exercise")}
            return replace(
                entries, **{name: each for name, each in said.items() if each is not None}
            )


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """The source that a workout was read from."""

    path: str
    """The file as the user named it."""
    sensor: str
    """Kind of the sensor, or the format of a foreign file."""
    rate_hz: float | None
    """Measured samples per second; None if there were too few to tell."""
    duration_s: float | None
    """From the first sample to the last, s; None if there was no sample."""
    samples: int
    """Usable samples."""

    @property
    def name(self) -> str:
        """The name of the file alone, for what is passed on: its folders name the wearer."""
        return re.split(r"[/\\\\]", self.path.partition("?")[0].rstrip("/\\"))[-1]


@dataclass(frozen=True, slots=True)
class Workout:
    """One training of one exercise."""

    info: SessionInfo
    """The head of its recording: exercise, time of second 0, sensor."""
    facts: SourceFacts
    """Where it was read from."""
    sets: tuple[SetRecord, ...]
    """Sets in order, with plans and entries."""
    gaps: tuple[Gap, ...]
    """Every reported gap, in order."""
    faults: Mapping[FaultReason, int]
    """How many packets or samples each kind of fault concerned."""
    pain: tuple[PainEntered, ...] = ()
    """Pain scores in the order in which they were entered."""
    note: str = ""
    """The wearer's note on the whole session."""
    calibrations: tuple[CalibrationEvent, ...] = ()
    """When the wearer's lockout was calibrated or lost, in order."""
    warnings: tuple[DataWarning, ...] = ()
    """What the user should know about the data or the analysis as a whole."""
    advice: AdviceGiven | None = None
    """What was advised before the first rep, and whether the wearer went along."""
    timed: tuple[TimedRecord, ...] = ()
    """What was done for a time, in order."""
    heart_rates: tuple[HeartRate, ...] = ()
    """Every known reading of the heart rate, in order; empty without a sensor that sends it."""

    @property
    def working_sets(self) -> tuple[SetRecord, ...]:
        """The sets without warm-ups: what counts for progression, records and volume."""
        return tuple(record for record in self.sets if not record.warm_up)

    def exercise_of(self, record: SetRecord) -> str:
        """Return what was trained in a set."""
        return record.exercise or self.info.exercise

    @property
    def empty(self) -> bool:
        """Whether there is nothing to remember: no set was found, and nothing was entered."""
        return not (self.sets or self.pain or self.note)


def workout_of(info: SessionInfo, state: SessionState, facts: SourceFacts) -> Workout:
    """Return the training that a session's state adds up to.

    The info is the head of the recording, or what was assumed for a foreign file.
    """
    return Workout(
        info,
        facts,
        state.sets,
        state.gaps,
        state.faults,
        state.pain,
        state.note,
        state.calibrations,
        state.warnings,
        state.advice,
        state.timed,
        state.heart_rate.readings,
    )


_SET_WORDS: Final = ("reps", "load", "rpe", "side", "exercise", "warm_up")


def parse_set(text: str, unit: LoadUnit = LoadUnit.KG) -> SetEntries:
    """Return a set that no sensor saw, written as `reps=10 load=60kg rpe=8`.

    Also `side=left`, `exercise=NAME` and `warm_up=yes`; a load takes `kg` or `lb`, without one it
    is in `unit`. Raises `InputError` for anything else, or a number off its scale.
    """
    said: dict[str, str] = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or not value or name not in _SET_WORDS or name in said:
            raise InputError(
                "set",
                _("can't read {word!r}").format(word=word),
                _("Write it as reps=10 load=60kg rpe=8; known: {names}.").format(
                    names=", ".join(_SET_WORDS)
                ),
            )
        said[name] = value
    if "reps" not in said:
        raise InputError("set", _("reps are missing"), _("Write it as reps=10 load=60kg rpe=8."))
    if said.get("warm_up", "yes") not in ("yes", "no"):
        raise InputError(
            "warm_up", _("expected yes or no, got {word!r}").format(word=said["warm_up"])
        )
    return SetEntries(
        load_kg=parse_load_kg(said["load"], unit) if "load" in said else None,
        rpe=_number("rpe", said["rpe"], MOST_RPE) if "rpe" in said else None,
        reps=int(_number("reps", said["reps"], MOST_REPS, whole=True)),
        warm_up=said["warm_up"] == "yes" if "warm_up" in said else None,
        side=side_named(said["side"]) if "side" in said else None,
        exercise=exercise_named(said["exercise"]).name if "exercise" in said else None,
    )


def set_words(entries: SetEntries) -> str:
    """Return what `parse_set` reads as these entries; a note is left out."""
    load_kg = entries.load_kg
    parts = {
        "reps": entries.reps,
        "load": None if load_kg is None else f"{load_kg!r}kg",
        "rpe": entries.rpe,
        "side": None if entries.side is None else entries.side.value,
        "exercise": entries.exercise,
        "warm_up": None if entries.warm_up is None else "yes" if entries.warm_up else "no",
    }
    return " ".join(f"{name}={value}" for name, value in parts.items() if value is not None)


def _number(name: str, text: str, most: float, *, whole: bool = False) -> float:
    wanted = (
        _("expected a whole number from 0 to {most}, got {text!r}")
        if whole
        else _("expected a number from 0 to {most}, got {text!r}")
    ).format(most=localized(f"{most:g}"), text=text)
    try:
        number = decimal_number(text)
    except ValueError:
        raise InputError(name, wanted) from None
    if not 0.0 <= number <= most or (whole and number != int(number)):
        raise InputError(name, wanted)
    return number
