"""Runs a family's scripts over a connection, without knowing the family.

What a step means is said beside the steps, in `tracker.sensors.base`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar, assert_never

from tracker.ble.errors import LinkError
from tracker.domain import SensorError
from tracker.sensors import (
    Attempt,
    Decide,
    Expect,
    Pause,
    Read,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.ble.ports import Connection
    from tracker.ble.receiver import NotificationReceiver, ResponseBuffer
    from tracker.domain import Notification
    from tracker.sensors import Inquiry, Step

T = TypeVar("T")

INQUIRY_S: Final = 8.0
"""Longer than any family waits for an answer; an inquiry must not outlast the interest in it."""


class ScriptRunner:
    """One connection and what was said over it; scripts wait for each other.

    Parameters
    ----------
    connection
        Whom to talk to.
    ear
        Who hears the answers, and everything else.
    """

    def __init__(self, connection: Connection, ear: NotificationReceiver) -> None:
        self._connection = connection
        self._ear = ear
        self._subscribed: set[str] = set()
        self._turn = asyncio.Lock()

    async def run(self, steps: Sequence[Step]) -> None:
        """Run a script to its end.

        Raises
        ------
        SensorError
            If a step fails, or a decision says that it cannot go on.
        """
        async with self._turn:
            with self._ear.listening() as listening:
                await self._all(steps, listening)

    async def run_through(self, steps: Sequence[Step]) -> None:
        """Run a script and pass over what fails: the next step may still save the battery."""
        async with self._turn:
            with self._ear.listening() as listening:
                await self._all(steps, listening, lenient=True)

    async def ask(self, inquiry: Inquiry[T], limit_s: float = INQUIRY_S) -> T | None:
        """Put a question; None if there is no answer."""
        async with self._turn:
            with self._ear.listening() as listening:
                with suppress(SensorError, TimeoutError):
                    async with asyncio.timeout(limit_s):
                        await self._all(inquiry.steps, listening)
                return inquiry.answer(listening.heard)

    async def _all(
        self, steps: Sequence[Step], listening: ResponseBuffer, *, lenient: bool = False
    ) -> None:
        for step in steps:
            try:
                await self._one(step, listening, lenient=lenient)
            except SensorError:
                if not lenient:
                    raise

    async def _one(self, step: Step, listening: ResponseBuffer, *, lenient: bool) -> None:
        match step:
            case Read(channel):
                listening.ask()
                self._ear.hear(channel, await self._connection.read(channel))
            case Write(channel, data, with_response):
                listening.ask()
                await self._connection.write(channel, data, with_response=with_response)
            case Subscribe(channel):
                listening.ask()
                await self._subscribe(channel)
            case Unsubscribe(channel):
                await self._unsubscribe(channel)
            case Expect():
                await _expect(step, listening)
            case Pause(duration_s):
                await asyncio.sleep(duration_s)
            case Attempt(steps, otherwise):
                try:
                    await self._all(steps, listening)
                except LinkError:
                    await self._all(otherwise, listening, lenient=lenient)
            case Where(channel, steps, otherwise):
                way = steps if self._connection.has(channel) else otherwise
                await self._all(way, listening, lenient=lenient)
            case Decide(decide):
                await self._all(decide(listening.heard), listening, lenient=lenient)
            case _:
                assert_never(step)

    async def _subscribe(self, channel: str) -> None:
        # A stream that fell silent may hang on the sensor's side of the subscription.
        await self._unsubscribe(channel)
        await self._connection.subscribe(channel, self._ear.on(channel))
        self._subscribed.add(channel)

    async def _unsubscribe(self, channel: str) -> None:
        # Some systems raise on a subscription that is not there.
        if channel in self._subscribed:
            self._subscribed.discard(channel)
            await self._connection.unsubscribe(channel)


async def _expect(step: Expect, listening: ResponseBuffer) -> None:
    def fits(notification: Notification) -> bool:
        if notification.channel != step.channel:
            return False
        if step.anywhere:
            return step.prefix in notification.data
        return notification.data.startswith(step.prefix)

    try:
        async with asyncio.timeout(step.timeout_s):
            await listening.answer(fits)
    except TimeoutError:
        raise LinkError(
            f"The sensor did not answer with {step.prefix.hex(' ')} within {step.timeout_s:g} s.",
            "Switch it off and on. If that does not help, it may be of another kind:\n"
            "tracker pair ADDRESS --kind KIND",
        ) from None
