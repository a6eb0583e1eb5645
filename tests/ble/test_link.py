from __future__ import annotations

import asyncio
import struct
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio, FakeSensor, link_states
from tests.virtual_time import LoopClock, run
from tracker.app.queue import NotificationQueue, OnFull
from tracker.ble import AdapterError, LinkError
from tracker.ble.discovery import AmbiguousNameError, DeviceQuery, NotFoundError, Sensor
from tracker.ble.link import (
    STOP_S,
    ConnectionSupervisor,
    SensorStream,
    finish_despite_cancel,
    open_radio,
)
from tracker.ble.receiver import NotificationReceiver
from tracker.domain import LINK_CHANNEL, Notification, SensorError
from tracker.domain.units import s_from_ns
from tracker.sensors.profile import PROFILE
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID, ProfileConfig

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine

    from tracker.ble import RadioSource


OFF = AdapterError("Bluetooth is switched off.", "Switch it on.")


OPENED = ["searching", "connecting", "configuring", "streaming"]


CAME_BACK = ["lost", "reconnecting", "configuring", "streaming"]


STARTED = [
    "connect",
    "subscribe 3d320004",
    "stop",
    "read 3d320003",
    "subscribe 3d320002",
    "start",
]


STOPPED = ["stop", "unsubscribe 3d320002", "unsubscribe 3d320004", "disconnect"]


class Scene:
    """One sensor, one radio, one link, and everything that was heard."""

    error: Exception | None = None
    """What kept the link from being opened."""

    def __init__(self, *sensors: FakeSensor, wanted: DeviceQuery | None = None) -> None:
        self.sensor = sensors[0] if sensors else FakeSensor()
        self.radio = FakeRadio(*(sensors or (self.sensor,)))
        self.queue = NotificationQueue(OnFull.DROP_AND_REPORT)
        receiver = NotificationReceiver(self.queue, LoopClock(), 0)
        self.told: list[str] = []
        self.link = ConnectionSupervisor(
            self.radio,
            wanted or DeviceQuery(ADDRESS),
            receiver,
            asyncio.Lock(),
            self.told.append,
        )
        self.keeping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self.link.open()
        self.keeping = asyncio.ensure_future(self.link.supervise())

    async def close(self) -> None:
        if self.keeping is not None:
            self.keeping.cancel()
            await asyncio.wait({self.keeping})
        await self.link.close()

    async def heard(self) -> list[Notification]:
        """Take everything that has come."""
        self.queue.close()
        return [each async for each in self.queue.notifications()]


def play(
    act: Callable[[Scene], Coroutine[object, object, None]], scene: Callable[[], Scene] = Scene
) -> tuple[Scene, list[Notification]]:
    """Open the link, let something happen, close it, and return what was heard."""

    async def whole() -> tuple[Scene, list[Notification]]:
        made = scene()
        await made.open()
        await act(made)
        await made.close()
        return made, await made.heard()

    return run(whole())


def details(heard: list[Notification]) -> list[str]:
    texts = [each.data.decode() for each in heard if each.channel == LINK_CHANNEL]
    return [text.partition("\n")[2] for text in texts if "\n" in text]


async def nothing(_scene: Scene) -> None:
    await asyncio.sleep(1.0)


def test_a_session_starts_and_stops_the_sensor_in_order() -> None:
    scene, heard = play(nothing)
    journal = [entry for entry in scene.sensor.journal if not entry.startswith("read 0000")]
    assert journal == [*STARTED, *STOPPED]
    assert link_states(heard) == OPENED
    assert not scene.sensor.streams()


def test_it_says_who_answered() -> None:
    async def opened() -> tuple[str | None, str, str | None]:
        scene = Scene()
        sensor = await scene.link.open()
        await scene.close()
        return sensor.name, sensor.family.kind, sensor.firmware

    assert run(opened()) == (NAME, "profile", "1.2.3")


def test_a_sensor_that_tells_its_kind_only_by_its_services_is_known_once_connected() -> None:
    _, heard = play(nothing, lambda: Scene(FakeSensor(advertises_service=False)))
    assert link_states(heard) == OPENED


def test_a_connection_that_fails_for_once_is_tried_again() -> None:
    def scene() -> Scene:
        made = Scene()
        made.sensor.refusals += [LinkError("Bluetooth reports: abort.", None)] * 2
        return made

    _, heard = play(nothing, scene)
    assert link_states(heard) == [*["searching", "connecting", "lost"] * 2, *OPENED]
    assert details(heard) == ["Bluetooth reports: abort."] * 2


