from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio, FakeSensor
from tests.cli.worn import sensor_on_a_table
from tracker.app.config import SensorChoice, load_config
from tracker.app.devices import SensorRequest
from tracker.app.paths import tracker_paths
from tracker.ble import AdapterError, DeviceQuery, DiscoveredDevice
from tracker.cli.exits import ExitCode, interruption
from tracker.cli.sensors import device_object, device_table, pair_with
from tracker.domain import InputError, SensorError, UnknownNameError
from tracker.sensors import encode_samples

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--format", "xml"], ["here"]])
def test_wrong_usage_is_told(arguments: list[str], tracker: Callable[..., Any]) -> None:
    assert tracker("scan", *arguments).code == ExitCode.USAGE_OR_INPUT


KNOWN = DiscoveredDevice(ADDRESS, NAME, -60, "profile")
STRANGER = DiscoveredDevice("AA:BB:CC:DD:EE:FF", None, None, None)


def test_a_table_has_its_columns_under_each_other() -> None:
    assert device_table([KNOWN, STRANGER]) == [
        "address            name         dBm  kind",
        "C0:FF:EE:00:1A:2B  HipOne 1A2B  -60  profile",
        "AA:BB:CC:DD:EE:FF  –              –  –",
    ]


def test_what_cannot_be_used_is_marked() -> None:
    refused = DiscoveredDevice(ADDRESS, "WTVB01", -60, None, "it measures vibration")
    assert "cannot be used" in device_table([refused])[1]


def test_an_object_has_null_for_what_is_unknown() -> None:
    assert device_object(STRANGER) == {
        "address": "AA:BB:CC:DD:EE:FF",
        "name": None,
        "rssi_dbm": None,
        "kind": None,
    }


def test_json_is_a_list(around: Callable[..., FakeRadio], tracker: Callable[..., Any]) -> None:
    around(FakeSensor())
    result = tracker("scan", "--seconds", 0.3, "--format", "json")
    assert (result.code, result.err) == (ExitCode.OK, "")
    assert json.loads(result.out) == [device_object(KNOWN)]


def test_without_sensors_there_is_an_empty_list_and_advice(
    around: Callable[..., FakeRadio], tracker: Callable[..., Any]
) -> None:
    around()
    assert json.loads(tracker("scan", "--seconds", 0.1, "--format", "json").out) == []
    result = tracker("scan", "--seconds", 0.1)
    assert (result.code, result.out) == (ExitCode.OK, "")
    assert "Switch it on" in result.err


def test_without_a_terminal_the_table_is_printed_once(
    around: Callable[..., FakeRadio], tracker: Callable[..., Any]
) -> None:
    around(FakeSensor())
    out = tracker("scan", "--seconds", 0.3).out
    assert out.count(NAME) == 1
    assert "\x1b" not in out


