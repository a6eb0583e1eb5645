"""Measured reps and sets: the table of a set, the last rep against its plan, the sets so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import is_
from typing import TYPE_CHECKING, ClassVar, Final

from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tracker.app.text import (
    flag_words,
    load_cell,
    mean_durations_s,
    number,
    phase_durations_s,
    set_flag_words,
    tempo_code,
)
from tracker.coach import PaceVerdict, phase_errors
from tracker.coach.pacing import TOLERANCE_S
from tracker.domain import LIFTERS_ORDER, PHASE_WORDS, Phase, mean_of_known
from tracker.domain.foreign_text import one_line
from tracker.domain.loads import load_text
from tracker.language import _, counted, localized, ngettext, pgettext
from tracker.tui.plain import Shown, joined, plain
from tracker.tui.widgets.bars import bar_room, upright_bars
from tracker.tui.widgets.block_text import LinesWidget, SnapshotWidget, line_strip
from tracker.tui.widgets.live import SIGNS as PHASE_SIGNS
from tracker.tui.widgets.live import bar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.app.snapshot import SessionSnapshot
    from tracker.domain import Plan, Rep, SetRecord

SIGNS: Final = {
    PaceVerdict.ON_TEMPO: "✓",
    PaceVerdict.TOO_FAST: "↓",
    PaceVerdict.TOO_SLOW: "↑",
}
"""A phase as planned, too short, too long."""

LEGEND: Final = _("in s and m/s · ↓ shorter, ↑ longer than planned · ø mean")
"""Explains the signs."""

LEAST_BAR: Final = 4
"""Columns of the shortest bar that still shows a difference of a tenth: 32 eighths."""

LONGEST_BAR: Final = 40
"""A longer bar is harder to compare, not easier."""

_REP: Final = pgettext("column", "rep")
_REP_WIDTH: Final = max(3, len(_REP))
_PHASE_WIDTHS: Final = {phase: max(5, len(PHASE_WORDS[phase])) for phase in LIFTERS_ORDER}
_RANGE: Final = _("range")
_RANGE_WIDTH: Final = 6
_VELOCITY: Final = _("velocity")
_VELOCITY_WIDTH: Final = 7
"""Columns of the numbers of a rep; those of range and velocity come without their bars."""
_REMARKS: Final = pgettext("column", "remarks")

_NUMBERS_WIDTH: Final = (
    _REP_WIDTH
    + sum(width + 2 for width in _PHASE_WIDTHS.values())
    + len("  ")
    + _RANGE_WIDTH
    + _VELOCITY_WIDTH
)
"""Columns of everything but the bars and the remarks."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; lines other than reps have only a `title`."""

    title: str
    """Number of the rep and its phases, or words."""
    measured: bool = False
    """Whether numbers follow the title."""
    rom_deg: float | None = None
    best_deg: float = 0.0
    """What fills the bar of the range, degrees; 0 leaves it out."""
    mean_velocity_mps: float | None = None
    best_mps: float = 0.0
    """What fills the bar of the velocity, m/s."""
    remarks: str = ""


def rep_rows(record: SetRecord) -> tuple[Row, ...]:
    """Return a row for each rep of a set, and the mean of several."""
    reps = record.reps
    best_deg = max((rep.rom_deg for rep in reps if rep.rom_deg is not None), default=0.0)
    speeds = (rep.mean_velocity_mps for rep in reps)
    best_mps = max((speed for speed in speeds if speed is not None), default=0.0)
    rows = [_rep_row(record, rep, best_deg, best_mps) for rep in reps]
    if len(reps) > 1:
        title = _numbered("ø", mean_durations_s(reps), {})
        mean_deg = mean_of_known(rep.rom_deg for rep in reps)
        mean_mps = mean_of_known(rep.mean_velocity_mps for rep in reps)
        rows.append(Row(title, True, mean_deg, best_deg, mean_mps, best_mps))
    return tuple(rows)


