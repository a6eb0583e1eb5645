"""A scan on the terminal: live where somebody watches, at the end where nobody does."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from typing import TYPE_CHECKING, Final

import click

from tracker.ble import BleakRadio, Scan
from tracker.cli.interruption import interruption, unless_interrupted
from tracker.runtime.devices import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.ble import Sighting
    from tracker.cli.interruption import Interruption

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
    scan = _scan(seconds, live=sys.stdout.isatty())
    if scan.sightings:
        click.echo("\n".join(table_lines(scan.sightings)))
    else:
        click.echo(_NOBODY, err=True)
    refused = [each for each in scan.sightings if each.refusal is not None]
    for each in refused:
        click.echo(f"{printable(each.name or each.address)}: {each.refusal}", err=True)


def sighting_object(sighting: Sighting) -> dict[str, object]:
    """Return a sighting as an object; what is unknown is null."""
    return {
        "address": sighting.address,
        "name": sighting.name,
        "rssi_dbm": sighting.rssi_dbm,
        "kind": sighting.kind,
    }


def table_lines(sightings: Sequence[Sighting]) -> Iterator[str]:
    """Yield the table of a scan."""
    rows = [_HEADER, *(_row(each) for each in sightings)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for address, name, strength, kind in rows:
        yield (
            f"{address:<{widths[0]}}  {name:<{widths[1]}}  {strength:>{widths[2]}}  {kind}"
        ).rstrip()


def _row(sighting: Sighting) -> tuple[str, str, str, str]:
    strength = "–" if sighting.rssi_dbm is None else str(sighting.rssi_dbm)
    kind = sighting.kind or "–"
    if sighting.refusal is not None:
        kind = f"{kind} (cannot be used)"
    return sighting.address, printable(sighting.name or "–"), strength, kind


def _scan(seconds: float, *, live: bool) -> Scan:
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


def _redraw(sightings: Sequence[Sighting], drawn: int) -> int:
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
