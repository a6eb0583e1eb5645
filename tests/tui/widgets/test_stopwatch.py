from __future__ import annotations

from tui.widgets.snapshots import set_of, snapshot
from unit.runtime.workout import rep_at

from tracker.domain import Phase
from tracker.tui.widgets.stopwatch import stopwatch_lines, stopwatch_of


def test_a_hold_is_timed_while_it_lasts() -> None:
    holding = snapshot(phase=Phase.LOCKOUT, phase_started_s=10.0, position_s=11.26)
    assert stopwatch_of(holding) == ("HOLD s", "1.3")


def test_after_a_rep_its_hold_is_shown() -> None:
    assert stopwatch_of(snapshot(sets=(set_of(rep_at(1.0, 1)),))) == ("last hold s", "1.6")


def test_a_rest_is_timed_from_the_end_of_the_set() -> None:
    resting = snapshot(sets=(set_of(rep_at(1.0, 1), ended=True),), position_s=81.5)
    assert stopwatch_of(resting) == ("rest", "1:15")


def test_nothing_known_is_a_dash() -> None:
    assert stopwatch_of(snapshot()) == ("last hold s", "–")


def test_the_label_stands_beside_the_time() -> None:
    assert stopwatch_lines("HOLD s", "1.6", 46, 3) == [
        line.ljust(46)
        for line in ("             ▀█    █▀▀", "HOLD s        █    █▀█", "             ▀▀▀ ▀ ▀▀▀")
    ]
