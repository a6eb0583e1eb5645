"""What the benchmarks are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Measure(Protocol):
    """Runs something a few times."""

    def __call__(self, work: Callable[[], T], rounds: int = 3) -> tuple[T, float]:
        """Return what `work` returns, and the shortest time that it took, s."""


class Report(Protocol):
    """Keeps a line for the table."""

    def __call__(self, what: str, value: str, compared: str = "") -> None:
        """Say what was measured, how much it is, and that compared with something."""
