from __future__ import annotations

import io
import json
import math
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from tests.workouts import WORKOUT, patient, plausible_workouts
from tracker.domain import (
    EXERCISES,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    CalibrationWay,
    Cue,
    CueKind,
    DataWarned,
    DataWarning,
    Event,
    Fault,
    FaultReason,
    Flag,
    Gap,
    HeartRateRead,
    LinkChanged,
    LinkState,
    Phase,
    PhaseSpan,
    PhaseStarted,
    Plan,
    ReferenceRep,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    RpeEntered,
    SessionInfo,
    SessionState,
    SetEnded,
    SetStarted,
    SourceFacts,
    UserCommand,
    UserInput,
    WarningKind,
    workout_of,
)
from tracker.export import SCHEMA, event_object, session_object
from tracker.export.session_json import write_session

if TYPE_CHECKING:
    from tracker.domain import Workout

FACTS = SourceFacts(path="x.csv", sensor="csv", rate_hz=100.0, duration_s=151.2, samples=15120)

REP = Rep(
    index=1,
    start_s=16.78,
    end_s=20.75,
    complete=True,
    phases=(
        PhaseSpan(Phase.CONCENTRIC, 16.78, 17.64),
        PhaseSpan(Phase.LOCKOUT, 17.64, 19.24),
        PhaseSpan(Phase.ECCENTRIC, 19.24, 20.75),
    ),
    rom_deg=37.1,
    rise_m=0.31,
    mean_velocity_mps=0.36,
    peak_velocity_mps=0.61,
    tilt_deg=1.9,
    confidence=0.25,
    confidence_reason="coherence",
    bottom_s=0.4,
)


def one_set(rep: Rep) -> SessionState:
    ledger = SessionState()
    ledger.accept(
        [
            SetStarted(at_s=rep.start_s, set_index=1),
            RepCounted(at_s=17.64, set_index=1, index=rep.index),
            RepCompleted(at_s=rep.end_s, set_index=1, rep=rep),
            SetEnded(at_s=rep.end_s, set_index=1, reps=1),
        ]
    )
    return ledger


def test_the_object_is_the_documented_one() -> None:
    ledger = one_set(REP)
    ledger.accept([Gap(31.0, 31.6), Fault(31.7, FaultReason.LOST, "3 packets", count=3)])
    rates = ((10.0, 96), (16.78, 98), (18.0, 100), (19.0, None), (20.75, 124), (21.0, 150))
    ledger.accept([HeartRateRead(at_s, bpm) for at_s, bpm in rates])
    info = SessionInfo(sensor="samples")
    assert session_object(workout_of(info, ledger, FACTS)) == {
        "schema": "tracker.session/1",
        "exercise": "hip_thrust",
        "started_utc": None,
        "source": {
            "path": "x.csv",
            "sensor": "csv",
            "rate_hz": 100.0,
            "duration_s": 151.2,
            "samples": 15120,
            "gaps": [{"start_s": 31.0, "end_s": 31.6}],
            "faults": {"lost": 3},
            "warnings": [],
        },
        "pain": [],
        "note": None,
        "heart_rate": {"mean_bpm": 113.6, "max_bpm": 150},
        "advice": None,
        "timed": [],
        "sets": [
            {
                "index": 1,
                "exercise": "hip_thrust",
                "side": None,
                "warm_up": False,
                "count_confidence": None,
                "start_s": 16.78,
                "end_s": 20.75,
                "reps": [
                    {
                        "index": 1,
                        "start_s": 16.78,
                        "end_s": 20.75,
                        "complete": True,
                        "phases": [
                            {"phase": "concentric", "start_s": 16.78, "end_s": 17.64},
                            {"phase": "lockout", "start_s": 17.64, "end_s": 19.24},
                            {"phase": "eccentric", "start_s": 19.24, "end_s": 20.75},
                        ],
                        "concentric_s": 0.86,
                        "lockout_s": 1.6,
                        "eccentric_s": 1.51,
                        "bottom_s": 0.4,
                        "rom_deg": 37.1,
                        "top_deg": None,
                        "rise_m": 0.31,
                        "mean_velocity_mps": 0.36,
                        "peak_velocity_mps": 0.61,
                        "tilt_deg": 1.9,
                        "flags": [],
                        "confidence": 0.25,
                        "confidence_reason": "coherence",
                    }
                ],
                "reps_done": 1,
                "heart_rate": {"mean_bpm": 107.3333, "max_bpm": 124},
                "load_kg": None,
                "rpe": None,
                "note": None,
                "plan": {"rest_s": 90.0, "keep_tension": False, "breathing": False},
            }
        ],
    }


