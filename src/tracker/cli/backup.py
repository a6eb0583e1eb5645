"""`tracker backup`: the whole training log in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.examples import examples
from tracker.cli.options import FILE, force_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog=examples(
        ("tracker backup /media/stick/training.sqlite", "a copy somewhere else"),
        ("tracker backup training.sqlite --force", "replace an older one"),
    )
)
@click.argument("file", type=FILE)
@force_option
def command(file: Path, force: bool) -> None:
    """Copy the training log into one file, also while it is in use.

    The copy is complete or not there. To go back to it, put it where `tracker doctor` says the
    log is. Recordings are not in it: they are files already.
    """
    # SQLAlchemy costs 0.2 s.
    from tracker.runtime.training_log import open_training_log
    from tracker.runtime.wording import counted

    with open_training_log() as log:
        log.back_up(file, force=force)
        sessions = len(log.list())
    click.echo(f"{file}: {counted(sessions, 'session')} of {log.shown}", err=True)
