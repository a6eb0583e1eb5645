from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tracker.coach.cues import CueScheduler
from tracker.coach.rules import RULES, SPACING_S, Observation
from tracker.domain import Cue, CueKind

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
    asking = CueScheduler(1)
    cues = [
        asking.hear(number, findings, number * every_s, only_strong=False)
        for number, findings in enumerate(reps, 1)
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
    asking = CueScheduler(1)
    assert asking.hear(1, wrong(HOLD), 5.0, only_strong=False)
    assert asking.hear(1, wrong(PAST), 9.0, only_strong=False) is None


def test_two_cues_do_not_cut_each_other_off() -> None:
    asking = CueScheduler(1)
    assert asking.hear(1, wrong(HOLD), 5.0, only_strong=False)
    assert asking.hear(2, wrong(REACH), 5.0 + 0.9 * SPACING_S, only_strong=False) is None
    assert asking.hear(3, wrong(REACH), 5.0 + 1.1 * SPACING_S, only_strong=False)


def test_what_cannot_wait_does_not() -> None:
    asking = CueScheduler(1)
    assert asking.hear(1, wrong(HOLD), 5.0, only_strong=False)
    assert asking.hear(2, strong(PAST), 5.5, only_strong=False)


def test_at_the_end_only_what_cannot_wait_is_said() -> None:
    asking = CueScheduler(1)
    assert asking.hear(1, wrong(HOLD, PAST), 5.0, only_strong=True) is None
    assert asking.hear(2, strong(PAST), 10.0, only_strong=True)


def test_what_a_withdrawn_rep_showed_is_not_asked_for_any_more() -> None:
    asking = CueScheduler(1)
    assert asking.hear(1, wrong(HOLD), 5.0, only_strong=False)
    asking.withdraw(1)
    assert asking.hear(1, fine(HOLD), 10.0, only_strong=False) is None


def test_a_withdrawn_rep_is_not_praised() -> None:
    asking = CueScheduler(1)
    assert asking.hear(1, wrong(HOLD), 5.0, only_strong=False)
    asking.spoke(9.9)
    assert asking.hear(2, fine(HOLD), 10.0, only_strong=False) is None
    asking.withdraw(2)
    assert asking.hear(2, [], 15.0, only_strong=False) is None
    praise = asking.hear(3, fine(HOLD), 20.0, only_strong=False)
    assert praise is not None
    assert (praise.kind, praise.rep_index) == (CueKind.PRAISE, 3)


def test_a_cue_says_what_it_is_about() -> None:
    cue = CueScheduler(2).hear(4, wrong(HOLD), 5.0, only_strong=False)
    assert cue == Cue(5.0, "Hold the top for 2 seconds.", HOLD, 2, strong=False, rep_index=4)


findings = st.lists(
    st.builds(
        Observation, st.sampled_from(SPOKEN), st.booleans(), st.just(""), st.none(), st.booleans()
    ),
    max_size=5,
    unique_by=lambda each: each.kind,
)


@given(reps=st.lists(findings, max_size=40), every_s=st.floats(0.5, 10.0))
def test_whatever_reps_show_the_coach_keeps_its_manners(
    reps: list[list[Observation]], every_s: float
) -> None:
    asking = CueScheduler(1)
    last: dict[CueKind, tuple[int, float]] = {}
    praised: list[str] = []
    corrected_s = -math.inf
    for number, shown in enumerate(reps, 1):
        now_s = number * every_s
        cue = asking.hear(number, shown, now_s, only_strong=False)
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
