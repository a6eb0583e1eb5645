"""`tracker show`: one session of the training log, rep by rep."""

from __future__ import annotations

import json

import click

from tracker.cli.completion import logged_sessions
from tracker.cli.examples import examples
from tracker.cli.log_options import SESSION, SESSION_HELP


@click.command(
    epilog=examples(
        ("tracker show last", "the newest session"),
        ("tracker show 12 --format json", "one as an object, for a program"),
        ("tracker show 2026-11-25", "the one whose recording's name begins so"),
    ),
    help=f"""Show one session of the log, rep by rep.

    It is the table of `tracker analyze`, with what was entered and edited marked. {SESSION_HELP}
    """,
)
@click.argument("session", metavar=SESSION, shell_complete=logged_sessions)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table, or one JSON object (tracker.session/1).",
)
def command(session: str, output_format: str) -> None:
    """Show one session of the log, rep by rep."""
    # SQLAlchemy costs 0.2 s.
    from tracker.cli.log_tables import kept_lines, log_object
    from tracker.cli.tables import session_table
    from tracker.export import session_object
    from tracker.runtime.training_log import open_training_log

    with open_training_log() as log:
        kept = log.kept(log.find(session))
    workout = kept.overlaid.workout
    if output_format == "json":
        click.echo(json.dumps({**session_object(workout), "log": log_object(kept)}, indent=2))
        return
    edited = frozenset((number, field.value) for number, field in kept.overlaid.edited)
    click.echo("\n".join(kept_lines(kept)))
    click.echo(f"\n{session_table(workout, edited)}")
