"""What is said in place of the live numbers: before the first rep, at the end, on an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import Extreme, MarkKind, mean_of_known
from tracker.runtime.snapshot import RunState
from tracker.runtime.wording import counted, number

if TYPE_CHECKING:
    from tracker.domain import Plan, Rep, SetRecord
    from tracker.runtime.snapshot import SessionSnapshot

Words = tuple[str, ...]
"""A title and the lines below it."""

CALIBRATION_LINES: Final[dict[MarkKind, Words]] = {
    MarkKind.CALIBRATION: ("Hips up to a level lockout,", "and hold it still for 3 s."),
    MarkKind.REFERENCE_REPS: ("Do three good reps,", "each with a short hold at the top."),
}
"""What the wearer is asked to do, so that the sensor learns what level is."""


def notice_of(snapshot: SessionSnapshot) -> Words | None:
    """Return what has to be said; None while there are reps to show."""
    match snapshot.state:
        case RunState.FAILED:
            return _failure(snapshot.failure)
        case RunState.FINISHED:
            return _summary(snapshot.sets)
        case RunState.READY | RunState.RUNNING if snapshot.current_set is None:
            return _waiting(snapshot)
        case _:
            return None


def _waiting(snapshot: SessionSnapshot) -> Words:
    plan = plan_lines(snapshot.plan)
    if not snapshot.samples:
        return ("Waiting for the sensor", "Nothing has come yet: move it.", "", *plan)
    if snapshot.calibrating is not None:
        return ("Your own level", *CALIBRATION_LINES[snapshot.calibrating], "", *plan)
    how: Words = (
        "Shoulder blades on the bench, feet flat.",
        "Brace, then push through the heels.",
    )
    if snapshot.exercise.starts_from is Extreme.TOP:
        how = ("Stand still for a moment, then start.",)
    return ("Ready", *how, "The first rep counts.", "", *plan)


def plan_lines(plan: Plan) -> Words:
    """Return what is planned for a set: reps and load, tempo both ways, what ends it."""
    load_kg = plan.load_kg
    load = [] if load_kg is None else [f"{load_kg:g} kg" if load_kg else "bodyweight"]
    reps = [] if plan.target_reps is None else [counted(plan.target_reps, "rep")]
    loss = plan.velocity_loss
    more = [
        *([] if plan.lockout_goal_s is None else [f"hold {plan.lockout_goal_s:g} s"]),
        *([] if loss is None else [f"until {loss * 100:.0f} % slower"]),
    ]
    lines = [" · ".join([*reps, *load]), " · ".join(more)]
    if plan.tempo is not None:
        lines[1:1] = [f"tempo {plan.tempo.code}", plan.tempo.words]
    return tuple(line for line in lines if line)


def _summary(sets: tuple[SetRecord, ...]) -> Words:
    reps: list[Rep] = [rep for record in sets for rep in record.reps]
    if not sets:
        return ("Finished", "", "No reps were found.")
    return (
        "Finished",
        "",
        f"{counted(len(sets), 'set')}, {counted(sum(each.done for each in sets), 'rep')}",
        f"mean hold  {number(mean_of_known(rep.lockout_s for rep in reps), 1, ' s')}",
        f"mean range {number(mean_of_known(rep.rom_deg for rep in reps), 0, '°')}",
    )


def _failure(failure: str | None) -> Words:
    lines = (failure or "The session ended early.").splitlines()
    return ("! Stopped", "", *lines, "", "What was recorded so far is kept.")


class Notice(Widget):
    """A title and a few lines, in place of the live numbers."""

    DEFAULT_CSS = """
    Notice { content-align: left middle; }
    Notice.-failure { color: $text-error; }
    """

    words: reactive[Words] = reactive(())

    def show(self, words: Words | None) -> None:
        """Say `words`, or make room for the live numbers."""
        self.display = words is not None
        self.words = words or ()
        self.set_class(bool(words) and self.words[0].startswith("!"), "-failure")

    def render(self) -> Content:
        """Draw the title strongest."""
        title, *lines = self.words or ("",)
        return Content("\n").join([Content.styled(title, "bold"), *map(Content, lines)])
