"""What is known about a session besides its bytes, and what the events of it add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.domain.events import (
    Fault,
    Gap,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.domain.events import Event, FaultReason, Rep


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


@dataclass(slots=True)
class _OpenSet:
    start_s: float
    counted: set[int] = field(default_factory=set)
    reps: dict[int, Rep] = field(default_factory=dict)
    ended: bool = False


@dataclass(slots=True)
class Ledger:
    """Adds events up to sets and reps; revisions replace, withdrawals remove."""

    _sets: dict[int, _OpenSet] = field(default_factory=dict)
    _gaps: list[Gap] = field(default_factory=list)
    _faults: Counter[FaultReason] = field(default_factory=Counter)

    def accept(self, events: Iterable[Event]) -> None:
        """Take what the engine said."""
        for event in events:
            match event:
                case SetStarted(at_s=start_s, set_index=index):
                    self._sets[index] = _OpenSet(start_s)
                case RepCounted(set_index=index, index=number):
                    self._sets[index].counted.add(number)
                case RepCompleted(set_index=index, rep=rep):
                    self._sets[index].reps[rep.index] = rep
                case RepRevised(set_index=index, index=number, rep=None):
                    self._sets[index].counted.discard(number)
                    self._sets[index].reps.pop(number, None)
                case RepRevised(set_index=index, index=number, rep=rep) if rep is not None:
                    self._sets[index].reps[number] = rep
                case SetEnded(set_index=index):
                    self._sets[index].ended = True
                case Gap():
                    self._gaps.append(event)
                case Fault(reason=reason, count=count):
                    self._faults[reason] += count
                case _:
                    pass

    @property
    def sets(self) -> tuple[SetRecord, ...]:
        """The sets that have at least one rep, in order; an ended set without any is not one."""
        return tuple(
            SetRecord(
                index=index,
                start_s=reps[0].start_s if (reps := _in_order(open_set)) else open_set.start_s,
                end_s=reps[-1].end_s if reps else open_set.start_s,
                reps=reps,
                counted=len(open_set.counted),
                ended=open_set.ended,
            )
            for index, open_set in self._sets.items()
            if open_set.counted or not open_set.ended
        )

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every reported gap, in order."""
        return tuple(self._gaps)

    @property
    def faults(self) -> dict[FaultReason, int]:
        """How often each kind of fault was reported."""
        return dict(self._faults)


def _in_order(open_set: _OpenSet) -> tuple[Rep, ...]:
    return tuple(open_set.reps[number] for number in sorted(open_set.reps))
