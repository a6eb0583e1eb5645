"""The one place where an error becomes a message and an exit code."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import click

from tracker.cli.exit_codes import ExitCode
from tracker.domain import SensorError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable

_DEBUG_HINT = "Run again with --debug to see where it came from."


def report(error: Exception, debug: bool, say: Callable[[str], None]) -> ExitCode:
    """Tell the user what went wrong and what to try.

    Parameters
    ----------
    error
        What a command raised.
    debug
        Whether to show the traceback as well.
    say
        Takes the lines for stderr.

    Returns
    -------
    ExitCode
        What the process should end with.

    Raises
    ------
    Exception
        The error itself where no user can have caused it: a defect should look like one.
    """
    match error:
        case click.ClickException():
            lines = [_click_message(error)]
            code = ExitCode.USAGE_OR_INPUT
        case TrackerError():
            lines = [f"tracker: {error.message}"]
            if error.advice is not None:
                lines.append(error.advice)
            code = (
                ExitCode.NO_SENSOR if isinstance(error, SensorError) else ExitCode.USAGE_OR_INPUT
            )
        case OSError(filename=str(path), strerror=str(problem)):
            lines = [f"tracker: {path}: {problem[:1].lower()}{problem[1:]}.", _DEBUG_HINT]
            code = ExitCode.USAGE_OR_INPUT
        case OSError(errno=int(), strerror=str(problem)):
            # Without a name it is a stream: what was printed could not be written.
            lines = [f"tracker: the output cannot be written: {problem.lower()}."]
            code = ExitCode.USAGE_OR_INPUT
        case _:
            raise error
    if debug:
        say("".join(traceback.format_exception(error)).rstrip())
    for line in lines:
        say(line)
    return code


def _click_message(error: click.ClickException) -> str:
    message = f"tracker: {error.format_message()}"
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return message
    return f"{error.ctx.get_usage()}\n{message}\nTry '{error.ctx.command_path} --help'."