def test_a_session_without_anything_has_empty_lists_and_nulls() -> None:
    facts = SourceFacts(path="x.csv", sensor="csv", rate_hz=None, duration_s=None, samples=0)
    session = session_object(workout_of(SessionInfo(sensor="samples"), SessionState(), facts))
    assert session["schema"] == SCHEMA
    assert session["sets"] == []
    source = session["source"]
    assert isinstance(source, dict)
    assert source["rate_hz"] is None
    assert source["duration_s"] is None
    assert source["gaps"] == []
    assert source["faults"] == {}


def test_an_unfinished_rep_has_nulls_for_what_did_not_happen() -> None:
    rep = Rep(1, 1.0, 2.0, False, (PhaseSpan(Phase.CONCENTRIC, 1.0, 2.0),))
    session: Any = session_object(workout_of(SessionInfo("samples"), one_set(rep), FACTS))
    (written,) = session["sets"][0]["reps"]
    assert written["complete"] is False
    assert written["concentric_s"] == 1.0
    assert [
        written[key] for key in ("lockout_s", "eccentric_s", "bottom_s", "rom_deg", "tilt_deg")
    ] == [None] * 5


def test_flags_are_their_names() -> None:
    rep = Rep(1, 1.0, 2.0, True, (), flags=(Flag.SHORT_OF_LOCKOUT, Flag.GAP))
    event = event_object(RepCompleted(2.0, 1, rep), 2.1)
    assert event["rep"]["flags"] == ["short_of_lockout", "gap"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (SetStarted(1.0, 2), {"event": "set_started", "set": 2}),
        (
            PhaseStarted(1.0, 2, Phase.LOCKOUT),
            {"event": "phase", "set": 2, "phase": "lockout"},
        ),
        (RepCounted(1.0, 2, 3), {"event": "rep_counted", "set": 2, "index": 3}),
        (
            RepRevised(1.0, 2, 3, None, "nothing alike followed"),
            {
                "event": "rep_revised",
                "set": 2,
                "index": 3,
                "rep": None,
                "reason": "nothing alike followed",
            },
        ),
        (
            SetEnded(1.0, 2, 5, 0.97),
            {"event": "set_ended", "set": 2, "reps": 5, "count_confidence": 0.97},
        ),
        (
            Cue(1.0, "Hold it", CueKind.HOLD_LONGER, 2, rep_index=3),
            {
                "event": "cue",
                "set": 2,
                "index": 3,
                "kind": "hold_longer",
                "text": "Hold it",
                "strong": False,
            },
        ),
        (
            UserInput(1.0, RpeEntered(2, 8.5)),
            {"event": "entered", "entry": {"kind": "rpe", "set_index": 2, "rpe": 8.5}},
        ),
        (Gap(0.5, 1.0), {"event": "gap", "start_s": 0.5, "end_s": 1.0}),
        (
            Fault(1.0, FaultReason.LENGTH, "12 bytes, not 20"),
            {"event": "fault", "reason": "length", "detail": "12 bytes, not 20", "count": 1},
        ),
        (
            LinkChanged(1.0, LinkState.LOST),
            {"event": "link", "state": "lost", "device": 0, "detail": None},
        ),
        (
            LinkChanged(1.0, LinkState.RECONNECTING, 1, "Bluetooth is switched off."),
            {
                "event": "link",
                "state": "reconnecting",
                "device": 1,
                "detail": "Bluetooth is switched off.",
            },
        ),
        (
            DataWarned(1.0, DataWarning(WarningKind.ROWS_REORDERED, "2 rows were sorted")),
            {"event": "warning", "kind": "rows_reordered", "text": "2 rows were sorted"},
        ),
        (
            HeartRateRead(1.0, 72, True, (812 / 1024,), 500, device=1),
            {
                "event": "heart_rate",
                "bpm": 72,
                "contact": True,
                "energy_kj": 500,
                "rr_s": [0.792969],
                "device": 1,
            },
        ),
        (
            HeartRateRead(1.0, None),
            {
                "event": "heart_rate",
                "bpm": None,
                "contact": None,
                "energy_kj": None,
                "rr_s": [],
                "device": 0,
            },
        ),
        (BatteryRead(1.0, 14), {"event": "battery", "percent": 14, "device": 0}),
        (UserCommand(1.0, "set_start"), {"event": "mark", "text": "set_start"}),
        (
            ReferenceRep(1.0, 2, 3),
            {"event": "reference_rep", "index": 2, "of": 3, "refusal": None},
        ),
        (
            ReferenceRep(1.0, 1, 3, "why"),
            {"event": "reference_rep", "index": 1, "of": 3, "refusal": "why"},
        ),
        (
            Calibrated(1.0, 0.4),
            {"event": "calibrated", "way": "hold", "wander_deg": 0.4, "range_deg": None},
        ),
        (
            Calibrated(1.0, 0.4, CalibrationWay.REPS, 46.5),
            {"event": "calibrated", "way": "reps", "wander_deg": 0.4, "range_deg": 46.5},
        ),
        (CalibrationFailed(1.0, "why"), {"event": "calibration_failed", "reason": "why"}),
        (CalibrationLost(1.0, "why"), {"event": "calibration_lost", "reason": "why"}),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else "",
)
def test_each_event_says_what_it_is_about_and_when(
    event: Event, expected: dict[str, object]
) -> None:
    assert event_object(event, 1.25) == {**expected, "at_s": 1.0, "emitted_s": 1.25}


