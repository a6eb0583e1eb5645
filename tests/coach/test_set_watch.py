from __future__ import annotations

from dataclasses import replace

import pytest

from tests.coach.sets import QUIET, kinds, rep
from tracker.coach.cues import SetWatch
from tracker.domain import HIP_THRUST, Cue, CueKind, Flag, Plan, Rep

BRIEF_S = 0.3


def watch(plan: Plan = QUIET) -> SetWatch:
    return SetWatch(1, plan, HIP_THRUST)


def test_a_rep_that_is_counted_may_reach_the_target() -> None:
    one = watch(Plan(target_reps=2))
    assert not list(one.count(1, 5.0, 0))
    (cue,) = one.count(2, 10.0, 0)
    assert (cue.kind, cue.text) == (
        CueKind.TARGET_REACHED,
        "2 reps: target reached. Lower slowly.",
    )
    assert (cue.at_s, cue.rep_index, cue.strong) == (10.0, 2, False)
    assert not list(one.count(3, 15.0, 0))


def test_reps_that_the_wearer_adds_count_towards_the_target() -> None:
    one = watch(Plan(target_reps=3))
    assert not list(one.count(1, 5.0, 0))
    assert not list(one.adjust(6.0, 1))
    (cue,) = one.count(2, 10.0, 1)
    assert cue.text.startswith("3 reps")


def test_a_target_that_was_not_reached_after_all_can_be_reached_again() -> None:
    one = watch(Plan(target_reps=2))
    list(one.count(1, 5.0, 0))
    assert list(one.count(2, 10.0, 0))
    one.withdraw(2, 0)
    assert kinds(one.count(2, 15.0, 0)) == [(CueKind.TARGET_REACHED, 2)]


def test_the_target_of_a_rep_silences_what_can_wait() -> None:
    one = watch(Plan(target_reps=1, breathing=False))
    list(one.count(1, 5.0, 0))
    assert not list(one.complete(rep(1, hold_s=BRIEF_S), 9.0))
    far = watch(Plan(target_reps=1, breathing=False))
    list(far.count(1, 5.0, 0))
    cues = far.complete(rep(1, Flag.FAR_PAST_LOCKOUT, hold_s=BRIEF_S), 9.0)
    assert kinds(cues) == [(CueKind.PAST_LEVEL, 1)]


def test_a_loss_of_velocity_ends_the_set_once_and_strongly() -> None:
    one = watch(Plan(velocity_loss=0.2, breathing=False))
    said: list[Cue] = []
    for number, velocity_mps in enumerate((0.5, 0.45, 0.4, 0.3), 1):
        list(one.count(number, 5.0 * number, 0))
        said += one.complete(rep(number, velocity_mps=velocity_mps), 5.0 * number + 4.0)
    assert [(cue.kind, cue.rep_index, cue.strong) for cue in said] == [
        (CueKind.VELOCITY_LOSS, 3, True)
    ]
    assert said[0].text == "End the set: 20 % slower than your best."


def test_an_uncertain_velocity_ends_no_set() -> None:
    one = watch(Plan(velocity_loss=0.2, breathing=False))
    for number, flags in enumerate(((), (), (Flag.LOW_CONFIDENCE_VELOCITY,)), 1):
        list(one.count(number, 5.0 * number, 0))
        slow = rep(number, *flags, velocity_mps=0.1 if flags else 0.5)
        assert not list(one.complete(slow, 5.0 * number + 4.0))


def test_what_is_known_later_is_said_of_the_latest_rep_only() -> None:
    rested = rep(1, Flag.RESTED_AT_BOTTOM, bottom_s=3.0)
    plan = Plan(keep_tension=True, breathing=False)
    one = watch(plan)
    list(one.count(1, 5.0, 0))
    assert not list(one.complete(replace(rested, flags=(), bottom_s=None), 9.0))
    assert kinds(one.revise(rested, 12.0)) == [(CueKind.KEEP_TENSION, 1)]
    late = watch(plan)
    list(late.count(1, 5.0, 0))
    list(late.complete(replace(rested, flags=(), bottom_s=None), 9.0))
    list(late.count(2, 14.0, 0))
    assert not list(late.revise(rested, 14.0))


def test_a_revision_repeats_nothing() -> None:
    one = watch()
    list(one.count(1, 5.0, 0))
    brief = rep(1, hold_s=BRIEF_S, bottom_s=None)
    assert kinds(one.complete(brief, 9.0)) == [(CueKind.HOLD_LONGER, 1)]
    assert not list(one.revise(replace(brief, doubt=0.2), 30.0))
    assert not list(one.revise(replace(brief, flags=(Flag.TILTED,)), 60.0))


def test_a_rep_that_is_not_there_is_not_revised() -> None:
    assert not list(watch().revise(rep(1, hold_s=BRIEF_S), 9.0))


@pytest.mark.parametrize("cut", [rep(1, Flag.GAP, hold_s=BRIEF_S), rep(1, complete=False)])
def test_a_rep_that_was_not_seen_to_its_end_is_not_spoken_of(cut: Rep) -> None:
    one = watch()
    list(one.count(1, 5.0, 0))
    assert not list(one.complete(cut, 9.0))


def test_breathing_is_spoken_of_twice_when_nothing_else_was_just_said() -> None:
    one = watch(Plan())
    said: list[Cue] = []
    for number in range(1, 8):
        said += one.rise(5.0 * number)
        list(one.count(number, 5.0 * number + 1.0, 0))
        said += one.complete(rep(number), 5.0 * number + 4.0)
    assert kinds(said) == [(CueKind.BREATHE_OUT, 2), (CueKind.BREATHE_OUT, 3)]
    assert [cue.at_s for cue in said] == [10.0, 15.0]


def test_after_the_first_set_one_reminder_to_breathe_is_enough() -> None:
    third = SetWatch(3, Plan(), HIP_THRUST)
    said: list[Cue] = []
    for number in range(1, 8):
        said += third.rise(5.0 * number)
        list(third.count(number, 5.0 * number + 1.0, 0))
        said += third.complete(rep(number), 5.0 * number + 4.0)
    assert kinds(said) == [(CueKind.BREATHE_OUT, 2)]


def test_breathing_does_not_talk_into_another_cue() -> None:
    one = watch(Plan())
    list(one.count(1, 5.0, 0))
    assert list(one.complete(rep(1, hold_s=BRIEF_S), 9.0))
    assert not list(one.rise(9.5))
    assert list(one.rise(11.5))


def test_a_way_up_that_begins_twice_is_one() -> None:
    one = watch(Plan())
    list(one.count(1, 5.0, 0))
    list(one.complete(rep(1), 9.0))
    assert len([*one.rise(9.5), *one.rise(13.0)]) == 1


def test_nobody_has_to_be_reminded() -> None:
    one = watch(QUIET)
    list(one.count(1, 5.0, 0))
    list(one.complete(rep(1), 9.0))
    assert not list(one.rise(9.5))


def test_a_rep_before_its_end_has_no_next_way_up() -> None:
    one = watch(Plan())
    list(one.count(1, 5.0, 0))
    assert not list(one.rise(6.0))
