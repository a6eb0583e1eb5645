"""The `tracker` command: finds subcommands without importing them, and ends in an exit code."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.exits import ExitCode
from tracker.cli.options import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

# The list of commands costs the import of click only. A command's own module is imported when
# the command is named, and what is heavy (SciPy 0.6 s, Textual 0.2 s, Arrow 0.1 s) in its body.
COMMANDS: Final = {
    "demo": "Train with a simulated sensor, to see what it is like.",
    "scan": "List the sensors that are around.",
    "pair": "Check a sensor and make it the one to train with.",
    "train": "Train with a sensor: count, time and record.",
    "serve": "Show the training in a browser, on a phone beside the bench.",
    "record": "Record what a sensor sends, without a screen.",
    "history": "List the trainings of the log, or how they went week by week.",
    "show": "Show one session of the log, rep by rep.",
    "edit": "Say what was otherwise than it was measured or entered.",
    "delete": "Put sessions of the log into the trash.",
    "rescore": "Run old recordings through the detection of today.",
    "backup": "Copy the training log into one file, also while it is in use.",
    "analyze": "Run whole files through the detection and print what was found.",
    "export": "Write sessions in the formats of other programs.",
    "replay": "Watch a recording or a CSV of samples as if it happened now.",
    "import": "Turn the samples of another program into a recording.",
    "recover": "Save everything that is whole in a damaged recording.",
    "doctor": "Check Bluetooth, terminal, files and sound, and say what to do.",
    "decode": "Decode notifications given as hex, to check a sensor's format.",
}
"""Every command by its name, with one line for the list."""


def _command(name: str) -> click.Command:
    """Import and return one of the commands."""
    match name:
        case "demo":
            from tracker.cli.playback import demo as command
        case "scan":
            from tracker.cli.sensors import scan as command
        case "pair":
            from tracker.cli.sensors import pair as command
        case "train":
            from tracker.cli.train import train as command
        case "serve":
            from tracker.cli.serve import serve as command
        case "record":
            from tracker.cli.sensors import record as command
        case "history":
            from tracker.cli.log import history as command
        case "show":
            from tracker.cli.log import show as command
        case "edit":
            from tracker.cli.log import edit as command
        case "delete":
            from tracker.cli.log import delete as command
        case "rescore":
            from tracker.cli.rescore import rescore as command
        case "backup":
            from tracker.cli.log import backup as command
        case "analyze":
            from tracker.cli.analyze import analyze as command
        case "export":
            from tracker.cli.export import export as command
        case "replay":
            from tracker.cli.playback import replay as command
        case "import":
            from tracker.cli.files import import_samples as command
        case "recover":
            from tracker.cli.files import recover_recording as command
        case "doctor":
            from tracker.cli.doctor import doctor as command
        case "decode":
            from tracker.cli.files import decode as command
        case _:
            raise KeyError(name)
    return command


@dataclass(slots=True)
class Invocation:
    """What holds for one call of the program, whatever its command."""

    debug: bool = False
    """Show tracebacks."""


def _switch_debug_on(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Invocation).debug = True


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_switch_debug_on,
        help="Show the traceback of an error.",
    )


class LazyGroup(click.Group):
    """Imports a command's module when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`."""
        if cmd_name not in COMMANDS:
            return None
        command = _command(cmd_name)
        if not any(parameter.name == "debug" for parameter in command.params):
            command.params.append(_debug_option())
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader of stdout that has seen enough (`| head`) is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _let_go_of_stdout()
            return ExitCode.OK

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from tracker import __version__

        click.echo(f"tracker {__version__}")
        context.exit()


@click.group(
    cls=LazyGroup,
    params=[_debug_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99},
    epilog=examples(
        ("tracker demo", "see it work without any sensor"),
        ("tracker analyze session.csv", "what is in a file of samples"),
        ("tracker replay session.arrows", "watch a recording"),
    ),
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def tracker() -> None:
    """Count hip thrusts, time the lockout and coach the tempo from a motion sensor on the hip."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Parameters
    ----------
    arguments
        What follows the program's name; None takes it from the process.
    """
    _never_fail_on_a_character()
    invocation = Invocation()
    try:
        code = tracker.main(
            args=None if arguments is None else list(arguments),
            prog_name="tracker",
            standalone_mode=False,
            obj=invocation,
        )
        # Started with a closed stdout, there is none.
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return ExitCode.OK
    except (click.Abort, KeyboardInterrupt):
        if arguments is None:
            # It is ending; who presses on would only break off its last words.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        click.echo("tracker: interrupted.", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return ExitCode.OK
    except Exception as error:
        # Importing the nouns costs NumPy (70 ms), which `--help` and `--version` need not pay.
        from tracker.cli.exits import report

        return report(error, invocation.debug, lambda line: click.echo(line, err=True))
    return code if isinstance(code, int) else ExitCode.OK


def _never_fail_on_a_character() -> None:
    """Let a terminal without Unicode show a question mark instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _let_go_of_stdout() -> None:
    """Keep the interpreter from complaining once more when it flushes stdout at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
