"""The sets so far, the newest at the bottom."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, ClassVar, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import mean_of_known
from tracker.runtime.wording import mean_durations_s, number, set_flag_words, tempo_code
from tracker.tui.widgets.block_text import line_strip

if TYPE_CHECKING:
    from textual.strip import Strip

    from tracker.domain import SetRecord
    from tracker.runtime.snapshot import SessionSnapshot

HEADER: Final = "   set  reps     kg  hold s  range   m/s  mean tempo       remarks"


NONE_YET: Final = "no set yet"
"""What stands in place of the rows before the first set."""


_BODYWEIGHT: Final = "body"
"""In place of a load of nothing."""


def set_row(record: SetRecord) -> str:
    """Return one set as a row below `HEADER`; an arrow marks the one under way."""
    holds = mean_of_known(rep.lockout_s for rep in record.reps)
    ranges = mean_of_known(rep.rom_deg for rep in record.reps)
    speeds = mean_of_known(rep.mean_velocity_mps for rep in record.reps)
    tempo = tempo_code(mean_durations_s(record.reps)) if record.reps else number(None)
    cells = [
        f" {' ' if record.ended else '▸'} {record.index:>3}",
        f"{record.done:>4}",
        f"{_BODYWEIGHT if record.load_kg == 0.0 else number(record.load_kg, 1):>5}",
        f"{number(holds):>6}",
        f"{number(ranges, 0, '°'):>5}",
        f"{number(speeds, 2):>4}",
        f"{tempo:<15}",
        set_flag_words(record),
    ]
    return "  ".join(cells).rstrip()


class SetList(Widget):
    """A row for each set; where they do not all fit, the oldest give way."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"sets--header"}
    DEFAULT_CSS = """
    SetList .sets--header { color: $text-muted; }
    """

    rows: reactive[tuple[str, ...]] = reactive(())

    def __init__(self) -> None:
        super().__init__()
        self._records: tuple[SetRecord, ...] = ()

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the rows from `snapshot`, unless they are those of the last look."""
        records = snapshot.sets
        same = len(records) == len(self._records) and all(map(is_, records, self._records))
        if not same:
            self._records = records
            self.rows = tuple(set_row(record) for record in records)

    def render_line(self, y: int) -> Strip:
        """Draw the header and the newest rows."""
        width, height = self.size
        newest = self.rows[-max(height - 1, 1) :] or (f"   {NONE_YET}",)
        style = self.get_visual_style("sets--header") if y == 0 else self.visual_style
        return line_strip((HEADER, *newest), y, width, style)