def test_a_completed_rep_and_a_revised_one_carry_the_rep() -> None:
    completed = event_object(RepCompleted(20.75, 1, REP), 21.0)
    revised = event_object(RepRevised(17.64, 1, 1, REP, "pause after it"), 21.0)
    assert completed["index"] == revised["index"] == 1
    assert completed["rep"] == revised["rep"]
    assert completed["rep"]["lockout_s"] == 1.6  # type: ignore[index]


def test_keys_start_as_in_the_documented_line() -> None:
    line = json.dumps(event_object(RepCounted(17.64, 1, 1), 17.74))
    assert line == (
        '{"event": "rep_counted", "set": 1, "index": 1, "at_s": 17.64, "emitted_s": 17.74}'
    )


def test_before_the_first_sample_there_is_no_emission_time() -> None:
    assert event_object(Cue(0.0, "x", CueKind.PRAISE, 1), None)["emitted_s"] is None


numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@given(rom=numbers, rise=numbers, rate=numbers, start_s=st.floats(allow_nan=True))
def test_no_value_makes_invalid_json(
    rom: float | None, rise: float | None, rate: float | None, start_s: float
) -> None:
    rep = Rep(1, start_s, 2.0, True, (), rom_deg=rom, rise_m=rise)
    facts = SourceFacts("x.csv", "csv", rate, start_s, 1)
    text = json.dumps(
        session_object(workout_of(SessionInfo("samples"), one_set(rep), facts)), allow_nan=False
    )
    (written,) = json.loads(text)["sets"][0]["reps"]
    assert_same_or_unknown(written["rom_deg"], rom)
    assert_same_or_unknown(written["rise_m"], rise)


def assert_same_or_unknown(written: Any, value: float | None) -> None:
    if value is None or not math.isfinite(value):
        assert written is None
    else:
        assert written == pytest.approx(value, abs=1e-4)


SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "schema" / "tracker.session-1.schema.json"
PUBLISHED = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(PUBLISHED)


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["title"] == SCHEMA


@patient
@given(plausible_workouts())
def test_any_training_is_as_the_published_schema_says(workout: Workout) -> None:
    out = io.BytesIO()
    write_session(workout, out)
    written = json.loads(out.getvalue())
    VALIDATOR.validate(written)
    # Where it lies may name its owner.
    named = replace(workout, facts=replace(workout.facts, path=workout.facts.name))
    assert written == session_object(named)


def test_the_published_schema_knows_every_key_and_word() -> None:
    written: Any = session_object(WORKOUT)
    definitions = PUBLISHED["$defs"]
    (first, *_) = written["sets"]
    for keys, about in (
        (written, PUBLISHED),
        (written["source"], PUBLISHED["properties"]["source"]),
        (first, definitions["set"]),
        (first["reps"][0], definitions["rep"]),
    ):
        assert list(about["properties"]) == list(keys)
    plan_keys = [field.name for field in fields(Plan)]
    assert sorted(definitions["set"]["properties"]["plan"]["properties"]) == sorted(plan_keys)
    source = PUBLISHED["properties"]["source"]["properties"]
    for words, enum in (
        (definitions["phase"]["properties"]["phase"]["enum"], Phase),
        (definitions["rep"]["properties"]["flags"]["items"]["enum"], Flag),
        (source["faults"]["propertyNames"]["enum"], FaultReason),
    ):
        assert sorted(words) == sorted(each.value for each in enum)
    assert PUBLISHED["properties"]["exercise"]["enum"] == list(EXERCISES)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), "tracker.session/2"),
        (("exercise",), "bench_press"),
        (("sets", 0, "index"), 0),
        (("sets", 0, "rpe"), 11),
        (("sets", 0, "reps", 0, "rom_deg"), "45"),
        (("sets", 0, "reps", 0, "phases", 0, "phase"), "up"),
        (("source", "rate_hz"), 0),
    ],
)
def test_the_published_schema_refuses_what_is_none(
    place: tuple[str | int, ...], value: object
) -> None:
    written: Any = json.loads(json.dumps(session_object(WORKOUT)))
    inside = written
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    with pytest.raises(ValidationError):
        VALIDATOR.validate(written)
