"""Trainings for the tests of the formats: one by hand, and any that hypothesis can think of."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from hypothesis import HealthCheck, settings
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
    Workout,
    parse_tempo,
)


def rep(index: int, start_s: float, velocity_mps: float | None = 0.4, **more: object) -> Rep:
    """Return a whole rep of 4 s: up 1, hold 1.5, down 1.5."""
    spans = (
        PhaseSpan(Phase.CONCENTRIC, start_s, start_s + 1.0),
        PhaseSpan(Phase.LOCKOUT, start_s + 1.0, start_s + 2.5),
        PhaseSpan(Phase.ECCENTRIC, start_s + 2.5, start_s + 4.0),
    )
    values: dict[str, object] = {
        "rom_deg": 45.0,
        "rise_m": 0.31,
        "mean_velocity_mps": velocity_mps,
        "peak_velocity_mps": None if velocity_mps is None else 1.5 * velocity_mps,
        "tilt_deg": 2.0,
        "bottom_s": 0.5,
        **more,
    }
    return Rep(index, start_s, start_s + 4.0, complete=True, phases=spans, **values)  # type: ignore[arg-type]


WORKOUT = Workout(
    info=SessionInfo(
        sensor="profile",
        exercise="hip_thrust",
        started_utc="2026-03-01T17:30:00+00:00",
        device_name="Hip 1",
    ),
    facts=SourceFacts("session.arrows", "profile", 100.0, 120.0, 12000),
    sets=(
        SetRecord(
            index=1,
            start_s=10.0,
            end_s=23.0,
            reps=(rep(1, 10.0, 0.5), rep(2, 14.5, 0.45), rep(3, 19.0, 0.4, bottom_s=None)),
            counted=3,
            ended=True,
            plan=Plan(load_kg=80.0, target_reps=3, tempo=parse_tempo("2-0-1-2")),
            entries=SetEntries(rpe=8.5, note='said "heavy", then went on'),
        ),
        SetRecord(
            index=2,
            start_s=83.0,
            end_s=91.5,
            reps=(
                rep(1, 83.0, None, flags=(Flag.GAP, Flag.LOW_CONFIDENCE_VELOCITY)),
                rep(2, 87.5, 0.3, top_deg=3.0, doubt=0.2, doubt_trait="planarity"),
            ),
            counted=2,
            ended=True,
            entries=SetEntries(load_kg=60.0, reps_by=1),
        ),
    ),
    gaps=(Gap(84.0, 84.4),),
    faults={FaultReason.LOST: 3},
    pain=(
        PainEntered(1, PainMoment.BEFORE),
        PainEntered(2, PainMoment.BETWEEN, 1),
        PainEntered(3, PainMoment.AFTER, 2),
    ),
    note="Knie gut.\nSecond line.",
)
"""Two sets with everything that can be said of one."""

EMPTY = Workout(
    info=SessionInfo(sensor="samples"),
    facts=SourceFacts("still.csv", "csv", None, None, 0),
    sets=(),
    gaps=(),
    faults={},
)
"""Nothing was found, and hardly anything is known."""

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For tests over any training: making one takes its time, and how long says nothing."""

_TIMES = st.floats(0.0, 1e5, allow_nan=False)
_POSITIVE = st.floats(0.0, 1e3, allow_nan=False)
_MAYBE = st.none() | _POSITIVE
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


@st.composite
def reps(draw: st.DrawFn, index: int, start_s: float) -> Rep:
    """Return any rep that starts at `start_s` or a little later."""
    at_s = start_s + draw(st.floats(0.0, 5.0))
    first_s = at_s
    spans = []
    kinds = draw(st.lists(st.sampled_from(Phase), min_size=1, max_size=4, unique=True))
    for kind in kinds:
        end_s = at_s + draw(st.floats(0.01, 10.0))
        spans.append(PhaseSpan(kind, at_s, end_s))
        at_s = end_s
    return Rep(
        index=index,
        start_s=first_s,
        end_s=at_s,
        complete=draw(st.booleans()),
        phases=tuple(spans),
        rom_deg=draw(_MAYBE),
        top_deg=draw(st.none() | st.floats(-90.0, 90.0)),
        rise_m=draw(_MAYBE),
        mean_velocity_mps=draw(_MAYBE),
        peak_velocity_mps=draw(_MAYBE),
        tilt_deg=draw(_MAYBE),
        flags=tuple(draw(st.lists(st.sampled_from(Flag), unique=True))),
        bottom_s=draw(_MAYBE),
        doubt=draw(st.none() | st.floats(0.0, 1.0)),
        doubt_trait=draw(st.none() | st.sampled_from(["planarity", "radius"])),
    )


@st.composite
def sets(draw: st.DrawFn, index: int, start_s: float) -> SetRecord:
    """Return any set that starts at `start_s` or a little later."""
    at_s = start_s
    found = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        found.append(draw(reps(number, at_s)))
        at_s = found[-1].end_s
    return SetRecord(
        index=index,
        start_s=found[0].start_s,
        end_s=at_s,
        reps=tuple(found),
        counted=len(found) + draw(st.integers(0, 1)),
        ended=draw(st.booleans()),
        plan=Plan(
            load_kg=draw(st.none() | st.floats(0.0, 500.0)),
            target_reps=draw(st.none() | st.integers(1, 50)),
            tempo=draw(st.none() | st.sampled_from(["3-0-1-2", "30X2"]).map(parse_tempo)),
            velocity_loss=draw(st.none() | st.floats(0.05, 0.6)),
        ),
        entries=SetEntries(
            load_kg=draw(st.none() | st.floats(0.0, 500.0)),
            rpe=draw(st.none() | st.floats(0.0, 10.0)),
            note=draw(_TEXTS),
            reps_by=draw(st.integers(-2, 2)),
            reps=draw(st.none() | st.integers(0, 20)),
        ),
    )


@st.composite
def workouts(draw: st.DrawFn) -> Workout:
    """Return any training."""
    at_s = draw(_TIMES)
    found = []
    for index in range(1, draw(st.integers(0, 3)) + 1):
        found.append(draw(sets(index, at_s + draw(st.floats(0.0, 300.0)))))
        at_s = found[-1].end_s
    moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
    gap_s = sorted(draw(st.lists(_TIMES, min_size=2, max_size=2, unique=True)))
    return Workout(
        info=SessionInfo(
            sensor=draw(st.text(string.ascii_lowercase, min_size=1, max_size=8)),
            exercise=draw(st.sampled_from(sorted(EXERCISES))),
            started_utc=draw(st.none() | moments.map(datetime.isoformat)),
            device_name=draw(st.none() | _TEXTS),
        ),
        facts=SourceFacts(
            path=draw(st.text(string.printable, min_size=1, max_size=20)),
            sensor="csv",
            rate_hz=draw(st.none() | st.floats(10.0, 1000.0)),
            duration_s=draw(_MAYBE),
            samples=draw(st.integers(0, 10**7)),
        ),
        sets=tuple(found),
        gaps=(Gap(*gap_s),) if draw(st.booleans()) else (),
        faults=draw(st.dictionaries(st.sampled_from(FaultReason), st.integers(1, 99))),
        pain=tuple(
            PainEntered(score, moment, about)
            for score, moment, about in draw(
                st.lists(
                    st.tuples(
                        st.integers(0, 10),
                        st.sampled_from(PainMoment),
                        st.none() | st.integers(1, 3),
                    ),
                    max_size=3,
                )
            )
        ),
        note=draw(_TEXTS),
    )
