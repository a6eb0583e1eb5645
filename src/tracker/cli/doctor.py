"""`tracker doctor`: what could keep you from training, and what to do about it."""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import TYPE_CHECKING

import click

from tracker.cli.examples import examples
from tracker.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.cli.checks import Check


@click.command(
    epilog=examples(
        ("tracker doctor", "everything"),
        ("TRACKER_HOME=/tmp/t tracker doctor", "with other folders"),
    )
)
def command() -> ExitCode:
    """Check Bluetooth, terminal and files, and say what to do.

    The exit code is 0 if all is well, 3 if no sensor can be reached, and 2 if something else is
    wrong.
    """
    # Bleak costs 0.1 s.
    from tracker.cli import checks
    from tracker.cli.playing import screen_is_there
    from tracker.runtime.paths import tracker_paths

    paths = tracker_paths()
    every = [
        checks.versions(),
        checks.system_bus(),
        asyncio.run(checks.bluetooth(_scan_once)),
        checks.terminal(
            shutil.get_terminal_size(), is_there=screen_is_there(), encoding=sys.stdout.encoding
        ),
        *checks.folders(paths),
        checks.configuration(paths.config),
        checks.training_log(paths),
        checks.audio(),
    ]
    done = [check for check in every if check is not None]
    for line in report_lines(done):
        click.echo(line)
    if any(check.no_adapter for check in done):
        return ExitCode.NO_SENSOR
    return ExitCode.OK if all(check.good for check in done) else ExitCode.USAGE_OR_INPUT


def report_lines(done: Sequence[Check]) -> Iterator[str]:
    """Yield a line for each check, and what to do below those that found something."""
    from tracker.ble import LATER

    width = max(len(check.subject) for check in done)
    for check in done:
        sign = "ok" if check.good else "!!"
        yield f"{sign}  {check.subject:<{width}}  {check.text}"
        # An error's advice may end with a hint at this very command.
        for line in check.advice.removesuffix(LATER).splitlines():
            yield f"{'':<{width + 6}}{line}"


async def _scan_once() -> None:
    """Start a scan and stop it again."""
    from tracker.ble import BleakRadio

    async with BleakRadio().scanning():
        pass
