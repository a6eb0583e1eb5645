"""Keeps one sensor streaming: find, connect, start, watch, and come back when it is lost.

Theory of operation
-------------------
`open` goes searching → connecting → configuring → streaming, tries a few times and raises what
stands in the way. From then on `keep` never raises; what happens is announced in the stream:

    streaming ──silent──▶ stalled ──started again, samples──▶ streaming
        │                    └──────────still silent──────▶ lost
        └──connection ended──▶ lost ──▶ reconnecting ──▶ configuring ──▶ streaming
                                             └──a minute──▶ gone (and still trying)

`close` runs the stop script and disconnects, whatever state the link is in.

How long the link waits for what, and how often it tries; each number with its reason.

One sensor that was started on one connection: wait for its samples, watch them, stop it.

What has to be done on the way out, even if the wearer presses Ctrl-C again meanwhile.

The radio as a source of a session: one sensor, or two side by side.

Sensors are opened before the session begins, so that a recording knows from its first byte who is
recorded, and a sensor that cannot be reached leaves no empty recording behind.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final

from tracker.ble.discovery import FIND_S, DeviceQuery, NotFoundError, find, sensor_of
from tracker.ble.errors import LinkError
from tracker.ble.receiver import NotificationQueue, NotificationReceiver
from tracker.ble.script_runner import ScriptRunner
from tracker.domain import LinkState, SensorError
from tracker.domain.units import ns_from_s, s_from_ns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Sequence

    from tracker.ble.discovery import Sensor
    from tracker.ble.ports import Clock, Connection, NotificationSink, Radio
    from tracker.domain import Notification

OPEN_DELAYS_S: Final = (0.5, 1.5, 3.0)
"""Pauses before another attempt to begin a session, s. One connection in ten fails for no reason
that lasts; four attempts in a row fail for one that does, and the user should hear it."""

RECONNECT_DELAYS_S: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Pauses before attempts to come back, s; the last is repeated. A sensor that slipped out of
range is back in a moment, and one that is away costs the battery of the laptop only."""

SEARCH_S: Final = 5.0
"""One search for a sensor that was lost, s. Several sensors take turns at the adapter, so none
of them may have it for long."""

FIRST_DATA_S: Final = 5.0
"""From the end of the start script to the first samples, s: the slowest sensor fills a packet in
1.5 s, and an old one needs a moment to switch its chip on."""

STALL_S: Final = 2.0
"""Silence that is no stall of the radio any more, s: retransmissions take up to 0.3 s, and links
give up on their own after 2 to 6 s."""

GONE_S: Final = 60.0
"""A sensor that was away for so long has most likely been switched off, s. The search goes on."""

STOP_S: Final = 3.0
"""Longest stop script, s: nobody waits longer for a program to end."""

FIRMWARE_S: Final = 2.0
"""Longest wait for the version of the firmware before a session begins without it, s."""

BATTERY_EVERY_S: Final = 180.0
"""Between two looks at the battery, s: the smallest one lasts four hours, so that is 1 %."""


LOOK_S: Final = 0.05
"""How often it is looked whether samples have come, s; a rep is not missed for it."""


