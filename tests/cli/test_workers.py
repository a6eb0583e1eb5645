from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cli.killable import square, square_but_once, square_unless_killed
from tracker.cli.workers import WorkerLostError, results, usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

needs_kill = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="Windows ends processes otherwise"
)


def never() -> bool:
    return False


def all_of(
    work: Callable[[int], int], numbers: list[int], jobs: int = 2
) -> list[tuple[int, int | str]]:
    found: list[tuple[int, int | str]] = []
    for number, result in results(work, numbers, jobs, never):
        try:
            found.append((number, result()))
        except (ValueError, WorkerLostError) as error:
            found.append((number, type(error).__name__))
    return found


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_order_and_errors_are_those_of_their_own(jobs: int) -> None:
    numbers = [*range(40), -1, 7]
    expected = [(each, "ValueError" if each < 0 else each * each) for each in numbers]
    assert all_of(square, numbers, jobs) == expected


@needs_kill
def test_a_worker_that_is_ended_changes_nothing(tmp_path: Path) -> None:
    found = all_of(partial(square_but_once, folder=tmp_path), list(range(1, 11)))
    assert found == [(each, each * each) for each in range(1, 11)]


@needs_kill
def test_what_ends_every_worker_is_given_up_alone() -> None:
    killing = frozenset({0, 5})
    found = all_of(partial(square_unless_killed, killing=killing), list(range(8)))
    assert found == [(n, "WorkerLostError" if n in killing else n * n) for n in range(8)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_is_begun_once_it_is_to_stop(jobs: int) -> None:
    seen: list[int] = []
    for number, result in results(square, list(range(1000)), jobs, lambda: len(seen) >= 5):
        assert result() == number * number
        seen.append(number)
    assert seen == list(range(len(seen)))
    # What was under way by then is finished.
    assert 5 <= len(seen) < 40


def test_some_cores_can_be_used() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
