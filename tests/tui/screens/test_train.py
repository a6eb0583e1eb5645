from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.containers import Horizontal, Vertical
from textual.notifications import Notify
from textual.widget import Widget
from textual.widgets import Footer

from tests.app.doubles import ListRecorder, in_time, until
from tests.tui.staging import (
    PLANNED,
    SIZES,
    Stage,
    app_of,
    every_look,
    look,
    training_of,
    without_flash,
)
from tests.workouts import REP_S, SET_STARTS_S, UP_S
from tracker.app.playback import Playback
from tracker.app.snapshot import RunState
from tracker.domain import (
    BatteryRead,
    CalibrationFailed,
    LinkChanged,
    LinkState,
    Phase,
    ReferenceRep,
    UserCommand,
)
from tracker.domain.foreign_text import visible
from tracker.tui import TrackerApp
from tracker.tui.screens import EventPosted, TooSmall
from tracker.tui.widgets.live import Count, CueBar, PaceBar, PhaseBar
from tracker.tui.widgets.reps import LastRep, RepBars, SetList
from tracker.tui.widgets.status import Banner, Headline, Notice, Quality
from tracker.tui.widgets.traces import PitchTrace

if TYPE_CHECKING:
    from typing import Protocol

    from textual.message import Message
    from textual.pilot import Pilot

    class SnapCompare(Protocol):
        def __call__(
            self, app: TrackerApp, *, terminal_size: tuple[int, int], run_before: object
        ) -> bool: ...


IN_THE_FIFTH_HOLD_S = SET_STARTS_S[0] + 4 * REP_S + UP_S + 1.0
IN_THE_SECOND_SET_S = SET_STARTS_S[1] + REP_S + 0.5
IN_THE_REST_S = 70.0


def playback_of(app: TrackerApp) -> Playback:
    playback = training_of(app)
    assert isinstance(playback, Playback)
    return playback


# Messages


async def test_every_event_arrives_as_a_message_in_order() -> None:
    stage = Stage()
    received: list[Message] = []
    app = app_of(stage.playback())
    async with app.run_test(message_hook=received.append) as pilot:
        await stage.play_to(pilot, 60.0)

    events = [message.event for message in received if isinstance(message, EventPosted)]
    assert events == [event for time_s, event in stage.script if time_s <= 60.0]


async def test_no_event_is_lost_while_the_screen_is_flooded() -> None:
    stage = Stage()
    received: list[Message] = []
    app = app_of(stage.playback())
    async with app.run_test(message_hook=received.append) as pilot:
        playback_of(app).seek(129.0)
        await look(pilot)

    events = [message.event for message in received if isinstance(message, EventPosted)]
    assert events == [event for time_s, event in stage.script if time_s <= 129.0]


async def test_a_counted_rep_flashes_but_not_when_it_is_old_news() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        playback_of(app).seek(SET_STARTS_S[0] + 2.0)
        await look(pilot)
        assert app.screen.query_one(Count).reps == 1
        assert not app.screen.query_one(Count).has_class("-flash")
        stage.source.play_to(SET_STARTS_S[0] + REP_S + UP_S + 0.2)
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one(Count).has_class("-flash")


# What the parts show


async def test_the_parts_show_the_fifth_hold() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, IN_THE_FIFTH_HOLD_S)
        screen = app.screen
        assert screen.query_one(Count).reps == 5
        assert screen.query_one(PhaseBar).phase is Phase.LOCKOUT
        assert screen.query_one(PhaseBar).time == "1.0"
        assert screen.query_one(PaceBar).paced.words == "hold"
        assert screen.query_one(LastRep).lines[2] == "3.0-0.4-0.9-1.6"
        assert len(screen.query_one(SetList).rows) == 1
        assert screen.query_one(Quality).text.startswith("● streaming  100.0 Hz")
        assert "SIMULATED" in screen.query_one(Headline).parts
        assert not screen.query_one(Notice).display


async def test_before_the_first_rep_it_says_what_to_do() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 3.0)
        assert app.screen.query_one(Notice).words[0] == "Ready"
        assert not app.screen.query_one("#live").display


