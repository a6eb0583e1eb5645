"""Which screen comes when: home → devices → check → set-up → connect → train ↔ rest → summary.

Each method shows screens one after the other and waits for what they return, so it reads in the
order in which the wearer sees them. Screens know neither the app nor each other. When the wearer
quits, the flow is cancelled wherever it is; every training is closed on the way out.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.worker import WorkerError

from tracker.app.advice import calendar_lines, pain_lines_of
from tracker.app.clock import local_now
from tracker.app.devices import SIMULATED
from tracker.app.routine import Routine
from tracker.app.training import TrainingRequest
from tracker.app.training_log import NOT_LOGGED
from tracker.coach import steps_of
from tracker.domain import TrackerError, exercise_named
from tracker.language import _
from tracker.tui.advice import Today, today
from tracker.tui.screens import Next
from tracker.tui.screens.check import CheckScreen, ConnectScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen, WarningScreen
from tracker.tui.screens.edit import EditScreen
from tracker.tui.screens.guided import GuidedScreen
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.screens.home import HomeScreen, Overview, Place
from tracker.tui.screens.lanes import LanesScreen
from tracker.tui.screens.people import PeopleScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

    from textual.notifications import SeverityLevel
    from textual.worker import Worker

    from tracker.app.advice import Advisor
    from tracker.app.devices import Device, Devices
    from tracker.app.lanes import Lanes
    from tracker.app.paths import Paths
    from tracker.app.playback import Playback
    from tracker.app.session import Session
    from tracker.app.training import Training, TrainingService
    from tracker.coach import RoutineStep
    from tracker.tui.app import Flow, TrackerApp
    from tracker.tui.screens.devices import Choice
    from tracker.tui.screens.dialogs import Part
    from tracker.tui.screens.setup import SetupForm

    ReadAdvisor = Callable[[], Advisor | None]
    """Reads the log for who advises on the next training; None if it can't be read."""
    Examine = Callable[[Paths], Sequence[str]]

Result = TypeVar("Result")


def coaching(service: TrainingService, routine: str = "", *, ask_who: bool = False) -> Flow:
    """Return the whole flow, from the list of sensors on, until the wearer quits.

    The set-up begins with a routine. With `ask_who`, it begins with the list of people, if there
    are several.
    """
    return lambda app: Coach(app, service, routine).from_devices(ask_who=ask_who)


def at_home(service: TrainingService, examine: Examine) -> Flow:
    """Return the whole flow, from the home screen on, until the wearer quits.

    `examine` returns the lines of what may keep somebody from training; it runs in a thread.
    """
    return lambda app: Coach(app, service).from_home(examine)


def one_training(
    session: Session, advisor: ReadAdvisor, steps: Sequence[RoutineStep] = ()
) -> Flow:
    """Return the flow of a training that is open already; it ends with its summary."""

    async def flow(app: TrackerApp) -> None:
        async with running(app, session):
            await train(app, session, advisor, steps)

    return flow


def playing(playback: Playback) -> Flow:
    """Return the flow that plays a known session until the wearer quits."""

    async def flow(app: TrackerApp) -> None:
        async with running(app, playback):
            await app.ask(TrainScreen(playback))

    return flow


def training_lanes(lanes: Lanes) -> Flow:
    """Return the flow of several lifters at once; it ends when the coach has seen enough."""

    async def flow(app: TrackerApp) -> None:
        worker = app.run_worker(lanes.run(until_stopped=True), name="lanes")
        try:
            await app.ask(LanesScreen(lanes.each))
        finally:
            lanes.stop()
            with suppress(WorkerError):
                await worker.wait()

    return flow


@asynccontextmanager
async def running(app: TrackerApp, training: Session | Playback) -> AsyncGenerator[None]:
    """Run a session in a worker, with its sound; its snapshot says what goes wrong."""

    async def run() -> None:
        with suppress(TrackerError):
            await training.run()

    app.follow(training)
    worker = app.run_worker(run(), name="session")
    try:
        yield
    finally:
        training.stop()
        with suppress(WorkerError):
            await worker.wait()


