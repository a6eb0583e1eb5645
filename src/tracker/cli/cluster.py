"""One function for many things on a cluster of Dask: each is a task that any worker can do."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tracker.cli.workers import WorkerLostError
from tracker.domain import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

T = TypeVar("T")
R = TypeVar("R")

CONNECT_S: Final = 10.0
"""How long a scheduler may take to answer: it is up already, or the address is wrong."""

_LOOK_UP_S: Final = 0.2
"""How often it is asked whether to stop, where a cluster without workers would never answer."""


class ClusterGoneError(TrackerError):
    """The scheduler is not there any more, and so is nothing that was under way."""


def results_on(
    scheduler: str, work: Callable[[T], R], things: Sequence[T], stopped: Callable[[], bool]
) -> Generator[tuple[T, Callable[[], R]]]:
    """Yield each thing with what gives its result, or raises what `work` raised, in order.

    Files are read by the workers, under the names that they have here: from a disk that all of
    them share, or by URL.

    Parameters
    ----------
    scheduler
        Address of the scheduler, as `tcp://10.0.0.1:8786`.
    work, things
        As for processes of this machine.
    stopped
        Whether nothing else is to be waited for.

    Raises
    ------
    TrackerError
        If the package is not installed, or there is no scheduler at the address.
    """
    client = _connected(scheduler)
    try:
        # The key is new every time: a file of the same name may have another content by now.
        waiting = client.map(work, list(things), pure=False)[::-1]
        for thing in things:
            # A result that is not held here any more is let go by the workers.
            future = waiting.pop()
            if not _comes(future, stopped):
                return
            yield thing, partial(_settled, future)
    finally:
        client.close()


def _connected(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise TrackerError(
            "Working on a cluster needs a package that is not installed.",
            "Install it with: pip install 'hip-thrust-tracker[dask]'",
        ) from error
    try:
        return Client(scheduler, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise TrackerError(
            f"There is no scheduler at {scheduler}: {error}",
            "Start one with `dask scheduler`, and give the address that it prints.",
        ) from error


def _comes(future: Any, stopped: Callable[[], bool]) -> bool:
    """Wait for a task, and say whether it is done; False if it is not to be waited for."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    while not stopped():
        if done.wait(_LOOK_UP_S):
            return True
    return False


def _settled(future: Any) -> Any:
    """Return what a task gave; workers that were ended one after the other are another error."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        return future.result()
    except KilledWorker as error:
        raise WorkerLostError from error
    except FutureCancelledError as error:
        raise ClusterGoneError("The scheduler went away.", "Run it again.") from error
