"""One set: its tempo against the plan, its plots, its remarks and all its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coach import PaceVerdict, planned_s, tolerance_s
from tracker.domain import PHASE_WORDS, Phase
from tracker.export.report import measures as tempo
from tracker.export.report.measures import CM_PER_M, RANGE, size_of
from tracker.export.report.overview import load_text, reps_text
from tracker.export.report.plots import DotPlot, PhaseBar, Quantity, Series, dot_plot, phase_bar
from tracker.export.report.wording import (
    UNKNOWN,
    has_form_flag,
    is_uncertain,
    known,
    number,
    remarks_of_set,
    short,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Exercise, Rep, SetRecord
    from tracker.export.report.measures import PhaseRow
    from tracker.export.report.wording import Remark

VELOCITY: Final = Quantity("Mean velocity, concentric", "m/s", 2, least_span=0.2)
HOLD: Final = Quantity("Hold at the top", "s", 1, least_span=1.0, from_zero=True)

LEGEND: Final = (
    ("round", "rep"),
    ("diamond", "rep with a remark on form"),
    ("square", "rep whose numbers are less certain"),
)

_ARROWS: Final = {PaceVerdict.TOO_SLOW: " ↑", PaceVerdict.TOO_FAST: " ↓"}


@dataclass(frozen=True, slots=True)
class Column:
    """Heading of one column in the table of reps."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class SetSection:
    """One set."""

    index: int
    heading: str
    facts: tuple[tuple[str, str], ...]
    """Effort, planned hold and the like, with their names."""
    note: str
    rows: tuple[PhaseRow, ...]
    """The tempo table."""
    is_planned: bool
    """Whether any phase has a planned duration."""
    done_code: str
    done_words: str
    planned_code: str
    """Empty without a planned tempo."""
    planned_words: str
    bar: PhaseBar | None
    plots: tuple[tuple[str, DotPlot | None], ...]
    """Titles and plots; None where no value is known."""
    remarks: tuple[Remark, ...]
    times_head: tuple[Column, ...]
    times: tuple[tuple[str, ...], ...]
    """Number and phases of each rep, with an arrow at a phase off its plan."""
    moves_head: tuple[Column, ...]
    moves: tuple[tuple[str, ...], ...]
    """Number and measures of each rep."""
    legend: tuple[tuple[str, str], ...]
    """What the shapes in the plots mean; empty if there is only one."""
    missing: str
    """A sentence on reps counted but not measured to their end; empty without any."""


def set_section(record: SetRecord, exercise: Exercise | None) -> SetSection:
    """Return the section on one set."""
    rows = tempo.phase_rows(record, exercise)
    order = tempo.order_of(exercise)
    done = tempo.median_durations_s(record)
    planned = record.plan.tempo
    load = "" if record.load_kg is None else f", {load_text(known(record.load_kg))}"
    times_head, times = _times(record, order)
    moves_head, moves = _moves(record.reps)
    return SetSection(
        index=record.index,
        heading=f"Set {record.index}: {reps_text(record)} reps{load}",
        facts=_facts(record),
        note=record.entries.note,
        rows=rows,
        is_planned=any(row.planned != UNKNOWN for row in rows),
        done_code=tempo.code(done),
        done_words=tempo.words(done, order),
        planned_code="" if planned is None else planned.code,
        planned_words="" if planned is None else planned.words,
        bar=phase_bar(f"set-{record.index}-bar", rows),
        plots=_plots(record, exercise),
        remarks=remarks_of_set(record),
        times_head=times_head,
        times=times,
        moves_head=moves_head,
        moves=moves,
        legend=_legend(record.reps),
        missing=_missing(record),
    )