class SensorStream:
    """A sensor over a connection that lasts as long as it lasts.

    Parameters
    ----------
    sensor
        Who it is.
    connection
        How it is reached.
    ear
        Hears it.
    """

    def __init__(self, sensor: Sensor, connection: Connection, ear: NotificationReceiver) -> None:
        self._sensor = sensor
        self._connection = connection
        self._ear = ear
        self._conversation = ScriptRunner(connection, ear)

    async def start(self) -> None:
        """Run the start script and wait for the first samples.

        Raises
        ------
        SensorError
            If a step fails, or nothing comes.
        """
        self._ear.tell(LinkState.CONFIGURING)
        await self._begin()

    async def named(self) -> Sensor:
        """Return the sensor with the version of its firmware, if it says that soon."""
        inquiry = self._sensor.family.firmware
        if inquiry is None:
            return self._sensor
        firmware = await self._conversation.ask(inquiry, FIRMWARE_S)
        return replace(self._sensor, firmware=firmware)

    async def run(self) -> str:
        """Return when the stream has ended for good, and why, as far as that is known."""
        asking = asyncio.ensure_future(self._ask_for_the_battery())
        try:
            return await self._watch()
        finally:
            asking.cancel()
            await asyncio.wait({asking})
            if not asking.cancelled():
                # An answer that cannot be read leaves the charge unknown, whatever is wrong.
                asking.exception()

    async def end(self) -> None:
        """Stop the sensor, if it can still be told, and disconnect."""
        if not self._connection.lost.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await self._conversation.run_through(self._sensor.family.stop)
        await self._connection.close()

    async def _begin(self) -> None:
        began_ns = self._ear.now_ns
        await self._conversation.run(self._sensor.family.start)
        try:
            async with asyncio.timeout(FIRST_DATA_S):
                while self._newest_ns < began_ns:
                    if await self._ended_within(LOOK_S):
                        raise LinkError(
                            "The connection broke as soon as it was there.",
                            "Bring the sensor near and charge it.\n"
                            "A phone that is connected to it may have taken it away.",
                        )
        except TimeoutError:
            raise LinkError(
                f"The sensor is connected but sends nothing ({self._sensor.family.title}).",
                "Switch it off and on. If that does not help, it may be of another kind:\n"
                "tracker pair ADDRESS --kind KIND",
            ) from None
        self._ear.tell(LinkState.STREAMING)

    async def _watch(self) -> str:
        """Restart a stream that falls silent; return when that does not help either."""
        while True:
            left_s = STALL_S - s_from_ns(self._ear.now_ns - self._newest_ns)
            if await self._ended_within(max(left_s, 0.0)):
                return ""
            if s_from_ns(self._ear.now_ns - self._newest_ns) < STALL_S:
                continue
            self._ear.tell(LinkState.STALLED)
            if not await self._restarted():
                ended = self._connection.lost.is_set()
                return "" if ended else "The sensor was connected but sent nothing."

    async def _restarted(self) -> bool:
        try:
            async with asyncio.timeout(STOP_S):
                await self._conversation.run_through(self._sensor.family.stop)
            await self._begin()
        except (SensorError, TimeoutError):
            return False
        return True

    async def _ask_for_the_battery(self) -> None:
        inquiry = self._sensor.family.battery
        while inquiry is not None:
            percent = await self._conversation.ask(inquiry)
            if percent is not None:
                self._ear.tell_battery(percent)
            await asyncio.sleep(BATTERY_EVERY_S)

    @property
    def _newest_ns(self) -> int:
        """Session time of the newest samples, ns; before the session where there are none."""
        newest_ns = self._ear.newest_ns(self._sensor.family.default_channel)
        return -1 if newest_ns is None else newest_ns

    async def _ended_within(self, duration_s: float) -> bool:
        """Wait so long, and say whether the connection has ended by then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._connection.lost.wait()
        return self._connection.lost.is_set()


async def see_through(work: Coroutine[object, object, None]) -> None:
    """Do `work` to its end, and only then heed a cancellation that came in between.

    The work has to be bounded by its own timeouts.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        # Retrieved, so that the loop does not complain about it at its end.
        task.exception()
        raise cancelled
    task.result()