def _rep_row(record: SetRecord, rep: Rep, best_deg: float, best_mps: float) -> Row:
    marks: dict[Phase, str] = {}
    if record.plan.tempo is not None:
        earlier = [each for each in record.reps if each.index < rep.index]
        errors = phase_errors(rep, record.plan.tempo, earlier)
        # In a table of many reps, only what is off its plan stands out.
        off = (error for error in errors if error.verdict is not PaceVerdict.ON_TEMPO)
        marks = {error.phase: SIGNS[error.verdict] for error in off}
    title = _numbered(str(rep.index), phase_durations_s(rep), marks)
    speed_mps, remarks = rep.mean_velocity_mps, flag_words(rep.flags)
    return Row(title, True, rep.rom_deg, best_deg, speed_mps, best_mps, remarks)


def _numbered(
    name: str, durations_s: Mapping[Phase, float | None], marks: Mapping[Phase, str]
) -> str:
    phases = " ".join(
        f"{number(durations_s[phase]):>{_PHASE_WIDTHS[phase]}}{marks.get(phase, ' ')}"
        for phase in LIFTERS_ORDER
    )
    return f"{name:>{_REP_WIDTH}} {phases}"


def bar_width(rows: Sequence[Row], width: int) -> int:
    """Return how long the bars can be if the remarks are to fit on `width` columns too.

    0 is for none, where they would be too short to show a difference.
    """
    remarks = max((len(row.remarks) for row in rows), default=0)
    room = (width - _NUMBERS_WIDTH - max(remarks, len(_REMARKS))) // 2
    return min(LONGEST_BAR, room) if room >= LEAST_BAR else 0


def rows_on(rows: Sequence[Row], width: int) -> tuple[Row, ...]:
    """Return the rows for so many columns: where remarks do not fit, each is below its rep."""
    # Without any, nothing is laid out yet.
    if width <= 0 or all(len(row_text(row, 0)) <= width for row in rows):
        return tuple(rows)
    shown: list[Row] = []
    for row in rows:
        shown.append(replace(row, remarks=""))
        if row.remarks:
            shown.append(Row(f"{'':{_REP_WIDTH}} {row.remarks}"))
    return tuple(shown)


def header(bars: int) -> str:
    """Return the line above the reps."""
    phases = " ".join(f"{PHASE_WORDS[phase]:>{_PHASE_WIDTHS[phase]}} " for phase in LIFTERS_ORDER)
    measures = f"{_RANGE:<{_range_room(bars)}}{_VELOCITY:<{_velocity_room(bars)}}"
    return f"{_REP:<{_REP_WIDTH}} {phases}  {measures}{_REMARKS}"


def _range_room(bars: int) -> int:
    return max(bars + _RANGE_WIDTH, len(_RANGE) + 1)


def _velocity_room(bars: int) -> int:
    return max(bars + _VELOCITY_WIDTH, len(_VELOCITY) + 1)


def row_parts(row: Row, bars: int) -> tuple[tuple[str, bool], ...]:
    """Return a row in pieces, each with whether it is a bar of `bars` columns."""
    if not row.measured:
        return ((row.title, False),)
    return (
        (f"{row.title}  ", False),
        (_bar(row.rom_deg, row.best_deg, bars), True),
        (f" {number(row.rom_deg, 0, '°'):<{_range_room(bars) - bars - 1}}", False),
        (_bar(row.mean_velocity_mps, row.best_mps, bars), True),
        (
            f" {number(row.mean_velocity_mps, 2):<{_velocity_room(bars) - bars - 1}}{row.remarks}",
            False,
        ),
    )


def row_text(row: Row, bars: int) -> str:
    """Return a row as it is read."""
    return "".join(text for text, _is_bar in row_parts(row, bars)).rstrip()


def _bar(value: float | None, best: float, width: int) -> str:
    return " " * width if value is None or best <= 0.0 else bar(value / best, width)


