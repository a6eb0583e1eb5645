from __future__ import annotations

import re
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tracker.cli.playback import Piece, play

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Notification
    from tracker.sim import SimulatedSession


@pytest.fixture
def piece(lifted: SimulatedSession) -> Piece:
    return Piece("a simulated piece", lifted.info, lifted.notifications, None, None)


def test_every_counted_rep_has_a_line_and_every_set_a_summary(
    piece: Piece, lifted: SimulatedSession, capsys: pytest.CaptureFixture[str]
) -> None:
    play(piece, headless=True, speed=None)
    title, *lines, total = capsys.readouterr().out.splitlines()
    assert title == "a simulated piece"
    shown: set[str] = set()
    sizes: list[int] = []
    for line in lines:
        if rep := re.match(r" +rep +(\d+)  \S+-\S+-\S+-\S+  up \S+ · hold ", line):
            shown.add(rep[1])
        elif withdrawn := re.match(r" +rep +(\d+)  withdrawn", line):
            shown.discard(withdrawn[1])
        elif summary := re.match(r"set \d+: (\d+) reps?  tempo ", line):
            assert len(shown) == int(summary[1])
            sizes.append(len(shown))
            shown.clear()
    assert total == f"{len(sizes)} sets, {sum(sizes)} reps"
    assert len(sizes) == len(lifted.truth.sets)


def test_lines_are_printed_where_there_is_no_terminal(
    piece: Piece, capsys: pytest.CaptureFixture[str]
) -> None:
    play(piece, headless=False, speed=None)
    assert "a simulated piece" in capsys.readouterr().out


def test_the_speed_does_not_change_what_is_found(
    piece: Piece, capsys: pytest.CaptureFixture[str]
) -> None:
    play(piece, headless=True, speed=None)
    at_once = capsys.readouterr().out
    play(piece, headless=True, speed=500.0)
    assert capsys.readouterr().out == at_once


def test_ctrl_c_ends_it_where_it_is_and_says_what_was_done(
    piece: Piece, lifted: SimulatedSession, capsys: pytest.CaptureFixture[str]
) -> None:
    first_set_end_s = lifted.truth.sets[0].end_s

    def notifications() -> Iterator[Notification]:
        for notification in lifted.notifications():
            if notification.received_ns > (first_set_end_s + 1.0) * 1e9:
                signal.raise_signal(signal.SIGINT)
            yield notification

    with pytest.raises(KeyboardInterrupt):
        play(replace(piece, notifications=notifications), headless=True, speed=None)
    reps = len(lifted.truth.sets[0].reps)
    assert capsys.readouterr().out.splitlines()[-1] == f"1 set, {reps} reps"
