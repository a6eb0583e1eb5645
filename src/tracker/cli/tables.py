"""Tables and JSON objects of sessions: one session rep by rep, and the lists of the log."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tracker.app.text import (
    FAULT_WORDS,
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
    PainMoment,
    Side,
    exercise_named,
    mean_of_known,
    title_of,
)
from tracker.domain.foreign_text import one_line, visible
from tracker.domain.loads import load_text
from tracker.language import _, counted, decimal, localized, ngettext, pgettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain import Phase, Rep, SetRecord, Workout
    from tracker.store import Edit, MadeEdit, SessionDetail, SessionSummary, Week

_MEASURES: Final[dict[str, Callable[[Iterable[Rep]], str]]] = {
    # Translators: heading of a column, the range of motion.
    _("range"): lambda reps: number(mean_of_known(rep.rom_deg for rep in reps), 0, "°"),
    # Translators: heading of a column, the angle at the top of a rep.
    _("top"): lambda reps: number(mean_of_known(rep.top_deg for rep in reps), 0, "°"),
    # Translators: heading of a column, how far the hips rise.
    _("rise"): lambda reps: number(mean_of_known(rep.rise_m for rep in reps), 2),
    _("velocity"): lambda reps: number(mean_of_known(rep.mean_velocity_mps for rep in reps), 2),
    # Translators: heading of a column, the peak velocity.
    _("peak"): lambda reps: number(mean_of_known(rep.peak_velocity_mps for rep in reps), 2),
    _("tilt"): lambda reps: number(mean_of_known(rep.tilt_deg for rep in reps), 0, "°"),
}
"""Columns of a rep, or of the means over several."""

_PHASES: Final = tuple(PHASE_WORDS[phase] for phase in LIFTERS_ORDER)
_REP_HEADER: Final = (pgettext("column", "rep"), _("tempo"), *_PHASES, *_MEASURES, _("remarks"))

ENTERED: Final = "entered"
"""Sensor and origin of a training that was entered by hand."""

SHORTEST_SET_S: Final = 6.0
"""Two quick reps with a still moment before and after; no shorter file can hold a set."""

Item = TypeVar("Item")

_LEFT_ALIGNED: Final = frozenset({_("tempo"), _("remarks"), _("when"), _("exercise"), _("week")})

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


_SPARE_MEASURES: Final = (_("tilt"), _("peak"), _("top"), _("rise"))
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
            _(
                "No sets found: {seconds} s are too short for one. A set has at least two "
                "reps, with a still moment before and after."
            ).format(seconds=decimal(duration_s, 1))
        )
    elif not workout.sets:
        others = ", ".join(name for name in EXERCISES if name != workout.info.exercise)
        blocks.append(
            _("No sets found. If it was another exercise, name it: {names}.").format(names=others)
        )
    else:
        blocks.append(_REP_LEGEND)
    return "\n\n".join(blocks)


_REP_LEGEND: Final = _(
    "Times in s, rise in m, velocity in m/s: the mean of the concentric, and its peak."
)


def _source_lines(workout: Workout) -> Iterator[str]:
    info, facts = workout.info, workout.facts
    synthetic = [_("simulated")] if info.origin == "synthetic" else []
    yield _("entered by hand") if info.origin == ENTERED else one_line(facts.path)
    yield " · ".join(
        [
            *synthetic,
            exercise_named(info.exercise).title,
            _("entered") if info.origin == ENTERED else facts.sensor,
            number(facts.rate_hz, 1, " Hz"),
            number(facts.duration_s, 1, " s"),
            counted(facts.samples, "sample", "samples"),
            counted(len(workout.gaps), "gap", "gaps"),
        ]
    )
    for gap in workout.gaps:
        length_s = gap.end_s - gap.start_s
        yield _("gap at {start} s for {length} s").format(
            start=decimal(gap.start_s, 1), length=decimal(length_s, 1)
        )
    for reason, times in workout.faults.items():
        yield _("fault {kind}: {times}×").format(kind=FAULT_WORDS[reason], times=times)


def _timed_lines(workout: Workout) -> Iterator[str]:
    for each in workout.timed:
        parts = [title_of(each.activity), *([each.side.word] if each.side else [])]
        done = f"{' '.join(parts)}: {each.duration_s:.0f} s"
        yield _("{what}, warm-up").format(what=done) if each.warm_up else done


def _set_block(workout: Workout, record: SetRecord, edited: Edited, width: int | None) -> str:
    parts = [
        _("set {number}: {reps}").format(
            number=record.index, reps=counted(record.counted, "rep", "reps")
        )
    ]
    if record.reps or record.counted:
        parts.append(f"{clock_time(record.start_s)}–{clock_time(record.end_s)}")
    else:
        parts = [
            _("set {number}: {reps}, entered by hand").format(
                number=record.index, reps=counted(record.done, "rep", "reps")
            )
        ]
    if record.warm_up:
        parts.append(_("warm-up"))
    if record.side is not None:
        parts.append(record.side.word)
    if workout.exercise_of(record) != workout.info.exercise:
        parts.append(exercise_named(workout.exercise_of(record)).title)
    head = ", ".join(parts)
    if not record.reps and not record.counted:
        return "\n".join([head, *([" · ".join(_entries(record, edited))])]).rstrip()
    rows = [_REP_HEADER, *(_rep_row(rep) for rep in record.reps)]
    if len(record.reps) > 1:
        durations_s = mean_durations_s(record.reps)
        rows.append(_row(_("mean"), durations_s, record.reps, set_flag_words(record)))
    entries = " · ".join(_entries(record, edited))
    return "\n".join(
        [head, *([entries] if entries else []), *fitted(rows, width, _SPARE_MEASURES)]
    )


def _entries(record: SetRecord, edited: Edited) -> Iterator[str]:
    """Yield what was planned and entered for a set."""
    entries = record.entries

    def marked(text: str, field: str) -> str:
        return (
            _("{value} (edited)").format(value=text) if (record.index, field) in edited else text
        )

    if record.done != record.counted or entries.reps is not None:
        done = ngettext("{amount} rep done", "{amount} reps done", record.done)
        yield marked(done.format(amount=record.done), "reps")
    if record.load_kg is not None:
        load = _("{load} planned") if entries.load_kg is None else "{load}"
        yield marked(load.format(load=load_text(record.load_kg)), "load_kg")
    if entries.rpe is not None:
        yield marked(_("RPE {effort}").format(effort=localized(f"{entries.rpe:g}")), "rpe")
    if entries.note:
        yield marked(one_line(entries.note), "set_note")


def _rep_row(rep: Rep) -> tuple[str, ...]:
    remarks = [flag_words(rep.flags)] if rep.flags else []
    if not rep.complete:
        remarks.append(_("not finished"))
    return _row(str(rep.index), phase_durations_s(rep), (rep,), ", ".join(remarks))


def _row(
    title: str, durations_s: dict[Phase, float | None], reps: Sequence[Rep], remarks: str
) -> tuple[str, ...]:
    """Return the cells of a rep, or of the means over several."""
    phases = (number(durations_s[phase]) for phase in LIFTERS_ORDER)
    measures = (measure(reps) for measure in _MEASURES.values())
    return title, tempo_code(durations_s), *phases, *measures, remarks


_LEGEND: Final = _(
    "Weeks begin on the Monday shown. Volume is load × reps, velocity the mean of the\n"
    "concentric in m/s, hold the lockout in s, pain the score before and after."
)

_NOTE_CHARACTERS: Final = 40
"""Longer notes are cut off, so that they fit on the line."""


_SPARE_COLUMNS: Final = (
    _("volume"),
    _("range"),
    _("velocity"),
    _("sessions"),
    pgettext("column", "hold"),
    _("sets"),
)
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
        return [_("no sessions")]
    rows = [tuple(columns), *(tuple(of(each) for of in columns.values()) for each in items)]
    return fitted(rows, width, _SPARE_COLUMNS)


def detail_lines(detail: SessionDetail) -> Iterator[str]:
    """Yield what the log adds to the measurements of a session."""
    summary = detail.summary
    parts = [
        _("session {number}").format(number=summary.id),
        _shown(summary.at(None)),
        exercise_named(summary.shown_exercise).title,
        _("counted by tracker {version}").format(version=summary.tracker_version),
    ]
    if summary.deleted_utc is not None:
        parts.append(_("in the trash"))
    yield " · ".join(parts)
    for pain in detail.current.workout.pain:
        words = (
            _("pain {moment}: {score}")
            if pain.set_index is None
            else _("pain {moment} set {number}: {score}")
        )
        yield words.format(moment=_MOMENTS[pain.moment], number=pain.set_index, score=pain.score)
    if summary.shown_note:
        # Further lines are set off: they can't pass for lines of ours.
        head = _("note: ")
        yield head + f"\n{' ' * len(head)}".join(summary.shown_note.splitlines())
    for made in detail.edits:
        yield _edit_line(made, unmatched=made in detail.current.unmatched)


_MOMENTS: Final = {
    # Translators: when there was pain, before the training.
    PainMoment.BEFORE: _("before"),
    # Translators: when there was pain, between the sets of a training.
    PainMoment.BETWEEN: _("between"),
    # Translators: when there was pain, after the training.
    PainMoment.AFTER: _("after"),
    PainMoment.NEXT_MORNING: _("next morning"),
}

_FIELDS: Final = {
    "reps": _("reps"),
    "load_kg": _("load"),
    "rpe": _("RPE"),
    # The set tells it apart from the note on the session.
    "set_note": _("note"),
    "warm_up": _("warm up"),
    "side": _("side"),
    "set_exercise": _("set exercise"),
    # Translators: a set that was added by hand.
    "added": _("added"),
    "exercise": _("exercise"),
    "note": _("note"),
    "pain_before": _("pain before"),
    "pain_after": _("pain after"),
    "pain_next_morning": _("pain next morning"),
}
"""Fields that can be edited, in words; the log's own names cost SQLAlchemy."""


