from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.app.doubles import in_time, until
from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio
from tests.cli.worn import sensor_on_a_table
from tracker.app import training as studio_room
from tracker.app.config import SensorChoice, Theme, TrainingChoice
from tracker.app.devices import SIMULATED, Device
from tracker.app.paths import Paths
from tracker.app.snapshot import RunState
from tracker.app.training import (
    LOOKED_BACK,
    Simulated,
    TrainingDefaults,
    TrainingRequest,
    TrainingService,
)
from tracker.domain import (
    InputError,
    NoteEntered,
    Plan,
    SensorError,
    TrackerError,
    UnknownNameError,
)
from tracker.recording import open_recording

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.app.training import Training

PLAN = Plan(load_kg=60.0, target_reps=8)
SENSOR = Device(ADDRESS, NAME, "profile")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "data", tmp_path / "config", tmp_path / "log")


def studio_in(paths: Paths, radio: FakeRadio | None = None, **simulated: float) -> TrainingService:
    return TrainingService(
        paths,
        radio=FakeRadio() if radio is None else radio,
        simulated=Simulated(speed=1e6, **simulated),  # type: ignore[arg-type]
    )


async def test_a_simulated_training_is_recorded_with_its_plan(paths: Paths) -> None:
    studio = studio_in(paths, seconds=20.0)
    start = TrainingRequest(SIMULATED, "hip_thrust", PLAN, pain_before=1)
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
    async with studio.training(TrainingRequest(SENSOR, "glute_bridge", PLAN)) as training:
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
        async with studio.training(TrainingRequest(absent, "hip_thrust", PLAN)):
            pass
    assert not paths.recordings.exists()


async def test_nobody_can_simulate_a_squat(paths: Paths) -> None:
    studio = studio_in(paths)
    assert "squat" not in studio.exercises(SIMULATED)
    assert "squat" in studio.exercises(SENSOR)
    with pytest.raises(UnknownNameError):
        async with studio.training(TrainingRequest(SIMULATED, "squat", PLAN)):
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


async def trained(studio: TrainingService, exercise: str = "hip_thrust") -> Training:
    """Train with the simulated lifter to its end."""
    async with studio.training(TrainingRequest(SIMULATED, exercise, PLAN)) as training:
        running = asyncio.ensure_future(training.session.run())
        await until(lambda: training.session.state is RunState.FINISHED, turns=100_000)
        training.session.enter(NoteEntered("fine"))
        training.session.stop()
        await running
    return training


def test_what_was_said_before_stands_in_the_set_up_first(paths: Paths) -> None:
    known = Plan(load_kg=40.0)
    studio_in(paths).remember_plan("glute_bridge", known)
    assert studio_in(paths).first_exercise(SIMULATED) == "glute_bridge"
    assert studio_in(paths).last_plan("glute_bridge") == known
    assert studio_in(paths).last_plan("hip_thrust") is None

    said = TrainingService(paths, radio=FakeRadio(), preset=TrainingDefaults("hip_thrust", PLAN))
    assert said.first_exercise(SIMULATED) == "hip_thrust"
    assert said.last_plan("hip_thrust") == PLAN
    assert said.last_plan("glute_bridge") == known
    # A plan without an exercise is for the one that stands there first.
    assert (
        TrainingService(paths, radio=FakeRadio(), preset=TrainingDefaults(plan=PLAN)).last_plan(
            "squat"
        )
        == PLAN
    )


def test_an_exercise_that_cannot_be_had_gives_way_to_one_that_can(paths: Paths) -> None:
    studio = TrainingService(paths, radio=FakeRadio(), preset=TrainingDefaults("squat"))
    assert studio.first_exercise(SENSOR) == "squat"
    assert studio.first_exercise(SIMULATED) in studio.exercises(SIMULATED)


async def test_a_training_is_in_the_log_when_it_is_over(paths: Paths) -> None:
    studio = studio_in(paths, seconds=30.0)
    assert studio.sessions() == ()
    assert studio.earlier() == ()
    training = await trained(studio)
    (line,) = studio.sessions()
    assert (line.shown_exercise, line.sets_done) == ("hip_thrust", 1)
    workout = studio.workout(line.id)
    assert workout == training.session.workout(str(training.recording))
    assert workout.note == "fine"
    assert [record.plan for record in workout.sets] == [PLAN]
    assert studio.earlier() == (workout,)


async def test_sessions_are_listed_from_the_newest_and_looked_back_on_from_the_oldest(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = datetime(2026, 3, 1, 12, tzinfo=UTC)
    days = iter(range(LOOKED_BACK + 2))
    monkeypatch.setattr(studio_room, "local_now", lambda: started + timedelta(days=next(days)))
    studio = studio_in(paths, seconds=8.0)
    for exercise in ("glute_bridge", *["hip_thrust"] * LOOKED_BACK):
        await trained(studio, exercise)
    listed = studio.sessions()
    assert [each.shown_exercise for each in listed].index("glute_bridge") == LOOKED_BACK
    earlier = studio.earlier()
    assert len(earlier) == LOOKED_BACK
    starts = [each.info.started_utc for each in earlier]
    assert starts == [each.started_utc for each in reversed(listed[:LOOKED_BACK])]


async def test_a_past_training_is_played_as_it_was_recorded(paths: Paths) -> None:
    studio = studio_in(paths, seconds=30.0)
    training = await trained(studio)
    (line,) = studio.sessions()
    playback = studio.replay(line.id)
    playback.speed = math.inf
    running = asyncio.ensure_future(playback.run())
    await until(lambda: playback.snapshot().state is RunState.FINISHED, turns=100_000)
    played = playback.snapshot()
    playback.stop()
    await running
    assert played.playback is not None
    assert played.playback.recording_name == training.recording.name
    assert played.playback.end_s == pytest.approx(30.0, abs=1.0)
    assert [each.done for each in played.sets] == [
        each.done for each in training.session.snapshot().sets
    ]
    assert played.sets[0].plan == PLAN


async def test_a_training_whose_recording_is_gone_cannot_be_played(paths: Paths) -> None:
    studio = studio_in(paths, seconds=8.0)
    training = await trained(studio)
    (line,) = studio.sessions()
    training.recording.unlink()
    with pytest.raises(InputError, match="no such file"):
        studio.replay(line.id)
    assert studio.workout(line.id).note == "fine"


async def test_a_log_that_cannot_be_written_is_told_when_everything_else_is_closed(
    paths: Paths,
) -> None:
    (paths.data / "training.sqlite").mkdir(parents=True)
    sensor = sensor_on_a_table()
    studio = studio_in(paths, FakeRadio(sensor))

    async def train() -> None:
        async with studio.training(TrainingRequest(SENSOR, "hip_thrust", PLAN)) as training:
            running = asyncio.ensure_future(training.session.run())
            await in_time(lambda: training.session.snapshot().samples >= 20)
            training.session.stop()
            await running

    with pytest.raises(TrackerError, match="Not logged: ") as told:
        await train()
    assert told.value.advice is not None
    assert "tracker rescore --missing" in told.value.advice
    (recording,) = paths.recordings.iterdir()
    assert open_recording(recording).damage == ()
    assert not sensor.streams()
    # What cannot be looked back on is no reason not to train.
    assert studio.earlier() == ()
    with pytest.raises(TrackerError):
        studio.sessions()
