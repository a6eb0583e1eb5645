from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.workouts import fading_rep, training, training_set
from tracker.detect import plausibility
from tracker.domain import (
    EXERCISES,
    HIP_THRUST,
    Exercise,
    FaultReason,
    Flag,
    Gap,
    HeartRate,
    PainEntered,
    PainMoment,
    Plan,
    SessionInfo,
    SetEntries,
    SetRecord,
    SourceFacts,
    Workout,
    heart_rate_over,
)
from tracker.export.report.overview import (
    load_text,
    overview_of,
    reps_text,
)
from tracker.export.report.page import FAULT_WORDS, REASON_WORDS, quality_of
from tracker.export.report.set_section import set_section
from tracker.export.report.trends import trends_of

SPACE = "\N{NO-BREAK SPACE}"


def section_of(record: SetRecord, exercise: Exercise | None) -> dict[str, Any]:
    return set_section(training(sets=(record,)), record, exercise)


def tiles(workout: Workout) -> dict[str, str]:
    return {name: value for name, value, _ in overview_of(workout, HIP_THRUST)["tiles"]}


def test_the_heart_rate_is_told_of_the_session_and_of_each_set() -> None:
    workout = training()
    first, *_ = workout.sets
    beats = (HeartRate(first.start_s, 100), HeartRate(first.start_s + 1.0, 121))
    before = (HeartRate(first.start_s - 1.0, 190),)
    workout = replace(workout, heart_rates=(*before, *beats))

    assert tiles(workout)["Heart rate"] == "137"
    heart = heart_rate_over(workout.heart_rates, first.start_s, first.end_s)
    facts = dict(set_section(workout, first, HIP_THRUST, heart)["facts"])
    assert facts["Heart rate"] == "110 bpm on average, 121 at most"
    assert "Heart rate" not in dict(set_section(workout, first, HIP_THRUST)["facts"])


def test_the_tiles_say_what_was_done() -> None:
    assert tiles(training()) == {
        "Sets": "3",
        "Load": f"60–65{SPACE}kg",
        "Volume": f"2090{SPACE}kg",
        "Pain": "2 → 3",
        "Effort": "7.5",
        "Time": "7:59",
    }


def test_what_is_not_known_has_no_tile() -> None:
    workout = training(sets=(training_set(1, load_kg=None, entries=SetEntries()),), pain=())
    assert set(tiles(workout)) == {"Sets", "Time"}


def test_the_table_of_sets_has_a_column_for_each_cell() -> None:
    overview = overview_of(training(), HIP_THRUST)
    assert {len(row) for row in overview["rows"]} == {len(overview["head"])}


def test_no_load_is_bodyweight_and_not_zero() -> None:
    shown = tiles(training(sets=(training_set(1, load_kg=0.0),)))
    assert (shown["Load"], shown["Volume"]) == ("bodyweight", "bodyweight")
    assert load_text(0.0) == "bodyweight"
    assert load_text(None) == "–"


def test_a_volume_of_some_sets_says_so() -> None:
    sets = (training_set(1), training_set(2, load_kg=None))
    (volume,) = (
        tile
        for tile in overview_of(training(sets=sets), HIP_THRUST)["tiles"]
        if tile[0] == "Volume"
    )
    assert volume[1:] == (f"720{SPACE}kg", "reps × load, of 1 of 2 sets")


@pytest.mark.parametrize(
    ("sets", "summary"),
    [
        ((), "No set was found in this recording."),
        ((training_set(1),), f"1 set of 12 reps with 60{SPACE}kg."),
        ((training_set(1), training_set(2)), f"2 sets of 12 reps with 60{SPACE}kg."),
        ((training_set(1), training_set(2, reps=9)), f"2 sets: 12, 9 reps with 60{SPACE}kg."),
        ((training_set(1), training_set(2, load_kg=65.0)), "2 sets of 12 reps."),
        ((training_set(1, load_kg=None),), "1 set of 12 reps."),
    ],
)
def test_the_training_is_summed_up_in_a_sentence(
    sets: tuple[SetRecord, ...], summary: str
) -> None:
    assert overview_of(training(sets=sets), HIP_THRUST)["summary"] == summary


def test_corrected_reps_stand_beside_what_the_sensor_counted() -> None:
    assert reps_text(training(), training_set(1)) == "12 of 12"
    corrected = training_set(1, reps=10, entries=SetEntries(reps_by=1))
    assert reps_text(training(), corrected) == "11 of 12 (sensor: 10)"


