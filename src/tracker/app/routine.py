"""A routine in a session: which step is due, what each enters, and the lead through it in lines.

`Routine` knows where one is; the screen asks it, and so does `RoutineLead`, which leads where
there is no screen. The lead goes by the time of the stream and not by a clock, so that a simulated
training is led as fast as it runs.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.domain import PlanChosen, SetEnded, TimedDone
from tracker.domain.units import s_from_ns
from tracker.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.app.session import Session
    from tracker.coach import RoutineStep
    from tracker.domain import Event, Notification

MARK: Final = "▸ "
"""Begins the lines of the lead."""

DONE: Final = _("The routine is done.")


class Routine:
    """Where a training is in its routine.

    The session gets the plan of each step: with it, the detector of the step's exercise.
    """

    def __init__(self, session: Session, steps: Sequence[RoutineStep]) -> None:
        self._session = session
        self._steps = deque(steps)
        self._begun: RoutineStep | None = None
        self._last_set: RoutineStep | None = None
        self._sets_before = 0

    @property
    def step(self) -> RoutineStep | None:
        """What is due; None at the end."""
        return self._steps[0] if self._steps else None

    @property
    def following(self) -> str:
        """What comes after what is due, in words; empty at the end."""
        return self._steps[1].words if len(self._steps) > 1 else ""

    def begin(self) -> bool:
        """Enter what the step that is due needs; return False if it had begun."""
        step = self.step
        if step is None or step is self._begun:
            return False
        self._begun = step
        plan = self._session.snapshot().plan
        if step.plan is not None:
            wanted, earlier = step.plan, None if self._last_set is None else self._last_set.plan
            self._last_set, self._sets_before = step, self._sets_done
            if earlier is not None and replace(earlier, side=wanted.side) == wanted:
                # What the wearer put on the bar while resting stays on it.
                wanted = replace(wanted, load_kg=plan.load_kg)
        else:
            # A set between two parts is not in the plan.
            wanted = replace(plan, warm_up=plan.warm_up or step.warm_up)
        if wanted != plan:
            self._session.enter(PlanChosen(wanted))
        return True

    def end(self) -> None:
        """Go on to the next step."""
        self._steps.popleft()

    def give_up(self) -> None:
        """Leave out what is left."""
        self._steps.clear()

    def note_set(self) -> bool:
        """Go on if the set of this step is done; return whether it is."""
        step = self.step
        done = step is not None and step.plan is not None and self._sets_done > self._sets_before
        if done:
            self.end()
        return done

    @property
    def _sets_done(self) -> int:
        return sum(record.ended and record.done > 0 for record in self._session.snapshot().sets)


class RoutineLead:
    """Leads through a routine in lines and words, and ends the session after its last step.

    A sink and a tap of the session. `tell` writes a line, `say` speaks; `end` instead of the
    session's own stop ends it.
    """

    def __init__(
        self,
        session: Session,
        steps: Sequence[RoutineStep],
        tell: Callable[[str], object],
        say: Callable[[str], object],
        end: Callable[[], object] | None = None,
    ) -> None:
        self._session = session
        self._end = end or session.stop
        self._routine = Routine(session, steps)
        self._tell = tell
        self._say = say
        self._began_s: float | None = None
        session.add_sink(self)
        session.add_tap(self._follow)
        self._go_on(0.0)

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        """Take events: the end of a set may be that of a step."""
        if any(isinstance(event, SetEnded) for event in events) and self._routine.note_set():
            last = self._session.snapshot().sets[-1]
            self._go_on(last.plan.rest_s - ((newest_s or last.end_s) - last.end_s))

    def _follow(self, notifications: Sequence[Notification]) -> None:
        """Time what is only timed, by when the newest notification arrived."""
        step, now_s = self._routine.step, s_from_ns(notifications[-1].received_ns)
        if step is None or step.plan is not None:
            return
        if self._began_s is None:
            self._began_s = now_s
        elif now_s - self._began_s >= step.duration_s:
            done = TimedDone(step.name, step.duration_s, step.side, step.warm_up)
            self._session.enter(done)
            self._routine.end()
            self._go_on(0.0)

    def _go_on(self, rest_s: float) -> None:
        """Begin the step that is due, or end; `rest_s` is left of the rest before a set."""
        self._began_s = None
        step = self._routine.step
        if step is None:
            words = DONE
            self._end()
        else:
            self._routine.begin()
            rests = step.plan is not None and round(rest_s) > 0
            words = step.words
            if rests:
                words = ngettext(
                    "Rest {seconds} second, then: {step}",
                    "Rest {seconds} seconds, then: {step}",
                    round(rest_s),
                ).format(seconds=round(rest_s), step=words)
        self._tell(MARK + words)
        self._say(words)
