"""Every sensor family, ours and those of installed packages, and decoding of hex.

Notifications written down as hex let the owner of an unusual sensor show what it sends; `tracker
decode` prints the document.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tracker.domain import Fault, Frame, Notification, TrackerError, UnknownNameError
from tracker.domain.plugins import merged
from tracker.language import _
from tracker.sensors.base import SensorFamily, guarded
from tracker.sensors.heart_rate import HEART_RATE
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
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.domain import SessionInfo
    from tracker.sensors.base import Advertisement

PLUGIN_GROUP: Final = "tracker.sensors"
"""Entry points of families in other packages."""

_OURS: Final[dict[str, SensorFamily]] = {
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
        # The last: whatever else a sensor with a heart rate is known for comes first.
        HEART_RATE,
    )
}


def families() -> Mapping[str, SensorFamily]:
    """Return every family by its kind, those of installed packages first."""
    return _known()[0]


def family_problems() -> tuple[str, ...]:
    """Return what is wrong with families of installed packages, a line each."""
    return _known()[1]


@cache
def _known() -> tuple[Mapping[str, SensorFamily], tuple[str, ...]]:
    known, problems = merged(_OURS, PLUGIN_GROUP, SensorFamily, "kind")
    # Ours never raise on bytes, and are tested for it.
    safe = {
        kind: entry if kind in _OURS else replace(entry, new_decoder=guarded(entry.new_decoder))
        for kind, entry in known.items()
    }
    return MappingProxyType(safe), problems


def family(kind: str) -> SensorFamily:
    """Return the family of that kind.

    Raises `UnknownNameError` if there is no such kind.
    """
    try:
        return families()[kind]
    except KeyError:
        raise UnknownNameError(_("sensor kind"), kind, tuple(families())) from None


def identify(advertisement: Advertisement) -> SensorFamily | None:
    """Return the family that recognises an advertisement, or None."""
    return next((entry for entry in families().values() if entry.recognises(advertisement)), None)


def identify_connected(
    advertisement: Advertisement, service_uuids: Iterable[str]
) -> SensorFamily | None:
    """Return the family of a connected sensor, or None.

    Where two families share a service, the advertisement decides; what sends motion is never taken
    for less.
    """
    present = {uuid.lower() for uuid in service_uuids}
    fitting = [entry for entry in families().values() if present & set(entry.services)]
    candidates = [entry for entry in fitting if entry.has_motion] or fitting
    recognised = (entry for entry in candidates if entry.recognises(advertisement))
    return next(recognised, candidates[0] if candidates else None)


_SEPARATORS: Final = re.compile(r"0[xX]|[\s:-]")
"""What debugging apps print around and between bytes."""


def parse_settings(pairs: Iterable[str]) -> dict[str, str]:
    """Return settings given as `key=value` by their key.

    Raises `TrackerError` if one has no `=` or no key.
    """
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise TrackerError(
                _("Settings are written key=value, got {pair!r}.").format(pair=pair),
                _("For example acc_range_g=8."),
            )
        settings[key] = value
    return settings


def recorded_settings(info: SessionInfo) -> dict[str, str]:
    """Return the decoder settings that a recording carries."""
    return {} if info.settings is None else parse_settings(info.settings.split())


def decode_transcript(
    family: SensorFamily,
    payloads: Sequence[str],
    *,
    channel: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> tuple[Frame | Fault, ...]:
    """Decode notifications in order with one decoder, as if all had arrived at second 0.

    `payloads` are hex, with or without separators; `name=hex` names the channel of a single one.
    `channel` is the UUID or short name of the channel of the others; None means the family's
    samples. Raises `TrackerError` if a payload is not hex, or the family has no such channel or
    setting.
    """
    return _decoded(family, payloads, channel, settings)[0]


def transcript_document(
    family: SensorFamily,
    payloads: Sequence[str],
    *,
    channel: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what `tracker decode` prints of notifications; takes what `decode_transcript` does.

    `configuration` is the decoder's after the last of them.
    """
    results, configuration = _decoded(family, payloads, channel, settings)
    return {**as_document(results), "configuration": configuration}


def _decoded(
    family: SensorFamily,
    payloads: Sequence[str],
    channel: str | None,
    settings: Mapping[str, str] | None,
) -> tuple[tuple[Frame | Fault, ...], dict[str, object]]:
    decoder = family.decoder(settings or {})
    default = family.default_channel if channel is None else _channel(family, channel)
    notifications = [_notification(family, payload, default) for payload in payloads]
    results = tuple(
        result for notification in notifications for result in decoder.feed(notification)
    )
    return results, decoder.configuration()


def as_document(results: Iterable[Frame | Fault]) -> dict[str, list[dict[str, Any]]]:
    """Return what `tracker decode` prints: `frames` and `faults` as plain lists and numbers."""
    document: dict[str, list[dict[str, Any]]] = {"frames": [], "faults": []}
    for result in results:
        if isinstance(result, Fault):
            document["faults"].append(
                {
                    "reason": result.reason.value,
                    "detail": result.detail,
                    "count": result.count,
                }
            )
            continue
        gyro_radps = result.gyro_radps
        document["frames"].append(
            {
                "acc_mps2": result.acc_mps2.tolist(),
                "gyro_radps": None if gyro_radps is None else gyro_radps.tolist(),
                "device_time_s": result.device_time_s,
                "saturated": result.saturated,
            }
        )
    return document


def _channel(family: SensorFamily, name: str) -> str:
    """Return the UUID for a short name, or for a UUID in any case."""
    if name in family.channels:
        return family.channels[name]
    if name.lower() in family.channels.values():
        return name.lower()
    raise UnknownNameError(
        _("{kind} channel").format(kind=family.kind), name, tuple(family.channels)
    )


def _notification(family: SensorFamily, payload: str, default: str) -> Notification:
    name, equals, text = payload.rpartition("=")
    digits = _SEPARATORS.sub("", text)
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        raise TrackerError(
            _("Notifications are written in hex, two digits a byte, got {payload!r}.").format(
                payload=payload
            ),
            _("For example 55610a00, 55 61 0a 00 or config=0101."),
        ) from None
    return Notification(0, _channel(family, name) if equals else default, data)
