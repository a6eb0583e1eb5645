"""Runs a family's scripts over a connection, without knowing the family.

The steps are documented where they are defined, in `tracker.sensors.base`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar, assert_never

from tracker.ble.ports import Connection, LinkError
from tracker.domain import Notification, SensorError
from tracker.language import _, localized
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

    from tracker.ble.receiver import NotificationReceiver, ResponseBuffer
    from tracker.sensors import Inquiry, Step

T = TypeVar("T")

INQUIRY_S: Final = 8.0
"""Longer than any family waits for a response; later, nobody would be interested any more."""


class ScriptRunner:
    """Runs scripts over one connection, one at a time; `receiver` gets what the sensor sends."""

    def __init__(self, connection: Connection, receiver: NotificationReceiver) -> None:
        self._connection = connection
        self._receiver = receiver
        self._subscribed: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def run(self, steps: Sequence[Step], *, lenient: bool = False) -> None:
        """Run a script to its end; raises `SensorError` if a step fails or a decision ends it.

        A `lenient` run carries on after a failed step: the next one may still save the battery.
        """
        async with self._one_at_a_time:
            with self._receiver.collecting() as buffer:
                await self._all(steps, buffer, lenient=lenient)

    async def ask(self, inquiry: Inquiry[T], limit_s: float = INQUIRY_S) -> T | None:
        """Put a question; None if there is no answer."""
        async with self._one_at_a_time:
            with self._receiver.collecting() as buffer:
                with suppress(SensorError, TimeoutError):
                    async with asyncio.timeout(limit_s):
                        await self._all(inquiry.steps, buffer)
                return inquiry.answer(buffer.responses)

    async def _all(
        self, steps: Sequence[Step], buffer: ResponseBuffer, *, lenient: bool = False
    ) -> None:
        for step in steps:
            try:
                await self._one(step, buffer, lenient=lenient)
            except SensorError:
                if not lenient:
                    raise

    async def _one(self, step: Step, buffer: ResponseBuffer, *, lenient: bool) -> None:
        match step:
            case Read(channel):
                buffer.mark_request()
                self._receiver.receive(channel, await self._connection.read(channel))
            case Write(channel, data, with_response):
                buffer.mark_request()
                await self._connection.write(channel, data, with_response=with_response)
            case Subscribe(channel):
                buffer.mark_request()
                await self._subscribe(channel)
            case Unsubscribe(channel):
                await self._unsubscribe(channel)
            case Expect():
                await _expect(step, buffer)
            case Pause(duration_s):
                await asyncio.sleep(duration_s)
            case Attempt(steps, otherwise):
                try:
                    await self._all(steps, buffer)
                except LinkError:
                    await self._all(otherwise, buffer, lenient=lenient)
            case Where(channel, steps, otherwise):
                branch = steps if self._connection.has(channel) else otherwise
                await self._all(branch, buffer, lenient=lenient)
            case Decide(decide):
                await self._all(decide(buffer.responses), buffer, lenient=lenient)
            case _:
                assert_never(step)

    async def _subscribe(self, channel: str) -> None:
        # A silent stream may be stuck on the sensor's side of the subscription.
        await self._unsubscribe(channel)
        await self._connection.subscribe(channel, partial(self._receiver.receive, channel))
        self._subscribed.add(channel)

    async def _unsubscribe(self, channel: str) -> None:
        # Some systems raise if there is no subscription.
        if channel in self._subscribed:
            self._subscribed.discard(channel)
            await self._connection.unsubscribe(channel)


async def _expect(step: Expect, buffer: ResponseBuffer) -> None:
    def matches(notification: Notification) -> bool:
        if notification.channel != step.channel:
            return False
        if step.anywhere:
            return step.prefix in notification.data
        return notification.data.startswith(step.prefix)

    try:
        async with asyncio.timeout(step.timeout_s):
            await buffer.response(matches)
    except TimeoutError:
        raise LinkError(
            _("The sensor did not reply {expected} within {seconds} s.").format(
                expected=step.prefix.hex(" "), seconds=localized(f"{step.timeout_s:g}")
            ),
            _(
                "Switch it off and on. If that does not help, it may be of another kind:\n"
                "tracker pair ADDRESS --kind KIND"
            ),
        ) from None
