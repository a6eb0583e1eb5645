"""Where trainings take place: the sensors, what the wearer chose last, and the recordings.

The screens ask it for what they need and know neither the radio nor files.

A live training: recorded from its first byte, open for the wearer's words to its end.

Where the wearer's training log is, and how a session comes into it.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker import __version__
from tracker.app.clock import SYSTEM_CLOCK, local_now
from tracker.app.config import (
    SensorChoice,
    config_path,
    load_config,
    save_plan,
    save_sensor,
    save_training,
)
from tracker.app.devices import Device, Devices, LiveCheck
from tracker.app.paths import RECORDING_SUFFIX, new_recording_path, tracker_paths
from tracker.app.playback import Playback
from tracker.app.session import Session
from tracker.ble import BleakRadio, DeviceQuery, open_radio
from tracker.domain import (
    EXERCISES,
    InputError,
    PainEntered,
    PainMoment,
    Plan,
    PlanChosen,
    SensorError,
    SessionInfo,
    TrackerError,
)
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.recording import RecordingWriter, ReplaySource, is_closed, open_recording, sha256_of
from tracker.sensors import family, parse_settings
from tracker.sim import STYLES, simulate, training_plan
from tracker.store import LOG_NAME, TrainingLog, file_of, log_url
from tracker.store import SessionQuery as WantedSessions

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
    from datetime import datetime

    from tracker.app.clock import Clock
    from tracker.app.config import Config, TrainingChoice
    from tracker.app.paths import Paths
    from tracker.ble import Radio
    from tracker.domain import Notification, Source, Workout
    from tracker.store import SessionSummary


@dataclass(frozen=True, slots=True)
class Training:
    """A session and where it is recorded."""

    session: Session
    recording: Path
    close: Callable[[], None]
    """Closes the recording, should the session not have come so far; again is harmless."""


@contextmanager
def recorded_training(
    source: Source,
    info: SessionInfo,
    started: datetime,
    folder: Path,
    *,
    plan: Plan | None = None,
    pain_before: int | None = None,
    until_stopped: bool = False,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[Training]:
    """Open a recording and a session that writes to it; both are closed on every way out.

    Parameters
    ----------
    source
        Where the notifications come from.
    info
        Head of the session; the time of the start is added here.
    started
        Time of session second 0.
    folder
        Where recordings are.
    plan
        What is planned; it stands first in the recording. None leaves that out.
    pain_before
        How much it hurts, 0 to 10; None if it was not asked.
    until_stopped
        Stay open after the end of the source, for what the wearer enters then.
    clock
        Given to the session.

    Raises
    ------
    OutputError
        If the recording cannot be created.
    """
    info = replace(info, started_utc=started.isoformat())
    engine = build_engine(info)
    path = new_recording_path(folder, started, info.exercise)
    with RecordingWriter(path, info) as recorder:
        session = Session(
            source, engine, info=info, recorder=recorder, clock=clock, until_stopped=until_stopped
        )
        if plan is not None:
            session.enter(PlanChosen(plan))
        if pain_before is not None:
            session.enter(PainEntered(pain_before, PainMoment.BEFORE))
        yield Training(session, path, recorder.close)


LOG_VARIABLE: Final = "TRACKER_LOG_URL"
"""Environment variable that says where the log is; it beats the configuration."""

WRITTEN_S: Final = 60.0
"""A recording without its end that grew this lately is of a training that runs: it grows every
second while samples come, and a sensor that is lost for longer is one to tell about."""


def log_place(paths: Paths, environment: Mapping[str, str] = os.environ) -> str:
    """Return the path or the URL of the training log.

    Raises
    ------
    InputError
        If the configuration cannot be read.
    """
    said = environment.get(LOG_VARIABLE)
    if said:
        return _from_the_root(said, LOG_VARIABLE)
    path = config_path(paths.config)
    chosen = load_config(path).log
    if chosen is None:
        return str(paths.data / LOG_NAME)
    return _from_the_root(chosen.url, f"log.url in {path}")


def _from_the_root(place: str, where: str) -> str:
    """Refuse a path that is another file in every folder that the tracker is called from."""
    file = place.removeprefix("sqlite:///")
    if "://" not in file and not Path(file).expanduser().is_absolute():
        raise InputError(
            where,
            f"{place!r} depends on the folder that one is in",
            "Write the whole path, as /home/me/training.sqlite, or a URL.",
        )
    return place


def log_is_there(place: str) -> bool:
    """Say whether there is a file of the log; one on a server always counts as there.

    Raises
    ------
    InputError
        If it is a URL of another database, or none that can be read.
    """
    file = file_of(log_url(place))
    return file is None or file.exists()


def open_training_log(paths: Paths | None = None) -> TrainingLog:
    """Open the wearer's log, and make it if there is none.

    Raises
    ------
    TrackerError
        If it cannot be used.
    """
    return TrainingLog(log_place(paths or tracker_paths()), local_now)


def log_session(workout: Workout, recording: Path, paths: Paths | None = None) -> int | None:
    """Put a session into the log once its recording is closed, and return its id.

    A session that came to nothing is none: without a set and a sample, nothing is logged.

    Raises
    ------
    TrackerError
        If the log cannot be used, or the recording not be read; the recording stays as it is.
    """
    if not workout.sets and not workout.facts.samples:
        return None
    with open_training_log(paths) as log:
        return log.add(
            workout,
            version=__version__,
            recording=str(recording.absolute()),
            sha256=sha256_of(recording),
        )


def recordings_in(folder: Path) -> tuple[Path, ...]:
    """Return the recordings in a folder and below, in the order of their names."""
    found = (path for path in folder.rglob(f"*{RECORDING_SUFFIX}") if path.is_file())
    # A file that is still being put in place lies in a folder of this kind.
    return tuple(sorted(path for path in found if not _unfinished(path.relative_to(folder))))


def not_logged(
    log: TrainingLog, folder: Path, now: Callable[[], datetime] = local_now
) -> tuple[Path, ...]:
    """Return the recordings in a folder that the log lacks.

    Those that it is to leave out are not among them, nor those that are being written.
    """
    names = {each.recording_name for each in log.recordings()}
    since_s = now().timestamp() - WRITTEN_S
    unknown = [
        path
        for path in recordings_in(folder)
        if path.name not in names and (path.stat().st_mtime < since_s or is_closed(path))
    ]
    left_out = log.ignored() if unknown else frozenset()
    return tuple(path for path in unknown if not left_out or sha256_of(path) not in left_out)


def _unfinished(path: Path) -> bool:
    return any(part.startswith(".tracker-") for part in path.parts)


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
class TrainingRequest:
    """Everything that is settled before the first rep."""

    device: Device
    exercise: str
    plan: Plan
    pain_before: int | None = None
    """How much it hurts, 0 to 10; None if it was not said."""
    calibration: Calibration = Calibration.NONE
    """How the wearer tells the sensor what level is."""


@dataclass(frozen=True, slots=True)
class TrainingDefaults:
    """What was said before the screen was there; None leaves what was chosen last."""

    exercise: str | None = None
    plan: Plan | None = None
    """For the exercise that stands in the set-up first."""


class TrainingService:
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
        preset: TrainingDefaults = TrainingDefaults(),
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
            kept = log.detail(session_id)
        if kept.recording is None:
            raise InputError(f"session {session_id}", "has no recording")
        recording = open_recording(Path(kept.recording))
        info = replace(recording.info, exercise=kept.current.workout.info.exercise)
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
    async def training(self, start: TrainingRequest) -> AsyncGenerator[Training]:
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
            # Made before it begins, which takes a while for a long one.
            yield await asyncio.to_thread(self._lifter, exercise)
            return
        if device.refusal is not None:
            raise SensorError(device.refusal)
        saved = self.config.sensor
        settings = saved.settings if saved is not None and device.is_last else None
        wanted = DeviceQuery(device.address, device.kind)
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
