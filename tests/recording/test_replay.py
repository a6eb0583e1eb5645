from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain import Notification, SessionInfo
from tracker.domain.units import NS_PER_S
from tracker.recording import ReplaySource, open_recording
from tracker.recording.replay import MAX_BURST, MAX_NAP_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.domain import Source

INFO = SessionInfo("profile")
START_NS = 77 * NS_PER_S


class HandTurnedClock:
    """A clock that only sleeping moves, and that can do something when its time comes."""

    def __init__(self) -> None:
        self.time_ns = START_NS
        self.naps_s: list[float] = []
        self._alarms: list[tuple[int, Callable[[], None]]] = []

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        self._alarms.append((START_NS + round(time_s * NS_PER_S), action))

    def now_ns(self) -> int:
        return self.time_ns

    async def sleep(self, duration_s: float) -> None:
        self.naps_s.append(duration_s)
        until_ns = self.time_ns + math.ceil(duration_s * NS_PER_S)
        for alarm in [alarm for alarm in self._alarms if alarm[0] <= until_ns]:
            self._alarms.remove(alarm)
            self.time_ns = alarm[0]
            alarm[1]()
        self.time_ns = until_ns
        await asyncio.sleep(0)


def every(step_s: float, count: int, first_s: float = 0.0) -> list[Notification]:
    return [
        Notification(round((first_s + index * step_s) * NS_PER_S), "link", b"")
        for index in range(count)
    ]


def source_of(
    sent: list[Notification],
    clock: HandTurnedClock,
    *,
    speed: float = 1.0,
    fast_until_s: float = -math.inf,
) -> ReplaySource:
    source = ReplaySource(INFO, lambda: iter(sent), clock, speed=speed)
    source.fast_until_s = fast_until_s
    return source


async def arrivals(source: ReplaySource, clock: HandTurnedClock) -> list[tuple[float, float]]:
    """Return seconds on the clock and seconds in the stream of everything that came."""
    return [
        ((clock.time_ns - START_NS) / NS_PER_S, notification.received_ns / NS_PER_S)
        async for notification in source.notifications()
    ]


def assert_arrived(came: list[tuple[float, float]], expected: list[tuple[float, float]]) -> None:
    np.testing.assert_allclose(np.array(came), np.array(expected), atol=1e-6)


async def everybody_waits() -> None:
    for _ in range(1000):
        await asyncio.sleep(0)


@settings(max_examples=40)
@given(
    steps_s=st.lists(st.floats(min_value=0.0, max_value=3.0), min_size=1, max_size=15),
    speed=st.sampled_from([0.25, 1.0, 2.0, 16.0]),
)
def test_the_pace_is_that_of_the_session(steps_s: list[float], speed: float) -> None:
    clock = HandTurnedClock()
    times_s = [100.0]
    for step_s in steps_s:
        times_s.append(times_s[-1] + step_s)
    sent = [Notification(round(time_s * NS_PER_S), "link", b"") for time_s in times_s]
    came = asyncio.run(arrivals(source_of(sent, clock, speed=speed), clock))
    assert [stream_s for _, stream_s in came] == [each.received_ns / NS_PER_S for each in sent]
    for clock_s, stream_s in came:
        assert clock_s == pytest.approx((stream_s - 100.0) / speed, abs=1e-6)
    assert all(0.0 < nap_s <= MAX_NAP_S for nap_s in clock.naps_s)


async def test_at_full_speed_nothing_is_waited_for_but_others_get_a_turn() -> None:
    clock = HandTurnedClock()
    sent = every(0.02, 10 * MAX_BURST + 1)
    came = await arrivals(source_of(sent, clock, speed=math.inf), clock)
    assert len(came) == len(sent)
    assert clock.naps_s == [0.0] * 10
    assert clock.time_ns == START_NS


async def test_a_burst_in_a_paced_stream_gives_others_a_turn_as_well() -> None:
    clock = HandTurnedClock()
    await arrivals(source_of(every(0.0, 3 * MAX_BURST), clock), clock)
    assert len(clock.naps_s) >= 2


async def test_a_new_speed_holds_from_where_the_stream_is() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 7), clock)
    clock.at(2.5, lambda: setattr(source, "speed", 4.0))
    came = await arrivals(source, clock)
    expected_s = [0.0, 1.0, 2.0, 2.625, 2.875, 3.125, 3.375]
    # A nap that has begun is slept to its end.
    assert [clock_s for clock_s, _ in came] == pytest.approx(expected_s, abs=MAX_NAP_S)
    assert [clock_s for clock_s, _ in came][4:] == pytest.approx(expected_s[4:], abs=1e-6)


