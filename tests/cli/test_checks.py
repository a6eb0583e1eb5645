from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.config import SensorChoice, config_path, save_sensor
from tracker.app.paths import Paths, tracker_paths
from tracker.ble import AdapterError, LinkError
from tracker.cli import doctor as checks
from tracker.sound import SoundError, open_player

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tracker.cli.doctor import Check
    from tracker.sound import Clock, Render

BIG = os.terminal_size((120, 40))


def test_versions_are_listed() -> None:
    check = checks.versions("3.11.7")
    assert check.good
    for name in ("Python 3.11.7", "bleak 3", "textual 8"):
        assert name in check.text


def test_the_bus_is_looked_for_where_the_environment_says(tmp_path: Path) -> None:
    socket = tmp_path / "bus"
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket},guid=1"}
    missing = checks.system_bus(environment, "linux")
    assert missing is not None
    assert not missing.good
    assert str(socket) in missing.text
    assert "systemctl" in missing.advice
    socket.touch()
    there = checks.system_bus(environment, "linux")
    assert there is not None
    assert there.good


def test_the_bus_is_of_linux_only_and_may_be_elsewhere() -> None:
    assert checks.system_bus({}, "darwin") is None
    remote = checks.system_bus({"DBUS_SYSTEM_BUS_ADDRESS": "tcp:host=x,port=1"}, "linux")
    assert remote is not None
    assert remote.good


def bluetooth(error: Exception | None = None) -> Check:
    async def attempt() -> None:
        if error is not None:
            raise error

    return asyncio.run(checks.bluetooth(attempt))


def test_bluetooth_is_tried() -> None:
    assert bluetooth().good
    off = bluetooth(AdapterError("Bluetooth is switched off.", "Switch it on."))
    assert (off.good, off.no_adapter, off.advice) == (False, True, "Switch it on.")
    odd = bluetooth(LinkError("Bluetooth reports: busy."))
    assert (odd.good, odd.no_adapter) == (False, False)


@pytest.mark.parametrize(
    ("size", "encoding", "good", "words"),
    [
        (BIG, "utf-8", True, "120×40"),
        (os.terminal_size((79, 24)), "utf-8", False, "smaller"),
        (os.terminal_size((80, 23)), "utf-8", False, "smaller"),
        (BIG, "cp1252", False, "cp1252"),
        (BIG, None, False, "None"),
    ],
)
def test_the_terminal_has_to_have_room_and_letters(
    size: os.terminal_size, encoding: str | None, good: bool, words: str
) -> None:
    check = checks.terminal(size, is_there=True, encoding=encoding, environment={})
    assert check.good is good
    assert words in check.text
    assert bool(check.advice) is not good


def test_without_a_terminal_there_is_nothing_wrong() -> None:
    check = checks.terminal(BIG, is_there=False, encoding=None, environment={})
    assert check.good
    assert "plain lines" in check.text


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"COLORTERM": "truecolor"}, "all colours"),
        ({"TERM": "xterm-256color"}, "256 colours"),
        ({"TERM": "xterm"}, "few colours"),
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "NO_COLOR"),
    ],
)
def test_colours_are_told(environment: dict[str, str], words: str) -> None:
    check = checks.terminal(BIG, is_there=True, encoding="UTF-8", environment=environment)
    assert words in check.text


def paths_in(folder: Path) -> Paths:
    return Paths(folder / "data", folder / "config", folder / "log")


def test_folders_that_can_be_made_are_good_and_not_made(tmp_path: Path) -> None:
    each = checks.folders(paths_in(tmp_path / "home"))
    assert [check.good for check in each] == [True] * 3
    assert not (tmp_path / "home").exists()


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    for check in checks.folders(paths_in(tmp_path / "home")):
        assert not check.good
        assert "is no folder" in check.text
        assert "TRACKER_HOME" in check.advice


@pytest.mark.skipif(os.name == "nt", reason="folders have no such permissions there")
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o500)
    if os.access(tmp_path / "home", os.W_OK):
        # The superuser may write anywhere but here.
        (check, *_) = checks.folders(paths_in(Path("/proc/1/nothing")))
    else:
        (check, *_) = checks.folders(paths_in(tmp_path / "home"))
    assert not check.good


def test_the_paired_sensor_is_named(tmp_path: Path) -> None:
    none = checks.configuration(tmp_path)
    assert none.good
    assert "tracker pair" in none.text
    save_sensor(config_path(tmp_path), SensorChoice("C0:FF", "profile", "HipOne"))
    assert checks.configuration(tmp_path).text == "HipOne (profile) at C0:FF"


def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    config_path(tmp_path).write_text("[sensr]\n", encoding="utf-8")
    check = checks.configuration(tmp_path)
    assert not check.good
    assert "sensr" in check.text
    assert "sensor" in check.advice


class Device:
    name = "a device"

    def start(self, render: Render, now_s: float) -> None:
        pass

    def keep_up(self, now_s: float) -> None:
        pass

    def finish(self, is_idle: Callable[[], bool]) -> None:
        pass

    def close(self) -> None:
        pass


class Voice:
    rate_hz = 22_050

    def say(self, text: str) -> NDArray[np.float64]:
        return np.zeros(0)


def device(clock: Clock) -> Device:
    return Device()


def no_device(clock: Clock) -> Device:
    raise SoundError("there is no device.", "Plug one in.")


def no_voice() -> Voice:
    raise SoundError("there is no voice.", "Install one.")


@pytest.mark.parametrize(
    ("open_device", "open_voice", "text", "advice"),
    [
        (device, Voice, "a device, with speech", ""),
        (device, no_voice, "a device, nothing is spoken: there is no voice.", "Install one."),
        (no_device, Voice, "the terminal bell only: there is no device.", "Plug one in."),
        (no_device, no_voice, "the terminal bell only: there is no device.", "Plug one in."),
    ],
)
def test_what_can_be_heard_is_told_and_never_keeps_anybody_from_training(
    open_device: Callable[[Clock], Device],
    open_voice: Callable[[], Voice],
    text: str,
    advice: str,
) -> None:
    opened = open_player(SYSTEM_CLOCK, open_device=open_device, open_voice=open_voice)
    try:
        assert checks.audio(opened) == checks.Check("audio", True, text, advice)
    finally:
        opened.player.close()


def test_a_log_that_is_not_there_yet_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    paths = Paths(tmp_path / "data", tmp_path / "config", tmp_path / "log")
    check = checks.training_log(paths)
    assert (check.good, check.text) == (
        True,
        f"none yet: it will be {tmp_path / 'data' / 'training.sqlite'}",
    )
    assert list(tmp_path.iterdir()) == []


def test_the_log_is_told_with_what_is_in_it_and_what_it_lacks(log_home: Path) -> None:
    paths = tracker_paths()
    check = checks.training_log(paths)
    assert (check.good, check.text) == (
        True,
        f"{log_home / 'data' / 'training.sqlite'}, 2 sessions",
    )
    paths.recordings.mkdir()
    crashed = paths.recordings / "crashed.arrows"
    crashed.write_bytes(b"x")
    assert checks.training_log(paths).good, "it may be of a training that runs"
    os.utime(crashed, (0.0, 0.0))
    lacking = checks.training_log(paths)
    assert not lacking.good
    assert lacking.text.endswith("2 sessions; 1 recording not in it")
    assert "tracker rescore --missing" in lacking.advice
    (log_home / "data" / "training.sqlite").write_bytes(b"no database" * 100)
    assert "is not a database" in checks.training_log(paths).text