def edit_words(edit: Edit) -> str:
    """Return an edit in words."""
    if edit.value is None:
        text = (
            _("{field} cleared")
            if edit.set_index is None
            else _("{field} of set {number} cleared")
        )
    else:
        text = "{field} = {value}"
        if edit.set_index is not None:
            text = _("{field} of set {number} = {value}")
    return text.format(
        field=_FIELDS[edit.field.value], number=edit.set_index, value=_edited_value(edit)
    )


def _edited_value(edit: Edit) -> str:
    match edit.field.value, edit.value:
        case _, bool(value):
            # Translators: whether a set is a warm-up set.
            return _("True") if value else _("False")
        case "load_kg", int(value) | float(value):
            return load_text(value)
        case _, float(value):
            return localized(f"{value:g}")
        case "side", str(value):
            return Side(value).word
        case _, value:
            return one_line(str(value))


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
        yield _("simulated")
    if summary.edited:
        yield _("edited")
    if summary.shown_note:
        note = one_line(summary.shown_note)
        yield note if len(note) <= _NOTE_CHARACTERS else f"{note[: _NOTE_CHARACTERS - 1]}…"


def _volume(volume_kg: float | None) -> str:
    return UNKNOWN if volume_kg is None else load_text(volume_kg, 0)


def _pain(before: float | None, after: float | None) -> str:
    if before is None and after is None:
        return UNKNOWN
    return "→".join(
        UNKNOWN if each is None else localized(f"{each:.3g}") for each in (before, after)
    )


