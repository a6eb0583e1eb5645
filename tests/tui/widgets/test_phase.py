from __future__ import annotations

import pytest

from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.domain import Phase
from tracker.tui.widgets.block_text import GLYPHS, block_text
from tracker.tui.widgets.live import phase_lines, phase_text, time_text


def test_every_phase_has_a_word_and_a_sign_of_its_own() -> None:
    texts = [phase_text(phase) for phase in (*Phase, None)]

    assert texts == ["▲ UP", "■ HOLD", "▼ DOWN", "▁ FLOOR", "REST"]
    assert set("".join(texts)) <= set(GLYPHS)


def test_the_time_stands_beside_the_word_while_there_is_little_room() -> None:
    assert phase_lines("■ HOLD", "1.0", 46, 3) == block_text(
        "■ HOLD 1.0", 46, 3, room_for="▼ FLOOR 0.0"
    )


def test_where_both_are_larger_so_the_time_stands_below() -> None:
    lines = phase_lines("■ HOLD", "1.0", 116, 26)
    beside = block_text("■ HOLD 1.0", 116, 26, room_for="▼ FLOOR 0.0")
    assert len(lines) > len(beside)
    assert len(lines) <= 26
    assert {len(line) for line in lines} <= {0, 116}
    assert "█" in lines[0] + lines[1]
    assert "█" in lines[-1] + lines[-2]


@pytest.mark.parametrize("phase", [*Phase, None])
@pytest.mark.parametrize("size", [(46, 3), (68, 13), (116, 26), (10, 1), (200, 60)])
def test_every_phase_fits(phase: Phase | None, size: tuple[int, int]) -> None:
    width, height = size
    for time in ("", "0.0", "9:59"):
        lines = phase_lines(phase_text(phase), time, width, height)
        assert len(lines) <= max(height, 1)


def test_the_time_is_that_of_the_phase_or_of_the_rest() -> None:
    up = snapshot(phase=Phase.CONCENTRIC, phase_started_s=2.0, position_s=3.25)
    assert time_text(up) == "1.2"
    ended = set_of(rep_at(1.0, 1), ended=True)
    assert time_text(snapshot(sets=(ended,), position_s=ended.end_s + 65.0)) == "1:05"
    assert time_text(snapshot()) == ""
