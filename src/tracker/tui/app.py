"""The application: runs a session beside the screen that shows it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding
from textual.worker import WorkerError

from tracker.domain import TrackerError
from tracker.tui.screens.help import HelpScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from pathlib import PurePath

    from textual.binding import BindingType
    from textual.screen import Screen

    from tracker.runtime.playback import Playback
    from tracker.runtime.session import Session
    from tracker.runtime.snapshot import SessionSnapshot


class TrackerApp(App[None]):
    """Shows `training` until the wearer quits; the session ends before the app does."""

    TITLE = "tracker"
    # Here and not in the screens: the style of a default screen's own path is not loaded.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/train.tcss", "screens/help.tcss"]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("t", "change_theme", "Light/dark", show=False),
        Binding("q", "quit", "Quit"),
        # What every other program takes for the wish to end.
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(self, training: Session | Playback) -> None:
        super().__init__()
        self.training = training
        self._over = False
        self._leaving = False

    def get_default_screen(self) -> Screen[None]:
        """Start on the training screen."""
        return TrainScreen(self.training)

    def on_mount(self) -> None:
        """Start the session."""
        self._worker = self.run_worker(self._train(), name="training")

    async def on_unmount(self) -> None:
        """Whatever ends the app, the session ends in good order."""
        self.training.stop()
        with suppress(WorkerError):
            await self._worker.wait()

    async def _train(self) -> None:
        try:
            await self.training.run()
        except TrackerError:
            # The snapshot carries it, and the screen says it until the wearer has read it.
            pass
        finally:
            self._over = True
        if self._leaving:
            self.exit()

    async def action_quit(self) -> None:
        """Do what the key says."""
        self.leave()

    def leave(self) -> None:
        """End the session, then the app; a second time, do not wait for a slow radio."""
        if self._over or self._leaving:
            self.exit()
        self._leaving = True
        self.training.stop()

    def action_help(self) -> None:
        """Say what the keys and the numbers mean."""
        self.push_screen(HelpScreen())

    def action_change_theme(self) -> None:
        """Change between light and dark."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"


def run_app(training: Session | Playback) -> SessionSnapshot:
    """Show `training` on the terminal until the wearer quits, and return how it ended."""
    TrackerApp(training).run()
    return training.snapshot()