async def test_a_battery_that_runs_out_is_pointed_out_once() -> None:
    stage = Stage((5.0, BatteryRead(5.0, 14)), (6.0, BatteryRead(6.0, 13)))
    app = app_of(stage.session())
    async with app.run_test(notifications=True) as pilot:
        await stage.play_to(pilot, 8.0)
        await pilot.pause()
        (toast,) = app.screen.query("Toast")
        assert "at 14 %: charge it soon" in str(toast.render())
        assert "! battery 13 %" in app.screen.query_one(Quality).text


async def test_a_lost_link_is_a_state_of_the_screen() -> None:
    stage = Stage((30.0, LinkChanged(30.0, LinkState.LOST)))
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 31.0)
        banner = app.screen.query_one(Banner)
        assert banner.text.startswith("! Sensor lost")
        assert banner.has_class("-alarm")


async def test_silence_is_noticed_by_the_clock() -> None:
    stage = Stage()
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 31.0)
        await stage.clock.advance(4.0)
        await look(pilot)
        assert app.screen.query_one(Banner).text.startswith("! No data for 4 s")


async def test_the_end_is_summed_up_and_one_can_go_back() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        stage.source.play_to(1000.0)
        await look(pilot)
        await look(pilot)
        assert training_of(app).snapshot().state is RunState.FINISHED
        assert "2 sets, 16 reps" in app.screen.query_one(Notice).words

        await pilot.press("left")
        await look(pilot)
        assert training_of(app).snapshot().state is RunState.RUNNING
        assert not app.screen.query_one(Notice).display


# Keys


async def test_space_pauses_and_goes_on() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 10.0)
        await pilot.press("space")
        await look(pilot)
        assert stage.source.paused
        assert app.screen.query_one(Banner).text.startswith("PAUSED")
        await pilot.press("space")
        await look(pilot)
        assert not stage.source.paused
        assert app.screen.query_one(Banner).text == ""


async def test_arrows_seek_by_five_seconds() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 30.0)
        await pilot.press("left")
        await look(pilot)
        assert training_of(app).snapshot().position_s == pytest.approx(25.0, abs=0.1)
        await pilot.press("right", "right")
        await look(pilot)
        assert training_of(app).snapshot().position_s == pytest.approx(35.0, abs=0.2)


async def test_plus_and_minus_change_the_speed() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test() as pilot:
        await pilot.press("plus")
        assert stage.source.speed == 2.0
        await pilot.press("minus", "minus")
        assert stage.source.speed == 0.5


async def test_s_starts_and_stops_a_set_by_hand() -> None:
    stage = Stage()
    received: list[Message] = []
    app = app_of(stage.session())
    async with app.run_test(message_hook=received.append) as pilot:
        await stage.play_to(pilot, 2.0)
        await pilot.press("s")
        await look(pilot)
        assert training_of(app).snapshot().sets[-1].ended is False
        await pilot.press("s")
        await look(pilot)

    texts = [
        getattr(message.event, "text", "")
        for message in received
        if isinstance(message, EventPosted)
    ]
    assert [text for text in texts if text] == ["set_start", "set_stop"]


async def test_c_takes_the_hold_that_follows_for_the_own_level() -> None:
    stage = Stage()
    received: list[Message] = []
    app = app_of(stage.session())
    async with app.run_test(message_hook=received.append) as pilot:
        await stage.play_to(pilot, 2.0)
        await pilot.press("c")
        await look(pilot)

    events = [message.event for message in received if isinstance(message, EventPosted)]
    assert [event.text for event in events if isinstance(event, UserCommand)] == ["calibration"]


async def test_reference_reps_are_pointed_out_one_by_one() -> None:
    stage = Stage()
    received: list[Message] = []
    app = app_of(stage.session())
    async with app.run_test(message_hook=received.append) as pilot:
        app.screen.post_message(EventPosted(ReferenceRep(9.0, 2, 3)))
        app.screen.post_message(EventPosted(ReferenceRep(13.0, 2, 3, "its lockout was not held")))
        await look(pilot)

    told = [message.notification.message for message in received if isinstance(message, Notify)]
    assert told == [
        "Reference rep 2 of 3",
        "Not a reference rep (2 of 3): its lockout was not held",
    ]


