from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from tests.app.doubles import in_time
from tests.tui.widgets.snapshots import set_of, snapshot
from tests.workouts import rep_at
from tracker.app.snapshot import RunState
from tracker.domain import Cue, CueKind, Phase, Plan, SetEntries, parse_tempo
from tracker.tui.widgets.block_text import GLYPHS, block_text
from tracker.tui.widgets.live import (
    HEADS,
    SHOWN_S,
    Count,
    Countdown,
    CueBar,
    Paced,
    bar,
    countdown_of,
    cue_lines,
    cue_of,
    pace_lines,
    paced_of,
    phase_lines,
    phase_text,
    time_text,
    unsure_of,
)


class CountApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Count()


async def test_the_count_fills_the_room_and_follows_a_resize() -> None:
    app = CountApp()
    async with app.run_test(size=(34, 13)) as pilot:
        count = app.query_one(Count)
        count.update_from(snapshot(sets=(set_of(*(rep_at(6.0 * n, n) for n in range(1, 13))),)))
        await pilot.pause()
        drawn = [count.render_line(y).text for y in range(11)]
        assert [line.strip() for line in drawn[:10]] == [
            line.strip() for line in block_text("12", 30, 10)
        ]

        await pilot.resize_terminal(90, 30)
        await in_time(lambda: "█" in count.render_line(25).text)


async def test_a_count_that_stands_still_is_dimmed() -> None:
    app = CountApp()
    async with app.run_test() as pilot:
        count = app.query_one(Count)
        count.update_from(snapshot())
        assert count.has_class("-resting")
        count.update_from(snapshot(sets=(set_of(rep_at(1.0, 1)),)))
        assert not count.has_class("-resting")
        count.update_from(snapshot(sets=(set_of(rep_at(1.0, 1), ended=True),)))
        assert count.has_class("-resting")
        await pilot.pause()


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
    assert in_phase(Phase.ECCENTRIC, 1.3) == Paced("down of 3.0 s", 1.2 / 3.0)


def test_a_hold_that_is_long_enough_has_a_tick() -> None:
    assert in_phase(Phase.LOCKOUT, 1.0) == Paced("hold of 2.0 s", 0.5, holding=True)
    done = in_phase(Phase.LOCKOUT, 2.5)
    assert done.words == "hold of 2.0 s   ✓ hold done"
    assert done.done


def test_a_goal_of_its_own_stands_above_the_hold_of_the_tempo() -> None:
    assert in_phase(Phase.LOCKOUT, 2.5, replace(PLAN, lockout_goal_s=5.0)).share == 0.5


@pytest.mark.parametrize(
    ("phase", "plan", "words"),
    [
        (Phase.CONCENTRIC, Plan(), "up"),
        (Phase.CONCENTRIC, Plan(tempo=parse_tempo("30X2")), "up"),
        (Phase.BOTTOM, PLAN, "floor · touch and go"),
    ],
    ids=["no plan", "as fast as possible", "no pause"],
)
def test_what_has_no_goal_has_no_bar(phase: Phase, plan: Plan, words: str) -> None:
    assert in_phase(phase, 0.5, plan) == Paced(words, None)


def test_between_sets_it_is_the_rest() -> None:
    ended = replace(SET, ended=True)
    resting = snapshot(sets=(ended,), plan=PLAN, position_s=ended.end_s + 45.0)
    assert paced_of(resting) == Paced("rest of 1:30", 0.5)
    over = snapshot(sets=(ended,), plan=PLAN, position_s=ended.end_s + 100.0)
    assert paced_of(over) == Paced("rest of 1:30   ✓ rest is over", 1.0)


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
    assert cue_lines(cue(), 20, 1) == ["▲ Squeeze at the top"]


def test_each_kind_of_cue_has_a_sign_of_its_own() -> None:
    assert cue_lines(cue(CueKind.PRAISE), 20, 1) == ["✓ Squeeze at the top"]
    assert cue_lines(cue(strong=True), 20, 1) == ["■ Squeeze at the top"]
    assert cue_lines(cue(strong=True), 80, 4) != cue_lines(cue(), 80, 4)


def test_the_set_is_done_as_soon_as_the_hips_are_down_after_the_last_planned_rep() -> None:
    reps = tuple(rep_at(6.0 * n, n) for n in range(1, 7))
    planned = replace(set_of(*reps), plan=Plan(target_reps=6))
    in_set = {"sets": (planned,), "position_s": planned.end_s}
    for phase in (Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC):
        assert cue_of(snapshot(**in_set, phase=phase, phase_started_s=1.0)) is None
    done = cue_of(snapshot(**in_set, phase=Phase.BOTTOM, phase_started_s=planned.end_s))
    assert done is not None
    assert done.text == "SET DONE 6/6"
    short = replace(planned, plan=Plan(target_reps=7))
    assert cue_of(snapshot(sets=(short,), position_s=planned.end_s, phase=Phase.BOTTOM)) is None


def test_a_doubtful_rep_makes_the_count_unsure_until_it_is_corrected() -> None:
    sure, doubtful = rep_at(6.0, 1), replace(rep_at(12.0, 2), confidence=0.6)
    assert not unsure_of(snapshot(sets=(set_of(sure),)))
    record = set_of(sure, doubtful)
    assert unsure_of(snapshot(sets=(record,)))
    corrected = replace(record, entries=SetEntries(reps_by=-1))
    assert not unsure_of(snapshot(sets=(corrected,)))


@pytest.mark.parametrize(
    ("shown", "classes"),
    [
        (cue(), {"-asks"}),
        (cue(strong=True), {"-strong"}),
        (cue(CueKind.PRAISE), {"-praises"}),
        (cue(CueKind.TARGET_REACHED, strong=True), {"-praises"}),
        (None, {"-silent"}),
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


ENDED = replace(set_of(rep_at(1.0, 1), ended=True), plan=PLAN)


class CountdownApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Countdown()


@pytest.mark.parametrize(
    ("rest_s", "shown"),
    [
        (0.0, ("1:30", False)),
        (0.4, ("1:30", False)),
        (89.5, ("0:01", False)),
        (90.0, ("0:00", True)),
        (95.0, ("0:05", True)),
    ],
)
def test_the_rest_counts_down_and_then_up(rest_s: float, shown: tuple[str, bool]) -> None:
    resting = snapshot(sets=(ENDED,), plan=PLAN, position_s=ENDED.end_s + rest_s)
    assert countdown_of(resting) == shown


def test_during_a_set_the_whole_rest_is_left() -> None:
    assert countdown_of(snapshot(plan=replace(PLAN, rest_s=120.0))) == ("2:00", False)


async def test_it_is_drawn_large_with_what_it_means_below() -> None:
    app = CountdownApp()
    async with app.run_test(size=(60, 20)) as pilot:
        widget = app.query_one(Countdown)
        widget.styles.height = "100%"
        for rest_s, words in ((10.0, "rest left"), (95.0, "✓ rest is over: next set")):
            widget.update_from(snapshot(sets=(ENDED,), plan=PLAN, position_s=ENDED.end_s + rest_s))
            await pilot.pause()
            drawn = [widget.render_line(y).text.strip() for y in range(20)]
            lines = [line for line in drawn if line]
            assert lines[-1] == words
            large = block_text(widget.time, 58, 18, "00:00")
            assert lines[:-1] == [line.strip() for line in large]
        assert widget.has_class("-over")
