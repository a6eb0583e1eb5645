from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.domain import Phase, Plan, parse_tempo
from tracker.tui.widgets.live import Paced, bar, pace_lines, paced_of

PLAN = Plan(target_reps=8, tempo=parse_tempo("3-0-1-2"))
SET = replace(set_of(rep_at(1.0, 1)), plan=PLAN)


def in_phase(phase: Phase, elapsed_s: float, plan: Plan = PLAN) -> Paced:
    return paced_of(
        snapshot(
            sets=(replace(SET, plan=plan),),
            phase=phase,
            phase_started_s=20.0,
            position_s=20.0 + elapsed_s,
        )
    )


def test_a_phase_runs_against_its_plan() -> None:
    assert in_phase(Phase.ECCENTRIC, 1.5) == Paced("down 1.5 of 3.0 s", 0.5)


def test_a_hold_that_is_long_enough_has_a_tick() -> None:
    assert in_phase(Phase.LOCKOUT, 1.0) == Paced("hold 1.0 of 2.0 s", 0.5, holding=True)
    done = in_phase(Phase.LOCKOUT, 2.5)
    assert done.words == "hold 2.5 of 2.0 s   ✓ hold done"
    assert done.done


def test_a_goal_of_its_own_stands_above_the_hold_of_the_tempo() -> None:
    assert in_phase(Phase.LOCKOUT, 2.5, replace(PLAN, lockout_goal_s=5.0)).share == 0.5


@pytest.mark.parametrize(
    ("phase", "plan", "words"),
    [
        (Phase.CONCENTRIC, Plan(), "up 0.5"),
        (Phase.CONCENTRIC, Plan(tempo=parse_tempo("30X2")), "up 0.5"),
        (Phase.BOTTOM, PLAN, "floor 0.5 · touch and go"),
    ],
    ids=["no plan", "as fast as possible", "no pause"],
)
def test_what_has_no_goal_has_no_bar(phase: Phase, plan: Plan, words: str) -> None:
    assert in_phase(phase, 0.5, plan) == Paced(words, None)


def test_between_sets_it_is_the_rest() -> None:
    ended = replace(SET, ended=True)
    resting = snapshot(sets=(ended,), plan=PLAN, position_s=ended.end_s + 45.0)
    assert paced_of(resting) == Paced("rest 0:45 of 1:30", 0.5)
    over = snapshot(sets=(ended,), plan=PLAN, position_s=ended.end_s + 100.0)
    assert paced_of(over) == Paced("rest 1:40 of 1:30   ✓ rest is over", 1.0)


def test_before_the_first_set_nothing_is_timed() -> None:
    assert paced_of(snapshot(position_s=5.0)) == Paced("", None)


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        (0.0, "░░░░"),
        (0.5, "██░░"),
        (1.0, "████"),
        (1.0 / 32, "▏░░░"),
        (9.0, "████"),
        (-1.0, "░░░░"),
    ],
)
def test_a_bar_is_filled_to_an_eighth(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@given(share=st.floats(0.0, 1.0), more=st.floats(0.0, 1.0), width=st.integers(1, 60))
def test_a_bar_keeps_its_width_and_never_shrinks(share: float, more: float, width: int) -> None:
    shorter, longer = sorted((share, more))
    assert len(bar(share, width)) == width
    assert bar(longer, width).count("█") >= bar(shorter, width).count("█")


def test_the_bar_takes_what_the_words_leave() -> None:
    assert pace_lines(Paced("up 1.0", 0.5), 6, 3) == ["up 1.0", "███░░░", "███░░░"]
    assert pace_lines(Paced("up 1.0", None), 6, 2) == ["up 1.0", ""]
