from __future__ import annotations

import pytest

from tests.workouts import REPS, rep, rep_at, said_at
from tracker.app.text import (
    LinkWords,
    TextOutput,
    clock_time,
    flag_words,
    mean_durations_s,
    number,
    one_rep_max_line,
    phase_durations_s,
    reference_words,
    rep_line,
    set_flag_words,
    set_summary,
    tempo_code,
    tempo_words,
)
from tracker.coach import FLAG_WORDS
from tracker.domain import (
    HIP_THRUST,
    PHASE_WORDS,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Event,
    Flag,
    HeartRateRead,
    LinkChanged,
    LinkState,
    Phase,
    Plan,
    PlanChosen,
    ReferenceRep,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetRecord,
    SetStarted,
    UserInput,
)
from tracker.language import counted, use_language


def lines_of(events: list[Event]) -> list[str]:
    lines: list[str] = []
    TextOutput(lines.append).accept(events, 0.0)
    return lines


def test_a_rep_is_one_line() -> None:
    assert rep_line(rep_at(10.0, 3, bottom_s=0.4)) == (
        "rep  3  3.0-0.4-0.9-1.6  up 0.9 · hold 1.6 · down 3.0 · floor 0.4"
        "  range 38°  velocity 0.36 m/s"
    )


def test_what_is_unknown_of_a_rep_is_a_dash() -> None:
    bare = Rep(index=1, start_s=0.0, end_s=1.0, complete=False, phases=())

    assert rep_line(bare) == "rep  1  –  up – · hold – · down – · floor –  range –  velocity –"


def test_a_set_is_one_line() -> None:
    reps = (rep_at(0.0, 7, bottom_s=0.4), rep_at(6.0, 8))
    record = SetRecord(2, 0.0, 12.0, reps, counted=2, ended=True)

    assert set_summary(record) == (
        "set 2: 2 reps  tempo 3.0-0.4-0.9-1.6  up 0.9 · hold 1.6 · down 3.0 · floor 0.4"
        "  range 36°  1× short of lockout"
    )


def test_a_set_of_a_known_load_tells_the_greatest_with_its_error() -> None:
    reps = (rep_at(0.0, 1), rep_at(6.0, 2))
    loaded = SetRecord(1, 0.0, 12.0, reps, 2, ended=True, plan=Plan(load_kg=60.0))
    line = one_rep_max_line(HIP_THRUST, loaded)
    # 0.36 m/s between the ends of the concentric is 0.30 m/s of the whole: 95 % of the greatest.
    assert line == "  one-rep max about 63 kg (59 to 68), if you lifted as fast as you could"
    assert one_rep_max_line(HIP_THRUST, SetRecord(1, 0.0, 12.0, reps, 2, ended=True)) is None


def test_it_is_told_at_the_end_of_the_set_where_the_exercise_is_known() -> None:
    events = [UserInput(0.0, PlanChosen(Plan(load_kg=60.0))), *(event for _, event in said_at())]
    lines: list[str] = []
    TextOutput(lines.append, HIP_THRUST).accept(events, 0.0)
    assert sum("one-rep max" in line for line in lines) == 2
    assert not any("one-rep max" in line for line in lines_of(events))


def test_a_workout_is_a_line_for_each_start_rep_cue_and_end() -> None:
    lines = lines_of([event for _, event in said_at()])

    assert sum(line.startswith("  rep") for line in lines) == 2 * REPS
    assert lines[0] == "set 1 started at 0:04"
    assert lines[-1].startswith(f"set 2: {REPS} reps")
    assert "  » Squeeze at the top" in lines


def test_a_calibration_is_told_in_words() -> None:
    assert lines_of(
        [
            ReferenceRep(60.0, 2, 3),
            ReferenceRep(62.0, 2, 3, "its lockout was not held"),
            Calibrated(65.0, 0.4),
            CalibrationFailed(80.0, "the hips were not still for long enough"),
            CalibrationLost(90.0, "the sensor has slipped since the calibration"),
        ]
    ) == [
        "  reference rep 2 of 3",
        "  not a reference rep (2 of 3): its lockout was not held",
        "lockout calibrated at 1:05",
        "lockout not calibrated: the hips were not still for long enough",
        "lockout calibration lost: the sensor has slipped since the calibration",
    ]


def test_trouble_with_the_sensor_stands_between_the_reps() -> None:
    assert lines_of(
        [
            LinkChanged(0.5, LinkState.STREAMING),
            LinkChanged(31.0, LinkState.LOST),
            LinkChanged(38.0, LinkState.STREAMING),
            BatteryRead(40.0, 14),
        ]
    ) == [
        "! sensor lost at 0:31",
        "sensor back at 0:38",
        "! battery of the sensor at 14 %: charge it soon",
    ]


def test_a_heart_rate_stands_in_the_lines_of_reps_and_sets() -> None:
    def lines(*hearts: HeartRateRead) -> list[str]:
        started, counted_rep = SetStarted(10.0, 1), RepCounted(11.0, 1, 1)
        done = RepCompleted(14.0, 1, rep())
        return lines_of([started, counted_rep, *hearts, done, SetEnded(14.0, 1, 1)])

    assert not any("heart" in line for line in lines())
    (_, of_rep, of_set) = lines(HeartRateRead(11.0, 100), HeartRateRead(13.0, 121))
    assert "  heart 121" in of_rep
    assert "  heart 110, max 121" in of_set
    (_, of_rep, of_set) = lines(HeartRateRead(11.0, 100), HeartRateRead(13.0, None, False))
    assert "  heart –" in of_rep
    assert "  heart 100, max 100" in of_set


