"""Every sensor family that the tracker knows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import UnknownNameError
from tracker.sensors.metamotion import METAMOTION
from tracker.sensors.microbit import MICROBIT
from tracker.sensors.movesense import MOVESENSE
from tracker.sensors.nus import NUS
from tracker.sensors.polar import POLAR
from tracker.sensors.profile import PROFILE
from tracker.sensors.samples import SAMPLES
from tracker.sensors.thingy52 import THINGY52
from tracker.sensors.witmotion import WITMOTION
from tracker.sensors.xsens_dot import XSENS_DOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.sensors.family import Advertisement, SensorFamily

_FAMILIES: Final = MappingProxyType(
    {
        entry.kind: entry
        for entry in (
            PROFILE,
            SAMPLES,
            WITMOTION,
            METAMOTION,
            MICROBIT,
            THINGY52,
            XSENS_DOT,
            MOVESENSE,
            POLAR,
            NUS,
        )
    }
)


def families() -> Mapping[str, SensorFamily]:
    """Return every family by its kind."""
    return _FAMILIES


def family(kind: str) -> SensorFamily:
    """Return the family of that kind.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    """
    try:
        return _FAMILIES[kind]
    except KeyError:
        raise UnknownNameError("sensor kind", kind, tuple(_FAMILIES)) from None


def identify(advertisement: Advertisement) -> SensorFamily | None:
    """Return the family that recognises an advertisement, or None."""
    return next((entry for entry in _FAMILIES.values() if entry.recognises(advertisement)), None)


def identify_connected(
    advertisement: Advertisement, service_uuids: Iterable[str]
) -> SensorFamily | None:
    """Return the family of a connected sensor, or None.

    Parameters
    ----------
    advertisement
        What it said of itself before; decides where two families share a service.
    service_uuids
        Services that it has.
    """
    present = {uuid.lower() for uuid in service_uuids}
    fitting = [entry for entry in _FAMILIES.values() if present & set(entry.services)]
    recognised = (entry for entry in fitting if entry.recognises(advertisement))
    return next(recognised, fitting[0] if fitting else None)
