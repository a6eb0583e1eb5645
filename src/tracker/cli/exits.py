"""How a command ends: its exit code, its error message, and Ctrl-C.

Ctrl-C, a closed terminal and `kill` are all requests to stop: the work in hand is finished in good
order, because a sensor that is left streaming drains its battery. Windows has others for them:
Ctrl-Break is a signal; a window that closes, a logoff and a shutdown are events of the console.
"""

from __future__ import annotations

import _thread
import errno
import os
import signal
import sys
import threading
from contextlib import contextmanager
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import click

from tracker.cli.terminal import say
from tracker.domain.errors import system_words
from tracker.language import _

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
                lines = [
                    context.get_usage(),
                    *lines,
                    _("Try '{command} --help'.").format(command=context.command_path),
                ]
            code = ExitCode.USAGE_OR_INPUT
        case TrackerError():
            lines = [f"tracker: {error.message}"]
            if error.advice is not None:
                lines.append(error.advice)
            code = (
                ExitCode.NO_SENSOR if isinstance(error, SensorError) else ExitCode.USAGE_OR_INPUT
            )
        case OSError(filename=str(path), strerror=str()):
            hint = _("Run again with --debug to see where it came from.")
            lines = [f"tracker: {path}: {system_words(error)}.", hint]
            code = ExitCode.USAGE_OR_INPUT
        case OSError(errno=int(), strerror=str()):
            # No file name: stdout could not be written.
            lines = [
                _("tracker: the output cannot be written: {problem}.").format(
                    problem=system_words(error)
                )
            ]
            code = ExitCode.USAGE_OR_INPUT
        case _:
            raise error
    if debug:
        import traceback

        write_line("".join(traceback.format_exception(error)).rstrip())
    for line in lines:
        write_line(line)
    return code


def is_closed_pipe(error: Exception, platform: str = sys.platform) -> bool:
    """Return whether the reader of stdout has seen enough; Windows calls that an invalid argument.

    An error about a file names it; one about stdout has no name.
    """
    return isinstance(error, BrokenPipeError) or (
        platform == "win32"
        and isinstance(error, OSError)
        and error.errno == errno.EINVAL
        and error.filename is None
    )


T = TypeVar("T")

_SIGNALS: Final = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""SIGHUP is POSIX's, SIGBREAK (Ctrl-Break) Windows'."""


def end_this_process(platform: str = sys.platform) -> None:
    """Wish from any thread that this process ends, as `kill` does from outside."""
    if platform == "win32":
        # A signal to a process is its sudden end there; this only runs the handler.
        _thread.interrupt_main(signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGTERM)


CONSOLE_S: Final = 4.5
"""How long an event of the console is held up, s: after 5 s Windows ends the process."""

_CLOSING: Final = frozenset({2, 5, 6})
"""CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT of Windows."""


class ConsoleHandler:
    """Answers a closing console: the process ends as soon as the answer is given."""

    def __init__(self, wish: Callable[[], None], limit_s: float = CONSOLE_S) -> None:
        self._wish = wish
        self._limit_s = limit_s
        self._done = threading.Event()

    def __call__(self, event: int) -> bool:
        """Handle an event, in a thread of the system; False leaves it to the next handler."""
        if event not in _CLOSING:
            return False
        self._wish()
        self._done.wait(self._limit_s)
        return True

    def finish(self) -> None:
        """Note that everything is in good order."""
        self._done.set()


@contextmanager
def _console_handled() -> Iterator[None]:
    """Inside, let a closing window wait for the work; only Windows knows such events."""
    if sys.platform != "win32":
        yield
        return
    import ctypes

    handler = ConsoleHandler(end_this_process)
    # Kept for as long as the system may call it.
    routine = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(handler)
    set_handler = ctypes.WinDLL("kernel32", use_last_error=True).SetConsoleCtrlHandler
    # Without a console there is nothing to close.
    is_set = set_handler(routine, True)
    try:
        yield
    finally:
        handler.finish()
        if is_set:
            set_handler(routine, False)


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
        with _console_handled():
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
        import asyncio

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


DEFECT_ADVICE: Final = _("This is a defect of the tracker: please report it with the file.")


def file_problem(source: str, error: Exception) -> tuple[str, str | None]:
    """Return why a file was not analysed, and what to try: a defect of ours must say so."""
    from tracker.domain import TrackerError

    if isinstance(error, TrackerError):
        return error.message, error.advice
    problem = _("{file}: the analysis failed ({kind}: {error})")
    return problem.format(file=source, kind=type(error).__name__, error=error), DEFECT_ADVICE
