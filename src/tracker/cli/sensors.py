"""Commands about a sensor itself: `scan`, `pair`, `record` and `decode`.

Bleak costs 0.1 s and the engine SciPy (0.6 s), so what needs them imports them.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Final

import click

from tracker.app.paths import tracker_paths
from tracker.cli.completion import sensor_kinds, sensors
from tracker.cli.exits import interruption, unless_interrupted
from tracker.cli.options import (
    ExerciseName,
    PositiveNumber,
    examples,
    force_option,
    format_option,
    kind_option,
    recording_output_option,
    second_option,
    setting_option,
)
from tracker.cli.terminal import print_json, print_text, redraw, say
from tracker.domain import SensorError
from tracker.domain.errors import refuse_existing
from tracker.domain.foreign_text import one_line
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.app.devices import LiveCheck
    from tracker.app.queue import NotificationQueue
    from tracker.app.turn_check import TurnCheck
    from tracker.ble import DiscoveredDevice, RadioSource, Scan
    from tracker.cli.exits import Interruption

REDRAW_S: Final = 0.5
"""Interval at which the table of a scan is redrawn, s; advertisements come ten times a second."""


@click.command(
    epilog=examples(
        ("tracker scan", _("scan for a few seconds")),
        ("tracker scan --seconds 20", _("for a sensor that rarely advertises")),
        ("tracker scan --format json", _("the same for a program")),
    )
)
@click.option(
    "--seconds", type=PositiveNumber(), metavar="N", help=_("How long to scan.  [default: 5]")
)
@format_option("table", "json", explained=_("A table, or a list of JSON objects."))
def scan(seconds: float | None, output_format: str) -> None:
    """List the sensors in range.

    Shows each sensor's address, name, signal strength and, if recognised, its kind. Recognised
    sensors come first, then the strongest. On a terminal, the table grows while the scan runs.
    """
    from tracker.app.devices import printable
    from tracker.ble import SCAN_S
    from tracker.sensors import HEART_RATE

    live = output_format == "table" and sys.stdout.isatty()
    found = _scan(SCAN_S if seconds is None else seconds, live=live).devices
    if output_format == "json":
        print_json([device_object(each) for each in found], indent=2)
        return
    if not found:
        say(
            _(
                "No sensor found. Switch it on, wake it by moving it, and disconnect it from "
                "phones;\na sensor that is connected does not advertise."
            )
        )
        return
    print_text("\n".join(device_table(found)))
    for each in found:
        if each.refusal is not None:
            say(f"{printable(each.name or each.address)}: {each.refusal}")
    if any(each.kind == HEART_RATE.kind for each in found):
        say(
            _("A {kind} is worn beside a motion sensor: tracker train --second ADDRESS").format(
                kind=HEART_RATE.title
            )
        )


def device_object(device: DiscoveredDevice) -> dict[str, object]:
    """Return a device as a JSON object, with null for what is unknown."""
    return {
        "address": device.address,
        "name": device.name,
        "rssi_dbm": device.rssi_dbm,
        "kind": device.kind,
    }


def device_table(devices: Sequence[DiscoveredDevice]) -> list[str]:
    """Return the lines of the table of a scan."""
    from tracker.cli.tables import aligned

    left = (_("address"), _("name"), _("kind"))
    header = (left[0], left[1], "dBm", left[2])
    rows = [header, *(_row(each) for each in devices)]
    return aligned(rows, left={*left})


def _row(device: DiscoveredDevice) -> tuple[str, str, str, str]:
    from tracker.app.devices import printable

    strength = "–" if device.rssi_dbm is None else str(device.rssi_dbm)
    kind = device.kind or "–"
    if device.refusal is not None:
        kind = _("{kind} (cannot be used)").format(kind=kind)
    return device.address, printable(device.name or "–"), strength, kind


def _scan(seconds: float, *, live: bool) -> Scan:
    import asyncio

    from tracker.ble import BleakRadio, Scan

    scan = Scan()

    async def listen() -> None:
        listening = asyncio.ensure_future(scan.listen(BleakRadio(), seconds))
        drawn = 0
        try:
            while not (await asyncio.wait({listening}, timeout=REDRAW_S))[0]:
                if live:
                    drawn = _redraw(scan.devices, drawn)
        finally:
            listening.cancel()
            await asyncio.wait({listening})
            _redraw((), drawn)
        listening.result()

    with interruption() as interrupted:
        asyncio.run(unless_interrupted(listen(), interrupted))
        if interrupted.happened and scan.devices:
            # Ctrl-C means "seen enough": still print what was found.
            print_text("\n".join(device_table(scan.devices)))
    return scan


def _redraw(devices: Sequence[DiscoveredDevice], drawn: int) -> int:
    """Draw the table over the last one, and return its number of lines."""
    size = shutil.get_terminal_size()
    lines = device_table(devices) if devices else []
    lines = [line[: size.columns - 1] for line in lines][: size.lines - 2]
    redraw(lines, drawn)
    return len(lines)


@click.command(
    epilog=examples(
        ("tracker pair WT901BLE67", _("by its name, if no other sensor in range has the same")),
        ("tracker pair C0:FF:EE:00:1A:2B", _("by its address, as tracker scan prints it")),
        ("tracker pair C0:FF:EE:00:1A:2B --kind witmotion", _("if its kind is not recognised")),
    )
)
@click.argument("sensor", metavar="ADDRESS_OR_NAME")
@kind_option
@setting_option
@click.option(
    "--turn/--no-turn",
    default=None,
    help=_(
        "Whether to check gyroscope and accelerometer against each other, for which you turn the "
        "sensor over.  [default: if there is a terminal to ask you on]"
    ),
)
def pair(sensor: str, kind: str | None, settings: tuple[str, ...], turn: bool | None) -> None:
    """Check a sensor and make it the default.

    Lay it on a table first: its sample rate, noise and gravity are checked for five seconds. Then
    you are asked to turn it over, which shows whether gyroscope and accelerometer agree. It is not
    paired in the Bluetooth sense. Only its address is remembered, so other programs can use it as
    before, and with it the settings that put its numbers right.
    """
    asked = sys.stdin.isatty() if turn is None else turn
    with interruption() as interrupted:
        pair_with(sensor, kind, settings, interrupted, turn=asked)


def pair_with(
    text: str,
    kind: str | None,
    settings: Sequence[str],
    interrupted: Interruption,
    *,
    turn: bool = False,
) -> None:
    """Check a sensor and save it as the default; raises `SensorError` if it fails."""
    from tracker.app.clock import SYSTEM_CLOCK
    from tracker.app.config import SensorChoice, load_config, save_sensor
    from tracker.app.devices import SensorRequest
    from tracker.app.queue import NotificationQueue, OnFull
    from tracker.ble import BleakRadio, DeviceQuery, open_radio
    from tracker.cli.radio import refuse_blank, refuse_unfit, settings_text, use_sensors

    refuse_blank(text)
    if kind is not None:
        refuse_unfit(kind, settings)
    path = tracker_paths().config_file
    # Before the check, because an unreadable configuration could not be saved after it.
    load_config(path)
    chosen = SensorRequest(DeviceQuery(text, kind), settings_text(settings))
    queue = NotificationQueue(OnFull.DROP_AND_REPORT)

    async def use(source: RadioSource) -> None:
        (sensor,) = source.sensors
        known = await _checked(source, queue, settings, interrupted, turn=turn)
        if known is not None:
            words = settings_text(known)
            save_sensor(path, SensorChoice(sensor.address, sensor.family.kind, sensor.name, words))
            print_text(
                _("{name} is now the default sensor: tracker train").format(name=sensor.title)
            )

    opening = open_radio(BleakRadio(), [chosen.query], SYSTEM_CLOCK, queue, say)
    use_sensors(opening, [chosen], interrupted, use)


async def _checked(
    source: RadioSource,
    queue: NotificationQueue,
    settings: Sequence[str],
    interrupted: Interruption,
    *,
    turn: bool,
) -> Sequence[str] | None:
    """Watch the sensor for a few seconds and print what was found.

    Returns the settings to remember, with what puts it right; None after Ctrl-C. Raises
    `SensorError` for a sensor whose data cannot be trusted.
    """
    import asyncio

    from tracker.app.devices import CHECK_S, LiveCheck
    from tracker.app.turn_check import TURN_S, TurnCheck
    from tracker.sensors import parse_settings

    (sensor,) = source.sensors
    line = _("connected to {name}: {kind}, {address}")
    if sensor.firmware is not None:
        line = _("connected to {name}: {kind}, {address}, firmware {firmware}")
    known = line.format(
        name=sensor.title,
        kind=sensor.family.title,
        address=sensor.address,
        firmware=sensor.firmware,
    )
    print_text(one_line(known))
    say(_("keep it still: checking for {seconds:g} s").format(seconds=CHECK_S))
    source.end_after(CHECK_S + (TURN_S if turn else 0.0))
    given = parse_settings(settings)
    check, turning = LiveCheck(sensor.family.decoder(given)), TurnCheck(sensor.family, given)
    still_until = asyncio.get_running_loop().time() + CHECK_S
    told = False
    with interrupted.ending(source.end):
        async for notification in queue.notifications():
            turning.feed(notification)
            if asyncio.get_running_loop().time() < still_until:
                check.feed(notification)
            elif not told:
                told = True
                _tell(sensor.title, check)
                if not turning.gyroscope:
                    source.end()
                elif turn:
                    say(_("now turn it over, hold it still for a second, and turn it back"))
            elif turning.over:
                source.end()
    if interrupted.happened:
        return None
    if not told:
        _tell(sensor.title, check)
    return _settled(turning, settings) if turn and turning.gyroscope else settings


def _tell(title: str, check: LiveCheck) -> None:
    """Print what a sensor that lay still showed; raises `SensorError` if it is of no use."""
    from tracker.ble import Severity, diagnose

    diagnostics = diagnose(check.quality)
    signs = {Severity.GOOD: "ok", Severity.REMARK: "--", Severity.PROBLEM: "!!"}
    for each in diagnostics:
        print_text(f"{signs[each.severity]}  {each.text}")
    if any(each.severity is Severity.PROBLEM for each in diagnostics):
        raise SensorError(
            _("{name} was not paired: its data cannot be trusted.").format(name=title),
            _(
                "Fix what is marked !! above, then pair again.\n"
                "To look at its bytes, record them: tracker record --sensor ADDRESS"
            ),
        )


def _settled(turning: TurnCheck, settings: Sequence[str]) -> Sequence[str]:
    """Print what turning the sensor over showed; return the settings with what puts it right."""
    finding = turning.finding
    if finding is None:
        line = _("--  gyroscope and gravity were not compared: {turns} of 2 turns were seen")
        if turning.over:
            line = _("ok  gravity turns as the gyroscope says")
        print_text(line.format(turns=turning.turns))
        return settings
    print_text(_("--  the gyroscope contradicts gravity: {cause}").format(cause=finding.cause))
    if finding.mend is None:
        return settings
    print_text(_("--  put right from now on by {setting}").format(setting=finding.mend.text))
    return (*settings, *finding.mend.text.split())


@click.command(
    epilog=examples(
        ("tracker record --seconds 60 -o hips.arrows", _("a minute from the default sensor")),
        ("tracker record --sensor WT901BLE67 --seconds 60 -o a.arrows", _("from another one")),
        ("tracker record --second C0:FF:EE:00:00:02 --seconds 60 -o b.arrows", _("from two")),
    )
)
@click.option(
    "--sensor",
    metavar="ADDRESS_OR_NAME",
    shell_complete=sensors,
    help=_("Which sensor.  [default: the paired one]"),
)
@second_option
@kind_option
@setting_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    required=True,
    metavar="N",
    help=_("How long to record, counted from when the sensor starts streaming."),
)
@recording_output_option
@force_option
@click.option(
    "--exercise",
    type=ExerciseName(),
    default="hip_thrust",
    show_default=True,
    help=_("The exercise, as noted in the recording."),
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
    """Record from a sensor without a screen.

    The recording holds the bytes as they arrived, so it can be analysed again later. If the
    connection is lost, the sensor is searched for until the time is up.
    """
    with interruption() as interrupted:
        from tracker.cli.radio import record_with, requested_sensors

        refuse_existing(output, force)
        sensors = requested_sensors(sensor, second, kind, settings)
        record_with(
            sensors, interrupted, exercise=exercise, seconds=seconds, output=output, force=force
        )


@click.command(
    epilog=examples(
        ("tracker decode --kind profile --setting acc_range_g=8 HEX", _("one packet")),
        ("tracker decode --kind profile --channel config HEX", _("another characteristic")),
        ("tracker decode --kind polar --setting sample_rate=52 HEX", _("a vendor's sensor")),
        ("tracker decode --kind profile config=HEX HEX HEX", _("the configuration, then samples")),
    )
)
@click.option(
    "--kind",
    shell_complete=sensor_kinds,
    required=True,
    metavar="KIND",
    help=_("Kind of the sensor, such as profile, witmotion, movesense or polar."),
)
@click.option(
    "--channel",
    metavar="UUID_OR_NAME",
    help=_("Characteristic of the notifications.  [default: the one that carries samples]"),
)
@setting_option
@click.argument("notifications", nargs=-1, required=True, metavar="HEX...")
def decode(
    kind: str, channel: str | None, settings: tuple[str, ...], notifications: tuple[str, ...]
) -> None:
    """Decode a sensor's packets, given as hex.

    All of them go through one decoder, in the order given, and the result is printed as JSON: the
    samples, what was wrong with the packets, and the configuration as the decoder understands it.
    Colons, dashes and blanks between the bytes are fine. CHANNEL=HEX puts one notification on a
    channel of its own.
    """
    from tracker.sensors import family, parse_settings, transcript_document

    document = transcript_document(
        family(kind), notifications, channel=channel, settings=parse_settings(settings)
    )
    print_json(document)
