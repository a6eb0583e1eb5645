"""`tracker doctor`: what could keep you from training, and what to do about it."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.examples import examples
from tracker.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.cli.checks import Check
    from tracker.sound import Opened


@click.command(
    epilog=examples(
        ("tracker doctor", "everything"),
        ("tracker doctor --sound", "hear every sound and what it means"),
        ("tracker doctor --sound-to sounds.wav", "the same as a file"),
        ("TRACKER_HOME=/tmp/t tracker doctor", "with other folders"),
    )
)
@click.option("--sound", is_flag=True, help="Play every sound and say what it means.")
@click.option(
    "--sound-to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.wav",
    help="Write every sound to a file.",
)
@click.option("--force", is_flag=True, help="Replace that file if it is there.")
def command(sound: bool, sound_to: Path | None, force: bool) -> ExitCode:
    """Check Bluetooth, terminal, files and sound, and say what to do.

    The exit code is 0 if all is well, 3 if no sensor can be reached, and 2 if something else is
    wrong. With --sound it is 2 if there is no sound device.
    """
    if sound_to is not None:
        _write_sounds(sound_to, force)
    if sound:
        return _play_sounds()
    return ExitCode.OK if sound_to is not None else _check_all()


def _check_all() -> ExitCode:
    # Bleak costs 0.1 s.
    from tracker.cli import checks
    from tracker.cli.screen import screen_is_there
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
        _audio(),
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


def _open_sound() -> Opened:
    """Open the sound as a training does."""
    from tracker.runtime.clock import SYSTEM_CLOCK
    from tracker.sound import open_player

    return open_player(SYSTEM_CLOCK)


def _audio() -> Check:
    from tracker.cli import checks

    opened = _open_sound()
    try:
        return checks.audio(opened)
    finally:
        opened.player.close()


def _play_sounds() -> ExitCode:
    from tracker.cli import checks, sound_check

    opened = _open_sound()
    try:
        for line in report_lines([checks.audio(opened)]):
            click.echo(line)
        sound_check.play(opened.player, click.echo)
    finally:
        opened.player.close()
    return ExitCode.OK if opened.silence is None else ExitCode.USAGE_OR_INPUT


def _write_sounds(target: Path, force: bool) -> None:
    from tracker.cli import sound_check
    from tracker.cli.outputs import whole_file

    with whole_file(target, force) as unfinished:
        complaint = sound_check.write(unfinished, click.echo)
    if complaint is not None:
        click.echo(complaint, err=True)


async def _scan_once() -> None:
    """Start a scan and stop it again."""
    from tracker.ble import BleakRadio

    async with BleakRadio().scanning():
        pass
