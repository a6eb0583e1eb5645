"""Trainings for the log: one that a person can follow, and any at all."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from tracker.domain import (
    EXERCISES,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    CalibrationWay,
    FaultReason,
    Flag,
    Gap,
    PainEntered,
    PainMoment,
    Phase,
    PhaseSpan,
    Plan,
    Rep,
    SessionInfo,
    SetEntries,
    SetRecord,
    SourceFacts,
    Tempo,
    Workout,
)

INFO = SessionInfo("profile", started_utc="2026-02-10T18:00:00+00:00", firmware="1.2")
FACTS = SourceFacts("/r/a.arrows", "profile", 100.0, 120.0, 12000)


def rep(index: int, start_s: float, hold_s: float = 1.0) -> Rep:
    up_s, down_s = start_s + 1.0, start_s + 1.0 + hold_s
    return Rep(
        index,
        start_s,
        down_s + 1.0,
        True,
        (
            PhaseSpan(Phase.CONCENTRIC, start_s, up_s),
            PhaseSpan(Phase.LOCKOUT, up_s, down_s),
            PhaseSpan(Phase.ECCENTRIC, down_s, down_s + 1.0),
        ),
        rom_deg=40.0,
        rise_m=0.3,
        mean_velocity_mps=0.3,
        peak_velocity_mps=0.6,
        flags=(Flag.SHORT_OF_LOCKOUT, Flag.SAGGED),
        doubt=0.1,
        doubt_trait="coherence",
    )


def set_of(
    index: int,
    start_s: float,
    reps: int,
    *,
    load_kg: float | None = None,
    rpe: float | None = None,
) -> SetRecord:
    done = tuple(rep(number + 1, start_s + 4.0 * number) for number in range(reps))
    return SetRecord(
        index,
        start_s,
        done[-1].end_s,
        done,
        reps,
        True,
        Plan(load_kg=60.0, tempo=Tempo(3.0, 0.0, None, 2.25)),
        SetEntries(load_kg=load_kg, rpe=rpe),
    )


TWO_SETS = Workout(
    INFO,
    FACTS,
    (set_of(1, 10.0, 5), set_of(2, 60.0, 4, load_kg=70.0, rpe=8.5)),
    (Gap(31.0, 31.6),),
    {FaultReason.LOST: 3, FaultReason.CLOCK: 1},
    (PainEntered(2, PainMoment.BEFORE), PainEntered(4, PainMoment.AFTER, 2)),
    "stiff",
    (
        CalibrationFailed(4.0, "not still"),
        Calibrated(8.0, 0.4),
        CalibrationLost(62.0, "the strap slipped"),
    ),
)


def at(workout: Workout, started_utc: str | None) -> Workout:
    return replace(workout, info=replace(workout.info, started_utc=started_utc))


reals = st.floats(allow_nan=False)
maybe = st.none() | reals
# What a database of text can hold: no half of a surrogate pair, and PostgreSQL no null character.
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
counts = st.integers(-(2**31), 2**31 - 1)
spans = st.builds(PhaseSpan, st.sampled_from(Phase), reals, reals, st.booleans())
tempos = st.builds(
    Tempo,
    st.none() | st.floats(0.1, 60.0),
    st.floats(0.0, 60.0),
    st.none() | st.floats(0.1, 60.0),
    st.floats(0.0, 60.0),
)
plans = st.builds(
    Plan,
    load_kg=st.none() | st.floats(0.0, 1000.0),
    target_reps=st.none() | st.integers(1, 200),
    tempo=st.none() | tempos,
    lockout_goal_s=st.none() | st.floats(0.0, 60.0),
    velocity_loss=st.none() | st.floats(0.05, 0.6),
    rest_s=st.floats(0.0, 900.0),
    keep_tension=st.booleans(),
    breathing=st.booleans(),
)
reps = st.builds(
    Rep,
    index=counts,
    start_s=reals,
    end_s=reals,
    complete=st.booleans(),
    phases=st.lists(spans, max_size=4).map(tuple),
    rom_deg=maybe,
    top_deg=maybe,
    rise_m=maybe,
    mean_velocity_mps=maybe,
    peak_velocity_mps=maybe,
    tilt_deg=maybe,
    flags=st.lists(st.sampled_from(Flag), max_size=4).map(tuple),
    bottom_s=maybe,
    doubt=maybe,
    doubt_trait=st.none() | words,
)
sets = st.builds(
    SetRecord,
    index=counts,
    start_s=reals,
    end_s=reals,
    reps=st.lists(reps, max_size=4).map(tuple),
    counted=st.integers(0, 1000),
    ended=st.booleans(),
    plan=plans,
    entries=st.builds(
        SetEntries,
        load_kg=st.none() | st.floats(0.0, 1000.0),
        rpe=maybe,
        note=words,
        reps_by=st.integers(-200, 200),
        reps=st.none() | st.integers(0, 1000),
    ),
)
workouts = st.builds(
    Workout,
    info=st.builds(
        SessionInfo,
        sensor=words,
        exercise=st.sampled_from(sorted(EXERCISES)),
        started_utc=st.none() | words | st.datetimes().map(lambda time: time.isoformat()),
        device_name=st.none() | words,
        firmware=st.none() | words,
        origin=words,
        settings=st.none() | words,
        second_sensor=st.none() | words,
        second_device_name=st.none() | words,
        second_settings=st.none() | words,
        note=words,
    ),
    facts=st.builds(
        SourceFacts,
        path=words,
        sensor=words,
        rate_hz=maybe,
        duration_s=maybe,
        samples=st.integers(0, 2**62),
    ),
    sets=st.lists(sets, max_size=3).map(tuple),
    gaps=st.lists(st.builds(Gap, reals, reals), max_size=3).map(tuple),
    faults=st.dictionaries(st.sampled_from(FaultReason), st.integers(0, 2**62), max_size=3),
    pain=st.lists(
        st.builds(
            PainEntered, st.integers(0, 10), st.sampled_from(PainMoment), st.none() | counts
        ),
        max_size=3,
    ).map(tuple),
    note=words,
    calibrations=st.lists(
        st.builds(Calibrated, reals, reals, st.sampled_from(CalibrationWay), st.none() | reals)
        | st.builds(CalibrationFailed, reals, words)
        | st.builds(CalibrationLost, reals, words),
        max_size=3,
    ).map(tuple),
)
"""Any training: nothing that the log is given has to make sense."""
