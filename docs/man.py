"""Write the manual page tracker(1) and the completion scripts that the wheel installs.

Run by `make man` and `make build`. One page covers all commands, so one search finds any option.
The wheel installs `packaging/` into the environment; man and the shells look under its `share/`.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import ShellComplete, get_completion_class

from tracker import __version__
from tracker.cli.app import tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHARE: Final = Path(__file__).parents[1] / "packaging" / "share"
COMPLETIONS: Final = {
    "bash": "bash-completion/completions/tracker",
    "zsh": "zsh/site-functions/_tracker",
    "fish": "fish/vendor_completions.d/tracker.fish",
}
"""Where each shell looks for completion scripts."""

EXIT_STATUS: Final = (
    ("0", "Success."),
    ("2", "Wrong usage, or a file that cannot be read or written."),
    ("3", "No Bluetooth adapter, or no sensor that answers."),
    ("4", "Interrupted with Ctrl-C. What was recorded until then is kept."),
)
ENVIRONMENT: Final = (
    ("TRACKER_HOME", "Keep recordings, training log and configuration in this folder."),
    (
        "TRACKER_LOG_URL",
        "The training log: the path of a SQLite file or the URL of a PostgreSQL server.",
    ),
    (
        "TRACKER_PUSH_SECRET_NAME",
        "Key or password of the target NAME of `tracker push`; else it is in the keyring.",
    ),
)


def main() -> None:
    """Write everything under the folder given as argument, or under `packaging/share`."""
    share = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARE
    written = {"man/man1/tracker.1": manual_page()}
    for shell, place in COMPLETIONS.items():
        written[place] = f"{completion(shell)}\n"
    for place, text in written.items():
        (share / place).parent.mkdir(parents=True, exist_ok=True)
        (share / place).write_text(text, encoding="utf-8")


def completion(shell: str) -> str:
    """Return the script that makes a shell ask `tracker` for completions."""
    script = get_completion_class(shell)
    assert script is not None
    text = ShellComplete.source(script(tracker, {}, "tracker", "_TRACKER_COMPLETE"))
    return text.strip()


def manual_page() -> str:
    """Return the page as man(7) macros."""
    context = click.Context(tracker, info_name="tracker")
    about = inspect.cleandoc(tracker.help or "")
    lines = [
        f'.TH TRACKER 1 "" "tracker {__version__}" "User Commands"',
        ".SH NAME",
        rf"tracker \- {_roff(about.splitlines()[0].rstrip('.'))}",
        ".SH SYNOPSIS",
        rf"\fBtracker\fR {_roff(' '.join(tracker.collect_usage_pieces(context)))}",
        ".SH DESCRIPTION",
        *_paragraphs(about),
        *_paragraphs(inspect.cleandoc(tracker.epilog or "")),
        ".SH OPTIONS",
        *_options(tracker, context),
        ".SH COMMANDS",
    ]
    for name in tracker.list_commands(context):
        command = tracker.get_command(context, name)
        assert command is not None
        lines += _command(command, click.Context(command, parent=context, info_name=name))
    lines.append(".SH EXIT STATUS")
    lines += _definitions(EXIT_STATUS)
    lines.append(".SH ENVIRONMENT")
    lines += _definitions(ENVIRONMENT)
    return "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS tracker {_roff(context.info_name or '')} {_roff(usage)}"
    yield from _paragraphs(inspect.cleandoc(command.help or ""))
    yield from _options(command, context)
    yield from _paragraphs(inspect.cleandoc(command.epilog or ""))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        everywhere = context.parent is not None and parameter.name in ("debug", "help")
        record = parameter.get_help_record(context)
        # The text explains the arguments.
        if not everywhere and record is not None and record[1]:
            yield from _definitions([record])


def _definitions(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in pairs:
        yield from (".TP", rf"\fB{_roff(term)}\fR", _roff(text))


def _paragraphs(text: str) -> Iterator[str]:
    """Yield paragraphs; like click, keep the line breaks of one that starts with a backspace."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.startswith("\b"):
            lines = paragraph.lstrip("\b\n").splitlines()
            yield from (".PP", ".nf", *(_roff(line, keep=True) for line in lines), ".fi")
        elif paragraph:
            yield from (".PP", _roff(paragraph))


def _roff(text: str, *, keep: bool = False) -> str:
    """Return text with roff's special characters escaped."""
    text = text if keep else " ".join(text.split())
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    main()
