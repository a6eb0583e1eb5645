"""The radio as a source of a session: one sensor, or two side by side.

Sensors are opened before the session begins, so that a recording knows from its first byte who is
recorded, and a sensor that cannot be reached leaves no empty recording behind.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tracker.ble.closing import see_through
from tracker.ble.ear import Ear
from tracker.ble.inbox import Inbox
from tracker.ble.link import Link

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from tracker.ble.finding import Wanted
    from tracker.ble.identity import Sensor
    from tracker.ble.ports import Clock, Radio
    from tracker.domain import Notification


class RadioSource:
    """What opened sensors send, with the announcements of their links in between.

    Parameters
    ----------
    sensors
        Who they are; the first is the one that detection uses.
    inbox
        Where everything arrives.
    """

    def __init__(self, sensors: Sequence[Sensor], inbox: Inbox) -> None:
        self.sensors = tuple(sensors)
        self.sensor = self.sensors[0].family.kind
        self._inbox = inbox

    def end_after(self, seconds: float) -> None:
        """Let the stream end in so many seconds from now, whatever state the links are in."""
        asyncio.get_running_loop().call_later(seconds, self._inbox.close)

    def end(self) -> None:
        """Let the stream end behind what has arrived."""
        self._inbox.close()

    async def notifications(self) -> AsyncGenerator[Notification]:
        """Yield what arrives, in order, until the stream is ended."""
        while (notification := await self._inbox.take()) is not None:
            yield notification


@asynccontextmanager
async def open_radio(
    radio: Radio, wanted: Sequence[Wanted], clock: Clock
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

    Raises
    ------
    SensorError
        If one of them cannot be reached.
    """
    inbox, air = Inbox(), asyncio.Lock()
    origin_ns = clock.now_ns()
    ears = [Ear(inbox, clock, origin_ns, device) for device in range(len(wanted))]
    links = [Link(radio, each, ear, air) for each, ear in zip(wanted, ears, strict=True)]
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
        yield RadioSource(sensors, inbox)
    finally:
        await see_through(_put_down(links, keeping))


async def _put_down(links: Sequence[Link], keeping: set[asyncio.Task[None]]) -> None:
    for task in keeping:
        task.cancel()
    if keeping:
        await asyncio.wait(keeping)
    # Each has its own time limits, and one that hangs must not keep the others streaming.
    await asyncio.gather(*(link.close() for link in links), return_exceptions=True)
