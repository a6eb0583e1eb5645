"""Where trainings take place: the sensors, what the wearer chose last, and the recordings.

The screens ask it for what they need and know neither the radio nor files.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.ble import BleakRadio, Wanted, open_radio
from tracker.domain import (
    EXERCISES,
    InputError,
    Plan,
    SensorError,
    SessionInfo,
    TrackerError,
)
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.recording import ReplaySource, open_recording
from tracker.runtime.clock import SYSTEM_CLOCK, local_now
from tracker.runtime.config import (
    SensorChoice,
    config_path,
    load_config,
    save_plan,
    save_sensor,
    save_training,
)
from tracker.runtime.devices import Device, Devices
from tracker.runtime.live_check import LiveCheck
from tracker.runtime.playback import Playback
from tracker.runtime.training import recorded_training
from tracker.runtime.training_log import log_session, open_training_log
from tracker.sensors import family, parse_settings
from tracker.sim import STYLES, simulate, training_plan
from tracker.store import Wanted as WantedSessions

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from tracker.ble import Radio
    from tracker.domain import Notification, Source, Workout
    from tracker.runtime.clock import Clock
    from tracker.runtime.config import Config, TrainingChoice
    from tracker.runtime.paths import Paths
    from tracker.runtime.training import Training
    from tracker.store import SessionSummary

LOOKED_BACK: Final = 10
"""Sessions that what comes next is drawn from: a month of training."""

CHECKED_EXERCISE: Final = "hip_thrust"
"""What the simulated lifter does while one looks at what it sends."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """How the simulated lifter trains."""

    seed: int = 1
    """The same lifter every time, so that two recordings can be compared."""
    speed: float = 1.0
    """Session seconds per second."""
    seconds: float | None = None
    """Ends after so long, s; None is after three sets."""


class Calibration(Enum):
    """How the wearer tells the sensor what level is, at the beginning."""

    NONE = "none"
    HOLD = "hold"
    """A coached lockout is held still for 3 s."""
    REPS = "reps"
    """Three reference reps."""


@dataclass(frozen=True, slots=True)
class Start:
    """Everything that is settled before the first rep."""

    device: Device
    exercise: str
    plan: Plan
    pain_before: int | None = None
    """How much it hurts, 0 to 10; None if it was not said."""
    calibration: Calibration = Calibration.NONE
    """How the wearer tells the sensor what level is."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What was said before the screen was there; None leaves what was chosen last."""

    exercise: str | None = None
    plan: Plan | None = None
    """For the exercise that stands in the set-up first."""