def opening_fails(prepare: Callable[[Scene], object], wanted: DeviceQuery | None = None) -> Scene:
    async def attempt() -> Scene:
        scene = Scene(wanted=wanted)
        prepare(scene)
        try:
            await scene.open()
        except Exception as error:
            scene.error = error
        return scene

    return run(attempt())


def test_what_keeps_failing_is_raised_after_four_attempts() -> None:
    refusal = LinkError("Bluetooth reports: abort.", None)
    scene = opening_fails(lambda scene: scene.sensor.refusals.extend([refusal] * 9))
    assert scene.error is refusal
    assert len(scene.sensor.refusals) == 5


@pytest.mark.parametrize(
    ("prepared", "says", "attempts"),
    [("silent", "sent nothing for 40 s", 2), ("deaf", "did not reply", 4)],
)
def test_a_sensor_that_sends_nothing_does_not_begin_a_session(
    prepared: str, says: str, attempts: int
) -> None:
    scene = opening_fails(lambda scene: setattr(scene.sensor, prepared, True))
    error = scene.error
    assert isinstance(error, LinkError)
    assert says in str(error)
    assert scene.sensor.journal.count("disconnect") == attempts
    assert scene.sensor.connection is None


@pytest.mark.parametrize("first_data_s", [8.0, 15.0, 28.0])
def test_a_sensor_that_confirms_its_start_may_take_half_a_minute_over_its_first_data(
    first_data_s: float,
) -> None:
    def scene() -> Scene:
        made = Scene()
        made.sensor.first_data_s = first_data_s
        return made

    scene_after, heard = play(nothing, scene)
    assert link_states(heard) == [*OPENED[:-1], "waiting", "streaming"]
    assert scene_after.sensor.journal.count("connect") == 1
    assert scene_after.sensor.journal.count("start") == 1
    assert scene_after.told == [
        "the sensor has started and sends nothing yet; some take half a minute"
    ]
    first = next(each for each in heard if each.channel == IMU_UUID)
    assert s_from_ns(first.received_ns) > first_data_s


GOOD = ProfileConfig().encode()
VERSION_2 = b"\x02" + GOOD[1:]
TOO_FAST = GOOD[:2] + (208).to_bytes(2, "little") + GOOD[4:]
IN_MG = GOOD[:8] + struct.pack("<f", 0.244) + GOOD[12:]


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (VERSION_2, "configuration version 1, got 2"),
        (VERSION_2[:7], "configuration version 1, got 2"),
        (TOO_FAST, "25 to 200 Hz, got 208"),
        (IN_MG, "LSB of the accelerometer"),
        (b"", "got 0"),
    ],
)
@pytest.mark.parametrize("takes_requests", [True, False])
def test_a_sensor_that_could_not_be_understood_is_refused_before_it_starts(
    config: bytes, says: str, *, takes_requests: bool
) -> None:
    def prepare(scene: Scene) -> None:
        scene.sensor.values[CONFIG_UUID] = config
        scene.sensor.after_request = config if takes_requests else None

    scene = opening_fails(prepare)
    assert isinstance(scene.error, SensorError)
    assert not isinstance(scene.error, LinkError)
    assert says in str(scene.error)
    assert "start" not in scene.sensor.journal
    assert scene.sensor.journal.count("connect") == 1
    assert scene.sensor.connection is None


@pytest.mark.parametrize(
    "left",
    [
        ProfileConfig(rate_hz=25, gyro_range_dps=None).encode(),
        ProfileConfig(acc_range_g=2).encode(),
        TOO_FAST,
        IN_MG,
    ],
)
def test_what_another_program_left_is_replaced_by_what_the_note_recommends(left: bytes) -> None:
    def scene() -> Scene:
        made = Scene()
        made.sensor.values[CONFIG_UUID] = left
        made.sensor.after_request = GOOD
        return made

    scene_after, heard = play(nothing, scene)
    journal = scene_after.sensor.journal
    asked = journal.index("010164000800e803")
    assert journal[asked + 1] == "read 3d320003"
    assert asked < journal.index("start")
    assert [each.data for each in heard if each.channel == CONFIG_UUID] == [left, GOOD]


def test_a_sensor_that_cannot_be_configured_is_used_as_it_is() -> None:
    slow = ProfileConfig(rate_hz=50, gyro_range_dps=None).encode()

    def scene() -> Scene:
        made = Scene()
        made.sensor.values[CONFIG_UUID] = slow
        return made

    _, heard = play(nothing, scene)
    assert link_states(heard) == OPENED


