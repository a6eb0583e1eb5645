from __future__ import annotations

import pytest
from tui.widgets.snapshots import snapshot
from unit.runtime.workout import REPS, rep_at

from tracker.domain import Cue, CueKind, Rep
from tracker.tui.widgets.last_rep import CUE_SHOWN_S, cue_of, last_rep_lines


def test_tempo_is_shown_both_ways_with_range_and_velocity() -> None:
    assert last_rep_lines(rep_at(1.0, 3, bottom_s=0.4)) == (
        "rep 3",
        "3.0-0.4-0.9-1.6",
        "up 0.9 · hold 1.6 · down 3.0 · floor 0.4",
        "range 38° · mean 0.36 m/s",
    )


def test_flags_are_said_in_words() -> None:
    assert last_rep_lines(rep_at(1.0, REPS))[0] == f"rep {REPS} · short of lockout"


def test_unknown_is_a_dash() -> None:
    bare = Rep(index=1, start_s=0.0, end_s=1.0, complete=False, phases=())
    assert last_rep_lines(bare)[1:] == (
        "?-?-?-?",
        "up – · hold – · down – · floor –",
        "range – · mean –",
    )


def test_before_the_first_rep_is_over_nothing_is_made_up() -> None:
    assert last_rep_lines(None) == ("first rep under way", "", "", "")


@pytest.mark.parametrize(("age_s", "text"), [(0.0, "Hold"), (CUE_SHOWN_S, "")])
def test_a_cue_is_shown_while_it_is_news(age_s: float, text: str) -> None:
    assert (
        cue_of(snapshot(cue=Cue(10.0, "Hold", CueKind.HOLD_LONGER, 1), position_s=10.0 + age_s))
        == text
    )
