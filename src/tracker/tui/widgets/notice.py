"""What is said in place of the live numbers: before the first rep, at the end, on an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import Extreme
from tracker.runtime.snapshot import RunState
from tracker.runtime.wording import counted, mean, number

if TYPE_CHECKING:
    from tracker.domain import Exercise, Rep, SetRecord
    from tracker.runtime.snapshot import SessionSnapshot

Words = tuple[str, ...]
"""A title and the lines below it."""


def notice_of(snapshot: SessionSnapshot) -> Words | None:
    """Return what has to be said; None while there are reps to show."""
    match snapshot.state:
        case RunState.FAILED:
            return _failure(snapshot.failure)
        case RunState.FINISHED:
            return _summary(snapshot.sets)
        case RunState.READY | RunState.RUNNING if snapshot.current_set is None:
            return _waiting(snapshot.exercise, heard=snapshot.samples > 0)
        case _:
            return None


def _waiting(exercise: Exercise, *, heard: bool) -> Words:
    if not heard:
        return ("Waiting for the sensor", "", "Nothing has come yet.")
    if exercise.starts_from is Extreme.TOP:
        return ("Ready", "", "Stand still for a moment,", "then start. The first rep counts.")
    return (
        "Ready",
        "",
        "Sensor on the hip, shoulder blades on",
        "the bench, feet flat. Brace, then push",
        "through the heels.",
        "",
        "The first rep counts.",
    )


def _summary(sets: tuple[SetRecord, ...]) -> Words:
    reps: list[Rep] = [rep for record in sets for rep in record.reps]
    if not sets:
        return ("Finished", "", "No reps were found.")
    return (
        "Finished",
        "",
        f"{counted(len(sets), 'set')}, {counted(sum(each.counted for each in sets), 'rep')}",
        f"mean hold  {number(mean(rep.lockout_s for rep in reps), 1, ' s')}",
        f"mean range {number(mean(rep.rom_deg for rep in reps), 0, '°')}",
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