def test_a_slow_starter_that_comes_back_is_waited_for_just_as_long() -> None:
    async def drop(scene: Scene) -> None:
        scene.sensor.first_data_s = 28.0
        scene.sensor.break_link()
        await asyncio.sleep(35.0)

    scene, heard = play(drop)
    assert link_states(heard) == [*OPENED, *CAME_BACK[:-1], "waiting", "streaming"]
    assert scene.sensor.journal.count("connect") == 2


def test_without_bluetooth_nothing_is_tried_twice() -> None:
    scene = opening_fails(lambda scene: setattr(scene.radio, "trouble", OFF))
    assert scene.error is OFF
    assert scene.radio.searches == 0


def test_a_sensor_that_is_not_there_is_searched_for_once() -> None:
    scene = opening_fails(lambda scene: setattr(scene.sensor, "in_range", False))
    assert isinstance(scene.error, NotFoundError)
    assert scene.radio.searches == 1


def test_a_kind_that_is_none_disconnects_again() -> None:
    scene = opening_fails(lambda _scene: None, DeviceQuery(ADDRESS, "abacus"))
    assert "abacus" in str(scene.error)
    assert scene.sensor.journal == ["connect", "disconnect"]


def test_a_drop_is_announced_and_mended_and_nothing_is_invented_meanwhile() -> None:
    async def drop(scene: Scene) -> None:
        await asyncio.sleep(3.0)
        scene.sensor.in_range = False
        scene.sensor.break_link()
        await asyncio.sleep(8.0)
        scene.sensor.in_range = True
        await asyncio.sleep(5.0)

    scene, heard = play(drop)
    assert link_states(heard) == [*OPENED, *CAME_BACK]
    # Whatever the sensor does with a left-over stream, it is stopped before it is started again.
    assert scene.sensor.journal.count("stop") == 3
    streaming = [each for each in heard if each.channel == IMU_UUID]
    times_s = [s_from_ns(each.received_ns) for each in streaming]
    gaps = [later - earlier for earlier, later in pairwise(times_s)]
    assert sorted(gaps)[-1] > 8.0
    assert sorted(gaps)[-2] < 0.1
    states = {each.data: each.received_ns for each in heard if each.channel == LINK_CHANNEL}
    assert not any(
        states[b"lost"] < each.received_ns < states[b"configuring"] for each in streaming
    )


def test_a_sensor_that_stays_away_is_gone_after_a_minute_and_still_welcome() -> None:
    async def away_for_minutes(scene: Scene) -> None:
        scene.sensor.in_range = False
        scene.sensor.break_link()
        await asyncio.sleep(300.0)
        scene.sensor.in_range = True
        await asyncio.sleep(12.0)

    scene, heard = play(away_for_minutes)
    assert link_states(heard) == [
        *OPENED,
        "lost",
        "reconnecting",
        "gone",
        "configuring",
        "streaming",
    ]
    gone = next(each for each in heard if each.data.startswith(b"gone"))
    assert 60.0 < s_from_ns(gone.received_ns) < 80.0
    assert scene.radio.searches > 25


def test_bluetooth_that_is_switched_off_is_named_once_and_waited_for() -> None:
    async def switch_off(scene: Scene) -> None:
        scene.radio.trouble = OFF
        scene.sensor.break_link()
        await asyncio.sleep(30.0)
        scene.radio.trouble = None
        await asyncio.sleep(8.0)

    _, heard = play(switch_off)
    assert link_states(heard) == [*OPENED, "lost", "reconnecting", *CAME_BACK[1:]]
    assert details(heard) == [OFF.message]


def test_a_stream_that_falls_silent_is_started_again_on_the_same_connection() -> None:
    async def fall_silent(scene: Scene) -> None:
        scene.sensor.wakes_on_restart = True
        scene.sensor.silent = True
        await asyncio.sleep(4.0)

    scene, heard = play(fall_silent)
    assert link_states(heard) == [*OPENED, "stalled", "streaming"]
    assert scene.sensor.journal.count("connect") == 1
    stalled = next(each for each in heard if each.data == b"stalled")
    before = [
        each.received_ns
        for each in heard
        if each.channel == IMU_UUID and each.received_ns < stalled.received_ns
    ]
    assert s_from_ns(stalled.received_ns - before[-1]) == pytest.approx(2.0, abs=0.1)


