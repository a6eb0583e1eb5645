"""A session as a table for people: every set, every rep, tempo both ways."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from tracker.domain import EXERCISES, LIFTERS_ORDER, PHASE_WORDS, exercise_named, mean_of_known
from tracker.runtime.wording import (
    clock_time,
    counted,
    flag_words,
    mean_durations_s,
    number,
    phase_durations_s,
    set_flag_words,
    tempo_code,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain import Rep, SetRecord, Workout

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
