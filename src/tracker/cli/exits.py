"""The one place where an error becomes a message and an exit code.

What the number that a command ends with means.

Ctrl-C as a wish: what is being done ends in good order instead of breaking off anywhere.

A closed terminal and a `kill` are the same wish: a sensor that is left streaming runs empty.
"""

from __future__ import annotations

import asyncio
import signal
import traceback
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Final, TypeVar

import click

from tracker.domain import SensorError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator


class ExitCode(IntEnum):
    """Exit codes of every command."""

    OK = 0
    USAGE_OR_INPUT = 2
    """Wrong usage, or a file that cannot be read or written."""
    NO_SENSOR = 3
    """No Bluetooth adapter, or no sensor that answers."""
    INTERRUPTED = 4
    """Stopped with Ctrl-C; what was recorded until then is kept."""


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


T = TypeVar("T")

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Windows has no SIGHUP."""


class Interruption:
    """Whether Ctrl-C was pressed, and what to do about it."""

    def __init__(self) -> None:
        self.happened = False
        """True from the first Ctrl-C on."""
        self._end: Callable[[], object] | None = None

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """Call `end` on every Ctrl-C inside, and at once if there was one before."""
        self._end = end
        if self.happened:
            end()
        try:
            yield
        finally:
            self._end = None

    def happen(self) -> None:
        """Take note of a Ctrl-C."""
        self.happened = True
        if self._end is not None:
            self._end()


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Keep Ctrl-C from raising `KeyboardInterrupt` inside; raise it at the end if it happened.

    A file that is being closed is closed, however often an impatient wearer presses.
    """
    told = Interruption()
    before = {
        each: signal.signal(each, lambda _signal, _frame: told.happen()) for each in _SIGNALS
    }
    try:
        yield told
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if told.happened:
        raise KeyboardInterrupt


def soon(act: Callable[[], object]) -> None:
    """Act between two steps of the loop that runs, and wake it up for that; else at once."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        act()
    else:
        loop.call_soon_threadsafe(act)


async def unless_interrupted(work: Coroutine[object, object, T], told: Interruption) -> T | None:
    """Do `work`, or cancel it on Ctrl-C and return None once it has cleaned up."""
    task = asyncio.ensure_future(work)
    with told.ending(lambda: soon(task.cancel)):
        try:
            return await task
        except asyncio.CancelledError:
            if not told.happened:
                raise
            return None
