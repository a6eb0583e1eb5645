"""How numbers and states are said to people; unknown is a dash, never zero.

What is worth a line about the links and batteries of the sensors: trouble, and its end.

A session as plain lines, for terminals without a screen and for pipes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.coach import OneRepMax, one_rep_max
from tracker.domain import (
    CODE_ORDER,
    LIFTERS_ORDER,
    LOW_BATTERY_PERCENT,
    PHASE_WORDS,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Cue,
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
    mean_of_known,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracker.domain import Event, Exercise, Rep, SetRecord

UNKNOWN: Final = "–"
"""Stands for a value that is not known."""

FLAG_WORDS: Final = {
    Flag.SHORT_OF_LOCKOUT: "short of lockout",
    Flag.GAP: "samples missing",
    Flag.SATURATED: "sensor at its limit",
    Flag.LOW_CONFIDENCE_VELOCITY: "velocity uncertain",
    Flag.AXIS_UNCERTAIN: "axis uncertain",
    Flag.PAST_LOCKOUT: "past lockout",
    Flag.FAR_PAST_LOCKOUT: "far past lockout",
    Flag.SAGGED: "hips sank in the hold",
    Flag.DROPPED_ECCENTRIC: "dropped",
    Flag.RESTED_AT_BOTTOM: "rested at the bottom",
    Flag.TILTED: "hips tilted",
}
"""What a flag means."""


def number(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Return `value` with its unit, or the dash alone."""
    return UNKNOWN if value is None else f"{value:.{decimals}f}{unit}"


def clock_time(time_s: float | None) -> str:
    """Return minutes and seconds, as on a stopwatch."""
    if time_s is None:
        return UNKNOWN
    minutes, seconds = divmod(abs(int(time_s)), 60)
    return f"{'-' if time_s <= -1.0 else ''}{minutes}:{seconds:02d}"


def counted(amount: int, noun: str) -> str:
    """Return `1 rep` or `2 reps`."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def phase_durations_s(rep: Rep) -> dict[Phase, float | None]:
    """Return how long each phase of a rep took, s."""
    return {
        Phase.CONCENTRIC: rep.concentric_s,
        Phase.LOCKOUT: rep.lockout_s,
        Phase.ECCENTRIC: rep.eccentric_s,
        Phase.BOTTOM: rep.bottom_s,
    }


def mean_durations_s(reps: Sequence[Rep]) -> dict[Phase, float | None]:
    """Return how long each phase took on average, over the reps of which it is known, s."""
    each = [phase_durations_s(rep) for rep in reps]
    return {phase: mean_of_known(durations[phase] for durations in each) for phase in Phase}


def tempo_code(durations_s: dict[Phase, float | None]) -> str:
    """Return measured tempo the way it is written: eccentric, bottom, concentric, top.

    Between the hyphens of a code the dash would be lost, so an unknown phase is a question mark.
    """
    each = (durations_s[phase] for phase in CODE_ORDER)
    return "-".join("?" if duration_s is None else number(duration_s) for duration_s in each)


def tempo_words(durations_s: dict[Phase, float | None]) -> str:
    """Return measured tempo in the order in which a hip thrust happens."""
    return " · ".join(
        f"{PHASE_WORDS[phase]} {number(durations_s[phase])}" for phase in LIFTERS_ORDER
    )


def reference_words(event: ReferenceRep) -> str:
    """Return how far the reference reps have come, and why one does not count."""
    reached = f"{event.index} of {event.of}"
    if event.refusal is None:
        return f"reference rep {reached}"
    return f"no reference rep ({reached}): {event.refusal}"


def flag_words(flags: Iterable[Flag]) -> str:
    """Return what flags mean, empty without any."""
    return ", ".join(FLAG_WORDS[flag] for flag in flags)


def set_flag_words(record: SetRecord) -> str:
    """Return the flags of a set's reps with how many reps have each."""
    amounts = {flag: sum(flag in rep.flags for rep in record.reps) for flag in Flag}
    return ", ".join(f"{n}× {FLAG_WORDS[flag]}" for flag, n in amounts.items() if n)


_TROUBLE: Final = {
    LinkState.STALLED: "sends nothing",
    LinkState.LOST: "lost",
    LinkState.GONE: "gone for a minute, still searching",
}