def _facts(record: SetRecord) -> tuple[tuple[str, str], ...]:
    plan = record.plan
    facts = [
        ("Effort (RPE)", record.entries.rpe is not None, f"{short(record.entries.rpe)} of 10"),
        ("Planned hold", plan.lockout_goal_s is not None, short(plan.lockout_goal_s, "s")),
        (
            "Stop at velocity loss of",
            plan.velocity_loss is not None,
            f"{round((plan.velocity_loss or 0.0) * 100)} %",
        ),
        ("Planned", plan.keep_tension, "hips off the floor between reps"),
    ]
    return tuple((name, value) for name, is_there, value in facts if is_there)


def _plots(record: SetRecord, exercise: Exercise | None) -> tuple[tuple[str, DotPlot | None], ...]:
    size = size_of(exercise)
    hold_s = record.plan.hold_s
    quantities = (
        (Quantity(size.title, size.unit, size.decimals, size.least_span), size.of, None),
        (VELOCITY, lambda rep: known(rep.mean_velocity_mps), None),
        (
            HOLD,
            lambda rep: known(rep.lockout_s),
            None if hold_s is None else (hold_s, tolerance_s(Phase.LOCKOUT, hold_s)),
        ),
    )
    names = [str(rep.index) for rep in record.reps]
    shapes = [_shape(rep) for rep in record.reps]
    return tuple(
        (
            quantity.title,
            dot_plot(
                f"set-{record.index}-{place}",
                quantity,
                [Series([of(rep) for rep in record.reps], shapes)],
                names,
                x_title="Rep",
                goal=goal,
            ),
        )
        for place, (quantity, of, goal) in enumerate(quantities)
    )


def _shape(rep: Rep) -> str:
    if is_uncertain(rep):
        return "square"
    return "diamond" if has_form_flag(rep) else "round"


def _legend(reps: Sequence[Rep]) -> tuple[tuple[str, str], ...]:
    shapes = set(map(_shape, reps))
    if shapes <= {"round"}:
        return ()
    return tuple(entry for entry in LEGEND if entry[0] in shapes)


def _times(
    record: SetRecord, order: Sequence[Phase]
) -> tuple[tuple[Column, ...], tuple[tuple[str, ...], ...]]:
    head = (Column("Rep", ""), *(Column(PHASE_WORDS[phase], "s") for phase in order))
    rows = []
    for rep in record.reps:
        each = tempo.durations_s(rep)
        cells = (_time(phase, each[phase], planned_s(record.plan, phase)) for phase in order)
        rows.append((str(rep.index), *cells))
    return head, tuple(rows)


def _time(phase: Phase, done_s: float | None, aim_s: float | None) -> str:
    verdict = tempo.verdict_on(phase, done_s, aim_s)
    return number(done_s, 2) + ("" if verdict is None else _ARROWS.get(verdict, ""))


def _moves(
    reps: Sequence[Rep],
) -> tuple[tuple[Column, ...], tuple[tuple[str, ...], ...]]:
    columns = [
        (Column("Range", RANGE.unit), 1, [rep.rom_deg for rep in reps]),
        (Column("Rise", "cm"), 1, [_times_100(rep.rise_m) for rep in reps]),
        (Column("Mean", "m/s"), 2, [rep.mean_velocity_mps for rep in reps]),
        (Column("Peak", "m/s"), 2, [rep.peak_velocity_mps for rep in reps]),
        (Column("Tilt", "°"), 1, [rep.tilt_deg for rep in reps]),
    ]
    tops = [rep.top_deg for rep in reps]
    if any(top is not None for top in tops):
        columns.append((Column("Top", "°"), 1, tops))
    head = (Column("Rep", ""), *(column for column, _, _ in columns))
    rows = tuple(
        (str(rep.index), *(number(values[place], decimals) for _, decimals, values in columns))
        for place, rep in enumerate(reps)
    )
    return head, rows


def _times_100(value_m: float | None) -> float | None:
    return None if value_m is None else value_m * CM_PER_M


def _missing(record: SetRecord) -> str:
    if record.counted <= len(record.reps):
        return ""
    return (
        f"{record.counted} reps were counted, {len(record.reps)} measured to their end. "
        "The numbers below are of those."
    )