def test_on_a_terminal_the_table_grows(
    around: Callable[..., FakeRadio],
    tracker: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    around(FakeSensor())
    monkeypatch.setattr("tracker.cli.sensors.REDRAW_S", 0.05)
    monkeypatch.setattr("tracker.cli.sensors.sys.stdout.isatty", lambda: True)
    out = tracker("scan", "--seconds", 0.4).out
    assert out.count(NAME) >= 2
    # The final table replaces the live one.
    assert out.rpartition("\x1b[J")[2].splitlines() == device_table([KNOWN])


def test_trouble_with_bluetooth_is_reported(
    around: Callable[..., FakeRadio], tracker: Callable[..., Any]
) -> None:
    around().trouble = AdapterError("Bluetooth is switched off.")
    result = tracker("scan", "--seconds", 0.1, "--format", "json")
    assert (result.code, result.out) == (ExitCode.NO_SENSOR, "")
    assert "Bluetooth is switched off." in result.err


class InterruptedRadio(FakeRadio):
    """Presses Ctrl-C once something was heard."""

    async def _advertisements(self) -> AsyncIterator[DiscoveredDevice]:
        async for sighting in super()._advertisements():
            yield sighting
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_still_prints_what_was_found(
    monkeypatch: pytest.MonkeyPatch, tracker: Callable[..., Any]
) -> None:
    radio = InterruptedRadio(FakeSensor())
    monkeypatch.setattr("tracker.ble.BleakRadio", lambda: radio)
    result = tracker("scan", "--seconds", 60)
    assert result.code == ExitCode.INTERRUPTED
    assert result.out.splitlines() == device_table([KNOWN])
    assert radio.busy == 0


def test_it_hands_over_what_was_asked_for(
    tracker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        "tracker.cli.sensors.pair_with", lambda *given, **_: calls.append(given[:-1])
    )
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


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    # The figures are those of a second; nobody waits for more here.
    monkeypatch.setattr("tracker.app.devices.CHECK_S", 1.6)
    return tmp_path


def pair(text: str, kind: str | None, settings: Sequence[str]) -> None:
    with interruption() as interrupted:
        pair_with(text, kind, settings, interrupted)


def saved() -> SensorChoice | None:
    return load_config(tracker_paths().config_file).sensor


def test_a_good_sensor_is_checked_and_remembered(
    around: Callable[..., FakeRadio], capsys: pytest.CaptureFixture[str]
) -> None:
    sensor = sensor_on_a_table()
    around(sensor)
    pair(ADDRESS, None, ())
    out, err = capsys.readouterr()
    assert NAME in out.splitlines()[0]
    assert "firmware 1.2.3" in out.splitlines()[0]
    for words in (
        "samples a second",
        "gravity 1.00",
        "noise 0.0",
        "gyroscope bias",
        "battery 87 %",
    ):
        assert words in out
    assert "!!" not in out
    assert "still" in err
    assert saved() == SensorChoice(ADDRESS, "profile", NAME)
    assert sensor.journal[-1] == "disconnect"


def test_what_cannot_be_trusted_is_not_remembered(
    around: Callable[..., FakeRadio], capsys: pytest.CaptureFixture[str]
) -> None:
    sensor = sensor_on_a_table(gravity_g=2.0)
    around(sensor)
    with pytest.raises(SensorError) as caught:
        pair(ADDRESS, None, ())
    assert caught.value.advice is not None
    assert "!!  at rest it measures 2.00 g" in capsys.readouterr().out
    assert saved() is None
    assert sensor.journal[-1] == "disconnect"


def test_settings_are_remembered_with_it(around: Callable[..., FakeRadio]) -> None:
    around(sensor_on_a_table())
    pair(ADDRESS, "profile", ["rate_hz=100"])
    assert saved() == SensorChoice(ADDRESS, "profile", NAME, "rate_hz=100")


def test_a_kind_that_is_none_is_told_before_anybody_is_looked_for(
    around: Callable[..., FakeRadio],
) -> None:
    radio = around(sensor_on_a_table())
    with pytest.raises(UnknownNameError):
        pair(ADDRESS, "abacus", ())
    assert radio.searches == 0


def test_a_configuration_that_cannot_be_read_is_told_before_anybody_is_looked_for(
    around: Callable[..., FakeRadio], home: Path
) -> None:
    radio = around(sensor_on_a_table())
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text("[sensr]\n", encoding="utf-8")
    with pytest.raises(InputError, match="sensr"):
        pair(ADDRESS, None, ())
    assert radio.searches == 0


def test_ctrl_c_ends_the_check_and_stops_the_sensor(around: Callable[..., FakeRadio]) -> None:
    sensor = sensor_on_a_table()
    around(sensor)
    packet = sensor.packet

    def interrupt() -> bytes:
        signal.raise_signal(signal.SIGINT)
        return packet()

    sensor.packet = interrupt
    with pytest.raises(KeyboardInterrupt):
        pair(ADDRESS, None, ())
    assert saved() is None
    assert sensor.journal[-1] == "disconnect"


FIRST, SECOND = "C0:FF:EE:00:1A:2B", "C0:FF:EE:00:00:02"


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    calls: list[Any] = []
    monkeypatch.setattr(
        "tracker.cli.radio.record_with",
        lambda chosen, _interrupted, **options: calls.append((chosen, options)),
    )
    return calls


def test_a_recording_is_made_as_asked_for(
    calls: list[Any], tracker: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.arrows"
    arguments = ("--sensor", FIRST, "--second", SECOND, "--kind", "profile", "--seconds", 60)
    result = tracker("record", *arguments, "-o", path, "--exercise", "squat", "--force")
    assert result.code == ExitCode.OK
    chosen = (
        SensorRequest(DeviceQuery(FIRST, "profile"), None),
        SensorRequest(DeviceQuery(SECOND), None),
    )
    options = {"exercise": "squat", "seconds": 60.0, "output": path, "force": True}
    assert calls == [(chosen, options)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sensor", FIRST, "-o", "a.arrows"], "--seconds"),
        (["--sensor", FIRST, "--seconds", "5"], "--output"),
        (["--sensor", FIRST, "--seconds", "5", "-o", "a.csv"], "a.arrows"),
        (["--sensor", FIRST, "--seconds", "0", "-o", "a.arrows"], "--seconds"),
        (
            ["--sensor", FIRST, "--second", FIRST, "--seconds", "5", "-o", "a.arrows"],
            "Both sensors",
        ),
        (
            ["--sensor", FIRST, "--kind", "abacus", "--seconds", "5", "-o", "a.arrows"],
            "abacus",
        ),
    ],
)
def test_wrong_usage_is_told_before_anybody_is_looked_for(
    arguments: list[str], words: str, calls: list[Any], tracker: Callable[..., Any]
) -> None:
    result = tracker("record", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert words in result.err
    assert calls == []


def test_an_existing_file_is_refused(
    calls: list[Any], tracker: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.arrows"
    path.touch()
    result = tracker("record", "--sensor", FIRST, "--seconds", 5, "-o", path)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "--force" in result.err
    assert calls == []


def test_without_a_sensor_it_says_how_to_get_one(
    calls: list[Any], tracker: Callable[..., Any], tmp_path: Path
) -> None:
    result = tracker("record", "--seconds", 5, "-o", tmp_path / "a.arrows")
    assert result.code == ExitCode.NO_SENSOR
    assert "tracker pair" in result.err


TWO_SAMPLES = encode_samples(
    np.array([0.0, 0.01]),
    np.array([[0.0, 0.0, 9.81], [0.5, 0.0, 9.81]]),
    np.array([[0.0, 0.1, 0.0], [0.0, 0.2, 0.0]]),
)


def test_samples_come_out_as_json(tracker: Callable[..., Any]) -> None:
    result = tracker("decode", "--kind", "samples", TWO_SAMPLES.hex())
    assert result.code == ExitCode.OK
    assert json.loads(result.out) == {
        "frames": [
            {
                "acc_mps2": [[0.0, 0.0, 9.81], [0.5, 0.0, 9.81]],
                "gyro_radps": [[0.0, 0.1, 0.0], [0.0, 0.2, 0.0]],
                "device_time_s": 0.0,
                "saturated": False,
            }
        ],
        "faults": [],
        "configuration": {},
    }


def test_bytes_that_are_wrong_come_out_as_faults(tracker: Callable[..., Any]) -> None:
    result = tracker("decode", "--kind", "samples", TWO_SAMPLES[:-1].hex())
    assert result.code == ExitCode.OK
    decoded = json.loads(result.out)
    assert decoded["frames"] == []
    (fault,) = decoded["faults"]
    assert (fault["reason"], fault["count"]) == ("length", 1)
    assert "expected a block" in fault["detail"]


def test_notifications_share_one_decoder(tracker: Callable[..., Any]) -> None:
    result = tracker("decode", "--kind", "samples", TWO_SAMPLES.hex(" "), TWO_SAMPLES.hex(":"))
    decoded = json.loads(result.out)
    assert len(decoded["frames"]) == 1
    assert [fault["reason"] for fault in decoded["faults"]] == ["clock"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "profil", "00"], "Did you mean profile"),
        (["--kind", "samples", "0g"], "hex"),
        (["--kind", "samples", "--channel", "x", "00"], "channel"),
        (["--kind", "samples", "--setting", "x", "00"], "key=value"),
        (["--kind", "samples", "--setting", "x=1", "00"], "x"),
        (["--kind", "samples"], "HEX"),
        (["00"], "--kind"),
    ],
)
def test_mistakes_are_explained(
    arguments: list[str], said: str, tracker: Callable[..., Any]
) -> None:
    result = tracker("decode", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert said in result.err
    assert "Traceback" not in result.err
