"""Which sensor a command means: the one that is named, else the one that was paired."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.ble import Wanted
from tracker.domain import SensorError, TrackerError
from tracker.runtime.config import config_path, load_config
from tracker.runtime.paths import tracker_paths
from tracker.sensors import family, parse_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.ble import Sensor
    from tracker.domain import SessionInfo
    from tracker.runtime.config import SensorChoice


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sensor to be opened, and how its bytes are to be read."""

    wanted: Wanted
    settings: str | None
    """Settings of the decoder as `key=value` words; None without any."""


def chosen_sensor(
    text: str | None, kind: str | None = None, settings: Sequence[str] = ()
) -> Chosen:
    """Return the sensor that is meant.

    Parameters
    ----------
    text
        Address or name; None takes the one that was paired.
    kind
        What the user says it is.
    settings
        Settings of its decoder, as `key=value`.

    Raises
    ------
    SensorError
        If none is named and none was paired.
    TrackerError
        If a kind or a setting makes no sense.
    """
    saved = load_config(config_path(tracker_paths().config)).sensor
    if text is None:
        if saved is None:
            raise SensorError(
                "No sensor is named, and none is paired yet.",
                "See which are around (tracker scan), then: tracker pair ADDRESS_OR_NAME\n"
                "Without a sensor: tracker train --sensor sim",
            )
        text = saved.address
    called(text)
    if saved is not None and kind is None and _is(saved, text):
        # Its address, too: it is found at once, and no other of that name can be meant.
        text, kind = saved.address, saved.kind
        settings = settings or tuple((saved.settings or "").split())
    if kind is not None:
        refuse_unfit(kind, settings)
    return Chosen(Wanted(text, kind), settings_text(settings))


def called(text: str) -> str:
    """Return what a sensor was called; raises `TrackerError` if that is nothing."""
    if not text.strip():
        raise TrackerError(
            f"Which sensor? Expected its address or its name, got {text!r}.",
            "See which are around: tracker scan",
        )
    return text


def another_sensor(text: str, first: Chosen) -> Chosen:
    """Return a second sensor, which must not be the first one.

    Raises
    ------
    TrackerError
        If it is the same.
    """
    second = chosen_sensor(text)
    one, other = first.wanted, second.wanted
    if (one.address or one.text.casefold()) == (other.address or other.text.casefold()):
        raise TrackerError(
            f"Both sensors are {text}.", "Two of the same name are told apart by their addresses."
        )
    return second


def refuse_unfit(kind: str, settings: Sequence[str]) -> None:
    """Raise a `TrackerError` if there is no such kind, no radio speaks it, or a setting is none.

    Asked before a sensor is looked for, which takes a while.
    """
    known = family(kind)
    if not known.start:
        raise TrackerError(
            f"{known.title} is no kind of sensor that can be connected to.",
            "Leave --kind out, and the sensor tells by itself.",
        )
    known.decoder(parse_settings(settings))


def settings_text(settings: Sequence[str]) -> str | None:
    """Return settings the way a recording keeps them.

    Raises
    ------
    TrackerError
        If one is not `key=value`, or has a blank in it.
    """
    parse_settings(settings)
    for pair in settings:
        if pair.split() != [pair]:
            raise TrackerError(f"A setting has no blanks in it, got {pair!r}.")
    return " ".join(settings) or None


def with_sensors(
    info: SessionInfo, sensors: Sequence[Sensor], chosen: Sequence[Chosen]
) -> SessionInfo:
    """Return the head of a session that knows who is recorded."""
    first, *others = sensors
    info = replace(
        info,
        sensor=first.family.kind,
        device_name=first.name,
        firmware=first.firmware,
        settings=chosen[0].settings,
    )
    for second in others:
        info = replace(
            info,
            second_sensor=second.family.kind,
            second_device_name=second.name,
            second_settings=chosen[1].settings,
        )
    return info


def _is(saved: SensorChoice, text: str) -> bool:
    wanted = Wanted(text)
    if wanted.address is not None:
        return wanted.address == Wanted(saved.address).address
    return saved.name is not None and saved.name.casefold() == text.strip().casefold()
