"""One set: its tempo against the plan, its plots, its remarks and all its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tracker.coach import PaceVerdict, planned_s, tolerance_s
from tracker.domain import PHASE_WORDS, Phase
from tracker.export.report import measures as tempo
from tracker.export.report.measures import HOLD, RANGE, RISE, VELOCITY, size_of
from tracker.export.report.overview import load_text, reps_text
from tracker.export.report.plots import BY_REP, DotPlot, Series, dot_plot, phase_bar
from tracker.export.report.wording import (
    UNKNOWN,
    has_form_flag,
    is_uncertain,
    known,
    number,
    remarks_of_set,
    short,
)
from tracker.language import _, counted, localized, pgettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Exercise, HeartRateSummary, Rep, SetRecord, Workout

LEGEND: Final = (
    ("round", pgettext("legend", "rep")),
    ("diamond", _("rep with a remark on form")),
    ("square", _("rep whose numbers are less certain")),
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
    shapes = set(map(_shape, record.reps))
    plan = record.plan.tempo
    return {
        "index": record.index,
        "heading": _heading(workout, record),
        "facts": _facts(record, heart),
        "note": record.entries.note,
        "rows": rows,
        "is_planned": any(row.planned != UNKNOWN for row in rows),
        "done_code": tempo.code(done),
        "done_words": tempo.words(done, order),
        "planned": None if plan is None else (localized(plan.code), localized(plan.words)),
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


def _heading(workout: Workout, record: SetRecord) -> str:
    reps = reps_text(workout, record)
    if record.load_kg is None:
        return _("Set {number}: {reps} reps").format(number=record.index, reps=reps)
    return _("Set {number}: {reps} reps, {load}").format(
        number=record.index, reps=reps, load=load_text(known(record.load_kg))
    )


def _facts(record: SetRecord, heart: HeartRateSummary | None) -> tuple[tuple[str, str], ...]:
    rpe, plan = record.entries.rpe, record.plan
    loss_percent = round((plan.velocity_loss or 0.0) * 100)
    facts = {
        _("Effort (RPE)"): rpe is not None and _("{score} of 10").format(score=short(rpe)),
        _("Heart rate"): heart is not None
        and _("{mean} bpm on average, {highest} at most").format(
            mean=f"{heart.mean_bpm:.0f}", highest=heart.max_bpm
        ),
        _("Planned hold"): plan.lockout_goal_s is not None and short(plan.lockout_goal_s, "s"),
        _("Stop at velocity loss of"): plan.velocity_loss is not None and f"{loss_percent} %",
        _("Planned"): plan.keep_tension and _("hips off the floor between reps"),
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
                along=BY_REP,
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
    return [(_("Rep"), ""), *((PHASE_WORDS[phase], "s") for phase in order)], rows


def _time(phase: Phase, done_s: float | None, aim_s: float | None) -> str:
    verdict = tempo.verdict_on(phase, done_s, aim_s)
    return number(done_s, 2) + ("" if verdict is None else _ARROWS.get(verdict, ""))


def _moves(reps: Sequence[Rep]) -> Table:
    """Return number and measures of each rep; the top only where one is known."""
    columns: list[tuple[str, str, int, list[float | None]]] = [
        (RANGE.short, RANGE.unit, 1, [rep.rom_deg for rep in reps]),
        (RISE.short, RISE.unit, 1, [RISE.of(rep) for rep in reps]),
        # Translators: headings of narrow columns: mean and peak velocity, and sideways tilt.
        (_("Mean"), "m/s", 2, [rep.mean_velocity_mps for rep in reps]),
        (_("Peak"), "m/s", 2, [rep.peak_velocity_mps for rep in reps]),
        (_("Tilt"), "°", 1, [rep.tilt_deg for rep in reps]),
    ]
    if any(rep.top_deg is not None for rep in reps):
        # Translators: heading of a narrow column: the angle of the pelvis at the top.
        columns.append((_("Top"), "°", 1, [rep.top_deg for rep in reps]))
    rows = [
        (
            str(rep.index),
            *(number(values[place], decimals) for *__, decimals, values in columns),
        )
        for place, rep in enumerate(reps)
    ]
    return [(_("Rep"), ""), *((name, unit) for name, unit, *__ in columns)], rows


def _missing(record: SetRecord) -> str:
    if record.counted <= len(record.reps):
        return ""
    reps = counted(record.counted, "rep", "reps")
    return _(
        "{reps} counted, {measured} measured to the end. The numbers below are of those."
    ).format(reps=reps, measured=len(record.reps))
