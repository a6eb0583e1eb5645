"""Events in, the same events with cues out.

A cue follows at once on the event that gave rise to it. What is said depends on the events alone,
never on how they were cut into calls, so a session, its replay and a whole file say the same.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tracker.coach.set_watch import SetWatch
from tracker.domain import (
    NO_PLAN,
    Entered,
    Phase,
    PhaseStarted,
    PlanChosen,
    RepCompleted,
    RepCounted,
    RepRevised,
    RepsAdjusted,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.domain import Cue, Event, Exercise


class Coach:
    """Listens to what is detected and to what the wearer enters, and speaks now and then.

    Parameters
    ----------
    exercise
        What is trained.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._plan = NO_PLAN
        # By the number of the set, and not in it: a set can be withdrawn and come again.
        self._adjusted: dict[int, int] = {}
        self._set: SetWatch | None = None
        self._now_s = -math.inf

    def process(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Return the events, each followed by the cues that it gives rise to."""
        said: list[Event] = []
        for event in events:
            said.append(event)
            said += self._cues(event)
        return tuple(said)

    def _cues(self, event: Event) -> Iterator[Cue]:
        match event:
            case Entered(entry=PlanChosen(plan=plan)):
                self._plan = plan
            case Entered(entry=RepsAdjusted(set_index=index, by=by)):
                self._adjusted[index] = self._adjusted.get(index, 0) + by
                if self._set is not None and self._set.index == index:
                    yield from self._set.adjust(event.at_s, self._adjusted[index])
            case SetStarted(set_index=index):
                self._pass(event.at_s)
                self._set = SetWatch(index, self._plan, self._exercise)
            case SetEnded(set_index=index):
                if self._watched(index) is not None:
                    self._set = None
            case RepCounted() | RepCompleted() | RepRevised() | PhaseStarted():
                watch = self._watched(event.set_index)
                if watch is not None:
                    yield from self._of_set(watch, event)
            case _:
                pass

    def _of_set(
        self, watch: SetWatch, event: RepCounted | RepCompleted | RepRevised | PhaseStarted
    ) -> Iterator[Cue]:
        adjusted = self._adjusted.get(watch.index, 0)
        match event:
            case RepCounted(index=number):
                self._pass(event.at_s)
                yield from watch.count(number, event.at_s, adjusted)
            case RepCompleted(rep=rep):
                self._pass(event.at_s)
                yield from watch.complete(rep, self._now_s)
            case RepRevised(index=number, rep=None):
                watch.withdraw(number, adjusted)
                if watch.empty:
                    self._set = SetWatch(watch.index, watch.plan, self._exercise)
            case RepRevised(rep=rep) if rep is not None:
                # It is dated back to the rep that it is about.
                yield from watch.revise(rep, self._now_s)
            case PhaseStarted(phase=Phase.CONCENTRIC):
                self._pass(event.at_s)
                yield from watch.rise(event.at_s)
            case PhaseStarted():
                self._pass(event.at_s)

    def _watched(self, set_index: int) -> SetWatch | None:
        return self._set if self._set is not None and self._set.index == set_index else None

    def _pass(self, at_s: float) -> None:
        """Let time go on; events are said a little out of order at times."""
        self._now_s = max(self._now_s, at_s)