@pytest.mark.parametrize(
    ("before", "between", "after", "words"),
    [
        (2, None, 4, "Pain went up from 2 to 4."),
        (2, 6, 2, "Pain went up from 2 to 6."),
        (
            2,
            None,
            3,
            "Pain went up from 2 to 3. One point may be chance.",
        ),
        (2, None, 2, ""),
        (3, 2, 1, ""),
        (5, None, 1, "Pain of 5 is too much to train on."),
        (None, None, 5, "Pain of 5 is too much to train on."),
        (None, None, 4, ""),
        (2, None, None, ""),
    ],
)
def test_pain_that_rose_or_is_high_is_said(
    before: int | None, between: int | None, after: int | None, words: str
) -> None:
    scores = zip((before, between, after, None), PainMoment, strict=True)
    pain = tuple(PainEntered(score, moment) for score, moment in scores if score is not None)
    assert overview_of(training(pain=pain), HIP_THRUST)["pain_words"] == words


def test_pain_after_a_set_stands_in_its_row() -> None:
    pain = (PainEntered(4, PainMoment.BETWEEN, 2), PainEntered(3, PainMoment.BETWEEN, 2))
    rows = overview_of(training(pain=pain), HIP_THRUST)["rows"]
    assert [row[4] for row in rows] == ["–", "3", "–"]


def test_a_rep_off_its_plan_has_an_arrow_at_the_phase() -> None:
    record = replace(training_set(1, tempo="3-0-1-1.3"), reps=(fading_rep(1, bottom_s=0.1),))
    (row,) = section_of(record, HIP_THRUST)["times"][1]
    assert row == ("1", "0.92", "1.62 ↑", "2.42", "0.10")


def test_columns_follow_the_exercise() -> None:
    head = section_of(training_set(1), EXERCISES["squat"])["times"][0]
    assert [name for name, _ in head] == ["Rep", "down", "floor", "up", "hold"]


def test_the_top_has_a_column_where_one_is_known() -> None:
    head, _ = section_of(training_set(1), HIP_THRUST)["moves"]
    head_with_top, rows = section_of(training_set(1, top_deg=-3.25), HIP_THRUST)["moves"]
    assert head[-1] == ("Tilt", "°")
    assert head_with_top[-1] == ("Top", "°")
    assert rows[0][-1] == "–"
    assert rows[-1][-1] in ("−3.2", "−3.3")


def test_plots_are_of_range_velocity_and_hold_with_its_goal() -> None:
    section = section_of(training_set(1), HIP_THRUST)
    titles = [title for title, _ in section["plots"]]
    assert titles == ["Range of motion", "Mean velocity, concentric", "Hold at the top"]
    plots = [plot for _, plot in section["plots"]]
    assert [plot is not None and len(plot.dots) for plot in plots] == [12, 12, 12]
    assert [plot is not None and plot.goal is not None for plot in plots] == [False, False, True]


def test_a_squat_is_plotted_by_its_rise() -> None:
    assert section_of(training_set(1), EXERCISES["squat"])["plots"][0][0] == "Rise"


def test_a_velocity_that_is_known_of_no_rep_has_no_plot() -> None:
    record = training_set(1)
    slow = replace(
        record, reps=tuple(replace(each, mean_velocity_mps=None) for each in record.reps)
    )
    assert section_of(slow, HIP_THRUST)["plots"][1] == ("Mean velocity, concentric", None)


def test_reps_with_a_remark_and_uncertain_reps_have_shapes_of_their_own() -> None:
    record = training_set(1, reps=4, flags=(Flag.SAGGED,))
    slow = (Flag.LOW_CONFIDENCE_VELOCITY,)
    first = (fading_rep(1, flags=(Flag.GAP, Flag.SAGGED)), replace(fading_rep(2), complete=False))
    section = section_of(
        replace(record, reps=(*first, fading_rep(3, flags=slow), *record.reps[3:])), HIP_THRUST
    )
    (_, plot), *_ = section["plots"]
    assert plot is not None
    assert [dot.shape for dot in plot.dots] == ["square", "square", "round", "diamond"]
    assert [shape for shape, _ in section["legend"]] == ["round", "diamond", "square"]


def test_one_shape_needs_no_legend() -> None:
    assert section_of(training_set(1), HIP_THRUST)["legend"] == []


