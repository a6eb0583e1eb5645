from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio
from tests.cli.worn import sensor_on_a_table
from tracker.app.config import SensorChoice, config_path, load_config
from tracker.app.paths import tracker_paths
from tracker.cli import sensors as pairing
from tracker.cli.exits import interruption
from tracker.domain import InputError, SensorError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    # The figures are those of a second; nobody waits for more here.
    monkeypatch.setattr(pairing, "CHECK_S", 1.6)
    return tmp_path


def pair(text: str, kind: str | None, settings: Sequence[str]) -> None:
    with interruption() as interrupted:
        pairing.pair_with(text, kind, settings, interrupted)


def saved() -> SensorChoice | None:
    return load_config(config_path(tracker_paths().config)).sensor


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
