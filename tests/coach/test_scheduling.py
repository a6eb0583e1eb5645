from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coach.sets import QUIET, kinds, rep
from tracker.coach.cues import CueScheduler, SetWatch
from tracker.coach.rules import RULES, SPACING_S, Observation
from tracker.domain import HIP_THRUST, Cue, CueKind, Flag, Plan, Rep

HOLD = CueKind.HOLD_LONGER


REACH = CueKind.REACH_LOCKOUT


PAST = CueKind.PAST_LEVEL


SPOKEN = (HOLD, REACH, PAST, CueKind.LEVEL_HIPS, CueKind.DROPPED)


REP_S = 5.0


def wrong(*kinds: CueKind) -> list[Observation]:
    return [Observation(kind, wrong=True, amount="2 seconds") for kind in kinds]


def fine(*kinds: CueKind) -> list[Observation]:
    return [Observation(kind, wrong=False) for kind in kinds]


def strong(kind: CueKind) -> list[Observation]:
    return [Observation(kind, wrong=True, strong=True)]


def heard(*reps: list[Observation], every_s: float = REP_S) -> list[CueKind | None]:
    """Return what is said after each rep."""
    scheduler = CueScheduler(1)
    cues = [
        scheduler.choose(number, observations, number * every_s, only_strong=False)
        for number, observations in enumerate(reps, 1)
    ]
    return [None if cue is None else cue.kind for cue in cues]


def test_of_several_things_the_most_important_is_said() -> None:
    assert heard(wrong(HOLD, PAST, REACH)) == [PAST]


def test_it_is_said_again_after_a_while_if_it_is_still_wrong() -> None:
    again = RULES[HOLD, None].again_reps + 1
    said = heard(*[wrong(HOLD)] * (2 * again + 1))
    assert [number for number, kind in enumerate(said) if kind] == [0, again, 2 * again]


def test_reps_that_are_quickly_done_do_not_make_it_said_sooner() -> None:
    rule = RULES[HOLD, None]
    said = heard(*[wrong(HOLD)] * 12, every_s=1.5)
    first, second, *_ = [number for number, kind in enumerate(said) if kind]
    assert (second - first) * 1.5 >= rule.again_s


def test_it_is_not_said_for_ever() -> None:
    assert heard(*[wrong(HOLD)] * 60).count(HOLD) == RULES[HOLD, None].most


def test_while_one_thing_was_just_asked_for_nothing_less_important_is() -> None:
    assert heard(wrong(REACH), wrong(REACH, HOLD)) == [REACH, None]


def test_something_more_important_does_not_wait() -> None:
    assert heard(wrong(HOLD), wrong(HOLD, REACH)) == [HOLD, REACH]


def test_what_was_done_makes_room_for_the_next_thing() -> None:
    assert heard(wrong(REACH), [*fine(REACH), *wrong(HOLD)]) == [REACH, HOLD]


def test_it_is_praised_once_when_it_is_done() -> None:
    said = heard(wrong(HOLD), fine(HOLD), fine(HOLD))
    assert said == [HOLD, CueKind.PRAISE, None]


def test_praise_waits_for_a_rep_of_which_there_is_nothing_else_to_say() -> None:
    said = heard(wrong(HOLD), [*fine(HOLD), *wrong(REACH)], fine(HOLD, REACH), fine(HOLD, REACH))
    assert said == [HOLD, REACH, CueKind.PRAISE, None]


def test_there_is_no_praise_for_what_is_wrong_again() -> None:
    said = heard(wrong(HOLD), [*fine(HOLD), *wrong(REACH)], [*wrong(HOLD), *wrong(REACH)], [])
    assert CueKind.PRAISE not in said


def test_what_is_not_known_is_not_praised() -> None:
    assert heard(wrong(HOLD), [], []) == [HOLD, None, None]


def test_nobody_is_praised_without_having_been_asked() -> None:
    assert heard(fine(HOLD, REACH), fine(HOLD, REACH)) == [None, None]


def test_what_became_worse_is_said_at_once() -> None:
    assert heard(wrong(PAST), strong(PAST), strong(PAST)) == [PAST, PAST, None]


def test_a_rep_is_corrected_once_whatever_becomes_known_later() -> None:
    scheduler = CueScheduler(1)
    assert scheduler.choose(1, wrong(HOLD), 5.0, only_strong=False)
    assert scheduler.choose(1, wrong(PAST), 9.0, only_strong=False) is None


def test_two_cues_do_not_cut_each_other_off() -> None:
    scheduler = CueScheduler(1)
    assert scheduler.choose(1, wrong(HOLD), 5.0, only_strong=False)
    assert scheduler.choose(2, wrong(REACH), 5.0 + 0.9 * SPACING_S, only_strong=False) is None
    assert scheduler.choose(3, wrong(REACH), 5.0 + 1.1 * SPACING_S, only_strong=False)


def test_what_cannot_wait_does_not() -> None:
    scheduler = CueScheduler(1)
    assert scheduler.choose(1, wrong(HOLD), 5.0, only_strong=False)
    assert scheduler.choose(2, strong(PAST), 5.5, only_strong=False)


def test_at_the_end_only_what_cannot_wait_is_said() -> None:
    scheduler = CueScheduler(1)
    assert scheduler.choose(1, wrong(HOLD, PAST), 5.0, only_strong=True) is None
    assert scheduler.choose(2, strong(PAST), 10.0, only_strong=True)


