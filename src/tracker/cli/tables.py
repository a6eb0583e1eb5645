"""Tables and JSON objects of sessions: one session rep by rep, and the lists of the log."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tracker.app.text import (
    UNKNOWN,
    clock_time,
    flag_words,
    load_cell,
    mean_durations_s,
    number,
    phase_durations_s,
    set_flag_words,
    tempo_code,
)
from tracker.domain import (
    EXERCISES,
    LIFTERS_ORDER,
    PHASE_WORDS,
    exercise_named,
    mean_of_known,
    title_of,
)
from tracker.domain.foreign_text import one_line, visible
from tracker.domain.loads import load_text
from tracker.language import counted, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain import Phase, Rep, SetRecord, Workout
    from tracker.store import Edit, MadeEdit, SessionDetail, SessionSummary, Week

_MEASURES: Final[dict[str, Callable[[Iterable[Rep]], str]]] = {
    "range": lambda reps: number(mean_of_known(rep.rom_deg for rep in reps), 0, "°"),
    "top": lambda reps: number(mean_of_known(rep.top_deg for rep in reps), 0, "°"),
    "rise": lambda reps: number(mean_of_known(rep.rise_m for rep in reps), 2),
    "velocity": lambda reps: number(mean_of_known(rep.mean_velocity_mps for rep in reps), 2),
    "peak": lambda reps: number(mean_of_known(rep.peak_velocity_mps for rep in reps), 2),
    "tilt": lambda reps: number(mean_of_known(rep.tilt_deg for rep in reps), 0, "°"),
}
"""Columns of a rep, or of the means over several."""

_PHASES: Final = tuple(PHASE_WORDS[phase] for phase in LIFTERS_ORDER)
_REP_HEADER: Final = ("rep", "tempo", *_PHASES, *_MEASURES, "remarks")

SHORTEST_SET_S: Final = 6.0
"""Two quick reps with a still moment before and after; no shorter file can hold a set."""

Item = TypeVar("Item")

_LEFT_ALIGNED: Final = frozenset({"tempo", "remarks", "when", "exercise", "week"})

Edited = AbstractSet[tuple[int | None, str]]
"""Edited values: the number of the set, or None for the session, and the name of the field."""


def aligned(rows: Sequence[tuple[str, ...]], left: AbstractSet[str] = _LEFT_ALIGNED) -> list[str]:
    """Return rows as lines with aligned columns: those titled in `left` to the left, others right.

    The first row holds the titles.
    """
    # What is spelled out takes more room.
    rows = [tuple(map(visible, row)) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = (
            f"{cell:<{width}}" if title in left else f"{cell:>{width}}"
            for title, cell, width in zip(rows[0], row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return lines


_SPARE_MEASURES: Final = ("tilt", "peak", "top", "rise")
"""Measures of a rep that a narrow terminal goes without, the first one first."""


def fitted(
    rows: Sequence[tuple[str, ...]], width: int | None, spare: Sequence[str] = ()
) -> list[str]:
    """Return aligned rows that fit `width` columns; None is as wide as they come.

    Columns titled in `spare` are left out, in that order, until the others fit. What is still too
    long at the end of a row goes on below it.
    """
    if width is None:
        return aligned(rows)
    spare = [title for title in spare if title in rows[0]]
    while True:
        lines = aligned([row[:-1] for row in rows])
        if not spare or max(map(len, lines)) + _LEAST_REMARKS <= width:
            break
        place = rows[0].index(spare.pop(0))
        rows = [(*row[:place], *row[place + 1 :]) for row in rows]
    indent = max(map(len, lines)) + 2
    if width - indent < _LEAST_REMARKS:
        indent = _HANGING
        # Below every row, they need no title.
        rows = [(*rows[0][:-1], ""), *rows[1:]]
    return [
        text
        for row, line in zip(rows, lines, strict=True)
        for text in _hung(line, visible(row[-1]), indent, width)
    ]


_LEAST_REMARKS: Final = 16
"""Columns in which remarks can be read; narrower, they go on below."""

_HANGING: Final = 5
"""Columns before what goes on below its row."""


def _hung(line: str, last: str, indent: int, width: int) -> Iterator[str]:
    """Yield a line with its last cell at `indent`, on as many further lines as it needs."""
    parts = textwrap.wrap(last, width - indent) if last else []
    if parts and indent > len(line):
        yield f"{line:<{indent}}{parts.pop(0)}"
    else:
        yield line
    yield from (" " * indent + part for part in parts)


def session_table(workout: Workout, edited: Edited = frozenset(), width: int | None = None) -> str:
    """Return a session rep by rep in `width` columns, with `edited` values marked."""
    blocks = ["\n".join(_source_lines(workout))]
    blocks += [_set_block(workout, record, edited, width) for record in workout.sets]
    blocks += ["\n".join(_timed_lines(workout))] if workout.timed else []
    duration_s = workout.facts.duration_s
    if not workout.sets and duration_s is not None and duration_s < SHORTEST_SET_S:
        blocks.append(
            f"No sets found: {duration_s:.1f} s are too short for one. A set has at least two "
            "reps, with a still moment before and after."
        )
    elif not workout.sets:
        others = ", ".join(name for name in EXERCISES if name != workout.info.exercise)
        blocks.append(f"No sets found. If it was another exercise, name it: {others}.")
    else:
        blocks.append(_REP_LEGEND)
    return "\n\n".join(blocks)


_REP_LEGEND: Final = (
    "Times in s, rise in m, velocity in m/s: the mean of the concentric, and its peak."
)


def _source_lines(workout: Workout) -> Iterator[str]:
    info, facts = workout.info, workout.facts
    synthetic = ["simulated"] if info.origin == "synthetic" else []
    yield one_line(facts.path)
    yield " · ".join(
        [
            *synthetic,
            exercise_named(info.exercise).title,
            facts.sensor,
            number(facts.rate_hz, 1, " Hz"),
            number(facts.duration_s, 1, " s"),
            counted(facts.samples, "sample", "samples"),
            counted(len(workout.gaps), "gap", "gaps"),
        ]
    )
    for gap in workout.gaps:
        length_s = gap.end_s - gap.start_s
        yield f"gap at {gap.start_s:.1f} s for {length_s:.1f} s"
    for reason, times in workout.faults.items():
        yield f"fault {reason.value.replace('_', ' ')}: {times}×"


def _timed_lines(workout: Workout) -> Iterator[str]:
    for each in workout.timed:
        parts = [title_of(each.activity), *([each.side.value] if each.side else [])]
        warm_up = ", warm-up" if each.warm_up else ""
        yield f"{' '.join(parts)}: {each.duration_s:.0f} s{warm_up}"


def _set_block(workout: Workout, record: SetRecord, edited: Edited, width: int | None) -> str:
    parts = [f"set {record.index}: {counted(record.counted, 'rep', 'reps')}"]
    if record.reps or record.counted:
        parts.append(f"{clock_time(record.start_s)}–{clock_time(record.end_s)}")
    else:
        parts = [f"set {record.index}: {counted(record.done, 'rep', 'reps')}, entered by hand"]
    if record.warm_up:
        parts.append("warm-up")
    if record.side is not None:
        parts.append(record.side.value)
    if workout.exercise_of(record) != workout.info.exercise:
        parts.append(exercise_named(workout.exercise_of(record)).title)
    head = ", ".join(parts)
    if not record.reps and not record.counted:
        return "\n".join([head, *([" · ".join(_entries(record, edited))])]).rstrip()
    rows = [_REP_HEADER, *(_rep_row(rep) for rep in record.reps)]
    if len(record.reps) > 1:
        durations_s = mean_durations_s(record.reps)
        rows.append(_row("mean", durations_s, record.reps, set_flag_words(record)))
    entries = " · ".join(_entries(record, edited))
    return "\n".join(
        [head, *([entries] if entries else []), *fitted(rows, width, _SPARE_MEASURES)]
    )


def _entries(record: SetRecord, edited: Edited) -> Iterator[str]:
    """Yield what was planned and entered for a set."""
    entries = record.entries

    def marked(text: str, field: str) -> str:
        return f"{text} (edited)" if (record.index, field) in edited else text

    if record.done != record.counted or entries.reps is not None:
        yield marked(f"{counted(record.done, 'rep', 'reps')} done", "reps")
    if record.load_kg is not None:
        planned = " planned" if entries.load_kg is None else ""
        yield marked(f"{load_text(record.load_kg)}{planned}", "load_kg")
    if entries.rpe is not None:
        yield marked(f"RPE {entries.rpe:g}", "rpe")
    if entries.note:
        yield marked(one_line(entries.note), "set_note")


def _rep_row(rep: Rep) -> tuple[str, ...]:
    remarks = [flag_words(rep.flags)] if rep.flags else []
    if not rep.complete:
        remarks.append("not finished")
    return _row(str(rep.index), phase_durations_s(rep), (rep,), ", ".join(remarks))


def _row(
    title: str, durations_s: dict[Phase, float | None], reps: Sequence[Rep], remarks: str
) -> tuple[str, ...]:
    """Return the cells of a rep, or of the means over several."""
    phases = (number(durations_s[phase]) for phase in LIFTERS_ORDER)
    measures = (measure(reps) for measure in _MEASURES.values())
    return title, tempo_code(durations_s), *phases, *measures, remarks


_LEGEND: Final = (
    "Weeks begin on the Monday shown. Volume is load × reps, velocity the mean of the\n"
    "concentric in m/s, hold the lockout in s, pain the score before and after."
)

_NOTE_CHARACTERS: Final = 40
"""Longer notes are cut off, so that they fit on the line."""


_SPARE_COLUMNS: Final = ("volume", "range", "velocity", "sessions", "hold", "sets")
"""Columns of a list that a narrow terminal goes without, the first one first."""


def history_table(summaries: Sequence[SessionSummary], width: int | None = None) -> str:
    """Return the sessions, one a line, in `width` columns."""
    return "\n".join(_listed(summaries, _SESSION_COLUMNS, width))


def trend_table(weeks: Sequence[Week], width: int | None = None) -> str:
    """Return the weeks, one a line, in `width` columns."""
    return "\n".join([*_listed(weeks, _WEEK_COLUMNS, width), *(["", _LEGEND] if weeks else [])])


def _listed(
    items: Sequence[Item], columns: Mapping[str, Callable[[Item], str]], width: int | None
) -> list[str]:
    if not items:
        return ["no sessions"]
    rows = [tuple(columns), *(tuple(of(each) for of in columns.values()) for each in items)]
    return fitted(rows, width, _SPARE_COLUMNS)


def detail_lines(detail: SessionDetail) -> Iterator[str]:
    """Yield what the log adds to the measurements of a session."""
    summary = detail.summary
    parts = [
        f"session {summary.id}",
        _shown(summary.at(None)),
        exercise_named(summary.shown_exercise).title,
        f"counted by tracker {summary.tracker_version}",
    ]
    if summary.deleted_utc is not None:
        parts.append("in the trash")
    yield " · ".join(parts)
    for pain in detail.current.workout.pain:
        after = "" if pain.set_index is None else f" set {pain.set_index}"
        yield f"pain {pain.moment.value.replace('_', ' ')}{after}: {pain.score}"
    if summary.shown_note:
        # Further lines are set off: they can't pass for lines of ours.
        yield "note: " + "\n      ".join(summary.shown_note.splitlines())
    for made in detail.edits:
        yield _edit_line(made, unmatched=made in detail.current.unmatched)


def edit_words(edit: Edit) -> str:
    """Return an edit in words."""
    about = "" if edit.set_index is None else f" of set {edit.set_index}"
    # The name of a field ends in its unit, and a set's note is told apart by the set.
    name = {"load_kg": "load", "rpe": "RPE", "set_note": "note"}.get(
        edit.field.value, edit.field.value.replace("_", " ")
    )
    if edit.value is None:
        return f"{name}{about} cleared"
    if name == "load":
        value = load_text(float(edit.value))
    else:
        value = f"{edit.value:g}" if isinstance(edit.value, float) else one_line(str(edit.value))
    return f"{name}{about} = {value}"


def growing_line(amount: int) -> str:
    """Return what to say of unclosed recordings that changed within the last minute."""
    return ngettext(
        "{amount} recording was written to within the last minute and may still be running; "
        "a training is logged when it ends",
        "{amount} recordings were written to within the last minute and may still be running; "
        "a training is logged when it ends",
        amount,
    ).format(amount=amount)


def summary_object(summary: SessionSummary) -> dict[str, object]:
    """Return a session's summary as a JSON object, with null for what is unknown."""
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
    """Return a week as a JSON object, with null for what is unknown."""
    values: dict[str, Any] = asdict(week)
    return {name: _rounded(value) for name, value in values.items()} | {
        "monday": week.monday.isoformat()
    }


