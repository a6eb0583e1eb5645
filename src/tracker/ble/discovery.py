"""Finds the one sensor that the user named, by its address or by its name.

What addresses look like: a MAC on Linux and Windows, a UUID on macOS, which hides the MAC.

Who answered: the kind of a connected sensor, and whether it can be used at all.
"""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.ble.errors import LinkError
from tracker.ble.ports import Scan
from tracker.domain import SensorError, TrackerError
from tracker.sensors import families, family, identify, identify_connected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.ble.ports import Connection, DiscoveredDevice, Radio
    from tracker.sensors import SensorFamily

_MAC: Final = re.compile(r"[0-9A-F]{2}(?:([:-])[0-9A-F]{2})(?:\1[0-9A-F]{2}){4}", re.IGNORECASE)
_UUID: Final = re.compile(r"\{?([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}?", re.IGNORECASE)


def as_address(text: str) -> str | None:
    """Return an address the way the tracker writes it, or None if `text` is a name.

    Twelve digits without colons are a name: some makers' serial numbers look like that.
    """
    text = text.strip()
    if _MAC.fullmatch(text):
        return text.replace("-", ":").upper()
    found = _UUID.fullmatch(text)
    return found.group(1).upper() if found else None


def is_foreign(address: str, platform: str) -> bool:
    """Say whether an address cannot be of this operating system.

    Parameters
    ----------
    address
        As `as_address` returns it.
    platform
        `sys.platform`.
    """
    return (":" in address) == (platform == "darwin")


FIND_S: Final = 12.0
"""A sensor that saves power advertises every 2 s or faster; six chances are enough."""

TWINS_S: Final = 3.0
"""So long another sensor may take to be heard with the same name, s."""

MORE_S: Final = 1.5
"""So long what is still unknown of a sensor may follow in its scan response, s."""

_LOOK_AGAIN_S: Final = 0.05


class AmbiguousNameError(TrackerError):
    """Several sensors have the name that the user gave."""


class NotFoundError(LinkError):
    """The sensor was not heard."""


@dataclass(frozen=True, slots=True)
class DeviceQuery:
    """What the user called the sensor."""

    text: str
    """As it was written."""
    kind: str | None = None
    """Kind of sensor that the user says it is; None lets the sensor tell."""

    @property
    def address(self) -> str | None:
        """The address, if it is one."""
        return as_address(self.text)

    def is_met_by(self, sighting: DiscoveredDevice) -> bool:
        """Say whether a sighting is of the wanted sensor."""
        if self.address is not None:
            return as_address(sighting.address) == self.address
        name = sighting.name or ""
        return name.strip().casefold() == self.text.strip().casefold()


async def find(
    radio: Radio, wanted: DeviceQuery, patience_s: float = FIND_S, platform: str = sys.platform
) -> DiscoveredDevice:
    """Return the wanted sensor as soon as it is heard and there is no doubt about it.

    Parameters
    ----------
    radio
        The adapter.
    wanted
        Whom to look for.
    patience_s
        Give up after so long, s.
    platform
        `sys.platform`; an address of another system's is told.

    Raises
    ------
    NotFoundError
        If it is not heard.
    AmbiguousNameError
        If several sensors have the name.
    SensorError
        If Bluetooth cannot be used.
    """
    address = wanted.address
    if address is not None and is_foreign(address, platform):
        own = "a UUID" if platform == "darwin" else "a MAC like C0:FF:EE:00:00:01"
        raise NotFoundError(
            f"{wanted.text} is an address of another operating system; here it is {own}.",
            "See what it is called here: tracker scan\nOr use the sensor's name.",
        )
    # A link that was left over keeps a sensor from advertising: it is here and cannot be heard.
    linked = [each for each in await radio.connected() if wanted.is_met_by(each)]
    if linked:
        return _only(linked, wanted)
    scan = Scan()
    listening = asyncio.ensure_future(scan.listen(radio, patience_s))
    try:
        await _until_sure(scan, wanted, listening)
    finally:
        listening.cancel()
        await asyncio.wait({listening})
    if listening.done() and not listening.cancelled():
        listening.result()
    met = [each for each in scan.sightings if wanted.is_met_by(each)]
    if not met:
        raise _not_found(wanted, scan.sightings)
    return _only(met, wanted)