async def test_full_speed_can_be_taken_and_left_on_the_way() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 10), clock)
    seen: list[tuple[float, float]] = []
    async for notification in source.notifications():
        seen.append(((clock.time_ns - START_NS) / NS_PER_S, notification.received_ns / NS_PER_S))
        if len(seen) == 3:
            source.speed = math.inf
        if len(seen) == 8:
            source.speed = 1.0
    assert_arrived(
        seen, [(0, 0), (1, 1), (2, 2), (2, 3), (2, 4), (2, 5), (2, 6), (2, 7), (3, 8), (4, 9)]
    )


async def test_a_pause_holds_the_stream_and_nothing_is_asked_meanwhile() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 5), clock)
    clock.at(2.5, source.pause)
    playing = asyncio.ensure_future(arrivals(source, clock))
    await everybody_waits()
    assert source.position_s == 2.0
    naps = len(clock.naps_s)
    clock.time_ns = START_NS + 60 * NS_PER_S
    source.pause()
    await everybody_waits()
    assert len(clock.naps_s) == naps
    source.resume()
    source.resume()
    came = await playing
    assert [clock_s for clock_s, _ in came] == pytest.approx([0, 1, 2, 60.5, 61.5], abs=1e-6)


async def test_a_speed_chosen_in_a_pause_holds_after_it() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 4), clock)
    clock.at(0.5, source.pause)
    playing = asyncio.ensure_future(arrivals(source, clock))
    await everybody_waits()
    source.speed = 2.0
    clock.time_ns = START_NS + 10 * NS_PER_S
    source.resume()
    came = await playing
    assert [clock_s for clock_s, _ in came] == pytest.approx([0, 10.25, 10.75, 11.25], abs=1e-6)


async def test_a_source_can_be_paused_before_it_starts() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 2), clock)
    source.pause()
    playing = asyncio.ensure_future(arrivals(source, clock))
    await everybody_waits()
    assert source.position_s is None
    source.resume()
    assert len(await playing) == 2


async def test_what_comes_before_a_place_is_given_at_once() -> None:
    clock = HandTurnedClock()
    came = await arrivals(source_of(every(1.0, 6), clock, fast_until_s=3.5), clock)
    assert_arrived(came, [(0, 0), (0, 1), (0, 2), (0, 3), (0.5, 4), (1.5, 5)])


async def test_a_place_before_the_first_notification_changes_nothing() -> None:
    clock = HandTurnedClock()
    came = await arrivals(source_of(every(1.0, 2, 50.0), clock, fast_until_s=3.5), clock)
    assert_arrived(came, [(0, 50), (1, 51)])


async def test_the_fast_stretch_goes_through_a_pause_that_then_holds() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 5), clock, fast_until_s=2.5)
    source.pause()
    playing = asyncio.ensure_future(arrivals(source, clock))
    await everybody_waits()
    assert source.position_s == 2.0
    source.fast_until_s = 3.5
    await everybody_waits()
    assert source.position_s == 3.0
    source.resume()
    assert len(await playing) == 5


async def test_a_jump_ahead_ends_the_nap_of_a_long_silence() -> None:
    clock = HandTurnedClock()
    source = source_of(every(600.0, 2), clock)
    clock.at(5.0, lambda: setattr(source, "fast_until_s", math.inf))
    (_, (clock_s, _)) = await arrivals(source, clock)
    assert clock_s <= 5.0 + MAX_NAP_S


async def test_a_long_absence_is_not_made_up_for() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 5), clock)
    came: list[float] = []
    async for _ in source.notifications():
        if len(came) == 1:
            clock.time_ns += 3600 * NS_PER_S
        came.append((clock.time_ns - START_NS) / NS_PER_S)
    assert came == pytest.approx([0, 3601, 3601, 3602, 3603], abs=1e-6)


async def test_a_short_delay_is_made_up_for() -> None:
    clock = HandTurnedClock()
    source = source_of(every(1.0, 4), clock)
    came: list[float] = []
    async for _ in source.notifications():
        came.append((clock.time_ns - START_NS) / NS_PER_S)
        clock.time_ns += NS_PER_S // 2
    assert came == pytest.approx([0, 1, 2, 3], abs=1e-6)


async def test_a_recording_is_played_as_often_as_one_likes(
    recorded: Path, notifications: list[Notification]
) -> None:
    clock = HandTurnedClock()
    recording = open_recording(recorded)
    source = ReplaySource(recording.info, recording.__iter__, clock, speed=2.0)
    as_source: Source = source
    assert as_source.sensor == "profile"
    assert source.info == recording.info
    for _ in range(2):
        assert [each async for each in source.notifications()] == notifications
    assert source.position_s == recording.end_s


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan])
def test_a_speed_that_goes_nowhere_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        source_of([], HandTurnedClock(), speed=speed)
    source = source_of([], HandTurnedClock())
    with pytest.raises(ValueError, match="above 0"):
        source.speed = speed
    assert source.speed == 1.0
