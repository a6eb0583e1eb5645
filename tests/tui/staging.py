"""Puts the made-up workout on the screen at any of its moments, and holds it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.runtime.doubles import GatedSource, ManualClock, ScriptedEngine, samples_every, until
from unit.runtime.workout import DURATION_S, pitch_deg, said_at

from tracker.domain import SessionInfo
from tracker.runtime.playback import Playback
from tracker.runtime.session import Session

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tracker.domain import Event, Notification

SIZES = ((80, 24), (120, 40), (200, 60))
"""The smallest terminal that must do, a usual window, and a full screen."""

SIMULATED = SessionInfo(sensor="scripted", origin="synthetic")
LIVE = SessionInfo(sensor="scripted")


class Stage:
    """A playback or a live session of the made-up workout, with its source and engine at hand."""

    def __init__(self, *more_events: tuple[float, Event]) -> None:
        self.clock = ManualClock()
        self.script = tuple(sorted((*said_at(), *more_events), key=lambda said: said[0]))
        self.notifications: tuple[Notification, ...] = samples_every(0.1, DURATION_S)
        self.sources: list[GatedSource] = []

    @property
    def source(self) -> GatedSource:
        """The source that plays now."""
        return self.sources[-1]

    def engine(self) -> ScriptedEngine:
        """Make a fresh engine."""
        return ScriptedEngine(self.script, pitch_deg)

    def _open(self) -> GatedSource:
        self.sources.append(GatedSource(self.notifications))
        return self.sources[-1]

    def playback(self, recording_name: str | None = None) -> Playback:
        """Play it, as the simulator or as a recording."""
        return Playback(
            SIMULATED if recording_name is None else LIVE,
            self._open,
            self.engine,
            end_s=DURATION_S,
            recording_name=recording_name,
            clock=self.clock,
        )

    def session(self, error: Exception | None = None) -> Session:
        """Run it as a live session, which may break with `error` at its end."""
        source = GatedSource(self.notifications, error=error, endless=error is None)
        self.sources.append(source)
        return Session(source, self.engine(), info=LIVE, clock=self.clock)

    async def play_to(self, pilot: Pilot[None], training: Session | Playback, to_s: float) -> None:
        """Let the session come to `to_s` and the screen take notice."""
        self.source.play_to(to_s)
        await until(lambda: (training.snapshot().position_s or 0.0) >= to_s - 0.05)
        await look(pilot)


async def look(pilot: Pilot[None]) -> None:
    """Let the screen handle its messages and look at the session once more."""
    await pilot.pause()
    pilot.app.screen._sample()  # type: ignore[attr-defined]
    await pilot.pause()
