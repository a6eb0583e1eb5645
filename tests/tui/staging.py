"""Puts the made-up workout on the screen at any of its moments, and holds it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.runtime.doubles import (
    GatedSource,
    ManualClock,
    ScriptedEngine,
    samples_every,
    settle,
    until,
)
from unit.runtime.workout import DURATION_S, pitch_deg, said_at

from tracker.domain import SessionInfo
from tracker.runtime.playback import Playback
from tracker.runtime.session import Session
from tracker.tui import TrackerApp
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tracker.domain import Event, Notification
    from tracker.runtime.ports import Recorder

SIZES = ((80, 24), (120, 40), (200, 60))
"""The smallest terminal that must do, a usual window, and a full screen."""

SIMULATED = SessionInfo(sensor="scripted", origin="synthetic")
LIVE = SessionInfo(sensor="scripted")


class Stage:
    """A playback or a live session of the made-up workout, with its source and clock at hand."""

    def __init__(self, *more_events: tuple[float, Event]) -> None:
        self.clock = ManualClock()
        self.script = tuple(sorted((*said_at(), *more_events), key=lambda said: said[0]))
        self.notifications: tuple[Notification, ...] = samples_every(0.1, DURATION_S)
        self.sources: list[GatedSource] = []

    @property
    def source(self) -> GatedSource:
        """The source that plays now."""
        return self.sources[-1]

    def _open(self) -> GatedSource:
        self.sources.append(GatedSource(self.notifications))
        return self.sources[-1]

    def _engine(self) -> ScriptedEngine:
        return ScriptedEngine(self.script, pitch_deg)

    def playback(self, recording_name: str | None = None) -> Playback:
        """Play it, as the simulator or as a recording."""
        return Playback(
            SIMULATED if recording_name is None else LIVE,
            self._open,
            self._engine,
            end_s=DURATION_S,
            recording_name=recording_name,
            clock=self.clock,
        )

    def session(self, error: Exception | None = None, recorder: Recorder | None = None) -> Session:
        """Run it as a live session, which breaks with `error` at its end or does not end."""
        source = GatedSource(self.notifications, error=error, endless=error is None)
        self.sources.append(source)
        return Session(source, self._engine(), info=LIVE, recorder=recorder, clock=self.clock)

    async def play_to(self, pilot: Pilot[None], time_s: float) -> None:
        """Let the session come to `time_s` and the screen take notice."""
        self.source.play_to(time_s)
        app = pilot.app
        assert isinstance(app, TrackerApp)
        await until(lambda: (app.training.snapshot().position_s or 0.0) >= time_s - 0.05)
        await look(pilot)


async def look(pilot: Pilot[None]) -> None:
    """Let the screen handle what it was sent, and look at the session once more."""
    await settle()
    await pilot.pause()
    if isinstance(pilot.app.screen, TrainScreen):
        pilot.app.screen.look()
    await pilot.pause()
