"""Payloads of a Movesense subscription, put together from their parts.

A payload that does not fit into one notification continues in the next ones. Nothing in a part
says how much follows, so a payload is complete when it is as long as it should be: at first by the
rate of the subscription, later as long as the sensor was seen to send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.sensors.movesense_wire import is_whole

if TYPE_CHECKING:
    from tracker.sensors.movesense_wire import Resource

MOST_BYTES: Final = 8192
"""Longer than any payload: 1666 samples a second of three signals need 4612."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a part led to."""

    payloads: tuple[bytes, ...] = ()
    """Whole payloads, in order."""
    trouble: str | None = None
    """What came before and cannot be used, in words."""


class Parts:
    """Joins the parts of one subscription's payloads.

    Parameters
    ----------
    resource
        What was subscribed to.
    sized
        Whether the sensor is known to send at the rate of `resource`, which gives the length.
    """

    def __init__(self, resource: Resource, *, sized: bool) -> None:
        self._resource = resource
        self._expected = resource.payload_bytes if sized else None
        self._pending: bytes | None = None
        self._last = 0

    def first(self, data: bytes) -> Joined:
        """Take the part that starts a payload."""
        before, self._pending = self._pending, data
        if before is None:
            return Joined(self._completed())
        if is_whole(before, self._resource):
            # The sensor packs fewer samples than was thought, and nothing more of them came.
            self._expected = len(before)
            return Joined((before, *self._completed()))
        trouble = f"a payload ended after {len(before)} bytes, inside a sample"
        return Joined(self._completed(), trouble)

    def more(self, data: bytes) -> Joined:
        """Take a part that goes on."""
        if self._pending is None:
            # Either the start was lost, or what seemed whole was not; then this is the length.
            self._expected = self._last + len(data) if self._last else self._expected
            return Joined(trouble="the rest of a payload came without its start")
        self._pending += data
        if len(self._pending) > MOST_BYTES:
            self._pending = None
            return Joined(trouble=f"a payload is longer than {MOST_BYTES} bytes")
        return Joined(self._completed())

    def _completed(self) -> tuple[bytes, ...]:
        """Return what is pending if it is all there."""
        pending = self._pending
        if pending is None or not is_whole(pending, self._resource):
            return ()
        if self._expected is not None and len(pending) < self._expected:
            return ()
        self._expected = self._last = len(pending)
        self._pending = None
        return (pending,)
