from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.doubles import (
    GatedSource,
    ListSink,
    ManualClock,
    ScriptedEngine,
    samples_every,
    settle,
    until,
)
from tracker.app.playback import SPEEDS, Playback, analyze_notifications
from tracker.app.snapshot import RunState
from tracker.domain import (
    Cue,
    CueKind,
    Event,
    MarkKind,
    Notification,
    Phase,
    PhaseStarted,
    RepCounted,
    SessionInfo,
    SetEnded,
    SetStarted,
    Trace,
    UserCommand,
)
from tracker.engine import build_engine
from tracker.recording.replay import ReplaySource
from tracker.sim import demo_plan, simulate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tracker.domain import Rep


INFO = SessionInfo(sensor="scripted", origin="synthetic")
SCRIPT: tuple[tuple[float, Event], ...] = (
    (2.0, SetStarted(1.0, 1)),
    *(
        (float(time), event)
        for number, time in enumerate(range(2, 20, 2), start=1)
        for event in (RepCounted(time, 1, number), PhaseStarted(time, 1, Phase.LOCKOUT))
    ),
)


class Deck:
    """A playback with its sources and engines at hand."""

    def __init__(self) -> None:
        self.sources: list[GatedSource] = []
        self.sink = ListSink()
        self.playback = Playback(
            INFO,
            self._open,
            lambda: ScriptedEngine(SCRIPT, ending=(SetEnded(19.0, 1, 9),)),
            end_s=20.0,
            clock=ManualClock(),
        )
        self.playback.add_sink(self.sink)

    def _open(self) -> GatedSource:
        self.sources.append(GatedSource(samples_every(0.1, 20.0)))
        return self.sources[-1]

    @property
    def source(self) -> GatedSource:
        return self.sources[-1]

    @property
    def position_s(self) -> float:
        return self.playback.snapshot().position_s or 0.0

    async def play_to(self, time_s: float) -> None:
        self.source.play_to(time_s)
        await settle()


@asynccontextmanager
async def running_deck() -> AsyncIterator[Deck]:
    deck = Deck()
    async with asyncio.TaskGroup() as group:
        group.create_task(deck.playback.run())
        await settle()
        yield deck
        deck.playback.stop()


async def test_playing_follows_the_pace_of_the_source() -> None:
    async with running_deck() as deck:
        await deck.play_to(5.0)

        snapshot = deck.playback.snapshot()
        assert snapshot.position_s == pytest.approx(5.0)
        assert snapshot.sets[0].counted == 2
        assert snapshot.playback is not None
        assert snapshot.playback.end_s == 20.0
        assert not snapshot.paused


async def test_a_pause_holds_and_resuming_goes_on() -> None:
    async with running_deck() as deck:
        await deck.play_to(3.0)
        deck.playback.pause()
        await deck.play_to(8.0)
        assert deck.position_s == pytest.approx(3.0, abs=0.1)
        assert deck.playback.snapshot().paused

        deck.playback.resume()
        await settle()
        assert deck.position_s == pytest.approx(8.0)
        assert not deck.playback.snapshot().paused


async def test_seeking_forward_says_everything_on_the_way() -> None:
    async with running_deck() as deck:
        await deck.play_to(3.0)
        deck.playback.seek_by(5.0)
        await settle()

        assert deck.position_s == pytest.approx(8.0, abs=0.1)
        assert deck.sink.events == [event for time, event in SCRIPT if time <= 8.0]
        assert len(deck.sources) == 1


async def test_seeking_back_starts_over_without_ending_the_set_for_anybody() -> None:
    async with running_deck() as deck:
        await deck.play_to(9.0)
        deck.playback.seek_by(-5.0)
        await settle()

        assert deck.position_s == pytest.approx(4.0, abs=0.1)
        assert deck.playback.snapshot().sets[0].counted == 2
        assert deck.sources[0].closed
        assert not any(isinstance(event, SetEnded) for event in deck.sink.events)


async def test_seeking_while_paused_stays_paused_at_the_new_place() -> None:
    async with running_deck() as deck:
        await deck.play_to(9.0)
        deck.playback.pause()
        for step_s in (-5.0, 2.0):
            deck.playback.seek_by(step_s)
            await deck.play_to(20.0)
            assert deck.playback.snapshot().paused
            assert not deck.playback.seeking

        assert deck.position_s == pytest.approx(6.0, abs=0.21)


