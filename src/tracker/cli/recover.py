"""`tracker recover`: what a crash or a bad disk has left of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.examples import examples
from tracker.cli.options import FILE, force_option, output_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog=examples(
        ("tracker recover broken.arrows -o whole.arrows", "save what is whole"),
        ("tracker recover broken.arrows -o whole.arrows --force", "replace an older attempt"),
    )
)
@click.argument("file", type=FILE)
@output_option
@force_option
def command(file: Path, output: Path, force: bool) -> None:
    """Save everything that is whole in a damaged recording.

    It goes to a clean one; the damaged file is not changed. What is lost is listed on stderr.
    """
    # Arrow costs 0.1 s.
    from tracker.cli.outputs import refuse_other_names
    from tracker.recording import recover

    refuse_other_names(output)
    report = recover(file, output, force=force)
    for damage in report.damage:
        click.echo(f"{file}: {damage}", err=True)
    lost = f"{report.rows_lost} lost" if report.rows_lost else "none known to be lost"
    click.echo(f"{report.target}: {report.rows_kept} notifications kept, {lost}.", err=True)
