from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tracker.ble import LATER, AdapterError
from tracker.cli import doctor
from tracker.cli.checks import Check
from tracker.cli.doctor import report_lines
from tracker.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def scan_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Exception | None], None]:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "tcp:host=x,port=1")

    def end_with(error: Exception | None) -> None:
        async def scan() -> None:
            if error is not None:
                raise error

        monkeypatch.setattr(doctor, "_scan_once", scan)

    return end_with


def test_where_all_is_well_every_line_says_ok(
    scan_once: Callable[[Exception | None], None], tracker: Callable[..., Any]
) -> None:
    scan_once(None)
    result = tracker("doctor")
    assert result.code == ExitCode.OK
    lines = result.out.splitlines()
    assert all(line.startswith("ok  ") for line in lines)
    for subject in ("versions", "Bluetooth", "terminal", "recordings", "configuration", "audio"):
        assert any(line.startswith(f"ok  {subject}") for line in lines)


def test_without_bluetooth_no_sensor_can_be_reached(
    scan_once: Callable[[Exception | None], None], tracker: Callable[..., Any]
) -> None:
    scan_once(AdapterError("There is no Bluetooth adapter.", f"Plug one in.\n{LATER}"))
    result = tracker("doctor")
    assert result.code == ExitCode.NO_SENSOR
    (line,) = (line for line in result.out.splitlines() if line.startswith("!!"))
    assert "There is no Bluetooth adapter." in line
    assert "Plug one in." in result.out
    # Whoever reads this has just done that.
    assert LATER not in result.out


def test_something_else_that_is_wrong_is_another_code(
    scan_once: Callable[[Exception | None], None], tracker: Callable[..., Any], tmp_path: Path
) -> None:
    scan_once(None)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[sensr]\n", encoding="utf-8")
    assert tracker("doctor").code == ExitCode.USAGE_OR_INPUT


def test_advice_stands_below_its_line() -> None:
    lines = list(
        report_lines(
            [Check("a", True, "fine"), Check("long", False, "broken", "do this\nand that")]
        )
    )
    assert lines == [
        "ok  a     fine",
        "!!  long  broken",
        "          do this",
        "          and that",
    ]