async def test_a_live_session_offers_no_keys_that_it_cannot_obey() -> None:
    live, played = Stage(), Stage()
    for app, offered in (
        (app_of(live.session()), {"s", "question_mark", "q"}),
        (
            app_of(played.playback()),
            {"space", "left", "right", "plus", "minus", "s", "question_mark", "q"},
        ),
    ):
        async with app.run_test() as pilot:
            await pilot.pause()
            shown = {
                key.split(",")[0]
                for key, active in app.screen.active_bindings.items()
                if active.binding.show and active.enabled
            }
            assert offered <= shown
            assert shown.isdisjoint({"space", "left"} - offered)
            await pilot.press("space", "left", "plus")
            assert app.is_running


async def test_u_and_a_correct_the_count_but_not_below_nothing() -> None:
    stage, recorder = Stage(PLANNED), ListRecorder()
    app = app_of(stage.session(recorder=recorder))
    async with app.run_test() as pilot:
        await pilot.press("a", "u")
        await stage.play_to(pilot, IN_THE_FIFTH_HOLD_S)
        count = app.screen.query_one(Count)
        for key, reps in (
            ("u", 4),
            ("a", 5),
            ("a", 6),
            *(("u", n) for n in (5, 4, 3, 2, 1, 0, 0)),
        ):
            await pilot.press(key)
            await look(pilot)
            assert count.reps == reps
        snapshot = training_of(app).snapshot()
        assert snapshot.sets[0].counted == 5, "what was measured stands"
        assert snapshot.sets[0].done == 0


async def test_from_far_there_is_nothing_but_the_number_and_the_phase() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test(size=SIZES[0]) as pilot:
        await stage.play_to(pilot, IN_THE_FIFTH_HOLD_S)
        near = app.screen.query_one(Count).size
        await pilot.press("d")
        await look(pilot)
        parts = app.screen.walk_children(Widget)
        shown = {type(part) for part in parts if part.size.area}
        assert shown == {Horizontal, Count, Vertical, PhaseBar}
        count = app.screen.query_one(Count)
        assert count.size.area > 2 * near.area
        assert count.has_class("-lockout"), "the colour is that of the phase"
        assert app.screen.query_one(PhaseBar).phase is Phase.LOCKOUT
        await pilot.press("d")
        await look(pilot)
        assert app.screen.query_one(Count).size == near


async def test_from_far_a_rep_flashes_and_an_alarm_is_still_shown() -> None:
    stage = Stage(PLANNED, (26.0, LinkChanged(26.0, LinkState.LOST)))
    app = app_of(stage.session())
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.press("d")
        stage.source.play_to(SET_STARTS_S[0] + REP_S + UP_S + 0.2)
        await look(pilot)
        assert app.screen.query_one(Count).has_class("-flash")
        assert app.screen.query_one(Banner).size.area == 0
        await stage.play_to(pilot, 27.0)
        assert app.screen.query_one(Banner).region.area == SIZES[0][0]


async def test_n_takes_a_note_on_the_session_and_then_on_the_set() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 2.0)
        await pilot.press("n", *"tired", "enter")
        await look(pilot)
        await stage.play_to(pilot, IN_THE_FIFTH_HOLD_S)
        await pilot.press("n", *"easy", "enter")
        await look(pilot)
        await pilot.press("n", *" now", "enter")
        await look(pilot)
        snapshot = training_of(app).snapshot()
        assert snapshot.note == "tired"
        assert snapshot.sets[0].entries.note == "easy now"


