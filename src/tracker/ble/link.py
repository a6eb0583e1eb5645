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
"""

from __future__ import annotations

import asyncio
from itertools import chain, repeat
from typing import TYPE_CHECKING

from tracker.ble.closing import see_through
from tracker.ble.errors import LinkError
from tracker.ble.finding import FIND_S, NotFoundError, Wanted, find
from tracker.ble.identity import sensor_of
from tracker.ble.pace import GONE_S, OPEN_DELAYS_S, RECONNECT_DELAYS_S, SEARCH_S
from tracker.ble.stream import Stream
from tracker.domain import LinkState, SensorError
from tracker.domain.units import ns_from_s

if TYPE_CHECKING:
    from tracker.ble.ear import Ear
    from tracker.ble.identity import Sensor
    from tracker.ble.ports import Radio


class Link:
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

    def __init__(self, radio: Radio, wanted: Wanted, ear: Ear, air: asyncio.Lock) -> None:
        self._radio = radio
        self._wanted = wanted
        self._ear = ear
        self._air = air
        self._stream: Stream | None = None

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

    async def _established(self, patience_s: float, *, first: bool = False) -> Stream:
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
        self._wanted = Wanted(sensor.address, sensor.family.kind)
        self._stream = stream = Stream(sensor, connection, self._ear)
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