async def train(
    app: TrackerApp, session: Session, advisor: ReadAdvisor, steps: Sequence[RoutineStep] = ()
) -> None:
    """Train and rest, set after set, until the wearer is done with the summary.

    With a routine, its steps come one after the other: sets, with the detector of their exercise,
    and activities that are only timed. After the last step it goes on as without one.
    """
    routine = RoutineScreens(app, session, steps)
    async with app.kept(TrainScreen(session)) as screen:
        while True:
            wish = await routine.lead()
            if wish is not Next.FINISH:
                wish = await app.ask(screen)
            if wish is Next.REST:
                routine.note_set()
                wish = await app.ask(RestScreen(session))
            if wish is Next.FINISH:
                # Whatever the sensor does while one reads and types is no part of the training.
                session.freeze()
                summary = SummaryScreen(
                    lambda: session.workout(""), advisor=advisor, enter=session.enter
                )
                if await app.ask(summary) is Next.DONE:
                    return
                session.resume()


class RoutineScreens:
    """Leads through a routine on the screen."""

    def __init__(self, app: TrackerApp, session: Session, steps: Sequence[RoutineStep]) -> None:
        self._app = app
        self._session = session
        self._routine = Routine(session, steps)
        self._goes_on = not steps
        """Whether there is no end of a routine to come to any more."""

    async def lead(self) -> Next:
        """Guide through what is only timed, up to the next set, and begin that."""
        while (step := self._routine.step) is not None and step.plan is None:
            self._routine.begin()
            self._app.sound.say(step.words)
            screen = GuidedScreen(self._session, step, self._routine.following)
            if await self._app.ask(screen) is Next.FINISH:
                self._routine.give_up()
            else:
                self._routine.end()
        if step is not None:
            if self._routine.begin():
                self._app.sound.say(step.words)
                self._app.notify(step.words, timeout=5.0)
        elif not self._goes_on:
            self._goes_on = True
            return Next.FINISH
        return Next.TRAIN

    def note_set(self) -> None:
        """Go on to the next step once the set of this one is done."""
        self._routine.note_set()


