from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable


def test_it_hands_over_what_was_asked_for(
    tracker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr("tracker.cli.sensors.pair_with", lambda *given: calls.append(given[:-1]))
    arguments = ("WT901BLE67", "--kind", "witmotion", "--setting", "a=1", "--setting", "b=2")
    assert tracker("pair", *arguments).code == ExitCode.OK
    assert calls == [("WT901BLE67", "witmotion", ("a=1", "b=2"))]


def test_somebody_has_to_be_named(tracker: Callable[..., Any]) -> None:
    assert tracker("pair").code == ExitCode.USAGE_OR_INPUT


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_is_no_sensor(name: str, tracker: Callable[..., Any]) -> None:
    for arguments in (("pair", name), ("train", "--headless", "--sensor", name)):
        result = tracker(*arguments)
        assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
        problem, advice = result.err.splitlines()
        assert repr(name) in problem
        assert "tracker scan" in advice
