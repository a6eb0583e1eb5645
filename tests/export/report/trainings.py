"""Trainings for tests of the report: one with round numbers, and any that can be."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tracker.domain import (
    EXERCISES,
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
    parse_tempo,
)

UP_S, HOLD_S, DOWN_S, FLOOR_S = 0.9, 1.6, 2.4, 0.45


def rep(index: int, start_s: float = 10.0, **more: Any) -> Rep:
    """Return a rep whose phases grow by two hundredths from rep to rep."""
    grown = 0.02 * index
    up_s = start_s + UP_S + grown
    top_s = up_s + HOLD_S + grown
    end_s = top_s + DOWN_S + grown
    values: dict[str, Any] = {
        "rom_deg": 45.0 - 0.5 * index,
        "rise_m": 0.35 + 0.001 * index,
        "mean_velocity_mps": 0.42 - 0.01 * index,
        "peak_velocity_mps": 0.75 - 0.01 * index,
        "tilt_deg": 1.0 + 0.1 * index,
        "bottom_s": FLOOR_S + grown,
        "doubt": 0.02 * index,
        "doubt_trait": "coherence",
    }
    return Rep(
        index=index,
        start_s=start_s,
        end_s=end_s,
        complete=True,
        phases=(
            PhaseSpan(Phase.CONCENTRIC, start_s, up_s),
            PhaseSpan(Phase.LOCKOUT, up_s, top_s),
            PhaseSpan(Phase.ECCENTRIC, top_s, end_s),
        ),
        **values | more,
    )


def training_set(
    index: int,
    reps: int = 12,
    load_kg: float | None = 60.0,
    tempo: str | None = "3-0-1-2",
    entries: SetEntries | None = None,
    **of_last: Any,
) -> SetRecord:
    """Return a set; the last rep has no pause after it."""
    start_s = 20.0 + 150.0 * (index - 1)
    done = [rep(number, start_s + 6.0 * number) for number in range(1, reps)]
    done.append(rep(reps, start_s + 6.0 * reps, **{"bottom_s": None, **of_last}))
    return SetRecord(
        index=index,
        start_s=done[0].start_s,
        end_s=done[-1].end_s,
        reps=tuple(done),
        counted=reps,
        ended=True,
        plan=Plan(
            load_kg=load_kg,
            target_reps=12,
            tempo=None if tempo is None else parse_tempo(tempo),
        ),
        entries=entries or SetEntries(rpe=7.5),
    )


def training(
    started_utc: str | None = "2026-05-14T16:30:00+00:00",
    sets: tuple[SetRecord, ...] | None = None,
    **more: Any,
) -> Workout:
    """Return a training of three sets."""
    info = {"exercise": "hip_thrust", "origin": "live"} | {
        key: more.pop(key) for key in ("exercise", "origin") if key in more
    }
    values: dict[str, Any] = {
        "gaps": (Gap(200.0, 200.45),),
        "faults": {FaultReason.LOST: 3},
        "pain": (PainEntered(2, PainMoment.BEFORE), PainEntered(3, PainMoment.AFTER, 3)),
        "note": "Slept badly.",
    }
    return Workout(
        info=SessionInfo("witmotion", started_utc=started_utc, device_name="WT901", **info),
        facts=SourceFacts("monday.arrows", "witmotion", 99.97, 479.0, 47_885),
        sets=(
            (
                training_set(1),
                training_set(2),
                training_set(3, reps=10, load_kg=65.0, flags=(Flag.SHORT_OF_LOCKOUT, Flag.GAP)),
            )
            if sets is None
            else sets
        ),
        **values | more,
    )


numbers = st.floats()
maybe = st.none() | numbers
text = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["<script>alert(1)</script>", "]]>", "\x00\x0b\x7f", "\ud800", "</style>", "'\"&amp;{{ 7*7 }}"]
)
seconds = st.none() | st.floats(0.1, 60.0)
pauses = st.floats(0.0, 60.0)

tempos = st.builds(Tempo, seconds, pauses, seconds, pauses)
plans = st.builds(
    Plan,
    load_kg=st.none() | st.floats(0.0, 1000.0),
    target_reps=st.none() | st.integers(1, 200),
    tempo=st.none() | tempos,
    lockout_goal_s=st.none() | pauses,
    velocity_loss=st.none() | st.floats(0.05, 0.6),
    keep_tension=st.booleans(),
)
reps = st.builds(
    Rep,
    index=st.integers(1, 300),
    start_s=numbers,
    end_s=numbers,
    complete=st.booleans(),
    phases=st.lists(
        st.builds(PhaseSpan, st.sampled_from(Phase), numbers, numbers), max_size=4
    ).map(tuple),
    rom_deg=maybe,
    top_deg=maybe,
    rise_m=maybe,
    mean_velocity_mps=maybe,
    peak_velocity_mps=maybe,
    tilt_deg=maybe,
    flags=st.lists(st.sampled_from(Flag), unique=True).map(tuple),
    bottom_s=maybe,
    doubt=maybe,
    doubt_trait=st.none() | text,
)
sets = st.builds(
    SetRecord,
    index=st.integers(1, 9),
    start_s=numbers,
    end_s=numbers,
    reps=st.lists(reps, max_size=4).map(tuple),
    counted=st.integers(0, 300),
    ended=st.booleans(),
    plan=plans,
    entries=st.builds(
        SetEntries,
        load_kg=st.none() | st.floats(0.0, 1000.0),
        rpe=st.none() | st.floats(0.0, 10.0),
        note=text,
        reps_by=st.integers(-5, 5),
        reps=st.none() | st.integers(0, 200),
    ),
)
workouts = st.builds(
    Workout,
    info=st.builds(
        SessionInfo,
        sensor=text,
        exercise=st.sampled_from(sorted(EXERCISES)) | text,
        started_utc=st.none()
        | text
        | st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat()),
        device_name=st.none() | text,
        firmware=st.none() | text,
        origin=st.sampled_from(["live", "imported", "synthetic"]),
        note=text,
    ),
    facts=st.builds(SourceFacts, text, text, maybe, maybe, st.integers(0, 10**9)),
    # A set's number is its own in a session.
    sets=st.lists(sets, max_size=3, unique_by=lambda record: record.index).map(tuple),
    gaps=st.lists(st.builds(Gap, numbers, numbers), max_size=3).map(tuple),
    faults=st.dictionaries(st.sampled_from(FaultReason), st.integers(0, 1000), max_size=3),
    pain=st.lists(
        st.builds(
            PainEntered, st.integers(0, 10), st.sampled_from(PainMoment), st.none() | st.just(1)
        ),
        max_size=3,
    ).map(tuple),
    note=text,
)
