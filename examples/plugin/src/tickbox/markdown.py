"""Sets as a table in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.export.formats import Format

if TYPE_CHECKING:
    from typing import BinaryIO

    from tracker.export.formats import Session


def write_sets(session: Session, out: BinaryIO) -> None:
    """Write a row for each set; an unknown load is a dash."""
    lines = ["| set | reps | load, kg |", "|---|---|---|"]
    for each in session.workout.sets:
        load = "–" if each.load_kg is None else f"{each.load_kg:g}"
        lines.append(f"| {each.index} | {each.done} | {load} |")
    out.write(("\n".join(lines) + "\n").encode())


MARKDOWN = Format("markdown", "sets as a table in Markdown", ".md", writer=write_sets)
