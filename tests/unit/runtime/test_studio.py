from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from unit.ble.air import ADDRESS, NAME, FakeRadio
from unit.cli.worn import sensor_on_a_table
from unit.runtime.doubles import in_time, until

from tracker.domain import Plan, SensorError, UnknownNameError
from tracker.recording import open_recording
from tracker.runtime.config import SensorChoice, Theme, TrainingChoice
from tracker.runtime.devices import SIMULATED, Device
from tracker.runtime.paths import Paths
from tracker.runtime.snapshot import RunState
from tracker.runtime.studio import Simulated, Start, Studio

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Plan(load_kg=60.0, target_reps=8)
SENSOR = Device(ADDRESS, NAME, "profile")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "data", tmp_path / "config", tmp_path / "log")


def studio_in(paths: Paths, radio: FakeRadio | None = None, **simulated: float) -> Studio:
    return Studio(
        paths,
        radio=FakeRadio() if radio is None else radio,
        simulated=Simulated(speed=1e6, **simulated),  # type: ignore[arg-type]
    )


async def test_a_simulated_training_is_recorded_with_its_plan(paths: Paths) -> None:
    studio = studio_in(paths, seconds=20.0)
    start = Start(SIMULATED, "hip_thrust", PLAN, pain_before=1)
    async with studio.training(start) as training:
        running = asyncio.ensure_future(training.session.run())
        await until(lambda: training.session.state is RunState.FINISHED, turns=100_000)
        snapshot = training.session.snapshot()
        training.session.stop()
        await running
    assert snapshot.info.origin == "synthetic"
    assert snapshot.plan == PLAN
    assert [pain.score for pain in snapshot.pain] == [1]
    assert snapshot.samples > 1000
    recording = open_recording(training.recording)
    assert training.recording.parent == paths.recordings
    assert recording.info.exercise == "hip_thrust"
    assert sum(1 for _ in recording) > 300


async def test_a_sensor_is_checked_and_found_out_what_it_is(paths: Paths) -> None:
    sensor = sensor_on_a_table()
    studio = studio_in(paths, FakeRadio(sensor))
    async with studio.checking(Device(ADDRESS, NAME, None)) as (check, device):
        await in_time(lambda: check.seconds >= 0.3)
        assert device == Device(ADDRESS, NAME, "profile")
        assert check.battery_percent == 87
    assert not sensor.streams()
    assert sensor.journal[-1] == "disconnect"


async def test_a_training_with_a_sensor_stops_it_again(paths: Paths) -> None:
    sensor = sensor_on_a_table()
    studio = studio_in(paths, FakeRadio(sensor))
    async with studio.training(Start(SENSOR, "glute_bridge", PLAN)) as training:
        running = asyncio.ensure_future(training.session.run())
        await in_time(lambda: training.session.snapshot().samples >= 20)
        training.session.stop()
        await running
    assert not sensor.streams()
    info = open_recording(training.recording).info
    assert (info.sensor, info.exercise, info.device_name) == ("profile", "glute_bridge", NAME)


async def test_a_sensor_that_is_not_there_leaves_no_recording(paths: Paths) -> None:
    studio = studio_in(paths, FakeRadio())
    absent = Device("C0:FF:EE:00:00:99", "Gone", "profile", refusal="It is asleep for good.")
    with pytest.raises(SensorError, match="asleep for good"):
        async with studio.training(Start(absent, "hip_thrust", PLAN)):
            pass
    assert not paths.recordings.exists()


async def test_nobody_can_simulate_a_squat(paths: Paths) -> None:
    studio = studio_in(paths)
    assert "squat" not in studio.exercises(SIMULATED)
    assert "squat" in studio.exercises(SENSOR)
    with pytest.raises(UnknownNameError):
        async with studio.training(Start(SIMULATED, "squat", PLAN)):
            pass


def test_what_is_chosen_is_remembered(paths: Paths) -> None:
    studio = studio_in(paths)
    studio.remember(TrainingChoice(sound=False, theme=Theme.LIGHT))
    studio.remember_plan("glute_bridge", PLAN)
    studio.remember_sensor(SENSOR)
    studio.remember_sensor(SIMULATED)
    config = studio_in(paths).config
    assert config.training == TrainingChoice("glute_bridge", sound=False, theme=Theme.LIGHT)
    assert config.plan == {"glute_bridge": PLAN}
    assert config.sensor == SensorChoice(ADDRESS, "profile", NAME)
    assert studio_in(paths).devices().seen[0].is_last
