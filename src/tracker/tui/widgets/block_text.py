"""Digits and words big enough to be read from the bench, drawn in half blocks.

Here is also what the widgets of a session have in common: they are drawn from its snapshots.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final, Self

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tracker.domain.foreign_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.style import Style

    from tracker.app.snapshot import SessionSnapshot

GLYPHS: Final = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": ("## ", " # ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ".": (" ", " ", " ", " ", "#"),
    ",": (" ", " ", " ", "#", "#"),
    ":": (" ", "#", " ", "#", " "),
    "?": ("###", "  #", " ##", "   ", " # "),
    "✓": ("    #", "   ##", "#  # ", "## # ", " ##  "),
    "×": ("   ", "# #", " # ", "# #", "   "),
    "–": ("   ", "   ", "###", "   ", "   "),
    " ": (" ", " ", " ", " ", " "),
    "A": ("###", "# #", "###", "# #", "# #"),
    "B": ("## ", "# #", "## ", "# #", "## "),
    "C": ("###", "#  ", "#  ", "#  ", "###"),
    "G": ("####", "#   ", "# ##", "#  #", "####"),
    "I": ("#", "#", "#", "#", "#"),
    "K": ("# #", "# #", "## ", "# #", "# #"),
    "M": ("#   #", "## ##", "# # #", "#   #", "#   #"),
    "V": ("# #", "# #", "# #", "# #", " # "),
    "X": ("# #", "# #", " # ", "# #", "# #"),
    "Y": ("# #", "# #", " # ", " # ", " # "),
    "!": ("#", "#", "#", " ", "#"),
    "/": ("  #", "  #", " # ", "#  ", "#  "),
    "D": ("## ", "# #", "# #", "# #", "## "),
    "E": ("###", "#  ", "## ", "#  ", "###"),
    "F": ("###", "#  ", "## ", "#  ", "#  "),
    "H": ("# #", "# #", "###", "# #", "# #"),
    "L": ("#  ", "#  ", "#  ", "#  ", "###"),
    "N": ("#  #", "## #", "# ##", "#  #", "#  #"),
    "O": ("###", "# #", "# #", "# #", "###"),
    "P": ("###", "# #", "###", "#  ", "#  "),
    "R": ("## ", "# #", "## ", "# #", "# #"),
    "S": ("###", "#  ", "###", "  #", "###"),
    "T": ("###", " # ", " # ", " # ", " # "),
    "U": ("# #", "# #", "# #", "# #", "###"),
    "W": ("#   #", "#   #", "# # #", "## ##", "#   #"),
    "J": ("  #", "  #", "  #", "# #", "###"),
    "Q": ("####", "#  #", "#  #", "# ##", "####"),
    "Z": ("###", "  #", " # ", "#  ", "###"),
    "Ä": ("# #", " # ", "# #", "###", "# #"),
    "Ö": ("# #", "   ", "###", "# #", "###"),
    "Ü": ("# #", "   ", "# #", "# #", "###"),
    "ẞ": ("###", "# #", "## ", "# #", "## "),
    "Á": ("  #", " # ", "# #", "###", "# #"),
    "É": ("  #", "   ", "###", "## ", "###"),
    "Í": (" #", "  ", "# ", "# ", "# "),
    "Ó": ("  #", "   ", "###", "# #", "###"),
    "Ú": ("  #", "   ", "# #", "# #", "###"),
    "Ñ": ("####", "    ", "#  #", "## #", "#  #"),
    "▲": ("  #  ", "  #  ", " ### ", " ### ", "#####"),
    "▼": ("#####", " ### ", " ### ", "  #  ", "  #  "),
    "■": ("     ", "#####", "#####", "#####", "     "),
    "▁": ("     ", "     ", "     ", "     ", "#####"),
}
"""Strokes of each character on a grid of five rows."""

TALLEST_STROKES: Final = 7
"""A character is at most this many strokes tall, where the width allows no thicker stroke."""

_HALVES: Final = {"  ": " ", "# ": "▀", " #": "▄", "##": "█"}


def strokes_wide(text: str) -> int:
    """Return the width of `text` in strokes, with a stroke between characters."""
    return sum(len(GLYPHS[character][0]) + 1 for character in text) - 1


def stroke_of(text: str, width: int, height: int) -> int:
    """Return how thick the strokes of `text` can be, dots; 0 where not even one fits."""
    return max(0, min(width // strokes_wide(text), 2 * height // 5))


DRAWN_KEPT: Final = 64
"""Drawings that are cached: a widget asks for each of its lines, many times a second."""


@lru_cache(maxsize=DRAWN_KEPT)
def block_text(text: str, width: int, height: int, room_for: str = "") -> tuple[str, ...]:
    """Return `text`, of characters of `GLYPHS`, drawn as large as it fits, in lines of one length.

    `room_for` must fit at the same size, so that a count does not shrink from nine to ten. Where
    not even the thinnest stroke fits, the text stays as it is written.
    """
    stroke = min(stroke_of(text, width, height), stroke_of(room_for or text, width, height))
    if stroke < 1:
        return (text,)
    between = (min(2 * height, TALLEST_STROKES * stroke) - 3 * stroke) // 2
    row_dots = (stroke, between, stroke, between, stroke)
    dots = [
        _dot_line(text, row, stroke) for row, amount in enumerate(row_dots) for _ in range(amount)
    ]
    if len(dots) % 2:
        dots.append(" " * len(dots[0]))
    pairs = zip(dots[::2], dots[1::2], strict=True)
    return tuple("".join(_HALVES[a + b] for a, b in zip(*rows, strict=True)) for rows in pairs)


def _dot_line(text: str, row: int, stroke: int) -> str:
    """Return one line of dots through all characters."""
    cells = " ".join(GLYPHS[character][row] for character in text)
    return "".join(chain.from_iterable(repeat(cell, stroke) for cell in cells))


def centred(lines: Sequence[str], width: int, height: int) -> list[str]:
    """Return `lines` in the middle of `width` columns and `height` rows."""
    above = max(height - len(lines), 0) // 2
    widest = max(map(len, lines), default=0)
    left = " " * (max(width - widest, 0) // 2)
    return [""] * above + [left + line for line in lines]


def line_strip(lines: Sequence[str], y: int, width: int, style: Style) -> Strip:
    """Return line `y` of a drawing as Textual wants it, spaces kept, cut or filled to `width`."""
    # Before it is cut: what is spelled out takes more room, and a line has no line feeds.
    line = visible(lines[y]).translate(_BLANKS) if 0 <= y < len(lines) else ""
    return Strip((segment(line[:width].ljust(width), style),), width)


def segment(text: str, style: Style) -> Segment:
    """Return a piece of a line in one style.

    Nothing in it is markup: a content, which could be, costs three times as much to draw, and what
    moves is drawn many times a second. What controls a terminal must have been spelled out.
    """
    return Segment(text, style.rich_style)


_BLANKS: Final = str.maketrans("\n\t", "  ")


def changed_regions(
    before: Sequence[str], now: Sequence[str], size: tuple[int, int]
) -> Iterator[Region]:
    """Yield where two drawings of `size` differ, as regions one line high."""
    width, height = size
    for y in range(height):
        was, is_now = (
            each[y][:width].ljust(width) if y < len(each) else " " * width
            for each in (before, now)
        )
        if was != is_now:
            yield from changed_run([a != b for a, b in zip(was, is_now, strict=True)], y)


def changed_run(changed: Sequence[bool], y: int) -> Iterator[Region]:
    """Yield the columns of line `y` from the first to the last that changed.

    Together, because what is left of a region is written again with it.
    """
    if any(changed):
        first, last = changed.index(True), len(changed) - changed[::-1].index(True)
        yield Region(first, y, last - first, 1)


class SnapshotWidget(Widget):
    """Shows a part of what a snapshot of the session tells."""

    def update_from(self, snapshot: SessionSnapshot) -> None:
        """Take from `snapshot` what is shown."""
        raise NotImplementedError


class LinesWidget(SnapshotWidget):
    """Shows lines that are drawn anew for the size that there is."""

    def drawn(self, width: int, height: int) -> Sequence[str]:
        """Return the lines; each is cut or filled to the width."""
        raise NotImplementedError

    _kept: tuple[tuple[int, int], Sequence[str]] | None = None
    """The lines that were drawn last, with their size; None once something has changed."""

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draw the lines anew when they are next shown."""
        self._kept = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def redraw(self) -> None:
        """Paint only what is different from the lines that are shown; for what often changes."""
        size = (self.size.width, self.size.height)
        if self._kept is None or self._kept[0] != size:
            self.refresh()
            return
        before, now = self._kept[1], self.drawn(*size)
        self._kept = size, now
        changed = list(changed_regions(before, now, size))
        if changed:
            super().refresh(*changed)

    def render_line(self, y: int) -> Strip:
        width, height = size = (self.size.width, self.size.height)
        # All lines are drawn together, and asked for one by one.
        if self._kept is None or self._kept[0] != size:
            self._kept = size, self.drawn(width, height)
        return line_strip(self._kept[1], y, width, self.visual_style)
