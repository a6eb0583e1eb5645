"""What the benchmarks are given."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Measure(Protocol):
    """Runs something a few times."""

    def __call__(self, work: Callable[[], T], rounds: int = 3) -> tuple[T, float]:
        """Return what `work` returns, and the shortest time that it took the processor, s."""


class Report(Protocol):
    """Keeps a line for the table."""

    def __call__(self, what: str, value: str, compared: str = "") -> None:
        """Say what was measured, how much it is, and that compared with something."""


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Return the shortest of several runs, s: what disturbs a run only makes it longer.

    It is time of the processor, as in `Measure`: what other programs take meanwhile is left out.
    """
    taken_s = []
    for _ in range(rounds):
        start_s = time.process_time()
        work()
        taken_s.append(time.process_time() - start_s)
    return min(taken_s)
