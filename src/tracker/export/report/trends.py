"""The same exercise over sessions: range, hold, velocity at a similar load, volume and pain."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, assert_never

from tracker.domain import PainMoment
from tracker.domain.loads import load_unit
from tracker.export.app_terms import MOMENT_WORDS
from tracker.export.report.measures import (
    HOLD,
    VELOCITY,
    Quantity,
    is_synthetic,
    main_load_kg,
    pain_at,
    size_of,
    velocity_at_mps,
    volume_kg,
)
from tracker.export.report.overview import load_text
from tracker.export.report.plots import BY_SESSION, Series, dot_plot
from tracker.export.report.wording import (
    UNKNOWN,
    day,
    median,
    moment,
    number,
    short,
    signed,
)
from tracker.language import _, listed, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.domain import Exercise, Rep, Workout
    from tracker.export.report.plots import DotPlot

LEGEND: Final = (("round", _("earlier session")), ("ring", _("this session")))

PAIN_LEGEND: Final = (
    ("round", _("before training")),
    ("square", _("after training")),
    ("diamond", _("on the next morning")),
)


def trends_of(
    workout: Workout, history: Iterable[Workout], exercise: Exercise | None
) -> dict[str, Any] | None:
    """Return what the template shows of the sessions before this one.

    None if nothing in the history, which may be in any order, of any exercise, and contain this
    session too, can be compared with it.
    """
    earlier, left_out = _comparable(workout, history)
    if not earlier:
        return None
    size = size_of(exercise)
    load_kg = main_load_kg(workout.sets)
    sessions = [*earlier, workout]
    quantities = _quantities(size, load_kg)
    size_plot, hold_plot, *other_plots = _plots(sessions, quantities)
    return {
        "size_head": f"{size.short} {size.unit}",
        "compared": _compared(load_kg),
        "first_plots": (hold_plot, (_("Pain"), _pain_plot(sessions))),
        "plots": (size_plot, *other_plots),
        "rows": [_row(each, quantities) for each in reversed(sessions)],
        "left_out": left_out,
        "since": _date(earlier[-1]),
        "changes": _changes(earlier[-1], workout, quantities),
    }


class _Reason(Enum):
    """Why a session is not compared."""

    OTHER_EXERCISE = auto()
    OTHER_ORIGIN = auto()
    LATER = auto()
    UNDATED = auto()


def _comparable(workout: Workout, history: Iterable[Workout]) -> tuple[list[Workout], str]:
    """Return the earlier sessions in order, and a sentence on those left out."""
    now = moment(workout.info.started_utc)
    reasons = dict.fromkeys(_Reason, 0)
    kept: list[tuple[float, Workout]] = []
    for each in history:
        time = moment(each.info.started_utc)
        # Nobody starts two sessions at once: this is the same one, read from elsewhere.
        if each == workout or (now is not None and time == now):
            continue
        if each.info.exercise != workout.info.exercise:
            reasons[_Reason.OTHER_EXERCISE] += 1
        elif is_synthetic(each) is not is_synthetic(workout):
            reasons[_Reason.OTHER_ORIGIN] += 1
        elif time is None:
            reasons[_Reason.UNDATED] += 1
        elif now is not None and time > now:
            reasons[_Reason.LATER] += 1
        else:
            kept.append((time.timestamp(), each))
    kept.sort(key=lambda pair: pair[0])
    return [each for __, each in kept], _left_out(reasons, is_synthetic(workout))


def _left_out(reasons: dict[_Reason, int], synthetic: bool) -> str:
    words = [_reason_text(reason, n, synthetic) for reason, n in reasons.items() if n]
    if not words:
        return ""
    total = sum(reasons.values())
    return ngettext(
        "Left out: {amount} session ({reasons}).",
        "Left out: {amount} sessions ({reasons}).",
        total,
    ).format(amount=total, reasons=listed(words))


def _reason_text(reason: _Reason, n: int, synthetic: bool) -> str:
    # Translators: these stand in "Left out: 3 sessions (2 simulated and 1 without a date)".
    match reason:
        case _Reason.OTHER_EXERCISE:
            text = ngettext("{n} of another exercise", "{n} of another exercise", n)
        case _Reason.OTHER_ORIGIN if synthetic:
            text = ngettext("{n} measured on people", "{n} measured on people", n)
        case _Reason.OTHER_ORIGIN:
            text = ngettext("{n} simulated", "{n} simulated", n)
        case _Reason.LATER:
            text = ngettext("{n} later than this one", "{n} later than this one", n)
        case _Reason.UNDATED:
            text = ngettext("{n} without a date", "{n} without a date", n)
        case _:
            assert_never(reason)
    return text.format(n=n)


def _compared(load_kg: float | None) -> str:
    if load_kg is None:
        return _("The load of this session is unknown, so velocities are not compared.")
    return _(
        "Velocities are compared only between sets with about the load of this session, {load}."
    ).format(load=load_text(load_kg))


def _quantities(size: Quantity[Rep], load_kg: float | None) -> tuple[Quantity[Workout], ...]:
    """Return what is compared from session to session, in the order of the table."""
    velocity = (
        _("Mean velocity at a similar load")
        if load_kg is None
        else _("Mean velocity at about {load}").format(load=load_text(load_kg))
    )
    return (
        _median_of(size),
        _median_of(HOLD),
        Quantity(
            velocity,
            VELOCITY.short,
            VELOCITY.unit,
            2,
            0.2,
            lambda workout: velocity_at_mps(workout.sets, load_kg),
        ),
        Quantity(
            _("Volume"),
            _("Volume"),
            load_unit().value,
            0,
            100.0,
            lambda workout: _amount(volume_kg(workout.sets)),
            from_zero=True,
        ),
    )


def _amount(load_kg: float | None) -> float | None:
    return None if load_kg is None else load_unit().amount(load_kg)


def _changes(
    before: Workout, now: Workout, quantities: Sequence[Quantity[Workout]]
) -> list[tuple[str, str, str, str]]:
    """Return what can be compared with the session before: name, then, now, difference."""
    pain: Quantity[Workout] = Quantity(
        _("Pain after"), _("Pain"), _("of 10"), 0, 1.0, lambda each: _score(each, PainMoment.AFTER)
    )
    load: Quantity[Workout] = Quantity(
        _("Load"),
        _("Load"),
        load_unit().value,
        1,
        1.0,
        lambda each: _amount(main_load_kg(each.working_sets)),
    )
    reps: Quantity[Workout] = Quantity(
        _("Reps in all"),
        _("Reps"),
        "",
        0,
        1.0,
        lambda each: float(sum(record.done for record in each.working_sets)),
    )
    rows = []
    # Volume is load times reps, which are there.
    for each in (load, reps, *quantities[:-1], pain):
        then, today = each.of(before), each.of(now)
        if then is not None and today is not None:
            cells = (number(then, each.decimals), number(today, each.decimals, each.unit))
            change = _("the same") if cells[0] == number(today, each.decimals) else ""
            change = change or signed(today - then, each.decimals)
            rows.append((each.title, *cells, change))
    return rows


def _score(workout: Workout, when: PainMoment) -> float | None:
    score = pain_at(workout, when)
    return None if score is None else float(score)


def _median_of(each: Quantity[Rep]) -> Quantity[Workout]:
    """Return the median of a quantity over all reps of a session."""

    def of(workout: Workout) -> float | None:
        return median(each.of(rep) for record in workout.sets for rep in record.reps)

    return Quantity(
        each.title, each.short, each.unit, each.decimals, each.least_span, of, each.from_zero
    )


def _date(workout: Workout) -> str:
    time = moment(workout.info.started_utc)
    return _("this one") if time is None else day(time)


def _plots(
    sessions: Sequence[Workout], quantities: Sequence[Quantity[Workout]]
) -> Iterator[tuple[str, DotPlot | None]]:
    """Yield titles and plots; None where no value is known."""
    shapes = ["round"] * (len(sessions) - 1) + ["ring"]
    for place, quantity in enumerate(quantities):
        series = Series([quantity.of(each) for each in sessions], shapes)
        dates = list(map(_date, sessions))
        yield (
            quantity.title,
            dot_plot(f"trend-{place}", quantity, [series], dates, along=BY_SESSION, legend=LEGEND),
        )


def _pain_plot(sessions: Sequence[Workout]) -> DotPlot | None:
    moments = (
        (PainMoment.BEFORE, "round"),
        (PainMoment.AFTER, "square"),
        (PainMoment.NEXT_MORNING, "diamond"),
    )
    return dot_plot(
        "trend-pain",
        Quantity(_("Pain"), _("Pain"), _("of 10"), 0, 10.0, lambda __: None, from_zero=True),
        [
            Series(
                [pain_at(each, moment) for each in sessions],
                [shape] * len(sessions),
                MOMENT_WORDS[moment],
            )
            for moment, shape in moments
        ],
        list(map(_date, sessions)),
        along=BY_SESSION,
        legend=PAIN_LEGEND,
    )


def _row(workout: Workout, quantities: Sequence[Quantity[Workout]]) -> tuple[str, ...]:
    """Return date, size, hold, velocity, volume and pain of a session."""
    *measured, volume = quantities
    cells = [number(each.of(workout), each.decimals) for each in measured]
    scores = (pain_at(workout, each) for each in (PainMoment.BEFORE, PainMoment.AFTER))
    pain = " → ".join(UNKNOWN if score is None else str(score) for score in scores)
    return (_date(workout), *cells, short(volume.of(workout)), pain)
