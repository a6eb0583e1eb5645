from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_plan import plans
from tracker.app.config import (
    Config,
    LogChoice,
    SensorChoice,
    Theme,
    TrainingChoice,
    config_path,
    load_config,
    save_plan,
    save_sensor,
    save_training,
)
from tracker.domain import EXERCISES, InputError, OutputError, Plan

if TYPE_CHECKING:
    from pathlib import Path

SENSOR = SensorChoice("C0:FF:EE:00:1A:2B", "profile", "HipOne 1A2B")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return config_path(tmp_path / "config")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_nothing_is_chosen(path: Path) -> None:
    assert load_config(path) == Config()


@pytest.mark.parametrize(
    "sensor",
    [
        SENSOR,
        SensorChoice("C0:FF:EE:00:1A:2B", "nus", None, "layout=acc,gyro unit=g"),
        SensorChoice("x", "y", 'a "quoted" \\ name\n\t\x7f ü 🏋'),
    ],
)
def test_what_is_saved_is_loaded(path: Path, sensor: SensorChoice) -> None:
    save_sensor(path, sensor)
    assert load_config(path) == Config(sensor)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@given(name=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_survives(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = config_path(tmp_path_factory.mktemp("config"))
    save_sensor(path, SensorChoice("C0:FF:EE:00:1A:2B", "profile", name))
    assert load_config(path).sensor == SensorChoice("C0:FF:EE:00:1A:2B", "profile", name)


@given(plan=plans, exercise=st.sampled_from(sorted(EXERCISES)))
def test_any_plan_survives(
    plan: Plan, exercise: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = config_path(tmp_path_factory.mktemp("config"))
    save_plan(path, exercise, Plan(target_reps=3))
    save_plan(path, exercise, plan)
    assert load_config(path).plan == {exercise: plan}


def test_each_table_is_saved_beside_the_others(path: Path) -> None:
    training = TrainingChoice("glute_bridge", sound=False, theme=Theme.LIGHT, warned=True)
    save_training(path, training)
    save_plan(path, "squat", Plan(load_kg=40.0))
    save_plan(path, "hip_thrust", Plan(target_reps=8))
    save_sensor(path, SENSOR)
    save_plan(path, "squat", Plan(load_kg=42.5))
    plan = {"squat": Plan(load_kg=42.5), "hip_thrust": Plan(target_reps=8)}
    assert load_config(path) == Config(SENSOR, training, plan)


def test_saving_leaves_the_wearers_own_words_alone(path: Path) -> None:
    write(path, '# mine\n[sensor] # the old one\naddress = "1"\nkind = "2"\n# the end\n')
    save_sensor(path, SENSOR)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# mine\n[sensor]\n")
    assert text.endswith("# the end\n")
    assert load_config(path).sensor == SENSOR


def test_where_the_log_is_stays_when_a_sensor_is_chosen(path: Path) -> None:
    write(path, '[log]\nurl = "postgresql+psycopg://ann@db/clinic"\n')
    save_sensor(path, SENSOR)
    config = load_config(path)
    assert config.log == LogChoice("postgresql+psycopg://ann@db/clinic")
    assert config.sensor == SENSOR


def test_a_file_without_a_last_line_break_is_continued(path: Path) -> None:
    write(path, "# mine")
    save_sensor(path, SENSOR)
    assert path.read_text(encoding="utf-8").startswith("# mine\n\n[sensor]\n")


def test_what_cannot_be_replaced_is_told_and_left(path: Path) -> None:
    text = 'sensor = { address = "1", kind = "2" }\n'
    write(path, text)
    assert load_config(path).sensor == SensorChoice("1", "2")
    with pytest.raises(InputError, match="cannot be replaced"):
        save_sensor(path, SENSOR)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sensr]\n", ["there is no key sensr", "sensor"]),
        ('[sensor]\naddr = "1"\nkind = "2"\n', ["no key sensor.addr", "sensor.address"]),
        ('[sensor]\ncolour = "red"\n', ["no key sensor.colour", "sensor.kind"]),
        ('[sensor]\nkind = "2"\n', ["sensor.address is missing", "tracker pair"]),
        ("[sensor]\naddress = 5\n", ["expected text for sensor.address", "5"]),
        ("sensor = 5\n", ["expected a table [sensor]"]),
        ("[training]\nsound = 1\n", ["true or false for training.sound"]),
        ('[training]\nexercise = "deadlift"\n', ["training.exercise", "deadlift"]),
        ('[training]\ntheme = "pink"\n', ["dark or light for training.theme"]),
        ("[training]\nsounds = true\n", ["no key training.sounds", "training.sound"]),
        ("plan = 5\n", ["expected a table [plan]"]),
        ("[plan]\nhip_thrust = 5\n", ["expected a table [plan.hip_thrust]"]),
        ("[plan.deadlift]\n", ["[plan.deadlift]", "no exercise"]),
        ('[plan.squat]\ntempo = "311"\n', ["[plan.squat]", "three places"]),
        ("[plan.squat]\nload = 5\n", ["no key plan.squat.load", "plan.squat.load_kg"]),
        ("[sensor\n", ["is no TOML", "line 1"]),
        ('[log]\nuri = "x"\n', ["no key log.uri", "log.url"]),
        ("[log]\n", ["log.url is missing"]),
        ("[log]\nurl = 5\n", ["expected text for log.url", "5"]),
    ],
)
def test_what_is_not_known_is_told_with_the_file_and_the_nearest_key(
    path: Path, text: str, words: list[str]
) -> None:
    write(path, text)
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert caught.value.path == str(path)
    for word in words:
        assert word in str(caught.value)
    with pytest.raises(InputError):
        save_sensor(path, SENSOR)
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_no_text_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        load_config(path)


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be read"):
        load_config(path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file", encoding="utf-8")
    with pytest.raises((OutputError, InputError), match=r"config"):
        save_sensor(config_path(tmp_path / "config"), SENSOR)


def test_an_interrupted_save_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_sensor(path, SENSOR)

    def fail(_source: object, _target: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OutputError, match="no space left"):
        save_sensor(path, SensorChoice("other", "profile"))
    assert load_config(path).sensor == SENSOR
    assert tomllib.loads(path.read_text(encoding="utf-8"))["sensor"]["kind"] == "profile"
    assert [each.name for each in path.parent.iterdir()] == [path.name]
