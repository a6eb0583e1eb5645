"""Files one after the other, or several at once in processes of their own, with the same results.

A process gets a name and gives back what was found, so that it does not matter where it runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tracker.cli.analysis import workout_in
from tracker.cli.cluster import results_on
from tracker.cli.inputs import CSV, open_session_file
from tracker.cli.places import at_hand, is_url
from tracker.cli.workers import WorkerLostError, results, usable_cores
from tracker.domain import TrackerError
from tracker.recording import Sayings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.domain import Workout

WORTH_A_PROCESS_BYTES: Final = 16 << 20
"""A process takes about a second to start, in which the engine gets through that much."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with each file."""

    block: int
    """Samples of a foreign file, or notifications of a recording, that the engine gets at once."""
    exercise: str | None = None
    """Beats what the file says."""
    sayings: Sayings = field(default_factory=Sayings)
    """What the user says of foreign files."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    source: str
    """As the user named it."""
    workout: Workout | None
    """What was found; None if the file cannot be read."""
    problem: str = ""
    """Why it cannot be read."""
    advice: str | None = None
    """What to try then."""
    said: tuple[str, ...] = ()
    """What there was to tell the user meanwhile."""


def outcome_of(source: str, order: Order) -> Outcome:
    """Analyze one file; what is wrong with it is a value, because it travels between processes."""
    said: list[str] = []
    try:
        workout = workout_of_source(source, order, tell=said.append, quiet=True)
    except TrackerError as error:
        return Outcome(source, None, error.message, error.advice, tuple(said))
    return Outcome(source, workout, said=tuple(said))


def outcomes(sources: Sequence[str], order: Order, jobs: int) -> Iterator[Outcome]:
    """Yield what became of each file, in the order of the files.

    Parameters
    ----------
    sources
        Names of the files.
    order
        What is to be done with each.
    jobs
        How many to do at once; 1 does them in this process.
    """
    found = results(partial(outcome_of, order=order), sources, jobs, _never)
    for source, result in found:
        yield _settled(source, result)


def outcomes_on(scheduler: str, sources: Sequence[str], order: Order) -> Iterator[Outcome]:
    """Yield what became of each file, in the order of the files, on the workers of a cluster.

    Parameters
    ----------
    scheduler
        Address of the scheduler.
    sources, order
        As above; the workers read the files by the same names.

    Raises
    ------
    TrackerError
        If the cluster cannot be reached.
    """
    seen = [source if is_url(source) else os.path.abspath(source) for source in sources]
    found = results_on(scheduler, partial(outcome_of, order=order), seen, _never)
    for source, (_, result) in zip(sources, found, strict=True):
        yield _named(source, _settled(source, result))


def _settled(source: str, result: Callable[[], Outcome]) -> Outcome:
    """Return what became of a file, also if its worker was ended."""
    try:
        return result()
    except WorkerLostError:
        return Outcome(
            source,
            None,
            f"{source}: every worker that began with it was ended",
            "It may need more memory than there is; do fewer at once: --jobs 1.",
        )
    except TrackerError as error:
        return Outcome(source, None, f"{source}: {error.message}", error.advice)


def _named(source: str, outcome: Outcome) -> Outcome:
    """Return an outcome with the name that the user gave."""
    workout = outcome.workout
    if workout is not None:
        workout = replace(workout, facts=replace(workout.facts, path=source))
    return replace(outcome, source=source, workout=workout)


def _never() -> bool:
    """Ctrl-C ends this where it is: there is nothing to be kept."""
    return False


def usual_jobs(sources: Sequence[str]) -> int:
    """Return how many files to do at once: all cores, if that is worth starting processes for."""
    size = sum(os.path.getsize(source) for source in sources if os.path.isfile(source))
    return max(1, min(usable_cores(), len(sources), size // WORTH_A_PROCESS_BYTES))


def workout_of_source(
    source: str, order: Order, tell: Callable[[str], object], *, quiet: bool
) -> Workout:
    """Return what is in one file.

    Parameters
    ----------
    source
        Its name.
    order
        What is to be done with it.
    tell
        Takes what the user should know of it.
    quiet
        Whether to show no progress bar.

    Raises
    ------
    TrackerError
        If it cannot be read.
    """
    with at_hand(source) as path:
        file = open_session_file(
            path,
            exercise=order.exercise,
            sayings=order.sayings,
            block_samples=order.block,
            tell=tell,
        )
        file = replace(file, path=source)
        # A foreign file comes in blocks already.
        return workout_in(file, 1 if file.sensor == CSV else order.block, quiet=quiet)