def test_a_withdrawn_rep_and_a_withdrawn_set_are_taken_back_in_words() -> None:
    assert lines_of(
        [
            SetStarted(1.0, 1),
            RepCounted(2.0, 1, 1),
            RepRevised(2.0, 1, 1, None, "nothing alike followed"),
            SetEnded(2.0, 1, 0),
        ]
    ) == [
        "set 1 started at 0:01",
        "  rep  1  withdrawn: nothing alike followed",
        "set 1 withdrawn: it has no rep that counts",
    ]


def said(*events: LinkChanged | BatteryRead) -> list[str]:
    words = LinkWords()
    return [line for event in events if (line := words.line(event)) is not None]


def link(at_s: float, state: LinkState, device: int = 0, detail: str = "") -> LinkChanged:
    return LinkChanged(at_s, state, device, detail)


OPENING = [
    link(0.0, LinkState.SEARCHING),
    link(0.5, LinkState.CONNECTING),
    link(0.6, LinkState.CONFIGURING),
    link(0.7, LinkState.STREAMING),
]


def test_a_usual_beginning_is_no_news() -> None:
    assert said(*OPENING) == []


def test_trouble_and_its_end_are() -> None:
    lines = said(
        *OPENING,
        link(31.0, LinkState.LOST, detail="The connection broke."),
        link(31.0, LinkState.RECONNECTING),
        link(31.1, LinkState.RECONNECTING, detail="Bluetooth is switched off."),
        link(95.0, LinkState.GONE),
        link(99.0, LinkState.CONFIGURING),
        link(100.0, LinkState.STREAMING),
    )
    assert lines == [
        "! sensor lost at 0:31: The connection broke.",
        "! sensor not reached: Bluetooth is switched off.",
        "! sensor gone for a minute, still searching at 1:35",
        "sensor back at 1:40",
    ]


def test_each_sensor_has_its_own_troubles() -> None:
    assert said(link(5.0, LinkState.STALLED, 1), link(6.0, LinkState.STREAMING)) == [
        "! second sensor sends nothing at 0:05"
    ]


@pytest.mark.parametrize(("percent", "news"), [(15, False), (14, True), (0, True)])
def test_a_low_battery_is_told(percent: int, news: bool) -> None:
    assert bool(said(BatteryRead(1.0, percent))) is news


def test_and_only_once_for_each_sensor() -> None:
    lines = said(
        *(BatteryRead(float(at), 14 - at, device) for at in range(3) for device in (0, 1))
    )
    assert lines == [
        "! battery of the sensor at 14 %: charge it soon",
        "! battery of the second sensor at 14 %: charge it soon",
    ]


def test_whoever_wants_nothing_else_gets_these_lines_alone() -> None:
    lines: list[str] = []
    sink = TextOutput(lines.append, only=LinkChanged | BatteryRead)
    sink.accept([*OPENING, SetStarted(1.0, 1), link(31.0, LinkState.LOST)], 31.0)
    assert lines == ["! sensor lost at 0:31"]


def test_tempo_is_said_both_ways() -> None:
    durations_s = phase_durations_s(rep_at(10.0, 1, bottom_s=0.4))

    assert tempo_code(durations_s) == "3.0-0.4-0.9-1.6"
    assert tempo_words(durations_s) == "up 0.9 · hold 1.6 · down 3.0 · floor 0.4"


def test_an_unknown_pause_is_a_dash_and_never_zero() -> None:
    durations_s = phase_durations_s(rep_at(10.0, 1))

    assert tempo_code(durations_s) == "3.0-–-0.9-1.6"
    assert tempo_words(durations_s).endswith("floor –")


def test_a_mean_is_taken_over_what_is_known() -> None:
    reps = [rep_at(10.0, 1, bottom_s=0.4), rep_at(16.0, 2)]

    assert mean_durations_s(reps)[Phase.BOTTOM] == pytest.approx(0.4)
    assert mean_durations_s([])[Phase.LOCKOUT] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(None), "–"),
        (number(None, 0, "°"), "–"),
        (number(0.0), "0.0"),
        (number(37.4, 0, "°"), "37°"),
        (clock_time(None), "–"),
        (clock_time(59.99), "0:59"),
        (clock_time(3605.0), "60:05"),
        (counted(1, "rep", "reps"), "1 rep"),
        (counted(0, "rep", "reps"), "0 reps"),
    ],
)
def test_numbers_are_said_plainly(text: str, expected: str) -> None:
    assert expected == text


def test_every_phase_and_every_flag_has_words() -> None:
    assert set(PHASE_WORDS) == set(Phase)
    assert set(FLAG_WORDS) == set(Flag)


def test_flags_of_a_set_say_how_many_reps_they_concern() -> None:
    reps = tuple(rep_at(10.0 * index, index) for index in range(1, 9))
    record = SetRecord(1, 10.0, 90.0, reps, counted=8, ended=True)

    assert flag_words(reps[7].flags) == "short of lockout"
    assert flag_words(()) == ""
    assert set_flag_words(record) == "1× short of lockout"


def test_reference_reps_say_how_many_there_are_and_why_one_is_none() -> None:
    assert reference_words(ReferenceRep(9.0, 2, 3)) == "reference rep 2 of 3"
    refused = ReferenceRep(9.0, 1, 3, "it was short of lockout")
    assert reference_words(refused) == "not a reference rep (1 of 3): it was short of lockout"


def test_numbers_have_the_decimal_mark_of_the_language() -> None:
    use_language("de")
    try:
        assert number(1.5) == "1,5"
        assert number(0.456, 2, " m/s") == "0,46 m/s"
        assert number(38.0, 0, "°") == "38°"
        assert tempo_code({**dict.fromkeys(Phase), Phase.LOCKOUT: 1.6}) == "–-–-–-1,6"
        assert number(None) == "–"
    finally:
        use_language(None)
