"""A session as a table for people: every set, every rep, tempo both ways.

Sessions of the training log in lines, for people and for programs.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tracker.app.text import (
    UNKNOWN,
    clock_time,
    counted,
    flag_words,
    mean_durations_s,
    number,
    phase_durations_s,
    set_flag_words,
    tempo_code,
)
from tracker.domain import EXERCISES, LIFTERS_ORDER, PHASE_WORDS, exercise_named, mean_of_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain import Rep, SetRecord, Workout
    from tracker.store import Edit, MadeEdit, SessionDetail, SessionSummary, Week

_LEFT_ALIGNED = frozenset({"tempo", "remarks"})
_HEADER = (
    "rep",
    "tempo",
    *(PHASE_WORDS[phase] for phase in LIFTERS_ORDER),
    "range",
    "top",
    "rise",
    "mean",
    "peak",
    "tilt",
    "remarks",
)


Edited = AbstractSet[tuple[int | None, str]]
"""What was edited: the number of a set, or None for the session, and the name of the field."""


def session_table(workout: Workout, edited: Edited = frozenset()) -> str:
    """Return what was found in one file, ready to be printed.

    Parameters
    ----------
    workout
        What was found, with what was entered.
    edited
        What of it was put right afterwards, to be marked.
    """
    blocks = ["\n".join(_source_lines(workout))]
    blocks += [_set_block(record, edited) for record in workout.sets]
    if not workout.sets:
        others = ", ".join(name for name in EXERCISES if name != workout.info.exercise)
        blocks.append(f"No set was found. If it was another exercise, name it: {others}.")
    else:
        blocks.append("Times in s, rise in m, mean and peak velocity of the way up in m/s.")
    return "\n\n".join(blocks)


def _source_lines(workout: Workout) -> Iterator[str]:
    info, facts = workout.info, workout.facts
    synthetic = ["simulated"] if info.origin == "synthetic" else []
    yield facts.path
    yield " · ".join(
        [
            *synthetic,
            exercise_named(info.exercise).title,
            facts.sensor,
            number(facts.rate_hz, 1, " Hz"),
            number(facts.duration_s, 1, " s"),
            counted(facts.samples, "sample"),
            counted(len(workout.gaps), "gap"),
        ]
    )
    for gap in workout.gaps:
        length_s = gap.end_s - gap.start_s
        yield f"gap at {gap.start_s:.1f} s for {length_s:.1f} s"
    for reason, times in workout.faults.items():
        yield f"fault {reason.value.replace('_', ' ')}: {times}×"


def _set_block(record: SetRecord, edited: Edited) -> str:
    head = (
        f"set {record.index}: {counted(record.counted, 'rep')}, "
        f"{clock_time(record.start_s)}–{clock_time(record.end_s)}"
    )
    rows = [_HEADER, *(_rep_row(rep) for rep in record.reps)]
    if len(record.reps) > 1:
        rows.append(_mean_row(record))
    said = " · ".join(_said(record, edited))
    return "\n".join([head, *([said] if said else []), *_aligned(rows)])


def _said(record: SetRecord, edited: Edited) -> Iterator[str]:
    """Yield what was planned and said of a set, and mark what was said afterwards."""
    entries = record.entries

    def marked(text: str, field: str) -> str:
        return f"{text} (edited)" if (record.index, field) in edited else text

    if record.done != record.counted or entries.reps is not None:
        yield marked(f"{counted(record.done, 'rep')} done", "reps")
    if record.load_kg is not None:
        planned = " planned" if entries.load_kg is None else ""
        yield marked(f"{record.load_kg:g} kg{planned}", "load_kg")
    if entries.rpe is not None:
        yield marked(f"RPE {entries.rpe:g}", "rpe")
    if entries.note:
        yield marked(entries.note, "set_note")


def _rep_row(rep: Rep) -> tuple[str, ...]:
    durations_s = phase_durations_s(rep)
    remarks = [flag_words(rep.flags)] if rep.flags else []
    if not rep.complete:
        remarks.append("not finished")
    return (
        str(rep.index),
        tempo_code(durations_s),
        *(number(durations_s[phase]) for phase in LIFTERS_ORDER),
        number(rep.rom_deg, 0, "°"),
        number(rep.top_deg, 0, "°"),
        number(rep.rise_m, 2),
        number(rep.mean_velocity_mps, 2),
        number(rep.peak_velocity_mps, 2),
        number(rep.tilt_deg, 0, "°"),
        ", ".join(remarks),
    )


def _mean_row(record: SetRecord) -> tuple[str, ...]:
    durations_s = mean_durations_s(record.reps)
    reps = record.reps
    return (
        "mean",
        tempo_code(durations_s),
        *(number(durations_s[phase]) for phase in LIFTERS_ORDER),
        number(mean_of_known(rep.rom_deg for rep in reps), 0, "°"),
        number(mean_of_known(rep.top_deg for rep in reps), 0, "°"),
        number(mean_of_known(rep.rise_m for rep in reps), 2),
        number(mean_of_known(rep.mean_velocity_mps for rep in reps), 2),
        number(mean_of_known(rep.peak_velocity_mps for rep in reps), 2),
        number(mean_of_known(rep.tilt_deg for rep in reps), 0, "°"),
        set_flag_words(record),
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield the rows with their columns under each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            f"{cell:<{width}}" if title in _LEFT_ALIGNED else f"{cell:>{width}}"
            for title, cell, width in zip(_HEADER, row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


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
    return "\n".join(_log_aligned(rows))


def trend_table(weeks: Sequence[Week]) -> str:
    """Return weeks in a line each, ready to be printed."""
    if not weeks:
        return "no sessions"
    titles = ("week", "sessions", "sets", "reps", "volume", "range", "mean", "hold", "pain")
    rows = [(*titles, "remarks"), *(_week_row(week) for week in weeks)]
    return "\n".join([*_log_aligned(rows), "", _LEGEND])


def kept_lines(kept: SessionDetail) -> Iterator[str]:
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
    for pain in kept.current.workout.pain:
        after = "" if pain.set_index is None else f" set {pain.set_index}"
        yield f"pain {pain.moment.value}{after}: {pain.score}"
    if summary.shown_note:
        yield f"note: {summary.shown_note}"
    for made in kept.edits:
        yield _edit_line(made, unmatched=made in kept.current.unmatched)


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


def log_object(kept: SessionDetail) -> dict[str, object]:
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
                "applies": made.undone_utc is None and made not in kept.current.unmatched,
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


def _edit_line(made: MadeEdit, *, unmatched: bool) -> str:
    edit = made.edit
    line = f"edited {_when(made.made_utc)}: {edit_words(edit)}"
    if made.undone_utc is not None:
        return f"{line} (taken back)"
    if unmatched:
        span = f"{clock_time(made.start_s)}–{clock_time(made.end_s)}"
        return f"{line} (kept, but at {span} no set is found any more)"
    return line


def _when(text: str) -> str:
    """Return a time where the wearer is."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"


def _rounded(value: object) -> object:
    # Four decimals, as in the objects of sessions.
    return round(value, 4) if isinstance(value, float) else value


def _log_aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield the rows with their columns under each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            f"{cell:<{width}}" if title in _LEFT else f"{cell:>{width}}"
            for title, cell, width in zip(rows[0], row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()
