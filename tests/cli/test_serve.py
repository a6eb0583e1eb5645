from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tracker.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would be served."""
    calls: list[tuple[Any, ...]] = []

    def keep_serving(
        line: tuple[str, ...], place: Any, port: int, *, unseen_s: float, interrupted: object
    ) -> None:
        calls.append((line, place.host, port, unseen_s))

    monkeypatch.setattr("tracker.cli.serving.keep_serving", keep_serving)
    return calls


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (("train",), "127.0.0.1", 8000, 900.0)),
        (["--", "--no-sound"], (("train", "--no-sound"), "127.0.0.1", 8000, 900.0)),
        (["--demo"], (("demo",), "127.0.0.1", 8000, 900.0)),
        (["--sensor", "sim"], (("train", "--sensor", "sim"), "127.0.0.1", 8000, 900.0)),
        (["--lan", "--demo", "--port", "0"], (("demo",), "0.0.0.0", 0, 900.0)),
        (["--host", "::1", "--demo", "--unseen", "2"], (("demo",), "::1", 8000, 120.0)),
        (
            ["--lan", "--host", "192.168.1.5", "--demo", "--", "--seed", "3"],
            (("demo", "--seed", "3"), "192.168.1.5", 8000, 900.0),
        ),
        (
            ["--sensor", "AA:BB:CC:DD:EE:FF", "--", "--exercise", "glute_bridge"],
            (
                ("train", "--sensor", "AA:BB:CC:DD:EE:FF", "--exercise", "glute_bridge"),
                "127.0.0.1",
                8000,
                900.0,
            ),
        ),
    ],
)
def test_what_is_served_where(
    tracker: Tracker,
    served: list[tuple[Any, ...]],
    arguments: list[str],
    expected: tuple[Any, ...],
) -> None:
    outcome = tracker("serve", *arguments)
    assert outcome.code == ExitCode.OK, outcome.err
    assert served == [expected]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--host", "0.0.0.0", "--demo"], ExitCode.USAGE_OR_INPUT, "--lan"),
        (["--demo", "--sensor", "sim"], ExitCode.USAGE_OR_INPUT, "simulated"),
        (["--demo", "--port", "65536"], ExitCode.USAGE_OR_INPUT, "65536"),
        (["--demo", "--unseen", "0"], ExitCode.USAGE_OR_INPUT, "above 0"),
        (["--demo", "--", "--bogus"], ExitCode.USAGE_OR_INPUT, "--bogus"),
        (["--demo", "--", "--headless"], ExitCode.USAGE_OR_INPUT, "no screen"),
        (["--sensor", "sim", "--", "--exercise", "curl"], ExitCode.USAGE_OR_INPUT, "curl"),
        (["--", "--seconds", "60"], ExitCode.NO_SENSOR, "none is paired"),
        (["--", "--kind", "witmotion"], ExitCode.NO_SENSOR, "none is paired"),
        (["--sensor", ""], ExitCode.USAGE_OR_INPUT, "tracker scan"),
    ],
)
def test_what_every_visit_would_fail_with_is_said_at_once(
    tracker: Tracker,
    served: list[tuple[Any, ...]],
    arguments: list[str],
    code: ExitCode,
    message: str,
) -> None:
    outcome = tracker("serve", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err
    assert "Traceback" not in outcome.err
    assert served == []


def test_a_configuration_that_no_visit_could_read_is_said_at_once(
    tracker: Tracker, served: list[tuple[Any, ...]], home: Path
) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text("[sensor", encoding="utf-8")
    outcome = tracker("serve")
    assert (outcome.code, outcome.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert "config.toml" in outcome.err
    assert served == []


def test_where_it_is_heard_is_said(tracker: Tracker) -> None:
    assert "comes from this computer" in " ".join(tracker("serve", "--help").out.split())


@pytest.mark.parametrize("package", ["aiohttp", "textual_serve", "segno"])
def test_a_package_that_is_not_installed_is_named_with_how_to_install_it(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    for name in list(sys.modules):
        if name.startswith(("tracker.web", "tracker.cli.serving")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    outcome = tracker("serve", "--demo")
    assert outcome.code == ExitCode.USAGE_OR_INPUT
    assert package in outcome.err
    assert "pip install 'hip-thrust-tracker[serve]'" in outcome.err


def test_other_modules_that_are_missing_are_defects(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "tracker.cli.serving", raising=False)
    monkeypatch.setitem(sys.modules, "tracker.web", None)
    with pytest.raises(ModuleNotFoundError):
        tracker("serve", "--demo")
