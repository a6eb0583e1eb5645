"""Looks at a sensor for a few seconds, says what was seen, and remembers it if it is any good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from tracker.ble import Severity, Wanted, examine, findings
from tracker.cli.chosen import Chosen, refuse_unfit, settings_text
from tracker.cli.interruption import soon
from tracker.cli.radio_session import with_radio
from tracker.domain import (
    RESERVED_CHANNELS,
    BatteryRead,
    LinkChanged,
    LinkState,
    SensorError,
    announced,
)
from tracker.runtime.config import SensorChoice, config_path, load_config, save_sensor
from tracker.runtime.paths import tracker_paths
from tracker.sensors import parse_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tracker.ble import Checkup, RadioSource
    from tracker.cli.interruption import Interruption
    from tracker.domain import Fault, Frame, SessionInfo

CHECK_S: Final = 5.0
"""Three seconds of data, whatever a slow sensor needs for its first packets, and its battery."""

_SIGNS: Final = {Severity.GOOD: "ok", Severity.REMARK: "--", Severity.PROBLEM: "!!"}


def pair_with(
    text: str, kind: str | None, settings: Sequence[str], interrupted: Interruption
) -> None:
    """Check a sensor and save it as the default.

    Parameters
    ----------
    text
        Its address or name.
    kind
        What the user says it is.
    settings
        Settings of its decoder, as `key=value`.
    interrupted
        Tells of Ctrl-C.

    Raises
    ------
    SensorError
        If it cannot be reached, or what it sends cannot be trusted.
    """
    if kind is not None:
        refuse_unfit(kind, settings)
    path = config_path(tracker_paths().config)
    # Now, because nobody wants to hear at the end that it cannot be saved.
    load_config(path)
    chosen = Chosen(Wanted(text, kind), settings_text(settings))

    async def use(source: RadioSource, _info: SessionInfo, _started: datetime) -> None:
        (sensor,) = source.sensors
        click.echo(
            f"connected to {sensor.title}: {sensor.family.title}, {sensor.address}"
            + ("" if sensor.firmware is None else f", firmware {sensor.firmware}")
        )
        click.echo(f"lying still? checking for {CHECK_S:g} s", err=True)
        source.end_after(CHECK_S)
        with interrupted.ending(lambda: soon(source.end)):
            checkup = await _check(source, settings)
        if interrupted.happened:
            return
        verdict = findings(checkup)
        for finding in verdict:
            click.echo(f"{_SIGNS[finding.severity]}  {finding.text}")
        if any(finding.severity is Severity.PROBLEM for finding in verdict):
            raise SensorError(
                f"{sensor.title} was not paired: what it sends cannot be trusted.",
                "Mend what is marked !! above, then pair again.\n"
                "To see its bytes, record them: tracker record --sensor ADDRESS",
            )
        choice = SensorChoice(sensor.address, sensor.family.kind, sensor.name, chosen.settings)
        save_sensor(path, choice)
        click.echo(f"{sensor.title} is used from now on: tracker train")

    with_radio([chosen], interrupted, "hip_thrust", use)


async def _check(source: RadioSource, settings: Sequence[str]) -> Checkup:
    """Decode what comes until the time is over."""
    decoder = source.sensors[0].family.decoder(parse_settings(settings))
    results: list[Frame | Fault] = []
    battery_percent = None
    streaming = False
    async for notification in source.notifications():
        if notification.channel not in RESERVED_CHANNELS:
            decoded = decoder.feed(notification)
            # What the start script heard is needed to decode, but says nothing about the rate.
            results += decoded if streaming else ()
            continue
        match announced(notification):
            case BatteryRead(percent=percent):
                battery_percent = percent
            case LinkChanged(state=state):
                streaming = state is LinkState.STREAMING
            case _:
                pass
    return examine(results, battery_percent)
