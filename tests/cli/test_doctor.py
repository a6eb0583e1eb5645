from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.sound.listening import Whistler, heard
from tracker.app.clock import SYSTEM_CLOCK
from tracker.ble import LATER, AdapterError
from tracker.cli import doctor
from tracker.cli import doctor as sound_check
from tracker.cli.doctor import PROGRAMME, Check, report_lines
from tracker.cli.exits import ExitCode
from tracker.sound import SoundError, open_player

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.sound import Clock, Output


@pytest.fixture
def scan_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Exception | None], None]:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "tcp:host=x,port=1")
    monkeypatch.setattr(
        doctor,
        "_open_sound",
        lambda: open_player(SYSTEM_CLOCK, wav=tmp_path / "heard.wav", open_voice=Whistler),
    )

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


@pytest.fixture
def all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play the sounds without waiting for one after the other."""
    monkeypatch.setattr(sound_check, "PAUSE_S", 0.0)
    monkeypatch.setattr(sound_check, "PHRASE_S", 0.0)
    monkeypatch.setattr(sound_check, "duration_s", lambda tone: 0.0)


@pytest.mark.usefixtures("all_at_once")
def test_every_sound_can_be_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracker: Callable[..., Any]
) -> None:
    sound_file = tmp_path / "heard.wav"
    monkeypatch.setattr(doctor, "_open_sound", lambda: open_player(SYSTEM_CLOCK, wav=sound_file))
    result = tracker("doctor", "--sound")
    assert result.code == ExitCode.OK
    first, *meanings = result.out.splitlines()
    assert first.startswith(f"ok  audio  {sound_file}")
    assert meanings == [meaning for _, meaning in PROGRAMME]
    assert max(abs(heard(sound_file))) > 0.5


@pytest.mark.usefixtures("all_at_once")
def test_where_nothing_can_be_heard_the_code_says_so(
    monkeypatch: pytest.MonkeyPatch, tracker: Callable[..., Any]
) -> None:
    def no_device(clock: Clock) -> Output:
        raise SoundError("there is no device.", "Plug one in.")

    monkeypatch.setattr(
        doctor, "_open_sound", lambda: open_player(SYSTEM_CLOCK, open_device=no_device)
    )
    result = tracker("doctor", "--sound")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "the terminal bell only: there is no device." in result.out
    assert "Plug one in." in result.out


def test_every_sound_can_be_had_as_a_file(tmp_path: Path, tracker: Callable[..., Any]) -> None:
    target = tmp_path / "sounds.wav"
    result = tracker("doctor", "--sound-to", str(target))
    assert result.code == ExitCode.OK
    assert len(result.out.splitlines()) == len(PROGRAMME)
    size = target.stat().st_size
    assert size > 300_000
    again = tracker("doctor", "--sound-to", str(target))
    assert again.code == ExitCode.USAGE_OR_INPUT
    assert "exists already" in again.err
    assert tracker("doctor", "--sound-to", str(target), "--force").code == ExitCode.OK
    assert target.stat().st_size == pytest.approx(size, rel=0.01)


def test_a_file_without_speech_says_what_is_missing(
    tmp_path: Path, tracker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    result = tracker("doctor", "--sound-to", str(tmp_path / "sounds.wav"))
    assert result.code == ExitCode.OK
    assert "nothing is spoken: espeakng-loader is not installed." in result.err
