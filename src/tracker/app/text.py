"""Numbers, states and whole sessions as plain text; unknown is a dash, never zero.

`TextOutput` writes a session as lines for terminals without a screen and for pipes; `LinkWords`
picks what is worth a line about links and batteries: trouble, and its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.coach import FLAG_WORDS, OneRepMax, one_rep_max, taken_s
from tracker.domain import (
    LOW_BATTERY_PERCENT,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Cue,
    DataWarned,
    Fault,
    FaultReason,
    Flag,
    LinkChanged,
    LinkState,
    Phase,
    ReferenceRep,
    RepCompleted,
    RepRevised,
    SessionState,
    SetEnded,
    SetStarted,
    exercise_named,
    heart_rate_over,
    mean_of_known,
)
from tracker.domain import tempo_code as code_of
from tracker.domain import tempo_words as words_of
from tracker.domain.foreign_text import one_line
from tracker.domain.loads import load_number, load_text
from tracker.language import _, counted, decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import UnionType

    from tracker.domain import (
        Event,
        Exercise,
        HeartRateRead,
        HeartRateSummary,
        Rep,
        SetRecord,
    )

UNKNOWN: Final = "–"
"""Stands for an unknown value."""


FAULT_WORDS: Final = {
    # Translators: kinds of faults in what a sensor sent; a packet has another length, and so on.
    FaultReason.LENGTH: _("length"),
    FaultReason.VERSION: _("version"),
    FaultReason.FORMAT: _("format"),
    # Translators: packets that never arrived.
    FaultReason.LOST: _("lost"),
    FaultReason.DUPLICATE: _("duplicate"),
    FaultReason.OUT_OF_ORDER: _("out of order"),
    FaultReason.CLOCK: _("clock"),
    FaultReason.UNCONFIGURED: _("unconfigured"),
    FaultReason.UNKNOWN_CHANNEL: _("unknown channel"),
    FaultReason.NOT_FINITE: _("not finite"),
    FaultReason.OVERRUN: _("overrun"),
    FaultReason.DETECTOR_RESTARTED: _("detector restarted"),
}
"""What was wrong with packets, in a word or two."""


def number(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Return `value` with its unit, or the dash alone."""
    return UNKNOWN if value is None else f"{decimal(value, decimals)}{unit}"


def load_cell(load_kg: float | None) -> str:
    """Return a load with its unit for a column of a table, in at most eight characters."""
    if not load_kg:
        # Translators: bodyweight, in a column of loads; at most eight characters.
        return UNKNOWN if load_kg is None else _("body")
    exact = load_text(load_kg)
    tenths = load_text(load_kg, 1)
    return exact if len(tenths) < len(exact) <= 8 else tenths


def clock_time(time_s: float | None) -> str:
    """Return minutes and seconds, as on a stopwatch."""
    if time_s is None:
        return UNKNOWN
    minutes, seconds = divmod(abs(int(time_s)), 60)
    return f"{'-' if time_s <= -1.0 else ''}{minutes}:{seconds:02d}"


def phase_durations_s(rep: Rep) -> dict[Phase, float | None]:
    """Return how long each phase of a rep took, s."""
    return {phase: taken_s(rep, phase) for phase in Phase}


def mean_durations_s(reps: Sequence[Rep]) -> dict[Phase, float | None]:
    """Return the mean duration of each phase, over the reps where it is known, s."""
    each = [phase_durations_s(rep) for rep in reps]
    return {phase: mean_of_known(durations[phase] for durations in each) for phase in Phase}


def tempo_code(durations_s: dict[Phase, float | None]) -> str:
    """Return measured tempo as a code: eccentric, bottom, concentric, top.

    An unknown phase is a dash, and so is a tempo of which nothing is known.
    """
    if all(duration_s is None for duration_s in durations_s.values()):
        return UNKNOWN
    return code_of({phase: number(duration_s) for phase, duration_s in durations_s.items()})


def tempo_words(durations_s: dict[Phase, float | None]) -> str:
    """Return measured tempo in the order of a hip thrust."""
    return words_of({phase: number(duration_s) for phase, duration_s in durations_s.items()})


