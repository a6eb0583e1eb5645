"""Sessions of the training log in lines, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tracker.domain import exercise_named
from tracker.runtime.wording import UNKNOWN, clock_time, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.store import Edit, Kept, MadeEdit, SessionSummary, Week

_LEFT: Final = frozenset({"when", "exercise", "week", "remarks"})
_LEGEND: Final = (
    "Weeks begin on the Monday shown. Volume is load × reps, mean the mean velocity on the way\n"
    "up in m/s, hold in s, pain that before and after training."
)

_NOTE_CHARACTERS: Final = 40
"""As much of a note as a line has room for."""


def history_table(summaries: Sequence[SessionSummary]) -> str:
    """Return sessions in a line each, ready to be printed."""
    if not summaries:
        return "no sessions"
    titles = ("id", "when", "exercise", "sets", "reps", "load", "volume", "range", "mean", "hold")
    rows = [(*titles, "pain", "remarks"), *(_session_row(each) for each in summaries)]
    return "\n".join(_aligned(rows))


def trend_table(weeks: Sequence[Week]) -> str:
    """Return weeks in a line each, ready to be printed."""
    if not weeks:
        return "no sessions"
    titles = ("week", "sessions", "sets", "reps", "volume", "range", "mean", "hold", "pain")
    rows = [(*titles, "remarks"), *(_week_row(week) for week in weeks)]
    return "\n".join([*_aligned(rows), "", _LEGEND])


def kept_lines(kept: Kept) -> Iterator[str]:
    """Yield what the log says of a session besides what was measured."""
    summary = kept.summary
    parts = [
        f"session {summary.id}",
        _when(summary.at_utc),
        exercise_named(summary.shown_exercise).title,
        f"counted by tracker {summary.tracker_version}",
    ]
    if summary.deleted_utc is not None:
        parts.append("in the trash")
    yield " · ".join(parts)
    for pain in kept.overlaid.workout.pain:
        after = "" if pain.set_index is None else f" set {pain.set_index}"
        yield f"pain {pain.moment.value}{after}: {pain.score}"
    if summary.shown_note:
        yield f"note: {summary.shown_note}"
    for made in kept.edits:
        yield _edit_line(made, homeless=made in kept.overlaid.homeless)


def edit_words(edit: Edit) -> str:
    """Return what an edit says."""
    about = "" if edit.set_index is None else f" of set {edit.set_index}"
    name = f"{edit.field.value.replace('_', ' ')}{about}"
    if edit.value is None:
        return f"{name} cleared"
    value = f"{edit.value:g}" if isinstance(edit.value, float) else str(edit.value)
    return f"{name} = {value}"


def summary_object(summary: SessionSummary) -> dict[str, object]:
    """Return a session's line as an object of JSON; unknown is null."""
    values: dict[str, Any] = asdict(summary)
    renamed = {
        "shown_exercise": "exercise",
        "shown_note": "note",
        "sets_done": "sets",
        "reps_done": "reps",
        "recording_name": "recording",
    }
    return {renamed.get(name, name): _rounded(value) for name, value in values.items()}


def week_object(week: Week) -> dict[str, object]:
    """Return a week as an object of JSON; unknown is null."""
    values: dict[str, Any] = asdict(week)
    return {name: _rounded(value) for name, value in values.items()} | {
        "monday": week.monday.isoformat()
    }


def log_object(kept: Kept) -> dict[str, object]:
    """Return what the log knows of a session besides the training itself, as JSON."""
    return {
        "id": kept.summary.id,
        "recording": kept.recording,
        "sha256": kept.sha256,
        "tracker_version": kept.summary.tracker_version,
        "deleted_utc": kept.summary.deleted_utc,
        "edits": [
            {
                "field": made.edit.field.value,
                "set": made.edit.set_index,
                "value": made.edit.value,
                "made_utc": made.made_utc,
                "undone_utc": made.undone_utc,
                "applies": made.undone_utc is None and made not in kept.overlaid.homeless,
            }
            for made in kept.edits
        ],
    }


def _session_row(summary: SessionSummary) -> tuple[str, ...]:
    return (
        str(summary.id),
        _when(summary.at_utc),
        summary.shown_exercise,
        str(summary.sets_done),
        str(summary.reps_done),
        number(summary.load_kg, 1, " kg"),
        number(summary.volume_kg, 0, " kg"),
        number(summary.rom_deg, 0, "°"),
        number(summary.mean_velocity_mps, 2),
        number(summary.lockout_s, 1),
        _pain(summary.pain_before, summary.pain_after),
        ", ".join(_remarks(summary)),
    )


def _remarks(summary: SessionSummary) -> Iterator[str]:
    if summary.origin == "synthetic":
        yield "simulated"
    if summary.edited:
        yield "edited"
    if summary.shown_note:
        note = " ".join(summary.shown_note.split())
        yield note if len(note) <= _NOTE_CHARACTERS else f"{note[: _NOTE_CHARACTERS - 1]}…"


def _week_row(week: Week) -> tuple[str, ...]:
    return (
        week.monday.isoformat(),
        str(week.sessions),
        str(week.sets),
        str(week.reps),
        number(week.volume_kg, 0, " kg"),
        number(week.rom_deg, 1, "°"),
        number(week.mean_velocity_mps, 2),
        number(week.lockout_s, 2),
        _pain(week.pain_before, week.pain_after),
        f"{week.simulated} simulated" if week.simulated else "",
    )


def _pain(before: float | None, after: float | None) -> str:
    if before is None and after is None:
        return UNKNOWN
    return "→".join(UNKNOWN if each is None else f"{each:.3g}" for each in (before, after))


def _edit_line(made: MadeEdit, *, homeless: bool) -> str:
    edit = made.edit
    line = f"edited {_when(made.made_utc)}: {edit_words(edit)}"
    if made.undone_utc is not None:
        return f"{line} (taken back)"
    if homeless:
        span = f"{clock_time(made.start_s)}–{clock_time(made.end_s)}"
        return f"{line} (kept, but at {span} no set is found any more)"
    return line


def _when(text: str) -> str:
    """Return a time where the wearer is."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"


def _rounded(value: object) -> object:
    # Four decimals, as in the objects of sessions.
    return round(value, 4) if isinstance(value, float) else value


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield the rows with their columns under each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            f"{cell:<{width}}" if title in _LEFT else f"{cell:>{width}}"
            for title, cell, width in zip(rows[0], row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()
