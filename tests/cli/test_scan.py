from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tracker.ble import SCAN_S
from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        ([], ("table", SCAN_S)),
        (["--seconds", "2.5"], ("table", 2.5)),
        (["--format", "json"], ("json", SCAN_S)),
    ],
)
def test_it_listens_as_long_as_asked_and_shows_it_as_asked(
    arguments: list[str],
    called: tuple[str, float],
    tracker: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[str, float]] = []
    for name in ("table", "json"):
        monkeypatch.setattr(
            f"tracker.cli.sensors.show_{name}",
            lambda seconds, name=name: calls.append((name, seconds)),
        )
    assert tracker("scan", *arguments).code == ExitCode.OK
    assert calls == [called]


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--format", "xml"], ["here"]])
def test_wrong_usage_is_told(arguments: list[str], tracker: Callable[..., Any]) -> None:
    assert tracker("scan", *arguments).code == ExitCode.USAGE_OR_INPUT
