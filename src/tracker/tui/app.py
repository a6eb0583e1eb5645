"""The application: which screen comes when, and the session that runs beside them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import App
from textual.binding import Binding
from textual.events import Key
from textual.worker import WorkerError

from tracker.app.clock import local_now
from tracker.app.config import Theme
from tracker.app.playback import Playback
from tracker.app.session import Session
from tracker.app.training import Calibration
from tracker.domain import MarkKind, TrackerError
from tracker.tui.audio import AudioController
from tracker.tui.screens.check import CheckScreen, ConnectScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen, HelpScreen, guide_parts, warning_parts
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.terminal import KeyQueue, never_waiting

if TYPE_CHECKING:
    from pathlib import PurePath

    from textual.binding import BindingType
    from textual.driver import Driver
    from textual.events import Event
    from textual.screen import Screen
    from textual.worker import Worker

    from tracker.app.devices import Device
    from tracker.app.snapshot import SessionSnapshot
    from tracker.app.training import TrainingRequest, TrainingService
    from tracker.tui.audio import OpenSound

_MARKS: Final = {
    Calibration.HOLD: MarkKind.CALIBRATION,
    Calibration.REPS: MarkKind.REFERENCE_REPS,
}


class TrackerApp(App[None]):
    """Shows one session that it is given, or starts at the list of sensors.

    Parameters
    ----------
    training
        The session to run and show; None begins where a sensor is chosen.
    studio
        Where trainings come from; needed without a session.
    open_sound
        Opens what plays the sounds; called in a thread, with what rings the terminal's bell. None
        leaves everything silent.
    muted
        Whether the sound is off at first.
    """

    TITLE = "tracker"
    # Here and not in the screens: the style of a default screen's own path is not loaded.
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "screens/devices.tcss",
        "screens/check.tcss",
        "screens/setup.tcss",
        "screens/connect.tcss",
        "screens/train.tcss",
        "screens/rest.tcss",
        "screens/summary.tcss",
        "screens/help.tcss",
        "screens/history.tcss",
        "screens/note.tcss",
    ]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("t", "change_theme", "Light/dark", show=False),
        Binding("q", "quit", "Quit"),
        # What every other program takes for the wish to end.
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(
        self,
        training: Session | Playback | None = None,
        studio: TrainingService | None = None,
        *,
        open_sound: OpenSound | None = None,
        muted: bool = False,
    ) -> None:
        super().__init__()
        if training is None and studio is None:
            raise ValueError("either a session to show or a studio to start one is needed")
        self.studio = studio
        self.training = training
        self.sound = AudioController(self, open_sound, muted=muted)
        self._worker: Worker[None] | None = None
        self._over = training is None
        self._leaving = False
        self.last_words: TrackerError | None = None
        """What went wrong as the app was left, when no screen could say it any more."""
        self._keys = KeyQueue(self, super().on_event)

    async def on_event(self, event: Event) -> None:
        """Take keys one after the other, however fast they come."""
        if isinstance(event, Key) and not event.is_forwarded:
            await self._keys.put(event)
        else:
            await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        """Draw on a terminal that nothing waits for."""
        return never_waiting(super().get_driver_class())

    def get_default_screen(self) -> Screen[None]:
        """Start on the training screen, or where a sensor is chosen."""
        if self.training is not None:
            return TrainScreen(self.training)
        assert self.studio is not None
        return DevicesScreen(self.studio)

    def on_mount(self) -> None:
        """Start the session that was given."""
        if self.studio is not None:
            dark = self.studio.config.training.theme is Theme.DARK
            self.theme = "textual-dark" if dark else "textual-light"
        self.run_worker(self.sound.open(), name="sound")
        if self.training is not None:
            self.sound.play(self.training)
            self._worker = self.run_worker(self._run_given(self.training), name="training")

    async def on_unmount(self) -> None:
        """Whatever ends the app, the session ends in good order."""
        if self.training is not None:
            self.training.stop()
        if self._worker is not None:
            if self.training is None:
                self._worker.cancel()
            with suppress(WorkerError):
                await self._worker.wait()
        await self.sound.close()

    async def _run_given(self, training: Session | Playback) -> None:
        """Run the session; what goes wrong is in its snapshot, and the screen says it."""
        try:
            with suppress(TrackerError):
                await training.run()
        finally:
            self._over = True
        if self._leaving:
            self.exit()

    # From sensor to set-up to training

    def check_device(self, device: Device) -> None:
        """Look at what a sensor sends."""
        assert self.studio is not None
        self.push_screen(CheckScreen(self.studio, device))

    def set_up(self, device: Device) -> None:
        """Ask what is going to be trained."""
        assert self.studio is not None
        self.switch_screen(SetupScreen(self.studio, device))

    def to_devices(self) -> None:
        """Go back to the list of sensors."""
        while not isinstance(self.screen, DevicesScreen) and len(self.screen_stack) > 1:
            self.pop_screen()

    def start_training(self, start: TrainingRequest) -> None:
        """Connect, and train; before the very first time, say when not to."""
        assert self.studio is not None
        training = self.studio.config.training
        self.sound.mute(not training.sound)
        if training.warned:
            self._connect(start)
            return

        def read(_: None) -> None:
            assert self.studio is not None
            with suppress(TrackerError):
                self.studio.remember(replace(self.studio.config.training, warned=True))
            self._connect(start)

        self.push_screen(GuideScreen(warning_parts(), "enter goes on"), read)

    def _connect(self, start: TrainingRequest) -> None:
        self.push_screen(ConnectScreen(start))
        self.connect_again(start)

    def connect_again(self, start: TrainingRequest) -> None:
        """Connect once more, after it failed."""
        self._worker = self.run_worker(self._train(start, self._worker), name="training")

    def give_up(self) -> None:
        """Stop connecting, and go back to the set-up."""
        if self._worker is not None:
            self._worker.cancel()
        self.pop_screen()

    async def _train(self, start: TrainingRequest, before: Worker[None] | None) -> None:
        """Connect, run the session to its end, and keep it; the one before comes to its own."""
        assert self.studio is not None
        if before is not None:
            with suppress(WorkerError):
                await before.wait()
        try:
            async with self.studio.training(start) as training:
                self.training, self._over = training.session, False
                self.sound.play(training.session)
                if start.calibration in _MARKS:
                    training.session.mark(_MARKS[start.calibration])
                self.switch_screen(TrainScreen(training.session))
                await training.session.run()
        except TrackerError as error:
            if self._leaving:
                self.last_words = error
            else:
                self._tell(str(error))
        finally:
            self._over = True
            self.training = None
        for screen in self.screen_stack:
            if isinstance(screen, HistoryScreen):
                # Opened before this training was in the log.
                screen.call_later(screen.read)
        if self._leaving:
            self.exit()

    def _tell(self, why: str) -> None:
        """Say why there was no training, or why it could not be kept."""
        if isinstance(self.screen, ConnectScreen):
            self.screen.fail(why)
        else:
            self.notify(why, severity="error", timeout=15.0)

    # From set to rest to set, and to the end

    def rest(self) -> None:
        """Show what the set was like, and count the rest down."""
        if isinstance(self.training, Session) and isinstance(self.screen, TrainScreen):
            self.push_screen(RestScreen(self.training))

    def back_to_work(self) -> None:
        """Leave the rest: by a key, or because the next set has begun."""
        if isinstance(self.screen, RestScreen):
            self.screen.keep()
            self.pop_screen()

    def finish(self) -> None:
        """Sum the training up, and ask what is still to be said."""
        if isinstance(self.training, Session):
            self.run_worker(self._sum_up(self.training), group="summary", exclusive=True)

    async def _sum_up(self, training: Session) -> None:
        # Not on the loop: the log may be slow, and the sensor goes on sending.
        studio = self.studio
        earlier = () if studio is None else await asyncio.to_thread(studio.earlier)
        if isinstance(self.screen, RestScreen):
            # Not before: what is typed meanwhile would be keys of the training.
            self.pop_screen()
        self.push_screen(
            SummaryScreen(
                lambda: training.workout(""), earlier, local_now().date(), enter=training.enter
            )
        )

    def done(self) -> None:
        """Close what was summed up: a training that ends, or a past one."""
        if self.studio is None:
            self.leave()
            return
        if isinstance(self.training, Session):
            self.training.stop()
            self.to_devices()
        else:
            self.pop_screen()

    def show_guide(self, exercise: str) -> None:
        """Say how an exercise is done, and how to warm up."""
        self.push_screen(GuideScreen(guide_parts(exercise)))

    def show_history(self) -> None:
        """Show past sessions."""
        assert self.studio is not None
        self.push_screen(HistoryScreen(self.studio))

    def show_past(self, session_id: int) -> None:
        """Show what a past session was."""
        assert self.studio is not None
        try:
            workout = self.studio.workout(session_id)
        except TrackerError as error:
            self._tell(str(error))
            return
        self.push_screen(
            SummaryScreen(
                lambda: workout, (), local_now().date(), replay=lambda: self.replay(session_id)
            )
        )

    def replay(self, session_id: int) -> None:
        """Watch a past session on the training screen."""
        assert self.studio is not None
        try:
            playback = self.studio.replay(session_id)
        except TrackerError as error:
            self._tell(str(error))
            return
        self.push_screen(TrainScreen(playback))
        self.run_worker(self._play(playback), name="replay", group="replay", exclusive=True)

    async def _play(self, playback: Playback) -> None:
        self.training = playback
        self.sound.play(playback)
        try:
            with suppress(TrackerError):
                await playback.run()
        finally:
            self.training = None

    def leave_replay(self) -> None:
        """Stop the replay, and go back to where it was started."""
        if isinstance(self.training, Playback):
            self.training.stop()
        self.pop_screen()

    # The end

    async def action_quit(self) -> None:
        """Do what the key says."""
        self.leave()

    def leave(self) -> None:
        """End the session, then the app; a second time, do not wait for a slow radio."""
        if self._over or self._leaving or self.training is None:
            self.exit()
        self._leaving = True
        if self.training is not None:
            self.training.stop()

    def action_mute(self) -> None:
        """Switch the sound off, or on again."""
        self.notify(self.sound.toggle(), timeout=2.0)

    def action_help(self) -> None:
        """Say what the keys and the numbers mean."""
        self.push_screen(HelpScreen())

    def action_change_theme(self) -> None:
        """Change between light and dark, and remember it."""
        dark = not self.current_theme.dark
        self.theme = "textual-dark" if dark else "textual-light"
        if self.studio is not None:
            theme = Theme.DARK if dark else Theme.LIGHT
            with suppress(TrackerError):
                self.studio.remember(replace(self.studio.config.training, theme=theme))


def run_app(training: Session | Playback, open_sound: OpenSound | None = None) -> SessionSnapshot:
    """Show `training` on the terminal until the wearer quits, and return how it ended."""
    TrackerApp(training, open_sound=open_sound).run()
    return training.snapshot()
