from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import (
    ACTIVITIES,
    BATTERY_CHANNEL,
    ENTRY_CHANNEL,
    EXERCISES,
    LINK_CHANNEL,
    OVERRUN_CHANNEL,
    WARNING_CHANNEL,
    AdviceGiven,
    BatteryRead,
    DataWarned,
    DataWarning,
    Entry,
    Extreme,
    Fault,
    FaultReason,
    InputError,
    LiftSignal,
    LinkChanged,
    LinkState,
    LoadEntered,
    NoteEntered,
    Notification,
    PainEntered,
    PainMoment,
    Phase,
    Plan,
    PlanChosen,
    RepsAdjusted,
    RpeEntered,
    SetMarked,
    Side,
    Tempo,
    TimedDone,
    UnknownNameError,
    UserInput,
    WarningKind,
    battery_message,
    check_entry,
    entry_from_object,
    entry_message,
    entry_object,
    exercise_named,
    link_message,
    overrun_message,
    parse_tempo,
    plan_from_json,
    read_control_message,
    warning_message,
)

PLANNED = Tempo(eccentric_s=3.0, bottom_s=0.0, concentric_s=1.0, lockout_s=2.0)


seconds = st.integers(1, 240).map(lambda quarters: quarters / 4)


pauses = st.integers(0, 240).map(lambda quarters: quarters / 4)


tempos = st.builds(Tempo, st.none() | seconds, pauses, st.none() | seconds, pauses)


@pytest.mark.parametrize(
    "text",
    [
        "3-0-1-2",
        "3012",
        " 3–0–1–2 ",
        "3.0-0-1.0-2",
        "up=1 hold=2 down=3 floor=0",
        "floor=0, down=3, hold=2, up=1",
        "up=1 hold=2 down=3",
        "UP=1 · HOLD=2 · DOWN=3",
    ],
)
def test_ways_to_write_one_tempo(text: str) -> None:
    assert parse_tempo(text) == PLANNED


@pytest.mark.parametrize("text", ["2,5-0-1-1,5", "2.5-0-1-1.5", "up=1 hold=1,5, down=2,5,floor=0"])
def test_a_tempo_takes_a_decimal_comma(text: str) -> None:
    assert parse_tempo(text).code == "2.5-0-1-1.5"


@pytest.mark.parametrize("text", ["30X2", "3-0-x-2", "up=x hold=2 down=3"])
def test_x_is_as_fast_as_possible(text: str) -> None:
    tempo = parse_tempo(text)
    assert tempo.concentric_s is None
    assert tempo.code == "3-0-X-2"
    assert tempo.words == "up X · hold 2 · down 3 · floor 0"


def test_it_is_shown_both_ways() -> None:
    assert PLANNED.code == "3-0-1-2"
    assert PLANNED.words == "up 1 · hold 2 · down 3 · floor 0"
    assert [PLANNED.planned_s(phase) for phase in Phase] == [1.0, 2.0, 3.0, 0.0]


@given(tempos)
def test_what_is_written_can_be_read(tempo: Tempo) -> None:
    assert parse_tempo(tempo.code) == tempo
    assert parse_tempo(tempo.words.replace(" ", "=").replace("=·=", " ")) == tempo


@pytest.mark.parametrize(
    ("text", "ways"), [("311", ("3-0-1-1", "3-1-1-0")), ("3-1-X", ("3-0-1-X",))]
)
def test_three_places_are_refused_with_the_question(text: str, ways: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="which of the four is missing") as caught:
        parse_tempo(text)
    assert caught.value.advice is not None
    for way in ways:
        assert way in caught.value.advice


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "read this tempo"),
        ("fast", "read this tempo"),
        ("-3-0-1-2", "read this tempo"),
        ("3-0-1-2-1", "has 5 places"),
        ("3", "has 1 place instead"),
        ("30", "has 2 places"),
        ("3-X-1-2", "the floor can.t be X"),
        ("3-0-1-X", "the hold can.t be X"),
        ("0-0-1-2", "down must take longer"),
        ("3-0-0-2", "up must take longer"),
        ("99-0-1-2", "longer than 60 s"),
        ("up=1 hold=2", "down missing"),
        ("up=1 up=2 down=3 hold=1", "up appears twice"),
        ("up=one down=3 hold=1", "can't read 'up=one'"),
        ("rise=1 down=3 hold=1", "can't read 'rise=1'"),
        ("up=nan down=3 hold=1", "can't read"),
    ],
)
def test_an_implausible_tempo_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        parse_tempo(text)


@given(st.text(max_size=12))
def test_any_text_is_a_tempo_or_refused(text: str) -> None:
    try:
        tempo = parse_tempo(text)
    except InputError:
        return
    assert parse_tempo(tempo.code) == tempo


def test_every_exercise_is_found_by_its_name() -> None:
    for name, exercise in EXERCISES.items():
        assert exercise_named(name) is exercise
        assert exercise.name == name
        assert exercise.title


