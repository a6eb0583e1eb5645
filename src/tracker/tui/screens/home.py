"""Where `tracker` begins: today's plan, what can be done, and how the last session went."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from tracker.app.text import clock_time, load_cell, number
from tracker.domain import EXERCISES
from tracker.domain.loads import load_unit
from tracker.language import counted
from tracker.tui.plain import Plain, Shown, joined, plain
from tracker.tui.screens import FlowScreen
from tracker.tui.widgets.bars import bar_room, sparkline, upright_bars
from tracker.tui.widgets.block_text import GLYPHS, LinesWidget, block_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.worker import Worker

    from tracker.app.devices import Devices
    from tracker.store import SessionSummary
    from tracker.tui.advice import Today


class Place(Enum):
    """Where one can go from home."""

    TRAIN = "Train"
    DEMO = "Demo"
    HISTORY = "History"
    PROGRAMME = "Programme"
    SENSORS = "Sensors"
    DOCTOR = "Doctor"
    PEOPLE = "People"


HINTS: Final = {
    Place.TRAIN: "with your sensor",
    Place.DEMO: "a simulated lifter",
    Place.HISTORY: "past sessions",
    Place.PROGRAMME: "what comes next",
    Place.SENSORS: "find and check one",
    Place.DOCTOR: "what is missing",
    Place.PEOPLE: "who trains",
}

LOOKS_PER_S: Final = 2.0
"""How often it is looked whether Bluetooth works."""

TREND_SESSIONS: Final = 24
"""Sessions in the curve of the trend: two months of training."""

INVITATION: Final = (
    "Bluetooth can't be used here right now. Press 2 to train with the simulated lifter: it "
    "shows everything. 6 says what is missing."
)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the log says; without a session, only what to begin with."""

    exercise: str
    """Title of what is trained today."""
    today: Today
    sessions: tuple[SessionSummary, ...]
    """Past sessions, newest first."""
    person: str | None = None
    """Name of whoever trains, where there are several."""


def session_line(summary: SessionSummary) -> str:
    """Return a session in 34 columns: day, sets and reps, load."""
    return f"{summary.at(None):%d %b %Y}  {_amount(summary)}"


def _amount(summary: SessionSummary) -> str:
    load = load_cell(summary.load_kg)
    sets = counted(summary.sets_done, "set", "sets")
    reps = counted(summary.reps_done, "rep", "reps")
    return f"{sets:>6} {reps:>8}  {load}"


def card_lines(last: SessionSummary) -> Iterator[Shown]:
    """Yield the card of a session."""
    exercise = EXERCISES.get(last.shown_exercise)
    simulated = "   SIMULATED" if last.origin == "synthetic" else ""
    title = last.shown_exercise if exercise is None else exercise.title
    yield plain(f"{title}{simulated}", "bold")
    length = "" if last.duration_s is None else f" · {clock_time(last.duration_s)} min"
    yield plain(f"{last.at(None):%A %d %B %Y, %H:%M}{length}", "dim")
    yield plain(_amount(last).strip())
    if last.lockout_s is not None:  # a session that no sensor saw has no measures
        yield plain(
            f"hold {number(last.lockout_s, 1, ' s')} · range {number(last.rom_deg, 0, '°')} · "
            f"{number(last.mean_velocity_mps, 2, ' m/s')}"
        )
    if last.pain_after is not None:
        yield plain(f"pain afterwards {last.pain_after} of 10")


class BigPlan(LinesWidget):
    """Today's plan in large letters where there is room, with its exercise above."""

    def __init__(self) -> None:
        super().__init__()
        self._words, self._exercise = "", ""

    def show(self, exercise: str, words: str) -> None:
        """Show a plan."""
        self._exercise, self._words = exercise, words
        self.refresh()

    def drawn(self, width: int, height: int) -> list[str]:
        large = self._words.replace(", bodyweight", "").replace(", ", "   ").upper()
        fits = height > 4 and set(large) <= set(GLYPHS)
        drawn = block_text(large, width, min(height - 2, 7)) if fits and large else ()
        if len(drawn) < 2:
            return [f"{self._exercise}  {self._words}".strip()]
        return [self._exercise, "", *drawn]


def _short(value: float | None) -> str:
    return number(value, 1).removesuffix(".0")


TREND_TITLES: Final = ("load", "reps", "hold")


