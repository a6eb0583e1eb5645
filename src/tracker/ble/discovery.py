"""Which sensors are around, which one the user means, and of what kind it is.

Addresses are MACs on Linux and Windows, and UUIDs on macOS, which hides the MAC.
"""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.ble.ports import Connection, DiscoveredDevice, LinkError, Radio
from tracker.domain import SensorError, TrackerError
from tracker.language import _, ngettext
from tracker.sensors import SensorFamily, families, family, identify, identify_connected

if TYPE_CHECKING:
    from collections.abc import Sequence

SCAN_S: Final = 5.0
"""A power-saving sensor advertises every 1 to 2 s, and one advertisement may be missed."""

MAX_DEVICES: Final = 1024
"""Devices kept from one scan: a full gym has a few hundred, and phones change their addresses."""

FIND_S: Final = 12.0
"""A power-saving sensor advertises at least every 2 s; six chances are enough."""

TWINS_S: Final = 3.0
"""How long to wait for another sensor of the same name, s."""

SCAN_RESPONSE_S: Final = 1.5
"""How long to wait for what a scan response may add about a sensor, s."""

_POLL_S: Final = 0.05

_MAC: Final = re.compile(r"[0-9A-F]{2}(?:([:-])[0-9A-F]{2})(?:\1[0-9A-F]{2}){4}", re.IGNORECASE)
_UUID: Final = re.compile(r"\{?([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}?", re.IGNORECASE)


class Scan:
    """The devices found so far, which a screen can show while the scan goes on."""

    def __init__(self) -> None:
        self._devices: dict[str, DiscoveredDevice] = {}

    @property
    def devices(self) -> tuple[DiscoveredDevice, ...]:
        """Known sensors first, then by signal strength."""

        def rank(device: DiscoveredDevice) -> tuple[bool, int, str]:
            strength = -999 if device.rssi_dbm is None else device.rssi_dbm
            return device.kind is None, -strength, device.address

        return tuple(sorted(self._devices.values(), key=rank))

    async def listen(self, radio: Radio, seconds: float) -> None:
        """Scan for `seconds`."""
        for device in await radio.connected():
            # Of connected devices only those that look like a sensor: nobody asked for a keyboard.
            if device.kind is not None:
                self.add(device)
        try:
            async with asyncio.timeout(seconds) as limit, radio.scanning() as discovered:
                async for device in discovered:
                    self.add(device)
        except TimeoutError:
            # The platform raises timeouts too, which mean something else.
            if not limit.expired():
                raise

    def add(self, device: DiscoveredDevice) -> None:
        """Add a device, or update it with a newer advertisement."""
        older = self._devices.get(device.address)
        if older is not None:
            self._devices[device.address] = older.updated(device)
        elif len(self._devices) < MAX_DEVICES:
            self._devices[device.address] = device


def as_address(text: str) -> str | None:
    """Return an address in the tracker's notation, or None if `text` is a name.

    Twelve digits without colons are a name: some serial numbers look like that.
    """
    text = text.strip()
    if _MAC.fullmatch(text):
        return text.replace("-", ":").upper()
    found = _UUID.fullmatch(text)
    return found.group(1).upper() if found else None


def is_foreign(address: str, platform: str) -> bool:
    """Return whether an address (from `as_address`) cannot come from a `sys.platform`."""
    return (":" in address) == (platform == "darwin")


class AmbiguousNameError(TrackerError):
    """Several sensors have the name that the user gave."""


class NotFoundError(LinkError):
    """The sensor was not found."""


@dataclass(frozen=True, slots=True)
class DeviceQuery:
    """The sensor that the user asked for."""

    text: str
    """An address or a name, as the user wrote it."""
    kind: str | None = None
    """Kind of sensor, if the user named it; None lets the sensor tell."""

    @property
    def address(self) -> str | None:
        """The address; None for a name."""
        return as_address(self.text)

    def matches(self, device: DiscoveredDevice) -> bool:
        """Return whether a device is the requested sensor."""
        if self.address is not None:
            return as_address(device.address) == self.address
        name = device.name or ""
        return name.strip().casefold() == self.text.strip().casefold()


async def find(
    radio: Radio, query: DeviceQuery, timeout_s: float = FIND_S, platform: str = sys.platform
) -> DiscoveredDevice:
    """Return the requested sensor as soon as it is found without ambiguity.

    Addresses of other systems than `platform` (`sys.platform`) are rejected. Raises
    `NotFoundError` if it is not found, `AmbiguousNameError` if several sensors have the name, and
    `SensorError` if Bluetooth cannot be used.
    """
    address = query.address
    if address is not None and is_foreign(address, platform):
        own = _("a UUID") if platform == "darwin" else _("a MAC like C0:FF:EE:00:00:01")
        raise NotFoundError(
            _("{address} is an address of another operating system; here it is {own}.").format(
                address=query.text, own=own
            ),
            _("See what it is called here: tracker scan\nOr use the sensor's name."),
        )
    # A leftover connection keeps a sensor from advertising: it is here, but no scan finds it.
    connected = [each for each in await radio.connected() if query.matches(each)]
    if connected:
        return _only(connected, query)
    scan = Scan()
    scanning = asyncio.ensure_future(scan.listen(radio, timeout_s))
    try:
        await _until_sure(scan, query, scanning)
    finally:
        scanning.cancel()
        await asyncio.wait({scanning})
    if scanning.done() and not scanning.cancelled():
        scanning.result()
    found = [each for each in scan.devices if query.matches(each)]
    if not found:
        raise _not_found(query, scan.devices)
    return _only(found, query)


