"""Keeps sensors streaming: find, connect, start, watch, and reconnect; the source of a session.

Theory of operation
-------------------
`open` goes searching → connecting → configuring → streaming. A sensor that has confirmed its start
and sends nothing yet is waited for on the same connection (waiting): a new one would begin its
half minute anew. Whatever else fails is tried a few times, then what prevents it is raised. From
then on `supervise` never raises; it announces what happens in the stream:

    streaming ──silent──▶ stalled ──restarted, samples──▶ streaming
        │                    └─────────still silent─────▶ lost
        └──connection ended──▶ lost ──▶ reconnecting ──▶ configuring ──▶ streaming
                                             └──a minute──▶ gone (and still trying)

`close` runs the stop script and disconnects, whatever the state of the link.

Sensors are opened before the session begins: a recording then knows its sensors from the first
byte, and a sensor that cannot be reached leaves no empty recording behind.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final

from tracker.ble.discovery import FIND_S, DeviceQuery, NotFoundError, Sensor, find, identified
from tracker.ble.ports import Clock, Connection, LinkError, NotificationSink, Radio
from tracker.ble.receiver import NotificationReceiver
from tracker.ble.script_runner import ScriptRunner
from tracker.domain import LinkState, SensorError
from tracker.domain.units import ns_from_s, s_from_ns
from tracker.language import _, localized
from tracker.sensors import BATTERY_IF_THERE, HEART_RATE_BESIDE, refuse_without_motion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence

OPEN_DELAYS_S: Final = (0.5, 1.5, 3.0)
"""Pauses before further attempts to open a sensor, s. One connection in ten fails for a passing
reason; four failures in a row have a lasting one, which the user should see."""

RECONNECT_DELAYS_S: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Pauses before attempts to reconnect, s; the last is repeated. A sensor that slipped out of range
is back in a moment; searching for one that is away costs only the laptop's battery."""

SEARCH_S: Final = 5.0
"""One search for a lost sensor, s. Sensors take turns at the adapter, so it must be short."""

FIRST_DATA_S: Final = 5.0
"""From the end of the start script to the first samples, s: a packet takes up to 1.5 s to fill,
and an old sensor needs a moment to switch its chip on."""

SLOW_START_S: Final = 40.0
"""The same for a sensor that has confirmed its start, s: straps are reported that send their first
samples 25 to 30 s later."""

MOST_SILENT_STARTS: Final = 2
"""Connections on which a confirmed start may lead to nothing: a subscription can get lost, but not
twice in a row."""

STALL_S: Final = 2.0
"""Silence that the radio does not explain, s: retransmissions take up to 0.3 s, and links are
dropped after 2 to 6 s."""

GONE_S: Final = 60.0
"""After this long, s, a lost sensor has most likely been switched off. The search goes on."""

STOP_S: Final = 3.0
"""Longest stop script, s: nobody waits longer for a program to end."""

FIRMWARE_S: Final = 2.0
"""Longest wait for the firmware version before a session begins without it, s."""

BATTERY_EVERY_S: Final = 180.0
"""Between two battery queries, s: the smallest battery lasts four hours, so that is about 1 %."""

POLL_S: Final = 0.05
"""How often to check for the first samples, s."""


