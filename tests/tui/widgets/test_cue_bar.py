from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tests.tui.widgets.snapshots import snapshot
from tracker.app.snapshot import RunState
from tracker.domain import Cue, CueKind
from tracker.tui.widgets.block_text import GLYPHS
from tracker.tui.widgets.live import HEADS, SHOWN_S, CueBar, cue_lines, cue_of


def cue(kind: CueKind = CueKind.HOLD_LONGER, *, strong: bool = False) -> Cue:
    return Cue(10.0, "Squeeze at the top", kind, 1, strong=strong)


class CueApp(App[None]):
    def compose(self) -> ComposeResult:
        yield CueBar()


@pytest.mark.parametrize(
    ("age_s", "shown"), [(-1.0, False), (0.0, True), (SHOWN_S - 0.1, True), (SHOWN_S, False)]
)
def test_a_cue_is_shown_while_it_is_news(age_s: float, shown: bool) -> None:
    assert (cue_of(snapshot(cue=cue(), position_s=10.0 + age_s)) is not None) is shown


def test_after_the_end_nothing_is_asked_for() -> None:
    assert cue_of(snapshot(cue=cue(), position_s=10.0, state=RunState.FINISHED)) is None


@pytest.mark.parametrize("kind", CueKind)
def test_every_cue_can_be_drawn_large_on_the_smallest_terminal(kind: CueKind) -> None:
    assert set(HEADS[kind]) <= set(GLYPHS)
    lines = cue_lines(cue(kind, strong=True), 80, 4)
    assert len(lines) == 4
    assert any("█" in line or "▀" in line for line in lines[:3])
    assert "Squeeze at the top" in lines[-1]
    assert max(map(len, lines)) <= 80


def test_without_room_for_large_letters_the_sentence_stands_alone() -> None:
    assert cue_lines(cue(), 20, 1) == ["» Squeeze at the top"]


def test_praise_has_a_tick_and_a_strong_cue_an_exclamation_mark() -> None:
    assert cue_lines(cue(CueKind.PRAISE), 20, 1) == ["✓ Squeeze at the top"]
    assert cue_lines(cue(strong=True), 80, 4) != cue_lines(cue(), 80, 4)


@pytest.mark.parametrize(
    ("shown", "classes"),
    [
        (cue(), {"-asks"}),
        (cue(strong=True), {"-strong"}),
        (cue(CueKind.PRAISE), {"-praises"}),
        (cue(CueKind.TARGET_REACHED, strong=True), {"-praises"}),
        (None, set()),
    ],
)
async def test_the_colour_follows_what_is_said(shown: Cue | None, classes: set[str]) -> None:
    app = CueApp()
    async with app.run_test() as pilot:
        bar = app.query_one(CueBar)
        bar.update_from(snapshot(cue=cue(CueKind.BREATHE_OUT), position_s=10.0))
        bar.update_from(snapshot(cue=shown, position_s=10.0))
        await pilot.pause()
        assert set(bar.classes) == classes
        assert bool("".join(bar.render_line(y).text for y in range(4)).strip()) is bool(shown)
