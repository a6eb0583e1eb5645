from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.sound.listening import HandClock, Whistler, heard, onsets_s, pitch_hz
from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.config import SensorChoice, save_sensor
from tracker.app.paths import Paths, tracker_paths
from tracker.ble import LATER, AdapterError, LinkError
from tracker.cli import doctor, sound_check
from tracker.cli import doctor as checks
from tracker.cli.doctor import Check, report_lines
from tracker.cli.exits import ExitCode
from tracker.cli.sound_check import PROGRAMME
from tracker.sound import MELODIES, SoundError, Tone, open_player

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tracker.sound import Clock, Output, Render


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
        (os.terminal_size((79, 24)), "utf-8", False, "too small"),
        (os.terminal_size((80, 23)), "utf-8", False, "too small"),
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
        ({"COLORTERM": "truecolor"}, "true colour"),
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
        assert "is not a folder" in check.text
        assert "TRACKER_HOME" in check.advice


@pytest.mark.posix("folders have no such permissions there")
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o500)
    if os.access(tmp_path / "home", os.W_OK):
        # The superuser may write anywhere but here.
        (check, *_) = checks.folders(paths_in(Path("/proc/1/nothing")))
    else:
        (check, *_) = checks.folders(paths_in(tmp_path / "home"))
    assert not check.good


def test_the_paired_sensor_is_named(tmp_path: Path) -> None:
    none = checks.configuration(Paths(tmp_path, tmp_path, tmp_path))
    assert none.good
    assert "tracker pair" in none.text
    save_sensor(tmp_path / "config.toml", SensorChoice("C0:FF", "profile", "HipOne"))
    assert (
        checks.configuration(Paths(tmp_path, tmp_path, tmp_path)).text
        == "HipOne (profile) at C0:FF"
    )


def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[sensr]\n", encoding="utf-8")
    check = checks.configuration(Paths(tmp_path, tmp_path, tmp_path))
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


def test_every_tone_and_a_spoken_count_are_in_the_programme() -> None:
    sounds = [part.sound for part in sound_check.parts()]
    assert sounds[:-1] == list(Tone)
    meanings = [part.meaning for part in sound_check.parts()]
    assert len(set(meanings)) == len(sounds) == len(Tone) + 1
    assert "three" in meanings[-1]


def test_sounds_are_said_when_they_are_played(tmp_path: Path) -> None:
    clock = HandClock(20.0)
    said: list[tuple[float, str]] = []

    def sleep(duration_s: float) -> None:
        clock.now_s += duration_s

    opened = open_player(clock, wav=tmp_path / "a.wav", open_voice=Whistler)
    sound_check.play(opened.player, lambda text: said.append((clock.now_s - 20.0, text)), sleep)
    opened.player.close()
    expected_s = [part.at_s for part in sound_check.parts()]
    assert [at_s for at_s, _ in said] == pytest.approx(expected_s)
    assert onsets_s(heard(tmp_path / "a.wav"), 0.1) == pytest.approx(expected_s, abs=0.005)


def test_the_file_has_the_sounds_where_it_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "a.wav"
    complaint = sound_check.write(path, said.append)
    samples = heard(path)
    starts_s = [float(line.split()[0]) for line in said]
    for start_s, tone in zip(starts_s, Tone, strict=False):
        first = MELODIES[tone][0]
        assert pitch_hz(samples, start_s, first.duration_s) == pytest.approx(
            first.pitch_hz, rel=0.015
        )
    # Without a voice, the tones are there and it says why nothing is spoken.
    spoken = len(onsets_s(samples, 0.3)) == len(starts_s)
    assert spoken is (complaint is None)


def test_without_a_voice_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    complaint = sound_check.write(tmp_path / "a.wav", lambda text: None)
    assert complaint is not None
    assert "not installed" in complaint
    assert len(onsets_s(heard(tmp_path / "a.wav"), 0.3)) == len(Tone)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such folder")
def test_a_folder_that_only_seems_to_be_writable_is_told() -> None:
    nowhere = Path("/proc/tracker")
    recordings, *_ = checks.folders(Paths(nowhere / "data", nowhere / "config", nowhere / "log"))
    assert not recordings.good
    assert "/proc cannot be written" in recordings.text


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux's")
def test_a_bus_that_does_not_know_the_user_is_told_from_any_other(tmp_path: Path) -> None:
    """As in a container whose users have other numbers outside; by a real bus."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed")
    socket, file = tmp_path / "bus", tmp_path / "bus.conf"
    file.write_text(
        "<busconfig><type>system</type><auth>DBUS_COOKIE_SHA1</auth>"
        f"<listen>unix:path={socket}</listen>"
        '<policy context="default"><allow user="*"/></policy></busconfig>'
    )
    bus = subprocess.Popen(
        [daemon, f"--config-file={file}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    try:
        assert bus.stdout is not None
        assert bus.stdout.readline()
        done = subprocess.run(
            [sys.executable, "-m", "tracker", "doctor"],
            env={
                **os.environ,
                "TRACKER_HOME": str(tmp_path / "home"),
                "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket}",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        bus.kill()
        # Waits, and closes the pipe.
        bus.communicate()
    assert done.returncode == ExitCode.NO_SENSOR
    assert "!!  Bluetooth" in done.stdout
    assert "does not accept this user" in done.stdout
    assert "--userns keep-id" in done.stdout
