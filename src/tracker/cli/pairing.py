"""Looks at a sensor for a few seconds, says what was seen, and remembers it if it is any good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from tracker.ble import Severity, Wanted, findings
from tracker.cli.chosen import Chosen, called, refuse_unfit, settings_text
from tracker.cli.interruption import soon
from tracker.cli.radio_session import with_radio
from tracker.domain import SensorError
from tracker.runtime.config import SensorChoice, config_path, load_config, save_sensor
from tracker.runtime.live_check import CHECK_S, LiveCheck
from tracker.runtime.paths import tracker_paths
from tracker.sensors import parse_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tracker.ble import RadioSource
    from tracker.cli.interruption import Interruption
    from tracker.domain import SessionInfo

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
    called(text)
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
            check = LiveCheck(source.sensors[0].family.decoder(parse_settings(settings)))
            await check.watch(source.notifications())
        if interrupted.happened:
            return
        verdict = findings(check.checkup)
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
