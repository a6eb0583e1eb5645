"""Past sessions, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.widgets import DataTable, Footer

from tracker.app.text import clock_time, number
from tracker.domain import EXERCISES, TrackerError
from tracker.tui.plain import Plain, cells
from tracker.tui.screens import FlowScreen, Next

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.store import SessionSummary

COLUMNS: Final = (
    ("when", 16),
    ("", 3),
    ("exercise", 14),
    ("sets", 4),
    ("reps", 4),
    ("   kg", 5),
    (" hold", 5),
    ("range", 5),
    (" m/s", 4),
    ("pain", 5),
    (" time", 5),
)
"""Titles and widths; the last ones are reached by scrolling where there is no room."""

_NONE_YET: Final = "There is no session yet. Train one, and it will be here."


def history_cells(summary: SessionSummary) -> tuple[str, ...]:
    """Return a session as a line of the list."""
    exercise = EXERCISES.get(summary.shown_exercise)
    title = summary.shown_exercise if exercise is None else exercise.title
    before, after = number(summary.pain_before, 0), number(summary.pain_after, 0)
    pain = "" if (summary.pain_before, summary.pain_after) == (None, None) else f"{before}→{after}"
    load = "body" if summary.load_kg == 0 else number(summary.load_kg, 1)
    return (
        f"{summary.at(None):%Y-%m-%d %H:%M}",
        # Beside the date, where it is seen on every terminal.
        "sim" if summary.origin == "synthetic" else "",
        title,
        f"{summary.sets_done:>4}",
        f"{summary.reps_done:>4}",
        f"{load:>5}",
        f"{number(summary.lockout_s):>5}",
        f"{number(summary.rom_deg, 0, '°'):>5}",
        f"{number(summary.mean_velocity_mps, 2):>4}",
        pain,
        f"{clock_time(summary.duration_s):>5}",
    )


class HistoryScreen(FlowScreen["tuple[int, Next] | None"]):
    """Returns the session to show (`Next.FINISH`) or replay (`Next.REPLAY`), or None to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose('FINISH')", "Show", priority=True),
        Binding("r", "choose('REPLAY')", "Replay"),
        Binding("c", "overview", "Calendar, pain"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(
        self,
        read_sessions: Callable[[], tuple[SessionSummary, ...]],
        read_overview: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        super().__init__()
        self._read_sessions = read_sessions
        self._read_overview = read_overview
        self._sessions: tuple[SessionSummary, ...] = ()

    def compose(self) -> ComposeResult:
        yield Plain("Past sessions", id="title")
        yield Plain(id="trouble")
        yield Plain(id="overview")
        yield DataTable[str](cursor_type="row", zebra_stripes=True)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for title, width in COLUMNS:
            table.add_column(title, width=width)
        self.read()
        self.query_one("#overview").display = False
        table.focus()

    def action_overview(self) -> None:
        """Show the calendar and pain over time above the list, or hide them again."""
        overview = self.query_one("#overview", Plain)
        overview.display = not overview.display
        if overview.display:
            overview.update("\n".join(self._read_overview()))

    def read(self) -> None:
        """Show what is in the log by now."""
        table = self.query_one(DataTable)
        table.clear()
        try:
            self._sessions = self._read_sessions()
            trouble = "" if self._sessions else _NONE_YET
        except TrackerError as error:
            trouble = f"! {error}"
        for summary in self._sessions:
            table.add_row(*cells(history_cells(summary)))
        self.query_one("#trouble", Plain).update(trouble)
        self.query_one("#trouble").display = bool(trouble)

    def on_data_table_row_selected(self) -> None:
        self.action_choose(Next.FINISH.name)

    def action_choose(self, wish: str) -> None:
        row = self.query_one(DataTable).cursor_row
        if 0 <= row < len(self._sessions):
            self.answer((self._sessions[row].id, Next[wish]))
