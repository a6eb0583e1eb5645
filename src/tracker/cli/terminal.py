"""The one way from the commands to the terminal: results to stdout, talk to stderr.

Names, notes and paths come from outside. What would control the terminal is spelled out here, and
secrets in URLs are hidden, so that no command has to think of it.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from contextlib import contextmanager, suppress
from functools import partial
from queue import Full, Queue
from typing import TYPE_CHECKING, Final

import click

from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def say(line: str) -> None:
    """Write a line to stderr; a terminal that is gone is no reason to stop what is being done."""
    with suppress(OSError):
        click.echo(shown(line), err=True)


def say_drawing(drawing: str) -> None:
    """Write a drawing of ours to stderr, with its colours."""
    with suppress(OSError):
        click.echo(drawing, err=True)


def print_text(text: str = "") -> None:
    """Write text for people to stdout."""
    click.echo(shown(text))


def agreed(question: str) -> bool:
    """Ask for yes or no on stderr, until there is an answer; enter alone is no."""
    # Translators: what can be typed, yes or no; enter alone is the capital letter.
    prompt = " ".join([visible_text(question), _("[y/N]")])
    while True:
        typed = click.prompt(prompt, default="", show_default=False, err=True)
        answer = False if not typed.strip() else yes_or_no(typed)
        if answer is not None:
            return answer
        say(_("Error: invalid input"))


def yes_or_no(typed: str) -> bool | None:
    """Return what an answer means, in English or the language in use; None if it is neither."""
    word = typed.strip().casefold()
    # Translators: what one may type for yes, with blanks between.
    if word in ("y", "yes", *_("y yes").split()):
        return True
    # Translators: what one may type for no, with blanks between.
    if word in ("n", "no", *_("n no").split()):
        return False
    return None


def print_json(value: object, *, indent: int | None = None) -> None:
    """Write a value to stdout as JSON."""
    from tracker.domain.foreign_text import json_text

    click.echo(json_text(value, indent))


def print_json_list(values: Iterable[object], *, indent: int) -> None:
    """Write a list to stdout as `print_json` would, each value as soon as it is there."""
    from tracker.domain.foreign_text import json_text

    margin, first = " " * indent, True
    for value in values:
        # JSON has no line feeds but those between its parts.
        lines = json_text(value, indent).replace("\n", f"\n{margin}")
        click.echo(f"{'[' if first else ','}\n{margin}{lines}", nl=False)
        first = False
    click.echo("[]" if first else "\n]")


def print_file(content: bytes) -> None:
    """Write a file to stdout: as it is to a pipe, harmless to a terminal."""
    if sys.stdout.isatty():
        click.echo(visible_text(content.decode("utf-8", "replace")), nl=False)
    else:
        click.echo(content, nl=False)


def redraw(lines: list[str], drawn: int) -> None:
    """Write lines over the last `drawn` ones."""
    # Move up over them, and clear from there to the end of the screen.
    click.echo(f"\x1b[{drawn}A\x1b[J" if drawn else "", nl=False)
    for line in lines:
        print_text(line)


def table_width() -> int | None:
    """Return how many columns a table may take: those of the terminal; a pipe takes any width."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def shown(text: str) -> str:
    """Return `text` as it may be shown on a terminal."""
    # The room of the nouns costs 30 ms, which `--version` does without.
    from tracker.domain.foreign_text import without_secrets

    return visible_text(without_secrets(text))


def visible_text(text: str) -> str:
    """Return `text` without anything that controls a terminal."""
    from tracker.domain.foreign_text import visible

    return visible(text)


MOST_LINES: Final = 10_000
"""Lines that wait for a terminal, hours of training; further ones are dropped."""


class LinePrinter:
    """Writes lines in a thread of its own: a stopped terminal must not hold up a training."""

    def __init__(self) -> None:
        self._lines: Queue[Callable[[], object] | None] = Queue(MOST_LINES)
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def put(self, write: Callable[[str], object], line: str) -> None:
        """Have `write` write a line, after those before it."""
        with suppress(Full):
            self._lines.put_nowait(partial(write, line))

    def close(self) -> bool:
        """Wait a moment for what is left, and return whether the terminal took it."""
        with suppress(Full):
            self._lines.put_nowait(None)
        self._thread.join(LAST_WORDS_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (write := self._lines.get()) is not None:
            # A pipe whose reader has gone takes nothing more, and that is no reason to stop.
            with suppress(OSError):
                write()


LAST_WORDS_S: Final = 2.0
"""How long a terminal may take for the last words, s; all that matters is done by then."""


@contextmanager
def last_words(code: int, end_process: Callable[[int], object] = os._exit) -> Iterator[None]:
    """Inside, there is nothing left to do but talk: end the process if the terminal won't take it.

    A stopped terminal, or one behind a broken connection, would hold the process for ever, and
    its sensor and recording with it. `code` is then its exit code.
    """
    said = threading.Event()

    def watch() -> None:
        if not said.wait(LAST_WORDS_S):
            end_process(code)

    threading.Thread(target=watch, name="last-words", daemon=True).start()
    try:
        yield
    finally:
        said.set()
