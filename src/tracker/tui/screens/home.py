"""Where `tracker` begins: today's plan, what can be done, and how the last session went."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from tracker.app.text import clock_time, load_cell, number
from tracker.domain import EXERCISES, MOST_PAIN
from tracker.domain.loads import BODYWEIGHT, load_unit
from tracker.language import _, counted, day_text, decimal, pgettext
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

    TRAIN = "train"
    DEMO = "demo"
    HISTORY = "history"
    PROGRAMME = "programme"
    SENSORS = "sensors"
    DOCTOR = "doctor"
    PEOPLE = "people"


PLACES: Final = {
    Place.TRAIN: (_("Train"), _("with your sensor")),
    Place.DEMO: (_("Demo"), _("a simulated lifter")),
    Place.HISTORY: (_("History"), _("past sessions")),
    Place.PROGRAMME: (_("Programme"), _("what comes next")),
    Place.SENSORS: (_("Sensors"), _("find and check one")),
    Place.DOCTOR: (_("Doctor"), _("what is missing")),
    Place.PEOPLE: (_("People"), _("who trains")),
}
"""Title and hint of each."""

LOOKS_PER_S: Final = 2.0
"""How often it is looked whether Bluetooth works."""

TREND_SESSIONS: Final = 24
"""Sessions in the curve of the trend: two months of training."""

INVITATION: Final = _(
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


def _reps_text(amount: int) -> str:
    """Return reps as short as a column has them."""
    unit = pgettext("column", "rep") if amount == 1 else pgettext("column", "reps")
    return f"{amount} {unit}"


def _width_of_days(skeleton: str) -> int:
    """Return the columns of the longest day: short names of months are not of one length."""
    return max(len(day_text(date(2000, month, 28), skeleton)) for month in range(1, 13))


_ROW_WIDTH: Final = 37
"""Columns of the list of sessions on 80."""
_SETS_WIDTH: Final = len(counted(2, "set", "sets"))
_REPS_WIDTH: Final = len(_reps_text(99))
_DAY_ROOM: Final = _ROW_WIDTH - len(f"  {'':{_SETS_WIDTH}} {'':{_REPS_WIDTH}}  60.0 kg")
# Where the words of a day need more, figures have to do.
_DAY: Final = "yMMMd" if _width_of_days("yMMMd") <= _DAY_ROOM else "short"
_DAY_WIDTH: Final = _width_of_days(_DAY)


def session_line(summary: SessionSummary) -> str:
    """Return a session in a row of the list: day, sets and reps, load."""
    return f"{day_text(summary.at(None), _DAY):>{_DAY_WIDTH}}  {_amount(summary)}"


def _amount(summary: SessionSummary) -> str:
    sets, reps = counted(summary.sets_done, "set", "sets"), _reps_text(summary.reps_done)
    return f"{sets:>{_SETS_WIDTH}} {reps:>{_REPS_WIDTH}}  {load_cell(summary.load_kg)}"


def card_lines(last: SessionSummary) -> Iterator[Shown]:
    """Yield the card of a session."""
    exercise = EXERCISES.get(last.shown_exercise)
    simulated = f"   {_('SIMULATED')}" if last.origin == "synthetic" else ""
    title = last.shown_exercise if exercise is None else exercise.title
    yield plain(f"{title}{simulated}", "bold")
    length = "" if last.duration_s is None else f" · {clock_time(last.duration_s)} min"
    day = day_text(last.at(None), "yMMMEd")
    yield plain(f"{day}, {last.at(None):%H:%M}{length}", "dim")
    yield plain(_amount(last).strip())
    if last.lockout_s is not None:  # a session that no sensor saw has no measures
        yield plain(
            _("hold {hold} · range {range} · {velocity}").format(
                hold=number(last.lockout_s, 1, " s"),
                range=number(last.rom_deg, 0, "°"),
                velocity=number(last.mean_velocity_mps, 2, " m/s"),
            )
        )
    if last.pain_after is not None:
        yield plain(
            _("pain afterwards {score} of {most}").format(score=last.pain_after, most=MOST_PAIN)
        )


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
        large = self._words.replace(f", {BODYWEIGHT}", "").replace(", ", "   ").upper()
        fits = height > 4 and set(large) <= set(GLYPHS)
        drawn = block_text(large, width, min(height - 2, 7)) if fits and large else ()
        if len(drawn) < 2:
            return [f"{self._exercise}  {self._words}".strip()]
        return [self._exercise, "", *drawn]


def _short(value: float | None) -> str:
    return number(value, 1).removesuffix(decimal(0.0, 1)[1:])


TREND_TITLES: Final = (_("load"), pgettext("column", "reps"), pgettext("column", "hold"))
_TREND_TITLE_WIDTH: Final = max(map(len, TREND_TITLES))


_LEAST_HEAD: Final = 14
"""Columns for the newest values, left of the curves."""


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
            return [_("The curves begin with your first session.")[:width]]
        each = min(12, (height - len(self._rows) + 1) // len(self._rows))
        lines: list[str] = []
        units = (f" {load_unit().value}", "", " s")
        newest_texts = [
            f"{title:<{_TREND_TITLE_WIDTH}} {_short(values[-1])}{unit}"
            for title, values, unit in zip(TREND_TITLES, self._rows, units, strict=True)
        ]
        head_width = max(_LEAST_HEAD, *map(len, newest_texts))
        room = max(width - head_width - 1, 1)
        for newest, values, unit in zip(newest_texts, self._rows, units, strict=True):
            shown = values[-room:]
            if each < 2:
                lines.append(f"{newest:<{head_width}} {sparkline(shown)}")
                continue
            bar, between = bar_room(len(shown), room)
            known = max((value for value in shown if value is not None), default=0.0)
            bars = upright_bars(shown, known, each, bar, between)
            best = _("best {value}").format(value=f"{_short(known)}{unit}")
            heads = [newest, best, *[""] * (each - 2)]
            lines += [f"{head:<{head_width}} {row}" for head, row in zip(heads, bars, strict=True)]
            lines.append("")
        return lines[:height]


_NONE_YET: Final = (plain(_("No session yet."), "bold"), plain(_("Your first one will be here.")))

SHOWN_BEFORE: Final = 40
"""More lines than any screen has room for beside the card."""


def _options() -> Iterator[Option]:
    room = max(len(title) for title, _hint in PLACES.values()) + 2
    for number_, (place, (title, hint)) in enumerate(PLACES.items(), start=1):
        parts = (
            plain(f" {number_} ", "dim"),
            plain(f"{title:<{room}}", "bold"),
            plain(hint, "dim"),
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
            Binding(str(number), f"go('{place.name}')", title, show=False)
            for number, (place, (title, _hint)) in enumerate(PLACES.items(), start=1)
        ),
        Binding("enter", "select", _("Open")),
    ]

    def __init__(self, read: Callable[[], Overview], devices: Devices) -> None:
        super().__init__()
        self._read_overview = read
        self._devices = devices
        self._overview: Overview | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="today", classes="panel") as today:
            today.border_title = _("Today")
            yield BigPlan()
            yield Plain("…", id="why")
        yield Plain(INVITATION, id="invitation")
        with Horizontal(id="below"):
            with Vertical(id="left"):
                menu = OptionList(*_options(), id="menu", classes="panel")
                menu.border_title = _("Start")
                yield menu
                with Vertical(id="trend", classes="panel") as trend:
                    trend.border_title = _("Trend")
                    yield Trend()
            with Vertical(id="right"):
                with Vertical(id="last", classes="panel") as last:
                    last.border_title = _("Last session")
                    yield Plain(id="card")
                with Vertical(id="earlier", classes="panel") as earlier:
                    earlier.border_title = _("Before it")
                    yield Plain(id="rows")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#menu").focus()
        self.query_one("#invitation").display = False
        self.set_interval(1.0 / LOOKS_PER_S, self.update_if_there)

    def on_screen_resume(self) -> None:
        """Look again at what has changed meanwhile."""
        self.read()
        # No coroutine yet: one that is replaced before it began would never be awaited.
        _: Worker[None] = self.run_worker(self._devices.listen, group="scan", exclusive=True)

    def on_screen_suspend(self) -> None:
        self.workers.cancel_node(self)

    def read(self) -> None:
        """Show what is in the log by now."""
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        self._overview = await asyncio.to_thread(self._read_overview)
        self._draw()

    def _draw(self) -> None:
        overview = self._overview
        if overview is None or not self.is_current:
            return
        self.query_one(BigPlan).show(overview.exercise, overview.today.plan)
        if overview.person is not None:
            self.query_one("#today").border_title = plain(f"{_('Today')} · {overview.person}")
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
