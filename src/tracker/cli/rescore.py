"""`tracker rescore`: old recordings through the engine of today, and those that the log lacks."""

from __future__ import annotations

import click

from tracker.cli.completion import sessions_or_files
from tracker.cli.examples import examples
from tracker.cli.interruption import interruption
from tracker.cli.log_options import SESSION


@click.command(
    epilog=examples(
        ("tracker rescore all", "every session, after an update"),
        ("tracker rescore 12", "one, after its exercise was edited"),
        ("tracker rescore /media/old/recordings", "a folder of recordings, new ones are added"),
        ("tracker rescore --missing", "only add recordings that the log does not know"),
    )
)
@click.argument(
    "targets",
    nargs=-1,
    metavar=f"[all|{SESSION}|FILE|FOLDER]...",
    shell_complete=sessions_or_files,
)
@click.option(
    "--missing",
    is_flag=True,
    help="Only add recordings that the log does not know: of the folders named, else of the "
    "tracker's own. After a crash, or to build a lost log anew.",
)
@click.option(
    "--again", is_flag=True, help="Also what this version of the tracker has done already."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes at work at once.  [default: one for each core]",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Measure on the workers of a Dask cluster, which read the recordings by the same names; "
    "the log is written here.",
)
def command(
    targets: tuple[str, ...],
    missing: bool,
    again: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Run old recordings through the detection of today.

    What was measured is replaced; every edit stays. Sessions that this version of the tracker has
    measured are skipped, so what was interrupted goes on where it was. stdout has a line for each
    session that counts otherwise than before.
    """
    if not targets and not missing:
        raise click.UsageError("say what: all, an ID, a FILE, a FOLDER, or --missing")
    with interruption() as interrupted:
        # The engine costs SciPy (0.6 s), the log SQLAlchemy (0.2 s).
        from tracker.cli.rescore_work import chosen_work
        from tracker.cli.rescoring import do
        from tracker.runtime.training_log import open_training_log

        with open_training_log() as log:
            work = chosen_work(log, targets, missing=missing, again=again)
            outcome = do(log, work, jobs, interrupted, scheduler)
        for line in outcome.lines:
            click.echo(line, err=True)
    if outcome.failed:
        raise click.ClickException("not everything could be measured; see above")
