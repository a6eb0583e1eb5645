"""Puts the made-up workout on the screen at any of its moments, and holds it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.app.doubles import (
    GatedSource,
    ManualClock,
    ScriptedEngine,
    samples_every,
    settle,
    until,
)
from tests.workouts import DURATION_S, pitch_deg, said_at
from tracker.app.advice import Advisor
from tracker.app.playback import Playback
from tracker.app.session import Session
from tracker.domain import Plan, PlanChosen, SessionInfo, UserInput, parse_tempo
from tracker.tui import TrackerApp, one_training, playing
from tracker.tui.widgets.live import Count

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

    from tracker.app.session import Recorder
    from tracker.domain import Event, Notification

SIZES = ((80, 24), (120, 40), (200, 60))
"""The smallest terminal that must do, a usual window, and a full screen."""

every_look = pytest.mark.parametrize(
    ("size", "theme"),
    [
        pytest.param(size, "textual-dark", id=f"{size[0]}x{size[1]}-dark")
        for size in ((80, 24), (120, 40))
    ],
)
"""For a picture in the two sizes whose layouts differ; the themes differ in colours alone."""

SIMULATED = SessionInfo(sensor="scripted", origin="synthetic")
LIVE = SessionInfo(sensor="scripted")

PLAN = Plan(load_kg=60.0, target_reps=8, tempo=parse_tempo("3-0-1-2.5"))
PLANNED = (0.2, UserInput(0.2, PlanChosen(PLAN)))
"""An event for a stage: from the first set on there is a plan."""


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
            events=lambda: [event for _, event in self.script],
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
        await until(lambda: (training_of(app).snapshot().position_s or 0.0) >= time_s - 0.05)
        await look(pilot)


def app_of(training: Session | Playback, **options: Any) -> TrackerApp:
    """Return an app that shows one session and nothing else."""
    if isinstance(training, Playback):
        return TrackerApp(playing(training), **options)
    return TrackerApp(one_training(training, Advisor), **options)


def training_of(app: App[None]) -> Session | Playback:
    """Return what the app runs; a test that asks has started it."""
    assert isinstance(app, TrackerApp)
    assert app.sound.training is not None
    return app.sound.training


async def look(pilot: Pilot[None]) -> None:
    """Let the screen handle what it was sent, and draw it once more."""
    await settle()
    await pilot.pause()
    update = getattr(pilot.app.screen, "update_view", None)
    if update is not None:
        update()
    await pilot.pause()


async def without_flash(pilot: Pilot[None]) -> None:
    """End the flash of a rep: how long it lasts is a matter of the machine's speed."""
    pilot.app.screen.query(Count).remove_class("-flash")
    await pilot.pause()