def _edit_line(made: MadeEdit, *, unmatched: bool) -> str:
    edit = made.edit
    text = _("edited {when}: {change}")
    if made.undone_utc is not None:
        text = _("edited {when}: {change} (undone)")
    elif unmatched:
        text = _("edited {when}: {change} (not applied: there is no set at {span} any more)")
    span = f"{clock_time(made.start_s)}–{clock_time(made.end_s)}"
    return text.format(when=_when(made.made_utc), change=edit_words(edit), span=span)


def _when(text: str) -> str:
    """Return a time in the time zone of this computer."""
    return _shown(datetime.fromisoformat(text).astimezone())


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _rounded(value: object) -> object:
    # Four decimals, as in the objects of sessions.
    return round(value, 4) if isinstance(value, float) else value


_SESSION_COLUMNS: Final[dict[str, Callable[[SessionSummary], str]]] = {
    _("id"): lambda each: str(each.id),
    _("when"): lambda each: _shown(each.at(None)),
    _("exercise"): lambda each: each.shown_exercise,
    _("sets"): lambda each: str(each.sets_done),
    pgettext("column", "reps"): lambda each: str(each.reps_done),
    _("load"): lambda each: load_cell(each.load_kg),
    _("volume"): lambda each: _volume(each.volume_kg),
    _("range"): lambda each: number(each.rom_deg, 0, "°"),
    _("velocity"): lambda each: number(each.mean_velocity_mps, 2),
    pgettext("column", "hold"): lambda each: number(each.lockout_s, 1),
    _("pain"): lambda each: _pain(each.pain_before, each.pain_after),
    _("remarks"): lambda each: ", ".join(_remarks(each)),
}

_WEEK_COLUMNS: Final[dict[str, Callable[[Week], str]]] = {
    _("week"): lambda week: week.monday.isoformat(),
    _("sessions"): lambda week: str(week.sessions),
    _("sets"): lambda week: str(week.sets),
    pgettext("column", "reps"): lambda week: str(week.reps),
    _("volume"): lambda week: _volume(week.volume_kg),
    _("range"): lambda week: number(week.rom_deg, 1, "°"),
    _("velocity"): lambda week: number(week.mean_velocity_mps, 2),
    pgettext("column", "hold"): lambda week: number(week.lockout_s, 2),
    _("pain"): lambda week: _pain(week.pain_before, week.pain_after),
    _("remarks"): lambda week: (
        ngettext("{amount} simulated", "{amount} simulated", week.simulated).format(
            amount=week.simulated
        )
        if week.simulated
        else ""
    ),
}