class LinkWords:
    """Says a trouble when it begins and when it ends, and a low battery once for each sensor."""

    def __init__(self) -> None:
        self._troubled: set[int] = set()
        self._low: set[int] = set()

    def line(self, event: LinkChanged | BatteryRead) -> str | None:
        """Return the line for an event, or None if it is no news."""
        if isinstance(event, BatteryRead):
            return self._battery(event)
        name = _name(event.device)
        reason = f": {event.detail}" if event.detail else ""
        match event.state:
            case LinkState.STREAMING if event.device in self._troubled:
                self._troubled.discard(event.device)
                return f"{name} back at {clock_time(event.at_s)}"
            case LinkState.STALLED | LinkState.LOST | LinkState.GONE:
                self._troubled.add(event.device)
                return f"! {name} {_TROUBLE[event.state]} at {clock_time(event.at_s)}{reason}"
            case LinkState.RECONNECTING if event.detail:
                return f"! {name} not reached: {event.detail}"
            case _:
                return None

    def _battery(self, event: BatteryRead) -> str | None:
        if event.percent >= LOW_BATTERY_PERCENT or event.device in self._low:
            return None
        self._low.add(event.device)
        return f"! battery of the {_name(event.device)} at {event.percent} %: charge it soon"


class LinkLines:
    """Writes these lines, for who wants nothing else."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._words = LinkWords()

    def accept(self, events: Sequence[Event], newest_s: float) -> None:
        """Take what the engine said."""
        for event in events:
            if isinstance(event, LinkChanged | BatteryRead):
                line = self._words.line(event)
                if line is not None:
                    self._write(line)


def _name(device: int) -> str:
    return "sensor" if device == 0 else "second sensor"


def rep_line(rep: Rep) -> str:
    """Return what was measured of one rep, on one line."""
    durations_s = phase_durations_s(rep)
    parts = [
        f"rep {rep.index:>2}",
        tempo_code(durations_s),
        tempo_words(durations_s),
        f"range {number(rep.rom_deg, 0, '°')}",
        f"mean {number(rep.mean_velocity_mps, 2, ' m/s')}",
        flag_words(rep.flags),
    ]
    return "  ".join(part for part in parts if part)


def set_summary(record: SetRecord) -> str:
    """Return one set on one line: reps, mean tempo both ways, range and remarks."""
    durations_s = mean_durations_s(record.reps)
    parts = [
        f"set {record.index}: {counted(record.counted, 'rep')}",
        f"mean {tempo_code(durations_s)}",
        tempo_words(durations_s),
        f"range {number(mean_of_known(rep.rom_deg for rep in record.reps), 0, '°')}",
        set_flag_words(record),
    ]
    return "  ".join(part for part in parts if part)


def one_rep_max_line(exercise: Exercise, record: SetRecord) -> str | None:
    """Return the load that could be lifted once, with its error; None if a set tells of none."""
    found = one_rep_max(exercise, record.load_kg, record.reps, record.plan)
    if not isinstance(found, OneRepMax):
        return None
    return (
        f"  one-rep max about {found.load_kg:.0f} kg ({found.least_kg:.0f} to "
        f"{found.most_kg:.0f}), if you lifted as fast as you could"
    )


class TextOutput:
    """Writes a line for each start and end of a set, each completed rep, cue and link trouble.

    A rep that turns out to be none is taken back in words, because a written line cannot be. With
    an exercise, a set of a known load also tells the load that could be lifted once.
    """

    def __init__(self, write: Callable[[str], None], exercise: Exercise | None = None) -> None:
        self._write = write
        self._exercise = exercise
        self._ledger = SessionState()
        self._link_words = LinkWords()
        self._failed: set[str] = set()

    def accept(self, events: Sequence[Event], newest_s: float) -> None:
        """Take what the engine said."""
        for event in events:
            self._ledger.accept((event,))
            line = self._line(event)
            if line is not None:
                self._write(line)

    def _line(self, event: Event) -> str | None:
        match event:
            case SetStarted():
                return f"set {event.set_index} started at {clock_time(event.at_s)}"
            case RepCompleted():
                return f"  {rep_line(event.rep)}"
            case RepRevised(rep=None):
                return f"  rep {event.index:>2}  withdrawn: {event.reason}"
            case SetEnded():
                return self._set_line(event)
            case Cue():
                return f"  » {event.text}"
            case ReferenceRep():
                return f"  {reference_words(event)}"
            case Calibrated():
                return f"level known at {clock_time(event.at_s)}"
            case CalibrationFailed():
                return f"level not found: {event.reason}"
            case CalibrationLost():
                return f"level lost: {event.reason}"
            case Fault(reason=FaultReason.DETECTOR_RESTARTED, detail=detail):
                return None if detail in self._failed else self._failure_line(detail)
            case LinkChanged() | BatteryRead():
                return self._link_words.line(event)
            case _:
                return None

    def _failure_line(self, detail: str) -> str:
        self._failed.add(detail)
        return f"! {detail}. Recording goes on."

    def _set_line(self, event: SetEnded) -> str:
        records = (record for record in self._ledger.sets if record.index == event.set_index)
        record = next(records, None)
        if record is None:
            return f"set {event.set_index} withdrawn: it has no rep that counts"
        summary = set_summary(record)
        if self._exercise is not None:
            strongest = one_rep_max_line(self._exercise, record)
            summary = summary if strongest is None else f"{summary}\n{strongest}"
        return summary