class RepTable(ScrollView, can_focus=True):
    """Scrolls where the reps do not fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rep-table--header", "rep-table--bar"}
    DEFAULT_CSS = """
    RepTable { height: 1fr; min-height: 3; padding: 0 1; scrollbar-gutter: stable; }
    RepTable .rep-table--header { color: $text-muted; text-style: bold; }
    RepTable .rep-table--bar { color: $primary; }
    """

    rows: reactive[tuple[Row, ...]] = reactive(())

    def update_from(self, *records: SetRecord) -> None:
        """Show the reps of sets, each under a title of its own where there are several."""
        rows: list[Row] = []
        for record in records:
            if len(records) > 1:
                rows += [*([Row("")] if rows else []), Row(set_title(record))]
            rows += rep_rows(record) or (Row(_("no complete rep")),)
        self.rows = tuple(rows)

    @property
    def lines(self) -> tuple[str, ...]:
        """The text below the header."""
        return tuple(row_text(row, self._bars) for row in self._rows_here)

    _rows_here: tuple[Row, ...] = ()
    """The rows as they fit here."""
    _bars: int = 0
    """Columns of their bars."""

    def on_resize(self) -> None:
        self.watch_rows()

    def watch_rows(self) -> None:
        """Make room for the rows."""
        width = self.scrollable_content_region.width
        self._rows_here = rows_on(self.rows, width)
        self._bars = bar_width(self._rows_here, width)
        lines = self.lines
        widest = max(map(len, (*lines, header(self._bars))))
        self.virtual_size = Size(widest, len(lines) + 1)

    def render_line(self, y: int) -> Strip:
        """Draw the fixed header, and the lines in sight."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        rows, style, bars = self._rows_here, self.visual_style, self._bars
        if y == 0:
            style = self.get_visual_style("rep-table--header")
            content = plain(header(bars))
        elif top + y <= len(rows):
            of_bar = self.get_visual_style("rep-table--bar")
            parts = row_parts(rows[top + y - 1], bars)
            content = joined(
                (plain(text, of_bar) if is_bar else plain(text) for text, is_bar in parts), ""
            )
        else:
            content = plain("")
        strip = Strip(content.render_segments(style), content.cell_length)
        return strip.crop_extend(left, left + width, style.rich_style)


def set_title(record: SetRecord) -> str:
    """Return a set in a line: reps against the plan, load, effort, note."""
    rpe, note = record.entries.rpe, record.entries.note
    parts = [
        _("set {number}: {reps}").format(number=record.index, reps=reps_text(record)),
        load_text(record.load_kg) if record.load_kg else "",
        "" if rpe is None else _("RPE {rpe}").format(rpe=localized(f"{rpe:g}")),
        f"“{one_line(note)}”" if note else "",
    ]
    return " · ".join(filter(None, parts))


def reps_text(record: SetRecord) -> str:
    """Return the reps of a set beside the planned ones, ticked once there are enough."""
    target = record.plan.target_reps
    if target is None:
        return counted(record.done, "rep", "reps")
    missing = target - record.done
    # Translators: how many of the planned reps are missing.
    verdict = "✓" if missing <= 0 else _("({amount} short)").format(amount=missing)
    done = ngettext("{done} of {target} rep", "{done} of {target} reps", target)
    return f"{done.format(done=record.done, target=target)} {verdict}"


Lines = tuple[str, str, str, str]


def last_rep_lines(record: SetRecord | None) -> Lines:
    """Return title, phases against the plan, tempo code, and the other measures."""
    if record is None or not record.reps:
        return (_("first rep under way"), "", "", "")
    rep, plan = record.reps[-1], record.plan
    remarks = flag_words(rep.flags)
    planned = "" if plan.tempo is None else _("plan {tempo}").format(tempo=plan.tempo.code)
    name = _("rep {number}").format(number=rep.index)
    return (
        f"{name} · {remarks}" if remarks else name,
        phases_text(rep, plan),
        "   ".join(filter(None, (tempo_code(phase_durations_s(rep)), planned))),
        _("range {range} · velocity {velocity}").format(
            range=number(rep.rom_deg, 0, "°"), velocity=number(rep.mean_velocity_mps, 2, " m/s")
        ),
    )


def phases_text(rep: Rep, plan: Plan) -> str:
    """Return the phases in the lifter's order, each with a sign for how it met the plan."""
    durations_s = phase_durations_s(rep)
    verdicts: dict[Phase, str] = {}
    if plan.tempo is not None:
        verdicts = {error.phase: SIGNS[error.verdict] for error in phase_errors(rep, plan.tempo)}
    return " · ".join(
        f"{PHASE_WORDS[phase]} {number(durations_s[phase])}{verdicts.get(phase, '')}"
        for phase in LIFTERS_ORDER
    )


