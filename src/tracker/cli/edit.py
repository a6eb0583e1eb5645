"""`tracker edit`: what was otherwise than it was measured or entered."""

from __future__ import annotations

from typing import Final

import click

from tracker.cli.completion import logged_sessions
from tracker.cli.examples import examples
from tracker.cli.log_options import SESSION, SESSION_HELP
from tracker.cli.options import ExerciseName

_FIELDS: Final = {"load": "LOAD", "rpe": "RPE", "reps": "REPS", "note": "SET_NOTE"}
"""What can be cleared, and the fields of that; the log's own names cost SQLAlchemy, 0.2 s."""


class Words(click.ParamType[tuple[str, ...]]):
    """Words with commas between them."""

    name = "list"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the words, each once."""
        if isinstance(value, tuple):
            return value
        words = tuple(dict.fromkeys(word.strip() for word in str(value).split(",")))
        for word in words:
            if word not in _FIELDS:
                self.fail(f"expected some of {','.join(_FIELDS)}, got {word!r}", param, ctx)
        return words


@click.command(
    epilog=examples(
        ("tracker edit last --set 2 --reps 12 --rpe 8.5", "put a set right"),
        ("tracker edit 12 --exercise glute_bridge", "it was another exercise"),
        ("tracker edit 12 --note 'new belt' --pain-after 2", "of the whole session"),
        ("tracker edit 12 --set 1 --clear load,rpe", "nothing is said of these any more"),
        ("tracker edit 12 --undo", "take the newest change back"),
    ),
    help=f"""Say what was otherwise than it was measured or entered.

    What is said stands beside what was measured, with when it was said, and stays when the
    recording is run through a better detection. {SESSION_HELP}
    """,
)
@click.argument("session", metavar=SESSION, shell_complete=logged_sessions)
@click.option("--set", "set_index", type=click.IntRange(min=1), metavar="N", help="Which set.")
@click.option("--reps", type=int, metavar="N", help="Reps of the set that count.")
@click.option("--load-kg", type=float, metavar="X", help="Load of the set, kg.")
@click.option("--rpe", type=float, metavar="X", help="Exertion of the set, 0 to 10.")
@click.option("--note", metavar="TEXT", help="Words on the set, or without --set on the session.")
@click.option("--exercise", type=ExerciseName(), help="What was trained.")
@click.option("--pain-before", type=int, metavar="N", help="Pain before training, 0 to 10.")
@click.option("--pain-after", type=int, metavar="N", help="Pain after training, 0 to 10.")
@click.option(
    "--clear",
    type=Words(),
    default=(),
    metavar="LIST",
    help="What is not to be said of the set any more, of load,rpe,reps,note: reps are those that "
    "were counted, the load is the planned one.",
)
@click.option("--undo", is_flag=True, help="Take the newest change back.")
def command(
    session: str,
    set_index: int | None,
    reps: int | None,
    load_kg: float | None,
    rpe: float | None,
    note: str | None,
    exercise: str | None,
    pain_before: int | None,
    pain_after: int | None,
    clear: tuple[str, ...],
    undo: bool,
) -> None:
    """Say what was otherwise than it was measured or entered."""
    # SQLAlchemy costs 0.2 s.
    from tracker.cli.log_tables import edit_words
    from tracker.runtime.training_log import open_training_log
    from tracker.store import Edit, Field

    of_the_set = {Field.REPS: reps, Field.LOAD: load_kg, Field.RPE: rpe}
    of_the_session: dict[Field, int | str | None] = {
        Field.EXERCISE: exercise,
        Field.PAIN_BEFORE: pain_before,
        Field.PAIN_AFTER: pain_after,
    }
    edits = [
        Edit(field, value, set_index) for field, value in of_the_set.items() if value is not None
    ]
    if (edits or clear) and set_index is None:
        raise click.UsageError("reps, load and RPE are of a set: say which with --set N")
    if note is not None:
        edits.append(Edit(Field.NOTE if set_index is None else Field.SET_NOTE, note, set_index))
    said = {edit.field for edit in edits}
    for field in (Field[_FIELDS[word]] for word in clear):
        if field in said:
            raise click.UsageError("either say something of a value, or clear it")
        edits.append(Edit(field, None, set_index))
    if set_index is not None and not edits:
        raise click.UsageError("say what of the set: --reps, --load-kg, --rpe, --note or --clear")
    edits += [Edit(field, value) for field, value in of_the_session.items() if value is not None]
    if undo and edits:
        raise click.UsageError("either say something new, or take something back with --undo")
    if not undo and not edits:
        raise click.UsageError("nothing is said; see --help for what can be")
    with open_training_log() as log:
        session_id = log.find(session)
        if undo:
            for edit in log.undo(session_id):
                click.echo(f"session {session_id}: taken back: {edit_words(edit)}", err=True)
            return
        log.edit(session_id, edits)
        for edit in edits:
            click.echo(f"session {session_id}: {edit_words(edit)}", err=True)
        if exercise is not None:
            click.echo(
                f"The reps are those of before; look for them anew: tracker rescore {session_id}",
                err=True,
            )
