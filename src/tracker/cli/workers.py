"""One function over many items: in this process, in several, or on a Dask cluster.

Results keep the order of the items. A worker that is killed costs only time: what it was working
on is done again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tracker.domain import TrackerError
from tracker.language import _, language_tag, use_language

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

_AHEAD: Final = 8
"""Items in flight per worker: the others stay busy beside a long one, and little waits."""

MOST_PROCESSES: Final = 1024
"""Far more than any computer has cores; beyond it, starting them fails."""

_TRIES_ALONE: Final = 2
"""An item that kills two processes of its own, after a shared one, would kill the next too."""


class WorkerLostError(Exception):
    """Every worker that started an item was killed."""


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def most_processes(platform: str = sys.platform) -> int:
    """Return how many processes a pool may have: Windows waits for 63 things at most."""
    return 61 if platform == "win32" else MOST_PROCESSES


def results(
    work: Callable[[T], R],
    items: Sequence[T],
    jobs: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[tuple[T, Callable[[], R]]]:
    """Yield each item with a function that gives its result, or raises what `work` raised.

    `jobs` are done at once; one is done in this process, when its result is asked for. Otherwise
    `work`, the items and the results must be picklable. Once `stopped` is true, nothing new is
    started; what is in flight is finished.
    """
    if jobs == 1 or len(items) < 2:
        for item in items:
            if stopped():
                return
            yield item, partial(work, item)
        return
    with closing(_Processes(work, min(jobs, len(items), most_processes()))) as processes:
        waiting = iter(items)
        in_flight: deque[tuple[T, Future[R]]] = deque()
        while True:
            if stopped():
                in_flight = deque(each for each in in_flight if not each[1].cancel())
            else:
                room = processes.amount * _AHEAD - len(in_flight)
                in_flight += [(each, processes.begin(each)) for each in islice(waiting, room)]
            if not in_flight:
                return
            item, future = in_flight.popleft()
            if _is_lost(future):
                if stopped():
                    return
                future = processes.done_alone(item)
                processes.replace()
                in_flight = deque(
                    (each, processes.begin(each) if _is_lost(before) else before)
                    for each, before in in_flight
                )
            yield item, future.result


class _Processes(Generic[T, R]):
    """A pool of processes that can be replaced."""

    def __init__(self, work: Callable[[T], R], amount: int) -> None:
        self.amount = amount
        self._work = work
        self._pool = _pool(amount)

    def close(self) -> None:
        """Finish what is in flight."""
        self._pool.shutdown(cancel_futures=True)

    def replace(self) -> None:
        """Start a new pool; what was in flight is lost."""
        self.close()
        self._pool = _pool(self.amount)

    def begin(self, item: T, pool: ProcessPoolExecutor | None = None) -> Future[R]:
        """Submit an item; on a broken pool, the future is broken too."""
        try:
            with _ctrl_c_blocked():
                return (pool or self._pool).submit(self._work, item)
        except BrokenProcessPool as error:
            return _failed(error)

    def done_alone(self, item: T) -> Future[R]:
        """Run an item that may kill its process in one of its own, where it harms no other."""
        for __ in range(_TRIES_ALONE):
            with _pool(1) as pool:
                future = self.begin(item, pool)
                if not _is_lost(future):
                    return future
        return _failed(WorkerLostError())


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def _is_lost(future: Future[R]) -> bool:
    """Say whether a future of a broken pool has no result; waits until it is done."""
    return isinstance(future.exception(), BrokenProcessPool)


def _begin(language: str) -> None:
    """Do first of all in a new process what the first one did: it imports the rest afterwards."""
    use_language(language)
    # Ctrl-C is for the first process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _pool(amount: int) -> ProcessPoolExecutor:
    # Not forked: Arrow's threads, which run already, do not survive a fork.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(amount, context, _begin, (language_tag(),))


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """Keep Ctrl-C from a worker that is started inside, even while it starts."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


CONNECT_S: Final = 10.0
"""How long a scheduler may take to answer, s: either it is up, or the address is wrong."""

_POLL_S: Final = 0.2
"""How often to check whether to stop, s: a cluster without workers never answers."""


class ClusterGoneError(TrackerError):
    """The scheduler is gone, and with it all work in flight."""


def results_on(
    scheduler: str,
    work: Callable[[T], R],
    items: Sequence[T],
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[tuple[T, Callable[[], R]]]:
    """Do the same as `results` on the workers of a cluster.

    Workers read files by the names that they have here: from a shared disk, or by URL. Raises
    `TrackerError` if the package is not installed, or there is no scheduler at the address.
    """
    client = _connected(scheduler)
    try:
        # Impure: a file of the same name may have other contents by now.
        waiting = client.map(work, list(items), pure=False)[::-1]
        for item in items:
            # Workers drop a result once nobody here holds it.
            future = waiting.pop()
            if not _wait(future, stopped):
                return
            yield item, partial(_settled, future)
    finally:
        client.close()


def _connected(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise TrackerError(
            _("Working on a cluster needs the package distributed, which is not installed."),
            _("Install it with: {command}").format(
                command='pip install "hip-thrust-tracker[dask]"'
            ),
        ) from error
    try:
        return Client(scheduler, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise TrackerError(
            _("There is no scheduler at {address}: {reason}").format(
                address=scheduler, reason=error
            ),
            _("Start one with `dask scheduler`, and give the address that it prints."),
        ) from error


def _wait(future: Any, stopped: Callable[[], bool]) -> bool:
    """Wait for a task; False if `stopped` came first."""
    done = threading.Event()
    future.add_done_callback(lambda __: done.set())
    while not stopped():
        if done.wait(_POLL_S):
            return True
    return False


def _settled(future: Any) -> Any:
    """Return the result of a task, with the cluster's errors turned into ours."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        return future.result()
    except KilledWorker as error:
        raise WorkerLostError from error
    except FutureCancelledError as error:
        raise ClusterGoneError(
            _("The scheduler is gone."), _("Start it, and run the command again.")
        ) from error