def _in_signs(phases: str) -> str:
    """Return a line of phases with their signs in place of their words."""
    for phase, word in PHASE_WORDS.items():
        phases = phases.replace(f"{word} ", f"{PHASE_SIGNS[phase]} ")
    return phases


class LastRep(SnapshotWidget):
    """Phases against the plan, tempo, range and velocity."""

    DEFAULT_CSS = """
    LastRep {
        height: 6;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        border: round $foreground 35%;
        border-title-color: $foreground;
        border-title-style: bold;
    }
    """

    lines: reactive[Lines] = reactive(last_rep_lines(None))

    def on_mount(self) -> None:
        self.border_title = _("Last rep")

    def update_from(self, snapshot: SessionSnapshot) -> None:
        measured = [record for record in snapshot.sets if record.reps]
        self.lines = last_rep_lines(measured[-1] if measured else None)

    def render(self) -> Shown:
        """Draw four lines, the phases strongest."""
        styles = ("dim", "bold", "", "")
        width = self.size.width
        # Where the dots have no room, the spaces around them do.
        lines = [
            line if len(line) <= width else line.replace(" · ", "  " if i > 1 else " ")
            for i, line in enumerate(self.lines)
        ]
        if len(lines[1]) > width:
            lines[1] = _in_signs(lines[1])
        return joined(map(plain, lines, styles))


@dataclass(frozen=True, slots=True)
class Strength:
    """The reps of a set as bars: how fast, and how long the hold."""

    speeds_mps: tuple[float | None, ...] = ()
    holds_s: tuple[float | None, ...] = ()
    goal_s: float | None = None
    """The planned hold, s; None without one."""


def strength_of(snapshot: SessionSnapshot) -> Strength:
    """Return the reps of the set under way, or of the last one that has some."""
    record = next((each for each in reversed(snapshot.sets) if each.reps), None)
    if record is None:
        return Strength()
    return Strength(
        tuple(rep.mean_velocity_mps for rep in record.reps),
        tuple(rep.lockout_s for rep in record.reps),
        record.plan.hold_s,
    )


def loss_of(speeds_mps: Sequence[float | None]) -> float | None:
    """Return the share by which the last rep is slower than the fastest; None if unknown."""
    known = [speed for speed in speeds_mps if speed is not None]
    if not known or speeds_mps[-1] is None or max(known) <= 0.0:
        return None
    return 1.0 - speeds_mps[-1] / max(known)


SLOW_SHARE: Final = 0.2
"""From this loss of velocity on, sets for strength end; the bars change their colour."""


def loss_text(loss: float | None) -> str:
    """Return how the last rep compares with the fastest; empty if unknown."""
    if loss is None:
        return ""
    return _("★ best") if loss <= 0.0 else f"▼ {loss * 100:.0f} %"


def hold_text(hold_s: float | None, goal_s: float | None) -> str:
    """Return how a hold met the plan; empty without one."""
    if hold_s is None or goal_s is None:
        return ""
    return _("✓ plan") if hold_s >= goal_s - TOLERANCE_S else localized(f"↓ {goal_s:g} s")


_SCALE_WIDTH: Final = 9
"""Columns of the numbers left of the bars."""


