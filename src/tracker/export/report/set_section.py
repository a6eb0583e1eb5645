"""One set: its tempo against the plan, its plots, its remarks and all its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tracker.coach import PaceVerdict, planned_s, tolerance_s
from tracker.domain import PHASE_WORDS, Phase
from tracker.export.report import measures as tempo
from tracker.export.report.measures import HOLD, RANGE, RISE, VELOCITY, size_of
from tracker.export.report.overview import load_text, reps_text
from tracker.export.report.plots import DotPlot, Series, dot_plot, phase_bar
from tracker.export.report.wording import (
    UNKNOWN,
    has_form_flag,
    is_uncertain,
    known,
    number,
    remarks_of_set,
    short,
)
from tracker.language import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Exercise, HeartRateSummary, Rep, SetRecord, Workout

LEGEND: Final = (
    ("round", "rep"),
    ("diamond", "rep with a remark on form"),
    ("square", "rep whose numbers are less certain"),
)

_ARROWS: Final = {PaceVerdict.TOO_SLOW: " ↑", PaceVerdict.TOO_FAST: " ↓"}


def set_section(
    workout: Workout,
    record: SetRecord,
    exercise: Exercise | None,
    heart: HeartRateSummary | None = None,
) -> dict[str, Any]:
    """Return what the template of a set shows of one."""
    rows = tempo.phase_rows(record, exercise)
    order = tempo.order_of(exercise)
    done = tempo.median_durations_s(record)
    load = "" if record.load_kg is None else f", {load_text(known(record.load_kg))}"
    shapes = set(map(_shape, record.reps))
    return {
        "index": record.index,
        "heading": f"Set {record.index}: {reps_text(workout, record)} reps{load}",
        "facts": _facts(record, heart),
        "note": record.entries.note,
        "rows": rows,
        "is_planned": any(row.planned != UNKNOWN for row in rows),
        "done_code": tempo.code(done),
        "done_words": tempo.words(done, order),
        "planned": record.plan.tempo,
        "bar": phase_bar(f"set-{record.index}-bar", rows),
        "plots": _plots(record, exercise),
        "remarks": remarks_of_set(record),
        "times": _times(record, order),
        "moves": _moves(record.reps),
        # One shape alone needs no explanation.
        "legend": [entry for entry in LEGEND if entry[0] in shapes and shapes != {"round"}],
        "missing": _missing(record),
        "sensed": record.sensed,
    }


def _facts(record: SetRecord, heart: HeartRateSummary | None) -> tuple[tuple[str, str], ...]:
    rpe, plan = record.entries.rpe, record.plan
    loss_percent = round((plan.velocity_loss or 0.0) * 100)
    facts = {
        "Effort (RPE)": rpe is not None and f"{short(rpe)} of 10",
        "Heart rate": heart is not None
        and f"{heart.mean_bpm:.0f} bpm on average, {heart.max_bpm} at most",
        "Planned hold": plan.lockout_goal_s is not None and short(plan.lockout_goal_s, "s"),
        "Stop at velocity loss of": plan.velocity_loss is not None and f"{loss_percent} %",
        "Planned": plan.keep_tension and "hips off the floor between reps",
    }
    return tuple((name, value) for name, value in facts.items() if value)


def _plots(record: SetRecord, exercise: Exercise | None) -> tuple[tuple[str, DotPlot | None], ...]:
    hold_s = record.plan.hold_s
    goal = None if hold_s is None else (hold_s, tolerance_s(Phase.LOCKOUT, hold_s))
    names = [str(rep.index) for rep in record.reps]
    shapes = [_shape(rep) for rep in record.reps]
    return tuple(
        (
            quantity.title,
            dot_plot(
                f"set-{record.index}-{place}",
                quantity,
                [Series([quantity.of(rep) for rep in record.reps], shapes)],
                names,
                x_title="Rep",
                goal=goal if quantity is HOLD else None,
            ),
        )
        for place, quantity in enumerate((size_of(exercise), VELOCITY, HOLD))
    )


def _shape(rep: Rep) -> str:
    if is_uncertain(rep):
        return "square"
    return "diamond" if has_form_flag(rep) else "round"


Table = tuple[list[tuple[str, str]], list[tuple[str, ...]]]
"""Names and units of the columns, and the rows."""


def _times(record: SetRecord, order: Sequence[Phase]) -> Table:
    """Return number and phases of each rep, with an arrow at a phase off its plan."""
    rows = []
    for rep in record.reps:
        each = tempo.durations_s(rep)
        cells = (_time(phase, each[phase], planned_s(record.plan, phase)) for phase in order)
        rows.append((str(rep.index), *cells))
    return [("Rep", ""), *((PHASE_WORDS[phase], "s") for phase in order)], rows


def _time(phase: Phase, done_s: float | None, aim_s: float | None) -> str:
    verdict = tempo.verdict_on(phase, done_s, aim_s)
    return number(done_s, 2) + ("" if verdict is None else _ARROWS.get(verdict, ""))


def _moves(reps: Sequence[Rep]) -> Table:
    """Return number and measures of each rep; the top only where one is known."""
    columns: list[tuple[str, str, int, list[float | None]]] = [
        ("Range", RANGE.unit, 1, [rep.rom_deg for rep in reps]),
        ("Rise", RISE.unit, 1, [RISE.of(rep) for rep in reps]),
        ("Mean", "m/s", 2, [rep.mean_velocity_mps for rep in reps]),
        ("Peak", "m/s", 2, [rep.peak_velocity_mps for rep in reps]),
        ("Tilt", "°", 1, [rep.tilt_deg for rep in reps]),
    ]
    if any(rep.top_deg is not None for rep in reps):
        columns.append(("Top", "°", 1, [rep.top_deg for rep in reps]))
    rows = [
        (str(rep.index), *(number(values[place], decimals) for _, _, decimals, values in columns))
        for place, rep in enumerate(reps)
    ]
    return [("Rep", ""), *((name, unit) for name, unit, _, _ in columns)], rows


def _missing(record: SetRecord) -> str:
    if record.counted <= len(record.reps):
        return ""
    reps = counted(record.counted, "rep", "reps")
    return (
        f"{reps} counted, {len(record.reps)} measured to the end. The numbers below are of those."
    )
