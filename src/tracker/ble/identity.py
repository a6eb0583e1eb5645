"""Who answered: the kind of a connected sensor, and whether it can be used at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.domain import SensorError
from tracker.sensors import families, family, identify, identify_connected

if TYPE_CHECKING:
    from tracker.ble.ports import Connection
    from tracker.ble.scan import Sighting
    from tracker.sensors import SensorFamily


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


def sensor_of(sighting: Sighting, connection: Connection, kind: str | None) -> Sensor:
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
