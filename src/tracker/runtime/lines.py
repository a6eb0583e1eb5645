"""A session as plain lines, for terminals without a screen and for pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.coach import OneRepMax, one_rep_max
from tracker.domain import (
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Cue,
    Ledger,
    LinkChanged,
    ReferenceRep,
    RepCompleted,
    RepRevised,
    SetEnded,
    SetStarted,
    mean_of_known,
)
from tracker.runtime.link_words import LinkWords
from tracker.runtime.wording import (
    clock_time,
    counted,
    flag_words,
    mean_durations_s,
    number,
    phase_durations_s,
    reference_words,
    set_flag_words,
    tempo_code,
    tempo_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain import Event, Exercise, Rep, SetRecord


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


class LinesSink:
    """Writes a line for each start and end of a set, each completed rep, cue and link trouble.

    A rep that turns out to be none is taken back in words, because a written line cannot be. With
    an exercise, a set of a known load also tells the load that could be lifted once.
    """

    def __init__(self, write: Callable[[str], None], exercise: Exercise | None = None) -> None:
        self._write = write
        self._exercise = exercise
        self._ledger = Ledger()
        self._link_words = LinkWords()

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
            case LinkChanged() | BatteryRead():
                return self._link_words.line(event)
            case _:
                return None

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
