"""Many files on a cluster of Dask: each is one task, which any worker can do again."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tracker.cli.analyzing import Outcome, outcome_of
from tracker.cli.places import is_url
from tracker.domain import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.cli.analyzing import Order

CONNECT_S: Final = 10.0
"""How long a scheduler may take to answer: it is up already, or the address is wrong."""


def outcomes_on(scheduler: str, sources: Sequence[str], order: Order) -> Iterator[Outcome]:
    """Yield what became of each file, in the order of the files.

    The files are read by the workers, under the names that they have here: from a disk that all of
    them share, or by URL.

    Parameters
    ----------
    scheduler
        Address of the scheduler, as `tcp://10.0.0.1:8786`.
    sources
        Names of the files.
    order
        What is to be done with each.

    Raises
    ------
    TrackerError
        If the package is not installed, or there is no scheduler at the address.
    """
    client = _connected(scheduler)
    try:
        # The key is new every time: a file of the same name may have another content by now.
        waiting = client.map(
            outcome_of, list(map(_seen_from_anywhere, sources)), order=order, pure=False
        )
        for source, future in zip(sources, waiting, strict=True):
            yield _named(source, _settled(source, future))
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


def _settled(source: str, future: Any) -> Outcome:
    """Wait for a task; that its workers died one after the other is an outcome, too."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        outcome: Outcome = future.result()
    except KilledWorker:
        return Outcome(
            source,
            None,
            f"{source}: every worker that began with it was ended",
            "It may need more memory than they have.",
        )
    except FutureCancelledError:
        return Outcome(source, None, f"{source}: the scheduler went away", "Run it again.")
    return outcome


def _seen_from_anywhere(source: str) -> str:
    return source if is_url(source) else os.path.abspath(source)


def _named(source: str, outcome: Outcome) -> Outcome:
    """Return an outcome with the name that the user gave."""
    workout = outcome.workout
    if workout is not None:
        workout = replace(workout, facts=replace(workout.facts, path=source))
    return replace(outcome, source=source, workout=workout)
