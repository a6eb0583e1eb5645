from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_recording_of_the_demo_is_the_demo_again(
    recording: Path, tracker: Callable[..., Any]
) -> None:
    replayed = tracker("replay", recording, "--headless")
    demonstrated = tracker("demo", "--headless", "--seed", 1)
    assert (replayed.code, replayed.err) == (ExitCode.OK, "")
    assert replayed.out.splitlines()[0] == f"replay of simulated {recording.name}"
    assert replayed.out.splitlines()[1:] == demonstrated.out.splitlines()[1:]


def test_a_csv_can_be_replayed(csv: Path, tracker: Callable[..., Any]) -> None:
    result = tracker("replay", csv, "--headless", "--speed", "max")
    assert result.code == ExitCode.OK
    assert "set 2: " in result.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.arrows"], "no such file"),
        (["missing.csv", "--exercise", "hip_trust"], "Did you mean hip_thrust?"),
        (["missing.csv", "--speed", "0"], "--speed"),
        ([], "FILE"),
    ],
)
def test_mistakes_are_explained(
    arguments: list[str], said: str, tracker: Callable[..., Any]
) -> None:
    result = tracker("replay", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert said in result.err
