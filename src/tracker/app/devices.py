"""What can be trained with: the last sensor, those nearby, the simulator; and a check of one."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.ble import Scan, examine
from tracker.domain import (
    RESERVED_CHANNELS,
    BatteryRead,
    Frame,
    LinkChanged,
    LinkState,
    TrackerError,
    read_control_message,
)
from tracker.domain.foreign_text import one_line
from tracker.language import _
from tracker.sensors import families

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from numpy.typing import NDArray

    from tracker.app.clock import Clock
    from tracker.app.config import SensorChoice
    from tracker.ble import DeviceQuery, Radio, SignalQuality
    from tracker.domain import Fault, Notification
    from tracker.sensors import PacketDecoder

LISTEN_S: Final = 3600.0
"""How long one scan lasts, s; then the radio is asked again."""

RETRY_S: Final = 3.0
"""How often an unusable adapter is tried again, s: soon after somebody switched it on."""

LONGEST_NAME: Final = 32
"""Bluetooth allows longer names than a table can show."""


@dataclass(frozen=True, slots=True)
class Device:
    """One line of the list."""

    address: str | None
    """As Bleak gives it; None for the simulated sensor."""
    name: str
    """Its own name, safe to print."""
    kind: str | None
    """Kind of the sensor; None if unknown."""
    rssi_dbm: int | None = None
    """Signal strength, dBm; None if it was not seen yet."""
    refusal: str | None = None
    """Why it can't be used; None if it can."""
    is_last: bool = False
    """Whether it was used last."""

    @property
    def simulated(self) -> bool:
        """Whether it is the simulated lifter."""
        return self.address is None

    @property
    def kind_title(self) -> str:
        """The kind in words; empty if unknown."""
        known = None if self.kind is None else families().get(self.kind)
        return "" if known is None else known.title


@dataclass(frozen=True, slots=True)
class SensorRequest:
    """A sensor to be opened, and how its bytes are to be read."""

    query: DeviceQuery
    settings: str | None = None
    """Settings of the decoder as `key=value` words; None without any."""


SIMULATED: Final = Device(None, _("Simulated lifter"), "profile")
"""The sensor that is always there."""


class Devices:
    """Scans for sensors, and lists those seen so far; the saved one even before it is seen."""

    def __init__(self, radio: Radio, saved: SensorChoice | None, clock: Clock) -> None:
        self._radio = radio
        self._saved = saved
        self._clock = clock
        self._scan = Scan()
        self.trouble: str | None = None
        """Why the adapter can't be used, and what to do; None while it can."""

    @property
    def seen(self) -> tuple[Device, ...]:
        """The last sensor, then known sensors by strength, the simulator, and unknown devices."""
        nearby = {each.address: each for each in self._scan.devices}
        saved, first = self._saved, []
        if saved is not None:
            sighting = nearby.pop(saved.address, None)
            rssi_dbm = None if sighting is None else sighting.rssi_dbm
            name = printable(saved.name or saved.address)
            first = [Device(saved.address, name, saved.kind, rssi_dbm, None, is_last=True)]
        others = [
            Device(
                each.address,
                printable(each.name or each.address),
                each.kind,
                each.rssi_dbm,
                each.refusal or _without_motion(each.kind),
            )
            for each in nearby.values()
        ]
        known = [device for device in others if device.kind is not None]
        unknown = [device for device in others if device.kind is None]
        return (*first, *known, SIMULATED, *unknown)

    async def listen(self) -> None:
        """Scan until cancelled; after trouble with the adapter, try again."""
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    listening = group.create_task(self._scan.listen(self._radio, LISTEN_S))
                    group.create_task(self._all_is_well(listening))
            except ExceptionGroup as errors:
                error = errors.exceptions[0]
                if not isinstance(error, TrackerError):
                    raise error from None
                self.trouble = str(error)
            await self._clock.sleep(RETRY_S)

    async def _all_is_well(self, listening: asyncio.Task[None]) -> None:
        """Clear the trouble once scanning has gone on for a moment."""
        await self._clock.sleep(1.0)
        if not listening.done():
            self.trouble = None


def _without_motion(kind: str | None) -> str | None:
    """Return why nothing can be trained with a kind of sensor alone; None if it can."""
    known = None if kind is None else families().get(kind)
    if known is None or known.has_motion:
        return None
    return _("a {kind} sends no motion; it is worn beside a sensor: --second ADDRESS").format(
        kind=known.title
    )


def printable(name: str) -> str:
    """Return a name that can't control the terminal: anybody nearby may have chosen it."""
    shown = one_line(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


CHECK_S: Final = 5.0
"""Length of a check, s: three seconds of data, a slow start, and an answer about the battery."""

KEPT_S: Final = 10.0
"""What is kept, s: long enough for a still second, short enough to forget a bad start."""


class LiveCheck:
    """Decodes a sensor's packets with a fresh decoder and keeps the last seconds."""

    def __init__(self, decoder: PacketDecoder) -> None:
        self._decoder = decoder
        self._results: deque[Frame | Fault] = deque()
        self.link: LinkState | None = None
        """State of the connection; None if unknown."""
        self.battery_percent: int | None = None
        """Charge, once the sensor has reported it."""
        self.ended = asyncio.Event()
        """Set at the end of the stream."""

    async def watch(self, notifications: AsyncIterator[Notification]) -> None:
        """Take notifications to the end of the stream."""
        try:
            async for notification in notifications:
                self.feed(notification)
        finally:
            self.ended.set()

    def feed(self, notification: Notification) -> None:
        """Take one notification."""
        if notification.channel not in RESERVED_CHANNELS:
            decoded = self._decoder.feed(notification)
            # Answers to the start script are needed to decode, but do not count for the rate.
            if self.link in (None, LinkState.STREAMING):
                self._results.extend(decoded)
                self._forget()
            return
        match read_control_message(notification):
            case BatteryRead(percent=percent):
                self.battery_percent = percent
            case LinkChanged(state=state):
                self.link = state
            case _:
                pass

    def _forget(self) -> None:
        """Drop what is older than `KEPT_S`."""
        newest_s = next(
            (r.received_s for r in reversed(self._results) if isinstance(r, Frame)), 0.0
        )
        while self._results:
            oldest = self._results[0]
            at_s = oldest.received_s if isinstance(oldest, Frame) else oldest.at_s
            if at_s >= newest_s - KEPT_S:
                return
            self._results.popleft()

    @property
    def seconds(self) -> float:
        """Length of what is kept, s, at most `KEPT_S`."""
        times_s = [result.received_s for result in self._results if isinstance(result, Frame)]
        return times_s[-1] - times_s[0] if times_s else 0.0

    @property
    def quality(self) -> SignalQuality:
        """The quality of the signal, in numbers."""
        return examine(self._results, self.battery_percent, self._decoder.promised_hz)

    def trace(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return arrival times, s, shape (n,), and the size of the acceleration, m/s², shape (n,).

        Samples that came together are spread over the time since the packet before.
        """
        frames = [result for result in self._results if isinstance(result, Frame)]
        times_s, sizes = [], []
        for before, frame in pairwise(frames):
            count = len(frame.acc_mps2)
            share = (np.arange(count) + 1.0) / max(count, 1)
            times_s.append(before.received_s + share * (frame.received_s - before.received_s))
            sizes.append(np.linalg.norm(frame.acc_mps2, axis=1))
        if not times_s:
            return np.empty(0), np.empty(0)
        return np.concatenate(times_s), np.concatenate(sizes)
