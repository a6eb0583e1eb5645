"""`tracker delete`: sessions into the trash, out of it again, or away for good."""

from __future__ import annotations

import click

from tracker.cli.completion import logged_sessions
from tracker.cli.examples import examples
from tracker.cli.log_options import SESSION, SESSION_HELP


@click.command(
    epilog=examples(
        ("tracker delete 12", "put it into the trash"),
        ("tracker delete --restore 12", "take it out again"),
        ("tracker history --trash", "what is in there"),
        ("tracker delete --purge", "empty it, for good"),
    ),
    help=f"""Put sessions of the log into the trash.

    They stay there, edits included, until they are restored or purged. Recordings are never
    touched. {SESSION_HELP}
    """,
)
@click.argument("sessions", nargs=-1, metavar=f"[{SESSION}]...", shell_complete=logged_sessions)
@click.option("--restore", is_flag=True, help="Take them out of the trash instead.")
@click.option(
    "--purge",
    is_flag=True,
    help="Remove what is in the trash for good: the sessions named, or without any, all.",
)
def command(sessions: tuple[str, ...], restore: bool, purge: bool) -> None:
    """Put sessions of the log into the trash."""
    # SQLAlchemy costs 0.2 s.
    from tracker.runtime.training_log import open_training_log
    from tracker.runtime.wording import counted
    from tracker.store import Wanted

    if restore and purge:
        raise click.UsageError("--restore and --purge are opposites")
    if not sessions and not purge:
        raise click.UsageError("name the sessions, as `tracker history` numbers them")
    with open_training_log() as log:
        ids = [log.find(each) for each in sessions]
        if purge:
            gone = ids or [each.id for each in log.list(Wanted(trash=True))]
            log.purge(gone)
            click.echo(
                f"{counted(len(gone), 'session')} removed for good; the recordings are where they "
                "were.",
                err=True,
            )
        elif restore:
            log.restore(ids)
            click.echo(f"{counted(len(ids), 'session')} back in the log.", err=True)
        else:
            log.delete(ids)
            again = " ".join(str(each) for each in ids)
            click.echo(
                f"{counted(len(ids), 'session')} in the trash; "
                f"back with: tracker delete --restore {again}",
                err=True,
            )