async def finish_despite_cancel(work: Coroutine[object, object, None]) -> None:
    """Run `work` to its end, and only then raise a cancellation that came meanwhile.

    For clean-up that must survive a second Ctrl-C. The work must have its own time limits.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()  # retrieved, or the loop would complain about it at its end
        raise cancelled
    task.result()


class SilentError(LinkError):
    """A sensor that has confirmed its start sends nothing."""


class SensorStream:
    """The stream of one sensor over one connection; `tell` gets news for a user who waits."""

    def __init__(
        self,
        sensor: Sensor,
        connection: Connection,
        receiver: NotificationReceiver,
        tell: Callable[[str], object] = lambda _text: None,
    ) -> None:
        self._sensor = sensor
        self._connection = connection
        self._receiver = receiver
        self._tell = tell
        self._runner = ScriptRunner(connection, receiver)
        self._is_slow = sensor.family.confirms_start
        receiver.follow(sensor.family)

    async def start(self) -> None:
        """Run the start script, and wait for samples; raises `SensorError` if none come."""
        family = self._sensor.family
        began_ns = self._receiver.now_ns
        await self._runner.run(family.start)
        if await self._samples_within(FIRST_DATA_S, began_ns):
            # From now on, on this connection, a longer silence means something else.
            self._is_slow = False
        elif not self._is_slow:
            raise LinkError(
                _("The sensor is connected but sends nothing ({title}).").format(
                    title=family.title
                ),
                _(
                    "Switch it off and on. If that does not help, it may be of another kind:\n"
                    "tracker pair ADDRESS --kind KIND"
                ),
            )
        else:
            self._receiver.announce(LinkState.WAITING)
            self._tell(_("the sensor has started and sends nothing yet; some take half a minute"))
            if not await self._samples_within(SLOW_START_S - FIRST_DATA_S, began_ns):
                raise SilentError(
                    _("The sensor has started but sent nothing for {seconds} s ({title}).").format(
                        seconds=localized(f"{SLOW_START_S:g}"), title=family.title
                    ),
                    _("Moisten a strap and wear it, or switch the sensor off and on."),
                )
        self._receiver.announce(LinkState.STREAMING)

    async def _samples_within(self, duration_s: float, began_ns: int) -> bool:
        """Wait for samples since `began_ns`; raises `LinkError` if the connection ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                while self._newest_ns < began_ns:
                    if await self._ended_within(POLL_S):
                        raise LinkError(
                            _("The connection broke right after it was made."),
                            _(
                                "Bring the sensor near and charge it.\n"
                                "A phone that is connected to it may have taken it away."
                            ),
                        )
        return self._newest_ns >= began_ns

    async def with_firmware(self) -> Sensor:
        """Return the sensor with its firmware version, if it reports that soon."""
        inquiry = self._sensor.family.firmware
        if inquiry is None:
            return self._sensor
        firmware = await self._runner.ask(inquiry, FIRMWARE_S)
        return replace(self._sensor, firmware=firmware)

    async def watch(self) -> str:
        """Return when the stream has ended for good, with the reason as far as it is known."""
        querying = asyncio.ensure_future(self._ask_beside())
        try:
            return await self._restart_when_silent()
        finally:
            querying.cancel()
            await asyncio.wait({querying})
            if not querying.cancelled():
                # A failed query leaves the charge unknown, whatever is wrong.
                querying.exception()

    async def stop(self) -> None:
        """Stop the sensor, if it can still be reached, and disconnect."""
        try:
            if not self._connection.lost.is_set():
                with suppress(TimeoutError):
                    await self._run_stop_script()
        finally:
            await self._connection.close()

    async def _restart_when_silent(self) -> str:
        stall_s = STALL_S + self._sensor.family.pause_s
        while True:
            left_s = stall_s - self._silent_s
            if await self._ended_within(max(left_s, 0.0)):
                return ""
            if self._silent_s < stall_s:
                continue
            self._receiver.announce(LinkState.STALLED)
            try:
                await self._run_stop_script()
                await self.start()
            except (SensorError, TimeoutError):
                ended = self._connection.lost.is_set()
                return "" if ended else _("The sensor was connected but sent nothing.")

    async def _run_stop_script(self) -> None:
        async with asyncio.timeout(STOP_S):
            await self._runner.run(self._sensor.family.stop, lenient=True)

    async def _ask_beside(self) -> None:
        """Subscribe to a heart rate, and ask for the battery again and again, as far as known."""
        await self._runner.ask(HEART_RATE_BESIDE)
        inquiry = self._sensor.family.battery or BATTERY_IF_THERE
        while True:
            percent = await self._runner.ask(inquiry)
            if percent is not None:
                self._receiver.announce_battery(percent)
            await asyncio.sleep(BATTERY_EVERY_S)

    @property
    def _newest_ns(self) -> int:
        """Session time of the newest samples, ns; before the session if there are none."""
        newest_ns = self._receiver.newest_samples_ns
        return -1 if newest_ns is None else newest_ns

    @property
    def _silent_s(self) -> float:
        return s_from_ns(self._receiver.now_ns - self._newest_ns)

    async def _ended_within(self, duration_s: float) -> bool:
        """Wait, and return whether the connection has ended by then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._connection.lost.wait()
        return self._connection.lost.is_set()


class ConnectionSupervisor:
    """The link to one sensor; `adapter_lock` is held while the adapter searches or connects.

    `tell` gets what somebody who waits for `open` should know.
    """

    def __init__(
        self,
        radio: Radio,
        query: DeviceQuery,
        receiver: NotificationReceiver,
        adapter_lock: asyncio.Lock,
        tell: Callable[[str], object] = lambda _text: None,
    ) -> None:
        self._radio = radio
        self._query = query
        self._receiver = receiver
        self._adapter_lock = adapter_lock
        self._tell = tell
        self._stream: SensorStream | None = None

    async def open(self) -> Sensor:
        """Make the sensor stream, and return it; raises `SensorError` after a few attempts."""
        silent = 0
        for delay_s in OPEN_DELAYS_S:
            try:
                return await self._open_once()
            except NotFoundError:
                raise
            except LinkError as error:
                silent += isinstance(error, SilentError)
                if silent == MOST_SILENT_STARTS:
                    raise
                self._receiver.announce(LinkState.LOST, error.message)
                await asyncio.sleep(delay_s)
        return await self._open_once()

    async def supervise(self) -> None:
        """Keep it streaming until cancelled."""
        while self._stream is not None:
            reason = await self._stream.watch()
            self._receiver.announce(LinkState.LOST, reason)
            await self.close()
            await self._reconnect()

    async def close(self) -> None:
        """Stop the sensor and disconnect; a second time is harmless."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await finish_despite_cancel(stream.stop())

    async def _open_once(self) -> Sensor:
        self._receiver.announce(LinkState.SEARCHING)
        stream = await self._start(FIND_S, first=True)
        return await stream.with_firmware()

    async def _start(self, search_s: float, *, first: bool = False) -> SensorStream:
        """Find, connect, identify and start."""
        async with self._adapter_lock:
            device = await find(self._radio, self._query, search_s)
            if first:
                self._receiver.announce(LinkState.CONNECTING)
            connection = await self._radio.connect(device)
        try:
            sensor = identified(device, connection, self._query.kind)
            if self._receiver.device == 0:
                refuse_without_motion(sensor.family)
        except BaseException:
            await finish_despite_cancel(connection.close())
            raise
        # From now on it is this one, even if another of the same name turns up.
        self._query = DeviceQuery(sensor.address, sensor.family.kind)
        self._stream = stream = SensorStream(sensor, connection, self._receiver, self._tell)
        try:
            self._receiver.announce(LinkState.CONFIGURING)
            await stream.start()
        except BaseException:
            await self.close()
            raise
        return stream

    async def _reconnect(self) -> None:
        """Try until the sensor streams again."""
        lost_ns = self._receiver.now_ns
        announced = (LinkState.RECONNECTING, "")
        self._receiver.announce(*announced)
        for delay_s in chain(RECONNECT_DELAYS_S, repeat(RECONNECT_DELAYS_S[-1])):
            await asyncio.sleep(delay_s)
            try:
                await self._start(SEARCH_S)
            except NotFoundError:
                reason = ""
            except SensorError as error:
                reason = error.message
            except Exception as error:  # Whatever it is, the set goes on and the screen shows it.
                reason = f"{type(error).__name__}: {error}"
            else:
                return
            gone = self._receiver.now_ns - lost_ns > ns_from_s(GONE_S)
            now = (LinkState.GONE if gone else LinkState.RECONNECTING, reason)
            if now != announced:
                self._receiver.announce(*now)
                announced = now


