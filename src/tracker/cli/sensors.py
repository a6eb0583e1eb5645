"""`tracker scan`: what is around.

A scan on the terminal: live where somebody watches, at the end where nobody does.

`tracker pair`: check a sensor, and make it the one to train with.

Looks at a sensor for a few seconds, says what was seen, and remembers it if it is any good.

`tracker record`: what sensors send, into a file.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from typing import TYPE_CHECKING, Final

import click

from tracker.app.config import SensorChoice, config_path, load_config, save_sensor
from tracker.app.paths import tracker_paths
from tracker.ble import Severity
from tracker.cli.exits import interruption, soon, unless_interrupted
from tracker.cli.options import (
    ExerciseName,
    PositiveNumber,
    examples,
    force_option,
    kind_option,
    output_option,
    second_option,
    setting_option,
)
from tracker.cli.radio import called, refuse_unfit, settings_text, with_radio
from tracker.domain import SensorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tracker.ble import DiscoveredDevice, RadioSource, Scan
    from tracker.cli.exits import Interruption


@click.command(
    epilog=examples(
        ("tracker scan", "what is heard in a few seconds"),
        ("tracker scan --seconds 20", "a sensor that hardly ever advertises"),
        ("tracker scan --format json", "the same for a program"),
    )
)
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help="How long to listen.  [default: 5]",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table, or a list of JSON objects.",
)
def scan(seconds: float | None, output_format: str) -> None:
    """List the sensors that are around.

    Each has its address, its name, how strong it is heard, and its kind if the tracker knows it.
    Those come first, then the strongest. On a terminal the table is
    shown while the scan goes on.
    """
    # Bleak costs 0.1 s.
    from tracker.ble import SCAN_S

    seconds = SCAN_S if seconds is None else seconds
    if output_format == "json":
        show_json(seconds)
    else:
        show_table(seconds)


REDRAW_S: Final = 0.5
"""Advertisements come ten times a second; nobody reads faster than this."""

_HEADER: Final = ("address", "name", "dBm", "kind")
_NOBODY: Final = (
    "Nothing was heard. Switch the sensor on, wake it by moving it, and disconnect it from phones;"
    "\na sensor that is connected to something does not advertise."
)


def show_json(seconds: float) -> None:
    """Scan, then print a list of objects."""
    scan = _scan(seconds, live=False)
    click.echo(json.dumps([sighting_object(each) for each in scan.sightings], indent=2))


def show_table(seconds: float) -> None:
    """Scan and print a table, on a terminal while it grows."""
    from tracker.app.devices import printable

    scan = _scan(seconds, live=sys.stdout.isatty())
    if scan.sightings:
        click.echo("\n".join(table_lines(scan.sightings)))
    else:
        click.echo(_NOBODY, err=True)
    refused = [each for each in scan.sightings if each.refusal is not None]
    for each in refused:
        click.echo(f"{printable(each.name or each.address)}: {each.refusal}", err=True)


def sighting_object(sighting: DiscoveredDevice) -> dict[str, object]:
    """Return a sighting as an object; what is unknown is null."""
    return {
        "address": sighting.address,
        "name": sighting.name,
        "rssi_dbm": sighting.rssi_dbm,
        "kind": sighting.kind,
    }


def table_lines(sightings: Sequence[DiscoveredDevice]) -> Iterator[str]:
    """Yield the table of a scan."""
    rows = [_HEADER, *(_row(each) for each in sightings)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for address, name, strength, kind in rows:
        yield (
            f"{address:<{widths[0]}}  {name:<{widths[1]}}  {strength:>{widths[2]}}  {kind}"
        ).rstrip()


def _row(sighting: DiscoveredDevice) -> tuple[str, str, str, str]:
    from tracker.app.devices import printable

    strength = "–" if sighting.rssi_dbm is None else str(sighting.rssi_dbm)
    kind = sighting.kind or "–"
    if sighting.refusal is not None:
        kind = f"{kind} (cannot be used)"
    return sighting.address, printable(sighting.name or "–"), strength, kind


def _scan(seconds: float, *, live: bool) -> Scan:
    from tracker.ble import BleakRadio, Scan

    scan = Scan()

    async def listen() -> None:
        listening = asyncio.ensure_future(scan.listen(BleakRadio(), seconds))
        drawn = 0
        try:
            while not (await asyncio.wait({listening}, timeout=REDRAW_S))[0]:
                if live:
                    drawn = _redraw(scan.sightings, drawn)
        finally:
            listening.cancel()
            await asyncio.wait({listening})
            _redraw((), drawn)
        listening.result()

    async def listen_unless(interrupted: Interruption) -> None:
        await unless_interrupted(listen(), interrupted)

    with interruption() as interrupted:
        asyncio.run(listen_unless(interrupted))
        if interrupted.happened and scan.sightings:
            # Whoever has seen enough presses Ctrl-C; what was heard is still worth having.
            click.echo("\n".join(table_lines(scan.sightings)))
    return scan


def _redraw(sightings: Sequence[DiscoveredDevice], drawn: int) -> int:
    """Draw the table over the last one, and return how many lines it took."""
    size = shutil.get_terminal_size()
    lines = [line[: size.columns - 1] for line in table_lines(sightings)][: size.lines - 2]
    if not sightings:
        lines = []
    # Up over what was drawn, and clear from there to the end of the screen.
    click.echo((f"\x1b[{drawn}A" if drawn else "") + ("\x1b[J" if drawn else ""), nl=False)
    for line in lines:
        click.echo(line)
    return len(lines)


@click.command(
    epilog=examples(
        ("tracker pair WT901BLE67", "by its name, if nobody else near has the same"),
        ("tracker pair C0:FF:EE:00:1A:2B", "by its address, as tracker scan prints it"),
        ("tracker pair C0:FF:EE:00:1A:2B --kind witmotion", "one that does not tell its kind"),
    )
)
@click.argument("sensor", metavar="ADDRESS_OR_NAME")
@kind_option
@setting_option
def pair(sensor: str, kind: str | None, settings: tuple[str, ...]) -> None:
    """Check a sensor and make it the one to train with.

    Lay it on a table first: for five seconds it is looked at how fast it sends, how quiet it is at
    rest and whether gravity is 1 g. Nothing is paired in the sense of Bluetooth: the address is
    remembered, and every other program can use the sensor as before.
    """
    with interruption() as interrupted:
        # The engine costs SciPy (0.6 s), Bleak 0.1 s.

        pair_with(sensor, kind, settings, interrupted)


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
    from tracker.app.devices import CHECK_S, LiveCheck, SensorRequest
    from tracker.ble import DeviceQuery, Severity, diagnose
    from tracker.sensors import parse_settings

    called(text)
    if kind is not None:
        refuse_unfit(kind, settings)
    path = config_path(tracker_paths().config)
    # Now, because nobody wants to hear at the end that it cannot be saved.
    load_config(path)
    chosen = SensorRequest(DeviceQuery(text, kind), settings_text(settings))

    async def use(source: RadioSource) -> None:
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
        verdict = diagnose(check.quality)
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

    with_radio([chosen], interrupted, use)


@click.command(
    epilog=examples(
        ("tracker record --seconds 60 -o hips.arrows", "a minute from the paired sensor"),
        ("tracker record --sensor WT901BLE67 --seconds 60 -o a.arrows", "from another one"),
        ("tracker record --second C0:FF:EE:00:00:02 --seconds 60 -o b.arrows", "from two"),
    )
)
@click.option(
    "--sensor", metavar="ADDRESS_OR_NAME", help="Which sensor.  [default: the paired one]"
)
@second_option
@kind_option
@setting_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    required=True,
    metavar="N",
    help="How long, from when the sensor streams.",
)
@output_option
@force_option
@click.option(
    "--exercise",
    type=ExerciseName(),
    default="hip_thrust",
    show_default=True,
    help="What the recording says is trained.",
)
def record(
    sensor: str | None,
    second: str | None,
    kind: str | None,
    settings: tuple[str, ...],
    seconds: float,
    output: Path,
    force: bool,
    exercise: str,
) -> None:
    """Record what a sensor sends, without a screen.

    The recording holds the bytes as they came, so anything can be found in it later. A sensor
    that is lost meanwhile is looked for until the time is over.
    """
    with interruption() as interrupted:
        # The engine costs SciPy (0.6 s), Bleak 0.1 s.
        from tracker.cli.files import refuse_existing, refuse_other_names
        from tracker.cli.radio import record_with, requested_sensors

        refuse_other_names(output)
        refuse_existing(output, force)
        sensors = requested_sensors(sensor, second, kind, settings)
        record_with(
            sensors,
            interrupted,
            exercise=exercise,
            seconds=seconds,
            output=output,
            force=force,
        )
