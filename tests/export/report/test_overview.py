from __future__ import annotations

import pytest

from tests.export.report.trainings import training, training_set
from tracker.coach import pain
from tracker.domain import HIP_THRUST, PainEntered, PainMoment, SetEntries, SetRecord, Workout
from tracker.export.report.overview import (
    RISE_THAT_COUNTS,
    SCORE_TO_ASK_ABOUT,
    load_text,
    overview_of,
    reps_text,
)

SPACE = "\N{NO-BREAK SPACE}"


def tiles(workout: Workout) -> dict[str, str]:
    return {tile.name: tile.value for tile in overview_of(workout, HIP_THRUST).tiles}


def test_the_tiles_say_what_was_done() -> None:
    assert tiles(training()) == {
        "Sets": "3",
        "Load": f"60–65{SPACE}kg",
        "Volume": f"2090{SPACE}kg",
        "Range of motion": f"42{SPACE}°",
        "Hold": f"1.7{SPACE}s",
        "Pain": "2 → 3",
        "Effort": "7.5",
        "Time": "7:59",
    }


def test_what_is_not_known_is_a_dash() -> None:
    workout = training(sets=(training_set(1, load_kg=None, entries=SetEntries()),), pain=())
    shown = tiles(workout)
    assert [shown[name] for name in ("Load", "Volume", "Pain", "Effort")] == [
        "–",
        "–",
        "– → –",
        "–",
    ]


def test_no_load_is_bodyweight_and_not_zero() -> None:
    shown = tiles(training(sets=(training_set(1, load_kg=0.0),)))
    assert (shown["Load"], shown["Volume"]) == ("bodyweight", "bodyweight")
    assert load_text(0.0) == "bodyweight"
    assert load_text(None) == "–"


def test_a_volume_of_some_sets_says_so() -> None:
    sets = (training_set(1), training_set(2, load_kg=None))
    (volume,) = (
        tile
        for tile in overview_of(training(sets=sets), HIP_THRUST).tiles
        if tile.name == "Volume"
    )
    assert (volume.value, volume.detail) == (f"720{SPACE}kg", "reps × load, of 1 of 2 sets")


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
    assert overview_of(training(sets=sets), HIP_THRUST).summary == summary


def test_corrected_reps_stand_beside_what_the_sensor_counted() -> None:
    assert reps_text(training_set(1)) == "12 of 12"
    corrected = training_set(1, reps=10, entries=SetEntries(reps_by=1))
    assert reps_text(corrected) == "11 of 12 (sensor: 10)"


@pytest.mark.parametrize(
    ("before", "between", "after", "words"),
    [
        (2, None, 4, "Pain rose from 2 before training to 4 in or after it."),
        (2, 6, 2, "Pain rose from 2 before training to 6 in or after it."),
        (
            2,
            None,
            3,
            "Pain rose from 2 before training to 3 in or after it. One point may be chance.",
        ),
        (2, None, 2, ""),
        (3, 2, 1, ""),
        (5, None, 1, "Pain was 5 of 10."),
        (None, None, 5, "Pain was 5 of 10."),
        (None, None, 4, ""),
        (2, None, None, ""),
    ],
)
def test_pain_that_rose_or_is_high_is_said(
    before: int | None, between: int | None, after: int | None, words: str
) -> None:
    scores = zip((before, between, after), PainMoment, strict=True)
    pain = tuple(PainEntered(score, moment) for score, moment in scores if score is not None)
    assert overview_of(training(pain=pain), HIP_THRUST).pain_words == words


def test_pain_is_judged_as_it_was_while_training() -> None:
    assert RISE_THAT_COUNTS == pain.RISE_THAT_STOPS
    assert SCORE_TO_ASK_ABOUT == pain.SCORE_THAT_STOPS


def test_pain_after_a_set_stands_in_its_row() -> None:
    pain = (PainEntered(4, PainMoment.BETWEEN, 2), PainEntered(3, PainMoment.BETWEEN, 2))
    rows = overview_of(training(pain=pain), HIP_THRUST).rows
    assert [row.pain for row in rows] == ["–", "3", "–"]