class Coach:
    """Leads the wearer from screen to screen; the service opens the trainings."""

    def __init__(self, app: TrackerApp, service: TrainingService, routine: str = "") -> None:
        self._app = app
        self._service = service
        self._first_routine = routine
        self._training: Worker[None] | None = None
        """The newest training, which may still be on its way into the log."""
        self._history: HistoryScreen | None = None
        self._home: HomeScreen | None = None
        service.tell = lambda text: app.notify(text[:1].upper() + text[1:] + ".", timeout=10.0)

    async def from_home(self, examine: Examine) -> None:
        """Go from home to wherever the wearer wants, and back, until they quit."""
        try:
            while True:
                await self._at_home_until_other(examine)
        finally:
            await self.logged()

    async def _at_home_until_other(self, examine: Examine) -> None:
        """Show the home screen until somebody else trains."""
        devices = self._service.devices()
        self._home = HomeScreen(self._at_home, devices)
        async with self._app.kept(self._home) as home:
            while True:
                place = await self._app.ask(home)
                try:
                    if place is not Place.PEOPLE:
                        await self._go(place, devices, examine)
                    elif await self.choose_person():
                        return
                except TrackerError as error:
                    self._app.report(error)

    async def choose_person(self, *, can_leave: bool = True) -> bool:
        """Let somebody else train; return whether it is another person than before.

        What is still on its way into the log of the one before is not touched by it.
        """
        before = self._service
        name = before.person or ""
        screen = PeopleScreen(before.people, name, can_leave=can_leave)
        chosen = await self._app.ask(screen)
        if chosen is None or chosen.paths == before.paths:
            return False
        service = before.of(chosen.paths)
        training = service.config.training
        self._service = service
        self._app.become(
            training.theme,
            lambda theme: service.remember(theme=theme),
            service.remember_language,
            muted=not training.sound,
        )
        return True

    async def _go(self, place: Place, devices: Devices, examine: Examine) -> None:
        match place:
            case Place.TRAIN:
                last = next((each for each in devices.seen if each.is_last), None)
                if last is None or devices.trouble is not None:
                    await self.sensors(devices)
                else:
                    await self.train_with(last)
            case Place.DEMO:
                await self.set_up(SIMULATED)
            case Place.HISTORY:
                await self.history()
            case Place.PROGRAMME:
                parts = await asyncio.to_thread(self._programme)
                await self._app.ask(GuideScreen(parts))
            case Place.SENSORS:
                await self.sensors(devices)
            case Place.DOCTOR:
                lines = asyncio.to_thread(examine, self._service.paths)
                await self._app.ask(GuideScreen(((_("Doctor"), await lines),)))

    def _at_home(self) -> Overview:
        """Return what the home screen shows; reads the log."""
        exercise, person = self._service.config.training.exercise, self._service.person
        try:
            sessions = self._service.sessions()
        except TrackerError as error:
            return Overview("", Today("", f"! {error.message}"), (), person)
        advisor = self._service.advisor()
        if advisor is None:
            trouble = Today("", _("! The log or what you chose cannot be read."))
            return Overview("", trouble, sessions, person)
        exercise = advisor.exercise if sessions else exercise
        advised = today(advisor, exercise, local_now())
        return Overview(exercise_named(exercise).title, advised, sessions, person)

    def _programme(self) -> tuple[Part, ...]:
        """Return what to do today for each exercise that was trained, and why."""
        advisor, now = self._service.advisor(), local_now()
        if advisor is None:
            return ((_("Programme"), [_("The log or what you chose cannot be read.")]),)
        trained = dict.fromkeys(each.info.exercise for each in reversed(advisor.history.workouts))
        names = tuple(trained) or (self._service.config.training.exercise,)
        advised = {exercise_named(name).title: today(advisor, name, now) for name in names}
        return tuple(
            (title, [line for line in (each.plan, each.why) if line])
            for title, each in advised.items()
        )

    async def sensors(self, known: Devices) -> None:
        """Show the sensors nearby, and train with one; escape leads back."""
        async with self._app.kept(DevicesScreen(known, can_leave=True)) as devices:
            while (chosen := await self._app.ask(devices)) is not None:
                await self._follow(chosen)

    async def from_devices(self, *, ask_who: bool = False) -> None:
        """Train with one sensor after the other, until the wearer quits."""
        try:
            if ask_who and self._service.person is not None:
                await self.choose_person(can_leave=False)
            while True:
                person = self._service.person
                screen = DevicesScreen(self._service.devices(), person=person)
                async with self._app.kept(screen) as devices:
                    while (chosen := await self._app.ask(devices)) is not Next.PEOPLE:
                        if chosen is None:
                            return
                        await self._follow(chosen)
                await self.choose_person()
        finally:
            await self.logged()

    async def _follow(self, chosen: Choice) -> None:
        try:
            if chosen is Next.HISTORY:
                await self.history()
            elif chosen is not Next.PEOPLE:
                await self.train_with(chosen)
        except TrackerError as error:
            self._app.report(error)

    async def train_with(self, chosen: Device) -> None:
        """Check a sensor, then set a training up; escape leads back."""
        checking = partial(self._service.checking, chosen)
        device = await self._app.ask(CheckScreen(chosen.name, checking))
        if device is not None:
            self._try(partial(self._service.remember_sensor, device), "warning")
            await self.set_up(device)

    async def set_up(self, device: Device) -> None:
        """Choose exercise and plan, then connect and train; escape leads back."""
        service = self._service
        screen = SetupScreen(
            device.name,
            service.exercises(device),
            service.first_exercise(device),
            service.last_plan,
            sound=service.config.training.sound,
            advisors=self._advisors,
            typed=service.plan_typed,
            routine=self._first_routine,
        )
        async with self._app.kept(screen) as set_up:
            while (form := await self._app.ask(set_up)) is not None:
                self._try(partial(self._remember, form), "warning")
                if await self.connect_and_train(device, form):
                    return

    async def _advisors(self) -> AsyncIterator[Advisor | None]:
        """Yield who advises, and again once the training before is in the log."""
        waits = self._training is not None and not self._training.is_finished
        yield await asyncio.to_thread(self._service.advisor)
        if waits:
            await self.logged()
            yield await asyncio.to_thread(self._service.advisor)

    async def connect_and_train(self, device: Device, form: SetupForm) -> bool:
        """Connect, and train to the summary; return False if the wearer gave up before."""
        if not await self._warned():
            return False
        self._app.sound.mute(not form.sound)
        connect = ConnectScreen(device.name, partial(self._open, device, form))
        try:
            training = await self._app.ask(connect)
        finally:
            # Nobody who quits waits for a sensor that is still being looked for.
            self._app.workers.cancel_node(connect)
        if training is None:
            return False
        try:
            self._app.follow(training.session)
            steps = steps_of(form.routine, form.exercise, form.plan)
            await train(self._app, training.session, self._service.advisor, steps)
        finally:
            training.session.stop()
        return True

    async def history(self) -> None:
        """Show past sessions, and one of them, and its replay."""
        self._history = screen = HistoryScreen(
            self._service.sessions, self._service.trash, self._service.restore, self._overview
        )
        async with self._app.kept(screen):
            while (chosen := await self._app.ask(screen)) is not None:
                session_id, wish = chosen
                match wish:
                    case Next.REPLAY:
                        await self._replay(session_id)
                    case Next.EDIT:
                        await self._edit(session_id, screen)
                    case _:
                        await self._past(session_id)
        self._history = None

    def _overview(self) -> list[str]:
        """Return the calendar, and pain over time."""
        advisor, now = self._service.advisor(), local_now()
        if advisor is None:
            return []
        return [
            *calendar_lines(advisor, now),
            "",
            *pain_lines_of(advisor.history.pain, now),
        ]

    async def _past(self, session_id: int) -> None:
        workout = self._try(partial(self._service.workout, session_id))
        if workout is None:
            return
        summary = SummaryScreen(lambda: workout)
        async with self._app.kept(summary):
            while await self._app.ask(summary) is Next.REPLAY:
                await self._replay(session_id)

    async def _edit(self, session_id: int, history: HistoryScreen) -> None:
        """Let a past session be corrected; what can't be kept is told."""
        workout = self._try(partial(self._service.workout, session_id))
        if workout is None:
            return
        day = (workout.info.started_utc or "")[:16].replace("T", " ")
        number = _("Session {number}").format(number=session_id)
        title = " · ".join(
            part for part in (number, exercise_named(workout.info.exercise).title, day) if part
        )
        edits = await self._app.ask(EditScreen(workout, title))
        if not edits:
            return
        try:
            self._service.edit(session_id, edits)
        except TrackerError as error:
            self._app.report(error)
        else:
            history.edited(session_id, self._service.undo_edit)

    async def _replay(self, session_id: int) -> None:
        playback = self._try(partial(self._service.replay, session_id))
        if playback is not None:
            async with running(self._app, playback):
                await self._app.ask(TrainScreen(playback, can_leave=True))

    # A training in the background: it may outlive its screens while it is being logged

    async def _open(self, device: Device, form: SetupForm) -> Training:
        """Start a training, and return it once it is open; cancelling this gives it up."""
        await self.logged()
        opened: asyncio.Future[Training] = asyncio.get_running_loop().create_future()
        worker = self._app.run_worker(self._run(device, form, opened), name="training")
        self._training = worker
        try:
            return await opened
        except asyncio.CancelledError:
            worker.cancel()
            raise

    async def _run(
        self, device: Device, form: SetupForm, opened: asyncio.Future[Training]
    ) -> None:
        try:
            request = TrainingRequest(
                self._service.sensors_of(device),
                form.exercise,
                form.plan,
                form.pain_before,
                form.calibration,
                form.advice,
            )
            async with self._service.training(request, until_stopped=True) as training:
                opened.set_result(training)
                await training.session.run()
        except TrackerError as error:
            if opened.done():
                self._app.report(error)
            else:
                opened.set_exception(error)
        finally:
            if opened.done() and not opened.cancelled() and opened.exception() is None:
                self._after_logging(opened.result())

    def _after_logging(self, training: Training) -> None:
        if training.log_error is not None:
            message = _("Not logged: {reason}").format(reason=training.log_error.message)
            self._app.report(TrackerError(message, NOT_LOGGED))
        if self._history is not None:
            # Opened before this training was in the log.
            self._history.call_later(self._history.read)
        if self._home is not None:
            self._home.call_later(self._home.read)

    async def logged(self) -> None:
        """Wait until the training before has let go of its sensor and is in the log."""
        if self._training is not None:
            with suppress(WorkerError):
                await self._training.wait()

    # What is remembered

    def _remember(self, form: SetupForm) -> None:
        if form.asked:
            self._service.note_asked(_("ticked in the set-up"))
        if form.morning is not None:
            self._service.note_morning(*form.morning)
        self._service.remember_plan(form.exercise, form.plan)
        self._service.remember(sound=form.sound)

    async def _warned(self) -> bool:
        """Before the very first training, say when not to train; return whether to go on."""
        if self._service.config.training.warned:
            return True
        if not await self._app.ask(WarningScreen()):
            return False
        with suppress(TrackerError):
            self._service.remember(warned=True)
        return True

    def _try(self, work: Callable[[], Result], severity: SeverityLevel = "error") -> Result | None:
        """Do something that the screens can go on without; show why it failed."""
        try:
            return work()
        except TrackerError as error:
            self._app.report(error, severity)
            return None
