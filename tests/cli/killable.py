"""What is done in processes of their own, which find it by the name of this module."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tracker.language import language_tag

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.cli.analyze import AnalysisSettings, FileResult


def square(number: int) -> int:
    if number < 0:
        raise ValueError(number)
    return number * number


def spoken(_number: int) -> str:
    return language_tag()


def square_unless_killed(number: int, *, killing: frozenset[int]) -> int:
    if number in killing:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def square_but_once(number: int, *, folder: Path) -> int:
    """End the process with every third number, the first time it comes."""
    mark = folder / str(number)
    if number % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def result_unless_killed(source: str, settings: AnalysisSettings) -> FileResult:
    """Stand in for a process that the system ends, as it does where memory is short."""
    # The engine would cost every process its start.
    from tracker.cli.analyze import FileResult

    del settings
    if source == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return FileResult(None, "fine")
