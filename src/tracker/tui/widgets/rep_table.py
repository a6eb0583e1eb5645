"""The reps of a set, one a line: phases, range and velocity as bars, remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from tracker.coach import PaceVerdict, phase_errors
from tracker.domain import LIFTERS_ORDER, PHASE_WORDS
from tracker.runtime.wording import counted, flag_words, number, phase_durations_s
from tracker.tui.widgets.block_text import line_strip
from tracker.tui.widgets.pace_bar import bar

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.domain import Rep, SetRecord

_MARKS: Final = {
    PaceVerdict.ON_TEMPO: " ",
    PaceVerdict.TOO_FAST: "↓",
    PaceVerdict.TOO_SLOW: "↑",
}

LEGEND: Final = "↓ shorter, ↑ longer than planned"
"""What the marks behind a phase mean."""

_BAR_WIDTH: Final = 10
"""Columns of a bar: a tenth of the set's best is one."""


def header() -> str:
    """Return the line above the reps."""
    phases = " ".join(f"{PHASE_WORDS[phase]:>5} " for phase in LIFTERS_ORDER)
    return f"rep {phases}  {'range':<{_BAR_WIDTH + 5}}{'m/s':<{_BAR_WIDTH + 6}}remarks"


def rep_rows(record: SetRecord) -> tuple[str, ...]:
    """Return a line for each rep of a set."""
    ranges = [rep.rom_deg for rep in record.reps if rep.rom_deg is not None]
    speeds = [rep.mean_velocity_mps for rep in record.reps if rep.mean_velocity_mps is not None]
    return tuple(
        _row(record, rep, max(ranges, default=0.0), max(speeds, default=0.0))
        for rep in record.reps
    )


def _row(record: SetRecord, rep: Rep, best_deg: float, best_mps: float) -> str:
    durations_s = phase_durations_s(rep)
    marks = {}
    if record.plan.tempo is not None:
        errors = phase_errors(rep, record.plan.tempo)
        marks = {error.phase: _MARKS[error.verdict] for error in errors}
    phases = " ".join(
        f"{number(durations_s[phase]):>5}{marks.get(phase, ' ')}" for phase in LIFTERS_ORDER
    )
    return (
        f"{rep.index:>3} {phases}  "
        f"{_bar(rep.rom_deg, best_deg)} {number(rep.rom_deg, 0, '°'):<4}"
        f"{_bar(rep.mean_velocity_mps, best_mps)} {number(rep.mean_velocity_mps, 2):<5}"
        f"{flag_words(rep.flags)}"
    ).rstrip()


def _bar(value: float | None, best: float) -> str:
    return " " * _BAR_WIDTH if value is None or best <= 0.0 else bar(value / best, _BAR_WIDTH)


class RepTable(ScrollView, can_focus=True):
    """Scrolls where the reps do not fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rep-table--header"}
    DEFAULT_CSS = """
    RepTable { height: 1fr; min-height: 3; padding: 0 1; }
    RepTable .rep-table--header { color: $text-muted; text-style: bold; }
    """

    lines: reactive[tuple[str, ...]] = reactive(())

    def show(self, *records: SetRecord) -> None:
        """Show the reps of sets, each under a title of its own where there are several."""
        lines: list[str] = []
        for record in records:
            if len(records) > 1:
                lines += [*([""] if lines else []), set_title(record)]
            lines += rep_rows(record) or ("no rep was seen to its end",)
        self.lines = tuple(lines)

    def watch_lines(self, lines: tuple[str, ...]) -> None:
        """Make room for every line."""
        widest = max(map(len, (*lines, header())))
        self.virtual_size = Size(widest, len(lines) + 1)

    def render_line(self, y: int) -> Strip:
        """Draw the header, which stays, and the lines that are scrolled to."""
        left, top = self.scroll_offset
        width = self.size.width
        if y == 0:
            style = self.get_visual_style("rep-table--header")
            return line_strip((header()[left:],), 0, width, style)
        shown = tuple(line[left:] for line in self.lines[top : top + self.size.height])
        return line_strip(shown, y - 1, width, self.visual_style)


def set_title(record: SetRecord) -> str:
    """Return a set in a line: reps, load, effort, note."""
    parts = [
        f"set {record.index}: {counted(record.done, 'rep')}",
        *([] if not record.load_kg else [f"{record.load_kg:g} kg"]),
        *([] if record.entries.rpe is None else [f"RPE {record.entries.rpe:g}"]),
        *([f"“{record.entries.note}”"] if record.entries.note else []),
    ]
    return " · ".join(parts)