async def _until_sure(scan: Scan, wanted: DeviceQuery, listening: asyncio.Future[None]) -> None:
    """Return when more listening would change nothing, or when it has ended."""
    loop = asyncio.get_running_loop()
    since_s: float | None = None
    while not listening.done():
        met = [each for each in scan.sightings if wanted.is_met_by(each)]
        if met:
            since_s = loop.time() if since_s is None else since_s
            enough_s = _enough_s(met, wanted)
            if loop.time() - since_s >= enough_s:
                return
        await asyncio.wait({listening}, timeout=_LOOK_AGAIN_S)


def _enough_s(met: Sequence[DiscoveredDevice], wanted: DeviceQuery) -> float:
    if wanted.address is None:
        return TWINS_S
    known = wanted.kind is not None or met[0].kind is not None
    return 0.0 if known and met[0].name is not None else MORE_S


def _only(met: Sequence[DiscoveredDevice], wanted: DeviceQuery) -> DiscoveredDevice:
    if len(met) > 1:
        listed = "\n".join(
            f"  {each.address}" + ("" if each.rssi_dbm is None else f"  {each.rssi_dbm} dBm")
            for each in met
        )
        raise AmbiguousNameError(
            f"{len(met)} sensors are called {wanted.text!r}.",
            f"Say which by its address; the nearest is the strongest:\n{listed}",
        )
    return met[0]


def _not_found(wanted: DeviceQuery, heard: Sequence[DiscoveredDevice]) -> NotFoundError:
    known = [each for each in heard if each.kind is not None]
    nearby = f"{len(known)} other known sensors were." if known else "No known sensor was."
    if len(known) == 1:
        nearby = f"One other known sensor was: {known[0].name or known[0].address}."
    return NotFoundError(
        f"The sensor {wanted.text} was not heard. {nearby}",
        "Wake it up, bring it near, charge it; a phone that is connected to it keeps it silent.\n"
        "See what is around: tracker scan",
    )


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor that was connected to."""

    address: str
    """As Bleak gives it: a MAC on Linux and Windows, a UUID on macOS."""
    name: str | None
    """What it calls itself."""
    family: SensorFamily
    """Which kind it is."""
    firmware: str | None = None
    """Version of its firmware; None if it does not say."""

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.address


def sensor_of(sighting: DiscoveredDevice, connection: Connection, kind: str | None) -> Sensor:
    """Return who it is that was connected to.

    Parameters
    ----------
    sighting
        What was heard of it.
    connection
        What it has.
    kind
        What the user says it is; None lets the sensor tell.

    Raises
    ------
    SensorError
        If it is of no known kind, or of one that cannot be used.
    UnknownNameError
        If `kind` is none.
    """
    advertisement = replace(
        sighting.advertisement,
        name=sighting.name or connection.name,
        service_uuids=(*sighting.advertisement.service_uuids, *connection.services),
    )
    found = (
        family(kind)
        if kind is not None
        else identify_connected(advertisement, connection.services) or identify(advertisement)
    )
    title = advertisement.name or sighting.address
    refusal = sighting.refusal if found is None else found.refuses(advertisement)
    if refusal is not None:
        raise SensorError(
            f"{title} cannot be used: {refusal}.",
            "See which of the devices around can be: tracker scan\nWithout any: tracker demo",
        )
    if found is None:
        kinds = ", ".join(each.kind for each in families().values() if each.start)
        raise SensorError(
            f"{title} is no sensor of a kind that the tracker knows.",
            f"If you know better, say so with --kind, one of: {kinds}\n"
            "See which of the devices around are known: tracker scan",
        )
    if connection.mtu is not None and connection.mtu < found.least_mtu:
        raise SensorError(
            f"This Bluetooth adapter takes packets of {connection.mtu} bytes at most; "
            f"{found.title} sends up to {found.least_mtu}.",
            "Update the system's Bluetooth driver, or use another adapter (4.2 or newer).\n"
            "See what the tracker finds: tracker doctor",
        )
    return Sensor(sighting.address, advertisement.name, found)