def test_where_that_does_not_help_the_connection_is_made_anew() -> None:
    async def fall_silent(scene: Scene) -> None:
        scene.sensor.silent = True
        await asyncio.sleep(8.5)
        scene.sensor.silent = False
        await asyncio.sleep(3.0)

    scene, heard = play(fall_silent)
    states = link_states(heard)
    assert states == [*OPENED, "stalled", *CAME_BACK]
    assert details(heard) == ["The sensor was connected but sent nothing."]
    assert scene.sensor.journal.count("connect") == 2


def test_a_link_that_breaks_while_it_is_restarted_is_simply_lost() -> None:
    async def fall_silent_and_drop(scene: Scene) -> None:
        scene.sensor.silent = True
        await asyncio.sleep(4.0)
        scene.sensor.silent = False
        scene.sensor.break_link()
        await asyncio.sleep(3.0)

    _, heard = play(fall_silent_and_drop)
    assert details(heard) == []
    assert link_states(heard)[-1] == "streaming"


def test_a_defect_while_coming_back_is_said_and_does_not_end_the_session() -> None:
    async def trip(scene: Scene) -> None:
        scene.sensor.refusals.append(ZeroDivisionError("a defect"))
        scene.sensor.break_link()
        await asyncio.sleep(5.0)

    _, heard = play(trip)
    assert details(heard) == ["ZeroDivisionError: a defect"]
    assert link_states(heard)[-1] == "streaming"


def test_the_battery_is_announced_again_and_again() -> None:
    async def train(scene: Scene) -> None:
        await asyncio.sleep(100.0)
        scene.sensor.battery = 14
        await asyncio.sleep(100.0)

    _, heard = play(train)
    assert [each.data for each in heard if each.channel == "battery"] == [b"87", b"14"]


def test_a_battery_that_cannot_be_read_is_unknown_and_nothing_else() -> None:
    def scene() -> Scene:
        made = Scene()
        made.sensor.battery = None
        return made

    _, heard = play(nothing, scene)
    assert link_states(heard) == OPENED
    assert not [each for each in heard if each.channel == "battery"]


@pytest.mark.parametrize(
    "after_s", [0.05, 0.15, 0.25, 0.31, 0.33, 0.35, 0.37, 0.4, 0.45, 1.0, 3.0]
)
def test_cancelled_at_any_moment_it_leaves_the_sensor_stopped_and_free(after_s: float) -> None:
    async def interrupt() -> FakeSensor:
        scene = Scene()

        async def session() -> None:
            try:
                await scene.open()
                await asyncio.Event().wait()
            finally:
                await scene.close()

        task = asyncio.ensure_future(session())
        await asyncio.sleep(after_s)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0.01)
        await asyncio.wait({task})
        assert task.cancelled()
        return scene.sensor

    sensor = run(interrupt())
    assert sensor.connection is None
    if "start" in sensor.journal:
        last = len(sensor.journal) - 1 - sensor.journal[::-1].index("start")
        assert "stop" in sensor.journal[last:]
    if "connect" in sensor.journal:
        assert sensor.journal[-1] == "disconnect"


def test_a_name_is_followed_by_its_address_once_it_is_known() -> None:
    async def twin_appears(scene: Scene) -> None:
        scene.radio.sensors = (*scene.radio.sensors, FakeSensor("C0:FF:EE:00:00:99"))
        scene.sensor.break_link()
        await asyncio.sleep(5.0)

    scene, heard = play(twin_appears, lambda: Scene(wanted=DeviceQuery(NAME)))
    assert link_states(heard) == [*OPENED, *CAME_BACK]
    assert scene.radio.sensors[1].journal == []


def test_two_of_a_name_are_not_guessed_between() -> None:
    async def attempt() -> None:
        scene = Scene(FakeSensor(), FakeSensor("C0:FF:EE:00:00:99"), wanted=DeviceQuery(NAME))
        await scene.open()

    with pytest.raises(AmbiguousNameError) as caught:
        run(attempt())
    assert ADDRESS in str(caught.value)
    assert "C0:FF:EE:00:00:99" in str(caught.value)


def with_stream(
    act: Callable[[SensorStream, FakeSensor], Coroutine[object, object, None]],
) -> tuple[FakeSensor, list[Notification]]:
    async def whole() -> tuple[FakeSensor, list[Notification]]:
        sensor, queue = FakeSensor(), NotificationQueue(OnFull.DROP_AND_REPORT)
        connection = await FakeRadio(sensor).connect(sensor.discovered())
        identity = Sensor(sensor.address, sensor.name, PROFILE)
        await act(
            SensorStream(identity, connection, NotificationReceiver(queue, LoopClock(), 0)), sensor
        )
        queue.close()
        return sensor, [each async for each in queue.notifications()]

    return run(whole())