async def _until_sure(scan: Scan, query: DeviceQuery, scanning: asyncio.Future[None]) -> None:
    """Return when further scanning would change nothing, or when it has ended."""
    loop = asyncio.get_running_loop()
    since_s: float | None = None
    while not scanning.done():
        found = [each for each in scan.devices if query.matches(each)]
        if found:
            since_s = loop.time() if since_s is None else since_s
            if loop.time() - since_s >= _enough_s(found, query):
                return
        await asyncio.wait({scanning}, timeout=_POLL_S)


def _enough_s(found: Sequence[DiscoveredDevice], query: DeviceQuery) -> float:
    """Return how long to go on scanning once a match is found, s."""
    if query.address is None:
        return TWINS_S
    known = query.kind is not None or found[0].kind is not None
    return 0.0 if known and found[0].name is not None else SCAN_RESPONSE_S


def _only(found: Sequence[DiscoveredDevice], query: DeviceQuery) -> DiscoveredDevice:
    if len(found) > 1:
        listed = "\n".join(
            f"  {each.address}" + ("" if each.rssi_dbm is None else f"  {each.rssi_dbm} dBm")
            for each in found
        )
        raise AmbiguousNameError(
            _("{amount} sensors are called {name!r}.").format(amount=len(found), name=query.text),
            _("Name one by its address; the nearest has the strongest signal:\n{listed}").format(
                listed=listed
            ),
        )
    return found[0]


def _not_found(query: DeviceQuery, others: Sequence[DiscoveredDevice]) -> NotFoundError:
    known = [each for each in others if each.kind is not None]
    if known:
        message = ngettext(
            "The sensor {name} was not found. One other known sensor was: {other}.",
            "The sensor {name} was not found. {amount} other known sensors were.",
            len(known),
        ).format(name=query.text, amount=len(known), other=known[0].name or known[0].address)
    else:
        message = _("The sensor {name} was not found. No known sensor was.").format(
            name=query.text
        )
    return NotFoundError(
        message,
        _(
            "Wake it up, bring it near, charge it; a phone that is connected to it keeps it "
            "silent.\nSee what is around: tracker scan"
        ),
    )


@dataclass(frozen=True, slots=True)
class Sensor:
    """A connected sensor."""

    address: str
    """As Bleak gives it: a MAC on Linux and Windows, a UUID on macOS."""
    name: str | None
    """Its own name."""
    family: SensorFamily
    """Its family."""
    firmware: str | None = None
    """Firmware version; None if it does not report one."""

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.name or self.address


def identified(device: DiscoveredDevice, connection: Connection, kind: str | None) -> Sensor:
    """Return the sensor behind a connection, of the `kind` that the user named if any.

    Raises `SensorError` if its kind is unknown, or it cannot be used, and `UnknownNameError` if
    there is no such `kind`.
    """
    advertisement = replace(
        device.advertisement,
        name=device.name or connection.name,
        service_uuids=(*device.advertisement.service_uuids, *connection.services),
    )
    match = (
        family(kind)
        if kind is not None
        else identify_connected(advertisement, connection.services) or identify(advertisement)
    )
    title = advertisement.name or device.address
    refusal = device.refusal if match is None else match.refuses(advertisement)
    if refusal is not None:
        raise SensorError(
            _("{title} cannot be used: {refusal}.").format(title=title, refusal=refusal),
            _("See which devices around can be: tracker scan\nWithout any: tracker demo"),
        )
    if match is None:
        kinds = ", ".join(each.kind for each in families().values() if each.start)
        raise SensorError(
            _("{title} is not a sensor of a known kind.").format(title=title),
            _(
                "If you know better, name its kind with --kind, one of: {kinds}\n"
                "See which devices around are known: tracker scan"
            ).format(kinds=kinds),
        )
    if connection.mtu is not None and connection.mtu < match.least_mtu:
        raise SensorError(
            _(
                "This Bluetooth adapter takes packets of {mtu} bytes at most; "
                "{title} sends up to {least_mtu}."
            ).format(mtu=connection.mtu, title=match.title, least_mtu=match.least_mtu),
            _(
                "Update the system's Bluetooth driver, or use another adapter (4.2 or newer).\n"
                "See what the tracker finds: tracker doctor"
            ),
        )
    return Sensor(device.address, advertisement.name, match)
