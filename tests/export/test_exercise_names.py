from __future__ import annotations

from pathlib import Path

import pytest
from garmin_fit_sdk import Profile

from tests.export.strava_schema import HIP_RAISE, HIP_THRUST, SQUAT
from tracker.domain import EXERCISES, UnknownNameError
from tracker.export.app_terms import NAMES, Loading, Names, loading_of, names_of

DOCUMENTED = Path(__file__).parents[2] / "docs" / "exports.md"

# Of Hevy's list of exercises, as its API and hevy2garmin 0.12 have it.
HEVY = {
    "Hip Thrust",
    "Hip Thrust (Barbell)",
    "Single Leg Hip Thrust",
    "Single Leg Hip Thrust (Dumbbell)",
    "Glute Bridge",
    "Glute Bridge (Barbell)",
    "Box Squat (Barbell)",
    "Squat (Barbell)",
    "Squat (Bodyweight)",
}
# Of Strong's; the bridges are Hevy's, which imports these files.
STRONG = {
    "Hip Thrust (Barbell)",
    "Hip Thrust (Bodyweight)",
    "Single Leg Bridge",
    "Glute Bridge",
    "Glute Bridge (Barbell)",
    "Box Squat (Barbell)",
    "Squat (Barbell)",
    "Squat (Bodyweight)",
}


def fit_words(category: int, name: int) -> tuple[str, str]:
    types = Profile["types"]
    word = types["exercise_category"][category]
    return word, types[f"{word}_exercise_name"][name]


def test_every_exercise_has_a_name_for_every_load() -> None:
    assert NAMES.keys() == EXERCISES.keys()
    assert all(row.keys() == set(Loading) for row in NAMES.values())


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_name_is_known_there(exercise: str) -> None:
    for names in NAMES[exercise].values():
        assert fit_words(*names.fit)
        assert names.strava in {*HIP_RAISE, *HIP_THRUST, *SQUAT}
        assert names.hevy in HEVY
        assert names.strong in STRONG


@pytest.mark.parametrize(
    ("exercise", "load_kg", "words"),
    [
        ("hip_thrust", None, ("hip_raise", "barbell_hip_thrust_with_bench")),
        ("hip_thrust", 80.0, ("hip_raise", "barbell_hip_thrust_with_bench")),
        ("hip_thrust", 0.0, ("hip_raise", "hip_raise")),
        ("glute_bridge", None, ("hip_raise", "hip_raise")),
        ("glute_bridge", 20.0, ("hip_raise", "weighted_hip_raise")),
        ("single_leg_hip_thrust", 0.0, ("hip_raise", "single_leg_hip_raise")),
        ("single_leg_hip_thrust", 10.0, ("hip_raise", "weighted_single_leg_hip_raise")),
        ("b_stance_hip_thrust", None, ("hip_raise", "barbell_hip_thrust_with_bench")),
        ("banded_hip_thrust", None, ("banded_exercises", "glute_bridge")),
        (
            "feet_elevated_hip_thrust",
            None,
            ("hip_raise", "single_leg_hip_raise_with_foot_on_bench"),
        ),
        ("squat", 60.0, ("squat", "weighted_squat")),
        ("sit_to_stand", None, ("squat", "squat")),
        ("sit_to_stand", 8.0, ("squat", "barbell_box_squat")),
    ],
)
def test_numbers_of_fit_mean_what_is_meant(
    exercise: str, load_kg: float | None, words: tuple[str, str]
) -> None:
    assert fit_words(*names_of(exercise, load_kg).fit) == words


def test_zero_is_bodyweight_and_nothing_is_not_said() -> None:
    assert loading_of(None) is Loading.NOT_SAID
    assert loading_of(0.0) is Loading.BODYWEIGHT
    assert loading_of(0.5) is Loading.LOADED


def test_an_unknown_exercise_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        names_of("hip_thrusts", None)


def test_every_name_is_documented() -> None:
    rows = [
        [cell.strip(" `≈") for cell in line.strip("|").split("|")]
        for line in DOCUMENTED.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `") and line.count("|") == 7
    ]
    assert rows == [
        [exercise, loading.value, "/".join(map(str, names.fit)), *other_names(names)]
        for exercise, row in NAMES.items()
        for loading, names in row.items()
    ]


def other_names(names: Names) -> list[str]:
    return [names.strava, names.hevy, names.strong]