def reference_words(event: ReferenceRep) -> str:
    """Return how many reference reps are done, and why one does not count."""
    if event.refusal is None:
        return _("reference rep {number} of {all}").format(number=event.index, all=event.of)
    return _("not a reference rep ({number} of {all}): {reason}").format(
        number=event.index, all=event.of, reason=event.refusal
    )


def flag_words(flags: Iterable[Flag]) -> str:
    """Return flags in words; empty without any."""
    return ", ".join(FLAG_WORDS[flag] for flag in flags)


def heart_rate_text(reading: HeartRateRead | None) -> str:
    """Return the heart rate, a dash while it is unknown; empty if no sensor sends one."""
    if reading is None:
        return ""
    # Translators: the heart rate, in beats a minute.
    return _("heart {rate}").format(rate=number(reading.bpm, 0))


def heart_rate_words(summary: HeartRateSummary | None) -> str:
    """Return mean and peak of the heart rate; empty if unknown."""
    if summary is None:
        return ""
    return _("heart {mean:.0f}, max {most}").format(mean=summary.mean_bpm, most=summary.max_bpm)


def set_flag_words(record: SetRecord) -> str:
    """Return the flags of a set, each with the number of its reps."""
    amounts = {flag: sum(flag in rep.flags for rep in record.reps) for flag in Flag}
    return ", ".join(f"{n}× {FLAG_WORDS[flag]}" for flag, n in amounts.items() if n)


_TROUBLE: Final = {
    # Translators: {sensor} is "sensor" or "second sensor", {time} like 12:34 since the start.
    LinkState.WAITING: _("! {sensor} has started and sends nothing yet at {time}"),
    LinkState.STALLED: _("! {sensor} sends nothing at {time}"),
    LinkState.LOST: _("! {sensor} lost at {time}"),
    LinkState.GONE: _("! {sensor} gone for a minute, still searching at {time}"),
}


class LinkWords:
    """Reports trouble when it begins and ends, and a low battery once for each sensor."""

    def __init__(self) -> None:
        self._troubled: set[int] = set()
        self._low: set[int] = set()

    def line(self, event: LinkChanged | BatteryRead) -> str | None:
        """Return the line for an event, or None if there is nothing new."""
        sensor = _("sensor") if event.device == 0 else _("second sensor")
        match event:
            case BatteryRead(percent=percent):
                if percent >= LOW_BATTERY_PERCENT or event.device in self._low:
                    return None
                self._low.add(event.device)
                return _("! battery of the {sensor} at {percent} %: charge it soon").format(
                    sensor=sensor, percent=percent
                )
            case LinkChanged(state=LinkState.STREAMING) if event.device in self._troubled:
                self._troubled.discard(event.device)
                back = _("{sensor} back at {time}")
                return back.format(sensor=sensor, time=clock_time(event.at_s))
            case LinkChanged(state=state) if state in _TROUBLE:
                self._troubled.add(event.device)
                line = _TROUBLE[state].format(sensor=sensor, time=clock_time(event.at_s))
                return f"{line}: {one_line(event.detail)}" if event.detail else line
            case LinkChanged(state=LinkState.RECONNECTING) if event.detail:
                line = _("! {sensor} not reached: {reason}")
                return line.format(sensor=sensor, reason=one_line(event.detail))
            case _:
                return None


def rep_line(rep: Rep, heart: str = "") -> str:
    """Return the measures of a rep, on one line, with words about the heart rate."""
    durations_s = phase_durations_s(rep)
    parts = [
        _("rep {number:>2}").format(number=rep.index),
        tempo_code(durations_s),
        tempo_words(durations_s),
        _("range {angle}").format(angle=number(rep.rom_deg, 0, "°")),
        _("velocity {speed}").format(speed=number(rep.mean_velocity_mps, 2, " m/s")),
        heart,
        flag_words(rep.flags),
    ]
    return "  ".join(part for part in parts if part)