async def test_the_screen_keeps_the_old_picture_while_going_back() -> None:
    async with running_deck() as deck:
        await deck.play_to(9.0)
        deck.playback.seek_by(-3.0)

        assert deck.playback.seeking
        assert deck.position_s == pytest.approx(9.0)
        await settle()
        assert not deck.playback.seeking
        assert deck.position_s == pytest.approx(6.0, abs=0.1)


async def test_quick_seeks_add_up() -> None:
    async with running_deck() as deck:
        await deck.play_to(18.0)
        for _ in range(3):
            deck.playback.seek_by(-5.0)
        await settle()

        assert deck.position_s == pytest.approx(3.0, abs=0.2)


async def test_one_can_go_back_after_the_end() -> None:
    async with running_deck() as deck:
        await deck.play_to(math.inf)
        await until(lambda: deck.playback.snapshot().state is RunState.FINISHED)
        assert deck.sink.events[-1] == SetEnded(19.0, 1, 9)

        deck.playback.seek(10.0)
        await settle()
        assert deck.playback.snapshot().state is RunState.RUNNING
        assert deck.position_s == pytest.approx(10.0, abs=0.1)


async def test_a_place_beyond_either_end_is_the_end() -> None:
    async with running_deck() as deck:
        deck.playback.seek(99.0)
        await settle()
        assert deck.position_s == pytest.approx(20.0)

        deck.playback.seek(-99.0)
        await settle()
        assert deck.position_s == pytest.approx(0.0)


async def test_speed_is_stepped_within_its_bounds_and_survives_a_seek() -> None:
    async with running_deck() as deck:
        deck.playback.faster()
        assert deck.source.speed == 2.0
        await deck.play_to(5.0)
        deck.playback.seek(1.0)
        assert deck.source.speed == 2.0

        for _ in SPEEDS:
            deck.playback.faster()
        assert deck.playback.speed == SPEEDS[-1]
        for _ in range(2 * len(SPEEDS)):
            deck.playback.slower()
        assert deck.playback.speed == SPEEDS[0]


def test_a_speed_of_nothing_is_refused() -> None:
    deck = Deck()
    with pytest.raises(ValueError, match="above 0"):
        deck.playback.speed = 0.0


async def test_a_mark_stays_where_it_was_put() -> None:
    async with running_deck() as deck:
        await deck.play_to(7.0)
        deck.playback.mark(MarkKind.SET_START)
        await settle()
        first = [event for event in deck.sink.events if isinstance(event, UserCommand)]
        deck.playback.seek(3.0)
        await settle()
        assert deck.playback.snapshot().sets[-1].index == 1

        await deck.play_to(9.0)
        again = [event for event in deck.sink.events if isinstance(event, UserCommand)]
        assert again == first * 2


async def test_stopping_leaves_no_task_behind() -> None:
    async with running_deck() as deck:
        await deck.play_to(5.0)

    assert deck.source.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_real_replay_is_paced_paused_and_sought() -> None:
    clock, engines = ManualClock(), list[ScriptedEngine]()

    def build_engine() -> ScriptedEngine:
        engines.append(ScriptedEngine(SCRIPT))
        return engines[-1]

    playback = Playback(
        INFO,
        lambda: ReplaySource(INFO, lambda: iter(samples_every(0.1, 20.0)), clock),
        build_engine,
        end_s=20.0,
        clock=clock,
    )

    def position_s() -> float:
        return playback.snapshot().position_s or 0.0

    async def pass_time(duration_s: float) -> None:
        for _ in range(round(duration_s / 0.05)):
            await clock.advance(0.05)

    async with asyncio.TaskGroup() as group:
        group.create_task(playback.run())
        await settle()
        await pass_time(2.0)
        assert position_s() == pytest.approx(2.0, abs=0.2)

        playback.seek(15.0)
        await clock.advance(0.1)
        await until(lambda: not playback.seeking)
        assert position_s() == pytest.approx(15.0, abs=0.2)
        await pass_time(1.0)
        assert position_s() == pytest.approx(16.0, abs=0.3)

        playback.pause()
        playback.seek(5.0)
        await until(lambda: not playback.seeking)
        await pass_time(1.0)
        assert position_s() == pytest.approx(5.0, abs=0.2)
        assert engines[-1].samples < 60

        playback.speed = 4.0
        playback.resume()
        await pass_time(1.0)
        assert position_s() == pytest.approx(9.0, abs=0.5)
        playback.stop()