class RadioSource:
    """Sensors that are streaming into a queue.

    Detection uses the first of `sensors`. Everything arrives in `sink`.
    """

    def __init__(self, sensors: Sequence[Sensor], sink: NotificationSink) -> None:
        self.sensors = tuple(sensors)
        self.sensor = self.sensors[0].family.kind
        self._sink = sink

    def end_after(self, seconds: float) -> None:
        """End the stream this many seconds from now, whatever the state of the links."""
        asyncio.get_running_loop().call_later(seconds, self._sink.close)

    def end(self) -> None:
        """End the stream after what has arrived."""
        self._sink.close()


@asynccontextmanager
async def open_radio(
    radio: Radio,
    queries: Sequence[DeviceQuery],
    clock: Clock,
    sink: NotificationSink,
    tell: Callable[[str], object] = lambda _text: None,
    adapter_lock: asyncio.Lock | None = None,
) -> AsyncGenerator[RadioSource]:
    """Make sensors stream, and stop them on every way out.

    The first query becomes device 0. `clock` timestamps what arrives, and session second 0 is now;
    all of it goes into `sink`, a queue that the session reads. `tell` gets what somebody who waits
    should know meanwhile. `adapter_lock` is given by whoever opens several radios on one adapter.
    Raises `SensorError` if one of the sensors cannot be reached.
    """
    adapter_lock = asyncio.Lock() if adapter_lock is None else adapter_lock
    origin_ns = clock.now_ns()
    links = [
        ConnectionSupervisor(
            radio, query, NotificationReceiver(sink, clock, origin_ns, device), adapter_lock, tell
        )
        for device, query in enumerate(queries)
    ]
    tasks: set[asyncio.Task[None]] = set()

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            sink.close(error)

    try:
        sensors = []
        for link in links:
            sensors.append(await link.open())
            task = asyncio.ensure_future(link.supervise())
            task.add_done_callback(ended)
            tasks.add(task)
        yield RadioSource(sensors, sink)
    finally:
        await finish_despite_cancel(_shut_down(links, tasks))


async def _shut_down(
    links: Sequence[ConnectionSupervisor], tasks: set[asyncio.Task[None]]
) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    # Each has its own time limits, and one that hangs must not keep the others streaming.
    await asyncio.gather(*(link.close() for link in links), return_exceptions=True)
