"""How a command ends: its exit code, its error message, and Ctrl-C.

Ctrl-C, a closed terminal and `kill` are all requests to stop: the work in hand is finished in good
order, because a sensor that is left streaming drains its battery.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import click

from tracker.cli.terminal import say

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


def report(error: Exception, debug: bool, write_line: Callable[[str], None] = say) -> ExitCode:
    """Tell the user what went wrong and what to try, and return the exit code.

    An error that no user can have caused is raised again: a
    defect should look like one.
    """
    import traceback

    # The errors bring the other nouns along (30 ms), which `--help` does without.
    from tracker.domain import SensorError, TrackerError

    match error:
        case click.ClickException():
            lines = [f"tracker: {error.format_message()}"]
            if isinstance(error, click.UsageError) and error.ctx is not None:
                context = error.ctx
                lines = [context.get_usage(), *lines, f"Try '{context.command_path} --help'."]
            code = ExitCode.USAGE_OR_INPUT
        case TrackerError():
            lines = [f"tracker: {error.message}"]
            if error.advice is not None:
                lines.append(error.advice)
            code = (
                ExitCode.NO_SENSOR if isinstance(error, SensorError) else ExitCode.USAGE_OR_INPUT
            )
        case OSError(filename=str(path), strerror=str(problem)):
            hint = "Run again with --debug to see where it came from."
            lines = [f"tracker: {path}: {problem[:1].lower()}{problem[1:]}.", hint]
            code = ExitCode.USAGE_OR_INPUT
        case OSError(errno=int(), strerror=str(problem)):
            # No file name: stdout could not be written.
            lines = [f"tracker: the output cannot be written: {problem.lower()}."]
            code = ExitCode.USAGE_OR_INPUT
        case _:
            raise error
    if debug:
        write_line("".join(traceback.format_exception(error)).rstrip())
    for line in lines:
        write_line(line)
    return code


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
        """Inside, call `end` soon after every Ctrl-C; also if there was one before."""
        self._end = partial(soon, end)
        if self.happened:
            self._end()
        try:
            yield
        finally:
            self._end = None

    def happen(self) -> None:
        """Handle a Ctrl-C."""
        self.happened = True
        if self._end is not None:
            self._end()


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Inside, note Ctrl-C instead of raising `KeyboardInterrupt`; raise it at the end.

    However often an impatient user presses, a file that is being closed gets closed.
    """
    interrupted = Interruption()
    before = {
        each: signal.signal(each, lambda _signal, _frame: interrupted.happen())
        for each in _SIGNALS
    }
    try:
        yield interrupted
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if interrupted.happened:
        raise KeyboardInterrupt


def soon(act: Callable[[], object]) -> None:
    """Call `act` on the running event loop, waking it up; without a loop, call it at once."""
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        act()
    else:
        loop.call_soon_threadsafe(act)


async def unless_interrupted(
    work: Coroutine[object, object, T], interrupted: Interruption
) -> T | None:
    """Await `work`; on Ctrl-C, cancel it and return None once it has cleaned up."""
    import asyncio

    task = asyncio.ensure_future(work)
    with interrupted.ending(task.cancel):
        try:
            return await task
        except asyncio.CancelledError:
            if not interrupted.happened:
                raise
            return None


DEFECT_ADVICE: Final = "This is a defect of the tracker: please report it with the file."


def file_problem(source: str, error: Exception) -> tuple[str, str | None]:
    """Return why a file was not analysed, and what to try: a defect of ours must say so."""
    from tracker.domain import TrackerError

    if isinstance(error, TrackerError):
        return error.message, error.advice
    return f"{source}: the analysis failed ({type(error).__name__}: {error})", DEFECT_ADVICE