def test_what_was_planned_besides_the_tempo_is_said() -> None:
    record = replace(
        training_set(1, entries=SetEntries(rpe=8.5)),
        plan=Plan(lockout_goal_s=2.0, velocity_loss=0.2, keep_tension=True),
    )
    section = section_of(record, HIP_THRUST)
    assert section["facts"] == (
        ("Effort (RPE)", "8.5 of 10"),
        ("Planned hold", "2\N{NO-BREAK SPACE}s"),
        ("Stop at velocity loss of", "20 %"),
        ("Planned", "hips off the floor between reps"),
    )
    assert section["is_planned"]
    assert section["planned"] is None


def test_without_a_plan_nothing_is_said_of_one() -> None:
    section = section_of(training_set(1, tempo=None, load_kg=None), HIP_THRUST)
    assert not section["is_planned"]
    assert section["heading"] == "Set 1: 12 of 12 reps"


def test_a_counted_rep_without_an_end_is_said_to_be_missing() -> None:
    assert section_of(training_set(1), HIP_THRUST)["missing"] == ""
    cut = replace(training_set(1), counted=13)
    assert section_of(cut, HIP_THRUST)["missing"].startswith("13 reps counted, 12 measured")


NOW = "2026-05-14T16:30:00+00:00"


MONDAY = "2026-05-11T16:30:00+00:00"


FRIDAY_BEFORE = "2026-05-08T23:30:00-02:00"


def trends(*history: Workout, workout: Workout | None = None) -> dict[str, Any]:
    found = trends_of(workout or training(NOW), history, HIP_THRUST)
    assert found is not None
    return found


def test_sessions_are_in_the_order_of_time_and_the_latest_row_is_first() -> None:
    found = trends(training(MONDAY), training(FRIDAY_BEFORE))
    assert [row[0] for row in found["rows"]] == ["14 May 2026", "11 May 2026", "8 May 2026"]
    assert found["left_out"] == ""


def test_a_row_is_of_the_session() -> None:
    row = trends(training(MONDAY, sets=(training_set(1, reps=3),)))["rows"][-1]
    assert row == ("11 May 2026", "44.0", "1.6", "0.40", "180", "2 → 3")


def test_what_changed_is_against_the_session_before() -> None:
    lighter = training(MONDAY, sets=(training_set(1, load_kg=55.0, reps=3),), pain=())
    found = trends(training(FRIDAY_BEFORE), lighter)
    assert found["since"] == "11 May 2026"
    changes = {name: cells for name, *cells in found["changes"]}
    assert changes["Reps in all"] == ["3", "34", "+31"]
    # What was not said then cannot have changed.
    assert "Pain after" not in changes
    assert found["changes"] != trends(training(FRIDAY_BEFORE))["changes"]


def test_what_did_not_change_is_called_the_same() -> None:
    changes = trends(training(MONDAY))["changes"]
    assert {each[-1] for each in changes} == {"the same"}


def test_velocity_is_left_unknown_where_the_load_was_another() -> None:
    found = trends(
        training(MONDAY, sets=(training_set(1, load_kg=40.0),)),
        workout=training(NOW, sets=(training_set(1, reps=3),)),
    )
    assert found["compared"].endswith("the load of this session, 60\N{NO-BREAK SPACE}kg.")
    assert [row[3] for row in found["rows"]] == ["0.40", "–"]


def test_without_a_load_velocities_are_not_compared() -> None:
    bare = (training_set(1, load_kg=None),)
    found = trends(training(MONDAY, sets=bare), workout=training(NOW, sets=bare))
    assert found["compared"].startswith("The load of this session is unknown")
    assert dict(found["plots"])["Mean velocity at a similar load"] is None


def test_what_cannot_be_compared_is_left_out_and_counted() -> None:
    found = trends(
        training(MONDAY),
        training(NOW),
        training(MONDAY, exercise="glute_bridge"),
        training(MONDAY, origin="synthetic"),
        training("2026-05-15T16:30:00+00:00"),
        training(None),
    )
    assert len(found["rows"]) == 2
    assert found["left_out"] == (
        "Left out: 4 sessions (1 of another exercise, 1 simulated, 1 later than this one and "
        "1 without a date)."
    )


def test_simulated_sessions_are_compared_with_simulated_ones() -> None:
    found = trends(
        training(MONDAY, origin="synthetic"),
        training(FRIDAY_BEFORE),
        workout=training(NOW, origin="synthetic"),
    )
    assert len(found["rows"]) == 2
    assert found["left_out"] == "Left out: 1 session (1 measured on people)."