async def test_seeks_through_the_real_engine_end_at_the_same_sets() -> None:
    simulated = simulate(demo_plan(seed=3), seed=3)

    async def reps_after(places_s: list[float]) -> list[Rep]:
        clock = ManualClock()
        playback = Playback(
            simulated.info,
            lambda: ReplaySource(simulated.info, lambda: iter(simulated.notifications()), clock),
            lambda: build_engine(simulated.info),
            clock=clock,
        )
        playback.pause()
        async with asyncio.TaskGroup() as group:
            group.create_task(playback.run())
            for place_s in places_s:
                playback.seek(place_s)
                await until(lambda: not playback.seeking, turns=100_000)
            playback.stop()
        return [rep for record in playback.snapshot().sets for rep in record.reps]

    straight = await reps_after([1000.0])
    sought = await reps_after([30.0, 12.0, 45.0, 20.0, 1000.0])
    assert [rep.index for rep in straight] == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5]
    assert [rep.phases for rep in sought] == [rep.phases for rep in straight]
    assert [rep.flags for rep in sought] == [rep.flags for rep in straight]
    # Sums over blocks that are cut elsewhere differ in their last digit.
    assert [rep.rise_m for rep in sought] == pytest.approx([rep.rise_m for rep in straight])


@given(st.lists(st.floats(0.0, 20.0), max_size=4), st.floats(0.5, 19.5))
def test_any_seeks_end_at_what_an_uninterrupted_run_sees(
    places_s: list[float], last_s: float
) -> None:
    async def seen(path_s: list[float]) -> tuple[object, ...]:
        async with running_deck() as deck:
            for place_s in path_s:
                deck.playback.seek(place_s)
                await settle()
            snapshot = deck.playback.snapshot()
            return snapshot.position_s, snapshot.phase_started_s, snapshot.sets

    sought = asyncio.run(seen([*places_s, 20.0, last_s]))
    straight = asyncio.run(seen([last_s]))
    assert sought == straight


class EchoEngine:
    """Says each notification's payload, and goodbye at the end."""

    def __init__(self) -> None:
        self.newest_s: float | None = None
        self.samples = 0
        self.rate_hz: float | None = None
        self.trace = Trace(np.empty(0), np.empty(0))
        self.batches: list[int] = []

    def feed_many(self, notifications: Sequence[Notification]) -> tuple[Event, ...]:
        self.batches.append(len(notifications))
        self.newest_s = float(notifications[-1].received_ns)
        return tuple(
            Cue(
                float(notification.received_ns),
                notification.data.decode(),
                CueKind.HOLD_LONGER,
                1,
            )
            for notification in notifications
        )

    def finish(self) -> tuple[Event, ...]:
        return (Cue(self.newest_s or 0.0, "goodbye", CueKind.HOLD_LONGER, 1),)


def numbered(count: int) -> list[Notification]:
    return [Notification(number, "channel", str(number).encode()) for number in range(count)]


@given(count=st.integers(0, 40), batch=st.integers(1, 50))
def test_the_events_are_the_same_for_every_batch(count: int, batch: int) -> None:
    said = [event for event, _ in analyze_notifications(EchoEngine(), numbered(count), batch)]
    assert [event.text for event in said if isinstance(event, Cue)] == [
        *map(str, range(count)),
        "goodbye",
    ]


def test_an_event_is_said_when_its_batch_is() -> None:
    emitted = [emitted_s for _, emitted_s in analyze_notifications(EchoEngine(), numbered(5), 2)]
    assert emitted == [1.0, 1.0, 3.0, 3.0, 4.0, 4.0]


def test_a_stream_without_notifications_is_finished_all_the_same() -> None:
    assert list(analyze_notifications(EchoEngine(), [], 10)) == [
        (Cue(0.0, "goodbye", CueKind.HOLD_LONGER, 1), None)
    ]


def test_progress_is_told_after_each_batch() -> None:
    engine = EchoEngine()
    told: list[int] = []
    for _ in analyze_notifications(engine, numbered(5), 2, lambda batch: told.append(len(batch))):
        pass
    assert told == engine.batches == [2, 2, 1]


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one notification, not 0"):
        next(analyze_notifications(EchoEngine(), [], 0))
