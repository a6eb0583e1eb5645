"""Every sensor family that the tracker knows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import UnknownNameError
from tracker.sensors.profile import PROFILE
from tracker.sensors.samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.sensors.family import Advertisement, SensorFamily

_FAMILIES: Final = MappingProxyType({entry.kind: entry for entry in (PROFILE, SAMPLES)})


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