class Studio:
    """Opens what is trained with, and remembers what was chosen.

    Parameters
    ----------
    paths
        Where configuration and recordings are.
    radio
        The adapter.
    clock
        Given to sources and sessions.
    simulated
        How the simulated lifter trains.
    preset
        What stands in the set-up at first.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        radio: Radio | None = None,
        clock: Clock = SYSTEM_CLOCK,
        simulated: Simulated = Simulated(),
        preset: Preset = Preset(),
    ) -> None:
        self._paths = paths
        self._radio = BleakRadio() if radio is None else radio
        self._clock = clock
        self._simulated = simulated
        self._preset = preset
        self._config_path = config_path(paths.config)

    @property
    def config(self) -> Config:
        """What is chosen; raises `InputError` if the file cannot be read."""
        return load_config(self._config_path)

    def first_exercise(self, device: Device) -> str:
        """Return what stands in the set-up first: what was said, else what was trained last."""
        names = self.exercises(device)
        wanted = self._preset.exercise or self.config.training.exercise
        return wanted if wanted in names else names[0]

    def last_plan(self, exercise: str) -> Plan | None:
        """Return the plan to begin with; None if there was none yet."""
        preset = self._preset
        if preset.plan is not None and exercise == (preset.exercise or exercise):
            return preset.plan
        return self.config.plan.get(exercise)

    def remember(self, training: TrainingChoice) -> None:
        """Keep what was chosen on the screen."""
        save_training(self._config_path, training)

    def remember_plan(self, exercise: str, plan: Plan) -> None:
        """Keep the plan for an exercise, and that it was trained last."""
        save_plan(self._config_path, exercise, plan)
        self.remember(replace(self.config.training, exercise=exercise))

    def remember_sensor(self, device: Device) -> None:
        """Make a sensor the one that is listed first; the simulated one is never that."""
        if device.address is None or device.kind is None or device.is_last:
            return
        save_sensor(self._config_path, SensorChoice(device.address, device.kind, device.name))

    def devices(self) -> Devices:
        """Return a search for sensors, to be started by whoever shows it."""
        return Devices(self._radio, self.config.sensor, self._clock)

    def sessions(self) -> tuple[SessionSummary, ...]:
        """Return the sessions of the log, the newest first; raises `TrackerError`."""
        with open_training_log(self._paths) as log:
            return log.list()

    def earlier(self) -> tuple[Workout, ...]:
        """Return the last trainings, oldest first; none if the log cannot be used."""
        try:
            with open_training_log(self._paths) as log:
                latest = log.list(WantedSessions(limit=LOOKED_BACK))
                return tuple(log.workout(each.id) for each in reversed(latest))
        except TrackerError:
            return ()

    def workout(self, session_id: int) -> Workout:
        """Return a past training; raises `TrackerError` if it cannot be read."""
        with open_training_log(self._paths) as log:
            return log.workout(session_id)

    def replay(self, session_id: int) -> Playback:
        """Return a past training, ready to be played from its recording.

        Raises
        ------
        TrackerError
            If it has no recording any more, or that cannot be read.
        """
        with open_training_log(self._paths) as log:
            kept = log.kept(session_id)
        if kept.recording is None:
            raise InputError(f"session {session_id}", "has no recording")
        recording = open_recording(Path(kept.recording))
        info = replace(recording.info, exercise=kept.overlaid.workout.info.exercise)
        return Playback(
            info,
            lambda: ReplaySource.of(recording, self._clock),
            lambda: build_engine(info),
            end_s=recording.end_s,
            recording_name=Path(kept.recording).name,
            clock=self._clock,
        )

    def exercises(self, device: Device) -> tuple[str, ...]:
        """Return what can be trained with a device: nobody can simulate a squat."""
        return tuple(name for name in EXERCISES if not device.simulated or name in STYLES)

    @asynccontextmanager
    async def checking(self, device: Device) -> AsyncGenerator[tuple[LiveCheck, Device]]:
        """Connect, and look at what a device sends until the caller has seen enough.

        Yields the look, and the device with the kind that it turned out to be of.

        Raises
        ------
        SensorError
            If it cannot be reached.
        """
        async with self._opened(device, CHECKED_EXERCISE) as (source, info):
            settings = {} if info.settings is None else parse_settings(info.settings.split())
            check = LiveCheck(family(info.sensor).decoder(settings))
            watching = asyncio.ensure_future(check.watch(source.notifications()))
            try:
                yield check, replace(device, kind=info.sensor)
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching

    @asynccontextmanager
    async def training(self, start: Start) -> AsyncGenerator[Training]:
        """Connect, record, and give a session that is ready to run.

        Raises
        ------
        SensorError
            If the sensor cannot be reached.
        OutputError
            If the recording cannot be created.
        """
        started = local_now()
        async with self._opened(start.device, start.exercise) as (source, info):
            with recorded_training(
                source,
                info,
                started,
                self._paths.recordings,
                plan=start.plan,
                pain_before=start.pain_before,
                until_stopped=True,
                clock=self._clock,
            ) as training:
                try:
                    yield training
                finally:
                    training.close()
                    # Not on the loop: the sensor is still to be stopped, whoever holds the log.
                    await asyncio.to_thread(self._log, training)

    def _log(self, training: Training) -> None:
        """Put a training into the log; the recording is there whatever comes of it."""
        path = training.recording
        try:
            log_session(training.session.workout(str(path)), path, self._paths)
        except TrackerError as error:
            raise TrackerError(
                f"Not logged: {error.message}",
                "The recording is kept; once that is mended, add it: tracker rescore --missing",
            ) from error

    @asynccontextmanager
    async def _opened(
        self, device: Device, exercise: str
    ) -> AsyncGenerator[tuple[Source, SessionInfo]]:
        if device.address is None:
            yield self._lifter(exercise)
            return
        if device.refusal is not None:
            raise SensorError(device.refusal)
        saved = self.config.sensor
        settings = saved.settings if saved is not None and device.is_last else None
        wanted = Wanted(device.address, device.kind)
        async with open_radio(self._radio, [wanted], self._clock) as source:
            (sensor,) = source.sensors
            yield (
                source,
                SessionInfo(
                    sensor.family.kind,
                    exercise,
                    device_name=sensor.name,
                    firmware=sensor.firmware,
                    settings=settings,
                ),
            )

    def _lifter(self, exercise: str) -> tuple[Source, SessionInfo]:
        chosen = self._simulated
        simulated = simulate(
            training_plan(exercise, chosen.seed, chosen.seconds or 0.0), chosen.seed
        )
        end_ns = None if chosen.seconds is None else ns_from_s(chosen.seconds)

        def notifications() -> Iterator[Notification]:
            return takewhile(
                lambda each: end_ns is None or each.received_ns < end_ns,
                simulated.notifications(),
            )

        source = ReplaySource(simulated.info, notifications, self._clock, speed=chosen.speed)
        return source, simulated.info
