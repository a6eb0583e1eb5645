"""Reads the firmware notes, so that the tests check the code against what they say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from tracker.domain import Notification
from tracker.domain.units import ns_from_s

NOTES = Path(__file__).parents[2] / "firmware_notes"

STRUCT_CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i16": "h", "f32": "f", "f64": "d"}


def text_of(note: str) -> str:
    return (NOTES / note).read_text(encoding="utf-8")


def examples(note: str) -> list[dict[str, Any]]:
    """Return the example blocks of a note, in order."""
    blocks = re.findall(r"^```toml\n# example\n(.*?)^```", text_of(note), re.DOTALL | re.MULTILINE)
    return [tomllib.loads(block) for block in blocks]


def section(note: str, heading: str) -> str:
    """Return what stands between a heading, without its number, and the next one."""
    pattern = rf"^#+ (?:\d+\. )?{re.escape(heading)}\n(.*?)(?=^#|\Z)"
    found = re.search(pattern, text_of(note), re.S | re.M)
    if found is None:
        raise LookupError(f"{note} has no section {heading!r}")
    return found.group(1)


def table(note: str, heading: str, first_column: str) -> list[list[str]]:
    """Return the rows of the table under a heading whose first column has that title."""
    rows: list[list[str]] = []
    inside = False
    for line in section(note, heading).splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first_column:
            inside = True
        elif inside and not set(cells[0]) <= {"-"}:
            rows.append(cells)
    return rows


def layout(note: str, heading: str) -> tuple[str, list[int]]:
    """Return a byte table as a struct format, and the offsets that it states."""
    rows = table(note, heading, "offset")
    codes = []
    for _offset, kind, *_ in rows:
        name, _, times = kind.partition(" ×")
        codes.append(STRUCT_CODES[name] * int(times or 1))
    return "<" + "".join(codes), [int(row[0]) for row in rows]


def notification(step: dict[str, Any], channels: dict[str, str]) -> Notification:
    """Return a step of an example as it would arrive."""
    channel = step["channel"]
    return Notification(
        ns_from_s(step.get("received_s", 0.0)),
        channels.get(channel, channel),
        bytes.fromhex(step["hex"]) if "hex" in step else step["text"].encode(),
    )


def as_array(rows: list[list[float]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(rows, dtype=np.float64)
