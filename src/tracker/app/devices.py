"""What one can train with: the sensor that was used last, what is heard now, the simulator.

A look at what a sensor sends before it is trained with: a trace, its rate, its faults.
"""

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
from tracker.sensors import families

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from numpy.typing import NDArray

    from tracker.app.clock import Clock
    from tracker.app.config import SensorChoice
    from tracker.ble import DeviceQuery, DiscoveredDevice, Radio, SignalQuality
    from tracker.domain import Decoder, Fault, Notification

LISTEN_S: Final = 3600.0
"""How long one scan goes on; a radio that lost its way in an hour is asked anew."""

RETRY_S: Final = 3.0
"""How often an adapter that cannot be used is asked again: soon after somebody switched it on."""

LONGEST_NAME: Final = 32
"""What Bluetooth allows is longer than what a table can show."""


@dataclass(frozen=True, slots=True)
class Device:
    """One line of the list."""

    address: str | None
    """As Bleak gives it; None for the simulated sensor."""
    name: str
    """What it calls itself, fit to be printed."""
    kind: str | None
    """Kind of the sensor; None if it is none that we know."""
    rssi_dbm: int | None = None
    """How strong it was heard, dBm; None if it was not heard yet."""
    refusal: str | None = None
    """Why it cannot be used; None if it can."""
    is_last: bool = False
    """Whether it is the one that was used last."""

    @property
    def simulated(self) -> bool:
        """Whether nobody wears it."""
        return self.address is None

    @property
    def kind_title(self) -> str:
        """The kind in words; empty if it is not known."""
        known = None if self.kind is None else families().get(self.kind)
        return "" if known is None else known.title


@dataclass(frozen=True, slots=True)
class SensorRequest:
    """A sensor to be opened, and how its bytes are to be read."""

    query: DeviceQuery
    settings: str | None = None
    """Settings of the decoder as `key=value` words; None without any."""


SIMULATED: Final = Device(None, "Simulated lifter", "profile")
"""The sensor that is always there."""


class Devices:
    """Looks for sensors until it is told not to, and knows what was seen so far.

    Parameters
    ----------
    radio
        The adapter.
    saved
        The sensor that was used last; it is listed before it is heard.
    clock
        Waits before an adapter is asked again.
    """

    def __init__(self, radio: Radio, saved: SensorChoice | None, clock: Clock) -> None:
        self._radio = radio
        self._saved = saved
        self._clock = clock
        self._scan = Scan()
        self.trouble: str | None = None
        """Why nothing can be heard, and what to do; None while all is well."""

    @property
    def seen(self) -> tuple[Device, ...]:
        """The last sensor first, then known sensors by strength, the simulator, the unknown."""
        heard = {each.address: each for each in self._scan.sightings}
        saved, first = self._saved, []
        if saved is not None:
            sighting = heard.pop(saved.address, None)
            rssi_dbm = None if sighting is None else sighting.rssi_dbm
            name = printable(saved.name or saved.address)
            first = [Device(saved.address, name, saved.kind, rssi_dbm, None, is_last=True)]
        others = [_device(sighting) for sighting in heard.values()]
        known = [device for device in others if device.kind is not None]
        unknown = [device for device in others if device.kind is None]
        return (*first, *known, SIMULATED, *unknown)

    async def listen(self) -> None:
        """Listen until cancelled; trouble with the adapter is kept and tried again."""
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
        """Take trouble back once listening has gone on for a moment."""
        await self._clock.sleep(1.0)
        if not listening.done():
            self.trouble = None


def _device(sighting: DiscoveredDevice) -> Device:
    name = printable(sighting.name or sighting.address)
    return Device(sighting.address, name, sighting.kind, sighting.rssi_dbm, sighting.refusal)


def printable(name: str) -> str:
    """Return a name that cannot steer the terminal: anybody near may choose it."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


CHECK_S: Final = 5.0
"""Three seconds of data, whatever a slow sensor needs for its first packets, and its battery."""

KEPT_S: Final = 10.0
"""What is looked at: long enough for a still second, short enough to forget a bad start."""


class LiveCheck:
    """Decodes what comes and keeps the last seconds of it.

    Parameters
    ----------
    decoder
        A fresh one of the sensor's.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._results: deque[Frame | Fault] = deque()
        self.link: LinkState | None = None
        """How the connection is; None before it said so."""
        self.battery_percent: int | None = None
        """Charge, once the sensor told it."""
        self.ended = asyncio.Event()
        """Set once nothing more will come."""

    async def watch(self, notifications: AsyncIterator[Notification]) -> None:
        """Take everything that comes, to the end of the stream."""
        try:
            async for notification in notifications:
                self.feed(notification)
        finally:
            self.ended.set()

    def feed(self, notification: Notification) -> None:
        """Take one notification."""
        if notification.channel not in RESERVED_CHANNELS:
            decoded = self._decoder.feed(notification)
            # What the start script heard is needed to decode, but says nothing about the rate.
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
        """Let go of what is older than what is looked at."""
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
        """How much was seen, s, at most `KEPT_S`."""
        times_s = [result.received_s for result in self._results if isinstance(result, Frame)]
        return times_s[-1] - times_s[0] if times_s else 0.0

    @property
    def checkup(self) -> SignalQuality:
        """What it shows, in numbers."""
        return examine(self._results, self.battery_percent)

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
