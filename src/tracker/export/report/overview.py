"""The first page: the session at a glance and set by set."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tracker.coach import OTHER_RED_FLAGS, URGENT_RED_FLAGS, judge_pain
from tracker.domain import PainMoment, heart_rate_of, title_of
from tracker.domain.loads import BODYWEIGHT, load_unit
from tracker.export.columns import set_rows
from tracker.export.report.measures import (
    HOLD,
    VELOCITY,
    code,
    median_durations_s,
    pain_at,
    size_of,
    volume_kg,
)
from tracker.export.report.wording import (
    UNKNOWN,
    all_known,
    clock_time,
    known,
    labels,
    median,
    number,
    remarks_of_session,
    short,
)
from tracker.language import _, counted, ngettext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tracker.domain import Exercise, SetRecord, TimedRecord, Workout


def overview_of(workout: Workout, exercise: Exercise | None) -> dict[str, Any]:
    """Return what the template of the first page shows of a training."""
    return {
        "summary": _summary(workout),
        "tiles": _tiles(workout),
        "head": _head(exercise),
        "rows": _rows(workout, exercise),
        "is_sensed": any(record.sensed for record in workout.sets),
        "timed": "; ".join(map(timed_text, workout.timed)),
        "remarks": remarks_of_session(workout.sets, of_form=True),
        "pain_words": _pain_words(workout),
        "note": workout.note,
        "emergencies": URGENT_RED_FLAGS,
        "see_a_doctor": OTHER_RED_FLAGS,
    }


def load_text(load_kg: float | None) -> str:
    """Return a load for people; 0 is bodyweight."""
    return BODYWEIGHT if load_kg == 0.0 else _in_unit(load_kg)


def _in_unit(load_kg: float | None) -> str:
    load_kg, unit = known(load_kg), load_unit()
    return short(None if load_kg is None else unit.amount(load_kg), unit.value)


def reps_text(workout: Workout, record: SetRecord) -> str:
    """Return what was done in a set and its reps, with the plan, and the count if it differs."""
    name = workout.exercise_of(record)
    exercise = "" if name == workout.info.exercise else title_of(name)
    head = labels(exercise, record.side, warm_up=record.warm_up)
    text = f"{head}: {record.done}" if head else str(record.done)
    if record.plan.target_reps is not None:
        # Translators: reps done, of reps planned.
        text = _("{done} of {planned}").format(done=text, planned=record.plan.target_reps)
    if record.sensed and record.done != record.counted:
        text = _("{reps} (sensor: {counted})").format(reps=text, counted=record.counted)
    return text


def timed_text(each: TimedRecord) -> str:
    """Return what was done for a time, and for how long."""
    what = labels(title_of(each.activity), each.side, warm_up=each.warm_up)
    return f"{what}: {number(each.duration_s, 0, 's')}"


def _summary(workout: Workout) -> str:
    if not workout.sets:
        return _("No set was found in this recording.")
    reps = [record.done for record in workout.working_sets]
    if not reps:
        warm_up = counted(len(workout.sets), "warm-up set", "warm-up sets")
        return _("{sets}, and no other.").format(sets=warm_up)
    sets = counted(len(reps), "set", "sets")
    loads = {known(record.load_kg) for record in workout.working_sets}
    load = load_text(*loads) if len(loads) == 1 and None not in loads else ""
    if len(set(reps)) == 1:
        # Translators: 3 sets of 10 reps with 60 kg.
        text = _("{sets} of {reps} with {load}.") if load else _("{sets} of {reps}.")
        return text.format(sets=sets, reps=counted(reps[0], "rep", "reps"), load=load)
    # Translators: 3 sets: 10, 9, 8 reps with 60 kg.
    text = _("{sets}: {numbers} reps with {load}.") if load else _("{sets}: {numbers} reps.")
    return text.format(sets=sets, numbers=", ".join(map(str, reps)), load=load)


def _tiles(workout: Workout) -> list[tuple[str, str, str]]:
    """Return names, values and details of what is known; medians are in the table, set by set."""
    sets = workout.working_sets
    before, after = (pain_at(workout, each) for each in (PainMoment.BEFORE, PainMoment.AFTER))
    efforts = all_known(record.entries.rpe for record in sets)
    tiles = [
        (
            _("Sets"),
            str(len(sets)),
            _("{reps} in all").format(
                reps=counted(sum(each.done for each in sets), "rep", "reps")
            ),
        ),
        (_("Load"), _loads(sets), ""),
        _volume_tile(sets),
        (_("Pain"), f"{_score(before)} → {_score(after)}", _("before → after, of 10")),
        (_("Effort"), _span(efforts), _("RPE, of 10")),
        _heart_tile(workout),
        (_("Time"), clock_time(workout.facts.duration_s), _("minutes : seconds recorded")),
    ]
    return [tile for tile in tiles if set(tile[1]) - set(f"{UNKNOWN}→ ")]


def _heart_tile(workout: Workout) -> tuple[str, str, str]:
    heart = heart_rate_of(workout.heart_rates)
    if heart is None:
        return _("Heart rate"), UNKNOWN, ""
    most = _("bpm on average, {highest} at most").format(highest=heart.max_bpm)
    return _("Heart rate"), f"{heart.mean_bpm:.0f}", most


def _volume_tile(sets: Sequence[SetRecord]) -> tuple[str, str, str]:
    loaded = sum(known(record.load_kg) is not None for record in sets)
    total = volume_kg(sets)
    if total == 0.0:
        return _("Volume"), BODYWEIGHT, ""
    text = _("reps × load")
    if 0 < loaded < len(sets):
        text = ngettext(
            "reps × load, of {loaded} of {sets} set",
            "reps × load, of {loaded} of {sets} sets",
            len(sets),
        ).format(loaded=loaded, sets=len(sets))
    return _("Volume"), _in_unit(total), text


def _loads(sets: Sequence[SetRecord]) -> str:
    loads = set(all_known(record.load_kg for record in sets))
    if len(loads) == 1:
        return load_text(*loads)
    unit = load_unit()
    return _span([unit.amount(load_kg) for load_kg in loads], unit.value)


def _span(values: Collection[float], unit: str = "") -> str:
    if not values:
        return UNKNOWN
    least, most = min(values), max(values)
    return short(least, unit) if least == most else f"{short(least)}–{short(most, unit)}"


def _score(score: int | None) -> str:
    return UNKNOWN if score is None else str(score)


def _head(exercise: Exercise | None) -> list[tuple[str, str]]:
    """Return the columns of the table of sets with their units."""
    size = size_of(exercise)
    return [
        *((_("Set"), ""), (_("Reps"), ""), (_("Load"), "")),
        *((_("Effort"), _("RPE")), (_("Pain"), _("of 10"))),
        *((HOLD.short, HOLD.unit), (size.short, size.unit), (VELOCITY.short, VELOCITY.unit)),
        *((_("Tempo"), _("median")), (_("Rest"), _("min:s"))),
    ]


def _rows(workout: Workout, exercise: Exercise | None) -> list[tuple[str, ...]]:
    """Return each set as a row below that head: what was entered, and medians over its reps."""
    size = size_of(exercise)
    last_scores = {each.set_index: each.score for each in workout.pain}
    return [
        (
            str(record.index),
            reps_text(workout, record),
            load_text(known(record.load_kg)),
            short(record.entries.rpe),
            _score(last_scores.get(record.index)),
            number(median(map(HOLD.of, record.reps)), 1),
            number(median(map(size.of, record.reps)), 0),
            number(median(map(VELOCITY.of, record.reps)), 2),
            code(median_durations_s(record)) if record.reps else UNKNOWN,
            UNKNOWN if after is None else clock_time(after.rest_s),
        )
        for record, after in zip_longest(workout.sets, [*set_rows(workout)][1:])
    ]


def _pain_words(workout: Workout) -> str:
    verdict = judge_pain(workout.pain)
    if verdict is None:
        return ""
    rose = verdict.rise is not None and verdict.rise > 0
    if rose and not verdict.stops:
        return _("{verdict} One point may be chance.").format(verdict=verdict.reason)
    return verdict.reason if rose or verdict.stops else ""