def set_summary(record: SetRecord, heart: str = "") -> str:
    """Return one set on one line: reps, mean tempo both ways, range, heart rate and remarks."""
    durations_s = mean_durations_s(record.reps)
    reps = counted(record.counted, "rep", "reps")
    rom_deg = mean_of_known(rep.rom_deg for rep in record.reps)
    parts = [
        # Translators: {reps} is like "8 reps".
        _("set {number}: {reps}").format(number=record.index, reps=reps),
        _("tempo {code}").format(code=tempo_code(durations_s)),
        tempo_words(durations_s),
        _("range {angle}").format(angle=number(rom_deg, 0, "°")),
        heart,
        set_flag_words(record),
    ]
    return "  ".join(part for part in parts if part)


def one_rep_max_line(exercise: Exercise, record: SetRecord) -> str | None:
    """Return the estimated one-rep maximum with its range; None if a set does not allow one."""
    found = one_rep_max(exercise, record.load_kg, record.reps, record.plan)
    if not isinstance(found, OneRepMax):
        return None
    return _(
        "  one-rep max about {load} ({least} to {most}), if you lifted as fast as you could"
    ).format(
        load=load_text(found.load_kg, 0),
        least=load_number(found.least_kg, 0),
        most=load_number(found.most_kg, 0),
    )


class TextOutput:
    """Writes a line for each start and end of a set, each completed rep, cue and link trouble.

    A written line can't be taken back, so a withdrawn rep gets another line. With an exercise, a
    set with a known load also gets an estimate of the one-rep maximum. `only` leaves other events
    out.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        exercise: Exercise | None = None,
        only: type | UnionType = object,
    ) -> None:
        self._write = write
        self._exercise = exercise
        self._only = only
        self._summed = SessionState()
        self._link_words = LinkWords()
        self._failed: set[str] = set()

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        """Take events."""
        for event in events:
            self._summed.accept((event,))
            line = self._line(event) if isinstance(event, self._only) else None
            if line is not None:
                self._write(line)

    def _line(self, event: Event) -> str | None:
        match event:
            case SetStarted():
                return _("set {number} started at {time}").format(
                    number=event.set_index, time=clock_time(event.at_s)
                )
            case RepCompleted():
                heart = heart_rate_text(self._summed.heart_rate.shown(event.at_s))
                return f"  {rep_line(event.rep, heart)}"
            case RepRevised(rep=None):
                return _("  rep {number:>2}  withdrawn: {reason}").format(
                    number=event.index, reason=event.reason
                )
            case SetEnded():
                return self._set_line(event)
            case Cue():
                return f"  » {event.text}"
            case ReferenceRep():
                return f"  {reference_words(event)}"
            case Calibrated():
                return _("lockout calibrated at {time}").format(time=clock_time(event.at_s))
            case CalibrationFailed():
                return _("lockout not calibrated: {reason}").format(reason=event.reason)
            case CalibrationLost():
                return _("lockout calibration lost: {reason}").format(reason=event.reason)
            case Fault(reason=FaultReason.DETECTOR_RESTARTED, detail=detail):
                if detail in self._failed:
                    return None
                self._failed.add(detail)
                return _("! {what}. Recording goes on.").format(what=detail)
            case DataWarned(warning=warning):
                return f"! {warning.text}"
            case LinkChanged() | BatteryRead():
                return self._link_words.line(event)
            case _:
                return None

    def _set_line(self, event: SetEnded) -> str:
        records = (record for record in self._summed.sets if record.index == event.set_index)
        record = next(records, None)
        if record is None:
            withdrawn = _("set {number} withdrawn: it has no rep that counts")
            return withdrawn.format(number=event.set_index)
        readings = self._summed.heart_rate.readings
        heart = heart_rate_words(heart_rate_over(readings, record.start_s, record.end_s))
        summary = set_summary(record, heart)
        if self._exercise is not None:
            trained = record.exercise or self._exercise.name
            strongest = one_rep_max_line(exercise_named(trained), record)
            summary = summary if strongest is None else f"{summary}\n{strongest}"
        return summary
