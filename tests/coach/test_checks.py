from __future__ import annotations

from dataclasses import replace

import pytest

from tests.coach.sets import context, rep, verdicts
from tracker.coach.checks import (
    Measure,
    check_bottom,
    check_lowering,
    check_steadiness,
    check_tempo,
    check_top,
    hold_goal_s,
    knows,
    seconds,
)
from tracker.coach.rules import Observation
from tracker.domain import CueKind, Flag, Phase, Plan, Rep, exercise_named, parse_tempo


def test_a_clean_rep_can_be_judged_by_everything() -> None:
    assert all(knows(rep(), measure) for measure in Measure)


@pytest.mark.parametrize(
    ("flag", "known"),
    [
        (Flag.GAP, set()),
        (Flag.SATURATED, {Measure.TIMES}),
        (Flag.AXIS_UNCERTAIN, {Measure.TIMES, Measure.TILT, Measure.VELOCITY}),
        (Flag.LOW_CONFIDENCE_VELOCITY, {Measure.TIMES, Measure.ANGLES, Measure.TILT}),
        (Flag.TILTED, set(Measure)),
    ],
)
def test_what_a_flag_leaves_to_be_known(flag: Flag, known: set[Measure]) -> None:
    assert {measure for measure in Measure if knows(rep(1, flag), measure)} == known


@pytest.mark.parametrize("velocity_mps", [None, 0.0, -0.2])
def test_a_velocity_that_is_none_is_not_known(velocity_mps: float | None) -> None:
    assert not knows(rep(velocity_mps=velocity_mps), Measure.VELOCITY)


def test_seconds_are_said_as_people_say_them() -> None:
    assert [seconds(each) for each in (0.0, 1.0, 2.0, 2.5)] == [
        "",
        "1 second",
        "2 seconds",
        "2.5 seconds",
    ]


SQUAT = exercise_named("squat")


def found(kind: CueKind, observations: object) -> Observation:
    assert isinstance(observations, list)
    (observation,) = (each for each in observations if each.kind is kind)
    assert isinstance(observation, Observation)
    return observation


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        (Flag.SHORT_OF_LOCKOUT, CueKind.REACH_LOCKOUT),
        (Flag.PAST_LOCKOUT, CueKind.PAST_LEVEL),
        (Flag.FAR_PAST_LOCKOUT, CueKind.PAST_LEVEL),
        (Flag.SAGGED, CueKind.HIPS_SINK),
    ],
)
def test_each_remark_is_one_thing_that_is_wrong(flag: Flag, kind: CueKind) -> None:
    said = verdicts(check_top(rep(1, flag), context()))
    assert [each for each, wrong in said.items() if wrong] == [kind]


def test_only_far_past_lockout_is_strong() -> None:
    near, far = (
        found(CueKind.PAST_LEVEL, list(check_top(rep(1, flag), context())))
        for flag in (Flag.PAST_LOCKOUT, Flag.FAR_PAST_LOCKOUT)
    )
    assert (near.strong, far.strong) == (False, True)


def test_what_is_missing_to_the_lockout_is_said_in_degrees_of_the_own_range() -> None:
    earlier = [rep(number, rom_deg=size) for number, size in enumerate((46.0, 45.0, 44.0), 1)]
    short = rep(4, Flag.SHORT_OF_LOCKOUT, rom_deg=36.0)
    observation = found(CueKind.REACH_LOCKOUT, list(check_top(short, context(*earlier))))
    assert observation.amount == "9 degrees"


@pytest.mark.parametrize("rom_deg", [None, 45.0])
def test_degrees_that_are_not_known_are_not_said(rom_deg: float | None) -> None:
    short = rep(4, Flag.SHORT_OF_LOCKOUT, rom_deg=rom_deg)
    observation = found(CueKind.REACH_LOCKOUT, list(check_top(short, context(rep()))))
    assert (observation.wrong, observation.amount) == (True, "")


@pytest.mark.parametrize("flag", [Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN])
def test_angles_that_cannot_be_known_are_not_spoken_of(flag: Flag) -> None:
    flags = (flag, Flag.SHORT_OF_LOCKOUT, Flag.PAST_LOCKOUT, Flag.SAGGED)
    assert not set(verdicts(check_top(rep(1, *flags), context()))) - {CueKind.HOLD_LONGER}


@pytest.mark.parametrize(
    ("plan", "goal_s"),
    [
        (Plan(), 1.0),
        (Plan(lockout_goal_s=3.0), 3.0),
        (Plan(tempo=parse_tempo("3-0-1-2")), 2.0),
        (Plan(tempo=parse_tempo("3-0-1-2"), lockout_goal_s=5.0), 5.0),
        (Plan(lockout_goal_s=0.0), 0.0),
    ],
)
def test_a_hold_has_the_planned_length_else_a_one_count(plan: Plan, goal_s: float) -> None:
    assert hold_goal_s(exercise_named("glute_bridge"), plan) == goal_s