def log_object(detail: SessionDetail) -> dict[str, object]:
    """Return what the log adds to a session, as a JSON object."""
    return {
        "id": detail.summary.id,
        "recording": detail.recording,
        "sha256": detail.sha256,
        "tracker_version": detail.summary.tracker_version,
        "deleted_utc": detail.summary.deleted_utc,
        "edits": [
            {
                "field": made.edit.field.value,
                "set": made.edit.set_index,
                "value": made.edit.value,
                "made_utc": made.made_utc,
                "undone_utc": made.undone_utc,
                "applies": made.undone_utc is None and made not in detail.current.unmatched,
            }
            for made in detail.edits
        ],
    }


def _remarks(summary: SessionSummary) -> Iterator[str]:
    if summary.origin == "synthetic":
        yield "simulated"
    if summary.edited:
        yield "edited"
    if summary.shown_note:
        note = one_line(summary.shown_note)
        yield note if len(note) <= _NOTE_CHARACTERS else f"{note[: _NOTE_CHARACTERS - 1]}…"


def _volume(volume_kg: float | None) -> str:
    return UNKNOWN if volume_kg is None else load_text(volume_kg, 0)


def _pain(before: float | None, after: float | None) -> str:
    if before is None and after is None:
        return UNKNOWN
    return "→".join(UNKNOWN if each is None else f"{each:.3g}" for each in (before, after))


