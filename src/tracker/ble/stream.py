"""One sensor that was started on one connection: wait for its samples, watch them, stop it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.ble.conversation import Conversation
from tracker.ble.errors import LinkError
from tracker.ble.pace import BATTERY_EVERY_S, FIRMWARE_S, FIRST_DATA_S, STALL_S, STOP_S
from tracker.domain import LinkState, SensorError
from tracker.domain.units import s_from_ns

if TYPE_CHECKING:
    from tracker.ble.ear import Ear
    from tracker.ble.identity import Sensor
    from tracker.ble.ports import Connection

LOOK_S: Final = 0.05
"""How often it is looked whether samples have come, s; a rep is not missed for it."""


class Stream:
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

    def __init__(self, sensor: Sensor, connection: Connection, ear: Ear) -> None:
        self._sensor = sensor
        self._connection = connection
        self._ear = ear
        self._conversation = Conversation(connection, ear)

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
