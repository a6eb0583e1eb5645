from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from tests.app.doubles import in_time, until
from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio
from tests.cli.worn import sensor_on_a_table
from tests.workouts import TWO_SETS
from tracker.app.advice import LOOKED_BACK
from tracker.app.config import SensorChoice, Theme, TrainingChoice
from tracker.app.devices import SIMULATED, Device, SensorRequest
from tracker.app.paths import Paths
from tracker.app.queue import NotificationQueue
from tracker.app.session import Session
from tracker.app.snapshot import RunState
from tracker.app.training import Simulated, TrainingRequest, TrainingService
from tracker.app.training_log import open_training_log
from tracker.ble import DeviceQuery
from tracker.domain import (
    ENTRY_CHANNEL,
    MARK_CHANNEL,
    InputError,
    MarkKind,
    NoteEntered,
    OutputError,
    PainEntered,
    PainMoment,
    Plan,
    PlanChosen,
    SensorError,
    TrackerError,
    UnknownNameError,
    UserInput,
    read_control_message,
)
from tracker.engine import build_engine
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tracker.app.training import Training
    from tracker.domain import Event, Workout

PLAN = Plan(load_kg=60.0, target_reps=8)
SENSOR = Device(ADDRESS, NAME, "profile")
WORN = (SensorRequest(DeviceQuery(ADDRESS, "profile")),)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "data", tmp_path / "config", tmp_path / "log")


def service_in(
    paths: Paths, radio: FakeRadio | None = None, **simulated: float
) -> TrainingService:
    return TrainingService(
        paths,
        radio=FakeRadio() if radio is None else radio,
        simulated=Simulated(speed=1e6, **simulated),  # type: ignore[arg-type]
    )


async def test_a_simulated_training_is_recorded_with_its_plan(paths: Paths) -> None:
    service = service_in(paths, seconds=20.0)
    start = TrainingRequest((), "hip_thrust", PLAN, pain_before=1)
    async with service.training(start, until_stopped=True) as training:
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
    service = service_in(paths, FakeRadio(sensor))
    async with service.checking(Device(ADDRESS, NAME, None)) as (check, device):
        await in_time(lambda: check.seconds >= 0.3)
        assert device == Device(ADDRESS, NAME, "profile")
        assert check.battery_percent == 87
    assert not sensor.streams()
    assert sensor.journal[-1] == "disconnect"


async def test_a_training_with_a_sensor_stops_it_again(paths: Paths) -> None:
    sensor = sensor_on_a_table()
    service = service_in(paths, FakeRadio(sensor))
    async with service.training(TrainingRequest(WORN, "glute_bridge", PLAN)) as training:
        running = asyncio.ensure_future(training.session.run())
        await in_time(lambda: training.session.snapshot().samples >= 20)
        training.session.stop()
        await running
    assert not sensor.streams()
    info = open_recording(training.recording).info
    assert (info.sensor, info.exercise, info.device_name) == ("profile", "glute_bridge", NAME)


class BrokenSink:
    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        raise RuntimeError("a sink is broken")


def fails(error: Exception) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


FULL = OutputError("a.arrows", "no space left on the disk")

FAULTS: Final[dict[str, tuple[str, Exception]]] = {
    "nothing": ("", FULL),
    "writing": ("tracker.recording.RecordingWriter.write", FULL),
    "writing, with a defect": ("tracker.recording.RecordingWriter.write", ValueError("too long")),
    "flushing": ("tracker.recording.RecordingWriter.flush", FULL),
    "closing the file": ("tracker.recording.RecordingWriter.close", OSError(5, "I/O error")),
    "the end of the analysis": ("tracker.engine.Engine.finish", ZeroDivisionError()),
    "what is shown": ("", FULL),
    "the checksum": ("tracker.app.training_log.sha256_of", OSError(5, "I/O error")),
    "the log": ("tracker.store.TrainingLog.add", OSError(28, "No space left on device")),
    "stopping the sensor": ("tests.ble.fake_radio.FakeConnection.unsubscribe", OSError(5, "bus")),
}
"""What fails when a training ends, and how."""

