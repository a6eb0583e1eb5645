"""One function for many things, in this process or in several at once; results keep their order.

A worker that is ended from outside costs nothing but time: what it had under way is done again.

One function for many things on a cluster of Dask: each is a task that any worker can do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tracker.domain import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

_AHEAD: Final = 8
"""Things under way for each worker: beside a long one there is enough for the others to do, and
few results wait in memory."""

_TRIES_ALONE: Final = 2
"""A thing that ends a process of its own twice, after one that it shared, would end the next."""


class WorkerLostError(Exception):
    """Every worker that began with a thing was ended."""


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def results(
    work: Callable[[T], R], things: Sequence[T], jobs: int, stopped: Callable[[], bool]
) -> Generator[tuple[T, Callable[[], R]]]:
    """Yield each thing with what gives its result, or raises what `work` raised, in order.

    Parameters
    ----------
    work
        What is done with each; it travels to other processes, and so do things and results.
    things
        What it is done with.
    jobs
        How many to do at once; 1 does them in this process, when their results are asked for.
    stopped
        Whether nothing else is to be begun; what is under way is finished.
    """
    if jobs == 1 or len(things) < 2:
        for thing in things:
            if stopped():
                return
            yield thing, partial(work, thing)
        return
    with _Processes(work, min(jobs, len(things))) as processes:
        waiting = iter(things)
        under_way: deque[tuple[T, Future[R]]] = deque()
        while True:
            if stopped():
                under_way = deque(each for each in under_way if not each[1].cancel())
            else:
                room = processes.amount * _AHEAD - len(under_way)
                under_way += [(each, processes.begin(each)) for each in islice(waiting, room)]
            if not under_way:
                return
            thing, future = under_way.popleft()
            if isinstance(future.exception(), BrokenProcessPool):
                if stopped():
                    return
                future = processes.done_alone(thing)
                processes.replace()
                under_way = deque(
                    (each, processes.begin(each) if _is_lost(before) else before)
                    for each, before in under_way
                )
            yield thing, future.result


class _Processes(Generic[T, R]):
    """A pool of processes that can be replaced by a new one."""

    def __init__(self, work: Callable[[T], R], amount: int) -> None:
        self.amount = amount
        self._work = work
        self._pool = _pool(amount)

    def __enter__(self) -> _Processes[T, R]:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def replace(self) -> None:
        """Start anew; what was under way is lost."""
        self._pool.shutdown(cancel_futures=True)
        self._pool = _pool(self.amount)

    def begin(self, thing: T) -> Future[R]:
        """Let a process do it; a pool that is broken by then breaks this as well."""
        return _begun(self._pool, self._work, thing)

    def done_alone(self, thing: T) -> Future[R]:
        """Do what may have ended a process in one of its own, that takes nothing else with it."""
        for _ in range(_TRIES_ALONE):
            with _pool(1) as pool:
                future = _begun(pool, self._work, thing)
                if not isinstance(future.exception(), BrokenProcessPool):
                    return future
        lost: Future[R] = Future()
        lost.set_exception(WorkerLostError())
        return lost


def _begun(pool: ProcessPoolExecutor, work: Callable[[T], R], thing: T) -> Future[R]:
    try:
        with _spared():
            return pool.submit(work, thing)
    except BrokenProcessPool as error:
        broken: Future[R] = Future()
        broken.set_exception(error)
        return broken


def _is_lost(future: Future[R]) -> bool:
    """Say whether a future of a pool that broke has no result; it is done in any case soon."""
    return isinstance(future.exception(), BrokenProcessPool)


def _pool(amount: int) -> ProcessPoolExecutor:
    # Not forked: what runs here already, Arrow's threads among it, would be copied half-way.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(amount, context, _be_deaf)


@contextmanager
def _spared() -> Iterator[None]:
    """Let a worker that is started inside never hear of Ctrl-C, not even while it starts."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_deaf() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