def test_it_streams_from_the_first_samples_on() -> None:
    async def act(stream: SensorStream, _sensor: FakeSensor) -> None:
        await stream.start()
        await stream.stop()

    sensor, heard = with_stream(act)
    assert link_states(heard) == ["streaming"]
    assert sensor.journal[-1] == "disconnect"


def test_the_firmware_is_asked_for_once() -> None:
    async def act(stream: SensorStream, _sensor: FakeSensor) -> None:
        await stream.start()
        assert (await stream.with_firmware()).firmware == "1.2.3"
        await stream.stop()

    sensor, _ = with_stream(act)
    assert sensor.journal.count("read 00002a26") == 1


def test_without_samples_it_does_not_stream() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        sensor.silent = True
        with pytest.raises(LinkError, match="sent nothing"):
            await stream.start()

    _, heard = with_stream(act)
    assert link_states(heard) == ["waiting"]


def test_a_link_that_breaks_before_the_first_samples_is_told_as_that() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        sensor.silent = True
        asyncio.get_running_loop().call_later(1.0, sensor.break_link)
        with pytest.raises(LinkError, match="broke"):
            await stream.start()

    with_stream(act)


def test_it_runs_until_the_connection_ends() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        await stream.start()
        asyncio.get_running_loop().call_later(60.0, sensor.break_link)
        assert await stream.watch() == ""
        assert asyncio.get_running_loop().time() > 60.0
        await stream.stop()

    sensor, _ = with_stream(act)
    # Nothing is sent to a sensor that is out of reach.
    assert sensor.journal[-1] != "disconnect"


def test_a_stop_that_hangs_does_not_hold_up_the_end() -> None:
    async def act(stream: SensorStream, sensor: FakeSensor) -> None:
        await stream.start()
        connection = sensor.connection
        assert connection is not None

        async def hang(_channel: str, _data: bytes, *, with_response: bool) -> None:
            await asyncio.sleep(3600.0 if with_response else 0.0)

        connection.write = hang  # type: ignore[assignment]
        began_s = asyncio.get_running_loop().time()
        await stream.stop()
        assert asyncio.get_running_loop().time() - began_s < STOP_S + 0.1

    sensor, _ = with_stream(act)
    assert sensor.journal[-1] == "disconnect"


def test_work_is_done_to_its_end_however_often_it_is_cancelled() -> None:
    async def act() -> tuple[bool, bool]:
        done = []

        async def work() -> None:
            await asyncio.sleep(5.0)
            done.append(True)

        task = asyncio.ensure_future(finish_despite_cancel(work()))
        for _ in range(4):
            await asyncio.sleep(1.0)
            task.cancel()
        await asyncio.wait({task})
        return bool(done), task.cancelled()

    assert run(act()) == (True, True)


def test_without_a_cancellation_its_error_comes_through() -> None:
    async def work() -> None:
        raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError):
        run(finish_despite_cancel(work()))


def test_a_cancellation_weighs_more_than_an_error() -> None:
    async def act() -> bool:
        async def work() -> None:
            await asyncio.sleep(1.0)
            raise ZeroDivisionError("a defect")

        task = asyncio.ensure_future(finish_despite_cancel(work()))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait({task})
        return task.cancelled()

    assert run(act())


SECOND = "C0:FF:EE:00:00:02"


@asynccontextmanager
async def opened(
    radio: FakeRadio, *addresses: str
) -> AsyncGenerator[tuple[RadioSource, NotificationQueue]]:
    """Open sensors into a session's queue."""
    queue = NotificationQueue(OnFull.DROP_AND_REPORT)
    queries = [DeviceQuery(each) for each in addresses]
    async with open_radio(radio, queries, LoopClock(), queue) as source:
        yield source, queue


def recorded(
    radio: FakeRadio, *addresses: str, seconds: float = 5.0
) -> tuple[list[Notification], str]:
    async def act() -> tuple[list[Notification], str]:
        await asyncio.sleep(1000.0)
        async with opened(radio, *addresses) as (source, queue):
            source.end_after(seconds)
            return [each async for each in queue.notifications()], source.sensor

    return run(act())