def test_without_anything_to_compare_there_are_no_trends() -> None:
    assert trends_of(training(NOW), [], HIP_THRUST) is None
    assert trends_of(training(NOW), [training(NOW)], HIP_THRUST) is None
    edited = training(NOW, note="Read from the log, with a word added.")
    assert trends_of(training(NOW), [edited], HIP_THRUST) is None


def test_this_session_is_marked_by_shape_and_pain_has_two_lines() -> None:
    plots = dict(trends(training(MONDAY))["first_plots"])
    hold, pain = plots["Hold at the top"], plots["Pain"]
    assert hold is not None
    assert [dot.shape for dot in hold.dots] == ["round", "ring"]
    assert pain is not None
    assert [dot.shape for dot in pain.dots] == ["round", "round", "square", "square"]
    assert len(pain.lines) == 2
    assert pain.y_labels[-1][1] == "10"


def test_a_session_without_a_date_can_have_a_history() -> None:
    assert trends(training(MONDAY), workout=training(None))["rows"][0][0] == "this one"


def facts(workout: Workout) -> dict[str, str]:
    return dict(quality_of(workout)["facts"])


@pytest.mark.parametrize("reason", FaultReason)
def test_every_kind_of_fault_is_said_in_words(reason: FaultReason) -> None:
    assert "_" not in FAULT_WORDS[reason]


def test_every_criterion_is_named_in_words() -> None:
    with open(plausibility.__file__, encoding="utf-8") as source:
        named = set(re.findall(r'Criterion\(\s*"(\w+)"', source.read()))
    assert named
    assert named <= set(REASON_WORDS)


def test_the_facts_are_those_of_the_recording() -> None:
    shown = facts(training())
    assert shown["Sensor"] == "WT901 (witmotion)"
    assert shown["Measured rate"] == "100.0\N{NO-BREAK SPACE}samples per second"
    assert shown["Samples"] == "47885"
    assert shown["Without samples"] == "0.45\N{NO-BREAK SPACE}s in 1 gap, 0.1 % of the time"


def test_gaps_and_faults_are_listed() -> None:
    quality = quality_of(training())
    assert quality["gaps"] == [("3:20", "0.45")]
    assert quality["faults"] == [("packets or samples that never arrived", 3)]


def test_a_recording_without_flaws_is_good() -> None:
    quality = quality_of(training(gaps=(), faults={}))
    assert quality["verdict"].startswith("Good: nothing is missing")
    assert dict(quality["facts"])["Without samples"] == "nothing"


def test_a_recording_with_small_flaws_is_good_with_a_word_about_it() -> None:
    assert quality_of(training())["verdict"].startswith("Good, with small disturbances")


def test_much_missing_is_said_first() -> None:
    quality = quality_of(training(gaps=(Gap(100.0, 105.0),)))
    assert quality["verdict"].startswith("Part of the data is missing")
    assert quality["is_flawed"]
    assert not quality_of(training())["is_flawed"]


def test_nothing_is_not_called_good() -> None:
    empty = Workout(SessionInfo("csv"), SourceFacts("x.csv", "csv", None, None, 0), (), (), {})
    quality = quality_of(empty)
    assert quality["verdict"] == "There are no samples to judge."
    assert dict(quality["facts"])["Measured rate"] == "–"


def test_confidence_has_its_reason_where_there_is_one() -> None:
    record = replace(
        training_set(1),
        reps=(
            fading_rep(1, confidence=0.99, confidence_reason=None),
            fading_rep(2, confidence=0.41, confidence_reason="coherence"),
            fading_rep(3, confidence=0.2, confidence_reason="a criterion of tomorrow"),
            fading_rep(4, confidence=None, confidence_reason=None),
        ),
    )
    ((_, rows),) = quality_of(training(sets=(record,)))["sets"]
    assert [(confidence, reason) for _, confidence, reason, _ in rows] == [
        ("0.99", ""),
        ("0.41", "did not rise as it turned"),
        ("0.20", "a criterion of tomorrow"),
        ("–", ""),
    ]


def test_a_rep_that_was_cut_off_is_said_to_be() -> None:
    record = replace(
        training_set(1),
        reps=(fading_rep(1, flags=(Flag.GAP,)), replace(fading_rep(2), complete=False)),
    )
    ((_, rows),) = quality_of(training(sets=(record,)))["sets"]
    assert [flags for *_, flags in rows] == ["samples missing", "cut off before its end"]
