"""The one way to a training: what is trained with is opened, recorded from its first byte, logged.

`TrainingService` is used by the command line and by the screen alike. `opened` connects (or makes
the simulated lifter), `recording` adds a session that writes to a file, and `training` adds what
the wearer entered beforehand and puts the session into the training log at the end. Which session
is shown how is up to the two front ends.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tracker.app.advice import Advisor, History, read_history
from tracker.app.awake import kept_awake
from tracker.app.clock import SYSTEM_CLOCK, local_now
from tracker.app.config import (
    SensorChoice,
    checked_language,
    config_of,
    save_plan,
    save_screen,
    save_sensor,
    save_training,
)
from tracker.app.devices import Devices, LiveCheck, SensorRequest
from tracker.app.paths import new_recording_path, recording_place
from tracker.app.people import people_lines
from tracker.app.playback import Playback, events_of
from tracker.app.push import push_in_background
from tracker.app.queue import NotificationQueue, OnFull
from tracker.app.register import name_of
from tracker.app.session import PLAYED_AHEAD, Session
from tracker.app.training_log import existing_log, log_session, open_training_log
from tracker.ble import BleakRadio, DeviceQuery, open_radio
from tracker.domain import (
    EXERCISES,
    HIP_THRUST,
    InputError,
    PainEntered,
    PainMoment,
    PlanChosen,
    SensorError,
    SessionInfo,
    TrackerError,
)
from tracker.domain.errors import writing
from tracker.domain.foreign_text import one_line
from tracker.engine import build_engine
from tracker.language import _
from tracker.recording import RecordingWriter, ReplaySource, open_recording
from tracker.sensors import family, recorded_settings
from tracker.sim import STYLES, routine_plan, simulate, training_plan
from tracker.store import Edit, Field

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from datetime import datetime

    from tracker.app.clock import Clock
    from tracker.app.config import Config
    from tracker.app.devices import Device
    from tracker.app.paths import Paths
    from tracker.app.people import Line
    from tracker.ble import Radio, Sensor
    from tracker.coach import RoutineStep
    from tracker.domain import AdviceGiven, MarkKind, Plan, Source, Workout
    from tracker.store import SessionSummary


USUAL_REPS: Final = 8
"""What the simulated lifter does of a set without a target."""

LED: Final = 16
"""Notifications of the simulated lifter that may wait while somebody is led: under a second."""


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """Everything that is settled before the first rep."""

    sensors: tuple[SensorRequest, ...]
    """The first is the one that reps are counted from; none at all is the simulated lifter."""
    exercise: str
    plan: Plan | None = None
    """What is planned for every set; None leaves it open."""
    pain_before: int | None = None
    """How much it hurts, 0 to 10; None if unknown."""
    calibration: MarkKind | None = None
    """How the wearer shows a level lockout at the start, if they do."""
    advice: AdviceGiven | None = None
    """What was advised before it, and whether the wearer goes along."""
    seconds: float | None = None
    """End this long after the sensors began to stream, s; None when the wearer ends it."""
    steps: tuple[RoutineStep, ...] = ()
    """The routine, which the simulated lifter goes through as well; empty without one."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """How the simulated lifter trains."""

    seed: int = 1
    """The same lifter every time, so that two recordings can be compared."""
    speed: float = 1.0
    """Session seconds per second."""
    seconds: float | None = None
    """Ends after this long, s; None is after three sets."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What is trained with, once it streams."""

    source: Source | NotificationQueue
    info: SessionInfo
    """Head of the session, with the time of its second 0."""
    started: datetime
    """Session second 0."""
    title: str
    """What it is, in one line; says so if it is simulated."""


@dataclass(slots=True)
class Training:
    """A session and where it is recorded."""

    session: Session
    recording: Path
    title: str
    """What it is trained with, in one line."""
    session_id: int | None = None
    """Its number in the training log, once it is there."""
    log_error: TrackerError | None = None
    """Why it could not be logged."""