def _edit_line(made: MadeEdit, *, unmatched: bool) -> str:
    edit = made.edit
    line = f"edited {_when(made.made_utc)}: {edit_words(edit)}"
    if made.undone_utc is not None:
        return f"{line} (undone)"
    if unmatched:
        span = f"{clock_time(made.start_s)}–{clock_time(made.end_s)}"
        return f"{line} (not applied: there is no set at {span} any more)"
    return line


def _when(text: str) -> str:
    """Return a time in the time zone of this computer."""
    return _shown(datetime.fromisoformat(text).astimezone())


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _rounded(value: object) -> object:
    # Four decimals, as in the objects of sessions.
    return round(value, 4) if isinstance(value, float) else value


_SESSION_COLUMNS: Final[dict[str, Callable[[SessionSummary], str]]] = {
    "id": lambda each: str(each.id),
    "when": lambda each: _shown(each.at(None)),
    "exercise": lambda each: each.shown_exercise,
    "sets": lambda each: str(each.sets_done),
    "reps": lambda each: str(each.reps_done),
    "load": lambda each: load_cell(each.load_kg),
    "volume": lambda each: _volume(each.volume_kg),
    "range": lambda each: number(each.rom_deg, 0, "°"),
    "velocity": lambda each: number(each.mean_velocity_mps, 2),
    "hold": lambda each: number(each.lockout_s, 1),
    "pain": lambda each: _pain(each.pain_before, each.pain_after),
    "remarks": lambda each: ", ".join(_remarks(each)),
}

_WEEK_COLUMNS: Final[dict[str, Callable[[Week], str]]] = {
    "week": lambda week: week.monday.isoformat(),
    "sessions": lambda week: str(week.sessions),
    "sets": lambda week: str(week.sets),
    "reps": lambda week: str(week.reps),
    "volume": lambda week: _volume(week.volume_kg),
    "range": lambda week: number(week.rom_deg, 1, "°"),
    "velocity": lambda week: number(week.mean_velocity_mps, 2),
    "hold": lambda week: number(week.lockout_s, 2),
    "pain": lambda week: _pain(week.pain_before, week.pain_after),
    "remarks": lambda week: f"{week.simulated} simulated" if week.simulated else "",
}
