"""Past sessions, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.widgets import DataTable, Input

from tracker.app.text import clock_time, load_cell, number
from tracker.domain import EXERCISES, TrackerError
from tracker.language import _, pgettext
from tracker.tui.plain import Plain, cells, columns_that_fit
from tracker.tui.screens import FlowScreen, KeyHints, Next
from tracker.tui.widgets.bars import sparkline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.store import SessionSummary

COLUMNS: Final = (
    (_("when"), 16, "<"),
    ("", 3, "<"),
    (_("exercise"), 14, "<"),
    (_("sets"), 4, ">"),
    (pgettext("column", "reps"), 4, ">"),
    (_("load"), 8, ">"),
    (pgettext("column", "hold"), 5, ">"),
    (_("range"), 5, ">"),
    (_("velocity"), 8, ">"),
    (_("pain"), 5, "<"),
    (_("time"), 5, ">"),
)
"""Titles, least widths and sides."""

_WIDTHS: Final = tuple(max(width, len(title)) for title, width, _side in COLUMNS)

GIVE_WAY: Final = (10, 8, 7, 6, 9, 3, 5, 4)
"""Columns that a narrow terminal does without, the first one first: time, velocity, range, hold,
pain, sets, load, reps."""

_NONE_YET: Final = _("There is no session yet. Train one, and it will be here.")


def history_cells(summary: SessionSummary) -> tuple[str, ...]:
    """Return a session as a line of the list."""
    exercise = EXERCISES.get(summary.shown_exercise)
    title = summary.shown_exercise if exercise is None else exercise.title
    before, after = number(summary.pain_before, 0), number(summary.pain_after, 0)
    pain = "" if (summary.pain_before, summary.pain_after) == (None, None) else f"{before}→{after}"
    texts = (
        f"{summary.at(None):%Y-%m-%d %H:%M}",
        # Beside the date, where it is seen on every terminal.
        # Translators: a simulated session, in three letters.
        _("sim") if summary.origin == "synthetic" else "",
        title,
        f"{summary.sets_done}",
        f"{summary.reps_done}",
        load_cell(summary.load_kg),
        number(summary.lockout_s, 1, " s"),
        number(summary.rom_deg, 0, "°"),
        number(summary.mean_velocity_mps, 2, " m/s"),
        pain,
        clock_time(summary.duration_s),
    )
    return tuple(
        f"{text:>{width}}" if side == ">" else text
        for text, width, (_title, _least, side) in zip(texts, _WIDTHS, COLUMNS, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Order:
    """What the list can be sorted by, the largest or newest first."""

    title: str
    of: Callable[[SessionSummary], float | str | None]


ORDERS: Final = (
    Order(_("newest first"), lambda each: each.at_utc),
    Order(_("load first"), lambda each: each.load_kg),
    Order(_("reps first"), lambda each: float(each.reps_done)),
    Order(_("hold first"), lambda each: each.lockout_s),
    Order(_("velocity first"), lambda each: each.mean_velocity_mps),
)


def arranged(
    sessions: Sequence[SessionSummary], words: str, order: Order
) -> tuple[SessionSummary, ...]:
    """Return the sessions in whose line every word stands, in order; the unknown come last."""
    wanted = words.lower().split()
    kept = [each for each in sessions if all(word in _line(each) for word in wanted)]
    known = [each for each in kept if order.of(each) is not None]
    known.sort(key=order.of, reverse=True)  # type: ignore[arg-type]
    return (*known, *(each for each in kept if order.of(each) is None))


def _line(summary: SessionSummary) -> str:
    return " ".join((*history_cells(summary), summary.shown_note)).lower()


def trend_text(sessions: Sequence[SessionSummary], width: int) -> str:
    """Return load, reps and hold over time, oldest on the left, in one line."""
    by_time = sorted(sessions, key=lambda each: each.at_utc)
    curves: tuple[tuple[str, list[float | None]], ...] = (
        (_("load"), [each.load_kg for each in by_time]),
        (pgettext("column", "reps"), [float(each.reps_done) for each in by_time]),
        (pgettext("column", "hold"), [each.lockout_s for each in by_time]),
    )
    titles = sum(len(title) + 1 for title, _values in curves)
    room = max((width - titles - 9) // 3, 1)
    return "   ".join(f"{title} {sparkline(values[-room:])}" for title, values in curves)


class HistoryScreen(FlowScreen["tuple[int, Next] | None"]):
    """Returns a session with what to do, or None to leave.

    It is to be shown (`Next.FINISH`), replayed (`Next.REPLAY`) or corrected (`Next.EDIT`).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose('FINISH')", _("Show"), priority=True),
        Binding("r", "choose('REPLAY')", _("Replay")),
        Binding("c", "overview", _("Calendar")),
        Binding("slash", "filter", _("Filter"), key_display="/"),
        Binding("o", "sort", _("Sort")),
        Binding("e", "choose('EDIT')", _("Edit")),
        Binding("x", "trash", _("Delete")),
        Binding("z", "undo", pgettext("history", "Undo")),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(
        self,
        read_sessions: Callable[[], tuple[SessionSummary, ...]],
        trash: Callable[[int], None],
        restore: Callable[[int], None],
        read_overview: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        super().__init__()
        self._read_sessions = read_sessions
        self._read_overview = read_overview
        self._trash, self._restore = trash, restore
        self._undoing: list[tuple[Callable[[int], object], int]] = []
        """How to undo what was done here to a session, the last one at the end."""
        self._all: tuple[SessionSummary, ...] = ()
        self._sessions: tuple[SessionSummary, ...] = ()
        """Those in the list, in its order."""
        self._order = 0
        self._shown_columns: tuple[int, ...] = ()

    def compose(self) -> ComposeResult:
        yield Plain(_("Past sessions"), id="title")
        yield Plain(id="trouble")
        yield Plain(id="overview")
        yield Input(id="filter", compact=True, placeholder=_("words that must be in the line"))
        yield Plain(id="trend")
        yield DataTable[str](cursor_type="row", zebra_stripes=True)
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self.read()
        self.query_one("#overview").display = False
        self.query_one(DataTable).focus()

    def on_resize(self) -> None:
        self.update_if_there()

    def update_view(self) -> None:
        """Show the columns for which there is room."""
        if self._shown_columns != self._columns:
            self._fill()

    @property
    def _columns(self) -> tuple[int, ...]:
        table = self.query_one(DataTable)
        room = self.size.width - table.gutter.width - table.styles.scrollbar_size_vertical
        return columns_that_fit(_WIDTHS, GIVE_WAY, room)

    def action_overview(self) -> None:
        """Show the calendar and pain over time above the list, or hide them again."""
        overview = self.query_one("#overview", Plain)
        overview.display = not overview.display
        if overview.display:
            overview.update("\n".join(self._read_overview()))

    def read(self) -> None:
        """Show what is in the log by now."""
        try:
            self._all = self._read_sessions()
            trouble = "" if self._all else _NONE_YET
        except TrackerError as error:
            trouble = f"! {error}"
        self.query_one("#trouble", Plain).update(trouble)
        self.query_one("#trouble").display = bool(trouble)
        self._fill()

    def _fill(self) -> None:
        """Fill the list; the cursor stays on its session."""
        table = self.query_one(DataTable)
        chosen = self._chosen
        order = ORDERS[self._order]
        words = self.query_one("#filter", Input).value
        self._sessions = arranged(self._all, words, order)
        self._shown_columns = self._columns
        table.clear(columns=True)
        for place in self._shown_columns:
            title, _least, side = COLUMNS[place]
            table.add_column(f"{title:{side}{_WIDTHS[place]}}", width=_WIDTHS[place])
        for summary in self._sessions:
            line = cells(history_cells(summary))
            table.add_row(*(line[place] for place in self._shown_columns))
        ids = [each.id for each in self._sessions]
        if chosen is not None and chosen.id in ids:
            table.move_cursor(row=ids.index(chosen.id))
        shown, all_ = len(self._sessions), len(self._all)
        amount = _("{shown} of {all}").format(shown=shown, all=all_) if words else f"{all_}"
        title = " · ".join((_("Past sessions"), amount, order.title))
        self.query_one("#title", Plain).update(title)
        trend = self.query_one("#trend", Plain)
        trend.display = len(self._sessions) > 1
        trend.update(trend_text(self._sessions, self.app.size.width))

    @property
    def _chosen(self) -> SessionSummary | None:
        row = self.query_one(DataTable).cursor_row
        return self._sessions[row] if 0 <= row < len(self._sessions) else None

    def on_input_changed(self) -> None:
        self._fill()

    def on_input_submitted(self) -> None:
        self.query_one(DataTable).focus()

    def action_filter(self) -> None:
        """Ask for words; empty ones show everything again."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def action_sort(self) -> None:
        """Go on to the next order."""
        self._order = (self._order + 1) % len(ORDERS)
        self._fill()

    def action_trash(self) -> None:
        """Move the chosen session to the trash, out of which one key brings it back."""
        chosen = self._chosen
        if chosen is not None and self._done(self._trash, chosen.id):
            self._undoing.append((self._restore, chosen.id))
            self.notify(
                _("Session {number} is in the trash: z brings it back.").format(number=chosen.id),
                timeout=3.0,
            )

    def action_undo(self) -> None:
        """Undo the last deletion or correction."""
        if not self._undoing:
            self.notify(_("Nothing was changed here."), timeout=3.0)
        elif self._done(*self._undoing[-1]):
            self._undoing.pop()

    def edited(self, session_id: int, undo: Callable[[int], object]) -> None:
        """Show a correction that was made; one key undoes it."""
        self._undoing.append((undo, session_id))
        self.read()
        self.notify(
            _("Session {number} is corrected: z undoes it.").format(number=session_id), timeout=3.0
        )

    def _done(self, work: Callable[[int], object], session_id: int) -> bool:
        try:
            work(session_id)
        except TrackerError as error:
            self.notify(str(error), severity="error", timeout=8.0)
            return False
        self.read()
        return True

    def action_back(self) -> None:
        """Leave the filter first, then the screen."""
        field = self.query_one("#filter", Input)
        if field.display:
            field.value = ""
            field.display = False
            self.query_one(DataTable).focus()
        else:
            self.answer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # What is typed into the filter opens nothing.
        typing = isinstance(self.focused, Input)
        return not (typing and action == "choose")

    def on_data_table_row_selected(self) -> None:
        self.action_choose(Next.FINISH.name)

    def action_choose(self, wish: str) -> None:
        chosen = self._chosen
        if chosen is not None:
            self.answer((chosen.id, Next[wish]))