@pytest.mark.parametrize(("key", "words"), [("c", "hold still"), ("r", "three good reps")])
async def test_a_calibration_that_is_waited_for_is_shown_until_it_is_over(
    key: str, words: str
) -> None:
    failed = CalibrationFailed(20.0, "the hips moved")
    stage = Stage(PLANNED, (20.0, failed))
    app = app_of(stage.session())
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 2.0)
        await pilot.press(key)
        await look(pilot)
        assert words in " ".join(app.screen.query_one(Notice).words)
        assert "8 reps · 60 kg" in app.screen.query_one(Notice).words
        await stage.play_to(pilot, 10.0)
        assert words in app.screen.query_one(Banner).text
        await stage.play_to(pilot, 21.0)
        assert app.screen.query_one(Banner).text == ""


@pytest.mark.parametrize(
    ("played", "offered"),
    [(False, [*"suamdncf?q"]), (True, ["space", *"←→+-smd?q"])],
    ids=["training", "replay"],
)
async def test_at_eighty_columns_every_key_is_in_the_footer(
    played: bool, offered: list[str]
) -> None:
    app = app_of(Stage().playback() if played else Stage().session())
    async with app.run_test(size=SIZES[0]) as pilot:
        await look(pilot)
        footer = app.screen.query_one(Footer)
        keys = [
            key for key in footer.query("FooterKey") if footer.region.contains_region(key.region)
        ]
        shown = [str(getattr(key, "key_display", "")) for key in keys]
        assert shown == offered
        assert footer.max_scroll_x == 0


# The layout


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_cut_off(size: tuple[int, int]) -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test(size=size) as pilot:
        await stage.play_to(pilot, IN_THE_FIFTH_HOLD_S)
        screen = app.screen
        assert screen.max_scroll_y == 0
        parts = (Headline, Count, PhaseBar, PaceBar, LastRep, PitchTrace, RepBars, SetList)
        for part in (*parts, Quality, Footer):
            region = screen.query_one(part).region
            assert screen.region.contains_region(region), part
            assert region.area > 0, part
        assert screen.query_one(LastRep).size.height == 4
        assert screen.query_one(LastRep).size.width >= len(
            "up 0.9✓ · hold 1.6↓ · down 3.0✓ · floor 0.4✓"
        )
        assert screen.query_one(Count).size.height >= 9


async def test_on_sixty_columns_the_cue_takes_the_place_of_the_curve() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test(size=(60, 20)) as pilot:
        await stage.play_to(pilot, IN_THE_FIFTH_HOLD_S)
        screen = app.screen
        parts: list[type[Widget]] = [
            Headline,
            Count,
            PhaseBar,
            PaceBar,
            LastRep,
            PitchTrace,
            SetList,
            Quality,
            Footer,
        ]
        for part in parts:
            region = screen.query_one(part).region
            assert region.area > 0, part
            assert screen.region.contains_region(region), part
        assert screen.query_one(LastRep).size.width >= len(
            "up 0.9✓ hold 1.6↓ down 3.0✓ floor 0.4✓"
        )
        shown = [key for key in screen.query("FooterKey") if key.display]
        assert sum(key.size.width for key in shown) <= 60
        assert {"f", "q"} <= {str(getattr(key, "key", "")) for key in shown}

    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test(size=(60, 20)) as pilot:
        await stage.play_to(pilot, 20.5)
        cue = app.screen.query_one("#wide-cue", CueBar)
        assert cue.cue is not None
        assert cue.size.height >= 4
        assert not app.screen.query_one(PitchTrace).size.area


@pytest.mark.parametrize("size", [(39, 24), (80, 11)])
async def test_below_forty_by_twelve_one_line_says_to_enlarge(size: tuple[int, int]) -> None:
    app = app_of(Stage().session())
    async with app.run_test(size=size) as pilot:
        await look(pilot)
        shown = {type(part) for part in app.screen.children if part.size.area}
        assert shown == {TooSmall}
        await pilot.resize_terminal(80, 24)
        await in_time(lambda: app.screen.query_one(Count).size.area > 0)
        assert not app.screen.query_one(TooSmall).size.area


async def test_a_fresh_cue_is_flashed_over_the_big_count() -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await stage.play_to(pilot, 20.5)
        assert app.screen.query_one("#wide-cue", CueBar).size.height >= 5
        await stage.play_to(pilot, 24.0)
        assert not app.screen.query_one("#wide-cue", CueBar).size.area


