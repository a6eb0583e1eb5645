from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.app.config import SensorChoice, save_sensor
from tracker.app.devices import SensorRequest
from tracker.app.paths import tracker_paths
from tracker.ble import DeviceQuery
from tracker.cli.radio import (
    chosen_sensor,
    refuse_unfit,
    requested_sensors,
    settings_text,
)
from tracker.domain import SensorError, TrackerError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "C0:FF:EE:00:1A:2B"
SAVED = SensorChoice(ADDRESS, "profile", "HipOne 1A2B", "rate_hz=50")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def paired(home: Path) -> None:
    save_sensor(tracker_paths().config_file, SAVED)


def test_without_any_it_says_what_to_do() -> None:
    with pytest.raises(SensorError) as caught:
        chosen_sensor(None)
    assert caught.value.advice is not None
    assert "tracker pair" in caught.value.advice
    assert "--sensor sim" in caught.value.advice


@pytest.mark.usefixtures("paired")
@pytest.mark.parametrize("text", [None, ADDRESS, ADDRESS.lower(), "HipOne 1A2B", "hipone 1a2b"])
def test_the_paired_one_is_known_by_any_of_its_names(text: str | None) -> None:
    chosen = chosen_sensor(text)
    assert chosen.query == DeviceQuery(ADDRESS, "profile")
    assert chosen.settings == "rate_hz=50"


@pytest.mark.usefixtures("paired")
def test_what_is_typed_beats_what_is_saved() -> None:
    assert chosen_sensor(None, settings=["rate_hz=25"]).settings == "rate_hz=25"
    assert chosen_sensor(None, kind="witmotion").query.kind == "witmotion"
    assert chosen_sensor("C0:FF:EE:00:00:99") == SensorRequest(DeviceQuery("C0:FF:EE:00:00:99"))


@pytest.mark.usefixtures("paired")
def test_a_second_sensor_is_another_one() -> None:
    first = chosen_sensor(None)
    with pytest.raises(TrackerError, match="Both sensors"):
        requested_sensors(None, ADDRESS.lower(), None, ())
    other = "C0:FF:EE:00:00:99"
    assert requested_sensors(None, None, None, ()) == (first,)
    assert requested_sensors(None, other, None, ()) == (first, chosen_sensor(other))
    assert chosen_sensor(other).query.text == other


def test_a_kind_that_no_radio_speaks_is_refused() -> None:
    with pytest.raises(TrackerError, match="not a kind of sensor"):
        refuse_unfit("samples", ())
    with pytest.raises(UnknownNameError):
        refuse_unfit("abacus", ())
    with pytest.raises(UnknownNameError, match="colour"):
        refuse_unfit("profile", ["colour=red"])
    refuse_unfit("profile", ["rate_hz=50"])


def test_settings_are_kept_as_words() -> None:
    assert settings_text(()) is None
    assert settings_text(["a=1", "b=2"]) == "a=1 b=2"
    with pytest.raises(TrackerError, match="blanks"):
        settings_text(["a=1 2"])
    with pytest.raises(TrackerError, match="key=value"):
        settings_text(["a"])
