"""Who trains: a list of the people on this computer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DataTable, Footer

from tracker.language import _, day_text
from tracker.tui.plain import Plain, cells
from tracker.tui.screens import FlowScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.app.people import Line

TITLE: Final = _("Who trains?")

HINT: Final = _(
    "Everybody has a log, plan and limits of their own. Add somebody in a terminal: "
    "tracker people add NAME"
)


def line_cells(line: Line) -> tuple[str, str, str]:
    """Return a line of the list: name, number of sessions, last one."""
    last = _("no session yet") if line.last is None else day_text(line.last.at(None), "yMMMEd")
    return line.name, str(line.sessions), f"! {line.trouble}" if line.trouble else last


class PeopleScreen(FlowScreen["Line | None"]):
    """Returns whoever was chosen; None to leave it as it was, where it can be left.

    `read` asks every log; it is called in a thread. The cursor begins on `name`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", _("Choose"), priority=True),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(
        self, read: Callable[[], Sequence[Line]], name: str, *, can_leave: bool = True
    ) -> None:
        super().__init__()
        self._read_lines = read
        self._first = name
        self._can_leave = can_leave
        self._lines: tuple[Line, ...] = ()

    def compose(self) -> ComposeResult:
        yield Plain(TITLE, id="title")
        with Vertical(id="list"):
            yield DataTable[str](cursor_type="row", zebra_stripes=True)
        yield Plain(HINT, id="advice")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        for title in (_("name"), _("sessions"), _("last session")):
            self._table.add_column(title)
        self._table.focus()
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        self._lines = tuple(await asyncio.to_thread(self._read_lines))
        for line in self._lines:
            self._table.add_row(*cells(line_cells(line)))
        names = [line.name for line in self._lines]
        if self._first in names:
            self._table.move_cursor(row=names.index(self._first))

    @property
    def _table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    def choices(self) -> Sequence[tuple[str, str]]:
        return [(line.name, line_cells(line)[2]) for line in self._lines]

    def choose(self, place: int) -> None:
        self._table.move_cursor(row=place)
        self.action_select()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._can_leave if action == "back" else True

    def on_data_table_row_selected(self) -> None:
        self.action_select()

    def action_select(self) -> None:
        row = self._table.cursor_row
        if 0 <= row < len(self._lines):
            self.answer(self._lines[row])
