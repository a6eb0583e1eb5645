from __future__ import annotations

from dataclasses import replace

import pytest

from tests.export.report.trainings import rep, training, training_set
from tracker.domain import EXERCISES, HIP_THRUST, PainEntered, PainMoment, SetEntries
from tracker.export.report.measures import (
    RANGE,
    RISE,
    exercise_of,
    is_like_load,
    is_synthetic,
    main_load_kg,
    pain_at,
    size_of,
    velocity_at_mps,
    volume_kg,
)


def test_the_size_of_a_rep_is_range_or_rise() -> None:
    assert size_of(HIP_THRUST) is RANGE
    assert size_of(None) is RANGE
    assert size_of(EXERCISES["squat"]) is RISE
    assert RISE.of(rep(1, rise_m=0.4)) == pytest.approx(40.0)
    assert RISE.of(rep(1, rise_m=None)) is None
    assert RANGE.of(rep(1, rom_deg=44.0)) == 44.0


def test_an_exercise_of_a_later_version_is_none_that_is_known() -> None:
    assert exercise_of(training()) is HIP_THRUST
    assert exercise_of(training(exercise="nordic_curl")) is None


def test_a_synthetic_session_is_one_that_nobody_trained() -> None:
    assert is_synthetic(training(origin="synthetic"))
    assert not is_synthetic(training(origin="imported"))


def test_volume_is_of_the_reps_and_loads_that_the_wearer_says() -> None:
    first = training_set(1, load_kg=60.0)
    second = training_set(2, load_kg=60.0, entries=SetEntries(load_kg=70.0, reps_by=-2))
    unknown = training_set(3, load_kg=None)
    assert volume_kg([first, second, unknown]) == 12 * 60.0 + 10 * 70.0
    assert volume_kg([unknown]) is None
    assert volume_kg([]) is None
    assert volume_kg([training_set(1, load_kg=0.0)]) == 0.0


def test_the_main_load_is_that_of_most_reps() -> None:
    warm_up = training_set(1, reps=10, load_kg=20.0)
    work = training_set(2, reps=8, load_kg=60.0)
    assert main_load_kg([warm_up, work, work]) == 60.0
    assert main_load_kg([warm_up, replace(work, counted=10)]) == 60.0
    assert main_load_kg([training_set(1, load_kg=None)]) is None


@pytest.mark.parametrize(
    ("load_kg", "reference_kg", "alike"),
    [
        (62.5, 60.0, True),
        (63.0, 60.0, True),
        (63.1, 60.0, False),
        (22.5, 20.0, True),
        (22.6, 20.0, False),
        (0.0, 0.0, True),
        (None, 60.0, False),
        (60.0, None, False),
    ],
)
def test_loads_are_alike_within_the_smallest_plates_or_a_twentieth(
    load_kg: float | None, reference_kg: float | None, alike: bool
) -> None:
    assert is_like_load(load_kg, reference_kg) is alike


def test_velocity_is_compared_at_a_like_load_only() -> None:
    light = training_set(1, reps=3, load_kg=20.0)
    heavy = training_set(2, reps=3, load_kg=60.0)
    slow = replace(heavy, reps=tuple(replace(each, mean_velocity_mps=0.3) for each in heavy.reps))
    assert velocity_at_mps([light, slow], 60.0) == 0.3
    assert velocity_at_mps([light, slow], 100.0) is None
    assert velocity_at_mps([light], None) is None


def test_pain_is_the_first_before_the_worst_between_and_the_last_after() -> None:
    said = [
        (4, PainMoment.BEFORE),
        (3, PainMoment.BEFORE),
        (2, PainMoment.BETWEEN),
        (5, PainMoment.BETWEEN),
        (1, PainMoment.BETWEEN),
        (6, PainMoment.AFTER),
        (2, PainMoment.AFTER),
    ]
    workout = training(pain=tuple(PainEntered(score, moment) for score, moment in said))
    assert [pain_at(workout, moment) for moment in PainMoment] == [4, 5, 2]
    assert pain_at(training(pain=()), PainMoment.BEFORE) is None
