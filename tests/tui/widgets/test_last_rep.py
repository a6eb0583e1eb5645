from __future__ import annotations

from dataclasses import replace

from tests.tui.staging import PLAN
from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import REPS, rep_at
from tracker.domain import Rep
from tracker.tui.widgets.reps import LastRep, last_rep_lines


def test_tempo_is_shown_both_ways_with_range_and_velocity() -> None:
    assert last_rep_lines(set_of(rep_at(1.0, 3, bottom_s=0.4))) == (
        "rep 3",
        "up 0.9 · hold 1.6 · down 3.0 · floor 0.4",
        "3.0-0.4-0.9-1.6",
        "range 38° · mean 0.36 m/s",
    )


def test_each_phase_is_held_against_the_plan_with_a_sign() -> None:
    planned = replace(set_of(rep_at(1.0, 1, bottom_s=2.0)), plan=PLAN)
    lines = last_rep_lines(planned)
    assert lines[1] == "up 0.9✓ · hold 1.6↓ · down 3.0✓ · floor 2.0↑"
    assert lines[2] == "3.0-2.0-0.9-1.6   plan 3-0-1-2.5"
    assert len(lines[1]) <= 46, "it must fit beside the count on 80 columns"


def test_a_hold_that_is_too_short_points_down() -> None:
    rep = rep_at(1.0, 1)
    phases = tuple(
        replace(span, end_s=span.end_s - (1.2 if span.phase.value == "lockout" else 0.0))
        for span in rep.phases
    )
    short = replace(set_of(replace(rep, phases=phases)), plan=PLAN)
    assert "hold 0.4↓" in last_rep_lines(short)[1]


def test_the_loss_of_velocity_is_said_once_there_is_something_to_compare() -> None:
    reps = (rep_at(1.0, 1), replace(rep_at(7.0, 2), mean_velocity_mps=0.27))
    assert last_rep_lines(set_of(*reps))[3].endswith(" · loss 25 %")


def test_flags_are_said_in_words() -> None:
    assert last_rep_lines(set_of(rep_at(1.0, REPS)))[0] == f"rep {REPS} · short of lockout"


def test_unknown_is_a_dash() -> None:
    bare = Rep(index=1, start_s=0.0, end_s=1.0, complete=False, phases=())
    assert last_rep_lines(set_of(bare))[1:] == (
        "up – · hold – · down – · floor –",
        "?-?-?-?",
        "range – · mean –",
    )


def test_before_the_first_rep_is_over_nothing_is_made_up() -> None:
    assert last_rep_lines(None) == ("first rep under way", "", "", "")


def test_during_the_first_rep_of_a_set_the_last_of_the_set_before_stays() -> None:
    widget = LastRep()
    begun = replace(set_of(rep_at(60.0, 1), index=2), reps=(), counted=1)
    widget.update_from(snapshot(sets=(set_of(rep_at(1.0, 3), ended=True), begun)))
    assert widget.lines[0] == "rep 3"