async def test_a_resize_while_training_is_followed() -> None:
    stage = Stage()
    app = app_of(stage.playback())
    async with app.run_test(size=SIZES[0]) as pilot:
        await stage.play_to(pilot, IN_THE_FIFTH_HOLD_S)
        before = app.screen.query_one(Count).size
        await pilot.resize_terminal(*SIZES[2])
        await in_time(lambda: app.screen.query_one(Count).size.height > before.height)
        await pilot.resize_terminal(*SIZES[0])
        await in_time(lambda: app.screen.query_one(Count).size == before)


# What it looks like


async def _sought(pilot: Pilot[None], time_s: float) -> None:
    assert isinstance(pilot.app, TrackerApp)
    playback = playback_of(pilot.app)
    playback.seek(time_s)
    await until(lambda: not playback.seeking)
    await look(pilot)
    await without_flash(pilot)


@every_look
def test_picture_of_a_hold(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await _sought(pilot, IN_THE_FIFTH_HOLD_S)

    app = app_of(Stage(PLANNED).playback())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


@every_look
def test_picture_of_a_cue(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await _sought(pilot, 21.0)

    app = app_of(Stage(PLANNED).playback())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


@every_look
def test_picture_from_far(snap_compare: SnapCompare, size: tuple[int, int], theme: str) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await _sought(pilot, IN_THE_SECOND_SET_S)
        await pilot.press("d")

    app = app_of(Stage(PLANNED).playback())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


@every_look
def test_picture_of_readiness(
    snap_compare: SnapCompare, size: tuple[int, int], theme: str
) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await _sought(pilot, 3.0)

    app = app_of(Stage(PLANNED).playback())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


def test_picture_of_the_way_up_in_the_light(snap_compare: SnapCompare) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        pilot.app.theme = "textual-light"
        await _sought(pilot, IN_THE_SECOND_SET_S)

    app = app_of(Stage().playback("2026-03-01T05-05-09Z_hip_thrust.arrows"))
    assert snap_compare(app, terminal_size=SIZES[0], run_before=arrange)


@pytest.mark.parametrize("far", [False, True], ids=["near", "far"])
def test_picture_without_colours(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch, far: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def arrange(pilot: Pilot[None]) -> None:
        await _sought(pilot, IN_THE_FIFTH_HOLD_S)
        if far:
            await pilot.press("d")

    app = app_of(Stage(PLANNED).playback())
    assert snap_compare(app, terminal_size=SIZES[0], run_before=arrange)


def test_picture_of_a_rest_that_is_paused(snap_compare: SnapCompare) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await _sought(pilot, IN_THE_REST_S)
        await pilot.press("space")
        await look(pilot)

    assert snap_compare(app_of(Stage().playback()), terminal_size=SIZES[0], run_before=arrange)


def test_picture_of_the_end(snap_compare: SnapCompare) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await _sought(pilot, 135.0)

    assert snap_compare(app_of(Stage().playback()), terminal_size=SIZES[0], run_before=arrange)


def test_picture_of_a_lost_sensor(snap_compare: SnapCompare) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await _sought(pilot, 31.0)

    app = app_of(Stage((30.0, LinkChanged(30.0, LinkState.LOST))).playback())
    assert snap_compare(app, terminal_size=SIZES[0], run_before=arrange)


@pytest.mark.parametrize("text", ["[/x]", "[@click=app.quit]quit[/]", "\x1b[2J", "[b"])
async def test_a_mark_of_a_strange_recording_is_only_text(text: str) -> None:
    stage = Stage((1.0, UserCommand(1.0, text)))
    app = app_of(stage.playback())
    async with app.run_test(notifications=True) as pilot:
        await stage.play_to(pilot, 2.0)
        await pilot.pause()
        toasts = [str(toast.render()) for toast in app.screen.query("Toast")]
    assert any(visible(text) in toast for toast in toasts)