def test_everything_from_the_search_on_is_in_the_stream_with_times_from_its_beginning() -> None:
    sensor = FakeSensor()
    heard, kind = recorded(FakeRadio(sensor), ADDRESS)
    assert kind == "profile"
    assert link_states(heard) == ["searching", "connecting", "configuring", "streaming"]
    assert heard[0].received_ns == 0
    assert s_from_ns(heard[-1].received_ns) == pytest.approx(5.5, abs=0.3)
    assert sorted(each.received_ns for each in heard) == [each.received_ns for each in heard]
    assert sensor.journal[-1] == "disconnect"


def test_the_time_is_over_also_while_the_sensor_is_away() -> None:
    sensor = FakeSensor()

    async def act() -> float:
        async with opened(FakeRadio(sensor), ADDRESS) as (source, queue):
            sensor.in_range = False
            sensor.break_link()
            source.end_after(30.0)
            async for _ in queue.notifications():
                pass
            return asyncio.get_running_loop().time()

    assert run(act()) == pytest.approx(30.5, abs=0.5)


def test_two_sensors_are_recorded_side_by_side() -> None:
    first, second = FakeSensor(), FakeSensor(SECOND, "HipTwo")
    radio = FakeRadio(first, second)
    heard, _ = recorded(radio, ADDRESS, SECOND, seconds=60.0)
    packets = [
        sum(each.channel == IMU_UUID and each.device == n for each in heard) for n in (0, 1)
    ]
    assert min(packets) > 1000
    assert link_states(heard, 1) == ["searching", "connecting", "configuring", "streaming"]
    assert [each.journal[-1] for each in (first, second)] == ["disconnect"] * 2
    assert radio.most_busy == 1


def test_one_that_is_away_does_not_disturb_the_other() -> None:
    first, second = FakeSensor(), FakeSensor(SECOND, "HipTwo")
    radio = FakeRadio(first, second)

    async def act() -> list[Notification]:
        async with opened(radio, ADDRESS, SECOND) as (source, queue):
            second.in_range = False
            second.break_link()
            loop = asyncio.get_running_loop()
            loop.call_later(30.0, first.break_link)
            source.end_after(60.0)
            return [each async for each in queue.notifications()]

    heard = run(act())
    # The first is back although the adapter is busy looking for the second.
    assert link_states(heard)[-4:] == ["lost", "reconnecting", "configuring", "streaming"]
    back_ns = [each.received_ns for each in heard if each.channel == IMU_UUID and not each.device]
    gaps_s = [s_from_ns(b - a) for a, b in pairwise(back_ns)]
    assert max(gaps_s) < 8.0
    assert radio.most_busy == 1


def test_a_second_sensor_that_is_not_there_stops_the_first() -> None:
    first = FakeSensor()
    with pytest.raises(NotFoundError):
        recorded(FakeRadio(first), ADDRESS, SECOND)
    assert first.journal[-1] == "disconnect"
    assert not first.streams()


def test_whatever_ends_the_session_the_sensor_is_stopped() -> None:
    sensor = FakeSensor()

    async def act() -> None:
        async with opened(FakeRadio(sensor), ADDRESS):
            raise ZeroDivisionError("a defect in the session")

    with pytest.raises(ZeroDivisionError):
        run(act())
    assert sensor.journal[-1] == "disconnect"


def test_the_stream_ends_behind_what_has_arrived() -> None:
    async def act() -> list[Notification]:
        async with opened(FakeRadio(FakeSensor()), ADDRESS) as (source, queue):
            source.end()
            return [each async for each in queue.notifications()]

    assert link_states(run(act()))[-1] == "streaming"


def test_a_defect_of_the_link_ends_the_session_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def trip(_stream: object) -> str:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("tracker.ble.link.SensorStream.watch", trip)

    async def act() -> None:
        async with opened(FakeRadio(FakeSensor()), ADDRESS) as (_source, queue):
            async for _ in queue.notifications():
                pass

    with pytest.raises(ZeroDivisionError):
        run(act())


def test_opened_in_a_task_that_is_cancelled_it_cleans_up() -> None:
    sensor = FakeSensor()
    sensor.refusals.extend([LinkError("abort", None)] * 2)

    async def act() -> bool:
        async with AsyncExitStack() as stack:
            opening = stack.enter_async_context(opened(FakeRadio(sensor), ADDRESS))
            task = asyncio.ensure_future(opening)
            await asyncio.sleep(2.7)
            task.cancel()
            await asyncio.wait({task})
            return task.cancelled()

    assert run(act())
    assert sensor.connection is None
