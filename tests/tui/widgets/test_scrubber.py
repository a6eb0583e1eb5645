from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.doubles import until
from tests.tui.coaching import still
from tests.tui.staging import PLANNED, SIZES, Stage, app_of, look, training_of
from tracker.app.outline import Outline, outline_of
from tracker.app.playback import Playback
from tracker.domain import Cue, CueKind, Gap
from tracker.tui.widgets.scrubber import Scrubber, column_of, marks_line, time_of, track_line

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.tui.coaching import SnapCompare
    from tracker.domain import Event

CUES = (Cue(30.0, "Hold", CueKind.HOLD_LONGER, 1), Cue(60.0, "Good", CueKind.PRAISE, 1))
OUTLINE = Outline(
    sets=((10.0, 40.0), (70.0, 90.0)),
    reps=(12.0, 20.0, 30.2, 75.0),
    cues=CUES,
    gaps=((48.0, 54.0),),
)
MORE: tuple[tuple[float, Event], ...] = (
    PLANNED,
    *((cue.at_s, cue) for cue in CUES),
    (50.0, Gap(48.0, 50.0)),
)


def test_reps_cues_and_gaps_stand_above_the_line_where_they_happened() -> None:
    assert marks_line(OUTLINE, 100.0, 50) == ("      ▾   ▾    ▲        ░░░░  ✓      ▾            ")


def test_the_line_shows_the_sets_and_where_it_is() -> None:
    assert track_line(OUTLINE, 50.0, 100.0, 20) == "──━━━━━━━─●───━━━━━─"
    assert track_line(OUTLINE, 0.0, 100.0, 20)[0] == "●"
    assert track_line(OUTLINE, 100.0, 100.0, 20)[-1] == "●"


@given(st.integers(2, 300), st.floats(1.0, 8000.0), st.floats(0.0, 1.0))
def test_a_chosen_column_is_where_its_time_is(width: int, end_s: float, share: float) -> None:
    column = int(share * (width - 1))
    assert abs(column_of(time_of(column, end_s, width), end_s, width) - column) <= 1
    assert time_of(0, end_s, width) == 0.0
    assert time_of(width + 5, end_s, width) == end_s


def test_an_outline_is_that_of_the_whole_session() -> None:
    outline = outline_of(event for _, event in Stage(*MORE).script)
    assert len(outline.sets) == 2
    assert len(outline.reps) == 16
    assert outline.cues == tuple(sorted(outline.cues, key=lambda cue: cue.at_s))
    assert set(CUES) <= set(outline.cues)
    assert (48.0, 50.0) in outline.gaps


async def played(pilot: Pilot[None]) -> tuple[Playback, Scrubber]:
    playback = training_of(pilot.app)
    assert isinstance(playback, Playback)
    scrubber = pilot.app.screen.query_one(Scrubber)
    await until(lambda: bool(playback.outline.reps))
    await look(pilot)
    return playback, scrubber


@pytest.mark.parametrize("size", [(60, 20), *SIZES])
async def test_a_click_and_a_drag_go_to_that_time(size: tuple[int, int]) -> None:
    stage = Stage(*MORE)
    async with app_of(stage.playback("x.arrows")).run_test(size=size) as pilot:
        await pilot.pause()
        playback, scrubber = await played(pilot)
        assert scrubber.region.bottom < size[1]
        middle = scrubber.size.width // 2 + scrubber.gutter.left
        row = scrubber.gutter.top
        await pilot.click(scrubber, offset=(middle, row))
        await pilot.pause()
        end_s = playback.snapshot().playback.end_s  # type: ignore[union-attr]
        assert end_s is not None
        assert playback.target_s == pytest.approx(end_s / 2, abs=end_s / scrubber.size.width)

        await pilot.mouse_down(scrubber, offset=(middle, row))
        await pilot.hover(scrubber, offset=(scrubber.gutter.left, row))
        assert scrubber.dragged_s == 0.0
        if scrubber.size.height > 1:
            assert scrubber.lines[0].startswith("0:00")
        await pilot.mouse_up(scrubber, offset=(scrubber.gutter.left, row))
        await pilot.pause()
        assert playback.target_s == 0.0
        assert scrubber.dragged_s is None, "the pointer has let go"


async def test_keys_go_from_rep_to_rep_and_to_the_ends() -> None:
    stage = Stage(*MORE)
    async with app_of(stage.playback("x.arrows")).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        playback, _ = await played(pilot)
        reps = playback.outline.reps
        await stage.play_to(pilot, reps[0] + 1.0)
        await pilot.press("right_square_bracket")
        assert playback.target_s == pytest.approx(reps[1] - 2.0)
        await pilot.press("end")
        assert playback.target_s == playback.snapshot().playback.end_s  # type: ignore[union-attr]
        await pilot.press("home")
        assert playback.target_s == 0.0


async def test_a_live_training_has_no_time_line() -> None:
    async with app_of(Stage(PLANNED).session()).run_test() as pilot:
        await pilot.pause()
        assert not pilot.app.screen.query(Scrubber)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)], ids=str)
def test_picture_of_a_replay(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    stage = Stage(*MORE)

    async def arrange(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await played(pilot)
        # Long after the last cue: one that comes or goes lays the screen out anew.
        await stage.play_to(pilot, 50.0)
        await look(pilot)
        await still(pilot, "textual-dark")

    assert snap_compare(
        app_of(stage.playback("2026-03-01_hip_thrust.arrows")),
        terminal_size=size,
        run_before=arrange,
    )
