from __future__ import annotations

from tests.workouts import REPS, rep_at, said_at
from tracker.app.text import TextOutput, one_rep_max_line, rep_line, set_summary
from tracker.domain import (
    HIP_THRUST,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Event,
    LinkChanged,
    LinkState,
    Plan,
    PlanChosen,
    ReferenceRep,
    Rep,
    RepCounted,
    RepRevised,
    SetEnded,
    SetRecord,
    SetStarted,
    UserInput,
)


def lines_of(events: list[Event]) -> list[str]:
    lines: list[str] = []
    TextOutput(lines.append).accept(events, 0.0)
    return lines


def test_a_rep_is_one_line() -> None:
    assert rep_line(rep_at(10.0, 3, bottom_s=0.4)) == (
        "rep  3  3.0-0.4-0.9-1.6  up 0.9 · hold 1.6 · down 3.0 · floor 0.4"
        "  range 38°  mean 0.36 m/s"
    )


def test_what_is_unknown_of_a_rep_is_a_dash() -> None:
    bare = Rep(index=1, start_s=0.0, end_s=1.0, complete=False, phases=())

    assert rep_line(bare) == "rep  1  ?-?-?-?  up – · hold – · down – · floor –  range –  mean –"


def test_a_set_is_one_line() -> None:
    reps = (rep_at(0.0, 7, bottom_s=0.4), rep_at(6.0, 8))
    record = SetRecord(2, 0.0, 12.0, reps, counted=2, ended=True)

    assert set_summary(record) == (
        "set 2: 2 reps  mean 3.0-0.4-0.9-1.6  up 0.9 · hold 1.6 · down 3.0 · floor 0.4"
        "  range 36°  1× short of lockout"
    )


def test_a_set_of_a_known_load_tells_the_greatest_with_its_error() -> None:
    reps = (rep_at(0.0, 1), rep_at(6.0, 2))
    loaded = SetRecord(1, 0.0, 12.0, reps, 2, ended=True, plan=Plan(load_kg=60.0))
    line = one_rep_max_line(HIP_THRUST, loaded)
    # 0.36 m/s between the ends of the way up is 0.30 m/s of the whole, 95 % of the greatest load.
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
        "  no reference rep (2 of 3): its lockout was not held",
        "level known at 1:05",
        "level not found: the hips were not still for long enough",
        "level lost: the sensor has slipped since the calibration",
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