def test_the_list_is_the_one_that_is_documented() -> None:
    assert list(EXERCISES) == [
        "hip_thrust",
        "glute_bridge",
        "single_leg_hip_thrust",
        "b_stance_hip_thrust",
        "banded_hip_thrust",
        "feet_elevated_hip_thrust",
        "squat",
        "sit_to_stand",
    ]


def test_an_unknown_exercise_is_explained() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean hip_thrust"):
        exercise_named("hipthrust")


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_an_exercise_has_the_limit_that_its_signal_needs(name: str) -> None:
    known = exercise_named(name)
    if known.signal is LiftSignal.ROTATION:
        assert known.least_range_deg > 0.0
        assert known.starts_from is Extreme.BOTTOM
    else:
        assert known.least_rise_m > 0.0
    assert 0.0 < known.lockout_share < known.rep_share < 1.0
    assert known.set_gap_s == 12.0


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
    sets=st.none() | st.integers(1, 20),
    or_more=st.booleans(),
    exercise=st.none() | st.sampled_from(sorted(EXERCISES)),
    side=st.none() | st.sampled_from(Side),
    warm_up=st.booleans(),
)


@given(plans)
def test_a_plan_survives_json(plan: Plan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan.to_json(), allow_nan=False))) == plan


def test_keys_of_later_versions_are_passed_over() -> None:
    assert plan_from_json({"target_reps": 10, "music": "loud"}) == Plan(target_reps=10)


@pytest.mark.parametrize(
    ("goal_s", "tempo", "hold_s"),
    [(None, None, None), (None, "3-0-1-2", 2.0), (1.0, "3-0-1-2", 1.0), (0.0, "3-0-1-2", 0.0)],
)
def test_the_goal_comes_before_the_tempo(
    goal_s: float | None, tempo: str | None, hold_s: float | None
) -> None:
    plan = Plan(lockout_goal_s=goal_s, tempo=None if tempo is None else parse_tempo(tempo))
    assert plan.hold_s == hold_s


@pytest.mark.parametrize(
    "values",
    [
        {"load_kg": -1.0},
        {"load_kg": math.nan},
        {"load_kg": math.inf},
        {"load_kg": "60"},
        {"load_kg": True},
        {"target_reps": 0},
        {"target_reps": 10.5},
        {"tempo": "311"},
        {"tempo": 3012},
        {"lockout_goal_s": 61},
        {"velocity_loss": 20},
        {"rest_s": -1},
        {"keep_tension": 1},
        {"breathing": "no"},
    ],
)
def test_an_implausible_plan_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        plan_from_json(values)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"load_kg": "135lb"}, "plan load_kg: expected a number, got '135lb'"),
        ({"sets": 2.5}, "plan sets: expected a whole number, got '2.5'"),
        ({"tempo": 3}, "plan tempo: expected text, got '3'"),
    ],
)
def test_a_value_of_another_kind_is_told_what_was_expected(
    values: dict[str, Any], wanted: str
) -> None:
    with pytest.raises(InputError) as caught:
        plan_from_json(values)
    assert str(caught.value).startswith(wanted)


numbers = st.integers(1, 99)


entries = st.one_of(
    st.builds(PlanChosen, plans),
    st.builds(RepsAdjusted, numbers, st.integers(-200, 200)),
    st.builds(LoadEntered, numbers, st.floats(0.0, 1000.0)),
    st.builds(RpeEntered, numbers, st.floats(0.0, 10.0)),
    st.builds(PainEntered, st.integers(0, 10), st.sampled_from(PainMoment), st.none() | numbers),
    st.builds(NoteEntered, st.text(st.characters(exclude_categories=["Cs"])), st.none() | numbers),
    st.builds(
        SetMarked,
        numbers,
        st.none() | st.booleans(),
        st.none() | st.sampled_from(Side),
        st.none() | st.sampled_from(sorted(EXERCISES)),
    ),
    st.builds(
        TimedDone,
        st.sampled_from(sorted(ACTIVITIES)),
        st.floats(0.0, 1800.0),
        st.none() | st.sampled_from(Side),
        st.booleans(),
    ),
    st.builds(
        AdviceGiven,
        st.sampled_from(["go", "stop"]),
        st.booleans(),
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20)).map(tuple),
    ),
)


@given(entries)
def test_an_entry_survives_the_stream(entry: Entry) -> None:
    check_entry(entry)
    assert entry_from_object(json.loads(json.dumps(entry_object(entry)))) == entry
    assert read_control_message(entry_message(2_500_000_000, entry)) == UserInput(2.5, entry)


@given(st.binary(max_size=40))
def test_bytes_that_are_no_entry_are_a_fault(data: bytes) -> None:
    assert isinstance(read_control_message(Notification(0, ENTRY_CHANNEL, data)), Fault)