class Trend(LinesWidget):
    """Load, reps and hold of the sessions of one exercise, oldest on the left."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[float | None, ...], ...] = ()

    def show(self, sessions: tuple[SessionSummary, ...]) -> None:
        """Show sessions, given newest first; those of the exercise trained last."""
        same = [
            each
            for each in reversed(sessions[:TREND_SESSIONS])
            if each.shown_exercise == sessions[0].shown_exercise
        ]
        self._rows = (
            tuple(
                None if each.load_kg is None else load_unit().amount(each.load_kg) for each in same
            ),
            tuple(float(each.reps_done) for each in same),
            tuple(each.lockout_s for each in same),
        )
        self.refresh()

    def drawn(self, width: int, height: int) -> list[str]:
        if not any(self._rows):
            return ["The curves begin with your first session."[:width]]
        each = min(12, (height - len(self._rows) + 1) // len(self._rows))
        lines: list[str] = []
        for title, values in zip(TREND_TITLES, self._rows, strict=True):
            unit = {"load": f" {load_unit().value}", "hold": " s"}.get(title, "")
            newest = f"{title:<4} {_short(values[-1])}{unit}"
            room = width - 15
            shown = values[-room:]
            if each < 2:
                lines.append(f"{newest:<14} {sparkline(shown)}")
                continue
            bar, between = bar_room(len(shown), room)
            known = max((value for value in shown if value is not None), default=0.0)
            bars = upright_bars(shown, known, each, bar, between)
            best = f"best {_short(known)}{unit}"
            heads = [newest, best, *[""] * (each - 2)]
            lines += [f"{head:<14} {row}" for head, row in zip(heads, bars, strict=True)]
            lines.append("")
        return lines[:height]


_NONE_YET: Final = (plain("No session yet.", "bold"), plain("Your first one will be here."))

SHOWN_BEFORE: Final = 40
"""More lines than any screen has room for beside the card."""


def _options() -> Iterator[Option]:
    for number_, place in enumerate(Place, start=1):
        parts = (
            plain(f" {number_} ", "dim"),
            plain(f"{place.value:<11}", "bold"),
            plain(HINTS[place], "dim"),
        )
        yield Option(joined(parts, ""), id=place.name)


class HomeScreen(FlowScreen[Place]):
    """Returns where to go.

    `read` asks the log; it is called in a thread each time the screen comes up. `devices` listens
    meanwhile, so that the screen knows whether there is Bluetooth.
    """

    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-low"), (30, "-tall")]  # type: ignore[misc]
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (72, "-wide")]  # type: ignore[misc]
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"go('{place.name}')", place.value, show=False)
            for number, place in enumerate(Place, start=1)
        ),
        Binding("enter", "select", "Open"),
    ]

    def __init__(self, read: Callable[[], Overview], devices: Devices) -> None:
        super().__init__()
        self._read_overview = read
        self._devices = devices
        self._overview: Overview | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="today", classes="panel") as today:
            today.border_title = "Today"
            yield BigPlan()
            yield Plain("…", id="why")
        yield Plain(INVITATION, id="invitation")
        with Horizontal(id="below"):
            with Vertical(id="left"):
                menu = OptionList(*_options(), id="menu", classes="panel")
                menu.border_title = "Start"
                yield menu
                with Vertical(id="trend", classes="panel") as trend:
                    trend.border_title = "Trend"
                    yield Trend()
            with Vertical(id="right"):
                with Vertical(id="last", classes="panel") as last:
                    last.border_title = "Last session"
                    yield Plain(id="card")
                with Vertical(id="earlier", classes="panel") as earlier:
                    earlier.border_title = "Before it"
                    yield Plain(id="rows")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#menu").focus()
        self.query_one("#invitation").display = False
        self.set_interval(1.0 / LOOKS_PER_S, self.update_if_there)

    def on_screen_resume(self) -> None:
        """Look again at what has changed meanwhile."""
        self.run_worker(self._read(), group="read", exclusive=True)
        # No coroutine yet: one that is replaced before it began would never be awaited.
        _: Worker[None] = self.run_worker(self._devices.listen, group="scan", exclusive=True)

    def on_screen_suspend(self) -> None:
        self.workers.cancel_node(self)

    async def _read(self) -> None:
        self._overview = await asyncio.to_thread(self._read_overview)
        self._draw()

    def _draw(self) -> None:
        overview = self._overview
        if overview is None or not self.is_current:
            return
        self.query_one(BigPlan).show(overview.exercise, overview.today.plan)
        if overview.person is not None:
            self.query_one("#today").border_title = plain(f"Today · {overview.person}")
        self.query_one("#why", Plain).update(plain(overview.today.why))
        last, *before = overview.sessions or (None,)
        card = _NONE_YET if last is None else tuple(card_lines(last))
        self.query_one("#card", Plain).update(joined(card))
        self.query_one("#rows", Plain).update("\n".join(map(session_line, before[:SHOWN_BEFORE])))
        self.query_one(Trend).show(overview.sessions)
        self.query_one("#earlier").set_class(not before, "-none")
        self.query_one("#trend").set_class(not overview.sessions, "-none")
        self.query_one(BigPlan).set_class(not overview.today.plan, "-none")

    def update_view(self) -> None:
        """Invite to the simulated lifter while there is no Bluetooth."""
        if self.is_current:
            self.query_one("#invitation").display = self._devices.trouble is not None

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        self.answer(Place[str(message.option_id)])

    def action_select(self) -> None:
        self.query_one("#menu", OptionList).action_select()

    def action_go(self, name: str) -> None:
        self.answer(Place[name])
