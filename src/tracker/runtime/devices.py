"""What one can train with: the sensor that was used last, what is heard now, the simulator."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.ble import Scan
from tracker.domain import TrackerError
from tracker.sensors import families

if TYPE_CHECKING:
    from tracker.ble import Radio, Sighting
    from tracker.runtime.clock import Clock
    from tracker.runtime.config import SensorChoice

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

    async def look(self) -> None:
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


def _device(sighting: Sighting) -> Device:
    name = printable(sighting.name or sighting.address)
    return Device(sighting.address, name, sighting.kind, sighting.rssi_dbm, sighting.refusal)


def printable(name: str) -> str:
    """Return a name that cannot steer the terminal: anybody near may choose it."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"
