from __future__ import annotations

import pytest

from tests.coach.sets import around, rep, verdicts
from tracker.coach.checks import steadiness_findings
from tracker.domain import CueKind, Flag, Rep, exercise_named


def of_ranges(*ranges_deg: float | None) -> dict[object, bool]:
    reps = [rep(number, rom_deg=each) for number, each in enumerate(ranges_deg, 1)]
    return verdicts(steadiness_findings(reps[-1], around(*reps[:-1])))


def test_tilted_hips_are_wrong() -> None:
    assert verdicts(steadiness_findings(rep(1, Flag.TILTED), around())) == {
        CueKind.LEVEL_HIPS: True
    }
    assert verdicts(steadiness_findings(rep(), around())) == {CueKind.LEVEL_HIPS: False}


@pytest.mark.parametrize(
    ("ranges_deg", "shrinks"),
    [
        ((45, 45, 45, 40, 40), True),
        ((45, 45, 45, 45, 40), None),
        ((45, 45, 45, 40, 45), False),
        ((45, 45, 45, 42, 42), None),
        ((45, 45, 40, 40), None),
        ((45, 30, 45, 45, 44), False),
    ],
    ids=["two in a row", "one", "back again", "a little", "too few", "one of the first small"],
)
def test_the_range_shrinks_when_two_reps_in_a_row_are_a_tenth_smaller(
    ranges_deg: tuple[float, ...], shrinks: bool | None
) -> None:
    assert of_ranges(*ranges_deg).get(CueKind.RANGE_SHRINKS) is shrinks


def test_a_range_that_is_not_known_is_no_small_one() -> None:
    assert CueKind.RANGE_SHRINKS not in of_ranges(45, 45, 45, 40, None)


def test_what_is_short_of_lockout_has_a_cue_of_its_own() -> None:
    first = [rep(number) for number in range(1, 5)]
    short = rep(5, Flag.SHORT_OF_LOCKOUT, rom_deg=30.0)
    assert CueKind.RANGE_SHRINKS not in verdicts(steadiness_findings(short, around(*first)))


@pytest.mark.parametrize(
    ("each", "exercise"),
    [
        (rep(1, Flag.TILTED, Flag.GAP), "hip_thrust"),
        (rep(1, Flag.TILTED, Flag.SATURATED), "hip_thrust"),
        (rep(1, Flag.TILTED), "squat"),
    ],
)
def test_what_cannot_be_known_is_not_spoken_of(each: Rep, exercise: str) -> None:
    assert not list(steadiness_findings(each, around(exercise=exercise_named(exercise))))