def test_what_a_withdrawn_rep_showed_is_not_asked_for_any_more() -> None:
    scheduler = CueScheduler(1)
    assert scheduler.choose(1, wrong(HOLD), 5.0, only_strong=False)
    scheduler.withdraw(1)
    assert scheduler.choose(1, fine(HOLD), 10.0, only_strong=False) is None


def test_a_withdrawn_rep_is_not_praised() -> None:
    scheduler = CueScheduler(1)
    assert scheduler.choose(1, wrong(HOLD), 5.0, only_strong=False)
    scheduler.note_spoken(9.9)
    assert scheduler.choose(2, fine(HOLD), 10.0, only_strong=False) is None
    scheduler.withdraw(2)
    assert scheduler.choose(2, [], 15.0, only_strong=False) is None
    praise = scheduler.choose(3, fine(HOLD), 20.0, only_strong=False)
    assert praise is not None
    assert (praise.kind, praise.rep_index) == (CueKind.PRAISE, 3)


def test_a_cue_says_what_it_is_about() -> None:
    cue = CueScheduler(2).choose(4, wrong(HOLD), 5.0, only_strong=False)
    assert cue == Cue(5.0, "Hold the top for 2 seconds.", HOLD, 2, strong=False, rep_index=4)


observations = st.lists(
    st.builds(
        Observation, st.sampled_from(SPOKEN), st.booleans(), st.just(""), st.none(), st.booleans()
    ),
    max_size=5,
    unique_by=lambda each: each.kind,
)


@given(reps=st.lists(observations, max_size=40), every_s=st.floats(0.5, 10.0))
def test_whatever_reps_show_the_coach_keeps_its_manners(
    reps: list[list[Observation]], every_s: float
) -> None:
    scheduler = CueScheduler(1)
    last: dict[CueKind, tuple[int, float]] = {}
    praised: list[str] = []
    corrected_s = -math.inf
    for number, shown in enumerate(reps, 1):
        now_s = number * every_s
        cue = scheduler.choose(number, shown, now_s, only_strong=False)
        if cue is None:
            continue
        if cue.kind is CueKind.PRAISE:
            praised.append(cue.text)
            continue
        assert cue.kind in {each.kind for each in shown if each.wrong}
        rule = RULES[cue.kind, None]
        if not cue.strong:
            assert now_s - corrected_s >= SPACING_S
            if cue.kind in last:
                rep_index, at_s = last[cue.kind]
                assert number - rep_index > rule.again_reps
                assert now_s - at_s >= rule.again_s
        last[cue.kind] = number, now_s
        corrected_s = now_s
    asked = {RULES[kind, None].praise for kind in last}
    assert set(praised) <= asked
    # Two kinds share their words of praise.
    assert len(praised) <= len(last)


BRIEF_S = 0.3


REMINDED = Plan(breathing=True)


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
    for number, velocity_mps in enumerate((0.5, 0.5, 0.4, 0.3), 1):
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
    assert not list(one.revise(replace(brief, confidence=0.8), 30.0))
    assert not list(one.revise(replace(brief, flags=(Flag.TILTED,)), 60.0))


def test_a_rep_that_is_not_there_is_not_revised() -> None:
    assert not list(watch().revise(rep(1, hold_s=BRIEF_S), 9.0))


@pytest.mark.parametrize("cut", [rep(1, Flag.GAP, hold_s=BRIEF_S), rep(1, complete=False)])
def test_a_rep_that_was_not_seen_to_its_end_is_not_spoken_of(cut: Rep) -> None:
    one = watch()
    list(one.count(1, 5.0, 0))
    assert not list(one.complete(cut, 9.0))


def test_breathing_is_spoken_of_twice_when_nothing_else_was_just_said() -> None:
    one = watch(REMINDED)
    said: list[Cue] = []
    for number in range(1, 8):
        said += one.start_concentric(5.0 * number)
        list(one.count(number, 5.0 * number + 1.0, 0))
        said += one.complete(rep(number), 5.0 * number + 4.0)
    assert kinds(said) == [(CueKind.BREATHE_OUT, 2), (CueKind.BREATHE_OUT, 3)]
    assert [cue.at_s for cue in said] == [10.0, 15.0]


def test_after_the_first_set_one_reminder_to_breathe_is_enough() -> None:
    third = SetWatch(3, REMINDED, HIP_THRUST)
    said: list[Cue] = []
    for number in range(1, 8):
        said += third.start_concentric(5.0 * number)
        list(third.count(number, 5.0 * number + 1.0, 0))
        said += third.complete(rep(number), 5.0 * number + 4.0)
    assert kinds(said) == [(CueKind.BREATHE_OUT, 2)]


def test_breathing_does_not_talk_into_another_cue() -> None:
    one = watch(REMINDED)
    list(one.count(1, 5.0, 0))
    assert list(one.complete(rep(1, hold_s=BRIEF_S), 9.0))
    assert not list(one.start_concentric(9.5))
    assert list(one.start_concentric(11.5))


def test_a_way_up_that_begins_twice_is_one() -> None:
    one = watch(REMINDED)
    list(one.count(1, 5.0, 0))
    list(one.complete(rep(1), 9.0))
    assert len([*one.start_concentric(9.5), *one.start_concentric(13.0)]) == 1


def test_nobody_has_to_be_reminded() -> None:
    one = watch(QUIET)
    list(one.count(1, 5.0, 0))
    list(one.complete(rep(1), 9.0))
    assert not list(one.start_concentric(9.5))


def test_a_rep_before_its_end_has_no_next_way_up() -> None:
    one = watch(REMINDED)
    list(one.count(1, 5.0, 0))
    assert not list(one.start_concentric(6.0))