def test_a_standing_pause_between_squats_has_no_goal_of_its_own() -> None:
    assert hold_goal_s(SQUAT, Plan()) is None
    assert CueKind.HOLD_LONGER not in verdicts(check_top(rep(), context(exercise=SQUAT)))


@pytest.mark.parametrize(
    ("goal_s", "hold_s", "brief"),
    [(1.0, 0.74, True), (1.0, 0.76, False), (5.0, 3.9, True), (5.0, 4.1, False)],
)
def test_a_hold_may_be_a_quarter_second_or_a_fifth_short(
    goal_s: float, hold_s: float, brief: bool
) -> None:
    plan = Plan(lockout_goal_s=goal_s)
    said = verdicts(check_top(rep(hold_s=hold_s), context(plan=plan)))
    assert said[CueKind.HOLD_LONGER] is brief


def test_a_hold_that_is_planned_as_none_is_never_too_short() -> None:
    said = verdicts(check_top(rep(hold_s=0.0), context(plan=Plan(lockout_goal_s=0.0))))
    assert CueKind.HOLD_LONGER not in said


@pytest.mark.parametrize(("hold_s", "brief"), [(0.5, True), (1.5, None)])
def test_without_a_gyroscope_only_a_hold_that_is_too_short_is_certain(
    hold_s: float, brief: bool | None
) -> None:
    said = verdicts(check_top(rep(hold_s=hold_s, gyroscope=False), context()))
    assert said.get(CueKind.HOLD_LONGER) is brief


def tempo(code: str) -> Plan:
    return Plan(tempo=parse_tempo(code))


@pytest.mark.parametrize(
    ("plan", "down_s", "fast"),
    [
        (Plan(), 0.9, True),
        (Plan(), 1.1, False),
        (tempo("3-0-1-2"), 2.3, True),
        (tempo("3-0-1-2"), 2.5, False),
        (tempo("1-0-1-1"), 0.8, False),
        (tempo("X-0-1-1"), 0.4, False),
    ],
)
def test_how_slow_the_way_down_is_to_be(plan: Plan, down_s: float, fast: bool) -> None:
    said = verdicts(check_lowering(rep(down_s=down_s), context(plan=plan)))
    assert said[CueKind.LOWER_SLOWER] is fast
    # Whoever still lowers too fast has not stopped dropping.
    assert said.get(CueKind.DROPPED) is (None if fast else False)


def test_dropped_hips_are_not_told_to_be_lowered_more_slowly_as_well() -> None:
    dropped = rep(1, Flag.DROPPED_ECCENTRIC, down_s=0.5)
    assert verdicts(check_lowering(dropped, context())) == {CueKind.DROPPED: True}


def test_a_way_down_that_is_as_short_as_planned_is_no_drop() -> None:
    dropped = rep(1, Flag.DROPPED_ECCENTRIC, down_s=0.5)
    said = verdicts(check_lowering(dropped, context(plan=tempo("X-0-1-1"))))
    assert not any(said.values())


def test_at_the_sensors_limit_the_peak_is_not_known_but_the_time_is() -> None:
    dropped = rep(1, Flag.DROPPED_ECCENTRIC, Flag.SATURATED, down_s=0.5)
    assert verdicts(check_lowering(dropped, context())) == {CueKind.LOWER_SLOWER: True}


def test_squats_without_a_tempo_go_down_as_fast_as_they_like() -> None:
    squat = context(exercise=exercise_named("squat"))
    assert not any(verdicts(check_lowering(rep(down_s=0.6), squat)).values())


@pytest.mark.parametrize("unknown", [rep(complete=False), rep(1, Flag.GAP, down_s=0.3)])
def test_a_way_down_that_was_not_seen_is_not_spoken_of(unknown: Rep) -> None:
    assert not list(check_lowering(unknown, context()))


@pytest.mark.parametrize(
    ("flags", "wrong"),
    [((), False), ((Flag.RESTED_AT_BOTTOM,), True), ((Flag.TOUCHED_FLOOR,), True)],
)
def test_touching_the_floor_is_wrong_where_tension_is_to_be_kept(
    flags: tuple[Flag, ...], wrong: bool
) -> None:
    kept = context(plan=Plan(keep_tension=True))
    assert verdicts(check_bottom(rep(1, *flags), kept)) == {CueKind.KEEP_TENSION: wrong}
    assert not list(check_bottom(rep(1, *flags), context()))


def test_the_bottom_is_not_spoken_of_before_it_is_known() -> None:
    kept = context(plan=Plan(keep_tension=True))
    assert not list(check_bottom(rep(bottom_s=None), kept))
    assert not list(check_bottom(rep(1, Flag.GAP, Flag.RESTED_AT_BOTTOM), kept))


