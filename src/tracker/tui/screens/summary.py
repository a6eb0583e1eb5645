"""How a training went: its sets and reps, pain before and after, and what comes next time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Footer, Input

from tracker.app.clock import local_now
from tracker.app.paths import own_command
from tracker.app.text import clock_time, number
from tracker.domain import (
    MOST_PAIN,
    NoteEntered,
    PainEntered,
    PainMoment,
    TrackerError,
    exercise_named,
    mean_of_known,
)
from tracker.domain.foreign_text import visible
from tracker.domain.loads import load_text
from tracker.language import _, counted, decimal, pgettext
from tracker.tui.advice import best_line, next_lines, pain_lines, record_lines
from tracker.tui.plain import Plain, plain
from tracker.tui.plan_form import FieldError, pain_in
from tracker.tui.screens import FlowScreen, Next
from tracker.tui.widgets.forms import FormRow, NumberInput
from tracker.tui.widgets.reps import LEGEND, RepTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.app.advice import Advisor
    from tracker.domain import Entry, Workout


def totals_text(workout: Workout) -> str:
    """Return what was done, in two lines: how much, and what a rep was like on average."""
    sets = workout.working_sets
    warm_ups = len(workout.sets) - len(sets)
    reps = sum(record.done for record in sets)
    # What was entered by hand was counted by nobody.
    seen = sum(record.counted if record.sensed else record.done for record in sets)
    loads = [(record.load_kg or 0.0) * record.done for record in sets]
    each = [rep for record in sets for rep in record.reps]
    set_amount, rep_amount = counted(len(sets), "set", "sets"), counted(reps, "rep", "reps")
    if warm_ups:
        set_amount = _("{sets} and {warm_ups}").format(
            sets=set_amount, warm_ups=counted(warm_ups, "warm-up", "warm-ups")
        )
    if seen != reps:
        # The table below has what the sensor saw.
        rep_amount = _("{reps} ({amount} counted)").format(reps=rep_amount, amount=seen)
    amounts = [
        set_amount,
        rep_amount,
        *([_("{load} lifted").format(load=load_text(sum(loads), 0))] if any(loads) else []),
        f"{clock_time(workout.facts.duration_s)} min",
    ]
    means = _("on average: hold {hold} · range {range} · velocity {velocity}").format(
        hold=number(mean_of_known(rep.lockout_s for rep in each), 1, " s"),
        range=number(mean_of_known(rep.rom_deg for rep in each), 0, "°"),
        velocity=number(mean_of_known(rep.mean_velocity_mps for rep in each), 2, " m/s"),
    )
    return f"{' · '.join(amounts)}\n{means}"


def data_text(workout: Workout) -> str:
    """Return how good the data were, in a line."""
    lost_s = sum(gap.end_s - gap.start_s for gap in workout.gaps)
    gaps = counted(len(workout.gaps), "gap", "gaps") + (
        f" ({decimal(lost_s, 1)} s)" if lost_s else ""
    )
    faults = counted(sum(workout.faults.values()), "fault", "faults")
    return (
        f"{workout.facts.sensor} · {number(workout.facts.rate_hz, 1, ' Hz')} · {gaps} · {faults}"
    )


def pain_text(pain: Sequence[PainEntered]) -> str:
    """Return the scores in the order in which they were said; empty without any."""
    scores = ", ".join(f"{_when(each)}: {each.score}" for each in pain)
    return _("pain {scores}").format(scores=scores) if scores else ""


def _when(pain: PainEntered) -> str:
    if pain.moment is PainMoment.BETWEEN and pain.set_index is not None:
        return _("after set {number}").format(number=pain.set_index)
    return MOMENTS[pain.moment]


MOMENTS: Final = {
    PainMoment.BEFORE: _("before"),
    PainMoment.BETWEEN: _("between"),
    PainMoment.AFTER: _("after"),
    PainMoment.NEXT_MORNING: _("next morning"),
}
"""When pain was asked for, in words."""


class SummaryScreen(FlowScreen[Next]):
    """Of a training that ends now, with what can still be entered about it, or of a past one.

    Returns `Next.DONE`, `Next.REPLAY`, or `Next.TRAIN` to go back to the training.

    `advisor` reads who advises on the next training; it is called in a thread, because the log
    may be slow while the sensor goes on sending. `enter` takes what the wearer enters; None is
    for a past session, which can't be changed here.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", _("Done"), priority=True),
        Binding("tab", "app.focus_next", _("Next field")),
        Binding("escape", "back", _("Back")),
        Binding("r", "replay", _("Replay")),
    ]

    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-short"), (24, "-low")]  # type: ignore[misc]

    def __init__(
        self,
        workout: Callable[[], Workout],
        *,
        advisor: Callable[[], Advisor | None] | None = None,
        enter: Callable[[Entry], object] | None = None,
    ) -> None:
        super().__init__()
        self._workout = workout
        self._read_advisor = advisor
        self._advisor: Advisor | None = None
        self._enter = enter
        self._kept = {"pain": "", "note": visible(workout().note)}

    def compose(self) -> ComposeResult:
        yield Plain(id="title")
        totals = Plain(id="totals", classes="panel")
        totals.border_title = (
            pgettext("heading", "Finish") if self._enter is not None else _("Session")
        )
        yield totals
        yield RepTable()
        yield Plain(LEGEND, id="legend")
        if self._enter is not None:
            with Vertical(id="fields"):
                yield FormRow(
                    _("pain now"),
                    NumberInput("", "pain"),
                    _("0 none to {most} worst").format(most=MOST_PAIN),
                )
                note = Input(self._kept["note"], id="note", compact=True, placeholder="–")
                note.select_on_focus = False
                yield FormRow(_("note"), note, _("about the session"))
        advice = Plain(id="advice", classes="panel")
        advice.border_title = pgettext("heading", "Next")
        yield advice
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        self.update_view()
        if self._enter is not None:
            self.query_one("#pain").focus()
            self.set_interval(1.0, self.update_if_there)
            if self._read_advisor is not None:
                self.run_worker(self._read(self._read_advisor))
        else:
            self.query_one(RepTable).focus()

    async def _read(self, advisor: Callable[[], Advisor | None]) -> None:
        self._advisor = await asyncio.to_thread(advisor)
        self.update_if_there()

    def update_view(self) -> None:
        """Show the training as it is now."""
        workout = self._workout()
        info = workout.info
        simulated = f"{_('SIMULATED')} · " if info.origin == "synthetic" else ""
        day = "" if info.started_utc is None else f" · {info.started_utc[:16].replace('T', ' ')}"
        title = f"{simulated}{exercise_named(info.exercise).title}{day}"
        self.query_one("#title", Plain).update(plain(title))
        self.query_one(RepTable).update_from(*workout.sets)
        earlier = () if self._advisor is None else self._advisor.history.workouts
        lines = [
            totals_text(workout),
            best_line(workout),
            *record_lines(workout, earlier),
            data_text(workout),
        ]
        lines = [line for line in lines if line]
        self.query_one("#totals", Plain).update(plain("\n".join(lines)))
        # What pain demands may also be the reason for what comes next.
        advice = dict.fromkeys(self._advice(workout))
        self.query_one("#advice", Plain).update(plain("\n".join(advice)))

    def _advice(self, workout: Workout) -> Iterator[str]:
        scores = pain_text(workout.pain)
        if scores:
            yield scores
        yield from pain_lines(workout.pain)
        if workout.note and self._enter is None:
            yield f"“{workout.note}”"
        if not workout.sets:
            yield _("No set was found. If it was another exercise, choose it in the set-up.")
        elif self._advisor is not None:
            yield from next_lines(workout, self._advisor, local_now())
            if self._enter is not None:
                report = own_command("export last --format html -o report.html")
                yield _("report to hand on: {command}").format(command=report)

    @property
    def past(self) -> bool:
        """Whether it is of a session that can't be changed here."""
        return self._enter is None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._enter is None if action == "replay" else True

    def keep(self) -> bool:
        """Enter what was typed since the last time; return whether all of it made sense."""
        if self._enter is None:
            return True
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name in self._kept}
        try:
            pain = pain_in(typed["pain"])
            if pain is not None and typed["pain"] != self._kept["pain"]:
                self._enter(PainEntered(pain, PainMoment.AFTER))
            if typed["note"] != self._kept["note"]:
                self._enter(NoteEntered(typed["note"]))
        except TrackerError as error:
            self.notify(str(error), severity="error", timeout=8.0)
            if isinstance(error, FieldError):
                self.query_one(f"#{error.field}").focus()
            return False
        self._kept = typed
        return True

    def on_input_blurred(self, message: Input.Blurred) -> None:
        """Say at once what pain means."""
        if message.input.id == "pain" and self._enter is not None:
            try:
                pain_in(message.input.value)
            except FieldError:
                # Told when one leaves.
                return
            self.keep()
            self.update_view()

    def action_done(self) -> None:
        """Keep what was typed, and end the training; what pain means is to be read first."""
        told = tuple(self._advice(self._workout()))
        if not self.keep():
            return
        if tuple(self._advice(self._workout())) == told:
            self.answer(Next.DONE)
        else:
            self.update_view()

    def action_back(self) -> None:
        """Keep what was typed, and go back to the training, which goes on."""
        if self.keep():
            self.answer(Next.TRAIN)

    def action_replay(self) -> None:
        self.answer(Next.REPLAY)