class ConnectionSupervisor:
    """One sensor's link.

    Parameters
    ----------
    radio
        The adapter.
    wanted
        Whom to link to.
    ear
        Hears the sensor, and announces what happens to the link.
    air
        Held while the adapter searches or connects: it does one of them at a time.
    """

    def __init__(
        self, radio: Radio, wanted: DeviceQuery, ear: NotificationReceiver, air: asyncio.Lock
    ) -> None:
        self._radio = radio
        self._wanted = wanted
        self._ear = ear
        self._air = air
        self._stream: SensorStream | None = None

    async def open(self) -> Sensor:
        """Bring the sensor to stream, and return who it is.

        Raises
        ------
        SensorError
            If it cannot be brought to, after a few attempts where another may help.
        """
        for delay_s in OPEN_DELAYS_S:
            try:
                return await self._open_once()
            except NotFoundError:
                raise
            except LinkError as error:
                self._ear.tell(LinkState.LOST, error.message)
                await asyncio.sleep(delay_s)
        return await self._open_once()

    async def keep(self) -> None:
        """Keep it streaming until cancelled."""
        while self._stream is not None:
            why = await self._stream.run()
            self._ear.tell(LinkState.LOST, why)
            await self.close()
            await self._come_back()

    async def close(self) -> None:
        """Stop the sensor and disconnect; a second time is harmless."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await see_through(stream.end())

    async def _open_once(self) -> Sensor:
        self._ear.tell(LinkState.SEARCHING)
        stream = await self._established(FIND_S, first=True)
        return await stream.named()

    async def _established(self, patience_s: float, *, first: bool = False) -> SensorStream:
        """Find, connect, identify and start."""
        async with self._air:
            sighting = await find(self._radio, self._wanted, patience_s)
            if first:
                self._ear.tell(LinkState.CONNECTING)
            connection = await self._radio.connect(sighting)
        try:
            sensor = sensor_of(sighting, connection, self._wanted.kind)
        except BaseException:
            await see_through(connection.close())
            raise
        # From now on it is this one, also if another of the same name comes along.
        self._wanted = DeviceQuery(sensor.address, sensor.family.kind)
        self._stream = stream = SensorStream(sensor, connection, self._ear)
        try:
            await stream.start()
        except BaseException:
            await self.close()
            raise
        return stream

    async def _come_back(self) -> None:
        """Try until the sensor streams again."""
        lost_ns = self._ear.now_ns
        said = (LinkState.RECONNECTING, "")
        self._ear.tell(*said)
        for delay_s in chain(RECONNECT_DELAYS_S, repeat(RECONNECT_DELAYS_S[-1])):
            await asyncio.sleep(delay_s)
            try:
                await self._established(SEARCH_S)
            except NotFoundError:
                why = ""
            except SensorError as error:
                why = error.message
            except Exception as error:  # Whatever it is: the set goes on, and the screen says it.
                why = f"{type(error).__name__}: {error}"
            else:
                return
            gone = self._ear.now_ns - lost_ns > ns_from_s(GONE_S)
            now = (LinkState.GONE if gone else LinkState.RECONNECTING, why)
            if now != said:
                self._ear.tell(*now)
                said = now


class RadioSource:
    """What opened sensors send, with the announcements of their links in between.

    Parameters
    ----------
    sensors
        Who they are; the first is the one that detection uses.
    inbox
        Where everything arrives.
    read
        What `notifications` reads, unless somebody else reads the inbox.
    """

    def __init__(
        self, sensors: Sequence[Sensor], inbox: NotificationSink, read: NotificationQueue
    ) -> None:
        self.sensors = tuple(sensors)
        self.sensor = self.sensors[0].family.kind
        self._inbox = inbox
        self._read = read

    def end_after(self, seconds: float) -> None:
        """Let the stream end in so many seconds from now, whatever state the links are in."""
        asyncio.get_running_loop().call_later(seconds, self._inbox.close)

    def end(self) -> None:
        """Let the stream end behind what has arrived."""
        self._inbox.close()

    async def notifications(self) -> AsyncGenerator[Notification]:
        """Yield what arrives, in order, until the stream is ended."""
        while (notification := await self._read.take()) is not None:
            yield notification


@asynccontextmanager
async def open_radio(
    radio: Radio,
    wanted: Sequence[DeviceQuery],
    clock: Clock,
    queue: NotificationSink | None = None,
) -> AsyncGenerator[RadioSource]:
    """Bring sensors to stream, and stop them on every way out.

    Parameters
    ----------
    radio
        The adapter.
    wanted
        Whom to open; the first becomes device 0.
    clock
        Stamps what arrives; session second 0 is now.
    queue
        Takes what arrives; None for a queue of its own, which the source reads.

    Raises
    ------
    SensorError
        If one of them cannot be reached.
    """
    own, air = NotificationQueue(), asyncio.Lock()
    inbox = own if queue is None else queue
    origin_ns = clock.now_ns()
    ears = [NotificationReceiver(inbox, clock, origin_ns, device) for device in range(len(wanted))]
    links = [
        ConnectionSupervisor(radio, each, ear, air) for each, ear in zip(wanted, ears, strict=True)
    ]
    keeping: set[asyncio.Task[None]] = set()

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            inbox.fail(error)

    try:
        sensors = []
        for link in links:
            sensors.append(await link.open())
            task = asyncio.ensure_future(link.keep())
            task.add_done_callback(ended)
            keeping.add(task)
        yield RadioSource(sensors, inbox, own)
    finally:
        await see_through(_put_down(links, keeping))


async def _put_down(
    links: Sequence[ConnectionSupervisor], keeping: set[asyncio.Task[None]]
) -> None:
    for task in keeping:
        task.cancel()
    if keeping:
        await asyncio.wait(keeping)
    # Each has its own time limits, and one that hangs must not keep the others streaming.
    await asyncio.gather(*(link.close() for link in links), return_exceptions=True)
