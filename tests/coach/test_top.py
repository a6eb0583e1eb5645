from __future__ import annotations

import pytest

from tests.coach.sets import around, rep, verdicts
from tracker.coach.checks import hold_goal_s, top_findings
from tracker.coach.rules import Observation
from tracker.domain import CueKind, Flag, Plan, exercise_named, parse_tempo

SQUAT = exercise_named("squat")


def found(kind: CueKind, findings: object) -> Observation:
    assert isinstance(findings, list)
    (finding,) = (each for each in findings if each.kind is kind)
    assert isinstance(finding, Observation)
    return finding


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
    said = verdicts(top_findings(rep(1, flag), around()))
    assert [each for each, wrong in said.items() if wrong] == [kind]


def test_only_far_past_lockout_is_strong() -> None:
    near, far = (
        found(CueKind.PAST_LEVEL, list(top_findings(rep(1, flag), around())))
        for flag in (Flag.PAST_LOCKOUT, Flag.FAR_PAST_LOCKOUT)
    )
    assert (near.strong, far.strong) == (False, True)


def test_what_is_missing_to_the_lockout_is_said_in_degrees_of_the_own_range() -> None:
    earlier = [rep(number, rom_deg=size) for number, size in enumerate((46.0, 45.0, 44.0), 1)]
    short = rep(4, Flag.SHORT_OF_LOCKOUT, rom_deg=36.0)
    finding = found(CueKind.REACH_LOCKOUT, list(top_findings(short, around(*earlier))))
    assert finding.amount == "9 degrees"


@pytest.mark.parametrize("rom_deg", [None, 45.0])
def test_degrees_that_are_not_known_are_not_said(rom_deg: float | None) -> None:
    short = rep(4, Flag.SHORT_OF_LOCKOUT, rom_deg=rom_deg)
    finding = found(CueKind.REACH_LOCKOUT, list(top_findings(short, around(rep()))))
    assert (finding.wrong, finding.amount) == (True, "")


@pytest.mark.parametrize("flag", [Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN])
def test_angles_that_cannot_be_known_are_not_spoken_of(flag: Flag) -> None:
    flags = (flag, Flag.SHORT_OF_LOCKOUT, Flag.PAST_LOCKOUT, Flag.SAGGED)
    assert not set(verdicts(top_findings(rep(1, *flags), around()))) - {CueKind.HOLD_LONGER}


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
    assert CueKind.HOLD_LONGER not in verdicts(top_findings(rep(), around(exercise=SQUAT)))


@pytest.mark.parametrize(
    ("goal_s", "hold_s", "brief"),
    [(1.0, 0.74, True), (1.0, 0.76, False), (5.0, 3.9, True), (5.0, 4.1, False)],
)
def test_a_hold_may_be_a_quarter_second_or_a_fifth_short(
    goal_s: float, hold_s: float, brief: bool
) -> None:
    plan = Plan(lockout_goal_s=goal_s)
    said = verdicts(top_findings(rep(hold_s=hold_s), around(plan=plan)))
    assert said[CueKind.HOLD_LONGER] is brief


def test_a_hold_that_is_planned_as_none_is_never_too_short() -> None:
    said = verdicts(top_findings(rep(hold_s=0.0), around(plan=Plan(lockout_goal_s=0.0))))
    assert CueKind.HOLD_LONGER not in said


@pytest.mark.parametrize(("hold_s", "brief"), [(0.5, True), (1.5, None)])
def test_without_a_gyroscope_only_a_hold_that_is_too_short_is_certain(
    hold_s: float, brief: bool | None
) -> None:
    said = verdicts(top_findings(rep(hold_s=hold_s, gyroscope=False), around()))
    assert said.get(CueKind.HOLD_LONGER) is brief