class RepBars(LinesWidget):
    """A thin bar for the velocity and one for the hold of each rep; the newest on the right."""

    DEFAULT_CSS = """
    RepBars {
        border: round $foreground 35%;
        border-title-color: $foreground;
        border-title-style: bold;
        color: $text-primary;
    }
    RepBars.-slow { color: $text-warning; }
    """

    strength: reactive[Strength] = reactive(Strength())

    def on_mount(self) -> None:
        self.border_title = _("Each rep")

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.strength = strength_of(snapshot)
        self.set_class((loss_of(self.strength.speeds_mps) or 0.0) >= SLOW_SHARE, "-slow")

    def drawn(self, width: int, height: int) -> list[str]:
        speeds, holds = self.strength.speeds_mps, self.strength.holds_s
        if not speeds:
            return _("velocity and hold\nof each rep").split("\n")[:height]
        goal_s = self.strength.goal_s
        each = max(1, (height - 1) // 2)
        upper = _bars(
            f"{number(speeds[-1], 2)} m/s", loss_text(loss_of(speeds)), speeds, None, width, each
        )
        lower = _bars(
            f"{number(holds[-1])} s", hold_text(holds[-1], goal_s), holds, goal_s, width, each
        )
        return [*upper, *[""] * (height - 2 * each), *lower]


def _bars(
    newest: str,
    remark: str,
    values: Sequence[float | None],
    goal: float | None,
    width: int,
    height: int,
) -> list[str]:
    """Return rows of bars with the newest value and a remark on their left."""
    room = max(width - _SCALE_WIDTH - 1, 1)
    bar_columns, between = bar_room(len(values), room)
    shown = values[-((room + between) // (bar_columns + between)) :]
    full = max([value for value in values if value is not None] + ([goal] if goal else [1e-9]))
    heads = [newest, remark, *[""] * height]
    rows = upright_bars(shown, full, height, bar_columns, between)
    return [f"{head:<{_SCALE_WIDTH}} {row}" for head, row in zip(heads, rows, strict=False)]


_COLUMNS: Final = (
    (_("set"), ">", 3),
    (pgettext("column", "reps"), ">", 4),
    (_("load"), ">", 8),
    (pgettext("column", "hold"), ">", 5),
    (_("range"), ">", 5),
    (_("velocity"), ">", 8),
    (_("tempo"), "<", 15),
)
"""Title, side and least width of each column before the remarks."""


def _row(start: str, cells: Iterable[str], remarks: str) -> str:
    aligned = (
        f"{cell:{side}{max(width, len(title))}}"
        for cell, (title, side, width) in zip(cells, _COLUMNS, strict=True)
    )
    return f"{start}{'  '.join((*aligned, remarks))}".rstrip()


HEADER: Final = _row("   ", (title for title, _side, _width in _COLUMNS), _REMARKS)

NONE_YET: Final = _("no set yet")
"""In place of the rows before the first set."""


def set_row(record: SetRecord) -> str:
    """Return one set as a row below `HEADER`; an arrow marks the one under way."""
    holds = mean_of_known(rep.lockout_s for rep in record.reps)
    ranges = mean_of_known(rep.rom_deg for rep in record.reps)
    speeds = mean_of_known(rep.mean_velocity_mps for rep in record.reps)
    tempo = tempo_code(mean_durations_s(record.reps))
    cells = (
        f"{record.index}",
        f"{record.done}",
        load_cell(record.load_kg),
        number(holds, 1, " s"),
        number(ranges, 0, "°"),
        number(speeds, 2, " m/s"),
        tempo,
    )
    return _row(f" {' ' if record.ended else '▸'} ", cells, set_flag_words(record))


class SetList(SnapshotWidget):
    """A row for each set; where they do not all fit, the oldest give way."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"sets--header"}
    DEFAULT_CSS = "SetList .sets--header { color: $text-muted; }"

    rows: reactive[tuple[str, ...]] = reactive(())

    def __init__(self) -> None:
        super().__init__()
        self._records: tuple[SetRecord, ...] = ()
        self.border_title = _("Sets")

    def update_from(self, snapshot: SessionSnapshot) -> None:
        """Take the rows from `snapshot`, unless they are the same as before."""
        records = snapshot.sets
        same = len(records) == len(self._records) and all(map(is_, records, self._records))
        if not same:
            self._records = records
            self.rows = tuple(set_row(record) for record in records)

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        newest = self.rows[-max(height - 1, 1) :] or (f"   {NONE_YET}",)
        style = self.get_visual_style("sets--header") if y == 0 else self.visual_style
        lines = [_fitted(line, width) for line in (HEADER, *newest)]
        return line_strip(lines, y, width, style)


REMARKS_AT: Final = HEADER.rindex(_REMARKS)


def _fitted(line: str, width: int) -> str:
    """Return a row without its remarks where they would be cut to nothing, else with a sign."""
    if len(line) <= width:
        return line
    return line[:REMARKS_AT] if width < REMARKS_AT + 7 else f"{line[: width - 1]}…"