COSTS_THE_ENTRY: Final = frozenset({"the checksum", "the log"})


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_step_of_an_ending_is_done_whatever_the_others_do(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    sensor = sensor_on_a_table()
    service = service_in(paths, FakeRadio(sensor))
    trainings: list[Training] = []
    with suppress(Exception):
        request = TrainingRequest(WORN, "hip_thrust", PLAN, pain_before=1)
        async with service.training(request) as training:
            trainings.append(training)
            running = asyncio.ensure_future(training.session.run())
            await in_time(lambda: training.session.snapshot().samples >= 20)
            place, error = FAULTS[fault]
            if place:
                monkeypatch.setattr(place, fails(error))
            if fault == "what is shown":
                training.session.add_sink(BrokenSink())
                training.session.mark(MarkKind.SET_START)
            await asyncio.sleep(0)
            training.session.stop()
            await running
    monkeypatch.undo()
    assert not sensor.streams()
    assert sensor.journal[-1] == "disconnect"
    (training,) = trainings
    # What was on the disk before is there, and readable.
    assert open_recording(training.recording).info.sensor == "profile"
    assert (training.session_id is None) == (fault in COSTS_THE_ENTRY)
    assert (training.log_error is not None) == (fault in COSTS_THE_ENTRY)


async def test_a_sensor_that_cannot_be_used_leaves_no_recording(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.ble.link.FIND_S", 0.05)
    service = service_in(paths, FakeRadio())
    with pytest.raises(SensorError, match="asleep for good"):
        service.sensors_of(replace(SENSOR, refusal="It is asleep for good."))
    with pytest.raises(SensorError):
        async with service.training(TrainingRequest(WORN, "hip_thrust", PLAN)):
            pass
    assert not paths.recordings.exists()


def entries_in(recording: Path) -> list[object]:
    each = (read_control_message(notification) for notification in open_recording(recording))
    return [event.entry for event in each if isinstance(event, UserInput)]


async def test_what_is_planned_stands_first_in_the_recording(paths: Paths) -> None:
    service = service_in(paths, FakeRadio(sensor_on_a_table()))
    request = TrainingRequest(WORN, "squat", PLAN, 2, MarkKind.CALIBRATION, seconds=0.2)
    async with service.training(request) as training:
        await training.session.run()
    kinds = [notification.channel for notification in open_recording(training.recording)]
    assert kinds[:3] == [ENTRY_CHANNEL, ENTRY_CHANNEL, MARK_CHANNEL]
    assert entries_in(training.recording) == [
        PlanChosen(PLAN),
        PainEntered(2, PainMoment.BEFORE),
    ]
    assert (
        training.title
        == f"connected to {NAME} (Open hip sensor profile, firmware 1.2.3) at {ADDRESS}"
    )


async def test_a_second_sensor_is_recorded_beside_the_first(paths: Paths) -> None:
    second = "C0:FF:EE:00:00:02"
    service = service_in(
        paths, FakeRadio(sensor_on_a_table(), sensor_on_a_table(second, "HipTwo"))
    )
    both = (
        replace(WORN[0], settings="rate_hz=50"),
        SensorRequest(DeviceQuery(second), "rate_hz=25"),
    )
    async with service.training(TrainingRequest(both, "squat", seconds=0.3)) as training:
        await training.session.run()
    info = training.session.info
    assert (info.device_name, info.settings) == (NAME, "rate_hz=50")
    assert (info.second_device_name, info.second_settings) == ("HipTwo", "rate_hz=25")
    assert {each.device for each in open_recording(training.recording)} == {0, 1}


async def test_a_recording_alone_is_not_logged(paths: Paths, tmp_path: Path) -> None:
    service = service_in(paths, seconds=8.0)
    path = tmp_path / "a.arrows"
    async with service.recording(TrainingRequest((), "hip_thrust"), path) as recording:
        await recording.session.run()
    assert recording.recording == path
    assert open_recording(path).damage == ()
    assert service.sessions() == ()


async def test_an_older_file_is_overwritten_only_once_the_sensor_streams(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.ble.link.FIND_S", 0.05)
    path = tmp_path / "a.arrows"
    path.write_text("older", encoding="utf-8")
    with pytest.raises(SensorError):
        async with service_in(paths).recording(
            TrainingRequest(WORN, "squat"), path, overwrite=True
        ):
            pass
    with pytest.raises(OutputError):
        async with service_in(paths).recording(TrainingRequest((), "hip_thrust"), path):
            pass
    assert path.read_text(encoding="utf-8") == "older"
    async with service_in(paths).recording(
        TrainingRequest((), "hip_thrust"), path, overwrite=True
    ):
        pass
    assert open_recording(path).info.exercise == "hip_thrust"


async def test_a_pain_that_makes_no_sense_ends_before_the_session(paths: Paths) -> None:
    with pytest.raises(InputError):
        async with service_in(paths).training(
            TrainingRequest((), "hip_thrust", PLAN, pain_before=11)
        ):
            pass


async def test_a_radio_fills_the_queue_of_its_session_itself(paths: Paths) -> None:
    service = service_in(paths, FakeRadio(sensor_on_a_table()))
    async with service.opened(WORN, "squat") as opened:
        assert isinstance(opened.source, NotificationQueue)
        session = Session(opened.source, build_engine(opened.info), info=opened.info)
        assert session._queue is opened.source


async def test_nobody_can_simulate_a_squat(paths: Paths) -> None:
    service = service_in(paths)
    assert "squat" not in service.exercises(SIMULATED)
    assert "squat" in service.exercises(SENSOR)
    with pytest.raises(UnknownNameError):
        async with service.training(TrainingRequest((), "squat", PLAN)):
            pass


def test_what_is_chosen_is_remembered(paths: Paths) -> None:
    service = service_in(paths)
    service.remember(sound=False, theme=Theme.LIGHT)
    service.remember_plan("glute_bridge", PLAN)
    service.remember_sensor(SENSOR)
    service.remember_sensor(SIMULATED)
    config = service_in(paths).config
    assert config.training == TrainingChoice("glute_bridge", sound=False, theme=Theme.LIGHT)
    assert config.plan == {"glute_bridge": PLAN}
    assert config.sensor == SensorChoice(ADDRESS, "profile", NAME)
    assert service_in(paths).devices().seen[0].is_last


async def trained(service: TrainingService, exercise: str = "hip_thrust") -> Training:
    """Train with the simulated lifter to its end."""
    async with service.training(
        TrainingRequest((), exercise, PLAN), until_stopped=True
    ) as training:
        running = asyncio.ensure_future(training.session.run())
        await until(lambda: training.session.state is RunState.FINISHED, turns=100_000)
        training.session.enter(NoteEntered("fine"))
        training.session.stop()
        await running
    return training


def test_what_was_said_before_stands_in_the_set_up_first(paths: Paths) -> None:
    known = Plan(load_kg=40.0)
    service_in(paths).remember_plan("glute_bridge", known)
    assert service_in(paths).first_exercise(SIMULATED) == "glute_bridge"
    assert service_in(paths).last_plan("glute_bridge") == known
    assert service_in(paths).last_plan("hip_thrust") is None

    said = TrainingService(paths, radio=FakeRadio(), exercise="hip_thrust", plan=PLAN)
    assert said.first_exercise(SIMULATED) == "hip_thrust"
    assert said.last_plan("hip_thrust") == PLAN
    assert said.last_plan("glute_bridge") == known
    # A plan without an exercise is for the one that stands there first.
    planned = TrainingService(paths, radio=FakeRadio(), plan=PLAN)
    assert planned.last_plan("squat") == PLAN


def test_an_exercise_that_cannot_be_had_gives_way_to_one_that_can(paths: Paths) -> None:
    service = TrainingService(paths, radio=FakeRadio(), exercise="squat")
    assert service.first_exercise(SENSOR) == "squat"
    assert service.first_exercise(SIMULATED) in service.exercises(SIMULATED)


def past_of(service: TrainingService) -> tuple[Workout, ...]:
    advisor = service.advisor()
    assert advisor is not None
    return advisor.history.workouts


async def test_a_training_is_in_the_log_when_it_is_over(paths: Paths) -> None:
    service = service_in(paths, seconds=30.0)
    assert service.sessions() == ()
    assert past_of(service) == ()
    training = await trained(service)
    (line,) = service.sessions()
    assert (line.shown_exercise, line.sets_done) == ("hip_thrust", 1)
    assert training.session_id == line.id
    workout = service.workout(line.id)
    assert workout == training.session.workout(str(training.recording))
    assert workout.note == "fine"
    assert [record.plan for record in workout.sets] == [PLAN]
    assert past_of(service) == (workout,)


def test_sessions_are_listed_from_the_newest_and_looked_back_on_from_the_oldest(
    paths: Paths,
) -> None:
    with open_training_log(paths) as log:
        # Nobody did what was simulated, but without it there is nothing to look back on.
        info = replace(TWO_SETS.info, started_utc="2026-05-01T12:00:00+00:00", origin="synthetic")
        log.add(replace(TWO_SETS, info=info), version="0.1.0")
        for day in range(1, LOOKED_BACK + 2):
            info = replace(TWO_SETS.info, started_utc=f"2026-03-{day:02d}T12:00:00+00:00")
            log.add(replace(TWO_SETS, info=info), version="0.1.0")
    service = service_in(paths)
    listed = [each.started_utc or "" for each in service.sessions()]
    assert listed == sorted(listed, reverse=True)
    assert len(listed) == LOOKED_BACK + 2
    earlier = [each.info.started_utc for each in past_of(service)]
    assert earlier == sorted(listed)[-LOOKED_BACK - 1 : -1]


async def test_a_past_training_is_played_as_it_was_recorded(paths: Paths) -> None:
    service = service_in(paths, seconds=30.0)
    training = await trained(service)
    (line,) = service.sessions()
    playback = service.replay(line.id)
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
    service = service_in(paths, seconds=8.0)
    training = await trained(service)
    (line,) = service.sessions()
    training.recording.unlink()
    with pytest.raises(InputError, match="no such file"):
        service.replay(line.id)
    assert service.workout(line.id).note == "fine"


async def test_a_log_that_cannot_be_written_is_told_when_everything_else_is_closed(
    paths: Paths,
) -> None:
    (paths.data / "training.sqlite").mkdir(parents=True)
    sensor = sensor_on_a_table()
    service = service_in(paths, FakeRadio(sensor))

    async def train() -> Training:
        async with service.training(TrainingRequest(WORN, "hip_thrust", PLAN)) as training:
            running = asyncio.ensure_future(training.session.run())
            await in_time(lambda: training.session.snapshot().samples >= 20)
            training.session.stop()
            await running
        return training

    training = await train()
    assert training.session_id is None
    assert training.log_error is not None
    (recording,) = paths.recordings.iterdir()
    assert open_recording(recording).damage == ()
    assert not sensor.streams()
    # What cannot be looked back on is no reason not to train, nor to advise as if it were nothing.
    assert service.advisor() is None
    with pytest.raises(TrackerError):
        service.sessions()