@given(st.sampled_from(WarningKind), st.text())
def test_a_warning_survives_the_stream(kind: WarningKind, text: str) -> None:
    warning = DataWarning(kind, text)
    said = read_control_message(warning_message(1_500_000_000, warning))
    assert said == DataWarned(1.5, warning)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"kind": "mood", "text": ""}', b'{"kind": "gyro_ignored"}']
)
def test_bytes_that_are_no_warning_are_a_fault(data: bytes) -> None:
    assert isinstance(read_control_message(Notification(0, WARNING_CHANNEL, data)), Fault)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(
        ["plan", "reps", "load", "rpe", "pain", "note", "set", "timed", "advice", "mood"]
    ),
    st.sampled_from(
        [
            "plan",
            "set_index",
            "by",
            "load_kg",
            "rpe",
            "score",
            "text",
            "moment",
            "side",
            "warm_up",
            "exercise",
            "activity",
            "duration_s",
            "verdict",
            "followed",
            "reasons",
        ]
    ),
)
def test_any_object_is_an_entry_or_a_fault(value: Any, kind: str, key: str) -> None:
    whole = {"set_index": 1, "by": 1, "load_kg": 1, "rpe": 1, "score": 1, "text": "", "plan": {}}
    whole |= {"activity": "plank", "duration_s": 1, "verdict": "go", "followed": True}
    text = json.dumps(whole | {"moment": "after", "kind": kind, key: value})
    event = read_control_message(Notification(0, ENTRY_CHANNEL, text.encode()))
    assert isinstance(event, UserInput | Fault)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ('{"kind": "load", "set_index": 1, "load_kg": %s}', "load_kg"),
        ('{"kind": "rpe", "set_index": 1, "rpe": %s}', "rpe"),
        ('{"kind": "reps", "set_index": 1, "by": %s}', "by"),
        ('{"kind": "pain", "score": %s, "moment": "after"}', "score"),
        ('{"kind": "note", "text": "x", "set_index": %s}', "set_index"),
        ('{"kind": "plan", "plan": {"load_kg": %s}}', "load_kg"),
        ('{"kind": "plan", "plan": {"target_reps": %s}}', "target_reps"),
    ],
)
def test_a_number_of_400_digits_is_refused_by_its_name(entry: str, field: str) -> None:
    data = (entry % ("9" * 400)).encode()
    fault = read_control_message(Notification(0, ENTRY_CHANNEL, data))
    assert isinstance(fault, Fault)
    assert field in fault.detail
    assert "400 digits" in fault.detail
    assert len(fault.detail) < 200


@pytest.mark.parametrize(
    "entry",
    [
        PainEntered(11, PainMoment.AFTER),
        PainEntered(-1, PainMoment.AFTER),
        RpeEntered(1, 10.5),
        RpeEntered(0, 5.0),
        LoadEntered(1, -2.0),
        RepsAdjusted(1, 500),
        NoteEntered("x" * 3000),
        NoteEntered("", 0),
        TimedDone("plank", 5000.0),
        AdviceGiven("stop", False, ("x" * 3000,)),
    ],
)
def test_an_implausible_entry_is_refused(entry: Entry) -> None:
    with pytest.raises(InputError, match=r"expected|numbered"):
        check_entry(entry)


@pytest.mark.parametrize("detail", ["", "Bluetooth is switched off."])
@pytest.mark.parametrize("state", LinkState)
def test_a_link_state_comes_back_with_its_reason(state: LinkState, detail: str) -> None:
    said = read_control_message(link_message(1_500_000_000, state, device=1, detail=detail))
    assert said == LinkChanged(1.5, state, 1, detail)


def test_a_link_state_without_a_reason_is_its_name_alone() -> None:
    assert link_message(7, LinkState.LOST) == Notification(7, LINK_CHANNEL, b"lost")


def test_a_charge_comes_back() -> None:
    said = read_control_message(battery_message(2_000_000_000, 14, device=1))
    assert said == BatteryRead(2.0, 14, 1)


def test_what_was_dropped_is_a_fault_with_its_number() -> None:
    said = read_control_message(overrun_message(3_000_000_000, 37))
    assert isinstance(said, Fault)
    assert (said.at_s, said.reason, said.count) == (3.0, FaultReason.OVERRUN, 37)
    assert "37" in said.detail


@pytest.mark.parametrize(
    ("channel", "data"),
    [
        (LINK_CHANNEL, b"asleep"),
        (LINK_CHANNEL, b"\xff"),
        (BATTERY_CHANNEL, b"101"),
        (BATTERY_CHANNEL, b"-1"),
        (BATTERY_CHANNEL, b"full"),
        (BATTERY_CHANNEL, "²".encode()),
        (BATTERY_CHANNEL, b""),
        (OVERRUN_CHANNEL, b"many"),
        (OVERRUN_CHANNEL, b"9" * 5000),
    ],
)
def test_what_makes_no_sense_is_a_fault(channel: str, data: bytes) -> None:
    said = read_control_message(Notification(0, channel, data))
    assert isinstance(said, Fault)
    assert said.reason is FaultReason.FORMAT