@pytest.mark.parametrize(("down_s", "fast"), [(0.5, None), (1.5, False)])
def test_without_a_gyroscope_only_a_way_down_that_is_slow_enough_is_certain(
    down_s: float, fast: bool | None
) -> None:
    said = verdicts(check_lowering(rep(down_s=down_s, gyroscope=False), context()))
    assert said.get(CueKind.LOWER_SLOWER) is fast


def of_ranges(*ranges_deg: float | None) -> dict[object, bool]:
    reps = [rep(number, rom_deg=each) for number, each in enumerate(ranges_deg, 1)]
    return verdicts(check_steadiness(reps[-1], context(*reps[:-1])))


def test_tilted_hips_are_wrong() -> None:
    assert verdicts(check_steadiness(rep(1, Flag.TILTED), context())) == {CueKind.LEVEL_HIPS: True}
    assert verdicts(check_steadiness(rep(), context())) == {CueKind.LEVEL_HIPS: False}


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
    assert CueKind.RANGE_SHRINKS not in verdicts(check_steadiness(short, context(*first)))


@pytest.mark.parametrize(
    ("each", "exercise"),
    [
        (rep(1, Flag.TILTED, Flag.GAP), "hip_thrust"),
        (rep(1, Flag.TILTED, Flag.SATURATED), "hip_thrust"),
        (rep(1, Flag.TILTED), "squat"),
    ],
)
def test_what_cannot_be_known_is_not_spoken_of(each: Rep, exercise: str) -> None:
    assert not list(check_steadiness(each, context(exercise=exercise_named(exercise))))


PLAN = Plan(tempo=parse_tempo("3-1-2-2"))


def good(
    *, up_s: float = 2.0, hold_s: float = 2.0, down_s: float = 3.0, bottom_s: float = 1.0
) -> Rep:
    """Return a rep on that tempo, but for what is said otherwise."""
    return rep(up_s=up_s, hold_s=hold_s, down_s=down_s, bottom_s=bottom_s)


def wrong(each: Rep, plan: Plan = PLAN, *earlier: Rep) -> list[object]:
    said = verdicts(check_tempo(each, context(*earlier, plan=plan)))
    return [topic for topic, is_wrong in said.items() if is_wrong]


def test_a_rep_on_tempo_is_fine_in_every_phase() -> None:
    said = verdicts(check_tempo(good(), context(plan=PLAN)))
    assert len(said) == 6
    assert not any(said.values())


@pytest.mark.parametrize(
    ("changed", "topic"),
    [
        ({"up_s": 1.5}, (CueKind.TOO_FAST, Phase.CONCENTRIC)),
        ({"up_s": 2.5}, (CueKind.TOO_SLOW, Phase.CONCENTRIC)),
        ({"hold_s": 2.5}, (CueKind.TOO_SLOW, Phase.LOCKOUT)),
        ({"down_s": 3.7}, (CueKind.TOO_SLOW, Phase.ECCENTRIC)),
        ({"bottom_s": 0.7}, (CueKind.TOO_FAST, Phase.BOTTOM)),
        ({"bottom_s": 1.3}, (CueKind.TOO_SLOW, Phase.BOTTOM)),
    ],
)
def test_each_phase_that_is_off_is_told(changed: dict[str, float], topic: object) -> None:
    assert wrong(good(**changed)) == [topic]


@pytest.mark.parametrize("changed", [{"hold_s": 0.5}, {"down_s": 1.0}])
def test_short_holds_and_fast_lowering_have_cues_of_their_own(changed: dict[str, float]) -> None:
    assert wrong(good(**changed)) == []


def test_a_goal_for_the_hold_may_be_exceeded() -> None:
    plan = Plan(tempo=parse_tempo("3-1-2-2"), lockout_goal_s=2.0)
    assert wrong(good(hold_s=5.0), plan) == []


def test_as_fast_as_possible_is_held_against_the_sets_fastest() -> None:
    plan = Plan(tempo=parse_tempo("30X2"))
    first = good(up_s=0.8, bottom_s=0.2)
    assert wrong(good(up_s=0.3, bottom_s=0.2), plan, first) == []
    slow = (CueKind.TOO_SLOW, Phase.CONCENTRIC)
    assert wrong(good(up_s=1.1, bottom_s=0.2), plan, first) == [slow]
    cut = replace(good(up_s=0.2, bottom_s=0.2), flags=(Flag.GAP,))
    assert wrong(good(up_s=1.1, bottom_s=0.2), plan, cut) == []


def test_without_a_tempo_or_with_a_gap_nothing_is_told() -> None:
    assert wrong(rep(up_s=9.0), Plan()) == []
    assert wrong(rep(1, Flag.GAP, up_s=9.0)) == []


def test_without_a_gyroscope_no_time_is_close_enough_to_be_compared() -> None:
    assert wrong(replace(good(up_s=1.0), gyroscope=False)) == []