class TrainingService:
    """Opens what is trained with, and remembers what was chosen.

    The set-up starts with `exercise`, and `plan` for it, or else with what was chosen last.
    `attach` gets every session before it runs. `adapter_lock` is held while the adapter searches
    or connects; services that are used at once have the same one.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        radio: Radio | None = None,
        clock: Clock = SYSTEM_CLOCK,
        simulated: Simulated = Simulated(),
        exercise: str | None = None,
        plan: Plan | None = None,
        tell: Callable[[str], object] = lambda _text: None,
        attach: Callable[[Session], object] = lambda _session: None,
        adapter_lock: asyncio.Lock | None = None,
    ) -> None:
        self._paths = paths
        self.tell = tell
        """Gets what somebody who waits for a sensor should know; a screen replaces it."""
        self._attach = attach
        self._adapter_lock = adapter_lock
        self._radio = BleakRadio() if radio is None else radio
        self._clock = clock
        self._simulated = simulated
        self._exercise = exercise
        self._plan = plan
        self._config_path = paths.config_file

    @property
    def paths(self) -> Paths:
        """The folders of whoever trains."""
        return self._paths

    def of(self, paths: Paths) -> TrainingService:
        """Return the same for somebody else; what this one has opened stays its own."""
        return TrainingService(
            paths,
            radio=self._radio,
            clock=self._clock,
            simulated=self._simulated,
            exercise=self._exercise,
            plan=self._plan,
            tell=self.tell,
            attach=self._attach,
            adapter_lock=self._adapter_lock,
        )

    # A training

    @asynccontextmanager
    async def training(
        self, request: TrainingRequest, *, until_stopped: bool = False
    ) -> AsyncGenerator[Training]:
        """Connect, record, and yield a session that is ready to run; log it on the way out.

        Whether it could be logged is known when the context is left. Raises as `recording` does.
        """
        async with self.recording(request, until_stopped=until_stopped) as training:
            session = training.session
            if request.plan is not None:
                session.enter(PlanChosen(request.plan))
            if request.pain_before is not None:
                session.enter(PainEntered(request.pain_before, PainMoment.BEFORE))
            if request.advice is not None:
                session.enter(request.advice)
            if request.calibration is not None:
                session.mark(request.calibration)
            try:
                yield training
            finally:
                try:
                    # Even if it never ran.
                    session.recording.close()
                finally:
                    # Not on the loop: the sensor must still be stopped, whoever holds the log.
                    await asyncio.to_thread(self._log, training)

    @asynccontextmanager
    async def recording(
        self,
        request: TrainingRequest,
        path: Path | None = None,
        *,
        overwrite: bool = False,
        until_stopped: bool = False,
    ) -> AsyncGenerator[Training]:
        """Connect, and yield a session that records from the first byte; nothing is logged.

        Without a path, the file is a new one among the recordings. `overwrite` replaces an older
        file once the sensors stream: a failure costs no older recording. With `until_stopped`, the
        session stays open after the end of the stream, for what the wearer enters then. Raises
        `SensorError` if a sensor can't be reached, and `OutputError` if the recording can't be
        created.
        """
        async with (
            # A simulated lifter waits for nobody.
            kept_awake() if request.sensors else nullcontext(),
            self.opened(
                request.sensors, request.exercise, request.seconds, request.steps
            ) as opened,
        ):
            engine = build_engine(opened.info)
            if path is None:
                path = new_recording_path(self._paths.recordings, opened.started, request.exercise)
            elif overwrite:
                with writing(path):
                    path.unlink(missing_ok=True)
            with RecordingWriter(path, opened.info) as recorder:
                session = Session(
                    opened.source,
                    engine,
                    info=opened.info,
                    recorder=recorder,
                    clock=self._clock,
                    max_waiting=LED if request.steps else PLAYED_AHEAD,
                    until_stopped=until_stopped,
                )
                self._attach(session)
                yield Training(session, path, opened.title)

    @asynccontextmanager
    async def opened(
        self,
        sensors: Sequence[SensorRequest],
        exercise: str,
        seconds: float | None = None,
        steps: Sequence[RoutineStep] = (),
    ) -> AsyncGenerator[Opened]:
        """Start the sensors, or simulate if none; raises `SensorError` if one can't be reached."""
        started = local_now()
        if not sensors:
            # A long training takes a while to make.
            source, info = await asyncio.to_thread(
                self._simulated_lifter, exercise, seconds, steps
            )
            title = _("simulated training, seed {seed}: no sensor is connected").format(
                seed=self._simulated.seed
            )
            yield Opened(source, self._headed(info, started), started, title)
            return
        queue = NotificationQueue(OnFull.DROP_AND_REPORT)
        queries = [each.query for each in sensors]
        opening = open_radio(
            self._radio, queries, self._clock, queue, self.tell, self._adapter_lock
        )
        async with opening as radio:
            if seconds is not None:
                radio.end_after(seconds)
            info = session_info(exercise, radio.sensors, sensors)
            head = self._headed(info, started)
            yield Opened(queue, head, started, connected_title(radio.sensors))

    @asynccontextmanager
    async def checking(self, device: Device) -> AsyncGenerator[tuple[LiveCheck, Device]]:
        """Connect, and look at what a device sends until the caller has seen enough.

        Yields the check, and the device with the kind that it turned out to be. Raises
        `SensorError` if it can't be reached.
        """
        async with self.opened(self.sensors_of(device), HIP_THRUST.name) as opened:
            info = opened.info
            check = LiveCheck(family(info.sensor).decoder(recorded_settings(info)))
            watching = asyncio.ensure_future(check.watch(opened.source.notifications()))
            try:
                yield check, replace(device, kind=info.sensor)
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching

    def _headed(self, info: SessionInfo, started: datetime) -> SessionInfo:
        """Return a head with the time of its second 0, and with whoever trains."""
        return replace(info, started_utc=started.isoformat(), person=name_of(self._paths.person))

    def _simulated_lifter(
        self, exercise: str, seconds: float | None, steps: Sequence[RoutineStep] = ()
    ) -> tuple[Source, SessionInfo]:
        chosen = self._simulated
        seconds = chosen.seconds if seconds is None else seconds
        if steps:
            parts = [
                each.duration_s if each.plan is None else each.plan.target_reps or USUAL_REPS
                for each in steps
            ]
            planned = routine_plan(exercise, parts, chosen.seed)
        else:
            planned = training_plan(exercise, chosen.seed, seconds or 0.0)
        simulated = simulate(planned, chosen.seed)
        notifications = partial(simulated.notifications, math.inf if seconds is None else seconds)
        source = ReplaySource(simulated.info, notifications, self._clock, speed=chosen.speed)
        return source, simulated.info

    def _log(self, training: Training) -> None:
        """Put a training into the log; its recording is there whatever happens."""
        path = training.recording
        try:
            workout = training.session.workout(str(path))
            training.session_id = log_session(workout, path, self._paths)
            if training.session_id is not None and not _is_simulated(workout):
                push_in_background(self._paths)
        except TrackerError as error:
            training.log_error = error
        except Exception as error:  # the steps of an ending must not cost each other
            training.log_error = TrackerError(f"{type(error).__name__}: {error}")

    # What can be chosen, and what was chosen last

    @property
    def config(self) -> Config:
        """What is chosen; raises `InputError` if the file can't be read."""
        return config_of(self._paths)

    def devices(self) -> Devices:
        """Return a search for sensors, to be started by whoever shows it."""
        return Devices(self._radio, self.config.sensor, self._clock)

    def sensors_of(self, device: Device) -> tuple[SensorRequest, ...]:
        """Return what to ask the radio for; raises `SensorError` if the device can't be used."""
        if device.address is None:
            return ()
        if device.refusal is not None:
            raise SensorError(device.refusal)
        saved = self.config.sensor
        settings = saved.settings if saved is not None and device.is_last else None
        return (SensorRequest(DeviceQuery(device.address, device.kind), settings),)

    def exercises(self, device: Device) -> tuple[str, ...]:
        """Return what can be trained with a device: nobody can simulate a squat."""
        return tuple(name for name in EXERCISES if not device.simulated or name in STYLES)

    def first_exercise(self, device: Device) -> str:
        """Return what the set-up shows first: the default, else what was trained last."""
        names = self.exercises(device)
        exercise = self._exercise or self.config.training.exercise
        return exercise if exercise in names else names[0]

    @property
    def plan_typed(self) -> bool:
        """Whether the plan to begin with was given on the command line."""
        return self._plan is not None

    def last_plan(self, exercise: str) -> Plan | None:
        """Return the plan to begin with; None if there was none yet."""
        if self._plan is not None and self._exercise in (None, exercise):
            return self._plan
        return self.config.plan.get(exercise)

    def remember(self, **chosen: Any) -> None:
        """Save what was chosen on the screen: fields of `TrainingChoice`."""
        save_training(self._config_path, replace(self.config.training, **chosen))

    def remember_language(self, code: str) -> None:
        """Save the language to start in from now on; raises `InputError` for an unknown one."""
        screen = replace(self.config.screen, language=checked_language(code))
        save_screen(self._config_path, screen)

    def remember_plan(self, exercise: str, plan: Plan) -> None:
        """Save the plan for an exercise, and that it was trained last."""
        save_plan(self._config_path, exercise, plan)
        self.remember(exercise=exercise)

    def remember_sensor(self, device: Device) -> None:
        """List a sensor first from now on; the simulated one never is."""
        if device.address is None or device.kind is None or device.is_last:
            return
        save_sensor(self._config_path, SensorChoice(device.address, device.kind, device.name))

    # Who trains

    @property
    def person(self) -> str | None:
        """Name of whoever trains; None where there is nobody but one."""
        return name_of(self._paths.person)

    def people(self) -> tuple[Line, ...]:
        """Return everybody who trains here; raises `TrackerError`."""
        return people_lines(self._paths.shared)

    # Past trainings

    def sessions(self) -> tuple[SessionSummary, ...]:
        """Return the sessions of the log, newest first; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            return log.list()

    def trash(self, session_id: int) -> None:
        """Move a past training to the trash; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            log.delete([session_id])

    def restore(self, session_id: int) -> None:
        """Take a past training out of the trash again; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            log.restore([session_id])

    def edit(self, session_id: int, edits: Sequence[Edit]) -> None:
        """Correct a past training in one change; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            log.edit(session_id, edits)

    def undo_edit(self, session_id: int) -> None:
        """Undo the newest change of a past training; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            log.undo(session_id)

    def advisor(self) -> Advisor | None:
        """Return who advises on the next training; None if the log or choices can't be read."""
        try:
            config = self.config
            log = existing_log(self._paths)
            if log is None:
                return Advisor(History(), config.coaching, config.plan)
            with log:
                return Advisor(read_history(log, local_now()), config.coaching, config.plan)
        except TrackerError:
            return None

    def note_asked(self, whom: str) -> None:
        """Record that the wearer has asked somebody about pain; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            log.note_asked(whom)

    def note_morning(self, session_id: int, score: int) -> None:
        """Record pain on the morning after a session; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            log.edit(session_id, [Edit(Field.PAIN_NEXT_MORNING, score)])

    def workout(self, session_id: int) -> Workout:
        """Return a past training; raises `TrackerError` if it can't be read."""
        with open_training_log(self._paths) as log:
            return log.workout(session_id)

    def replay(self, session_id: int) -> Playback:
        """Return a past training to play; raises `TrackerError` if its recording can't be read."""
        with open_training_log(self._paths) as log:
            kept = log.detail(session_id)
        if kept.recording is None:
            raise InputError(
                _("session {number}").format(number=session_id), _("has no recording")
            )
        recording = open_recording(recording_place(kept.recording, self._paths))
        info = replace(recording.info, exercise=kept.current.workout.info.exercise)
        return Playback(
            info,
            lambda: ReplaySource(recording.info, recording.__iter__, self._clock),
            lambda: build_engine(info),
            end_s=recording.end_s,
            recording_name=Path(kept.recording).name,
            clock=self._clock,
            events=lambda: events_of(lambda: build_engine(info), recording),
        )


def _is_simulated(workout: Workout) -> bool:
    return workout.info.origin == "synthetic"


def session_info(
    exercise: str, sensors: Sequence[Sensor], requests: Sequence[SensorRequest]
) -> SessionInfo:
    """Return the head of a session that names the one or two sensors it is recorded from."""
    first, second = sensors[0], sensors[1] if len(sensors) > 1 else None
    return SessionInfo(
        first.family.kind,
        exercise,
        device_name=first.name,
        firmware=first.firmware,
        settings=requests[0].settings,
        second_sensor=None if second is None else second.family.kind,
        second_device_name=None if second is None else second.name,
        second_settings=None if second is None else requests[1].settings,
    )


def connected_title(sensors: Sequence[Sensor]) -> str:
    """Return which sensors are connected, in one line."""
    each = (
        one_line(
            (
                _("{name} ({kind}) at {address}")
                if sensor.firmware is None
                else _("{name} ({kind}, firmware {firmware}) at {address}")
            ).format(
                name=sensor.title,
                kind=sensor.family.title,
                firmware=sensor.firmware,
                address=sensor.address,
            )
        )
        for sensor in sensors
    )
    # Translators: between two sensors.
    return _("connected to {sensors}").format(sensors=_(" and ").join(each))
