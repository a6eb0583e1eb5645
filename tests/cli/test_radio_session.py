from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.ble.fake_radio import ADDRESS, NAME, FakeConnection, FakeRadio, FakeSensor
from tests.cli.worn import sensor_on_a_table
from tracker.app.devices import SensorRequest
from tracker.app.paths import tracker_paths
from tracker.app.training import TrainingRequest, TrainingService
from tracker.ble import AdapterError, DeviceQuery, NotFoundError
from tracker.cli.exits import interruption
from tracker.cli.radio import record_with
from tracker.cli.train import train_once
from tracker.domain import OutputError
from tracker.recording import open_recording
from tracker.sensors.profile.packets import IMU_UUID

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.ble import DiscoveredDevice

SECOND = "C0:FF:EE:00:00:02"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


def sensors(*texts: str) -> tuple[SensorRequest, ...]:
    return tuple(SensorRequest(DeviceQuery(text)) for text in texts)


def train(*texts: str, seconds: float | None = 0.5) -> None:
    service = TrainingService(tracker_paths())
    request = TrainingRequest(sensors(*texts), "squat", seconds=seconds)
    with interruption() as interrupted:
        train_once(service, request, interrupted, headless=True)


def recordings(home: Path) -> list[Path]:
    return list((home / "data" / "recordings").glob("*.arrows"))


def test_a_training_is_recorded_with_who_was_worn(
    around: Callable[..., FakeRadio], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sensor = sensor_on_a_table()
    around(sensor)
    train(ADDRESS)
    out, err = capsys.readouterr()
    assert out == "0 sets, 0 reps\n"
    assert err.splitlines()[0] == f"looking for {ADDRESS}"
    assert NAME in err.splitlines()[1]
    (path,) = recordings(home)
    assert str(path) in err
    recording = open_recording(path)
    assert recording.damage == ()
    info = recording.info
    assert (info.sensor, info.device_name, info.firmware) == ("profile", NAME, "1.2.3")
    assert (info.exercise, info.origin, info.second_sensor) == ("squat", "live", None)
    assert info.started_utc is not None
    kinds = [each.channel for each in recording]
    assert kinds[:3] == ["link"] * 3
    assert IMU_UUID in kinds
    assert sensor.journal[-1] == "disconnect"


def test_a_second_sensor_is_recorded_beside_the_first(
    around: Callable[..., FakeRadio], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    around(sensor_on_a_table(), sensor_on_a_table(SECOND, "HipTwo"))
    train(ADDRESS, SECOND)
    assert " and HipTwo" in capsys.readouterr().err
    (path,) = recordings(home)
    recording = open_recording(path)
    assert recording.info.second_device_name == "HipTwo"
    for device in (0, 1):
        packets = [each for each in recording if (each.channel, each.device) == (IMU_UUID, device)]
        assert packets


@pytest.mark.parametrize("trouble", ["off", "away"])
def test_what_cannot_be_reached_leaves_no_recording(
    trouble: str,
    around: Callable[..., FakeRadio],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    radio = around(sensor_on_a_table())
    if trouble == "off":
        radio.trouble = AdapterError("Bluetooth is switched off.")
    else:
        monkeypatch.setattr("tracker.ble.link.FIND_S", 0.3)
    with pytest.raises(AdapterError if trouble == "off" else NotFoundError):
        train(ADDRESS if trouble == "off" else SECOND)
    assert recordings(home) == []


class InterruptedRadio(FakeRadio):
    """Presses Ctrl-C while it connects."""

    async def connect(self, sighting: DiscoveredDevice) -> FakeConnection:
        signal.raise_signal(signal.SIGINT)
        return await super().connect(sighting)


def test_ctrl_c_before_the_session_leaves_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = FakeSensor()
    monkeypatch.setattr("tracker.app.training.BleakRadio", lambda: InterruptedRadio(sensor))
    with pytest.raises(KeyboardInterrupt):
        train(ADDRESS)
    assert recordings(home) == []
    assert sensor.connection is None


def test_ctrl_c_in_the_session_closes_the_recording_and_stops_the_sensor(
    around: Callable[..., FakeRadio], home: Path
) -> None:
    sensor = sensor_on_a_table()
    around(sensor)
    packet, sent = sensor.packet, 0

    def interrupt() -> bytes:
        nonlocal sent
        sent += 1
        if sent == 20:
            signal.raise_signal(signal.SIGINT)
        return packet()

    sensor.packet = interrupt
    with pytest.raises(KeyboardInterrupt):
        train(ADDRESS, seconds=None)
    (path,) = recordings(home)
    assert open_recording(path).damage == ()
    assert sensor.journal[-1] == "disconnect"


def test_ctrl_c_before_anything_was_done_does_nothing(
    around: Callable[..., FakeRadio], home: Path
) -> None:
    radio = around(sensor_on_a_table())

    def whole() -> None:
        with interruption() as interrupted:
            # While the program is still being read from the disk, say.
            signal.raise_signal(signal.SIGINT)
            request = TrainingRequest(sensors(ADDRESS), "squat")
            train_once(TrainingService(tracker_paths()), request, interrupted, headless=True)

    with pytest.raises(KeyboardInterrupt):
        whole()
    assert radio.searches == 0
    assert recordings(home) == []


def record(output: Path, *, force: bool = False, text: str = ADDRESS) -> None:
    with interruption() as interrupted:
        record_with(
            sensors(text),
            interrupted,
            exercise="hip_thrust",
            seconds=0.4,
            output=output,
            force=force,
        )


def test_a_recording_is_made_without_any_lines_on_stdout(
    around: Callable[..., FakeRadio], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sensor = sensor_on_a_table()
    sensor.battery = 9
    around(sensor)
    path = home / "a.arrows"
    record(path)
    out, err = capsys.readouterr()
    assert out == ""
    assert "! battery of the sensor at 9 %" in err
    assert f"{path}: " in err.splitlines()[-1]
    assert "samples at" in err
    assert open_recording(path).damage == ()


def test_an_older_recording_is_replaced_only_by_a_new_one(
    around: Callable[..., FakeRadio], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.ble.link.FIND_S", 0.3)
    path = home / "a.arrows"
    path.write_text("older", encoding="utf-8")
    around(sensor_on_a_table())
    with pytest.raises(NotFoundError):
        record(path, force=True, text=SECOND)
    assert path.read_text(encoding="utf-8") == "older"
    with pytest.raises(OutputError):
        record(path)
    assert path.read_text(encoding="utf-8") == "older"
    record(path, force=True)
    assert open_recording(path).info.sensor == "profile"
