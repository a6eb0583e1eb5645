"""Trainings for tests: by hand, acted out over time, and any that hypothesis can think of.

Every builder goes through `rep`. `TWO_SETS`, `WORKOUT` and `training()` are trainings with known
values for the log, the exports and the report; `said_at()` is one as a session of events; the
strategies at the end give plausible trainings, and any at all.
"""

from __future__ import annotations

import math
import os
import string
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tracker.domain import (
    EXERCISES,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    CalibrationWay,
    Cue,
    CueKind,
    Event,
    FaultReason,
    Flag,
    Gap,
    HeartRate,
    LinkChanged,
    LinkState,
    PainEntered,
    PainMoment,
    Phase,
    PhaseSpan,
    PhaseStarted,
    Plan,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SessionInfo,
    SetEnded,
    SetEntries,
    SetRecord,
    SetStarted,
    SourceFacts,
    Tempo,
    Workout,
    parse_tempo,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rep(
    index: int = 1,
    start_s: float = 10.0,
    *,
    up_s: float = 1.0,
    hold_s: float = 1.5,
    down_s: float = 1.5,
    complete: bool = True,
    **measures: Any,
) -> Rep:
    """Return a rep with its phases and what is given in `measures`; without a hold if cut off."""
    top_s = start_s + up_s
    spans = [PhaseSpan(Phase.CONCENTRIC, start_s, top_s)]
    if complete:
        spans.append(PhaseSpan(Phase.LOCKOUT, top_s, top_s + hold_s))
        spans.append(PhaseSpan(Phase.ECCENTRIC, top_s + hold_s, top_s + hold_s + down_s))
    return Rep(index, start_s, spans[-1].end_s, complete, tuple(spans), **measures)


def set_of(index: int, reps: tuple[Rep, ...], **more: Any) -> SetRecord:
    """Return a set that has ended, of reps that were all counted."""
    values: dict[str, Any] = {"counted": len(reps), "ended": True, **more}
    return SetRecord(index, reps[0].start_s, reps[-1].end_s, reps, **values)


def dated(workout: Workout, started_utc: str | None) -> Workout:
    """Return the same training at another time."""
    return replace(workout, info=replace(workout.info, started_utc=started_utc))


# The training of the log.

INFO = SessionInfo("profile", started_utc="2026-02-10T18:00:00+00:00", firmware="1.2")


def logged_set(
    index: int,
    start_s: float,
    reps: int,
    *,
    load_kg: float | None = None,
    rpe: float | None = None,
) -> SetRecord:
    """Return a set of reps of 3 s, 4 s apart."""
    measures: dict[str, Any] = {
        "rom_deg": 40.0,
        "rise_m": 0.3,
        "mean_velocity_mps": 0.3,
        "peak_velocity_mps": 0.6,
        "flags": (Flag.SHORT_OF_LOCKOUT, Flag.SAGGED),
        "confidence": 0.9,
        "confidence_reason": "coherence",
    }
    done = tuple(
        rep(number + 1, start_s + 4.0 * number, hold_s=1.0, down_s=1.0, **measures)
        for number in range(reps)
    )
    plan = Plan(load_kg=60.0, tempo=Tempo(3.0, 0.0, None, 2.25))
    return set_of(index, done, plan=plan, entries=SetEntries(load_kg=load_kg, rpe=rpe))


TWO_SETS = Workout(
    INFO,
    SourceFacts("/r/a.arrows", "profile", 100.0, 120.0, 12000),
    (logged_set(1, 10.0, 5), logged_set(2, 60.0, 4, load_kg=70.0, rpe=8.5)),
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


# The training of the exports.


def exported_rep(
    index: int, start_s: float, velocity_mps: float | None = 0.4, **more: object
) -> Rep:
    """Return a whole rep of 4 s: up 1, hold 1.5, down 1.5."""
    values: dict[str, Any] = {
        "rom_deg": 45.0,
        "rise_m": 0.31,
        "mean_velocity_mps": velocity_mps,
        "peak_velocity_mps": None if velocity_mps is None else 1.5 * velocity_mps,
        "tilt_deg": 2.0,
        "bottom_s": 0.5,
    }
    return rep(index, start_s, **(values | more))


WORKOUT = Workout(
    info=SessionInfo(
        sensor="profile",
        exercise="hip_thrust",
        started_utc="2026-03-01T17:30:00+00:00",
        device_name="Hip 1",
    ),
    facts=SourceFacts("session.arrows", "profile", 100.0, 120.0, 12000),
    sets=(
        set_of(
            1,
            (
                exported_rep(1, 10.0, 0.5),
                exported_rep(2, 14.5, 0.45),
                exported_rep(3, 19.0, 0.4, bottom_s=None),
            ),
            plan=Plan(load_kg=80.0, target_reps=3, tempo=parse_tempo("2-0-1-2")),
            entries=SetEntries(rpe=8.5, note='said "heavy", then went on'),
        ),
        set_of(
            2,
            (
                exported_rep(1, 83.0, None, flags=(Flag.GAP, Flag.LOW_CONFIDENCE_VELOCITY)),
                exported_rep(
                    2, 87.5, 0.3, top_deg=3.0, confidence=0.8, confidence_reason="planarity"
                ),
            ),
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
"""Two sets with everything that can be recorded of one."""

EMPTY = Workout(
    info=SessionInfo(sensor="samples"),
    facts=SourceFacts("still.csv", "csv", None, None, 0),
    sets=(),
    gaps=(),
    faults={},
)
"""A training without a set, of which hardly anything is known."""


# The training of the report.


def fading_rep(index: int, start_s: float = 10.0, **more: Any) -> Rep:
    """Return a rep whose phases grow by two hundredths from rep to rep."""
    grown = 0.02 * index
    values: dict[str, Any] = {
        "rom_deg": 45.0 - 0.5 * index,
        "rise_m": 0.35 + 0.001 * index,
        "mean_velocity_mps": 0.42 - 0.01 * index,
        "peak_velocity_mps": 0.75 - 0.01 * index,
        "tilt_deg": 1.0 + 0.1 * index,
        "bottom_s": 0.45 + grown,
        "confidence": 1.0 - 0.02 * index,
        "confidence_reason": "coherence",
    }
    times = {"up_s": 0.9 + grown, "hold_s": 1.6 + grown, "down_s": 2.4 + grown}
    return rep(index, start_s, **(times | values | more))


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
    done = [fading_rep(number, start_s + 6.0 * number) for number in range(1, reps)]
    done.append(fading_rep(reps, start_s + 6.0 * reps, **{"bottom_s": None, **of_last}))
    planned = None if tempo is None else parse_tempo(tempo)
    return set_of(
        index,
        tuple(done),
        plan=Plan(load_kg=load_kg, target_reps=12, tempo=planned),
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
    flags = (Flag.SHORT_OF_LOCKOUT, Flag.GAP)
    three = (training_set(1), training_set(2), training_set(3, reps=10, load_kg=65.0, flags=flags))
    return Workout(
        info=SessionInfo("witmotion", started_utc=started_utc, device_name="WT901", **info),
        facts=SourceFacts("monday.arrows", "witmotion", 99.97, 479.0, 47_885),
        sets=three if sets is None else sets,
        **values | more,
    )


# The training that is acted out over time, exact to the millisecond.

UP_S, HOLD_S, DOWN_S, FLOOR_S = 0.9, 1.6, 3.0, 0.4
REP_S = UP_S + HOLD_S + DOWN_S + FLOOR_S
DELAY_S = 0.1
"""How late the engine emits what it saw."""
SET_STARTS_S = (4.0, 75.0)
REPS = 8
DURATION_S = 135.0


def rep_at(start_s: float, index: int, bottom_s: float | None = None) -> Rep:
    """Return rep `index` that starts at `start_s`."""
    return rep(
        index,
        start_s,
        up_s=UP_S,
        hold_s=HOLD_S,
        down_s=DOWN_S,
        rom_deg=38.0 - index % 3,
        rise_m=0.31,
        mean_velocity_mps=0.36,
        peak_velocity_mps=0.61,
        flags=(Flag.SHORT_OF_LOCKOUT,) if index == REPS else (),
        bottom_s=bottom_s,
    )


def said_at() -> tuple[tuple[float, Event], ...]:
    """Return each event of the training with when it is emitted, in order."""
    events: list[tuple[float, Event]] = [(0.1, LinkChanged(0.0, LinkState.STREAMING))]
    for set_index, set_start_s in enumerate(SET_STARTS_S, start=1):
        events.append((set_start_s + UP_S, SetStarted(set_start_s, set_index)))
        for index in range(1, REPS + 1):
            events += _rep_events(set_index, index, set_start_s + (index - 1) * REP_S)
        end_s = set_start_s + REPS * REP_S - FLOOR_S
        events.append((end_s + 12.0, SetEnded(end_s, set_index, REPS)))
    events.append((20.0, Cue(20.0, "Squeeze at the top", CueKind.HOLD_LONGER, 1)))
    return tuple(sorted(events, key=lambda said: said[0]))


def _rep_events(set_index: int, index: int, start_s: float) -> list[tuple[float, Event]]:
    events: list[Event] = []
    done = rep_at(start_s, index)
    up, hold, down = (span.start_s for span in done.phases)
    if index > 1:
        earlier = rep_at(start_s - REP_S, index - 1, bottom_s=FLOOR_S)
        counted_s = earlier.phases[1].start_s
        events.append(RepRevised(counted_s, set_index, index - 1, earlier, "floor pause known"))
    events += [
        PhaseStarted(up, set_index, Phase.CONCENTRIC),
        RepCounted(hold, set_index, index),
        PhaseStarted(hold, set_index, Phase.LOCKOUT),
        PhaseStarted(down, set_index, Phase.ECCENTRIC),
        PhaseStarted(done.end_s, set_index, Phase.BOTTOM),
        RepCompleted(done.end_s, set_index, done),
    ]
    # A revision is dated back to its rep; it is emitted when the next one starts.
    return [(max(up, event.at_s) + DELAY_S, event) for event in events]


def pitch_deg(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pitch over session time, relative to the bottom."""
    return np.array([_pitch_at(time) for time in time_s.tolist()], dtype=np.float64)


def _pitch_at(time_s: float) -> float:
    for start_s in SET_STARTS_S:
        since_s = time_s - start_s
        if 0.0 <= since_s < REPS * REP_S:
            return 38.0 * _height(since_s % REP_S)
    return 0.0


def _height(since_s: float) -> float:
    if since_s < UP_S:
        return 0.5 - 0.5 * math.cos(math.pi * since_s / UP_S)
    if since_s < UP_S + HOLD_S:
        return 1.0
    down_s = since_s - UP_S - HOLD_S
    return 0.5 + 0.5 * math.cos(math.pi * down_s / DOWN_S) if down_s < DOWN_S else 0.0


# Any training.

EXAMPLES = 200 if os.environ.get("TRACKER_HEAVY") else 30
patient = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES
)
"""For tests over any training: making one takes a while, and how long says nothing."""

_TIMES = st.floats(0.0, 1e5, allow_nan=False)
_POSITIVE = st.floats(0.0, 1e3, allow_nan=False)
_MAYBE = st.none() | _POSITIVE
_LOADS = st.none() | st.floats(0.0, 500.0)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


@st.composite
def plausible_reps(draw: st.DrawFn, index: int, start_s: float) -> Rep:
    """Return any rep that starts at `start_s` or a little later."""
    first_s = at_s = start_s + draw(st.floats(0.0, 5.0))
    spans = []
    for kind in draw(st.lists(st.sampled_from(Phase), min_size=1, max_size=4, unique=True)):
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
        confidence=draw(st.none() | st.floats(0.0, 1.0)),
        confidence_reason=draw(st.none() | st.sampled_from(["planarity", "radius"])),
    )


@st.composite
def plausible_sets(draw: st.DrawFn, index: int, start_s: float) -> SetRecord:
    """Return any set that starts at `start_s` or a little later."""
    at_s = start_s
    found = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        found.append(draw(plausible_reps(number, at_s)))
        at_s = found[-1].end_s
    return set_of(
        index,
        tuple(found),
        counted=len(found) + draw(st.integers(0, 1)),
        ended=draw(st.booleans()),
        plan=Plan(
            load_kg=draw(_LOADS),
            target_reps=draw(st.none() | st.integers(1, 50)),
            tempo=draw(st.none() | st.sampled_from(["3-0-1-2", "30X2"]).map(parse_tempo)),
            velocity_loss=draw(st.none() | st.floats(0.05, 0.6)),
        ),
        entries=SetEntries(
            load_kg=draw(_LOADS),
            rpe=draw(st.none() | st.floats(0.0, 10.0)),
            note=draw(_TEXTS),
            reps_by=draw(st.integers(-2, 2)),
            reps=draw(st.none() | st.integers(0, 20)),
        ),
    )


@st.composite
def plausible_workouts(draw: st.DrawFn) -> Workout:
    """Return any training whose sets follow each other in time, with finite values."""
    at_s = draw(_TIMES)
    found = []
    for index in range(1, draw(st.integers(0, 3)) + 1):
        found.append(draw(plausible_sets(index, at_s + draw(st.floats(0.0, 300.0)))))
        at_s = found[-1].end_s
    moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
    gap_s = sorted(draw(st.lists(_TIMES, min_size=2, max_size=2, unique=True)))
    about = st.none() | st.integers(1, 3)
    pain = st.builds(PainEntered, st.integers(0, 10), st.sampled_from(PainMoment), about)
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
        pain=tuple(draw(st.lists(pain, max_size=3))),
        note=draw(_TEXTS),
        heart_rates=tuple(
            HeartRate(at_s, draw(st.integers(25, 250)))
            for at_s in sorted(draw(st.lists(_TIMES, max_size=4)))
        ),
    )


def any_workouts(
    text: st.SearchStrategy[str],
    numbers: st.SearchStrategy[float],
    exercises: st.SearchStrategy[str],
) -> st.SearchStrategy[Workout]:
    """Return any training: nothing in it has to make sense, but for sets numbered differently.

    Parameters
    ----------
    text
        What may be written where text is.
    numbers
        What may be measured; unknown is added.
    exercises
        Names of exercises.
    """
    maybe = st.none() | numbers
    counts = st.integers(-(2**31), 2**31 - 1)
    seconds, pauses = st.none() | st.floats(0.1, 60.0), st.floats(0.0, 60.0)
    loads = st.none() | st.floats(0.0, 1000.0)
    spans = st.builds(PhaseSpan, st.sampled_from(Phase), numbers, numbers, st.booleans())
    plans = st.builds(
        Plan,
        load_kg=loads,
        target_reps=st.none() | st.integers(1, 200),
        tempo=st.none() | st.builds(Tempo, seconds, pauses, seconds, pauses),
        lockout_goal_s=st.none() | pauses,
        velocity_loss=st.none() | st.floats(0.05, 0.6),
        rest_s=st.floats(0.0, 900.0),
        keep_tension=st.booleans(),
        breathing=st.booleans(),
    )
    entries = st.builds(
        SetEntries,
        load_kg=loads,
        rpe=maybe,
        note=text,
        reps_by=st.integers(-200, 200),
        reps=st.none() | st.integers(0, 1000),
    )
    measures = ("rom_deg", "top_deg", "rise_m", "mean_velocity_mps", "peak_velocity_mps")
    reps = st.builds(
        Rep,
        index=counts,
        start_s=numbers,
        end_s=numbers,
        complete=st.booleans(),
        phases=st.lists(spans, max_size=4).map(tuple),
        **dict.fromkeys((*measures, "tilt_deg", "bottom_s", "confidence"), maybe),
        flags=st.lists(st.sampled_from(Flag), max_size=4).map(tuple),
        confidence_reason=st.none() | text,
    )
    sets = st.builds(
        SetRecord,
        index=counts,
        start_s=numbers,
        end_s=numbers,
        reps=st.lists(reps, max_size=4).map(tuple),
        counted=st.integers(0, 1000),
        ended=st.booleans(),
        plan=plans,
        entries=entries,
    )
    optional = ("device_name", "firmware", "settings", "second_sensor", "second_device_name")
    info = st.builds(
        SessionInfo,
        sensor=text,
        exercise=exercises,
        started_utc=st.none()
        | text
        | st.datetimes(timezones=st.none() | st.timezones()).map(datetime.isoformat),
        origin=st.sampled_from(["live", "imported", "synthetic"]) | text,
        note=text,
        **dict.fromkeys((*optional, "second_settings"), st.none() | text),
    )
    calibrations = (
        st.builds(Calibrated, numbers, numbers, st.sampled_from(CalibrationWay), maybe)
        | st.builds(CalibrationFailed, numbers, text)
        | st.builds(CalibrationLost, numbers, text)
    )
    pain = st.builds(
        PainEntered, st.integers(0, 10), st.sampled_from(PainMoment), st.none() | counts
    )
    return st.builds(
        Workout,
        info=info,
        facts=st.builds(SourceFacts, text, text, maybe, maybe, st.integers(0, 2**62)),
        sets=st.lists(sets, max_size=3, unique_by=lambda record: record.index).map(tuple),
        gaps=st.lists(st.builds(Gap, numbers, numbers), max_size=3).map(tuple),
        faults=st.dictionaries(st.sampled_from(FaultReason), st.integers(0, 2**62), max_size=3),
        pain=st.lists(pain, max_size=3).map(tuple),
        note=text,
        calibrations=st.lists(calibrations, max_size=3).map(tuple),
        heart_rates=st.lists(st.builds(HeartRate, numbers, counts), max_size=3).map(tuple),
    )
